//! A one-line editor: text, cursor, history, suggestions.
//!
//! It reacts to keys and knows nothing of what is typed; whoever owns it gives suggestions for the
//! text as it is. Its keys are fixed, like those of a shell. Invariant: the cursor stands on a
//! border between graphemes, and the text never holds a control character.

mod history;
mod line;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use history::History;
use line::Line;

/// What a key led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptOutcome {
    /// Still being typed; the text may have changed.
    Editing,
    /// Enter: this is it. It is in the history now.
    Accepted(String),
    /// Esc or ctrl-c.
    Cancelled,
}

/// One line being typed.
#[derive(Clone, Debug, Default)]
pub struct Prompt {
    line: Line,
    history: History,
    suggestions: Vec<String>,
    /// Which suggestion is offered.
    offered: usize,
}

/// Which way to cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cycle {
    Up,
    Down,
}

impl Prompt {
    /// Starts over with this text, the cursor behind it. The history stays.
    pub fn open(&mut self, text: &str) {
        self.line = Line::new(text);
        self.history.leave();
        self.suggest(Vec::new());
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Display columns before the cursor.
    pub fn cursor_column(&self) -> usize {
        self.line.column()
    }

    /// Takes the whole lines that the present text may become, best first.
    pub fn suggest(&mut self, lines: Vec<String>) {
        if self.suggestions != lines {
            self.suggestions = lines;
            self.offered = 0;
        }
    }

    /// The whole line that accepting would make of the text.
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestions.get(self.offered).map(String::as_str)
    }

    /// What the suggestion adds behind the text, to be drawn behind the cursor; empty where it
    /// changes the text itself, or the cursor is not at the end.
    pub fn ghost(&self) -> &str {
        if !self.line.is_at_end() {
            return "";
        }
        let typed = self.text();
        let added = self.suggestion().and_then(|line| line.split_at_checked(typed.len()));
        added.filter(|(head, _)| head.eq_ignore_ascii_case(typed)).map_or("", |(_, rest)| rest)
    }

    /// Puts text in at the cursor; line ends become blanks.
    pub fn paste(&mut self, text: &str) {
        self.line.insert(text);
        self.history.leave();
    }

    /// Takes a key. Keys that mean nothing here change nothing.
    pub fn key(&mut self, event: KeyEvent) -> PromptOutcome {
        if event.kind == KeyEventKind::Release {
            return PromptOutcome::Editing;
        }
        match event.code {
            KeyCode::Enter => return self.accept(),
            // Enter too, pressed before the program had its terminal in raw mode.
            KeyCode::Char('j') if event.modifiers.contains(KeyModifiers::CONTROL) => {
                return self.accept();
            }
            KeyCode::Esc => return PromptOutcome::Cancelled,
            KeyCode::Char('c') if event.modifiers.contains(KeyModifiers::CONTROL) => {
                return PromptOutcome::Cancelled;
            }
            KeyCode::Up => self.cycle(Cycle::Up),
            KeyCode::Down => self.cycle(Cycle::Down),
            KeyCode::Tab => self.complete(),
            KeyCode::Right if self.line.is_at_end() => self.complete(),
            KeyCode::Char('f')
                if event.modifiers.contains(KeyModifiers::CONTROL) && self.line.is_at_end() =>
            {
                self.complete();
            }
            _ => {
                if self.line.key(event) {
                    self.history.leave();
                }
            }
        }
        PromptOutcome::Editing
    }

    /// Ends with what is typed.
    fn accept(&mut self) -> PromptOutcome {
        let text = self.text().to_owned();
        self.history.add(&text);
        self.open("");
        PromptOutcome::Accepted(text)
    }

    /// Makes the suggestion the text.
    fn complete(&mut self) {
        if let Some(line) = self.suggestions.get(self.offered) {
            self.line = Line::new(line);
            self.history.leave();
        }
    }

    /// Another suggestion; with nothing typed or suggested, another line of the history.
    fn cycle(&mut self, cycle: Cycle) {
        let count = self.suggestions.len();
        if count > 0 && !self.history.is_shown() {
            self.offered = match cycle {
                Cycle::Up => (self.offered + count - 1) % count,
                Cycle::Down => (self.offered + 1) % count,
            };
        } else if self.text().is_empty() || self.history.is_shown() {
            let text = match cycle {
                Cycle::Up => self.history.older(),
                Cycle::Down => self.history.newer(),
            };
            if let Some(text) = text {
                self.line = Line::new(text);
            }
        }
    }
}

#[cfg(test)]
mod tests;
