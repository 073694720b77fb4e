//! What is known of failing checks, and what each answer changes of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::open::Open;
use super::telling::{Turn, is_maintenance, tell};
use super::{Moment, PASSING_OR_GONE};
use crate::domain::event::Event;
use crate::domain::health::{Check, CheckKey, Status};
use crate::domain::ids::Dc;

/// One of the two lists of failing checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that are critical, maintenance included.
    Critical,
    /// Those that warn.
    Warning,
}

/// How an answer came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// Its index is lower than the one of the answer before: it is another history.
    pub went_back: bool,
    /// It ended a query that hung: the list had not changed until just before.
    pub is_prompt: bool,
}

/// The failing checks of a datacenter as both lists tell of them.
#[derive(Debug)]
pub struct Ledger {
    dc: Dc,
    known: HashMap<CheckKey, Known>,
    open: HashMap<CheckKey, Open>,
    critical: Side,
    warning: Side,
}

/// A check that fails.
#[derive(Debug)]
struct Known {
    check: Arc<Check>,
    /// The index of its last change; 0 when that was in another history.
    modified: u64,
}

/// How far a list is.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    /// The index of its newest answer; none before the first.
    index: Option<u64>,
    /// That index is of another history.
    is_old: bool,
}

/// An answer that is being taken in.
struct Answer<'a> {
    moment: Moment<'a>,
    how: How,
    /// The index of the answer of the same list before, if that says something.
    before: Option<u64>,
    /// It is the list's first answer.
    is_first: bool,
}

impl Which {
    /// The list that a check in this state is on.
    pub fn of(status: Status) -> Self {
        if status == Status::Warning { Self::Warning } else { Self::Critical }
    }
}

impl Ledger {
    /// Nothing is known yet.
    pub fn new(dc: Dc) -> Self {
        let (known, open) = (HashMap::new(), HashMap::new());
        Self { dc, known, open, critical: Side::default(), warning: Side::default() }
    }

    /// Takes an answer of a list; gives what happened, in the order of the indexes.
    pub fn take(
        &mut self,
        list: Which,
        rows: &[Arc<Check>],
        moment: Moment,
        how: How,
    ) -> Vec<Event> {
        // A list that goes back after the other did says nothing new: it is the same other history.
        if how.went_back && !self.side(list).is_old {
            self.go_back();
        }
        let side = self.side(list);
        let is_first = side.index.is_none();
        let before = side.index.filter(|_| !side.is_old);
        let newest = before.unwrap_or_default().max(moment.index);
        *side = Side { index: Some(newest), is_old: false };
        let answer = Answer { moment, how, before, is_first };
        let mut events = Vec::new();
        let mut present = HashSet::with_capacity(rows.len());
        for row in rows {
            let key = row.key();
            self.present(&key, row, &answer, &mut events);
            present.insert(key);
        }
        self.absent(list, &present, &answer, &mut events);
        in_order(events)
    }

    /// What became of those that nobody is asked about, as far as the lists tell by now.
    pub fn settle(&mut self, now: DateTime<Utc>) -> Vec<Event> {
        let settled = self
            .open
            .iter()
            .filter_map(|(key, open)| Some((key.clone(), open.settled(now)?, open.index)));
        let settled: Vec<_> = settled.collect();
        let mut events = Vec::new();
        for (key, to, index) in settled {
            self.close(&key, to, &Arc::default(), index, &mut events);
        }
        in_order(events)
    }

    /// The checks that left a list, and of which nobody has asked what became of them; from now on
    /// somebody has.
    pub fn ask(&mut self) -> Vec<Arc<Check>> {
        let new = self.open.values_mut().filter(|open| !open.is_asked);
        new.map(|open| {
            open.is_asked = true;
            Arc::clone(&open.check)
        })
        .collect()
    }

