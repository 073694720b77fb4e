//! What is said of streams wherever they are shown: verdict, order, troubles, lag.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::health::Status;
use crate::domain::replication::{Alarm, Class, Kind, Stream, Verdict, Waiting};
use crate::table::column::Cell;
use crate::ui::glyph::Sign;
use crate::ui::text::{age, clean, compact, count};
use crate::ui::theme::Role;
use crate::views::Ctx;
use crate::views::fresh::YOUNG;

/// A verdict as sign and role; never colour alone.
pub fn sign(ctx: &Ctx, verdict: Verdict) -> (&'static str, Role) {
    let look = ctx.look;
    let sign = match verdict {
        Verdict::InSync => look.status(Status::Passing),
        Verdict::Unknown => look.glyphs.unknown(),
        Verdict::Extra => look.status(Status::Maintenance),
        Verdict::Lagging => look.status(Status::Warning),
        Verdict::Drift => look.status(Status::Critical),
    };
    (sign, role_of(verdict))
}

fn role_of(verdict: Verdict) -> Role {
    match verdict {
        Verdict::InSync => Role::Passing,
        Verdict::Unknown => Role::Unknown,
        Verdict::Extra => Role::Maintenance,
        Verdict::Lagging => Role::Warning,
        Verdict::Drift => Role::Critical,
    }
}

/// The verdict on a stream, with `!` where what waits does not move, and the number of its alarms. One
/// that cannot be compared now says what it was, as something old.
pub fn verdict(ctx: &Ctx, stream: &Stream) -> Cell {
    let (sign, role) = marked(ctx, stream);
    // What cannot be compared now is what it was, and in doubt.
    let doubt = if stream.problem.is_some() && stream.at.is_some() { "?" } else { "" };
    let mut cell = Cell::new(format!("{sign} {}{doubt}", stream.verdict.word()), role);
    if matches!(stream.verdict, Verdict::Lagging | Verdict::Extra) && stream.is_stalled() {
        cell = cell.then("!", Role::Critical);
    }
    match stream.alarms.len() {
        0 => cell,
        n => cell.then(format!(" !{n}"), Role::Critical),
    }
}

/// The sign and role of a stream: one that cannot be compared now is old, or denied.
fn marked(ctx: &Ctx, stream: &Stream) -> (&'static str, Role) {
    let sign = match (&stream.problem, stream.is_denied) {
        (None, _) => sign(ctx, stream.verdict).0,
        (Some(_), true) => ctx.look.sign(Sign::Denied),
        (Some(_), false) => ctx.look.sign(Sign::Stale),
    };
    (sign, role(stream))
}

/// As bad as it is ranked: what is about to be deleted is no mere extra.
fn role(stream: &Stream) -> Role {
    match (&stream.problem, stream.is_denied) {
        (None, _) if stream.alarms.iter().any(Alarm::is_ahead) => Role::Critical,
        (None, _) => role_of(stream.verdict),
        (Some(_), true) => Role::Denied,
        (Some(_), false) => Role::Stale,
    }
}

/// Why a key differs, as sign and word.
pub fn class(ctx: &Ctx, class: Class) -> Cell {
    let (verdict, word) = match class {
        Class::Drift => (Verdict::Drift, "drift"),
        Class::Pending => (Verdict::Lagging, "pending"),
        Class::Extra => (Verdict::Extra, "extra"),
    };
    let (sign, role) = sign(ctx, verdict);
    Cell::new(format!("{sign} {word}"), role)
}

/// The order of attention, worst last: what is about to be deleted before what is lost, that before
/// what is late.
pub fn badness(stream: &Stream) -> impl Ord + use<> {
    let is_ahead = stream.alarms.iter().any(Alarm::is_ahead);
    let is_split =
        |alarm: &Alarm| matches!(alarm, Alarm::SharedStatus { .. } | Alarm::SourceRestored { .. });
    let mut verdict = stream.verdict;
    if stream.problem.is_some() {
        verdict = verdict.max(Verdict::Unknown);
    }
    if stream.alarms.iter().any(is_split) {
        verdict = Verdict::Drift;
    }
    // Fewer entries are behind than keys are lost: numbers only tell streams of one verdict apart.
    (is_ahead, verdict, stream.alarms.len(), stream.stalled_for, stream.counts.differing())
}

