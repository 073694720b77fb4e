//! The question before a change: what exactly would be done, where, and why it is asked.
//!
//! It holds the very work that is sent when the answer is yes, so that what was shown and what is
//! done cannot differ. Where a datacenter is protected, its name must be typed.

use crossterm::event::{KeyCode, KeyEvent};

use super::planning::{Ops, Planning};
use super::prompt::{Prompt, PromptOutcome};
use super::task::Ask;
use crate::domain::ids::Dc;
use crate::editor::machine::Guards;
use crate::table::column::Cell;

/// A question that waits for its answer.
pub struct Confirm {
    /// What would be done and where, as the title: `delete 12 keys of app/ in dc-2`.
    pub title: String,
    /// What it comes to, line by line; it scrolls.
    pub lines: Vec<Cell>,
    /// Why more care is asked for, each in a sentence.
    pub reasons: Vec<String>,
    /// The protected datacenter whose name must be typed.
    pub protected: Option<Dc>,
    /// Another protected one whose name must be typed then.
    pub then: Option<Dc>,
    /// What is typed.
    pub prompt: Prompt,
    /// True once it is known who else writes the keys that would be changed.
    pub is_guarded: bool,
    /// True when it was answered before that: then it is a yes if nothing more is to be asked.
    pub is_early: bool,
    /// True after something else than the name was typed.
    pub was_wrong: bool,
    /// The first line shown.
    pub top: usize,
    /// What is sent when the answer is yes.
    pub ask: Ask,
    /// The operations of a plan, in place of more lines.
    pub review: Option<Box<Ops>>,
    /// What is shown when the answer is no.
    pub otherwise: Option<Box<Planning>>,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// None yet.
    Open,
    /// Yes: send it.
    Yes,
    /// No: nothing is sent.
    No,
}

impl Confirm {
    /// A question about work that is sent when the answer is yes; the operator hears of it below.
    pub fn new(title: impl Into<String>, lines: Vec<Cell>, ask: Ask) -> Self {
        Self {
            title: title.into(),
            lines,
            reasons: Vec::new(),
            protected: None,
            then: None,
            prompt: Prompt::default(),
            is_guarded: ask.keys().is_none(),
            is_early: false,
            was_wrong: false,
            top: 0,
            ask,
            review: None,
            otherwise: None,
        }
    }

    /// Takes a key. Only `y` says yes, or the name where one is asked for; Enter never does by
    /// itself, since it may have been meant for what was there before.
    pub fn key(&mut self, key: KeyEvent) -> Answer {
        if let Some(review) = self.review.as_mut().filter(|_| moves(key, self.protected.is_some()))
        {
            review.key(key);
            return Answer::Open;
        }
        match key.code {
            KeyCode::Up => self.scroll(-1),
            KeyCode::Down => self.scroll(1),
            KeyCode::PageUp => self.scroll(-10),
            KeyCode::PageDown => self.scroll(10),
            KeyCode::Esc => return Answer::No,
            _ => return self.answer(key),
        }
        Answer::Open
    }

    /// Takes in why more care is asked for; gives the answer where it was given already and nothing
    /// more is to be asked.
    pub fn guard(&mut self, guards: Guards) -> Answer {
        self.is_guarded = true;
        let has_more = guards.lock.is_some() || !guards.managers.is_empty();
        self.reasons.extend(guards.lock);
        self.reasons.extend(guards.managers);
        if self.is_early && !has_more { Answer::Yes } else { Answer::Open }
    }

    fn answer(&mut self, key: KeyEvent) -> Answer {
        let Some(name) = &self.protected else {
            return match key.code {
                KeyCode::Char('y' | 'Y') if self.is_guarded => Answer::Yes,
                KeyCode::Char('y' | 'Y') => {
                    self.is_early = true;
                    Answer::Open
                }
                KeyCode::Char('n' | 'N' | 'q') => Answer::No,
                _ => Answer::Open,
            };
        };
        match self.prompt.key(key) {
            // The name is typed by now; who else writes the keys is known long before.
            PromptOutcome::Accepted(typed) if typed.trim() == name.as_str() => {
                if let Some(next) = self.then.take() {
                    self.protected = Some(next);
                    self.was_wrong = false;
                    self.prompt = Prompt::default();
                    Answer::Open
                } else if self.is_guarded {
                    Answer::Yes
                } else {
                    Answer::Open
                }
            }
            PromptOutcome::Accepted(_) => {
                self.was_wrong = true;
                Answer::Open
            }
            PromptOutcome::Cancelled => Answer::No,
            PromptOutcome::Editing => Answer::Open,
        }
    }

    /// Moves the lines.
    pub fn scroll(&mut self, by: isize) {
        if let Some(review) = &mut self.review {
            return review.step(by);
        }
        let last = self.lines.len().saturating_sub(1);
        self.top = self.top.saturating_add_signed(by).min(last);
    }
}

/// True for a key that moves in a list; while a name is typed letters and ends are its own.
fn moves(key: KeyEvent, is_typing: bool) -> bool {
    match key.code {
        KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => true,
        KeyCode::Home | KeyCode::End | KeyCode::Char('j' | 'k' | '<' | '>') => !is_typing,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    fn press(confirm: &mut Confirm, keys: &str) -> Answer {
        let key = |c| match c {
            '\n' => KeyCode::Enter,
            c => KeyCode::Char(c),
        };
        let answers = keys.chars().map(|c| confirm.key(KeyEvent::new(key(c), KeyModifiers::NONE)));
        answers.last().unwrap_or(Answer::Open)
    }

    fn question(protected: Option<&str>) -> Confirm {
        let protected = protected.map(Dc::from);
        Confirm { protected, ..Confirm::new("", Vec::new(), Ask::Journal) }
    }

    #[test]
    fn enter_says_neither_yes_nor_no() {
        assert_eq!(press(&mut question(None), "\n"), Answer::Open);
        assert_eq!(press(&mut question(None), "y"), Answer::Yes);
        assert_eq!(press(&mut question(None), "n"), Answer::No);
    }

    #[test]
    fn a_protected_datacenter_wants_its_own_name() {
        let mut confirm = question(Some("dc-2"));
        assert_eq!(press(&mut confirm, "y\n"), Answer::Open);
        assert!(confirm.was_wrong);
        assert_eq!(press(&mut confirm, "dc-2\n"), Answer::Yes);
    }

    #[test]
    fn two_protected_datacenters_want_both_names() {
        let mut confirm = Confirm { then: Some("dc-1".into()), ..question(Some("dc-2")) };
        assert_eq!(press(&mut confirm, "dc-2\n"), Answer::Open);
        assert_eq!(press(&mut confirm, "dc-2\n"), Answer::Open);
        assert!(confirm.was_wrong);
        assert_eq!(press(&mut confirm, "dc-1\n"), Answer::Yes);
    }
}
