//! The line that tells the operator what just happened; it goes away by itself, and with the next key
//! that does something else. What went wrong and answers no key waits for `esc`: it may have come just
//! before a key.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyCode;

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
    /// True for what a key was answered with.
    pub is_answer: bool,
    until: DateTime<Utc>,
}

impl Notice {
    /// A notice of this moment.
    pub fn new(level: Level, text: impl Into<String>, now: DateTime<Utc>) -> Self {
        Self { text: text.into(), level, is_answer: false, until: now + STAYS }
    }

    /// True for one that the next key leaves there.
    pub fn outlives(&self, key: KeyCode) -> bool {
        key != KeyCode::Esc && !self.is_answer && self.level != Level::Info
    }

    /// True when it has been shown long enough.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        now >= self.until
    }
}
