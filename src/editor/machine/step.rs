//! What each input does in each stage, up to the write.

use bytes::Bytes;

use super::super::diff::Diff;
use super::super::format::Format;
use super::super::merge::marker_line;
use super::super::syntax::{self, Problem};
use super::guard::{self, Reason};
use super::{
    Draft, EditorEffect, Input, Machine, Moved, ReqId, Stage, conflict, index, saving, value,
};
use crate::domain::kv::{Entry, Op, Write};

/// Reacts to an input.
pub(super) fn step(machine: &mut Machine, input: Input, effects: &mut Vec<EditorEffect>) {
    match input {
        Input::Loaded(entry) => machine.load(entry),
        Input::Edit => machine.edit(),
        Input::Typed(mine) => machine.typed(mine, effects),
        Input::External(text) => machine.external(text, effects),
        Input::ExternalDone(done) => machine.external_done(done, effects),
        Input::Review(mine) => machine.review(mine, effects),
        Input::Accept => machine.accept(effects),
        Input::Confirm(typed) => machine.confirm(&typed, effects),
        Input::Answered(req, answer) => saving::answered(machine, req, answer, effects),
        Input::ReadBack(req, found) => saving::read_back(machine, req, found, effects),
        Input::Retry => saving::retry(machine, effects),
        Input::Resolve(resolution) => conflict::resolve(machine, resolution, effects),
        Input::Back => machine.back(),
        Input::Abandon => machine.abandon(effects),
    }
}

impl Machine {
    /// The server has this now. Only a look follows it; an edit notes that the key has moved.
    fn load(&mut self, entry: Option<Entry>) {
        if matches!(self.stage, Stage::Reading) {
            self.read(entry);
        } else {
            let has_moved = index(entry.as_ref()) != index(self.base.as_ref());
            let moved = entry.map_or(Moved::Deleted, Moved::Changed);
            self.moved = has_moved.then_some(moved);
        }
    }

    /// Looks at this from now on. A format that the operator chose stays.
    pub(super) fn read(&mut self, entry: Option<Entry>) {
        let detected = |machine: &Self, bytes: &[u8]| Format::detect(machine.key.as_str(), bytes);
        if self.format == detected(self, &value(self.base.as_ref())) {
            self.format = detected(self, &value(entry.as_ref()));
        }
        self.mine = value(entry.as_ref());
        self.flags = entry.as_ref().map_or(0, |entry| entry.flags);
        self.base = entry;
        self.moved = None;
        self.stage = Stage::Reading;
    }

    fn edit(&mut self) {
        if matches!(self.stage, Stage::Reading | Stage::Reviewing { .. }) {
            self.stage = Stage::Editing;
        }
    }

    fn typed(&mut self, mine: Bytes, effects: &mut Vec<EditorEffect>) {
        if matches!(self.stage, Stage::Editing) && mine != self.mine {
            self.mine = mine;
            self.keep(effects);
        }
    }

    /// Keeps the text as a draft; a text that is the base again needs none.
    pub(super) fn keep(&self, effects: &mut Vec<EditorEffect>) {
        if !self.is_changed() {
            return self.forget(effects);
        }
        let (dc, key) = (self.dc.clone(), self.key.clone());
        let draft = Draft { dc, key, base: self.base.clone(), mine: self.mine.clone() };
        effects.push(EditorEffect::SaveDraft(Box::new(draft)));
    }

    pub(super) fn forget(&self, effects: &mut Vec<EditorEffect>) {
        let (dc, key) = (self.dc.clone(), self.key.clone());
        effects.push(EditorEffect::DropDraft { dc, key });
    }

    fn external(&mut self, text: Bytes, effects: &mut Vec<EditorEffect>) {
        if matches!(self.stage, Stage::Reading | Stage::Editing | Stage::Reviewing { .. }) {
            self.stage = Stage::Editing;
            effects.push(EditorEffect::OpenExternal { key: self.key.clone(), text });
        }
    }

    fn external_done(&mut self, done: Result<Bytes, String>, effects: &mut Vec<EditorEffect>) {
        if let (Stage::Editing, Ok(mine)) = (&self.stage, done) {
            self.review(mine, effects);
        }
    }

