//! What time it is, for all that dcview says of time.
//!
//! It is the machine's clock, but never earlier than it was told before: a clock that is set forward
//! is followed at once, and one that is set back is not, until it has caught up; meanwhile time goes
//! on by what really passed. So what happened later is never dated earlier. How long something took
//! is told by [`Stamp::since`], which no setting of the clock changes and which counts the time that
//! the machine slept.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rustix::time::{ClockId, clock_gettime};

/// How far the machine's clock must be behind before it is worth a line in the log.
const SET_BACK: TimeDelta = TimeDelta::seconds(2);

/// The clock that goes on while the machine sleeps, where there is one.
#[cfg(any(target_os = "linux", target_os = "android"))]
const RUNNING: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const RUNNING: ClockId = ClockId::Monotonic;

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// What the machine ran, or slept, since some moment of its own.
    running: Duration,
    /// What it is called (UTC).
    pub at: DateTime<Utc>,
}

impl Stamp {
    /// How much time passed since an earlier moment; none when it is a later one.
    pub fn since(self, earlier: Self) -> Duration {
        self.running.saturating_sub(earlier.running)
    }

    /// A moment that is so long after the machine began to run and is called `at`, for tests.
    #[cfg(test)]
    pub const fn made(running: Duration, at: DateTime<Utc>) -> Self {
        Self { running, at }
    }
}

/// The time (UTC), never earlier than it was told before.
pub fn now() -> DateTime<Utc> {
    stamp().at
}

/// The present moment.
pub fn stamp() -> Stamp {
    static STEADY: Mutex<Option<Steady>> = Mutex::new(None);
    let mut steady = STEADY.lock().unwrap_or_else(PoisonError::into_inner);
    // In this order: what passes between the two must not look as if the clock was set forward.
    let wall = Utc::now();
    let running = running();
    steady.get_or_insert_with(|| Steady::new(wall, running)).tell(wall, running)
}

fn running() -> Duration {
    let time = clock_gettime(RUNNING);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// A clock that does not go back.
#[derive(Debug)]
struct Steady {
    last: Stamp,
    is_ahead: bool,
}

impl Steady {
    fn new(at: DateTime<Utc>, running: Duration) -> Self {
        Self { last: Stamp { running, at }, is_ahead: false }
    }

    /// The present, when the machine's clock shows `wall`.
    fn tell(&mut self, wall: DateTime<Utc>, running: Duration) -> Stamp {
        let passed = running.saturating_sub(self.last.running);
        let passed = TimeDelta::from_std(passed).unwrap_or_default();
        let steady = self.last.at.checked_add_signed(passed).unwrap_or(self.last.at);
        let ahead = steady.signed_duration_since(wall);
        if ahead > SET_BACK && !self.is_ahead {
            let seconds = ahead.num_seconds();
            tracing::warn!("the clock was set back by {seconds} s; times go on as before");
        }
        self.is_ahead = ahead > SET_BACK;
        self.last = Stamp { running, at: steady.max(wall) };
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_clock_that_is_set_forward_is_followed_and_one_set_back_is_not() {
        let mut steady = Steady::new(at(1000), s(5));
        assert_eq!(steady.tell(at(1010), s(15)).at, at(1010));
        assert_eq!(steady.tell(at(4611), s(16)).at, at(4611), "an hour forward");
        assert_eq!(steady.tell(at(1012), s(17)).at, at(4612), "and back again");
        assert_eq!(steady.tell(at(1052), s(57)).at, at(4652));
        assert_eq!(steady.tell(at(9000), s(60)).at, at(9000), "the clock has caught up");
    }

    #[test]
    fn a_machine_that_slept_wakes_later() {
        let mut steady = Steady::new(at(1000), s(5));
        assert_eq!(steady.tell(at(1000), s(65)).at, at(1060), "its clock was not set yet");
        assert_eq!(steady.tell(at(1061), s(66)).at, at(1061));
    }

    #[test]
    fn the_real_one_goes_on() {
        let first = stamp();
        let second = stamp();
        assert!(second.at >= first.at && second.since(first) < s(60));
        assert_eq!(first.since(second), Duration::ZERO.min(second.since(first)));
    }

    proptest! {
        /// However the clock is set: time never goes back, and never stands still.
        #[test]
        fn time_goes_on(steps in proptest::collection::vec((0_u64..100, -5000_i64..5000), 1..40)) {
            let mut steady = Steady::new(at(100_000), s(0));
            let (mut running, mut wall, mut last) = (0, 100_000, steady.last);
            for (passed, set) in steps {
                running += passed;
                wall += passed as i64 + set;
                let now = steady.tell(at(wall), s(running));
                prop_assert!(now.at >= last.at + TimeDelta::seconds(passed as i64));
                prop_assert!(now.at >= at(wall));
                prop_assert_eq!(now.since(last), s(passed));
                last = now;
            }
        }
    }
}
