//! What is wrong with a recording, in words.

use std::fmt;
use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

/// Why nothing can be shown of a recording.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system says no.
    #[error("cannot read '{}': {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is nothing in it.
    #[error("'{}' is empty: nothing was recorded to it", .0.display())]
    Empty(PathBuf),
    /// It is something else.
    #[error("'{}' is no recording of dcview: there is nothing in it that can be shown", .0.display())]
    Foreign(PathBuf),
    /// A newer program wrote it.
    #[error("cannot read '{}': {what}; use that version to replay it", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// What is known of it.
        what: String,
    },
}

/// Bytes of a recording that cannot be read, and are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// The first of the bytes.
    pub from: u64,
    /// The first byte behind them.
    pub to: u64,
    /// The time of the last frame before them (UTC); none where there is none.
    pub after: Option<DateTime<Utc>>,
    /// The time of the first frame behind them (UTC); none at the end.
    pub before: Option<DateTime<Utc>>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, from, to, after, before } = self;
        let time = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let (path, count) = (path.display(), to - from);
        write!(f, "'{path}' is damaged: {count} bytes from byte {from} on are left out")?;
        match (after, before) {
            (Some(after), Some(before)) => {
                write!(f, ", between {} and {}", time(after), time(before))
            }
            (Some(after), None) => write!(f, ", after {}", time(after)),
            (None, Some(before)) => write!(f, ", before {}", time(before)),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for Damage {}