    /// How many checks left a list without it being known what became of them.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Those were asked about in vain.
    pub fn give_up<'a>(&mut self, checks: impl IntoIterator<Item = &'a Arc<Check>>) {
        for check in checks {
            if let Some(open) = self.open.get_mut(&check.key()) {
                open.is_asked = false;
            }
        }
    }

    /// What became of `asked`: `rows` are all checks that it may be among, as of the moment's index.
    /// What is not among them is gone, unless some may be hidden from the token.
    pub fn found(
        &mut self,
        asked: &[Arc<Check>],
        rows: &[Arc<Check>],
        moment: Moment,
        may_be_filtered: bool,
    ) -> Vec<Event> {
        let rows: HashMap<CheckKey, &Arc<Check>> =
            rows.iter().map(|row| (row.key(), row)).collect();
        let answer = Answer { moment, how: How::default(), before: None, is_first: false };
        let mut events = Vec::new();
        for key in asked.iter().map(|check| check.key()) {
            let Some(Open { index, left, .. }) = self.open.get(&key) else { continue };
            let (index, left) = (*index, *left);
            if moment.index < index && left != u64::MAX {
                // It was back since, and left again: the answer is of the first time.
                continue;
            }
            match rows.get(&key) {
                Some(row) if row.status != Status::Passing => {
                    self.present(&key, row, &answer, &mut events);
                }
                // The one of its name that is there was made since.
                Some(row) if row.create_index > left => {
                    self.close(&key, "", &Arc::default(), index, &mut events);
                }
                Some(row) => {
                    let index = row.modify_index.min(moment.index);
                    self.close(&key, Status::Passing.word(), &row.output, index, &mut events);
                }
                None => {
                    let to = if may_be_filtered { PASSING_OR_GONE } else { "" };
                    self.close(&key, to, &Arc::default(), index, &mut events);
                }
            }
        }
        in_order(events)
    }

    fn side(&mut self, list: Which) -> &mut Side {
        match list {
            Which::Critical => &mut self.critical,
            Which::Warning => &mut self.warning,
        }
    }

    /// All indexes so far are of another history.
    fn go_back(&mut self) {
        self.known.values_mut().for_each(|known| known.modified = 0);
        self.open.values_mut().for_each(|open| (open.modified, open.left) = (0, u64::MAX));
        self.critical.is_old = true;
        self.warning.is_old = true;
    }

    /// A row of an answer.
    fn present(&mut self, key: &CheckKey, row: &Arc<Check>, answer: &Answer, out: &mut Vec<Event>) {
        let new = || Known { check: Arc::clone(row), modified: row.modify_index };
        let Some(known) = self.known.get_mut(key) else {
            let is_older = |open: &Open| row.modify_index < open.modified;
            if self.open.get(key).is_some_and(is_older) {
                return;
            }
            if let Some(open) = self.open.remove(key) {
                self.back(&open, row, answer.moment, out);
            } else if !answer.is_first {
                self.turn(row, answer.origin(row), row.status.word(), answer.moment, out);
            }
            self.known.insert(key.clone(), new());
            return;
        };
        let is_newer = row.modify_index > known.modified || row.modify_index == 0;
        if !is_newer {
            return;
        }
        let from = known.check.status;
        *known = new();
        if from != row.status {
            self.turn(row, from.word(), row.status.word(), answer.moment, out);
        }
    }

    /// A check that left a list fails again, or still.
    fn back(&self, open: &Open, row: &Check, moment: Moment, out: &mut Vec<Event>) {
        let (from, to) = (open.check.status.word(), row.status.word());
        match open.between(row) {
            Some(between) => {
                let left = Moment { at: open.at, after: open.after, ..moment };
                let (check, says) = (&*open.check, &Arc::default());
                let turn = Turn { check, from, to: between, says, index: open.index };
                out.extend(tell(&turn, left));
                self.turn(row, between, to, moment, out);
            }
            None if from != to => {
                self.turn(row, from, to, Moment { after: open.after, ..moment }, out);
            }
            None => {}
        }
    }

    /// What an answer does not have.
    fn absent(
        &mut self,
        list: Which,
        present: &HashSet<CheckKey>,
        answer: &Answer,
        out: &mut Vec<Event>,
    ) {
        let Moment { at, after, index, .. } = answer.moment;
        for (key, open) in &mut self.open {
            if !present.contains(key) {
                open.is_not_in(list, index);
            }
        }
        let is_gone = |key: &CheckKey, known: &mut Known| {
            Which::of(known.check.status) == list
                && known.modified <= index
                && !present.contains(key)
        };
        let gone: Vec<(CheckKey, Known)> = self.known.extract_if(is_gone).collect();
        let other = match list {
            Which::Critical => self.warning,
            Which::Warning => self.critical,
        };
        // What it has is known: a check that is not known to be there is not.
        let other = other.index.filter(|_| !other.is_old);
        for (key, Known { check, modified }) in gone {
            if is_maintenance(&check) {
                self.turn(&check, check.status.word(), "", answer.moment, out);
                continue;
            }
            let away = other.filter(|other| *other == index);
            let (left, own, is_asked) = (index, index, false);
            let open = Open { check, modified, index, left, at, after, own, other, away, is_asked };
            self.open.insert(key, open);
        }
    }

    /// It is known what became of a check that left its list.
    fn close(
        &mut self,
        key: &CheckKey,
        to: &'static str,
        says: &Arc<str>,
        index: u64,
        out: &mut Vec<Event>,
    ) {
        let Some(open) = self.open.remove(key) else { return };
        let moment = Moment { dc: &self.dc, at: open.at, after: open.after, index };
        let from = open.check.status.word();
        out.extend(tell(&Turn { check: &open.check, from, to, says, index }, moment));
    }

    /// Tells of a row that is in another state than before.
    fn turn(
        &self,
        row: &Check,
        from: &'static str,
        to: &'static str,
        moment: Moment,
        out: &mut Vec<Event>,
    ) {
        let index = if to.is_empty() { moment.index } else { row.modify_index };
        let turn = Turn { check: row, from, to, says: &row.output, index };
        out.extend(tell(&turn, Moment { dc: &self.dc, ..moment }));
    }
}

impl Answer<'_> {
    /// What a check was that is first seen failing.
    fn origin(&self, row: &Check) -> &'static str {
        let Some(before) = self.before else { return PASSING_OR_GONE };
        let has_changed = self.how.is_prompt && row.modify_index > row.create_index;
        if row.create_index > before && !has_changed { "" } else { "passing" }
    }
}

/// In the order of their indexes; what one transaction did, by what it did it to.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by(|a, b| {
        a.index.cmp(&b.index).then_with(|| a.object.to_string().cmp(&b.object.to_string()))
    });
    events
}
