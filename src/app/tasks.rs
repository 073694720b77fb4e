//! Who asked for which work, so that its news find their way.
//!
//! A view has at most one piece of work under way, and so has what lies over it; a newer one takes
//! the older one's place. Invariant: news of work that nobody waits for any more change nothing.

use super::App;
use super::confirm::{Answer, Confirm};
use super::msg::{Effect, ViewId};
use super::notice::Level;
use super::overlay::Overlay;
use super::task::{Ask, News, TaskId};
use crate::editor::machine::WriteAnswer;

/// Who waits for news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker {
    /// A view, which may be hidden meanwhile.
    View(ViewId),
    /// The edit that lies over the view.
    Edit,
    /// The question that lies over the view.
    Confirm,
    /// What lies over the view while many keys are read or changed.
    Plan,
    /// Whoever wants the last change taken back.
    Undo,
    /// Nobody in particular: what comes is said below.
    Operator,
}

/// The work under way.
#[derive(Debug, Default)]
pub struct Tasks {
    running: Vec<(TaskId, Asker)>,
    /// The changes under way that the operator hears of, as they were asked for.
    changes: Vec<(TaskId, Ask)>,
    last: TaskId,
}

impl Tasks {
    /// A new id for work that this asker waits for.
    fn begin(&mut self, asker: Asker) -> TaskId {
        self.last += 1;
        self.running.push((self.last, asker));
        self.last
    }

    /// Forgets the work of an asker; gives its ids.
    fn end_of(&mut self, asker: Asker) -> Vec<TaskId> {
        let ended = self.running.extract_if(.., |(_, other)| *other == asker);
        ended.map(|(id, _)| id).collect()
    }

    /// Who waits for the news of this work.
    fn asker(&self, id: TaskId) -> Option<Asker> {
        self.running.iter().find(|(other, _)| *other == id).map(|(_, asker)| *asker)
    }
}

impl App {
    /// Has work done for somebody, in place of what is under way for them; gives its id.
    pub(super) fn ask(&mut self, asker: Asker, ask: Ask, effects: &mut Vec<Effect>) -> TaskId {
        if matches!(asker, Asker::View(_)) {
            self.forget(asker, effects);
        }
        let id = self.tasks.begin(asker);
        if asker == Asker::Operator && ask.is_change() {
            self.tasks.changes.push((id, ask.clone()));
        }
        effects.push(Effect::Ask(id, ask));
        id
    }

    /// Asks the operator before a change, and meanwhile finds out who else writes its keys.
    pub(super) fn question(&mut self, mut confirm: Box<Confirm>, effects: &mut Vec<Effect>) {
        if self.refuses_in_past() {
            return;
        }
        if self.is_applying() {
            let why = confirm.reasons.join("; ");
            return self.say(Level::Error, format!("not done: {}: {why}", confirm.title));
        }
        if let Some(dc) = confirm.ask.changes().cloned() {
            if self.refuses_writes(&dc) {
                return;
            }
            let other = confirm.ask.also_changes().filter(|other| **other != dc).cloned();
            if other.as_ref().is_some_and(|other| self.refuses_writes(other)) {
                return;
            }
            let rules = &self.setup.rules;
            let second = other.as_ref().and_then(|other| rules.protected(other));
            let asked_for = confirm.protected.take();
            (confirm.protected, confirm.then) = match asked_for.or_else(|| rules.protected(&dc)) {
                None => (second, None),
                first => (first, second),
            };
            self.forget(Asker::Confirm, effects);
            if let Some((_, keys)) = confirm.ask.keys() {
                let is_old = matches!(&confirm.ask, Ask::Write(it) if it.undoes.is_some());
                self.ask(Asker::Confirm, Ask::Guards { dc, keys, is_old }, effects);
            }
        }
        self.overlay = Overlay::Confirm(confirm);
    }

    /// Has done what the view on screen needs to have done when it is shown.
    pub(super) fn begin(&mut self, effects: &mut Vec<Effect>) {
        let response = self.with_view(|view, ctx| view.appears(ctx));
        self.respond(response, effects);
        if self.past.is_none()
            && let Some(ask) = self.with_view(|view, ctx| view.asks(ctx))
        {
            self.ask(Asker::View(self.trail.id()), ask, effects);
        }
    }

