//! One-column signs beside every state, so that status is never colour alone.
//!
//! Where the locale is not UTF-8 all of them are ASCII, and [`Glyphs::fit`] finds an ASCII sign for
//! whatever else would be drawn. Invariant: every sign takes exactly one column.

use crate::domain::health::Status;

/// Which signs the terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Those of Unicode.
    #[default]
    Unicode,
    /// Those of ASCII.
    Ascii,
}

/// A sign that is not a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A marked row.
    Mark,
    /// A group that can be unfolded.
    Folded,
    /// A group that can be folded.
    Unfolded,
    /// Sorted, the least first.
    Ascending,
    /// Sorted, the greatest first.
    Descending,
    /// Data that is what the server has now.
    Live,
    /// Data that is old.
    Stale,
    /// Data that the token may not read.
    Denied,
    /// Asked for, not there yet.
    Loading,
    /// A datacenter that does not answer.
    Dark,
    /// Between two things of a line.
    Bullet,
    /// The row under the cursor.
    Cursor,
}

/// Stands for a character that has no likeness in ASCII.
const STRANGER: &str = "?";

impl Glyphs {
    /// From the values of `LC_ALL`, `LC_CTYPE` and `LANG`: the first that is not empty decides.
    pub fn from_locale(lc_all: Option<&str>, lc_ctype: Option<&str>, lang: Option<&str>) -> Self {
        let locale = [lc_all, lc_ctype, lang].into_iter().flatten().find(|value| !value.is_empty());
        let locale = locale.unwrap_or_default().to_ascii_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }

    /// The sign of a state.
    pub fn status(self, status: Status) -> &'static str {
        let (unicode, ascii) = match status {
            Status::Passing => ("✓", "+"),
            Status::Maintenance => ("◆", "m"),
            Status::Warning => ("▲", "!"),
            Status::Critical => ("✗", "X"),
        };
        self.choose(unicode, ascii)
    }

    /// The sign of a state that is not known.
    pub fn unknown(self) -> &'static str {
        STRANGER
    }

    /// Another sign.
    pub fn sign(self, sign: Sign) -> &'static str {
        let (unicode, ascii) = match sign {
            Sign::Mark => ("■", "*"),
            Sign::Folded => ("▸", ">"),
            Sign::Unfolded => ("▾", "v"),
            Sign::Ascending => ("↑", "^"),
            Sign::Descending => ("↓", "v"),
            Sign::Live => ("●", "*"),
            Sign::Stale => ("◌", "~"),
            Sign::Denied => ("⊘", "#"),
            Sign::Loading => ("…", "."),
            Sign::Dark => ("○", "o"),
            Sign::Bullet => ("·", "-"),
            Sign::Cursor => ("›", ">"),
        };
        self.choose(unicode, ascii)
    }

    /// Eight levels for a sparkline, lowest first.
    pub fn levels(self) -> [&'static str; 8] {
        match self {
            Self::Unicode => ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            Self::Ascii => ["_", ".", ",", "-", "=", "+", "*", "#"],
        }
    }

    /// Three ways to fill a part of a bar, the most solid first; further parts look as the last.
    pub fn fill(self, part: usize) -> &'static str {
        let fills = match self {
            Self::Unicode => ["█", "▒", "░"],
            Self::Ascii => ["#", "=", "."],
        };
        fills.get(part).copied().unwrap_or(fills[2])
    }

    /// A drawn symbol as this terminal can show it: in ASCII, borders become `-`, `|` and `+`, the
    /// ellipsis `~`, and what has no likeness `?`. For the last pass over a drawn buffer.
    pub fn fit(self, symbol: &str) -> &str {
        if self == Self::Unicode || symbol.is_ascii() {
            return symbol;
        }
        match symbol {
            "─" | "━" | "═" | "╌" => "-",
            "│" | "┃" | "║" | "╎" => "|",
            "…" => "~",
            _ if symbol.chars().all(|c| matches!(c, '\u{2500}'..='\u{257f}')) => "+",
            _ => STRANGER,
        }
    }

    /// Something happened at this place of a line of time.
    pub fn scrubbed(self) -> &'static str {
        self.choose("┴", "'")
    }

    /// The moment that is shown, on a line of time.
    pub fn here(self) -> &'static str {
        self.choose("◆", "@")
    }

    /// An arrow to the left for less than 0, to the right for more, and both ways for 0.
    pub fn arrow(self, way: i8) -> &'static str {
        match way {
            ..0 => self.choose("◀", "<"),
            0 => self.choose("◆", "*"),
            1.. => self.choose("▶", ">"),
        }
    }

    /// One of the two.
    fn choose(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ui::text::width;

    const STATES: [Status; 4] =
        [Status::Passing, Status::Maintenance, Status::Warning, Status::Critical];

    #[test]
    fn every_state_has_its_own_sign_of_one_column() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let mut signs: Vec<&str> = STATES.map(|status| glyphs.status(status)).to_vec();
            signs.push(glyphs.unknown());
            assert_eq!(signs.iter().collect::<HashSet<_>>().len(), signs.len());
            signs.extend(glyphs.levels());
            signs.extend((0..4).map(|part| glyphs.fill(part)));
            assert!(signs.iter().all(|sign| width(sign) == 1), "{signs:?}");
            assert!(glyphs == Glyphs::Unicode || signs.iter().all(|sign| sign.is_ascii()));
        }
    }

    #[test]
    fn the_locale_decides() {
        for (lc_all, lc_ctype, lang, glyphs) in [
            (None, None, Some("en_GB.UTF-8"), Glyphs::Unicode),
            (Some(""), Some("C.utf8"), Some("C"), Glyphs::Unicode),
            (Some("C"), None, Some("en_GB.UTF-8"), Glyphs::Ascii),
            (None, None, None, Glyphs::Ascii),
        ] {
            assert_eq!(Glyphs::from_locale(lc_all, lc_ctype, lang), glyphs);
        }
    }

    #[test]
    fn whatever_is_drawn_fits_an_ascii_terminal() {
        for (symbol, fitted) in [("a", "a"), ("─", "-"), ("╭", "+"), ("…", "~"), ("日", "?")]
        {
            assert_eq!(Glyphs::Ascii.fit(symbol), fitted);
            assert_eq!(Glyphs::Unicode.fit(symbol), symbol);
        }
    }
}
