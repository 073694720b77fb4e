//! The lines of a value, with how each ends.

use std::fmt;

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineEnd {
    /// With a line feed.
    Lf,
    /// With carriage return and line feed.
    CrLf,
    /// The value ends with it, without a line end.
    Missing,
}

impl LineEnd {
    /// How a line ends that was cut off with its end.
    pub(super) fn of(line: &str) -> Self {
        match line.strip_suffix('\n') {
            Some(body) if body.ends_with('\r') => Self::CrLf,
            Some(_) => Self::Lf,
            None => Self::Missing,
        }
    }

    /// Its length in bytes.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Lf => 1,
            Self::CrLf => 2,
            Self::Missing => 0,
        }
    }
}

impl fmt::Display for LineEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lf => "LF",
            Self::CrLf => "CRLF",
            Self::Missing => "no newline",
        })
    }
}

/// The lines of a text with their ends; a lone `\r` ends none.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Which line ends matter between two values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// Lines end with LF here and with CRLF there.
    is_mixed: bool,
    /// One value has a final newline and the other has none.
    is_final_changed: bool,
}

impl Ends {
    pub(super) fn of(before: &[&str], after: &[&str]) -> Self {
        let has = |end| before.iter().chain(after).any(|line| LineEnd::of(line) == end);
        let last = |lines: &[&str]| lines.last().map(|line| LineEnd::of(line) == LineEnd::Missing);
        let is_final_changed = match (last(before), last(after)) {
            (Some(before), Some(after)) => before != after,
            _ => false,
        };
        Self { is_mixed: has(LineEnd::Lf) && has(LineEnd::CrLf), is_final_changed }
    }

    /// True when a changed line should show how it ends.
    pub(super) fn is_shown(self, end: LineEnd, is_last: bool) -> bool {
        match end {
            LineEnd::Missing => self.is_final_changed,
            LineEnd::Lf | LineEnd::CrLf => self.is_mixed || (is_last && self.is_final_changed),
        }
    }
}
