//! From what was compared to what is told of a stream, with what has to be remembered for it.
//!
//! Whether a stream stalls, or its status jumped, shows only beside earlier looks. Indexes end up
//! here as evidence: they explain, and they raise alarms, but the verdict is that of the counts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::lone::Lone;
use super::waits::{Runs, Waits};
use super::{Alarm, Class, Judged, Mark, Stream, Waiting};

/// A jump of the status is told for so long: the next one may take its time when little is written.
const JUMP_SHOWN: Duration = Duration::from_hours(1);
/// A source with less than the destination in this proportion is about to empty it.
const MASS: usize = 2;

/// What is known of the ends beside their keys.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// When both were read (UTC).
    pub now: DateTime<Utc>,
    /// When every key of both was read last (UTC).
    pub whole_at: Option<DateTime<Utc>>,
    /// `X-Consul-Index` of the source's prefix.
    pub source_index: u64,
    /// That of all keys of the source's datacenter, where it was asked for.
    pub store_index: Option<u64>,
    /// True when the source's store, or a key of it, was seen with an index of before, which no
    /// change does.
    pub is_set_back: bool,
}

/// What was found at earlier looks.
#[derive(Clone, Debug, Default)]
pub struct Track {
    last: Option<u64>,
    /// When the status moved last, or nothing waited.
    moved: Option<DateTime<Utc>>,
    jump: Option<(DateTime<Utc>, u64, u64)>,
    /// What was replicated, and the source's index, when it was seen that the source was restored.
    restored: Option<(u64, u64)>,
    /// The keys that were edited in the destination and differ since, by their index there.
    edited: HashMap<Arc<str>, u64>,
    /// A status that rose above all that there is in the source: not its replicator wrote it.
    foreign: Option<u64>,
    /// The keys that are on one side only.
    lone: Lone,
    waits: Waits,
}

impl Track {
    /// Puts into a stream what was found now. `between` tells whether the source has a key whose
    /// index is above the first and not above the second number.
    pub fn tell(
        &mut self,
        stream: &mut Stream,
        (mut judged, mark): (Judged, Option<Mark>),
        ends: &Ends,
        (stall_after, between): (Duration, &dyn Fn(u64, u64) -> bool),
    ) {
        self.remember(&mut judged);
        self.lone.tell(&mut judged, ends.now);
        if let Some(mark) = mark {
            let last = mark.last_replicated;
            // The index of an empty prefix is that of all keys there are.
            let is_due = !mark.is_none() && judged.source > 0 && ends.source_index > last;
            let has_moved = self.last.is_some_and(|before| before != last);
            self.waits.tell(&mut judged, Runs { has_moved, is_due }, ends.now);
            self.look(&judged, last, ends, between);
        }
        // What came after the last move has not waited since then.
        let came = match judged.waiting {
            Waiting::Since(came) => Some(came),
            Waiting::Nothing | Waiting::Unknown => None,
        };
        let still = self.moved.map(|moved| came.map_or(moved, |came| came.max(moved)));
        let stalled = still.and_then(|still| (ends.now - still).to_std().ok());
        stream.verdict = judged.counts.verdict();
        stream.stalled_for = stalled.filter(|stalled| *stalled > stall_after);
        stream.evidence = evidence(&judged, mark.is_some()).into();
        stream.counts = judged.counts;
        stream.waiting = judged.waiting;
        stream.alarms = self.alarms(&judged, mark.is_some());
        stream.last_replicated = mark.map(|mark| mark.last_replicated);
        stream.source_index = Some(ends.source_index);
        stream.differing = judged.differing.into();
        stream.at = Some(ends.now);
        stream.whole_at = ends.whole_at;
        (stream.problem, stream.is_denied) = (None, false);
    }

    /// A key that was edited in the destination stays so although the replicator ran since.
    fn remember(&mut self, judged: &mut Judged) {
        let before = std::mem::take(&mut self.edited);
        for key in judged.differing.iter_mut().filter(|key| key.class == Class::Drift) {
            let Some(index) = key.destination.map(|it| it.modify_index) else { continue };
            if !key.is_edited_there && before.get(&key.name) == Some(&index) {
                key.is_edited_there = true;
                judged.edited_there += 1;
            }
            if key.is_edited_there {
                self.edited.insert(Arc::clone(&key.name), index);
            }
        }
    }