/// True for a stream that needs a look.
pub fn is_fault(stream: &Stream) -> bool {
    stream.verdict != Verdict::InSync
        || !stream.alarms.is_empty()
        || stream.problem.is_some()
        || stream.stalled_for.is_some()
        || stream.is_proposed
}

/// The worst of some streams.
pub struct Worst {
    /// It.
    pub stream: Arc<Stream>,
    /// How many have the same verdict.
    alike: usize,
    /// How many there are.
    all: usize,
}

impl Worst {
    /// Its sign, how many have its verdict, and a mark for alarms: where there is little room.
    pub fn short(&self, ctx: &Ctx) -> Cell {
        let (sign, role) = marked(ctx, &self.stream);
        let cell = Cell::new(format!("{sign} "), role);
        let cell = cell.then(format!("{}/{}", self.alike, self.all), role);
        let is_calm = self.stream.alarms.is_empty() && !self.stream.is_stalled();
        if is_calm { cell } else { cell.then("!", Role::Critical) }
    }

    /// Its verdict, and how many have it: `DRIFT 2/5`.
    pub fn cell(&self, ctx: &Ctx) -> Cell {
        verdict(ctx, &self.stream).then(format!(" {}/{}", self.alike, self.all), Role::Muted)
    }
}

/// The worst of some streams; none of none.
pub fn worst(streams: impl Iterator<Item = Arc<Stream>>) -> Option<Worst> {
    let all: Vec<Arc<Stream>> = streams.collect();
    let stream = Arc::clone(all.iter().max_by(|a, b| badness(a).cmp(&badness(b)))?);
    let alike = all.iter().filter(|it| it.verdict == stream.verdict).count();
    Some(Worst { stream, alike, all: all.len() })
}

/// What needs a person, else why it cannot be compared, else that nothing moves, else what the verdict
/// stands on.
pub fn trouble(stream: &Stream) -> Cell {
    match (stream.alarms.first(), &stream.problem) {
        (Some(alarm), _) => Cell::new(clean(&alarm.to_string()).into_owned(), Role::Critical),
        (None, Some(why)) => Cell::new(clean(why).into_owned(), Role::Stale),
        (None, None) if stream.is_stalled() => {
            let who = match stream.id.kind {
                Kind::ConsulReplicate => ", is the replicator running?",
                _ => "",
            };
            let cell = Cell::new(format!("nothing arrives any more{who}"), Role::Critical);
            cell.then(format!("  {}", clean(&stream.evidence)), Role::Muted)
        }
        (None, None) => Cell::new(clean(&stream.evidence).into_owned(), Role::Muted),
    }
}

/// True while data of any stream is lost, or will be, or stands still: a small screen has to make room
/// for that. What is late does not count, since it comes and goes.
pub fn is_any_lost(ctx: &Ctx) -> bool {
    let is_lost = |it: &Stream| {
        it.verdict == Verdict::Drift || !it.alarms.is_empty() || it.stalled_for.is_some()
    };
    ctx.store.streams.values().any(|stream| is_lost(stream))
}

/// How long the oldest that has not arrived waits; `!` where it does not move.
pub fn lag(ctx: &Ctx, stream: &Stream) -> Cell {
    match stream.waiting {
        _ if stream.at.is_none() => Cell::new("?", Role::Muted),
        Waiting::Nothing => Cell::new("-", Role::Muted),
        Waiting::Unknown => Cell::new("unknown", Role::Unknown),
        Waiting::Since(_) => {
            let lag = age(stream.lag(ctx.now).unwrap_or_default());
            match stream.stalled_for {
                Some(_) => Cell::new(format!("{lag}!"), Role::Critical),
                None => Cell::new(lag, Role::Warning),
            }
        }
    }
}

