//! Both ends of a stream of keys, key by key.
//!
//! The ends are walked together in the order of their names. Two keys are the same when value and
//! flags are; an index only tells *why* two are not. With ends that were read in the order status,
//! destination, source no key is called drift that a replicator is about to bring: what the status
//! covers was in the destination before the status was written, so it was there when the
//! destination was read; and what replaced it since has, in the source that was read last, an index
//! above the status. That holds for each key by itself, so the keys of one end need not be of one
//! moment. Cost: one step for each key of both ends.

#[cfg(test)]
mod interleaved;

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use super::{Class, Counts, Differing, MOST_DIFFERING, Rule, Stamp, Waiting};
use crate::domain::kv::Print;

/// What is kept of a key that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its `ModifyIndex`.
    pub modify_index: u64,
    /// Its value and flags, as far as needed to compare them.
    pub print: Print,
    /// When it was first seen as it is (UTC); `None` when it was so at the first look.
    pub seen: Option<DateTime<Utc>>,
}

/// How far a replicator says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it carried last, in the source's terms.
    pub last_replicated: u64,
    /// The status key's own `ModifyIndex`, in the destination's terms.
    pub status_index: u64,
}

impl Mark {
    /// What holds without a status: the next run takes nothing as done, and of nothing it is known
    /// whether it was written after the last one.
    pub const NONE: Self = Self { last_replicated: 0, status_index: u64::MAX };

