//! Edits in the program: opening one, what its keys and answers lead to, and its end.

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::edit::{Edit, Wish};
use super::msg::Effect;
use super::notice::Level;
use super::overlay::Overlay;
use super::task::{Ask, Intent, Keep, LeftOpen, News};
use super::tasks::Asker;
use crate::domain::feed::Subject;
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Entry;
use crate::editor::machine::{EditorEffect, Input, Machine, Stage};
use crate::store::Change;
use crate::views::Place;

impl App {
    /// Begins to edit a key as it was read; `None` makes a new one.
    pub(super) fn edit(
        &mut self,
        dc: &Dc,
        key: &Key,
        entry: Option<Entry>,
        effects: &mut Vec<Effect>,
    ) {
        if self.refuses_writes(dc) {
            return;
        }
        let machine = Machine::new(dc.clone(), key.clone(), entry);
        self.open_edit(machine, effects);
    }

    /// Offers the edits that were left open, from this one on.
    pub(super) fn offer(&mut self, at: usize) {
        self.overlay = if at < self.setup.drafts.len() {
            Overlay::Offer(at)
        } else {
            self.say(Level::Info, "no edit was left open");
            Overlay::None
        };
    }

    /// What becomes of an edit that was left open. Dropping it takes a capital letter: it is the one
    /// thing here that cannot be had back.
    pub(super) fn offer_key(&mut self, at: usize, key: KeyEvent, effects: &mut Vec<Effect>) {
        match key.code {
            KeyCode::Char('e') | KeyCode::Enter => self.resume(at, effects),
            KeyCode::Char('n') | KeyCode::Down => {
                self.offer((at + 1) % self.setup.drafts.len().max(1));
            }
            KeyCode::Char('D') if at < self.setup.drafts.len() => {
                let LeftOpen { pid, draft, .. } = self.setup.drafts.remove(at);
                effects.push(Effect::Keep(Keep::Adopt(pid, draft.dc, draft.key)));
                self.offer(at.min(self.setup.drafts.len().saturating_sub(1)));
            }
            KeyCode::Esc | KeyCode::Char('q') => self.overlay = Overlay::None,
            _ => {}
        }
    }

    /// Takes up an edit that was left open: its text is kept under this process from now on.
    fn resume(&mut self, at: usize, effects: &mut Vec<Effect>) {
        let Some(left) = self.setup.drafts.get(at) else { return };
        if self.refuses_writes(&left.draft.dc.clone()) || at >= self.setup.drafts.len() {
            return;
        }
        let LeftOpen { pid, draft, .. } = self.setup.drafts.remove(at);
        let (dc, key) = (draft.dc.clone(), draft.key.clone());
        effects.push(Effect::Keep(Keep::Save(Box::new(draft.clone()))));
        effects.push(Effect::Keep(Keep::Adopt(pid, dc.clone(), key.clone())));
        self.open(&Place::new("key").at(&dc).of(key.as_str()), effects);
        self.open_edit(Machine::resume(draft), effects);
    }

    /// True, and said, where nothing may be written.
    pub(super) fn refuses_writes(&mut self, dc: &Dc) -> bool {
        if self.refuses_in_past() {
            return true;
        }
        let is_refused = self.setup.rules.refuses(dc);
        if is_refused {
            self.say(Level::Warn, format!("read-only: '{dc}' may not be changed"));
        }
        is_refused
    }

    fn open_edit(&mut self, machine: Machine, effects: &mut Vec<Effect>) {
        let Some(mut edit) = Edit::new(machine) else {
            let text = "the value is no text; 'dcview kv put KEY @FILE' writes bytes";
            return self.say(Level::Warn, text);
        };
        edit.step(Input::Edit);
        let machine = edit.machine();
        let (dc, key) = (machine.dc().clone(), machine.key().clone());
        let keys = vec![(key, machine.base().cloned())];
        self.overlay = Overlay::Edit(Box::new(edit));
        self.ask(Asker::Edit, Ask::Guards { dc, keys, is_old: false }, effects);
    }