    fn look(
        &mut self,
        judged: &Judged,
        last: u64,
        ends: &Ends,
        between: &dyn Fn(u64, u64) -> bool,
    ) {
        let before = self.last.replace(last);
        if judged.waiting == Waiting::Nothing && judged.counts.pending == 0 || before != Some(last)
        {
            self.moved = Some(ends.now);
        }
        // One that was deleted has not jumped.
        if let Some(from) = before.filter(|before| last > 0 && last < *before) {
            // An index that fell because tombstones were reaped takes the status along. Then no key
            // is left between; and the index is below what it was, or something newer was written.
            let is_shared = ends.source_index == from
                || (ends.source_index > from && between(last, from))
                || self.foreign == Some(from);
            if is_shared {
                self.jump = Some((ends.now, from, last));
            }
        }
        let is_over = |at: DateTime<Utc>| (ends.now - at).to_std().is_ok_and(|t| t > JUMP_SHOWN);
        self.jump = self.jump.filter(|(at, ..)| !is_over(*at));
        // The index of the whole store never falls but with the store itself.
        let is_behind = ends.store_index.is_some_and(|store| store < last);
        let has_risen = before.is_some_and(|before| before < last);
        if has_risen && is_behind && !ends.is_set_back && self.restored.is_none() {
            self.foreign = Some(last);
        }
        if (is_behind && self.foreign != Some(last)) || ends.is_set_back {
            let replicated = before.unwrap_or(last).max(last);
            self.restored.get_or_insert((replicated, ends.source_index));
        } else if judged.counts.drift == 0 {
            self.restored = None;
        }
    }

    /// Worst first.
    fn alarms(&self, judged: &Judged, is_replicated: bool) -> Vec<Alarm> {
        let Judged { counts, source, destination, .. } = *judged;
        let mut alarms = Vec::new();
        let is_mass = counts.extra > 0 && source.saturating_mul(MASS) < destination;
        if is_replicated && is_mass {
            alarms.push(Alarm::MassDelete { deletes: counts.extra, of: destination, source });
        }
        if let Some((_, from, to)) = self.jump {
            alarms.push(Alarm::SharedStatus { from, to });
        }
        if let Some((last_replicated, source_index)) = self.restored {
            alarms.push(Alarm::SourceRestored { last_replicated, source_index });
        }
        if judged.edited_there > 0 {
            alarms.push(Alarm::EditedThere(judged.edited_there));
        }
        alarms
    }
}

/// `2 keys`, `1 key`.
fn keys(n: usize) -> String {
    format!("{n} {}", if n == 1 { "key" } else { "keys" })
}

fn evidence(judged: &Judged, is_replicated: bool) -> String {
    let counts = judged.counts;
    let mut said = Vec::new();
    if counts.drift > 0 {
        let why = if is_replicated { " though replicated" } else { "" };
        said.push(format!("{} differ{}{why}", keys(counts.drift), one(counts.drift)));
    }
    if counts.pending > 0 {
        said.push(format!("{} to come", keys(counts.pending)));
    }
    if counts.extra > 0 {
        said.push(format!("{} only in the destination", keys(counts.extra)));
    }
    match (said.is_empty(), counts.same) {
        (true, 0) => "no keys on either side".to_owned(),
        (true, same) => format!("{} the same on both sides", keys(same)),
        (false, same) => format!("{}; {same} the same", said.join(", ")),
    }
}

/// The ending of a verb after a number.
fn one(n: usize) -> &'static str {
    if n == 1 { "s" } else { "" }
}

