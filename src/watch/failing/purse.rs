//! What may be asked about checks that left the lists: little, and the less the dearer it is.

use std::time::{Duration, Instant};

/// So many questions may be asked at once after a quiet time.
const MOST: f64 = 16.0;
/// So much time is worth a question: more are not asked in the long run.
const EACH: Duration = Duration::from_millis(500);
/// An answer costs so many times what it took the server: a tenth of a core at most.
const SHARE: u32 = 10;

/// The questions that are left.
#[derive(Debug)]
pub(super) struct Purse {
    left: f64,
    at: Instant,
}

impl Purse {
    /// A full one.
    pub fn new(now: Instant) -> Self {
        Self { left: MOST, at: now }
    }

    /// Takes so many questions out, or none; true when they may be asked.
    pub fn take(&mut self, questions: usize, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed / EACH.as_secs_f64()).min(MOST);
        self.at = now;
        let may = questions as f64 <= self.left;
        if may {
            self.left -= questions as f64;
        }
        may
    }

    /// Pays for an answer that took so long.
    pub fn pay(&mut self, took: Duration) {
        self.left -= (took * SHARE).as_secs_f64() / EACH.as_secs_f64();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_asked_at_once_and_then_two_a_second() {
        let start = Instant::now();
        let mut purse = Purse::new(start);
        assert!(!purse.take(17, start) && purse.take(16, start) && !purse.take(1, start));
        let later = start + Duration::from_secs(1);
        assert!(purse.take(2, later) && !purse.take(1, later));
    }

    #[test]
    fn dear_answers_make_it_wait() {
        let start = Instant::now();
        let mut purse = Purse::new(start);
        assert!(purse.take(16, start));
        purse.pay(Duration::from_millis(100));
        assert!(!purse.take(1, start + Duration::from_millis(1400)));
        assert!(purse.take(1, start + Duration::from_millis(1600)));
    }
}
