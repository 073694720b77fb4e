//! How fresh what is shown is, and how much it may be trusted.
//!
//! An error never replaces data: it only changes the freshness shown beside it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// The state of one list of one datacenter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Asked for, nothing has come yet.
    #[default]
    Loading,
    /// What is shown is what the server has now.
    Live,
    /// What is shown is old: the reason, and when dcview tries again (UTC).
    Stale {
        /// When it was last known to be true (UTC); `None` when nothing ever came.
        since: Option<DateTime<Utc>>,
        /// The reason, short enough for a title.
        why: Arc<str>,
        /// When dcview tries again (UTC).
        retry_at: Option<DateTime<Utc>>,
    },
    /// The token may not read it.
    Denied {
        /// The server's words, short enough for a title.
        why: Arc<str>,
    },
}

/// How fresh one list of one datacenter is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// Live, stale, denied or not there yet.
    pub state: State,
    /// When the server last confirmed it (UTC).
    pub at: Option<DateTime<Utc>>,
    /// Answered by a server without a leader: how long it had none. Such data may be behind.
    pub leaderless: Option<Duration>,
    /// True when the token may have shortened the list: an empty one proves nothing.
    pub may_be_filtered: bool,
    /// True when the connection budget is used up, and the list is polled instead of watched.
    pub is_polled: bool,
}

impl Freshness {
    /// True when nothing has ever been shown for it.
    pub fn is_empty(&self) -> bool {
        self.at.is_none()
    }

    /// True when what is shown is what the server has now, all of it.
    pub fn is_live(&self) -> bool {
        self.state == State::Live && self.leaderless.is_none()
    }

    /// The age of what is shown, at `now`; zero when the clock went back; `None` before the first
    /// answer.
    pub fn age(&self, now: DateTime<Utc>) -> Option<Duration> {
        self.at.map(|at| (now - at).to_std().unwrap_or_default())
    }
}