    /// True while work is under way for somebody.
    pub(super) fn is_busy(&self, asker: Asker) -> bool {
        self.tasks.running.iter().any(|(_, other)| *other == asker)
    }

    /// Ends the work under way for somebody; true when there was any.
    pub(super) fn forget(&mut self, asker: Asker, effects: &mut Vec<Effect>) -> bool {
        let ended = self.tasks.end_of(asker);
        let had_any = !ended.is_empty();
        effects.extend(ended.into_iter().map(Effect::Forget));
        had_any
    }

    /// Hands news to whoever waits for them.
    pub(super) fn news(&mut self, id: TaskId, news: News, effects: &mut Vec<Effect>) {
        let Some(asker) = self.tasks.asker(id) else { return };
        if news.is_last() {
            self.tasks.running.retain(|(other, _)| *other != id);
        }
        self.is_dirty = true;
        match asker {
            Asker::View(view) => self.tell_view(view, |view, ctx| view.news(ctx, news), effects),
            Asker::Edit => self.edit_news(news, effects),
            Asker::Plan => self.plan_news(news, effects),
            Asker::Confirm => {
                if let (Overlay::Confirm(confirm), News::Guards(guards)) = (&mut self.overlay, news)
                    && confirm.guard(guards) == Answer::Yes
                {
                    self.confirmed(effects);
                }
            }
            Asker::Undo => match news {
                News::Journal(Ok(log)) => {
                    let response =
                        crate::views::journal::take_last_back(&log, &self.setup.rules.agents);
                    self.respond(response, effects);
                }
                News::Journal(Err(why)) | News::Failed(why) => self.say(Level::Error, why),
                _ => {}
            },
            Asker::Operator => self.tell(id, news, effects),
        }
    }

    /// Says what came of a change that was confirmed.
    fn tell(&mut self, id: TaskId, news: News, effects: &mut Vec<Effect>) {
        if let News::Step(text) = news {
            return self.say(Level::Info, text);
        }
        let at = self.tasks.changes.iter().position(|(other, _)| *other == id);
        let change = at.map(|at| self.tasks.changes.swap_remove(at).1);
        match news {
            News::Remembered(text) => {
                self.say(Level::Info, text);
                effects.push(Effect::Refresh);
            }
            News::Done(text) => self.say(Level::Info, text),
            News::Failed(text) => self.say(Level::Error, text),
            News::Written(answer) => self.written(change, answer, effects),
            _ => {}
        }
    }

    /// Says what became of a write; one that cannot be journalled is asked for again.
    fn written(&mut self, change: Option<Ask>, answer: WriteAnswer, effects: &mut Vec<Effect>) {
        let what = change.as_ref().map_or_else(String::new, Ask::summary);
        match answer {
            WriteAnswer::Written { .. } => self.say(Level::Info, format!("done: {what}")),
            WriteAnswer::NotCurrent => {
                self.say(Level::Warn, format!("changed since it was read, left alone: {what}"));
            }
            WriteAnswer::Refused(why) => self.say(Level::Error, why),
            WriteAnswer::NoAnswer(why) => {
                let text = format!("not known whether it was done: {what}: {why}; see :journal");
                self.say(Level::Error, text);
            }
            WriteAnswer::NotJournalled(why) => {
                let Some(ask) = change.map(Ask::without_journal) else { return };
                let title = format!("{what}, without a journal");
                let mut confirm = Confirm::new(title, Vec::new(), ask);
                confirm.reasons.push(format!("there would be no undo: {why}"));
                return self.question(Box::new(confirm), effects);
            }
        }
        self.reload(effects);
    }

    /// What stays behind of changes under way, if the program ends now.
    pub(super) fn leaves(&self) -> Option<String> {
        let all: Vec<String> =
            self.tasks.changes.iter().filter_map(|(_, change)| change.leaves()).collect();
        (!all.is_empty()).then(|| format!("interrupted: {}", all.join("; ")))
    }

    /// Sends what was confirmed.
    pub(super) fn confirmed(&mut self, effects: &mut Vec<Effect>) {
        if let Overlay::Confirm(confirm) = std::mem::take(&mut self.overlay) {
            match confirm.ask {
                Ask::Apply(proposal) => self.carry_out(proposal, effects),
                ask => {
                    self.ask(Asker::Operator, ask, effects);
                }
            }
        }
    }
}
