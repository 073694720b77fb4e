//! How soon a blocking query may be asked again, so that a watch never costs its server much.
//!
//! Pure. An answer that took the server `t` is paid for with fifteen times `t`, at least 100 ms and at
//! most 10 s. Time in which nothing was asked is saved up, to one second: a change after a quiet
//! time is followed at once by the next, while steady churn is held to a tenth of a core. The cost
//! cannot be seen in a blocking query's time, so it is taken from answers that did not block, less
//! the way there and back, and scaled by the size of the body. A blocking query that was answered in
//! about that time or sooner hardly waited: it moves the cost by a quarter of the difference, so that
//! under churn the cost follows the server, and one lucky answer does not make it cheap.

use std::time::{Duration, Instant};

/// The least pause that an answer is worth: at most ten answers a second.
const SHORTEST: Duration = Duration::from_millis(100);
/// The longest, however dear the answer.
const LONGEST: Duration = Duration::from_secs(10);
/// An answer is paid for with so many times what it took: with a tenth of a core as the most that a
/// watch may take, and room for what the time does not show. Measured: an answer that took 512 ms cost
/// 658 ms of processor time, since a server's garbage collector works beside it.
const SHARE: u32 = 15;
/// Below this length an answer's cost is not a matter of its length.
const SMALL: usize = 64 << 10;
/// A blocking query that took so many times the known cost has waited.
const WAITED: u32 = 2;
/// How much quiet time is saved up.
const SAVINGS: Duration = Duration::from_secs(1);

/// The account of one watch.
#[derive(Clone, Debug)]
pub struct Pace {
    /// The cost of an answer as last measured, and its length.
    measured: Option<(Duration, usize)>,
    /// Until when the answers so far are paid for; the past when something is saved up.
    paid_until: Instant,
}

impl Pace {
    /// An account that starts with all savings.
    pub fn new(now: Instant) -> Self {
        Self { measured: None, paid_until: now.checked_sub(SAVINGS).unwrap_or(now) }
    }

    /// Notes what an answer that did not block took, `rtt` being the way there and back.
    pub fn measure(&mut self, took: Duration, rtt: Duration, bytes: usize) {
        self.measured = Some((took.saturating_sub(rtt), bytes));
    }

    /// Notes what an answer to a blocking query took, its waiting included.
    pub fn bound(&mut self, took: Duration, rtt: Duration, bytes: usize) {
        let (took, known) = (took.saturating_sub(rtt), self.cost(bytes));
        if took < known * WAITED {
            self.measured = Some(((known * 3 + took) / 4, bytes));
        }
    }

    /// What an answer of this length costs the server.
    pub fn cost(&self, bytes: usize) -> Duration {
        let Some((took, measured)) = self.measured else {
            return Duration::ZERO;
        };
        took.mul_f64(bytes.max(SMALL) as f64 / measured.max(SMALL) as f64)
    }

    /// Books an answer of this length that came at `now`; returns how long to wait before asking
    /// again.
    pub fn pause(&mut self, bytes: usize, now: Instant) -> Duration {
        let price = self.cost(bytes).saturating_mul(SHARE).clamp(SHORTEST, LONGEST);
        let earliest = now.checked_sub(SAVINGS).unwrap_or(now);
        self.paid_until = self.paid_until.max(earliest) + price;
        self.paid_until.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn steady_churn_takes_less_than_a_tenth_of_a_core() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.measure(600 * MS, Duration::ZERO, 1_700_000);
        let mut now = start;
        for _ in 0..100 {
            now += pace.pause(1_700_000, now);
        }
        // Of the processor it takes a third more than of the clock.
        let share = 100.0 * 0.6 * 1.3 / (now - start).as_secs_f64();
        assert!((0.07..0.095).contains(&share), "{share}");
    }

    #[test]
    fn a_change_after_a_quiet_time_is_followed_at_once() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.measure(3 * MS, Duration::ZERO, 1000);
        assert_eq!(pace.pause(1000, start), Duration::ZERO);
        let busy: Duration = (0..50).map(|_| pace.pause(1000, start)).max().unwrap();
        assert!(busy > Duration::from_secs(3), "a flood is held back");
        let later = start + Duration::from_mins(1);
        assert_eq!(pace.pause(1000, later), Duration::ZERO);
    }

    #[test]
    fn the_pause_is_never_above_ten_seconds() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        pace.measure(Duration::from_secs(20), Duration::ZERO, 10);
        assert!(pace.pause(1_000_000, now) <= LONGEST);
    }

    #[test]
    fn the_way_there_is_not_the_servers_cost() {
        let mut pace = Pace::new(Instant::now());
        pace.measure(103 * MS, 100 * MS, 1_000_000);
        assert_eq!(pace.cost(1_000_000), 3 * MS);
        assert_eq!(pace.cost(2_000_000), 6 * MS);
    }

    #[test]
    fn short_answers_cost_the_same_and_quick_ones_make_them_cheaper_by_and_by() {
        let mut pace = Pace::new(Instant::now());
        pace.measure(40 * MS, Duration::ZERO, 200);
        assert_eq!(pace.cost(20_000), 40 * MS);
        pace.bound(Duration::from_secs(90), Duration::ZERO, 200);
        assert_eq!(pace.cost(200), 40 * MS);
        pace.bound(Duration::ZERO, Duration::ZERO, 200);
        assert_eq!(pace.cost(200), 30 * MS);
        pace.bound(50 * MS, Duration::ZERO, 200);
        assert_eq!(pace.cost(200), 35 * MS, "dearer than thought, but hardly a wait");
    }
}
