//! What changed between two values, line by line, with the changed words inside a line.
//!
//! Nothing is normalised: a line whose end changed (LF, CRLF, none at the end of the value) is a
//! changed line and says so. Values that are not text are compared as rows of hex.

mod algorithm;
mod lines;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use lines::LineEnd;

/// How many equal lines are shown around a change.
pub const CONTEXT: usize = 3;

/// The difference of two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// The changes with their context, in order; empty when the values are equal.
    pub hunks: Vec<Hunk>,
    /// How many lines (or rows of hex) were added.
    pub added: usize,
    /// How many were removed.
    pub removed: usize,
    /// True when the values are shown as hex.
    pub is_hex: bool,
}

/// Changes near each other, with the equal lines around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The lines of the value before, from 0.
    pub before: Range<usize>,
    /// The lines of the value after, from 0.
    pub after: Range<usize>,
    /// Its lines.
    pub lines: Vec<DiffLine>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is in both.
    Same,
    /// It is only in the value before.
    Removed,
    /// It is only in the value after.
    Added,
}

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub sign: Sign,
    /// Its number in the value before, from 1.
    pub before: Option<usize>,
    /// Its number in the value after, from 1.
    pub after: Option<usize>,
    /// Its text without the line end, in pieces; together they are the line. Not cleaned.
    pub parts: Vec<Part>,
    /// How it ends.
    pub end: LineEnd,
    /// True when the way it ends matters and should be shown: the values' lines do not all end
    /// alike, or one value's last line has an end and the other's has none.
    pub is_end_shown: bool,
}

/// A piece of a changed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The text.
    pub text: String,
    /// True for what differs from the line's counterpart.
    pub is_changed: bool,
}

impl Diff {
    /// The difference between two values, with [`CONTEXT`] lines around each change.
    pub fn of(before: &[u8], after: &[u8]) -> Self {
        Self::with_context(before, after, CONTEXT)
    }

    /// The difference with another number of lines around each change.
    pub fn with_context(before: &[u8], after: &[u8], context: usize) -> Self {
        algorithm::diff(before, after, context)
    }

    /// True when the values are the same, byte for byte.
    pub fn is_empty(&self) -> bool {
        self.hunks.is_empty()
    }
}
