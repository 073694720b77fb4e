//! A row for each stream, worst first.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::Serialize;

use super::Rows;
use crate::cli::Format;
use crate::domain::ids::Dc;
use crate::domain::replication::{Alarm, Stream, Verdict, Waiting};
use crate::report::form::{Column, Grid, json};
use crate::ui::text::{age, at_least};

/// The fields of a stream, as CSV has them.
const FIELDS: [&str; 22] = [
    "stream",
    "source",
    "destination",
    "prefix",
    "to",
    "verdict",
    "pending",
    "drift",
    "extra",
    "same",
    "oldest_pending_seconds",
    "pending_for_at_least_seconds",
    "stalled_seconds",
    "last_replicated",
    "source_index",
    "evidence",
    "alarms",
    "problem",
    "is_proposed",
    "at",
    "compared_whole_at",
    "facts",
];

/// A stream. What is not known is `null`, never 0.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct Row<'a> {
    stream: &'static str,
    source: Option<&'a Dc>,
    destination: &'a Dc,
    prefix: &'a str,
    to: &'a str,
    /// Where it arrives, if that is another name; for people.
    #[serde(skip)]
    renamed: Option<&'a str>,
    verdict: Verdict,
    pending: Option<usize>,
    drift: Option<usize>,
    extra: Option<usize>,
    same: Option<usize>,
    oldest_pending_seconds: Option<f64>,
    pending_for_at_least_seconds: Option<f64>,
    stalled_seconds: Option<f64>,
    last_replicated: Option<u64>,
    source_index: Option<u64>,
    evidence: &'a str,
    alarms: &'a [Alarm],
    problem: Option<&'a str>,
    is_proposed: bool,
    at: Option<DateTime<Utc>>,
    compared_whole_at: Option<DateTime<Utc>>,
    facts: IndexMap<&'static str, &'a str>,
}

/// The answer.
pub(in crate::report) struct Streams<'a>(pub Vec<Row<'a>>);

impl<'a> Row<'a> {
    /// A stream of which the oldest that has not arrived waits at least so long.
    pub fn of(stream: &'a Stream, waits: Option<Duration>) -> Self {
        // In doubt none is not known to be none.
        let is_sure = stream.verdict != Verdict::Unknown;
        let known = |count: usize| stream.at.filter(|_| is_sure || count > 0).map(|_| count);
        let counted = |count: usize| stream.at.map(|_| count);
        let oldest = match stream.waiting {
            Waiting::Nothing => stream.at.filter(|_| is_sure).map(|_| Duration::ZERO),
            Waiting::Unknown => None,
            Waiting::Since(_) => waits,
        };
        let seconds = |time: Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
        Self {
            stream: stream.id.kind.word(),
            source: stream.id.source.as_ref(),
            destination: &stream.id.destination,
            prefix: &stream.id.of,
            to: &stream.id.to,
            renamed: stream.id.renamed(),
            verdict: stream.verdict,
            pending: known(stream.counts.pending),
            drift: known(stream.counts.drift),
            extra: known(stream.counts.extra),
            same: counted(stream.counts.same),
            oldest_pending_seconds: oldest.map(seconds),
            pending_for_at_least_seconds: waits.map(seconds),
            stalled_seconds: stream.stalled_for.map(seconds),
            last_replicated: stream.last_replicated,
            source_index: stream.source_index,
            evidence: &stream.evidence,
            alarms: &stream.alarms,
            problem: stream.problem.as_deref(),
            is_proposed: stream.is_proposed,
            at: stream.at,
            compared_whole_at: stream.whole_at,
            facts: stream.facts.iter().map(|(label, text)| (*label, text.as_str())).collect(),
        }
    }

    /// What a table says of the time that the oldest waits.
    fn lag(&self) -> String {
        let time = |seconds: f64| Duration::from_secs_f64(seconds.max(0.0));
        match (self.oldest_pending_seconds, self.pending_for_at_least_seconds) {
            (Some(_), None) => String::new(),
            (Some(oldest), Some(_)) => age(time(oldest)),
            (None, Some(waits)) if waits >= 1.0 => at_least(time(waits)),
            (None, _) => "?".to_owned(),
        }
    }

    fn remarks(&self) -> String {
        let problem = self.problem.map(|problem| format!("not read now: {problem}"));
        let proposed = self.is_proposed.then(|| "its source is a guess".to_owned());
        let alarms = self.alarms.iter().map(ToString::to_string);
        let evidence = Some(self.evidence.to_owned()).filter(|it| !it.is_empty());
        let all = alarms.chain(evidence).chain(proposed).chain(problem);
        all.collect::<Vec<_>>().join("; ")
    }
}

