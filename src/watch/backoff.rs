//! How long to wait after failures: longer and longer, and never two at the same moment.
//!
//! Pure but for its seed. Full jitter: each pause is drawn evenly from the range up to the current
//! ceiling, so that many watchers that lost one agent do not come back as one crowd.

use std::time::Duration;

/// The first ceiling; also the shortest ever.
const FIRST: Duration = Duration::from_millis(500);
/// The highest ceiling of a failure that may pass any moment.
const LONGEST: Duration = Duration::from_secs(30);
/// Drawn pauses are never shorter than this: a refused connection costs the agent's host too.
const SHORTEST: Duration = Duration::from_millis(100);

/// A row of pauses.
#[derive(Clone, Debug)]
pub struct Backoff {
    failures: u32,
    first: Duration,
    longest: Duration,
    state: u64,
}

impl Backoff {
    /// Pauses of 0.5 to 30 s, for failures that pass by themselves.
    pub fn new(seed: u64) -> Self {
        Self { failures: 0, first: FIRST, longest: LONGEST, state: seed }
    }

    /// Pauses of half a minute to five, for refusals that only an operator can lift.
    pub fn slow(seed: u64) -> Self {
        let (first, longest) = (Duration::from_secs(30), Duration::from_mins(5));
        Self { failures: 0, first, longest, state: seed }
    }

    /// The next pause, after one more failure.
    pub fn next(&mut self) -> Duration {
        let doublings = self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let ceiling = self.first.saturating_mul(1 << doublings).min(self.longest);
        let floor = if self.first > FIRST { self.first / 2 } else { SHORTEST };
        floor + ceiling.saturating_sub(floor).mul_f64(self.draw())
    }

    /// Forgets the failures: it worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// An even draw from 0 to 1 (splitmix64: small, seedable, good enough to spread retries).
    fn draw(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    }
}

/// `base` made up to a fifth longer or shorter by `seed`, so that polls of many datacenters spread.
pub fn jittered(base: Duration, seed: u64) -> Duration {
    base.mul_f64(0.8 + 0.4 * Backoff::new(seed).draw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_in_their_range_and_grow_on_average() {
        let early: Duration =
            (0..200).map(|seed| Backoff::new(seed).next()).sum::<Duration>() / 200;
        let mut late = Duration::ZERO;
        for seed in 0..200 {
            let mut backoff = Backoff::new(seed);
            let pauses: Vec<Duration> = (0..20).map(|_| backoff.next()).collect();
            assert!(pauses.iter().all(|pause| (SHORTEST..=LONGEST).contains(pause)));
            late += pauses[19] / 200;
        }
        assert!(early < FIRST && late > LONGEST / 3, "{early:?} {late:?}");
    }

    #[test]
    fn success_starts_over() {
        let mut backoff = Backoff::new(7);
        for _ in 0..10 {
            backoff.next();
        }
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }

    #[test]
    fn two_watchers_do_not_come_back_together() {
        assert_ne!(Backoff::new(1).next(), Backoff::new(2).next());
        assert_eq!(Backoff::new(1).next(), Backoff::new(1).next());
    }

    #[test]
    fn a_refusal_is_asked_about_seldom() {
        let mut backoff = Backoff::slow(3);
        assert!(backoff.next() >= Duration::from_secs(15));
    }
}
