//! Text with a cursor, edited by graphemes.
//!
//! Invariant: the cursor is a byte place on a border between graphemes.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The longest text that is taken, in bytes: a pasted file is no command.
const LONGEST: usize = 4096;

/// Text with a cursor.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    text: String,
    cursor: usize,
}

impl Line {
    /// This text with the cursor behind it.
    pub(super) fn new(text: &str) -> Self {
        let mut line = Self::default();
        line.insert(text);
        line
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// True when nothing stands behind the cursor.
    pub(super) fn is_at_end(&self) -> bool {
        self.cursor == self.text.len()
    }

    /// The cursor's byte place.
    #[cfg(test)]
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Display columns before the cursor.
    pub(super) fn column(&self) -> usize {
        self.halves().0.width()
    }

    /// The text before and behind the cursor.
    fn halves(&self) -> (&str, &str) {
        self.text.split_at_checked(self.cursor).unwrap_or((&self.text, ""))
    }

    /// Puts text in at the cursor, its control characters as blanks. What is too long is cut off.
    pub(super) fn insert(&mut self, text: &str) {
        let mut added: String =
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut room = LONGEST.saturating_sub(self.text.len()).min(added.len());
        while !added.is_char_boundary(room) {
            room -= 1;
        }
        added.truncate(room);
        self.replace(self.cursor, &added);
    }

    /// Replaces what stands between a place before the cursor and the cursor.
    fn replace(&mut self, from: usize, with: &str) {
        let (before, after) = self.halves();
        let kept = before.get(..from).unwrap_or(before);
        let text = format!("{kept}{with}{after}");
        let cursor = kept.len() + with.len();
        self.text = text;
        self.move_to(cursor);
    }

    /// Puts the cursor on a place, or on the next border behind it: put together, two graphemes may
    /// have become one, and a blank may carry an accent.
    fn move_to(&mut self, place: usize) {
        let mut borders = self.text.grapheme_indices(true).map(|(at, _)| at);
        self.cursor = borders.find(|at| *at >= place).unwrap_or(self.text.len());
    }

    /// Takes an editing key; true when the text changed.
    pub(super) fn key(&mut self, event: KeyEvent) -> bool {
        let before = self.text.len();
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        match event.code {
            KeyCode::Char('a') if ctrl => self.cursor = 0,
            KeyCode::Char('e') if ctrl => self.cursor = self.text.len(),
            KeyCode::Char('b') if ctrl => self.cursor = self.left(),
            KeyCode::Char('f') if ctrl => self.cursor = self.right(),
            KeyCode::Char('u') if ctrl => self.replace(0, ""),
            KeyCode::Char('k') if ctrl => self.text.truncate(self.cursor),
            KeyCode::Char('w') if ctrl => self.replace(self.word_left(), ""),
            // What some terminals send for backspace.
            KeyCode::Char('h') if ctrl => self.replace(self.left(), ""),
            KeyCode::Char('d') if ctrl => self.delete(),
            KeyCode::Char(c) if !ctrl && !alt => {
                self.insert(c.encode_utf8(&mut [0; 4]));
                return true;
            }
            KeyCode::Backspace if alt => self.replace(self.word_left(), ""),
            KeyCode::Backspace => self.replace(self.left(), ""),
            KeyCode::Delete => self.delete(),
            KeyCode::Left if ctrl => self.move_to(self.word_left()),
            KeyCode::Left => self.cursor = self.left(),
            KeyCode::Right => self.cursor = self.right(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => {}
        }
        self.text.len() != before
    }

    /// Removes the grapheme behind the cursor.
    fn delete(&mut self) {
        let right = self.right();
        let place = self.cursor;
        self.cursor = right;
        self.replace(place, "");
    }

    /// The border before the cursor.
    fn left(&self) -> usize {
        self.halves().0.grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    /// The border behind the cursor.
    fn right(&self) -> usize {
        self.cursor + self.halves().1.graphemes(true).next().map_or(0, str::len)
    }

    /// The beginning of the word before the cursor; words are separated by blanks.
    fn word_left(&self) -> usize {
        let before = self.halves().0.trim_end();
        before
            .char_indices()
            .rev()
            .find(|(_, c)| c.is_whitespace())
            .map_or(0, |(at, c)| at + c.len_utf8())
    }
}