impl Streams<'_> {
    /// The answer in a form.
    ///
    /// # Errors
    /// When it cannot be JSON, which ours can.
    pub fn print(&self, format: Format) -> Result<String> {
        super::form(self, format)
    }
}

impl<'a> Rows for Streams<'a> {
    type Row = Row<'a>;

    fn rows(&self) -> Vec<Row<'a>> {
        self.0.clone()
    }

    fn json(&self, rows: &[Row<'a>]) -> serde_json::Result<String> {
        json(rows)
    }

    fn csv(&self, rows: Vec<Row<'a>>) -> Grid {
        Grid::of_json(&FIELDS, rows)
    }

    fn table(&self, rows: Vec<Row<'a>>) -> Grid {
        let counted = |count: Option<usize>| super::known(count);
        let columns = [
            Column::new("stream", |row: &Row| row.stream.to_owned()),
            Column::new("source", |row: &Row| {
                row.source.map_or_else(|| "?".to_owned(), ToString::to_string)
            }),
            Column::new("destination", |row: &Row| row.destination.to_string()),
            Column::new("prefix", |row: &Row| match row.renamed {
                None => row.prefix.to_owned(),
                Some(to) => format!("{} -> {to}", row.prefix),
            }),
            Column::new("verdict", |row: &Row| row.verdict.word().to_owned()),
            Column::number("pending", |row: &Row| counted(row.pending)),
            Column::number("drift", |row: &Row| counted(row.drift)),
            Column::number("extra", |row: &Row| counted(row.extra)),
            Column::new("lag", Row::lag),
            Column::new("evidence", Row::remarks),
        ];
        Grid::of(&columns, rows)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::domain::replication::{Kind, StreamId};

    fn stream(waiting: Waiting, at: Option<DateTime<Utc>>) -> Stream {
        let (source, destination) = (Some("dc-1".into()), "dc-2".into());
        let (of, to) = ("app/".into(), "copy/".into());
        let kind = Kind::ConsulReplicate;
        let id = StreamId { kind, source, destination, of, to };
        Stream { waiting, at, verdict: Verdict::InSync, ..Stream::new(id) }
    }

    fn row(stream: &Stream, waits: Option<u64>) -> Value {
        let row = Row::of(stream, waits.map(Duration::from_secs));
        serde_json::to_value(row).unwrap()
    }

    #[test]
    fn csv_has_every_field() {
        let row = row(&stream(Waiting::Nothing, None), None);
        let mut fields: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let mut listed = FIELDS;
        fields.sort_unstable();
        listed.sort_unstable();
        assert_eq!(fields, listed);
    }

    #[test]
    fn what_is_not_known_is_null_and_never_zero() {
        let never = row(&stream(Waiting::Nothing, None), None);
        assert_eq!(never["pending"], Value::Null);
        assert_eq!(never["oldest_pending_seconds"], Value::Null);
        let now = DateTime::from_timestamp(1_700_000_000, 0);
        let unknown = row(&stream(Waiting::Unknown, now), Some(4));
        assert_eq!(unknown["oldest_pending_seconds"], Value::Null);
        assert_eq!(unknown["pending_for_at_least_seconds"], 4.0);
        let nothing = row(&stream(Waiting::Nothing, now), None);
        assert_eq!(
            (&nothing["pending"], &nothing["oldest_pending_seconds"]),
            (&0.into(), &0.0.into())
        );
        let doubt = Stream { verdict: Verdict::Unknown, ..stream(Waiting::Nothing, now) };
        let doubt = row(&doubt, None);
        assert_eq!(
            (&doubt["drift"], &doubt["oldest_pending_seconds"]),
            (&Value::Null, &Value::Null),
            "in doubt none is not known to be none"
        );
        let since = row(&stream(Waiting::Since(now.unwrap()), now), Some(7));
        assert_eq!(since["oldest_pending_seconds"], 7.0);
    }

    #[test]
    fn a_table_marks_what_is_a_lower_bound() {
        let now = DateTime::from_timestamp(1_700_000_000, 0);
        let lag = |waiting, waits: Option<u64>| {
            Row::of(&stream(waiting, now), waits.map(Duration::from_secs)).lag()
        };
        assert_eq!(lag(Waiting::Nothing, None), "");
        assert_eq!(lag(Waiting::Unknown, Some(0)), "?");
        assert_eq!(lag(Waiting::Unknown, Some(70)), ">= 1m");
        assert_eq!(lag(Waiting::Since(now.unwrap()), Some(3)), "3s");
    }
}
