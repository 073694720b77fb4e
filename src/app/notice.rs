//! The line that tells the operator what just happened; it goes away by itself.

use chrono::{DateTime, TimeDelta, Utc};

/// How long a notice stays.
const STAYS: TimeDelta = TimeDelta::seconds(6);

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It went well.
    Info,
    /// It did not do what was asked.
    Warn,
    /// It failed.
    Error,
}

/// One line for the operator.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The text.
    pub text: String,
    /// How much it matters.
    pub level: Level,
    until: DateTime<Utc>,
}

impl Notice {
    /// A notice of this moment.
    pub fn new(level: Level, text: impl Into<String>, now: DateTime<Utc>) -> Self {
        Self { text: text.into(), level, until: now + STAYS }
    }

    /// True when it has been shown long enough.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        now >= self.until
    }
}
