//! Many keys changed at once: from the wish, by a plan that is shown and confirmed, to a report
//! that stays until it is dismissed.
//!
//! ```text
//! wish -> Reading -> Confirm -> Applying -> Ended -> (the same wish again does what is left)
//! ```
//!
//! Invariants: what is done is the very plan that was shown; a plan that is being carried out is
//! stopped only between transactions, and only when that was asked for twice.

mod commands;
mod ops;
mod report;
mod requests;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::App;
use super::confirm::Confirm;
use super::msg::{Effect, Exit};
use super::notice::Level;
use super::overlay::Overlay;
use super::task::many::{Guarded, Planned, Proposal, Wish, keys};
use super::task::{Ask, News, TaskId};
use super::tasks::Asker;
use crate::domain::kv::Write;
use crate::plan::Counts;
use crate::plan::apply::{Progress, Report, Stopped, Why};
use crate::table::column::Cell;
use crate::ui::text::count;
use crate::ui::theme::Role;

pub use ops::Ops;
pub use report::Ended;

/// Where a change of many keys stands.
pub struct Planning {
    /// What is done, in a few words.
    pub what: String,
    /// How far it is.
    pub stage: Stage,
}

/// How far a change of many keys is.
pub enum Stage {
    /// What it is made of is being read: so many keys so far.
    Reading(usize),
    /// It is being carried out.
    Applying(Applying),
    /// It is over.
    Ended(Box<Ended>),
}

/// A plan that is being carried out.
pub struct Applying {
    id: TaskId,
    proposal: Proposal,
    /// How far it is.
    pub progress: Progress,
    /// Whether it is to go on.
    pub halt: Halt,
}

/// Whether a plan that is being carried out is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It is.
    No,
    /// The operator is asked.
    Asked,
    /// It stops after the transaction that is on its way.
    Wanted,
}

impl App {
    /// Has a plan made of a wish.
    pub(super) fn wish(&mut self, wish: Wish, effects: &mut Vec<Effect>) {
        if !self.refuses_writes(wish.dc()) {
            self.read_for(format!("{wish}"), Ask::Plan(wish), effects);
        }
    }

    /// Shows how work that reads many keys comes along.
    pub(super) fn read_for(&mut self, what: String, ask: Ask, effects: &mut Vec<Effect>) {
        self.forget(Asker::Plan, effects);
        self.overlay = Overlay::Plan(Box::new(Planning { what, stage: Stage::Reading(0) }));
        self.ask(Asker::Plan, ask, effects);
    }

    /// True while a plan is being carried out: nothing else may take its place.
    pub(super) fn is_applying(&self) -> bool {
        matches!(&self.overlay, Overlay::Plan(it) if matches!(it.stage, Stage::Applying(_)))
    }

    /// Carries out a plan that was confirmed.
    pub(super) fn carry_out(&mut self, proposal: Proposal, effects: &mut Vec<Effect>) {
        let what = proposal.wish.to_string();
        let progress = Progress { done: 0, of: proposal.plan.ops().count() };
        let id = self.ask(Asker::Plan, Ask::Apply(proposal.clone()), effects);
        let stage = Stage::Applying(Applying { id, proposal, progress, halt: Halt::No });
        self.overlay = Overlay::Plan(Box::new(Planning { what, stage }));
    }

    /// Takes in what came of reading for, or carrying out, a plan.
    pub(super) fn plan_news(&mut self, news: News, effects: &mut Vec<Effect>) {
        let Overlay::Plan(planning) = &mut self.overlay else { return };
        match (&mut planning.stage, news) {
            (Stage::Reading(read), News::Gathered(now)) => *read = now,
            (Stage::Reading(_), News::Planned(planned)) => self.propose(*planned),
            (Stage::Reading(_), News::Done(text)) => self.close(Level::Info, text),
            (Stage::Reading(_), News::Failed(text)) => self.close(Level::Error, text),
            (Stage::Applying(applying), News::Progress(now)) => applying.progress = now,
            (Stage::Applying(_), News::Applied(report)) => self.applied(&report, None, effects),
            (Stage::Applying(applying), News::Failed(why)) => {
                let report = Report { progress: applying.progress, ..Report::default() };
                self.applied(&report, Some(&why), effects);
            }
            _ => {}
        }
    }

    fn close(&mut self, level: Level, text: String) {
        self.overlay = Overlay::None;
        self.say(level, text);
    }

    /// Asks before a plan is carried out.
    fn propose(&mut self, planned: Planned) {
        let Planned { proposal, guarded, remarks } = planned;
        let counts = proposal.plan.counts();
        if proposal.plan.steps.is_empty() {
            let same = keys(counts.same);
            let text = format!("nothing to do: {}: {same} the same already", proposal.wish);
            return self.close(Level::Info, text);
        }
        let mut confirm = self.question_of(proposal, &guarded);
        if counts.changed > 0 {
            let of = keys(counts.changed);
            confirm.reasons.push(format!("something else is there: {of} would be replaced"));
        }
        confirm.reasons.extend(remarks);
        confirm.reasons.extend(guarded.iter().map(ToString::to_string));
        self.overlay = Overlay::Confirm(Box::new(confirm));
    }

