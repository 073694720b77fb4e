//! Events for a report on what happened: which, and what is to be said about them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Event;
use crate::domain::zone::Zone;

/// In which form events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table for a document.
    Markdown,
    /// A line for each event.
    Csv,
    /// One object.
    Json,
}

impl Form {
    /// The form that the ending of a file's name says.
    pub fn of(file: &str) -> Option<Self> {
        let (_, ending) = file.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "md" | "markdown" => Some(Self::Markdown),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Events, oldest first, with what must be known to read them.
#[derive(Clone, Debug)]
pub struct Export {
    /// What they are, in words.
    pub what: String,
    /// The events.
    pub events: Vec<Arc<Event>>,
    /// The span that was asked for; the first and last event where it has no end.
    pub span: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// Since when events are seen (UTC), or the oldest that there was room for.
    pub begins: Option<DateTime<Utc>>,
    /// Events of that time that are missing: they had to go, or never came.
    pub missing: u64,
    /// Lists of datacenters that cannot be followed now, in words.
    pub unfollowed: Vec<String>,
    /// The moment that it is of (UTC): now, or an earlier one that is shown.
    pub at: DateTime<Utc>,
    /// The operator's time zone.
    pub zone: Zone,
}
