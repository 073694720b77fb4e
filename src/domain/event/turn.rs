//! Whether an event is a turn for the worse.
//!
//! It goes by the state that the event came to, in whatever words its source has for it.

use super::{Event, Kind};
use crate::domain::health::Status;

impl Event {
    /// How bad the state is that it came to; `None` where that is neither good nor bad (a key, a
    /// version, a write).
    pub fn status(&self) -> Option<Status> {
        match self.kind {
            Kind::Check | Kind::Maintenance if self.to.is_empty() => Some(Status::Passing),
            Kind::Check | Kind::Maintenance => Some(Status::parse(&self.to)),
            Kind::Node | Kind::Leader | Kind::Datacenter | Kind::Replication => {
                of_word(&self.to).or_else(|| self.to.is_empty().then_some(Status::Warning))
            }
            Kind::Instance => of_word(&self.to),
            Kind::Version | Kind::Kv | Kind::UserEvent | Kind::Write => None,
        }
    }
}

/// How bad a word is, as far as it is a state.
fn of_word(word: &str) -> Option<Status> {
    let is_one_of = |words: &[&str]| words.contains(&word);
    if is_one_of(&["critical", "failed", "lost", "dark", "unreachable", "no leader", "drift"]) {
        Some(Status::Critical)
    } else if is_one_of(&["warning", "left", "lagging", "extra", "stale"]) {
        Some(Status::Warning)
    } else if is_one_of(&["passing", "alive", "joined", "back", "in_sync", "live"]) {
        Some(Status::Passing)
    } else if word == "maintenance" {
        Some(Status::Maintenance)
    } else {
        None
    }
}
