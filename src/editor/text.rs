//! The multi-line editor's state: keys and pastes in, bytes out.
//!
//! Wraps `ratatui_textarea`, which brings undo, selection and search. Its lines have no ends; here
//! they get theirs back: a value of CRLF lines stays one, a value that mixes them keeps each `\r` as a
//! character of its line, and a final newline is there afterwards if it was before (it is the empty
//! last line, so it can be edited like any other). Invariant: unedited bytes come out as they went in.
//!
//! Drawing is the caller's: [`TextEdit::lines`], [`TextEdit::cursor`] and [`TextEdit::selection`] say
//! what to draw, and lines are cleaned by [`super::format::Highlight::runs`].

mod keys;
#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
use ratatui::crossterm::event::KeyEvent;
use ratatui_textarea::{CursorMove, TextArea};

use super::format::Ends;

/// How many steps can be undone.
const UNDO_STEPS: usize = 1000;

/// A place in the text: line and character in it, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub character: usize,
}

/// A text being edited.
#[derive(Clone)]
pub struct TextEdit {
    area: TextArea<'static>,
    ends: Ends,
    revision: u64,
}

impl TextEdit {
    /// Edits a value, the cursor at its beginning; `None` when it is not UTF-8.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let ends = Ends::of(text);
        let cut = if ends == Ends::CrLf { "\r\n" } else { "\n" };
        let mut area = TextArea::new(text.split(cut).map(str::to_owned).collect());
        area.set_max_histories(UNDO_STEPS);
        Some(Self { area, ends, revision: 0 })
    }

    /// The text as bytes, line ends as they were.
    pub fn bytes(&self) -> Bytes {
        let end = if self.ends == Ends::CrLf { "\r\n" } else { "\n" };
        self.area.lines().join(end).into()
    }

    /// Takes a key; true when the text changed. Keys it has no meaning for do nothing.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let is_changed = keys::press(&mut self.area, key);
        self.touched(is_changed)
    }

    /// Puts a pasted text in the place of the selection; line ends of any kind become the text's.
    pub fn paste(&mut self, text: &str) -> bool {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let is_changed = self.area.insert_str(text);
        self.touched(is_changed)
    }

    /// Takes back the last change.
    pub fn undo(&mut self) -> bool {
        let is_changed = self.area.undo();
        self.touched(is_changed)
    }

    /// Makes it again.
    pub fn redo(&mut self) -> bool {
        let is_changed = self.area.redo();
        self.touched(is_changed)
    }

    /// Searches for a regular expression; an empty one ends the search.
    ///
    /// # Errors
    /// When it is not a regular expression: what is wrong with it.
    pub fn search(&mut self, pattern: &str) -> Result<(), String> {
        self.area.set_search_pattern(pattern).map_err(|error| error.to_string())
    }

    /// Moves to the next match; with `is_here`, one under the cursor counts. False without one.
    pub fn next_match(&mut self, is_here: bool) -> bool {
        self.area.search_forward(is_here)
    }

    /// Moves to the match before. False without one.
    pub fn previous_match(&mut self) -> bool {
        self.area.search_back(false)
    }

    /// What is searched for.
    pub fn pattern(&self) -> Option<&str> {
        self.area.search_pattern().map(regex::Regex::as_str)
    }

    /// The lines, without their ends; one more than there are ends. Not cleaned.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// How its lines end.
    pub fn ends(&self) -> Ends {
        self.ends
    }

    /// Where the cursor is.
    pub fn cursor(&self) -> Place {
        let at = self.area.cursor();
        Place { line: at.0, character: at.1 }
    }

    /// Moves the cursor, ending any selection; a place beyond the text is its nearest.
    pub fn go_to(&mut self, place: Place) {
        let narrow = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(narrow(place.line), narrow(place.character)));
        // The area jumps no further than its 16 bits reach.
        let last = place.line.min(self.area.lines().len().saturating_sub(1));
        for _ in self.area.cursor().0..last {
            self.area.move_cursor(CursorMove::Down);
        }
    }

    /// The selected stretch, its end excluded.
    pub fn selection(&self) -> Option<(Place, Place)> {
        let place = |(line, character)| Place { line, character };
        self.area.selection_range().map(|(from, to)| (place(from), place(to)))
    }

    /// What was last cut or copied.
    pub fn clipboard(&self) -> String {
        self.area.yank_text()
    }

    /// Grows with every change of the text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn touched(&mut self, is_changed: bool) -> bool {
        self.revision += u64::from(is_changed);
        is_changed
    }
}

impl fmt::Debug for TextEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { area, ends, revision } = self;
        let lines = area.lines().len();
        write!(f, "TextEdit {{ lines: {lines}, ends: {ends:?}, revision: {revision} }}")
    }
}