    pub(super) fn edit_key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let Overlay::Edit(edit) = &mut self.overlay else { return };
        let wish = edit.key(key);
        self.wished(wish, effects);
    }

    pub(super) fn edit_paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        let Overlay::Edit(edit) = &mut self.overlay else { return };
        let wish = edit.paste(text);
        self.wished(wish, effects);
    }

    /// Takes in what the operator's own editor made of the text.
    pub(super) fn edited(&mut self, done: Result<bytes::Bytes, String>, effects: &mut Vec<Effect>) {
        if let Err(why) = &done {
            self.say(Level::Warn, why.clone());
        }
        self.edit_step(Input::ExternalDone(done), effects);
    }

    /// Takes in news that the edit waits for.
    pub(super) fn edit_news(&mut self, news: News, effects: &mut Vec<Effect>) {
        let Overlay::Edit(edit) = &mut self.overlay else { return };
        let awaited = edit.waits_for();
        let input = match (news, awaited) {
            (News::Guards(mut guards), _) => {
                let dc = edit.machine().dc();
                guards.is_protected = self.setup.rules.protected(dc).is_some();
                match edit.guard(guards) {
                    Some(input) => input,
                    None => return,
                }
            }
            (News::Written(answer), Some(req)) => Input::Answered(req, answer),
            (News::Read(found), Some(req)) => Input::ReadBack(req, found),
            (News::Failed(why), Some(req)) => match edit.machine().stage() {
                Stage::Unknown { .. } => Input::ReadBack(req, Err(why)),
                _ => Input::Answered(req, crate::editor::machine::WriteAnswer::NoAnswer(why)),
            },
            _ => return,
        };
        self.edit_step(input, effects);
    }

    /// Lets an open edit learn that its key changed.
    pub(super) fn edit_patch(&mut self, change: &Change) {
        let Overlay::Edit(edit) = &mut self.overlay else { return };
        let (dc, key) = (edit.machine().dc(), edit.machine().key());
        let is_its =
            matches!(change, Change::Kv(of, Subject::Key(what)) if of == dc && what == key);
        let state = self.store.dc(dc).filter(|_| is_its);
        if let Some(entry) = state.and_then(|state| state.entries.get(key)) {
            edit.loaded(entry.as_deref().cloned());
            self.is_dirty = true;
        }
    }

    fn wished(&mut self, wish: Wish, effects: &mut Vec<Effect>) {
        match wish {
            Wish::Nothing => {}
            Wish::Step(input) => self.edit_step(input, effects),
            Wish::Close => self.end_edit(effects),
            Wish::Copy(text) => effects.push(Effect::Copy(text)),
        }
    }

    fn edit_step(&mut self, input: Input, effects: &mut Vec<Effect>) {
        let Overlay::Edit(edit) = &mut self.overlay else { return };
        let wanted = edit.step(input);
        let (dc, key) = (edit.machine().dc().clone(), edit.machine().key().clone());
        let stage = edit.machine().stage().clone();
        for effect in wanted {
            match effect {
                EditorEffect::Write { write, without_journal, .. } => {
                    let intent = Intent { write, undoes: None, without_journal };
                    self.ask(Asker::Edit, Ask::Write(intent), effects);
                }
                EditorEffect::ReadBack { dc, key, .. } => {
                    self.ask(Asker::Edit, Ask::Read { dc, key }, effects);
                }
                EditorEffect::SaveDraft(draft) => effects.push(Effect::Keep(Keep::Save(draft))),
                EditorEffect::DropDraft { dc, key } => {
                    effects.push(Effect::Keep(Keep::Drop(dc, key)));
                }
                EditorEffect::OpenExternal { key, text } => {
                    effects.push(Effect::External(key, text));
                }
            }
        }
        match stage {
            Stage::Saved { index } => {
                self.end_edit(effects);
                self.say(Level::Info, format!("written to {dc}: {key}, index {index}"));
            }
            Stage::Reading => self.end_edit(effects),
            _ => {}
        }
    }

    fn end_edit(&mut self, effects: &mut Vec<Effect>) {
        self.overlay = Overlay::None;
        self.forget(Asker::Edit, effects);
    }
}
