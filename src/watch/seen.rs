//! When what an answer brought may have happened.
//!
//! A blocking query that hung is answered as something changes: it happened just then. Everything
//! else happened since the list was last known to be true: a change that was found by asking again,
//! after the pause between two questions, after an error, without a leader, or that waited unread
//! while dcview was stopped. Invariant: what is told to have happened at a moment did so within
//! [`MOMENT`] before it, as far as the way to the datacenter was as quick as its pulse said.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Stamp;

/// What happened within this is told as of the moment when it was seen.
const MOMENT: Duration = Duration::from_secs(2);
/// A query that was held for less may have been answered at once by a busy server: what it brings
/// is dated as if it was.
const HELD: Duration = Duration::from_secs(1);
/// A query that was held for more was not answered at once, for all that is known of its server.
const HUNG: Duration = Duration::from_millis(100);

/// When something was seen, and since when it may have been so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// When it was seen (UTC).
    pub at: DateTime<Utc>,
    /// When it was certainly not so yet (UTC), where that is worth telling.
    pub after: Option<DateTime<Utc>>,
    /// True when it ended a query that hung: nothing had happened to the list until then.
    pub is_prompt: bool,
    /// False for what any server said without a leader: it may be older than what is known.
    pub is_present: bool,
}

/// How an answer came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Came {
    /// When.
    pub at: Stamp,
    /// How much longer it took than an answer that is given at once, for a blocking query.
    pub held: Option<Duration>,
    /// It may have waited here since this moment, as dcview was stopped.
    pub slept: Option<Stamp>,
    /// A leader answered: it is the present.
    pub is_led: bool,
}

/// Until when one list is known to have been true.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sight {
    until: Option<Stamp>,
    /// Not known to be true at present: what hangs may hang on a dead way.
    is_lost: bool,
}

impl Sight {
    /// The datacenter was heard while a query for the list hung.
    pub fn confirmed(&mut self, at: Option<Stamp>) {
        if !self.is_lost {
            self.until = self.until.max(at);
        }
    }

    /// The list is no longer known to be true.
    pub fn lost(&mut self) {
        self.is_lost = true;
    }

    /// An answer came.
    pub fn answered(&mut self, came: Came) -> Seen {
        let before = self.until;
        let hung = came.is_led && !self.is_lost && before.is_some();
        let held = came.held.unwrap_or_default();
        // When it was still as it had been.
        let was_so = match came.slept {
            Some(asleep) if hung && held > HELD => Some(asleep),
            Some(asleep) => before.map(|before| before.min(asleep)),
            None if hung && held > HELD => Some(came.at),
            None => before,
        };
        self.is_lost = !came.is_led;
        if came.is_led {
            self.until = Some(came.slept.unwrap_or(came.at));
        }
        let is_prompt = hung && held > HUNG && came.slept.is_none();
        Seen { is_prompt, is_present: came.is_led, ..seen(was_so, came.at) }
    }
}

impl Seen {
    /// Seen just now, and not long before.
    pub fn now(now: Stamp) -> Self {
        Self { at: now.at, after: None, is_prompt: false, is_present: true }
    }
}

/// What was seen at `now` and was not so yet at `before`.
pub(super) fn seen(before: Option<Stamp>, now: Stamp) -> Seen {
    let after = before.filter(|before| now.since(*before) > MOMENT).map(|before| before.at);
    Seen { after, ..Seen::now(now) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn s(seconds: u64) -> Stamp {
        let at = DateTime::from_timestamp(seconds as i64, 0).unwrap();
        Stamp::made(Duration::from_secs(seconds), at)
    }

    const PLAIN: Came = Came {
        at: Stamp::made(Duration::ZERO, DateTime::UNIX_EPOCH),
        held: None,
        slept: None,
        is_led: true,
    };

    fn came(at: u64) -> Came {
        Came { at: s(at), ..PLAIN }
    }

    fn hung(at: u64) -> Came {
        Came { held: Some(Duration::from_secs(9)), ..came(at) }
    }

    fn sight() -> Sight {
        let mut sight = Sight::default();
        assert_eq!(sight.answered(came(10)).after, None, "nothing was known");
        sight
    }

    fn after(seen: Seen) -> Option<i64> {
        seen.after.map(|at| at.timestamp())
    }

    #[test]
    fn what_ends_a_hanging_query_happened_just_then() {
        let seen = sight().answered(hung(50));
        assert_eq!((after(seen), seen.is_prompt), (None, true));
    }

    #[test]
    fn what_was_found_by_asking_happened_since_it_was_last_known() {
        let mut sight = sight();
        assert_eq!(after(sight.answered(came(20))), Some(10));
        assert_eq!(after(sight.answered(came(22))), None, "a moment");
    }

    #[test]
    fn a_list_that_was_lost_was_true_until_it_was_last_confirmed() {
        let mut sight = sight();
        sight.confirmed(Some(s(30)));
        sight.lost();
        sight.confirmed(Some(s(90)));
        assert_eq!(after(sight.answered(came(95))), Some(30));
        assert_eq!(after(sight.answered(hung(120))), None);
    }

    #[test]
    fn a_query_that_hung_on_a_dead_way_was_not_prompt() {
        let mut sight = sight();
        sight.confirmed(Some(s(30)));
        sight.lost();
        let seen = sight.answered(hung(60));
        assert_eq!((after(seen), seen.is_prompt), (Some(30), false));
    }

    #[test]
    fn what_waited_while_dcview_was_stopped_happened_since_then() {
        let mut sight = sight();
        let waited = Came { slept: Some(s(40)), ..hung(100) };
        let seen = sight.answered(waited);
        assert_eq!((after(seen), seen.is_prompt), (Some(40), false));
        // The server had given up waiting meanwhile, and what changed later is found by asking.
        assert_eq!(after(sight.answered(came(101))), Some(40));
        assert_eq!(after(sight.answered(hung(130))), None);
    }

    #[test]
    fn what_any_server_says_without_a_leader_is_not_the_present() {
        let mut sight = sight();
        let stale = |at| Came { is_led: false, ..came(at) };
        sight.answered(stale(20));
        sight.answered(stale(30));
        assert_eq!(after(sight.answered(hung(40))), Some(10));
        assert_eq!(after(sight.answered(hung(60))), None);
    }
}
