//! Config entries and intentions: the same names with the same bodies in both datacenters.
//!
//! No version says how far their replication is, so the bodies are compared, without their indexes. A
//! kind is a stream where either side has an entry of it; those that cannot be read, and were not seen
//! before, are one together. Most looks cost two requests: while the
//! index of one kind, which in 1.8 is that of all, has not moved on either side and all was the same,
//! the comparison is made anew only once a minute.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use super::since::Since;
use crate::consul::read::{Query, primary};
use crate::consul::wire::Bodies;
use crate::consul::{ApiError, Class, Client, Request};
use crate::domain::replication::{Stream, StreamId, Verdict};

/// The kinds that are replicated; what a version does not know is not asked for again.
const KINDS: [&str; 9] = [
    PROBE,
    "proxy-defaults",
    "service-resolver",
    "service-router",
    "service-splitter",
    "ingress-gateway",
    "terminating-gateway",
    "service-intentions",
    "mesh",
];
/// The kind whose index tells whether anything has changed.
const PROBE: &str = "service-defaults";
/// How intentions are called, where they are no config entries yet.
const INTENTIONS: &str = "intentions";
/// A comparison without a sign of a change is made anew after this.
const KEPT: Duration = Duration::from_mins(1);
/// So many names are told in the evidence.
const NAMED: usize = 3;

/// What is remembered of one secondary.
#[derive(Debug, Default)]
pub(super) struct Entries {
    absent: HashSet<&'static str>,
    since: HashMap<&'static str, Since>,
    last: Option<Last>,
}

/// The last comparison of everything.
#[derive(Debug)]
struct Last {
    indexes: [Option<u64>; 2],
    at: DateTime<Utc>,
    streams: Vec<Stream>,
}

/// Both ends: the source, and the destination.
#[derive(Clone, Copy)]
pub(super) struct Ends<'a> {
    pub source: &'a Client,
    pub destination: &'a Client,
}

/// What both ends have of a kind, with the index of each.
type Both = ([Bodies; 2], [Option<u64>; 2]);

impl Entries {
    /// What a version or its settings did not have is asked for again.
    pub fn forget_absent(&mut self) {
        self.absent.clear();
    }

    /// Compares both ends.
    pub async fn look(
        &mut self,
        ends: Ends<'_>,
        id: impl Fn(&str) -> StreamId,
        times: (DateTime<Utc>, Duration),
    ) -> Vec<(StreamId, Result<Stream, ApiError>)> {
        let probe = ends.read(PROBE).await;
        if let (Ok((_, indexes)), Some(last)) = (&probe, &mut self.last)
            && last.is_good(*indexes, times.0)
        {
            let again = |stream: &Stream| Stream { at: Some(times.0), ..stream.clone() };
            return last.streams.iter().map(|it| (it.id.clone(), Ok(again(it)))).collect();
        }
        let indexes = probe.as_ref().ok().map(|(_, indexes)| *indexes);
        let wanted = KINDS.iter().filter(|kind| **kind != PROBE && !self.absent.contains(*kind));
        let others = wanted.map(async |kind| (*kind, ends.read(kind).await));
        let mut all = join_all(others).await;
        all.insert(0, (PROBE, probe));
        let has_kind =
            |(kind, both): &(&str, Result<Both, _>)| *kind == "service-intentions" && both.is_ok();
        if !all.iter().any(has_kind) && !self.absent.contains(INTENTIONS) {
            all.push((INTENTIONS, ends.read(INTENTIONS).await));
        }
        let mut told = Vec::new();
        let mut unread = None;
        for (kind, both) in all {
            match both {
                Err(error) if error.class() == Class::Absent => _ = self.absent.insert(kind),
                Err(error) if self.since.contains_key(kind) => told.push((id(kind), Err(error))),
                // Whether there is such an entry at all is not known.
                Err(error) => _ = unread.get_or_insert(error),
                Ok(([source, here], _)) if source.is_empty() && here.is_empty() => {}
                Ok((bodies, _)) => {
                    let since = self.since.entry(kind).or_default();
                    told.push((id(kind), Ok(judge(id(kind), &bodies, since, times))));
                }
            }
        }
        told.extend(unread.map(|error| (id(""), Err(error))));
        let streams = told.iter().map(|(_, found)| found.clone().ok()).collect::<Option<_>>();
        self.last = indexes.zip(streams).map(|(indexes, streams)| {
            let at = times.0;
            Last { indexes, at, streams }
        });
        told
    }
}

