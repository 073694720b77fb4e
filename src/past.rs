//! What was known at earlier moments: everything that changed the store, in order.
//!
//! Consul keeps no history, so dcview keeps its own: each [`Entry`] is one change of a
//! [`Store`], and a [`Tape`] of them can give the store as it was at any moment that it holds. It
//! keeps no events: those are in the program's history. Pure: who writes a tape says when.
//! Invariant: the same entries applied in the same order to an empty store give the same store.

use chrono::{DateTime, Utc};

use crate::domain::feed::{Report, Scope};
use crate::store::Store;

mod frame;
pub(crate) mod moments;
mod news;
mod pack;
pub(crate) mod seen;
mod segment;
mod tape;
mod weight;

pub use tape::Tape;

/// One change of what is known, and when it came to the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it came (UTC).
    pub at: DateTime<Utc>,
    /// What came.
    pub what: What,
}

/// What changes a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// What the watch layer told.
    Report(Report),
    /// What is shown from now on: all other subjects are put away.
    Scope(Scope),
    /// A second or so passed, and the trends took their samples.
    Tick,
}

/// The way from a moment that is shown to a later one.
#[derive(Debug)]
pub enum Way {
    /// What came in between, in order.
    Entries(Vec<Entry>),
    /// What is known there.
    Store(Box<Store>),
}

/// Which moment is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// This one (UTC).
    At(DateTime<Utc>),
    /// So many moments at which something happened before this one, or before now.
    Earlier(Option<DateTime<Utc>>, usize),
    /// So many moments at which something happened after this one.
    Later(DateTime<Utc>, usize),
}

/// What came of asking for a moment.
#[derive(Debug)]
pub enum Found {
    /// What was known then.
    Moment {
        /// When that was (UTC).
        at: DateTime<Utc>,
        /// What was known.
        store: Box<Store>,
    },
    /// It is what is live.
    Live,
    /// Nothing is kept.
    Nothing,
}

/// The time of which something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first moment that can be shown (UTC).
    pub from: DateTime<Utc>,
    /// When the last change came (UTC).
    pub to: DateTime<Utc>,
    /// True when there was more, for which there is no room.
    pub is_shortened: bool,
}

impl Entry {
    /// Does to a store what it did to the live one.
    pub fn apply(&self, store: &mut Store) {
        apply(&self.what, self.at, store);
    }

    /// About how many bytes it takes in memory, with the rows that it brings.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + weight::of(&self.what)
    }
}

fn apply(what: &What, at: DateTime<Utc>, store: &mut Store) {
    match what {
        What::Report(report) => {
            store.apply(report.clone());
        }
        What::Scope(scope) => {
            store.show(scope);
        }
        What::Tick => {
            store.sample(at);
        }
    }
}
