//! How the lines of a text end.

use std::fmt;

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ends {
    /// With a line feed, or there is but one line.
    #[default]
    Lf,
    /// Every one with carriage return and line feed.
    CrLf,
    /// Some one way, some the other.
    Mixed,
}

impl Ends {
    /// How the lines of this text end; a `\r` without `\n` ends none.
    pub fn of(text: &str) -> Self {
        let lf = text.matches('\n').count();
        let crlf = text.matches("\r\n").count();
        match crlf {
            0 => Self::Lf,
            _ if crlf == lf => Self::CrLf,
            _ => Self::Mixed,
        }
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lf => "LF",
            Self::CrLf => "CRLF",
            Self::Mixed => "mixed line ends",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_told_apart() {
        for (text, ends) in [
            ("", Ends::Lf),
            ("a", Ends::Lf),
            ("a\rb", Ends::Lf),
            ("a\nb\n", Ends::Lf),
            ("a\r\nb", Ends::CrLf),
            ("a\r\nb\n", Ends::Mixed),
        ] {
            assert_eq!(Ends::of(text), ends, "{text:?}");
        }
    }
}