impl Entries {
    /// The kinds that a datacenter has an entry of, as far as it says.
    pub async fn kinds(&self, of: &Client) -> Vec<&'static str> {
        let wanted = KINDS.into_iter().chain([INTENTIONS]);
        let wanted = wanted.filter(|kind| !self.absent.contains(kind));
        let asked = wanted.map(async |kind| (kind, query(kind).fetch(of).await));
        let mut kinds = Vec::new();
        let mut has_entries_of_intentions = false;
        for (kind, told) in join_all(asked).await {
            let Ok((bodies, _)) = told else { continue };
            has_entries_of_intentions |= kind == "service-intentions";
            let is_twice = kind == INTENTIONS && has_entries_of_intentions;
            if !bodies.is_empty() && !is_twice {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// By which request a change in the source can be waited for.
    pub fn place(&self) -> Option<(Request, u64)> {
        let [source, _] = self.last.as_ref()?.indexes;
        Some((primary::config_entries(PROBE).request(), source?))
    }
}

impl Last {
    fn is_good(&self, indexes: [Option<u64>; 2], now: DateTime<Utc>) -> bool {
        let is_young = (now - self.at).to_std().is_ok_and(|age| age < KEPT);
        let is_same = self.streams.iter().all(|stream| stream.verdict == Verdict::InSync);
        self.indexes == indexes && is_young && is_same
    }
}

impl Ends<'_> {
    /// Reads a kind, the destination first: what is only there then is not just on its way.
    async fn read(self, kind: &str) -> Result<Both, ApiError> {
        let query = query(kind);
        let (here, there) = (self.destination, self.source);
        let (here, here_meta) = query.fetch(here).await?;
        let (there, there_meta) = query.fetch(there).await?;
        Ok(([there, here], [there_meta.index, here_meta.index]))
    }
}

/// The entries of a kind.
fn query(kind: &str) -> Query<Bodies> {
    let query = match kind {
        INTENTIONS => primary::intentions(),
        kind => primary::config_entries(kind),
    };
    query.with(|request| request.timeout(super::PATIENCE))
}

fn judge(
    id: StreamId,
    [source, here]: &[Bodies; 2],
    since: &mut Since,
    (now, stall_after): (DateTime<Utc>, Duration),
) -> Stream {
    let mut stream = Stream::new(id);
    (stream.at, stream.whole_at) = (Some(now), Some(now));
    let mut wrong = Vec::new();
    let mut pending = Vec::new();
    for (name, body) in source {
        match here.get(name) {
            Some(other) if other == body => stream.counts.same += 1,
            Some(_) => {
                pending.push(name.clone());
                wrong.push(format!("{name} differs"));
            }
            None => {
                pending.push(name.clone());
                wrong.push(format!("{name} is not there"));
            }
        }
    }
    let extra = here.keys().filter(|name| !source.contains_key(*name));
    wrong.extend(extra.map(|name| format!("{name} is not in the primary")));
    stream.counts.pending = pending.len();
    stream.counts.extra = wrong.len() - pending.len();
    stream.verdict = stream.counts.verdict();
    since.note(now, pending).tell(&mut stream, stall_after);
    stream.evidence = if wrong.is_empty() {
        match stream.counts.same {
            1 => "the one entry is the same".into(),
            same => format!("all {same} entries are the same").into(),
        }
    } else {
        let more = wrong.len().saturating_sub(NAMED);
        wrong.truncate(NAMED);
        let more = if more > 0 { format!("; {more} more") } else { String::new() };
        format!("{}{more}", wrong.join("; ")).into()
    };
    stream
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::replication::{Kind, Waiting};

    fn bodies(all: &[(&str, u64)]) -> Bodies {
        all.iter().map(|(name, value)| ((*name).to_owned(), json!({ "Port": value }))).collect()
    }

    #[test]
    fn entries_are_compared_by_name_and_body() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let (from, destination) = (Some("dc-1".into()), "dc-2".into());
        let (of, to) = (PROBE.into(), "".into());
        let id = StreamId { kind: Kind::ConfigEntries, source: from, destination, of, to };
        let all = [("a", 1), ("b", 2)];
        for (here, verdict, waiting, evidence) in [
            (&all[..], Verdict::InSync, Waiting::Nothing, "all 2 entries are the same"),
            (&[("a", 1)], Verdict::Lagging, Waiting::Unknown, "b is not there"),
            (&[("a", 7), ("b", 2)], Verdict::Lagging, Waiting::Unknown, "a differs"),
            (
                &[("a", 1), ("b", 2), ("c", 3)],
                Verdict::Extra,
                Waiting::Nothing,
                "c is not in the primary",
            ),
            (
                &[("c", 1), ("d", 1), ("e", 1)],
                Verdict::Lagging,
                Waiting::Unknown,
                "a is not there; b is not there; c is not in the primary; 2 more",
            ),
        ] {
            let both = [bodies(&all), bodies(here)];
            let times = (now, Duration::from_secs(10));
            let found = judge(id.clone(), &both, &mut Since::default(), times);
            let told = (found.verdict, found.waiting, &*found.evidence);
            assert_eq!(told, (verdict, waiting, evidence));
        }
    }
}
