//! Living through a recording again, from one moment to a later one.
//!
//! It begins with a whole store and takes in what follows. Where something is missing the next whole
//! store is taken instead of what was known before. Invariant: after [`Walk::until`] its store is what
//! was known at that moment, as far as that was recorded.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::code::{Coded, Input};
use super::content;
use super::frame::Kind;
use super::index::{Index, Piece};
use super::slim;
use crate::domain::event::Event;
use crate::domain::feed::{Body, Report};
use crate::past::{Entry, What};
use crate::store::Store;

/// Something that happened, and when it was told (UTC).
pub type Told = (DateTime<Utc>, Arc<Event>);

/// What of a frame is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What changed the store.
    Entries,
    /// What happened.
    Events,
}

/// What a frame holds of this; `None` when it cannot be read.
pub fn part_of(index: &Index, piece: &Piece, part: Part) -> Option<Vec<Entry>> {
    let bytes = index.bytes(piece)?;
    let (entries, events) = Input::new(&bytes, piece.frame.format).ok()?.split().ok()?;
    let input = if part == Part::Entries { entries } else { events };
    in_order(input, piece.frame.at)
}

/// Everything that a frame holds, in order; `None` when it cannot be read.
pub fn all_of(index: &Index, piece: &Piece) -> Option<Vec<Entry>> {
    let bytes = index.bytes(piece)?;
    let (entries, events) = Input::new(&bytes, piece.frame.format).ok()?.split().ok()?;
    let mut all = in_order(entries, piece.frame.at)?;
    all.extend(in_order(events, piece.frame.at)?);
    all.sort_by_key(|entry| entry.at);
    Some(all)
}

/// Entries, none earlier than the one before it: the clock may have gone back since what was recorded
/// before.
fn in_order(mut input: Input<'_>, mut last: DateTime<Utc>) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        let mut entry = Entry::take(&mut input).ok()?;
        last = last.max(entry.at);
        entry.at = last;
        entries.push(entry);
    }
    Some(entries)
}

/// Makes an entry what it was before it was written down, beside what was known then.
pub fn fill(store: &Store, entry: &mut Entry) {
    let what = std::mem::replace(&mut entry.what, What::Tick);
    entry.what = slim::fill(store, what);
}

/// The store that a frame holds.
pub fn store_of(index: &Index, piece: &Piece) -> Option<Store> {
    content::read(&index.bytes(piece)?, piece.frame.format).ok()
}

/// What comes next.
enum Next {
    Entry(Entry),
    /// Everything that was known then, by the number of its piece.
    Store(DateTime<Utc>, usize),
}

impl Next {
    fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Entry(entry) => entry.at,
            Self::Store(at, _) => *at,
        }
    }
}

/// A place in a recording, and what is known there.
pub struct Walk {
    /// What is known.
    pub store: Store,
    /// The next piece that was not read yet.
    next: usize,
    waiting: VecDeque<Next>,
    events: VecDeque<Told>,
    /// True when what follows cannot be understood without a whole store.
    is_lost: bool,
    wants_events: bool,
}

impl Walk {
    /// Begins at a piece that is a whole store; `None` when that cannot be read.
    pub fn from(index: &Index, number: usize) -> Option<Self> {
        let store = store_of(index, index.pieces.get(number)?)?;
        Some(Self {
            store,
            next: number + 1,
            waiting: VecDeque::new(),
            events: VecDeque::new(),
            is_lost: false,
            wants_events: false,
        })
    }

    /// The same, which has come to a moment, and tells what happens from there on.
    #[must_use]
    pub fn with_events(mut self, index: &Index, at: DateTime<Utc>) -> Self {
        self.wants_events = true;
        // Of what was passed by, only the last frame may hold later events.
        let passed = index.pieces.get(..self.next).unwrap_or_default().iter().rev();
        let last = passed.take_while(|piece| piece.frame.last > at);
        let last = last.filter(|piece| piece.frame.kind == Kind::Eventful);
        let events = last.filter_map(|piece| part_of(index, piece, Part::Events)).flatten();
        self.events.extend(events.flat_map(happened).filter(|(then, _)| *then > at));
        self
    }

    /// Takes in everything up to a moment, that moment included; true when a whole store took the place
    /// of what was known. `seen` is told each entry before it is taken in.
    pub fn until(
        &mut self,
        index: &Index,
        at: DateTime<Utc>,
        mut seen: impl FnMut(&Store, &Entry),
    ) -> bool {
        let mut is_replaced = false;
        loop {
            self.read(index, at);
            if self.waiting.front().is_none_or(|next| next.at() > at) {
                return is_replaced;
            }
            match self.waiting.pop_front() {
                Some(Next::Entry(mut entry)) => {
                    fill(&self.store, &mut entry);
                    seen(&self.store, &entry);
                    entry.apply(&mut self.store);
                }
                Some(Next::Store(_, number)) => {
                    let store = index.pieces.get(number).and_then(|it| store_of(index, it));
                    if let Some(store) = store {
                        is_replaced = true;
                        self.store = store;
                    }
                }
                None => return is_replaced,
            }
        }
    }

    /// What happened up to a moment since the last time, and when that was told.
    pub fn events(&mut self, at: DateTime<Utc>) -> Vec<Told> {
        let count = self.events.partition_point(|(then, _)| *then <= at);
        self.events.drain(..count).collect()
    }

    /// Reads the pieces that begin up to a moment.
    fn read(&mut self, index: &Index, at: DateTime<Utc>) {
        while let Some(piece) = index.pieces.get(self.next).filter(|piece| piece.frame.at <= at) {
            let number = self.next;
            self.next += 1;
            self.is_lost |= index.is_damaged_before(number);
            match piece.frame.kind {
                Kind::Begin | Kind::Gap => self.is_lost = true,
                Kind::Store if self.is_lost => {
                    self.waiting.push_back(Next::Store(piece.frame.at, number));
                    self.is_lost = false;
                }
                Kind::Entries | Kind::Eventful => self.take(index, piece),
                Kind::Store | Kind::End => {}
            }
        }
    }

    fn take(&mut self, index: &Index, piece: &Piece) {
        let entries = if self.wants_events && piece.frame.kind == Kind::Eventful {
            all_of(index, piece)
        } else {
            part_of(index, piece, Part::Entries)
        };
        self.is_lost |= entries.is_none();
        for entry in entries.into_iter().flatten() {
            if matches!(&entry.what, What::Report(report) if report.is_events()) {
                self.events.extend(happened(entry));
            } else {
                self.waiting.push_back(Next::Entry(entry));
            }
        }
    }
}

/// What happened, with the moment at which it was told.
pub fn happened(entry: Entry) -> impl DoubleEndedIterator<Item = Told> {
    let at = entry.at;
    let events = match entry.what {
        What::Report(Report::Feed(feed)) => match feed.body {
            Body::Events(events, _) => events,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    events.into_iter().map(move |event| (at, event))
}
