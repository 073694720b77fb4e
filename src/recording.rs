//! What dcview saw, kept in files, to be looked at later.
//!
//! ```text
//! recorder: entries --roll--> frames --files--> FILE, FILE.1, ..
//! replay:   FILE .. --scan--> frames --index--> walk (from a whole store) --> player --> screen
//! ```
//! A recording is the entries that changed the store ([`crate::past::Entry`]) and what happened, in
//! order, with the whole store in between. A frame is whole or it is left out, and nothing of a
//! server's secrets is in it: no token ever, and values of keys only where they were asked for.
//! Invariants: recording never delays the screen; what [`Recording::recall`] gives is what the screen
//! had at that moment; damage costs what it touches and is told.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::domain::history::{Bound, History};
use crate::past::{Entry, Span};
use crate::store::Store;

pub(crate) mod code;
mod content;
mod damage;
mod files;
mod frame;
mod index;

pub mod player;
pub mod recorder;
mod redact;
mod roll;
mod scan;
mod slim;
mod steps;
mod walk;

pub use damage::{Damage, ReadError};
pub use files::OpenError;
pub use index::Hole;
pub use walk::Told;

use frame::Kind;
use index::{Index, Piece};
use walk::{Part, Walk};

/// A recording that was opened.
#[derive(Debug)]
pub struct Recording {
    index: Index,
    /// The numbers of the pieces that are whole stores.
    stores: Vec<usize>,
    to: DateTime<Utc>,
}

/// Everything that happened while it was recorded, in order and with the moment at which it was told
/// (UTC), and the damage between it. Nothing else is unpacked.
///
/// # Errors
/// [`ReadError`] when nothing can be read; damage comes among the rest.
pub fn events(path: &Path) -> Result<impl Iterator<Item = Result<Told, Damage>>, ReadError> {
    let index = Index::open(path)?;
    Ok(pieces(index, |index, piece| match piece.frame.kind {
        Kind::Eventful => {
            let events = walk::part_of(index, piece, Part::Events)?;
            Some(events.into_iter().flat_map(walk::happened).collect())
        }
        _ => Some(Vec::new()),
    }))
}

/// Everything that was recorded, in order, and the damage between it.
///
/// # Errors
/// [`ReadError`] when nothing can be read; damage comes among the entries.
pub fn read(path: &Path) -> Result<impl Iterator<Item = Result<Entry, Damage>>, ReadError> {
    let index = Index::open(path)?;
    let mut store = Store::default();
    Ok(pieces(index, move |index, piece| match piece.frame.kind {
        Kind::Entries | Kind::Eventful => {
            let mut entries = walk::all_of(index, piece)?;
            for entry in &mut entries {
                walk::fill(&store, entry);
                entry.apply(&mut store);
            }
            Some(entries)
        }
        Kind::Store => {
            store = walk::store_of(index, piece)?;
            Some(Vec::new())
        }
        _ => Some(Vec::new()),
    }))
}

/// What each piece gives, and the damage between them; a piece that gives nothing is damaged.
fn pieces<T>(
    index: Index,
    mut take: impl FnMut(&Index, &Piece) -> Option<Vec<T>>,
) -> impl Iterator<Item = Result<T, Damage>> {
    (0..=index.pieces.len()).flat_map(move |number| {
        let before = index.damages.iter().filter(|(at, _)| *at == number);
        let mut all: Vec<_> = before.map(|(_, damage)| Err(damage.clone())).collect();
        if let Some(piece) = index.pieces.get(number) {
            match take(&index, piece) {
                Some(taken) => all.extend(taken.into_iter().map(Ok)),
                None => all.extend(index.damage_of(number).map(Err)),
            }
        }
        all
    })
}

