//! How a command ends when it does not end well: a line and an exit code.

use std::io;

use super::external::CannotEdit;
use crate::app::msg::Exit;
use crate::consul::write::{Outcome, Settled};
use crate::consul::{ApiError, Class};
use crate::domain::ids::Dc;
use crate::journal::{CannotUndo, Committed, JournalError};
use crate::plan::make::CannotRename;
use crate::ui::text::clean;

/// A difference was found, or nothing was.
pub(super) const DIFFERENT: u8 = 1;
/// The command makes no sense, or nobody confirmed it.
pub(super) const USAGE: u8 = 2;
/// The datacenter could not be asked.
const UNREACHABLE: u8 = 3;
/// The token may not.
const DENIED: u8 = 4;
/// Somebody else changed the key.
const LOST: u8 = 5;
/// It is not known whether it was written.
const UNKNOWN: u8 = 6;

/// How a command ends: well, or with a [`Failure`].
pub(super) type Done<T = Exit> = Result<T, Failure>;

/// Why a command does not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    code: u8,
    text: String,
    /// The datacenter that the agent knows no way to: perhaps there is none of that name.
    no_path: Option<Dc>,
}

impl Failure {
    fn new(code: u8, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), no_path: None }
    }

    /// The datacenter that may not exist.
    pub fn no_path(&self) -> Option<&Dc> {
        self.no_path.as_ref()
    }

    /// It makes no sense, or was not confirmed.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(USAGE, text)
    }

    /// There is nothing of that name.
    pub fn absent(text: impl Into<String>) -> Self {
        Self::new(DIFFERENT, text)
    }

    /// Somebody else was there first.
    pub fn lost(text: impl Into<String>) -> Self {
        Self::new(LOST, text)
    }

    /// What the program ends with.
    pub fn exit(self) -> Exit {
        let lines: Vec<_> = self.text.lines().map(clean).collect();
        // Whoever reads has enough: 'dcview kv ls -r | head -1'.
        let message = (!lines.is_empty()).then(|| lines.join("\n"));
        Exit { code: self.code, message }
    }

    /// The same with something before it, on its own line.
    pub fn after(self, text: &str) -> Self {
        Self { text: format!("{text}\n{}", self.text), ..self }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let code = match (&error, error.class()) {
            (ApiError::Setup(_) | ApiError::ReadOnly { .. }, _) => USAGE,
            (_, Class::Denied) => DENIED,
            _ => UNREACHABLE,
        };
        let no_path = match &error {
            ApiError::NoPath { dc, .. } => dc.clone(),
            _ => None,
        };
        Self { no_path, ..Self::new(code, error.to_string()) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(0, "");
        }
        Self::new(USAGE, error.to_string())
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::usage(format!("{error}; nothing was written (--insist writes without an undo)"))
    }
}

impl From<CannotEdit> for Failure {
    fn from(error: CannotEdit) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<CannotUndo> for Failure {
    fn from(error: CannotUndo) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<CannotRename> for Failure {
    fn from(error: CannotRename) -> Self {
        Self::usage(error.to_string())
    }
}

/// What a write that was tried means for the program's end; nothing when it was made.
pub(super) fn of_write(committed: &Committed) -> Option<Failure> {
    let text = committed.trouble()?;
    let later = "; try 'dcview kv journal --settle' later";
    let (code, hint) = match (&committed.outcome, &committed.settled) {
        (Outcome::Written { .. }, _) => return None,
        (Outcome::Lost { .. }, _) => (LOST, ""),
        (Outcome::Denied(_), _) => (DENIED, ""),
        (Outcome::TooLarge(error) | Outcome::Refused(error), _) => {
            (Failure::from(error.clone()).code, "")
        }
        (Outcome::Unknown(_), Some(Settled::NotWritten)) => (UNREACHABLE, ""),
        (Outcome::Unknown(_), Some(Settled::StillUnknown(_))) => (UNKNOWN, later),
        (Outcome::Unknown(_), _) => (UNKNOWN, ""),
    };
    Some(Failure::new(code, format!("{text}{hint}")))
}

/// The end of a command that did what it should.
pub(super) fn fine(message: impl Into<String>) -> Exit {
    let message = message.into();
    Exit { code: 0, message: (!message.is_empty()).then(|| clean_lines(&message)) }
}

fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
