//! The moments between which something happened, so that a key can step from one to the next.
//!
//! Changes that follow one another closely are one: what an operator wants to see is the state
//! after them. Invariant: moments are in order, and no two overlap.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// Nothing happens for so long between two moments: what follows from one change comes sooner.
const QUIET: TimeDelta = TimeDelta::milliseconds(1_000);
/// However much goes on, a moment is no longer than this: one step of a key.
const LONGEST: TimeDelta = TimeDelta::seconds(10);

/// Changes that followed one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

/// All of them, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments {
    all: VecDeque<Moment>,
}

impl Moments {
    /// Notes that something happened, at or after all that was noted before.
    pub fn note(&mut self, at: DateTime<Utc>) {
        match self.all.back_mut() {
            Some(last) if at - last.last < QUIET && at - last.first < LONGEST => last.last = at,
            _ => self.all.push_back(Moment { first: at, last: at }),
        }
    }

    /// The end of the moment so many before what was shown at `from`, or before now; `None` where
    /// there are not so many.
    pub fn before(&self, from: Option<DateTime<Utc>>, steps: usize) -> Option<DateTime<Utc>> {
        let shown = self.shown(from)?;
        self.all.get(shown.checked_sub(steps)?).map(|moment| moment.last)
    }

    /// The end of the moment so many after what was shown at `from`; `None` where that is what is
    /// shown now.
    pub fn after(&self, from: DateTime<Utc>, steps: usize) -> Option<DateTime<Utc>> {
        let next = self.all.partition_point(|moment| moment.last <= from);
        let at = next + steps.checked_sub(1)?;
        // What came last is what is live.
        (at + 1 < self.all.len()).then(|| self.all.get(at).map(|moment| moment.last))?
    }

    /// Forgets what is earlier than what can be shown.
    pub fn forget_before(&mut self, from: DateTime<Utc>) {
        while self.all.front().is_some_and(|moment| moment.last < from) {
            self.all.pop_front();
        }
    }

    /// Forgets what came between two times: all that can be shown of it is the first.
    pub fn only(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) {
        let first = self.all.partition_point(|moment| moment.last < from);
        let end = self.all.partition_point(|moment| moment.last < until);
        self.all.drain(first..end.max(first));
        self.all.insert(first, Moment { first: from, last: from });
    }

    /// The moment whose state is shown at a time: the last that was over by then.
    fn shown(&self, from: Option<DateTime<Utc>>) -> Option<usize> {
        let Some(from) = from else { return self.all.len().checked_sub(1) };
        self.all.partition_point(|moment| moment.last <= from).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    fn moments(all: &[i64]) -> Moments {
        let mut moments = Moments::default();
        all.iter().for_each(|millis| moments.note(at(*millis)));
        moments
    }

    #[test]
    fn what_follows_from_one_change_is_one_moment() {
        let moments = moments(&[0, 300, 900, 5_000, 5_100, 20_000]);
        assert_eq!(moments.before(None, 1), Some(at(5_100)));
        assert_eq!(moments.before(None, 2), Some(at(900)));
        assert_eq!(moments.before(None, 3), None);
    }

    #[test]
    fn steps_there_and_back_meet_and_end_at_what_is_live() {
        let moments = moments(&[0, 5_000, 10_000, 15_000]);
        assert_eq!(moments.before(Some(at(7_000)), 1), Some(at(0)));
        assert_eq!(moments.before(Some(at(5_000)), 1), Some(at(0)));
        assert_eq!(moments.after(at(0), 1), Some(at(5_000)));
        assert_eq!(moments.after(at(0), 2), Some(at(10_000)));
        assert_eq!(moments.after(at(0), 3), None);
        assert_eq!(moments.after(at(15_000), 1), None);
    }

    #[test]
    fn a_storm_is_cut_into_steps() {
        let all: Vec<i64> = (0..300).map(|n| n * 100).collect();
        let moments = moments(&all);
        assert_eq!(moments.before(None, 1), Some(at(19_900)));
        assert_eq!(moments.before(None, 2), Some(at(9_900)));
    }

    #[test]
    fn of_a_time_whose_changes_are_gone_the_beginning_stays() {
        let mut moments = moments(&[0, 5_000, 10_000, 15_000]);
        moments.only(at(4_000), at(15_000));
        assert_eq!(moments.before(None, 1), Some(at(4_000)));
        assert_eq!(moments.after(at(0), 1), Some(at(4_000)));
        assert_eq!(moments.before(None, 2), Some(at(0)));
    }

    #[test]
    fn what_can_no_longer_be_shown_is_no_moment() {
        let mut moments = moments(&[0, 5_000, 10_000]);
        moments.forget_before(at(5_000));
        assert_eq!(moments.before(None, 1), Some(at(5_000)));
        assert_eq!(moments.before(None, 2), None);
    }
}