    /// True when there is no status. A replicator never writes that it carried nothing: no index of
    /// Consul's is 0.
    pub fn is_none(self) -> bool {
        self.last_replicated == 0
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// How many keys are in which state.
    pub counts: Counts,
    /// Those that are not the same, by name, at most [`MOST_DIFFERING`].
    pub differing: Vec<Differing>,
    /// Since when something waits.
    pub waiting: Waiting,
    /// How many that drift were changed in the destination after the status was written.
    pub edited_there: usize,
    /// How many keys the source has, those left out not among them.
    pub source: usize,
    /// How many keys the destination has, those left out not among them.
    pub destination: usize,
    /// How many keys of the source are left out.
    pub left_out: usize,
}

/// Compares both ends: names below the prefixes, in the order of their bytes. Without a mark nothing
/// is under way: what differs drifts.
pub fn judge<'a>(
    rule: &Rule,
    mark: Option<Mark>,
    source: impl Iterator<Item = (&'a str, &'a Held)>,
    destination: impl Iterator<Item = (&'a str, &'a Held)>,
) -> Judged {
    let mut judged = Judged::default();
    let (mut source, mut destination) = (source.peekable(), destination.peekable());
    loop {
        let order = match (source.peek(), destination.peek()) {
            (None, None) => return judged,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        let left = if order.is_le() { source.next() } else { None };
        let right = if order.is_ge() { destination.next() } else { None };
        let Some((name, _)) = left.or(right) else { return judged };
        let (left, right) = (left.map(|(_, held)| held), right.map(|(_, held)| held));
        if rule.is_left_out(name) {
            judged.left_out += usize::from(left.is_some());
        } else {
            judged.add(name, mark, left, right);
        }
    }
}

impl Judged {
    fn add(&mut self, name: &str, mark: Option<Mark>, left: Option<&Held>, right: Option<&Held>) {
        self.source += usize::from(left.is_some());
        self.destination += usize::from(right.is_some());
        let class = match (left, right) {
            (Some(left), Some(right)) if left.print == right.print => {
                self.counts.same += 1;
                return;
            }
            (None, _) => Class::Extra,
            (Some(left), _) if mark.is_some_and(|at| left.modify_index > at.last_replicated) => {
                Class::Pending
            }
            (Some(_), _) => Class::Drift,
        };
        let after = |mark: Mark| right.is_some_and(|held| held.modify_index > mark.status_index);
        let is_edited_there = class == Class::Drift && mark.is_some_and(after);
        // A difference is as old as the later of both ends; what was so before any look is older than
        // what was seen to come.
        let of = |held: Option<&Held>| held.and_then(|held| held.seen);
        let since = match class {
            Class::Pending => of(left),
            Class::Drift | Class::Extra => of(left).max(of(right)),
        };
        match class {
            Class::Extra => self.counts.extra += 1,
            Class::Drift => self.counts.drift += 1,
            Class::Pending => {
                self.counts.pending += 1;
                self.waiting = older(self.waiting, since);
            }
        }
        self.edited_there += usize::from(is_edited_there);
        if self.differing.len() < MOST_DIFFERING {
            let (source, destination) = (left.map(Stamp::from), right.map(Stamp::from));
            let name = name.into();
            let differing = Differing { name, class, source, destination, is_edited_there, since };
            self.differing.push(differing);
        }
    }
}

/// What waits for longer: a time, and one that is not known because it was before any look.
pub(super) fn older(waiting: Waiting, since: Option<DateTime<Utc>>) -> Waiting {
    match (waiting, since) {
        (Waiting::Unknown, _) | (_, None) => Waiting::Unknown,
        (Waiting::Nothing, Some(since)) => Waiting::Since(since),
        (Waiting::Since(first), Some(since)) => Waiting::Since(first.min(since)),
    }
}

impl From<&Held> for Stamp {
    fn from(held: &Held) -> Self {
        let Held { modify_index, print, .. } = *held;
        Self { modify_index, len: print.len(), flags: print.flags() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(modify_index: u64, value: &str) -> Held {
        Held { modify_index, print: Print::of(value.as_bytes(), 0), seen: None }
    }

    fn judge_at(
        last: Option<u64>,
        source: &[(&str, Held)],
        destination: &[(&str, Held)],
    ) -> Judged {
        fn each<'a>(list: &'a [(&str, Held)]) -> impl Iterator<Item = (&'a str, &'a Held)> {
            list.iter().map(|(name, held)| (*name, held))
        }
        let mark = last.map(|last_replicated| Mark { last_replicated, status_index: 50 });
        let rule = Rule { exclude: vec!["x".into()], ..Rule::default() };
        judge(&rule, mark, each(source), each(destination))
    }

    #[test]
    fn each_key_is_in_one_class() {
        let source = [
            ("changed", held(12, "new")),
            ("drifted", held(9, "mine")),
            ("missing", held(8, "")),
            ("new", held(11, "")),
            ("same", held(20, "a")),
            ("x-left-out", held(30, "a")),
        ];
        let destination = [
            ("added", held(70, "")),
            ("changed", held(60, "old")),
            ("drifted", held(51, "theirs")),
            ("same", held(3, "a")),
            ("x-too", held(80, "b")),
        ];
        let judged = judge_at(Some(10), &source, &destination);
        let told: Vec<_> = judged.differing.iter().map(|d| (&*d.name, d.class)).collect();
        let expected = [
            ("added", Class::Extra),
            ("changed", Class::Pending),
            ("drifted", Class::Drift),
            ("missing", Class::Drift),
            ("new", Class::Pending),
        ];
        assert_eq!(told, expected);
        assert_eq!(judged.counts, Counts { pending: 2, drift: 2, extra: 1, same: 1 });
        assert_eq!((judged.source, judged.destination, judged.left_out), (5, 4, 1));
        assert_eq!((judged.edited_there, judged.waiting), (1, Waiting::Unknown));
    }

    #[test]
    fn without_a_replicator_nothing_is_under_way() {
        let judged = judge_at(None, &[("a", held(9, "1"))], &[("a", held(1, "2"))]);
        assert_eq!(judged.counts, Counts { drift: 1, ..Counts::default() });
        assert_eq!((judged.edited_there, judged.waiting), (0, Waiting::Nothing));
    }

    #[test]
    fn the_oldest_that_waits_is_told_if_all_were_seen_to_come() {
        let at = |second| DateTime::from_timestamp(second, 0);
        let mut source =
            [("a", held(9, "1")), ("b", held(8, "1")), ("c", held(2, "1")), ("d", held(1, "1"))];
        source[0].1.seen = at(30);
        source[1].1.seen = at(20);
        source[2].1.seen = at(10);
        let judged = judge_at(Some(5), &source[..3], &[]);
        assert_eq!(judged.waiting, Waiting::Since(at(20).unwrap()));
        source[1].1.seen = None;
        assert_eq!(judge_at(Some(5), &source, &[]).waiting, Waiting::Unknown);
    }

    #[test]
    fn a_difference_is_as_old_as_the_later_of_its_ends() {
        let at = |second| DateTime::from_timestamp(second, 0);
        let seen = |second, value| Held { seen: at(second), ..held(3, value) };
        let since = |left: Held, right: Held| {
            judge_at(Some(5), &[("a", left)], &[("a", right)]).differing[0].since
        };
        assert_eq!(since(seen(10, "1"), seen(20, "2")), at(20));
        assert_eq!(since(seen(30, "1"), seen(20, "2")), at(30));
        assert_eq!(since(held(3, "1"), seen(20, "2")), at(20));
        assert_eq!(since(held(3, "1"), held(3, "2")), None);
    }

    #[test]
    fn flags_count_and_indexes_do_not() {
        let flagged = Held { print: Print::of(b"1", 7), ..held(3, "") };
        assert_eq!(judge_at(Some(5), &[("a", flagged)], &[("a", held(3, "1"))]).counts.drift, 1);
        assert_eq!(
            judge_at(Some(5), &[("a", held(3, "1"))], &[("a", held(9, "1"))]).counts.same,
            1
        );
    }
}
