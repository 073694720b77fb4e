//! What keys mean at each stage of an edit.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Aside, Edit, Guarding};
use crate::app::prompt::PromptOutcome;
use crate::editor::machine::{Input, Resolution, Stage};

/// What a key asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing beyond what it did.
    Nothing,
    /// This happens to the edit.
    Step(Input),
    /// The edit is left.
    Close,
    /// This goes to the operator's clipboard.
    Copy(String),
}

impl Edit {
    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Wish {
        self.remark = None;
        if self.guarding == Guarding::Accepted {
            self.guarding = Guarding::Asked;
        }
        match self.aside {
            Aside::Leaving => return self.leaving(key),
            Aside::Search => return self.searching(key),
            Aside::Keys => {
                self.aside = Aside::Nothing;
                return Wish::Nothing;
            }
            Aside::Nothing => {}
        }
        match self.machine.stage() {
            Stage::Reading | Stage::Saved { .. } => Wish::Close,
            Stage::Editing => self.editing(key),
            Stage::Reviewing { .. } => self.reviewing(key),
            Stage::Confirming { .. } => self.confirming(key),
            Stage::Saving { .. } => self.say("the write is on its way; its answer is awaited"),
            Stage::Conflict { .. } => self.conflict(key),
            Stage::Unknown { .. } => self.unknown(key),
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> Wish {
        if self.aside == Aside::Search || self.types_name() {
            self.prompt.paste(text);
        } else if matches!(self.machine.stage(), Stage::Editing)
            && self.aside == Aside::Nothing
            && self.text.paste(text)
        {
            return Wish::Step(Input::Typed(self.text.bytes()));
        }
        Wish::Nothing
    }

    fn say(&mut self, text: &str) -> Wish {
        self.remark = Some(text.to_owned());
        Wish::Nothing
    }

    fn editing(&mut self, key: KeyEvent) -> Wish {
        let has_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc if self.machine.is_changed() => self.aside = Aside::Leaving,
            KeyCode::Esc => return Wish::Close,
            KeyCode::F(1) => self.aside = Aside::Keys,
            KeyCode::Char('s') if has_control => return self.review(),
            KeyCode::Char('e') if has_control => {
                return Wish::Step(Input::External(self.text.bytes()));
            }
            KeyCode::Char('f') if has_control => {
                self.aside = Aside::Search;
                self.prompt.open("");
            }
            KeyCode::Char('g') if has_control => return self.find(false),
            KeyCode::Char('c') if has_control && self.text.selection().is_some() => {
                self.text.key(key);
                return Wish::Copy(self.text.clipboard());
            }
            KeyCode::Char('c') if has_control => {
                return self.say("nothing is selected (shift and arrows select); esc leaves");
            }
            _ => {
                if self.text.key(key) {
                    return Wish::Step(Input::Typed(self.text.bytes()));
                }
            }
        }
        Wish::Nothing
    }

    fn review(&mut self) -> Wish {
        let bytes = self.text.bytes();
        if self.machine.base().is_some_and(|base| base.value == bytes) {
            return self.say("nothing is changed yet");
        }
        Wish::Step(Input::Review(bytes))
    }

    fn find(&mut self, is_here: bool) -> Wish {
        if self.text.pattern().is_none() {
            return self.say("nothing is searched for: ctrl-f");
        }
        if !self.text.next_match(is_here) {
            return self.say("not found");
        }
        Wish::Nothing
    }

    fn searching(&mut self, key: KeyEvent) -> Wish {
        match self.prompt.key(key) {
            PromptOutcome::Editing => Wish::Nothing,
            PromptOutcome::Cancelled => {
                self.aside = Aside::Nothing;
                Wish::Nothing
            }
            PromptOutcome::Accepted(pattern) => {
                self.aside = Aside::Nothing;
                match self.text.search(&pattern) {
                    Ok(()) if pattern.is_empty() => Wish::Nothing,
                    Ok(()) => self.find(true),
                    Err(why) => self.say(why.lines().last().unwrap_or("no such pattern")),
                }
            }
        }
    }

    fn reviewing(&mut self, key: KeyEvent) -> Wish {
        match key.code {
            KeyCode::Char('y') if self.guarding != Guarding::Known => {
                self.guarding = Guarding::Accepted;
                self.say("asking who else writes this key")
            }
            KeyCode::Char('y') => Wish::Step(Input::Accept),
            KeyCode::Char('e') | KeyCode::Esc => Wish::Step(Input::Back),
            _ => self.moved(key),
        }
    }

    fn confirming(&mut self, key: KeyEvent) -> Wish {
        if !self.types_name() {
            return match key.code {
                KeyCode::Char('y') => Wish::Step(Input::Confirm(String::new())),
                KeyCode::Char('n') | KeyCode::Esc => Wish::Step(Input::Back),
                _ => self.moved(key),
            };
        }
        match self.prompt.key(key) {
            PromptOutcome::Accepted(name) => Wish::Step(Input::Confirm(name)),
            PromptOutcome::Cancelled => Wish::Step(Input::Back),
            PromptOutcome::Editing => Wish::Nothing,
        }
    }

    fn conflict(&mut self, key: KeyEvent) -> Wish {
        let Stage::Conflict { merged, .. } = self.machine.stage() else { return Wish::Nothing };
        match key.code {
            KeyCode::Char('m') if merged.conflicts() > 0 => {
                self.say("both changed the same lines: e edits the merge, o takes yours")
            }
            KeyCode::Char('m') => Wish::Step(Input::Resolve(Resolution::Merged)),
            KeyCode::Char('e') => Wish::Step(Input::Resolve(Resolution::EditMerged)),
            KeyCode::Char('o') => Wish::Step(Input::Resolve(Resolution::Mine)),
            KeyCode::Char('t') | KeyCode::Esc => {
                self.aside = Aside::Leaving;
                Wish::Nothing
            }
            _ => self.moved(key),
        }
    }

    fn unknown(&mut self, key: KeyEvent) -> Wish {
        let Stage::Unknown { req, .. } = self.machine.stage() else { return Wish::Nothing };
        match key.code {
            _ if req.is_some() => self.say("reading back what became of the write"),
            KeyCode::Char('r') => Wish::Step(Input::Retry),
            KeyCode::Esc => {
                self.aside = Aside::Leaving;
                Wish::Nothing
            }
            _ => self.moved(key),
        }
    }

    /// What becomes of a changed text.
    fn leaving(&mut self, key: KeyEvent) -> Wish {
        self.aside = Aside::Nothing;
        match (key.code, self.machine.stage()) {
            (KeyCode::Char('s'), Stage::Editing) => self.review(),
            (KeyCode::Char('d'), _) => Wish::Step(Input::Abandon),
            _ => Wish::Nothing,
        }
    }

    fn moved(&mut self, key: KeyEvent) -> Wish {
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.scroll(-1),
            KeyCode::Down | KeyCode::Char('j') => self.scroll(1),
            KeyCode::PageUp => self.scroll(-10),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll(10),
            KeyCode::Home | KeyCode::Char('g') => self.top = 0,
            KeyCode::End | KeyCode::Char('G') => self.scroll(isize::MAX / 2),
            _ => {}
        }
        Wish::Nothing
    }
}
