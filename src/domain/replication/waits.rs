//! Since when what a replicator has to bring or to take away waits for its next run.
//!
//! A key that is written again while it waits waits on: else a key that changes often would hide a
//! replicator that is dead. What a run has brought waits anew when it changes once more. Deletions
//! wait too, but only while a run is due: what was added to the destination by hand waits for nobody.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::judge::older;
use super::{Class, Judged, Waiting};

/// What waited at the last look.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits {
    keys: HashMap<Arc<str>, Wait>,
    has_looked: bool,
}

/// How a key waited at the last look.
#[derive(Clone, Copy, Debug)]
struct Wait {
    /// Since when (UTC); `None` for before any look.
    since: Option<DateTime<Utc>>,
    /// Its index in the destination, where it was there.
    index: Option<u64>,
}

/// What is known of the replicator's runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runs {
    /// One has ended since the last look.
    pub has_moved: bool,
    /// The source's prefix changed after the last one.
    pub is_due: bool,
}

impl Waits {
    /// Tells of each key that is to come since when it waits, and since when the oldest does.
    pub fn tell(&mut self, judged: &mut Judged, runs: Runs, now: DateTime<Utc>) {
        let before = std::mem::take(&mut self.keys);
        let mut waiting = Waiting::Nothing;
        for key in &mut judged.differing {
            match key.class {
                Class::Drift => continue,
                Class::Extra if !runs.is_due => continue,
                Class::Extra => {}
                Class::Pending => {
                    let index = key.destination.map(|it| it.modify_index);
                    key.since = match before.get(&key.name) {
                        Some(wait) if !runs.has_moved && wait.index == index => {
                            wait.since.map(|since| key.since.map_or(since, |own| own.min(since)))
                        }
                        Some(wait) => key.since.or(wait.since),
                        // It was the same, or counted as brought, at the last look.
                        None => key.since.or_else(|| self.has_looked.then_some(now)),
                    };
                    self.keys.insert(Arc::clone(&key.name), Wait { since: key.since, index });
                }
            }
            waiting = older(waiting, key.since);
        }
        let is_whole = judged.differing.len() == judged.counts.differing();
        judged.waiting = match (is_whole, judged.waiting) {
            (true, _) | (false, Waiting::Nothing) => waiting,
            (false, Waiting::Unknown) => Waiting::Unknown,
            (false, Waiting::Since(since)) => older(waiting, Some(since)),
        };
        self.has_looked = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::{Counts, Differing, Stamp};

    const RESTS: Runs = Runs { has_moved: false, is_due: false };

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn key(class: Class, since: Option<i64>, there: Option<u64>) -> Differing {
        let stamp = |modify_index| Stamp { modify_index, len: 1, flags: 0 };
        Differing {
            name: "a".into(),
            class,
            source: Some(stamp(9)),
            destination: there.map(stamp),
            is_edited_there: false,
            since: since.map(at),
        }
    }

    fn tell(waits: &mut Waits, key: Option<Differing>, runs: Runs, second: i64) -> Waiting {
        let mut counts = Counts::default();
        match key.as_ref().map(|key| key.class) {
            Some(Class::Pending) => counts.pending = 1,
            Some(Class::Extra) => counts.extra = 1,
            Some(Class::Drift) => counts.drift = 1,
            None => {}
        }
        let differing = key.into_iter().collect();
        let mut judged = Judged { counts, differing, ..Judged::default() };
        waits.tell(&mut judged, runs, at(second));
        judged.waiting
    }

    #[test]
    fn a_key_that_is_written_again_waits_on_until_it_arrives_or_a_run_ends() {
        let mut waits = Waits::default();
        let pending = |since, there| Some(key(Class::Pending, Some(since), there));
        assert_eq!(tell(&mut waits, pending(10, Some(5)), RESTS, 11), Waiting::Since(at(10)));
        assert_eq!(tell(&mut waits, pending(20, Some(5)), RESTS, 21), Waiting::Since(at(10)));
        // What it was meanwhile has arrived, before the run has ended.
        assert_eq!(tell(&mut waits, pending(20, Some(7)), RESTS, 22), Waiting::Since(at(20)));
        let moved = Runs { has_moved: true, ..RESTS };
        assert_eq!(tell(&mut waits, pending(30, Some(7)), moved, 31), Waiting::Since(at(30)));
        assert_eq!(tell(&mut waits, None, RESTS, 32), Waiting::Nothing);
    }

    #[test]
    fn what_waited_before_any_look_does_so_though_it_is_written_again() {
        let mut waits = Waits::default();
        let pending = |since| Some(key(Class::Pending, since, None));
        assert_eq!(tell(&mut waits, pending(None), RESTS, 10), Waiting::Unknown);
        assert_eq!(tell(&mut waits, pending(Some(20)), RESTS, 21), Waiting::Unknown);
    }

    #[test]
    fn what_was_brought_and_is_to_come_again_waits_since_that_was_seen() {
        let mut waits = Waits::default();
        assert_eq!(tell(&mut waits, None, RESTS, 10), Waiting::Nothing);
        // Its status was deleted: the key is as old as ever.
        let old = || Some(key(Class::Pending, None, None));
        let moved = Runs { has_moved: true, ..RESTS };
        assert_eq!(tell(&mut waits, old(), moved, 20), Waiting::Since(at(20)));
        assert_eq!(tell(&mut waits, old(), RESTS, 30), Waiting::Since(at(20)));
    }

    #[test]
    fn a_deletion_waits_while_a_run_is_due() {
        let mut waits = Waits::default();
        let extra = || Some(key(Class::Extra, Some(10), Some(5)));
        assert_eq!(tell(&mut waits, extra(), RESTS, 11), Waiting::Nothing);
        let due = Runs { is_due: true, ..RESTS };
        assert_eq!(tell(&mut waits, extra(), due, 12), Waiting::Since(at(10)));
        assert_eq!(
            tell(&mut waits, Some(key(Class::Drift, None, None)), due, 13),
            Waiting::Nothing
        );
    }
}