    /// Shows what saving a text would change. A text that changes nothing has nothing to review.
    fn review(&mut self, mine: Bytes, effects: &mut Vec<EditorEffect>) {
        if !matches!(self.stage, Stage::Editing) {
            return;
        }
        if mine != self.mine {
            self.mine = mine;
            self.keep(effects);
        }
        if self.is_changed() || self.base.is_none() {
            self.show_review(None);
        }
    }

    /// Shows the text as it is against the base.
    pub(super) fn show_review(&mut self, refusal: Option<String>) {
        let mine = self.mine.clone();
        let diff = Diff::of(&value(self.base.as_ref()), &mine);
        let problem = problem(self.format, &mine);
        self.stage = Stage::Reviewing { mine, diff, problem, has_insisted: false, refusal };
    }

    fn accept(&mut self, effects: &mut Vec<EditorEffect>) {
        let Stage::Reviewing { mine, problem, has_insisted, .. } = &mut self.stage else { return };
        if problem.is_some() && !*has_insisted {
            *has_insisted = true;
            return;
        }
        let mine = mine.clone();
        let reasons = guard::reasons(self);
        if reasons.is_empty() {
            self.write(effects);
        } else {
            self.stage = Stage::Confirming { mine, reasons, was_wrong: false };
        }
    }

    fn confirm(&mut self, typed: &str, effects: &mut Vec<EditorEffect>) {
        let Stage::Confirming { reasons, was_wrong, .. } = &mut self.stage else { return };
        if !guard::is_answered(reasons, typed) {
            *was_wrong = true;
            return;
        }
        if reasons.iter().any(|reason| matches!(reason, Reason::NotJournalled(_))) {
            self.without_journal = true;
        }
        self.write(effects);
    }

    /// Sends the write, once: from here only an answer leads on.
    fn write(&mut self, effects: &mut Vec<EditorEffect>) {
        let req = self.next_req();
        let without_journal = std::mem::take(&mut self.without_journal);
        let (key, value, flags) = (self.key.clone(), self.mine.clone(), self.flags);
        self.stage = Stage::Saving { req, mine: value.clone() };
        let op = Op::Put { key, value, flags, base: self.base.clone() };
        let write = Write::one(self.dc.clone(), op);
        effects.push(EditorEffect::Write { req, write, without_journal });
    }

    pub(super) fn next_req(&mut self) -> ReqId {
        self.last_req += 1;
        ReqId(self.last_req)
    }

    /// One step back, where that loses nothing. A write on its way cannot be taken back.
    fn back(&mut self) {
        match self.stage {
            Stage::Editing if !self.is_changed() => self.look_again(),
            Stage::Reviewing { .. } => self.stage = Stage::Editing,
            Stage::Confirming { .. } => self.show_review(None),
            Stage::Saved { .. } => self.stage = Stage::Reading,
            _ => {}
        }
    }

    /// Looks at what the server has now.
    fn look_again(&mut self) {
        let now = match self.moved.take() {
            Some(Moved::Changed(now)) => Some(now),
            Some(Moved::Deleted) => None,
            None => self.base.clone(),
        };
        self.read(now);
    }

    /// Gives the text up. Not while nobody knows whether it was written.
    fn abandon(&mut self, effects: &mut Vec<EditorEffect>) {
        match &self.stage {
            Stage::Reading | Stage::Saving { .. } | Stage::Unknown { req: Some(_), .. } => {}
            Stage::Saved { .. } => self.stage = Stage::Reading,
            Stage::Conflict { theirs, .. } => {
                let theirs = theirs.clone();
                self.forget(effects);
                self.read(theirs);
            }
            _ => {
                self.forget(effects);
                self.look_again();
            }
        }
    }
}

/// What is wrong with a text; conflict markers left in it always are.
fn problem(format: Format, mine: &[u8]) -> Option<Problem> {
    if let Some(line) = marker_line(mine) {
        let what = "a conflict marker is left in the text".to_owned();
        return Some(Problem { line: line + 1, column: 1, what });
    }
    syntax::problem(format, mine)
}