    /// The question before a plan is carried out, with its counts and its list.
    fn question_of(&self, proposal: Proposal, guarded: &[Guarded]) -> Confirm {
        let review = Ops::proposed(&proposal.plan, guarded);
        let query = self.setup.rules.query(&proposal.plan.dc);
        let mut lines = vec![counted(proposal.plan.counts())];
        lines.extend(requests::lines(&proposal.plan, &query));
        let protected = self.setup.rules.protected(proposal.wish.dc());
        let title = proposal.wish.to_string();
        let confirm = Confirm::new(title, lines, Ask::Apply(proposal));
        Confirm { review: Some(Box::new(review)), protected, ..confirm }
    }

    /// Shows how a plan ended. What cannot be journalled is asked for again, as it stands.
    fn applied(&mut self, report: &Report, died: Option<&str>, effects: &mut Vec<Effect>) {
        let planning = match std::mem::take(&mut self.overlay) {
            Overlay::Plan(planning) => *planning,
            other => return self.overlay = other,
        };
        let Stage::Applying(Applying { proposal, .. }) = planning.stage else { return };
        let what = planning.what;
        let done = report.progress;
        let is_whole = done.done == done.of && report.unkept.is_none();
        if is_whole && done.of <= Write::MOST_OPS {
            self.say(Level::Info, format!("done: {what}: {} of {}", done.done, done.of));
        } else {
            let ended = Ended::new(&proposal, report, died);
            let stage = Stage::Ended(Box::new(ended));
            let shown = Box::new(Planning { what, stage });
            self.overlay = match self.unjournalled(proposal, report) {
                Some(confirm) => {
                    Overlay::Confirm(Box::new(Confirm { otherwise: Some(shown), ..confirm }))
                }
                None => Overlay::Plan(shown),
            };
        }
        self.trail.view_mut().renew();
        self.reload(effects);
    }

    /// The question whether the rest of a plan is to be done although it cannot be journalled.
    fn unjournalled(&self, proposal: Proposal, report: &Report) -> Option<Confirm> {
        let Some(Stopped { why: Why::Journal(error), .. }) = &report.stopped else { return None };
        let plan = Arc::new(report.rest(&proposal.plan));
        let rest = Proposal { plan, without_journal: true, wish: proposal.wish };
        let mut confirm = self.question_of(rest, &[]);
        confirm.title.push_str(", without a journal");
        let Progress { done, of } = report.progress;
        let sent = match done {
            0 => String::from("nothing was sent"),
            done => format!("{} of {} operations are done", count(done), count(of)),
        };
        confirm.reasons.push(format!("{sent}: {error}"));
        confirm.reasons.push(String::from("what is written without a journal has no undo"));
        Some(confirm)
    }

    /// What a key does while many keys are read, changed, or reported of.
    pub(super) fn plan_key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let Overlay::Plan(planning) = &mut self.overlay else { return };
        match &mut planning.stage {
            Stage::Reading(_) if matches!(key.code, KeyCode::Esc | KeyCode::Char('q')) => {
                self.forget(Asker::Plan, effects);
                self.close(Level::Info, String::from("stopped; nothing was changed"));
            }
            Stage::Reading(_) => {}
            Stage::Applying(applying) => effects.extend(applying.key(key)),
            Stage::Ended(ended) => match key.code {
                KeyCode::Char('r') => {
                    let wish = ended.wish().clone();
                    self.wish(wish, effects);
                }
                KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => self.overlay = Overlay::None,
                _ => ended.list.key(key),
            },
        }
    }
}

impl Planning {
    /// Moves what is shown by lines.
    pub fn scroll(&mut self, by: isize) {
        if let Stage::Ended(ended) = &mut self.stage {
            ended.list.step(by);
        }
    }
}

impl Applying {
    /// Stopping takes two keys, since a slip of one must not leave half of it; leaving takes three.
    fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        let is_interrupt =
            key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        match (self.halt, key.code) {
            (Halt::No, KeyCode::Esc) => self.halt = Halt::Asked,
            (Halt::No, _) if is_interrupt => self.halt = Halt::Asked,
            (Halt::Asked, KeyCode::Char('y')) => return Some(self.stop()),
            (Halt::Asked, _) if is_interrupt => return Some(self.stop()),
            (Halt::Asked, _) => self.halt = Halt::No,
            (Halt::Wanted, _) if is_interrupt => {
                let message = "left while a plan was carried out; 'dcview kv journal' tells what \
                               was done";
                let message = Some(String::from(message));
                return Some(Effect::Exit(Exit { code: 0, message }));
            }
            _ => {}
        }
        None
    }

    fn stop(&mut self) -> Effect {
        self.halt = Halt::Wanted;
        Effect::Halt(self.id)
    }
}

/// What a plan comes to, in a line.
fn counted(counts: Counts) -> Cell {
    let Counts { added, removed, changed, same } = counts;
    let mut cell = Cell::default();
    for (of, what, role) in [
        (added, "to add", Role::Added),
        (changed, "to replace", Role::Warning),
        (removed, "to delete", Role::Removed),
        (same, "the same already", Role::Muted),
    ] {
        if of > 0 {
            let between = if cell.runs.is_empty() { "" } else { ", " };
            cell = cell.then(format!("{between}{} {what}", count(of)), role);
        }
    }
    cell
}
