//! The changes of the store, as far as there is room for them.
//!
//! It begins with a whole store and goes on with changes; where they are many, a copy of the store
//! lies between them, so that no moment is far from one. Where the bound is reached the oldest
//! changes go into the store that it begins with. Invariants: times never go back; what
//! [`Tape::recall`] gives for a moment is what the live store was at the end of it.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::moments::Moments;
use super::seen::is_seen;
use super::{Entry, Found, Span, What, Wish};
use crate::store::Store;

/// A tape of at most so many bytes.
#[derive(Debug)]
pub struct Tape {
    bound: usize,
    /// What was known before the first entry.
    base: Store,
    /// What is known now.
    live: Store,
    moments: Moments,
    /// From when on it can show anything.
    from: Option<DateTime<Utc>>,
    entries: VecDeque<Entry>,
    /// Entries that went into the base.
    gone: usize,
    bytes: usize,
}

impl Tape {
    /// An empty one of at most so many bytes.
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            base: Store::default(),
            live: Store::default(),
            moments: Moments::default(),
            from: None,
            entries: VecDeque::new(),
            gone: 0,
            bytes: 0,
        }
    }

    /// Takes in a change. One that is earlier than the last, since the clock went back, counts as
    /// coming right after it. Events are no change of the store, and are left out.
    pub fn push(&mut self, mut entry: Entry) {
        if matches!(&entry.what, What::Report(report) if report.is_events()) {
            return;
        }
        if let Some(last) = self.to().filter(|last| entry.at < *last) {
            entry.at = last + TimeDelta::microseconds(1);
        }
        self.from.get_or_insert(entry.at);
        if is_seen(&self.live, &entry.what) {
            self.moments.note(entry.at);
        }
        entry.apply(&mut self.live);
        self.bytes += entry.weight();
        self.entries.push_back(entry);
        self.shorten();
    }

    /// What was known at a moment, everything that came up to then taken in; `None` for one that is
    /// earlier than what is kept.
    pub fn recall(&self, at: DateTime<Utc>) -> Option<Store> {
        self.from.filter(|from| *from <= at)?;
        let mut store = self.base.clone();
        let count = self.entries.partition_point(|entry| entry.at <= at);
        self.entries.range(..count).for_each(|entry| entry.apply(&mut store));
        Some(store)
    }

    /// What is asked for: a moment and the store then, or that it is what is live.
    pub fn find(&self, wish: Wish) -> Found {
        let at = match wish {
            Wish::At(at) => Some(at).filter(|at| self.to().is_some_and(|to| *at < to)),
            Wish::Earlier(from, steps) => {
                Some(self.moments.before(from, steps).or(self.from).unwrap_or_default())
            }
            Wish::Later(from, steps) => self.moments.after(from, steps),
        };
        let Some(at) = at else { return Found::Live };
        // What is earlier than all is the first that there is.
        let at = self.from.map_or(at, |from| at.max(from));
        self.recall(at).map_or(Found::Nothing, |store| Found::Moment { at, store: Box::new(store) })
    }

    /// What of time it holds.
    pub fn span(&self) -> Option<Span> {
        Some(Span { from: self.from?, to: self.to()?, is_shortened: self.gone > 0 })
    }

    /// The first moment that it can show.
    pub fn from(&self) -> Option<DateTime<Utc>> {
        self.from
    }

    /// When the last change came.
    pub fn to(&self) -> Option<DateTime<Utc>> {
        self.entries.back().map(|entry| entry.at).or(self.from)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn shorten(&mut self) {
        while self.bytes > self.bound
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(oldest.weight());
            oldest.apply(&mut self.base);
            self.from = Some(oldest.at);
            self.moments.forget_before(oldest.at);
            self.gone += 1;
        }
    }
}

#[cfg(test)]
mod tests;