impl Recording {
    /// Opens the recording whose newest file this is, with the older ones beside it.
    ///
    /// # Errors
    /// [`ReadError`] when nothing of it can be shown.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let index = Index::open(path)?;
        let pieces = index.pieces.iter().enumerate();
        let stores = pieces.filter(|(_, piece)| piece.frame.kind == Kind::Store);
        let stores: Vec<usize> = stores.map(|(number, _)| number).collect();
        if stores.is_empty() {
            return Err(ReadError::Foreign(path.to_owned()));
        }
        let to = index.pieces.iter().map(|piece| piece.frame.last).max().unwrap_or_default();
        Ok(Self { index, stores, to })
    }

    /// The time that it holds. Where earlier files are gone, or damaged, it is shortened.
    pub fn span(&self) -> Span {
        let first = self.stores.first().and_then(|number| self.index.pieces.get(*number));
        let from = first.map_or(self.to, |piece| piece.frame.at);
        let begun = self.index.begins().next();
        let is_shortened = begun.is_none_or(|(_, begin)| begin.run < from);
        Span { from, to: self.to, is_shortened }
    }

    /// What of it is damaged, and left out.
    pub fn damages(&self) -> impl ExactSizeIterator<Item = &Damage> {
        self.index.damages.iter().map(|(_, damage)| damage)
    }

    /// What was never recorded, in order.
    pub fn holes(&self) -> &[Hole] {
        &self.index.holes
    }

    /// Who recorded it, the last time.
    pub fn program(&self) -> Option<String> {
        self.index.begins().last().map(|(_, begin)| begin.program)
    }

    /// What was known at a moment, everything that came up to then taken in; `None` for one that is
    /// earlier than what it holds.
    pub fn recall(&self, at: DateTime<Utc>) -> Option<Store> {
        self.walk_to(at).map(|walk| walk.store)
    }

    /// A walk that has come to a moment.
    fn walk_to(&self, at: DateTime<Utc>) -> Option<Walk> {
        let mut segment = self.segment(at)?;
        // A store that cannot be read leaves the one before it, and what came after that.
        let mut walk = loop {
            match self.stores.get(segment).and_then(|number| Walk::from(&self.index, *number)) {
                Some(walk) => break walk,
                None => segment = segment.checked_sub(1)?,
            }
        };
        walk.until(&self.index, at, |_, _| ());
        Some(walk)
    }

    /// What happened up to a moment, the newest for which there is room; true where that is all.
    fn history(&self, at: DateTime<Utc>, bound: Bound) -> (History, bool) {
        let (mut events, mut bytes, mut is_whole) = (Vec::new(), 0, true);
        let pieces = self.index.pieces.iter().rev();
        let pieces = pieces.filter(|it| it.frame.kind == Kind::Eventful && it.frame.at <= at);
        for piece in pieces {
            let entries = walk::part_of(&self.index, piece, Part::Events).into_iter().flatten();
            let told: Vec<_> = entries.flat_map(walk::happened).collect();
            let told = told.into_iter().rev().filter(|(then, _)| *then <= at);
            events.extend(told.map(|(_, event)| event).inspect(|event| bytes += event.weight()));
            if events.len() >= bound.events || bytes >= bound.bytes {
                is_whole = false;
                break;
            }
        }
        let mut history = History::new(bound);
        events.into_iter().rev().for_each(|event| history.push(event));
        (history, is_whole)
    }

    /// What of it was not recorded around a moment, if that lies in such a time.
    fn hole(&self, at: DateTime<Utc>) -> Option<&Hole> {
        self.holes().iter().find(|hole| hole.from < at && at < hole.to)
    }

    /// Until when what is known at a moment may be incomplete, as something before it is damaged: until
    /// the next whole store.
    fn doubt(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let segment = self.segment(at)?;
        let [from, next] = [segment, segment + 1].map(|segment| self.stores.get(segment).copied());
        let between = from?..next.unwrap_or(self.index.pieces.len());
        let is_hit = |(number, damage): &(usize, Damage)| {
            let is_passed = damage.after.is_some_and(|after| after <= at);
            number.checked_sub(1).is_some_and(|last| between.contains(&last)) && is_passed
        };
        // Behind the last frame there is nothing that could be incomplete.
        let mut all = self.index.damages.iter().filter(|(_, damage)| damage.before.is_some());
        let next = next.and_then(|number| self.index.pieces.get(number));
        all.any(is_hit).then(|| next.map_or(self.to, |piece| piece.frame.at))
    }

    /// The last whole store up to a moment, by its place among the stores.
    fn segment(&self, at: DateTime<Utc>) -> Option<usize> {
        let at_of = |number: &usize| self.index.pieces.get(*number).map(|piece| piece.frame.at);
        self.stores.partition_point(|number| at_of(number) <= Some(at)).checked_sub(1)
    }
}

#[cfg(test)]
pub(crate) mod tests;
