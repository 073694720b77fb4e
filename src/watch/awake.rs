//! Whether dcview itself ran all the time, or was stopped (SIGSTOP, a suspended machine) for a while.
//!
//! What came in the meantime waits in the connections and is read at once afterwards: it is then
//! older than it looks. A beat is noted all the time, and a pause between two beats is one in which
//! nothing ran. Only the last such pause is kept: what is read is judged by it within [`SETTLES`].

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::clock::{self, Stamp};

/// How often it is noted that dcview runs.
const BEAT: Duration = Duration::from_millis(500);
/// Longer between two beats, and it did not run. Shorter pauses happen on a busy machine, and what
/// they hide is dated well enough.
const PAUSE: Duration = Duration::from_secs(2);
/// How long what waited meanwhile may take to be read.
const SETTLES: Duration = Duration::from_secs(2);

/// The beats of this process.
#[derive(Debug)]
pub(super) struct Awake(Mutex<Beats>);

impl Default for Awake {
    fn default() -> Self {
        Self(Mutex::new(Beats::new(clock::stamp())))
    }
}

impl Awake {
    /// Notes that dcview runs, for as long as it is polled.
    pub async fn beat(&self) {
        loop {
            self.with(|beats, now| beats.note(now));
            sleep(BEAT).await;
        }
    }

    /// When dcview last ran before the pause that it just came out of, if that began after
    /// `asked`: what was asked for then and is answered now may have been so since that moment.
    pub fn slept(&self, asked: Stamp) -> Option<Stamp> {
        self.with(|beats, now| {
            beats.note(now);
            beats.slept(asked, now)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Beats, Stamp) -> T) -> T {
        let mut beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut beats, clock::stamp())
    }
}

/// The beats themselves.
#[derive(Debug)]
struct Beats {
    last: Stamp,
    /// The last beat before the last pause, and the first after it.
    pause: Option<(Stamp, Stamp)>,
}

impl Beats {
    fn new(now: Stamp) -> Self {
        Self { last: now, pause: None }
    }

    fn note(&mut self, now: Stamp) {
        if now.since(self.last) > PAUSE {
            // Stopped again before it had settled: it is one pause.
            let before = self.pause.filter(|(_, awake)| self.last.since(*awake) < SETTLES);
            let asleep = before.map_or(self.last, |(asleep, _)| asleep);
            self.pause = Some((asleep, now));
        }
        self.last = now;
    }

    fn slept(&self, asked: Stamp, now: Stamp) -> Option<Stamp> {
        let (asleep, awake) = self.pause?;
        let is_of_it = asked < awake && now.since(awake) < SETTLES;
        // What was asked for after the last beat was not so before it was asked.
        is_of_it.then(|| asleep.max(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};

    fn ms(ms: u64) -> Stamp {
        let at = DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms as i64);
        Stamp::made(Duration::from_millis(ms), at)
    }

    fn beats(at: &[u64]) -> Beats {
        let mut beats = Beats::new(ms(0));
        at.iter().for_each(|at| beats.note(ms(*at)));
        beats
    }

    #[test]
    fn a_busy_machine_is_no_pause() {
        let beats = beats(&[500, 1900, 2600, 4500]);
        assert_eq!(beats.slept(ms(0), ms(4510)), None);
    }

    #[test]
    fn what_was_asked_before_a_pause_and_comes_after_it_is_as_old_as_the_pause() {
        let beats = beats(&[500, 1000, 61_000]);
        assert_eq!(beats.slept(ms(200), ms(61_010)), Some(ms(1000)));
        assert_eq!(beats.slept(ms(1200), ms(61_010)), Some(ms(1200)));
        assert_eq!(beats.slept(ms(61_005), ms(61_010)), None, "asked afterwards");
        assert_eq!(beats.slept(ms(200), ms(64_000)), None, "it came later by itself");
    }

    #[test]
    fn two_pauses_at_once_are_one() {
        let beats = beats(&[500, 61_000, 61_500, 91_000]);
        assert_eq!(beats.slept(ms(200), ms(91_010)), Some(ms(500)));
    }

    #[tokio::test]
    async fn one_that_runs_has_not_slept() {
        let (awake, asked) = (Awake::default(), clock::stamp());
        let _elapsed = tokio::time::timeout(Duration::from_millis(5), awake.beat()).await;
        assert_eq!(awake.slept(asked), None);
    }
}
