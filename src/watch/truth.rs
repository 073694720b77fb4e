//! Until when what a watcher told was certainly true, so that a change is dated no better than it is
//! known.
//!
//! A blocking query that hung is answered as something changes: what was told before was true until
//! then. One that was answered at once found the change already made, some time since the answer
//! before, or since the list was last confirmed if it was lost in between.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::freshness::{Freshness, State};

/// A query that took longer than this hung.
const HUNG: Duration = Duration::from_secs(1);
/// A change that is dated within this is told as if it happened when it was seen.
const LATE: TimeDelta = TimeDelta::seconds(2);

/// What is known of the time of one list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Truth {
    until: Option<DateTime<Utc>>,
}

impl Truth {
    /// An answer came at `at`, so long after it was asked for; returns until when the answer before
    /// was true, which is `None` for the first.
    pub fn answered(&mut self, at: DateTime<Utc>, elapsed: Duration) -> Option<DateTime<Utc>> {
        let before = self.until.replace(at)?;
        Some(if elapsed >= HUNG { at } else { before })
    }

    /// The list is no longer known to be true, or is again.
    pub fn freshness(&mut self, freshness: &Freshness) {
        if let (State::Stale { since, .. }, Some(_)) = (&freshness.state, self.until) {
            self.until = self.until.max(*since);
        }
    }
}

/// Since when what was seen at `at` may have happened, where that is worth telling: `until` is when
/// it was certainly not so yet.
pub(super) fn after(until: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    until.filter(|until| at.signed_duration_since(*until) > LATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn stale(since: i64) -> Freshness {
        let state = State::Stale { since: Some(at(since)), why: "reset".into(), retry_at: None };
        Freshness { state, ..Freshness::default() }
    }

    #[test]
    fn what_ends_a_hanging_query_happened_just_then() {
        let mut truth = Truth::default();
        assert_eq!(truth.answered(at(1), Duration::ZERO), None, "nothing was known");
        assert_eq!(truth.answered(at(40), Duration::from_secs(39)), Some(at(40)));
        assert_eq!(truth.answered(at(50), Duration::ZERO), Some(at(40)), "it was polled");
    }

    #[test]
    fn a_list_that_was_lost_was_true_until_it_was_last_confirmed() {
        let mut truth = Truth::default();
        truth.freshness(&stale(1));
        assert_eq!(truth.answered(at(2), Duration::ZERO), None, "none came before");
        truth.freshness(&stale(30));
        assert_eq!(truth.answered(at(90), Duration::ZERO), Some(at(30)));
    }

    #[test]
    fn a_moment_is_not_told_as_a_span() {
        assert_eq!(after(Some(at(10)), at(11)), None);
        assert_eq!(after(Some(at(10)), at(20)), Some(at(10)));
        assert_eq!(after(None, at(20)), None);
    }
}