/// Why the source's index is not what was replicated last; empty when it is.
pub fn gap(judged: &Judged, mark: Mark, ends: &Ends) -> String {
    let (last, index) = (mark.last_replicated, ends.source_index);
    let counts = judged.counts;
    if last == index {
        return String::new();
    }
    if last > index {
        return match ends.store_index {
            Some(store) if store < last => "the source was restored or rebuilt",
            Some(_) if counts.drift == 0 => "tombstones of deleted keys were reaped in the source",
            _ => "the source was restored, or tombstones were reaped",
        }
        .to_owned();
    }
    match (counts.pending, counts.extra) {
        (0, 0) if judged.source + judged.left_out == 0 => {
            "an empty prefix has the index of all keys there are".to_owned()
        }
        (0, 0) => "what changed since is there already, or is left out".to_owned(),
        (0, extra) => format!("{} to be deleted", keys(extra)),
        (pending, _) => format!("{} to come", keys(pending)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Counts, Differing, Kind, Stamp, StreamId, Verdict};

    struct Looks(Track, Stream);

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    fn looks() -> Looks {
        let id = StreamId {
            kind: Kind::ConsulReplicate,
            source: Some("dc-1".into()),
            destination: "dc-2".into(),
            of: "config/".into(),
            to: "config/".into(),
        };
        Looks(Track::default(), Stream::new(id))
    }

    fn judged(pending: usize, drift: usize, extra: usize) -> Judged {
        let counts = Counts { pending, drift, extra, same: 4 };
        let source = 4 + pending + drift;
        Judged { counts, source, destination: 4 + drift + extra, ..Judged::default() }
    }

    impl Looks {
        /// Looks at a second, with a status and a source's index, and keys at these indexes.
        fn look(&mut self, second: i64, judged: Judged, last: u64, index: u64, keys: &[u64]) {
            let ends = Ends {
                now: at(second),
                whole_at: None,
                source_index: index,
                store_index: None,
                is_set_back: false,
            };
            self.tell(judged, last, &ends, keys);
        }

        fn tell(&mut self, judged: Judged, last: u64, ends: &Ends, keys: &[u64]) {
            let mark = Mark { last_replicated: last, status_index: 1 };
            let between = |a: u64, b: u64| keys.iter().any(|key| (a + 1..=b).contains(key));
            let stall = Duration::from_secs(10);
            self.0.tell(&mut self.1, (judged, Some(mark)), ends, (stall, &between));
        }
    }

    #[test]
    fn it_stalls_when_something_waits_and_the_status_stands() {
        let mut looks = looks();
        looks.look(0, judged(0, 0, 0), 5, 5, &[5]);
        looks.look(100, judged(0, 0, 0), 5, 5, &[5]);
        looks.look(101, judged(2, 0, 0), 5, 7, &[7]);
        assert_eq!((looks.1.verdict, looks.1.stalled_for), (Verdict::Lagging, None));
        looks.look(112, judged(2, 0, 0), 5, 7, &[7]);
        assert_eq!(looks.1.stalled_for, Some(Duration::from_secs(12)));
        looks.look(113, judged(2, 0, 0), 6, 7, &[7]);
        assert_eq!(looks.1.stalled_for, None);
    }

    #[test]
    fn what_came_after_a_long_rest_does_not_stall_at_once() {
        let mut looks = looks();
        looks.look(0, judged(0, 0, 0), 5, 5, &[5]);
        let come = |second| Judged { waiting: Waiting::Since(at(second)), ..judged(1, 0, 0) };
        looks.look(30, come(29), 5, 7, &[7]);
        assert_eq!(looks.1.stalled_for, None);
        looks.look(40, come(29), 5, 7, &[7]);
        assert_eq!(looks.1.stalled_for, Some(Duration::from_secs(11)));
    }

    #[test]
    fn an_edit_in_the_destination_is_one_although_the_replicator_ran_since() {
        let mut looks = looks();
        let key = |index, is_edited_there| Differing {
            name: "a".into(),
            class: Class::Drift,
            source: None,
            destination: Some(Stamp { modify_index: index, len: 1, flags: 0 }),
            is_edited_there,
            since: None,
        };
        let drifted = |key: Differing| Judged {
            edited_there: usize::from(key.is_edited_there),
            differing: vec![key],
            ..judged(0, 1, 0)
        };
        looks.look(0, drifted(key(9, true)), 5, 5, &[5]);
        looks.look(1, drifted(key(9, false)), 7, 7, &[7]);
        assert_eq!(looks.1.alarms, [Alarm::EditedThere(1)]);
        assert!(looks.1.differing[0].is_edited_there);
        looks.look(2, drifted(key(12, false)), 20, 20, &[20]);
        assert!(looks.1.alarms.is_empty(), "it was written since");
    }

    #[test]
    fn a_status_that_jumps_back_alone_is_shared() {
        let mut looks = looks();
        looks.look(0, judged(0, 0, 0), 2081, 2081, &[2081]);
        looks.look(1, judged(0, 0, 0), 147, 2081, &[2081]);
        assert_eq!(looks.1.alarms, [Alarm::SharedStatus { from: 2081, to: 147 }]);
        looks.look(2, judged(0, 0, 0), 2082, 2082, &[2082]);
        assert!(!looks.1.alarms.is_empty(), "it will come again");
        looks.look(4000, judged(0, 0, 0), 2082, 2082, &[2082]);
        assert!(looks.1.alarms.is_empty());
    }

    #[test]
    fn a_status_that_follows_a_reaped_index_is_not_shared() {
        let mut looks = looks();
        looks.look(0, judged(0, 0, 0), 57, 57, &[55]);
        looks.look(1, judged(0, 0, 0), 55, 55, &[55]);
        assert!(looks.1.alarms.is_empty(), "{:?}", looks.1.alarms);
        looks.look(2, judged(0, 0, 0), 57, 57, &[55]);
        // The index fell to 55, and before the next look something was written.
        looks.look(3, judged(1, 0, 0), 55, 90, &[55, 90]);
        assert!(looks.1.alarms.is_empty(), "{:?}", looks.1.alarms);
    }

    #[test]
    fn a_store_below_what_was_replicated_was_restored() {
        let mut looks = looks();
        let mut ends = Ends {
            now: at(0),
            whole_at: None,
            source_index: 131,
            store_index: Some(140),
            is_set_back: false,
        };
        looks.tell(judged(0, 0, 0), 134, &ends, &[131]);
        assert!(looks.1.alarms.is_empty(), "tombstones may have been reaped");
        ends.store_index = Some(131);
        looks.tell(judged(0, 1, 0), 134, &ends, &[131]);
        let alarm = Alarm::SourceRestored { last_replicated: 134, source_index: 131 };
        assert_eq!(looks.1.alarms, std::slice::from_ref(&alarm));
        // The status follows: the index says caught up, what drifts says what happened.
        ends.store_index = None;
        looks.tell(judged(0, 1, 0), 131, &ends, &[131]);
        assert_eq!(looks.1.alarms, [alarm]);
        looks.tell(judged(0, 0, 0), 131, &ends, &[131]);
        assert!(looks.1.alarms.is_empty());
    }

    #[test]
    fn a_status_that_rises_above_the_source_and_falls_back_is_shared() {
        let mut looks = looks();
        let mut ends = Ends {
            now: at(0),
            whole_at: None,
            source_index: 147,
            store_index: Some(150),
            is_set_back: false,
        };
        looks.tell(judged(0, 0, 0), 147, &ends, &[147]);
        looks.tell(judged(0, 2, 0), 2081, &ends, &[147]);
        assert!(looks.1.alarms.is_empty(), "nothing was restored: {:?}", looks.1.alarms);
        (ends.source_index, ends.store_index) = (148, Some(151));
        looks.tell(judged(0, 0, 0), 148, &ends, &[148]);
        assert_eq!(looks.1.alarms, [Alarm::SharedStatus { from: 2081, to: 148 }]);
    }

    #[test]
    fn a_status_that_is_gone_has_not_jumped_and_what_waits_without_it_stalls() {
        let mut looks = looks();
        looks.look(0, judged(0, 0, 0), 2081, 2081, &[2081]);
        looks.look(1, judged(3, 0, 0), 0, 2081, &[2081]);
        assert!(looks.1.alarms.is_empty(), "{:?}", looks.1.alarms);
        looks.look(12, judged(3, 0, 0), 0, 2081, &[2081]);
        assert_eq!(looks.1.stalled_for, Some(Duration::from_secs(11)));
        looks.look(13, judged(0, 0, 0), 2081, 2081, &[2081]);
        assert!(looks.1.alarms.is_empty() && looks.1.stalled_for.is_none(), "{:?}", looks.1);
    }

    #[test]
    fn a_gap_to_an_empty_source_is_what_will_be_deleted_if_anything_will() {
        let ends = Ends {
            now: at(0),
            whole_at: None,
            source_index: 9,
            store_index: None,
            is_set_back: false,
        };
        let mark = Mark { last_replicated: 5, status_index: 1 };
        let empty = |extra| Judged { source: 0, ..judged(0, 0, extra) };
        assert_eq!(gap(&empty(10), mark, &ends), "10 keys to be deleted");
        assert!(gap(&empty(0), mark, &ends).starts_with("an empty prefix has the index"));
    }

    #[test]
    fn an_emptied_source_is_an_alarm_before_the_keys_are_gone() {
        let mut looks = looks();
        let emptied = Judged { source: 0, destination: 10, ..judged(0, 0, 10) };
        looks.look(0, emptied, 5, 9, &[]);
        let alarm = Alarm::MassDelete { deletes: 10, of: 10, source: 0 };
        assert_eq!(looks.1.alarms, [alarm]);
        let few = Judged { source: 9, destination: 10, ..judged(0, 0, 1) };
        looks.look(1, few, 5, 9, &[]);
        assert!(looks.1.alarms.is_empty());
    }
}
