//! The changes of the store, as far as there is room for them.
//!
//! It begins with a whole store and goes on with changes; where they are many, a copy of the store
//! lies between them, so that no moment is far from one. Where the bound is reached the oldest
//! changes go into the store that it begins with. Invariants: times never go back; what
//! [`Tape::recall`] gives for a moment is what the live store was at the end of it.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Entry, What};
use crate::domain::feed::{Body, Report};
use crate::store::Store;

/// A tape of at most so many bytes.
#[derive(Debug)]
pub struct Tape {
    bound: usize,
    /// What was known before the first entry.
    base: Store,
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
        let (base, entries) = (Store::default(), VecDeque::new());
        Self { bound, base, from: None, entries, gone: 0, bytes: 0 }
    }

    /// Takes in a change. One that is earlier than the last, since the clock went back, counts as
    /// coming right after it. Events are no change of the store, and are left out.
    pub fn push(&mut self, mut entry: Entry) {
        if let What::Report(Report::Feed(feed)) = &entry.what
            && matches!(feed.body, Body::Events(..))
        {
            return;
        }
        let after_last = self.to().map(|last| last + TimeDelta::microseconds(1));
        if let Some(after) = after_last.filter(|after| entry.at < *after) {
            entry.at = after;
        }
        self.from.get_or_insert(entry.at);
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

    /// True when earlier changes had to go.
    pub fn is_shortened(&self) -> bool {
        self.gone > 0
    }

    fn shorten(&mut self) {
        while self.bytes > self.bound
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(oldest.weight());
            oldest.apply(&mut self.base);
            self.from = Some(oldest.at);
            self.gone += 1;
        }
    }
}

#[cfg(test)]
mod tests;