/// How long it has not moved.
pub fn stalled(stream: &Stream) -> Cell {
    match stream.stalled_for {
        Some(time) => Cell::new(age(time), Role::Critical),
        None => Cell::new("-", Role::Muted),
    }
}

/// How many keys are in which state, in words.
pub fn counts(stream: &Stream) -> Cell {
    let counts = stream.counts;
    let mut cell = Cell::default();
    for (n, word, loud) in [
        (counts.pending, "pending", Role::Warning),
        (counts.drift, "drift", Role::Critical),
        (counts.extra, "extra", Role::Maintenance),
        (counts.same, "the same", Role::Text),
    ] {
        let gap = if cell.runs.is_empty() { "" } else { ", " };
        let role = if n == 0 { Role::Muted } else { loud };
        let is_known = n > 0 || stream.verdict != Verdict::Unknown;
        let number = if is_known { count(n) } else { String::from("?") };
        cell = cell.then(gap, Role::Muted).then(format!("{number} {word}"), role);
    }
    cell
}

/// How many keys are in which state, where there is little room: what there is none of is not said,
/// nor, unless asked for, what is the same.
pub fn counted_short(stream: &Stream, with_same: bool) -> Cell {
    let counts = stream.counts;
    let states = [
        (counts.drift, "drift", Role::Critical),
        (counts.pending, "pending", Role::Warning),
        (counts.extra, "extra", Role::Maintenance),
        (if with_same { counts.same } else { 0 }, "the same", Role::Text),
    ];
    let mut cell = Cell::default();
    for (n, word, role) in states.into_iter().filter(|(n, ..)| *n > 0) {
        let gap = if cell.runs.is_empty() { "" } else { ", " };
        cell = cell.then(gap, Role::Muted).then(format!("{} {word}", count(n)), role);
    }
    match stream.verdict {
        _ if !cell.runs.is_empty() => cell,
        Verdict::Unknown => Cell::new("keys not counted", Role::Muted),
        _ => Cell::new("no keys", Role::Muted),
    }
}

/// A count of keys in a state; none are quiet, and `?` where nobody knows: before the first comparison,
/// and while the verdict is unknown.
pub fn counted(stream: &Stream, n: usize, loud: Role) -> Cell {
    match n {
        _ if stream.at.is_none() => Cell::new("?", Role::Muted),
        0 if stream.verdict == Verdict::Unknown => Cell::new("?", Role::Muted),
        0 => Cell::new("0", Role::Muted),
        n => Cell::new(compact(n), loud),
    }
}

/// When the ends were compared.
pub fn compared(ctx: &Ctx, stream: &Stream) -> Cell {
    let Some(at) = stream.at else { return Cell::new("never", Role::Stale) };
    let role = if stream.problem.is_some() { Role::Stale } else { Role::Live };
    let old = (ctx.now - at).to_std().unwrap_or_default();
    if old < YOUNG && stream.problem.is_none() {
        return Cell::new("now", role);
    }
    Cell::new(age(old), role)
}

/// From where to where, or within which one; a source that was only guessed is marked.
pub fn route(stream: &Stream) -> Cell {
    let id = &stream.id;
    if id.source.as_ref() == Some(&id.destination) {
        return Cell::new(clean(id.destination.as_str()).into_owned(), Role::Text);
    }
    let source = id.source.as_ref().map_or("", |dc| dc.as_str());
    let mut cell = Cell::new(clean(source).into_owned(), Role::Text);
    if stream.is_proposed || source.is_empty() {
        cell = cell.then("?", Role::Unknown);
    }
    cell.then(" -> ", Role::Muted).then(clean(id.destination.as_str()).into_owned(), Role::Text)
}

