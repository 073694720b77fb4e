//! One request's attempts: several only where the agent had no room for its connection.
//!
//! A connection that the agent resets at once was one too many, and what it carried was never
//! looked at: it is sent again after a pause, when others have made room. That is certain only if
//! the agent says so (429); after a mere reset only what changes nothing is sent again. A blocking
//! query is not: its watcher polls then.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use tokio::time::{Instant, sleep};

use crate::consul::budget::{Kind, Turn};
use crate::consul::{ApiError, Budget, Lane, Request, Why};

/// A connection that ends sooner was never taken.
const AT_ONCE: Duration = Duration::from_secs(1);
/// The first pause; each next one is twice as long.
const FIRST: Duration = Duration::from_millis(50);
/// The longest.
const LONGEST: Duration = Duration::from_millis(800);
/// How often it is sent again: within 5 s, whatever is missing then is told.
const MOST: u32 = 9;

/// The attempts of one request.
pub(super) struct Attempts<'a> {
    budget: &'a Arc<Budget>,
    is_blocking: bool,
    is_reading: bool,
    lane: Lane,
    sent: Instant,
    again: u32,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(budget: &'a Arc<Budget>, request: &Request) -> Self {
        Self {
            budget,
            is_blocking: request.block.is_some(),
            is_reading: request.method == Method::GET,
            lane: request.lane,
            sent: Instant::now(),
            again: 0,
        }
    }

    /// Waits until it may be sent. A blocking query has its permit already.
    pub(super) async fn turn(&mut self) -> Option<Turn> {
        let kind = if self.lane == Lane::Watch { Kind::Poll } else { Kind::Call };
        let turn = if self.is_blocking { None } else { Some(self.budget.turn(kind).await) };
        self.sent = Instant::now();
        turn
    }

    /// It was answered.
    pub(super) fn answered(&self) {
        self.budget.answered();
    }

    /// It failed: `None`, after a pause, when it is to be sent again; else what to say.
    pub(super) async fn failed(&mut self, error: ApiError, turn: Option<Turn>) -> Option<ApiError> {
        let is_full = error.is_full();
        let was_refused = is_full || (error.is_reset() && self.sent.elapsed() < AT_ONCE);
        if !was_refused {
            self.judge(&error);
            return Some(error);
        }
        if is_full {
            self.budget.answered();
        }
        if !self.budget.refused() {
            return Some(error);
        }
        if self.is_blocking {
            return Some(error.into_full());
        }
        let may_be_repeated = is_full || self.is_reading;
        if !may_be_repeated || self.again == MOST {
            self.budget.given_up();
            return Some(error);
        }
        drop(turn);
        sleep(pause(self.again)).await;
        self.again += 1;
        None
    }

    /// What an error says of the agent, whatever it says of the request.
    fn judge(&self, error: &ApiError) {
        match error {
            ApiError::Unreachable { why: Why::Refused, .. } => self.budget.gone(),
            ApiError::Unreachable { .. } | ApiError::Setup(_) | ApiError::ReadOnly { .. } => {}
            _ => self.budget.answered(),
        }
    }
}

/// Half of it is chance, so that those that were refused together do not come back together.
fn pause(again: u32) -> Duration {
    let whole = FIRST.saturating_mul(1 << again.min(16)).min(LONGEST);
    let chance = foldhash::fast::RandomState::default().hash_one(again) as f64 / u64::MAX as f64;
    whole.mul_f64(0.5 + 0.5 * chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_attempts_are_over_within_five_seconds() {
        let whole: Duration = (0..MOST).map(pause).sum();
        assert!((2..5).contains(&whole.as_secs()), "{whole:?}");
        assert!((0..MOST).all(|again| pause(again) >= FIRST / 2));
    }
}
