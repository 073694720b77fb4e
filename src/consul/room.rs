//! How many connections an agent takes from here, as far as refusals tell.
//!
//! Pure. An agent resets the connection that is one too many from a client address, also those of
//! other programs on this machine, so room is found out by losing connections: a refusal says that
//! fewer fit than are open, and a quiet time that there may be more again. A reset means this only
//! while the agent is known to live, or before it was heard at all; else it went away, and its
//! successor owes nobody anything.

use std::time::Duration;

use tokio::time::Instant;

/// An agent that answered so lately lives. Longer than the pause between two pulses.
const ALIVE: Duration = Duration::from_secs(8);
/// How long no connection may have been refused before more are tried.
const QUIET: Duration = Duration::from_secs(15);
/// So many are for calls before any blocks: a question must not wait for the answer to another.
const FOR_CALLS: usize = 2;

/// What is known of one agent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Room {
    /// The most connections to open; `None` while no end was met.
    most: Option<usize>,
    /// When that last changed, or would have.
    changed: Option<Instant>,
    /// When the agent last answered anything.
    heard: Option<Instant>,
}

impl Room {
    /// True while the agent takes fewer connections than wanted.
    pub fn is_short(&self) -> bool {
        self.most.is_some()
    }

    /// The agent answered. After a quiet time half as many more are tried; from `plenty` on there
    /// is no end. True when there may be room for one that waits.
    pub fn answered(&mut self, plenty: usize, now: Instant) -> bool {
        self.heard = Some(now);
        let Some(most) = self.most.filter(|_| is_past(self.changed, QUIET, now)) else {
            return false;
        };
        let more = most + (most / 2).max(1);
        self.most = (more < plenty).then_some(more);
        self.changed = Some(now);
        true
    }

    /// The agent refused a connection while so many were open or about to be, that one included.
    /// One fewer than fit is used from now on, so that others here find room. False when it is the
    /// agent that went away.
    pub fn refused(&mut self, open: usize, now: Instant) -> bool {
        if self.heard.is_some() && is_past(self.heard, ALIVE, now) {
            self.gone();
            return false;
        }
        let fit = open.saturating_sub(2).max(1);
        self.most = Some(self.most.map_or(fit, |most| most.min(fit)));
        self.changed = Some(now);
        true
    }

    /// True when the agent ever answered.
    pub fn was_heard(&self) -> bool {
        self.heard.is_some()
    }

    /// Nobody is there: what comes next is another agent.
    pub fn gone(&mut self) {
        *self = Self::default();
    }

    /// How many may block, of `wanted`.
    pub fn for_blocking(&self, wanted: usize) -> usize {
        self.most.map_or(wanted, |most| most.saturating_sub(FOR_CALLS).min(wanted))
    }

    /// How many that do not block may be on their way while so many block.
    pub fn for_calls(&self, blocking: usize) -> usize {
        let least = |most: usize| most.min(FOR_CALLS);
        self.most.map_or(usize::MAX, |most| most.saturating_sub(blocking).max(least(most)))
    }
}

fn is_past(at: Option<Instant>, span: Duration, now: Instant) -> bool {
    at.is_none_or(|at| now.saturating_duration_since(at) >= span)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: usize = 20;

    #[test]
    fn a_refusal_leaves_one_fewer_than_fit_until_it_has_been_quiet() {
        let mut room = Room::default();
        let start = Instant::now();
        assert!(!room.answered(PLENTY, start) && !room.is_short());
        assert!(room.refused(7, start));
        assert_eq!((room.for_blocking(64), room.for_calls(0)), (3, 5));
        assert_eq!((room.for_calls(3), room.for_calls(9)), (2, 2), "two calls always fit");
        assert!(room.refused(9, start), "it never grows by a refusal");
        assert_eq!(room.for_calls(0), 5);

        let mut now = start;
        for (calls, blocking) in [(7, 5), (10, 8), (15, 13), (usize::MAX, 64)] {
            assert!(!room.answered(PLENTY, now), "not yet quiet");
            now += QUIET;
            assert!(room.answered(PLENTY, now));
            assert_eq!((room.for_calls(0), room.for_blocking(64)), (calls, blocking));
        }
        assert!(!room.is_short());
    }

    #[test]
    fn where_almost_nothing_fits_nothing_blocks() {
        let mut room = Room::default();
        let now = Instant::now();
        room.answered(PLENTY, now);
        for open in [2, 1, 0] {
            assert!(room.refused(open, now));
            assert_eq!((room.for_blocking(64), room.for_calls(0)), (0, 1));
        }
        room.answered(PLENTY, now + QUIET);
        assert_eq!((room.for_blocking(64), room.for_calls(0)), (0, 2));
    }

    #[test]
    fn an_agent_that_is_silent_went_away() {
        let mut room = Room::default();
        let now = Instant::now();
        assert!(room.refused(7, now), "who was never heard may be full");
        room.answered(PLENTY, now);
        assert!(room.refused(7, now + ALIVE / 2));
        assert!(!room.refused(7, now + ALIVE));
        assert!(!room.is_short(), "and the next one knows nothing of this one's limits");
    }
}