/// What of the source is carried, and under which prefix it arrives where that is another.
pub fn carried(stream: &Stream) -> Cell {
    let of = &stream.id.of;
    let cell = Cell::new(clean(of).into_owned(), Role::Text);
    let Some(to) = stream.id.renamed() else { return cell };
    let gap = if of.is_empty() { "" } else { " " };
    cell.then(format!("{gap}-> "), Role::Muted).then(clean(to).into_owned(), Role::Text)
}

/// A stream as JSON.
pub fn json(stream: &Stream, now: DateTime<Utc>) -> Value {
    let id = &stream.id;
    json!({
        "stream": id.kind,
        "source": id.source,
        "destination": id.destination,
        "prefix": id.of,
        "to": id.to,
        "verdict": stream.verdict,
        "pending": stream.counts.pending,
        "drift": stream.counts.drift,
        "extra": stream.counts.extra,
        "oldest_pending_seconds": stream.lag(now).map(|lag| lag.as_secs()),
        "stalled_seconds": stream.stalled_for.map(|time| time.as_secs()),
        "alarms": stream.alarms,
        "evidence": stream.evidence,
        "last_replicated": stream.last_replicated,
        "source_index": stream.source_index,
        "at": stream.at,
        "compared_whole_at": stream.whole_at,
        "problem": stream.problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Kind, StreamId};

    fn stream(verdict: Verdict, alarms: Vec<Alarm>) -> Stream {
        let id = StreamId {
            kind: Kind::ConsulReplicate,
            source: None,
            destination: "dc-2".into(),
            of: "config/".into(),
            to: "config/".into(),
        };
        Stream { verdict, alarms, ..Stream::new(id) }
    }

    #[test]
    fn what_is_about_to_be_deleted_comes_before_what_is_lost_and_that_before_what_is_late() {
        let delete = Alarm::MassDelete { deletes: 10, of: 10, source: 0 };
        let order = [
            stream(Verdict::InSync, Vec::new()),
            stream(Verdict::Unknown, Vec::new()),
            stream(Verdict::Extra, Vec::new()),
            stream(Verdict::Extra, vec![Alarm::EditedThere(1)]),
            stream(Verdict::Lagging, Vec::new()),
            stream(Verdict::Drift, Vec::new()),
            stream(Verdict::InSync, vec![Alarm::SharedStatus { from: 9, to: 2 }]),
            stream(Verdict::Extra, vec![delete]),
        ];
        for pair in order.windows(2) {
            assert!(badness(&pair[0]) < badness(&pair[1]), "{pair:?}");
        }
        assert_eq!(order.iter().filter(|it| !is_fault(it)).count(), 1);
    }

    #[test]
    fn what_is_about_to_be_deleted_looks_as_bad_as_it_is_ranked() {
        let delete = Alarm::MassDelete { deletes: 10, of: 10, source: 0 };
        assert_eq!(role(&stream(Verdict::Extra, vec![delete.clone()])), Role::Critical);
        assert_eq!(role(&stream(Verdict::Extra, vec![Alarm::EditedThere(1)])), Role::Maintenance);
        let mut old = stream(Verdict::Extra, vec![delete]);
        old.problem = Some("connection refused".into());
        assert_eq!(role(&old), Role::Stale, "what is old is not said to be so now");
    }

    #[test]
    fn none_are_not_certain_where_the_verdict_is_unknown() {
        let at = Some(DateTime::<Utc>::UNIX_EPOCH);
        let unknown = Stream { at, ..stream(Verdict::Unknown, Vec::new()) };
        let text = |cell: Cell| -> String { cell.runs.iter().map(|(text, _)| &**text).collect() };
        assert_eq!(text(counted(&unknown, 0, Role::Critical)), "?");
        assert_eq!(text(counted(&unknown, 2, Role::Critical)), "2");
        let synced = Stream { at, ..stream(Verdict::InSync, Vec::new()) };
        assert_eq!(text(counted(&synced, 0, Role::Critical)), "0");
        assert_eq!(text(counts(&unknown)), "? pending, ? drift, ? extra, ? the same");
        assert_eq!(text(counted_short(&unknown, false)), "keys not counted");
    }
}
