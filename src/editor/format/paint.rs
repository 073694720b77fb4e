//! Pieces of a line becoming runs for the screen: cleaned, tabs expanded, cut to a window.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use crate::ui::text::{clean, width};
use crate::ui::theme::Role;

/// How far apart tab stops are.
pub const TAB: usize = 4;

/// The part of a line that is on screen, in columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first column.
    pub from: usize,
    /// How many columns.
    pub width: usize,
}

impl Window {
    /// A whole line, however long.
    pub const ALL: Self = Self { from: 0, width: usize::MAX };
}

/// A stretch of one look. Its text can be drawn as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The text.
    pub text: String,
    /// How it looks.
    pub role: Role,
}

/// A text without colours as runs: all in one role but for what had to be escaped.
pub fn plain(text: &str, role: Role, window: Window) -> Vec<Run> {
    let mut painter = Painter::new(window);
    painter.push(text, role);
    painter.runs
}

/// Collects the runs of one line.
pub(super) struct Painter {
    window: Window,
    /// The column after what was pushed.
    column: usize,
    pub(super) runs: Vec<Run>,
}

impl Painter {
    pub(super) fn new(window: Window) -> Self {
        Self { window, column: 0, runs: Vec::new() }
    }

    /// True when the rest of the line is beyond the window.
    pub(super) fn is_full(&self) -> bool {
        self.column >= self.end()
    }

    /// Adds a piece of the line.
    pub(super) fn push(&mut self, text: &str, role: Role) {
        if self.is_full() {
            return;
        }
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return self.put_ascii(text, role);
        }
        for piece in text.graphemes(true) {
            self.put_grapheme(piece, role);
            if self.is_full() {
                return;
            }
        }
    }

    fn end(&self) -> usize {
        self.window.from.saturating_add(self.window.width)
    }

    /// A text of which every byte is a column.
    fn put_ascii(&mut self, text: &str, role: Role) {
        if self.is_full() {
            return;
        }
        let skip = self.window.from.saturating_sub(self.column).min(text.len());
        let last = (self.end() - self.column).min(text.len());
        self.column += text.len();
        self.add(text.get(skip..last).unwrap_or_default(), role);
    }

    fn put_grapheme(&mut self, piece: &str, role: Role) {
        // Of a grapheme that is escaped, each character comes here.
        if self.is_full() {
            return;
        }
        if piece == "\t" {
            let stop = TAB - self.column % TAB;
            return self.put_ascii(&" ".repeat(stop), role);
        }
        if clean(piece) != piece || piece == "\r\n" {
            return piece.chars().for_each(|c| self.put_char(c, role));
        }
        let (from, columns) = (self.column, width(piece));
        self.column += columns;
        if from >= self.window.from && self.column <= self.end() {
            self.add(piece, role);
        } else if self.column > self.window.from {
            // Half of it is outside: blanks keep the columns.
            let seen = self.column.min(self.end()) - from.max(self.window.from);
            self.add(&" ".repeat(seen), role);
        }
    }

    /// A character of a grapheme that cannot be drawn as it is.
    fn put_char(&mut self, c: char, role: Role) {
        let mut buffer = [0; 4];
        let text: &str = c.encode_utf8(&mut buffer);
        match escape(c) {
            Some(escaped) => self.put_ascii(&escaped, Role::CodeEscape),
            None if width(text) == 0 => {}
            None => self.put_grapheme(text, role),
        }
    }

    fn add(&mut self, text: &str, role: Role) {
        if text.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(run) if run.role == role => run.text.push_str(text),
            _ => self.runs.push(Run { text: text.to_owned(), role }),
        }
    }
}

/// What stands for a character that cannot be drawn; `None` for one that can.
fn escape(c: char) -> Option<Cow<'static, str>> {
    match c {
        '\r' => Some("\\r".into()),
        '\n' => Some("\\n".into()),
        '\0' => Some("\\0".into()),
        '\u{1}'..='\u{1f}' | '\u{7f}' => Some(format!("\\x{:02x}", u32::from(c)).into()),
        _ => {
            let mut buffer = [0; 4];
            let text: &str = c.encode_utf8(&mut buffer);
            (clean(text) != text).then(|| format!("\\u{{{:x}}}", u32::from(c)).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, from: usize, width: usize) -> String {
        plain(text, Role::Text, Window { from, width }).into_iter().map(|run| run.text).collect()
    }

    #[test]
    fn what_cannot_be_drawn_is_escaped() {
        for (text, expected) in [
            ("a\u{1b}[31mb", "a\\x1b[31mb"),
            ("a\tb", "a   b"),
            ("\r\n", "\\r\\n"),
            ("a\u{202e}b\u{9b}c", "a\\u{202e}b\\u{9b}c"),
            ("we\u{200b}b", "we\\u{200b}b"),
            ("\0", "\\0"),
            ("日本 é", "日本 é"),
        ] {
            assert_eq!(shown(text, 0, usize::MAX), expected, "{text:?}");
        }
        let runs = plain("a\u{7}b", Role::CodeKey, Window::ALL);
        let roles: Vec<Role> = runs.iter().map(|run| run.role).collect();
        assert_eq!(roles, [Role::CodeKey, Role::CodeEscape, Role::CodeKey]);
    }

    #[test]
    fn a_window_cuts_by_columns() {
        assert_eq!(shown("abcdef", 2, 3), "cde");
        assert_eq!(shown("a\tb", 2, 3), "  b");
        assert_eq!(shown("日本語", 1, 4), " 本 ");
        assert_eq!(shown("ab", 5, 3), "");
        assert_eq!(shown("a\u{1b}b", 2, 3), "x1b");
        // What stands for one grapheme is longer than the room.
        assert_eq!(shown("\r\n", 0, 1), "\\");
        assert_eq!(shown("\u{e0100}\u{112e0}", 0, 1), "\\");
    }

    proptest! {
        #[test]
        fn every_window_is_clean_and_no_wider(text in any::<String>(), from in 0_usize..8, room in 0_usize..8) {
            let part = shown(&text, from, room);
            prop_assert!(width(&part) <= room, "{:?}", part);
            prop_assert_eq!(clean(&part), part.as_str());
        }
    }
}
