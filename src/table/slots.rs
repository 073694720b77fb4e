//! Rows in slots that stay theirs, found by their keys.
//!
//! A list may have hundreds of thousands of rows, so a row costs its place and an index entry of four
//! bytes: its key is asked of the row, and the text that filters look at is made when one does.
//! Invariant: each key has one slot, and a slot that was given up is used again.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::filter::RowText;
use super::job::Slot;
use super::row::Row;

/// Rows by slot and by key.
pub(super) struct Slots<R: Row> {
    rows: Vec<Option<R>>,
    /// Shorter than the rows while no filter has looked at the last ones.
    texts: Vec<Option<RowText>>,
    free: Vec<Slot>,
    index: HashTable<Slot>,
    hasher: RandomState,
}

impl<R: Row> Slots<R> {
    /// No rows, for this many.
    pub fn with_room(rows: usize) -> Self {
        Self {
            rows: Vec::with_capacity(rows),
            texts: Vec::new(),
            free: Vec::new(),
            index: HashTable::with_capacity(rows),
            hasher: RandomState::default(),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Slots that are or were used.
    pub fn reach(&self) -> usize {
        self.rows.len()
    }

    /// The slots with a row, in their order.
    pub fn all(&self) -> impl Iterator<Item = Slot> {
        (0..self.rows.len() as Slot).filter(|slot| self.row(*slot).is_some())
    }

    /// The row in a slot.
    pub fn row(&self, slot: Slot) -> Option<&R> {
        self.rows.get(slot as usize).and_then(Option::as_ref)
    }

    /// The slot of a key.
    pub fn find(&self, key: &R::Key) -> Option<Slot> {
        let is_its = |slot: &Slot| self.row(*slot).is_some_and(|row| row.key() == *key);
        self.index.find(self.hasher.hash_one(key), is_its).copied()
    }

    /// Puts a row into the slot of its key, a new one if it has none.
    pub fn place(&mut self, row: R) -> Slot {
        let (rows, hasher) = (&self.rows, &self.hasher);
        let at = |slot: &Slot| rows.get(*slot as usize).and_then(Option::as_ref);
        let key = row.key();
        let is_its = |slot: &Slot| at(slot).is_some_and(|row| row.key() == key);
        // Every slot in the index has a row.
        let again = |slot: &Slot| at(slot).map_or(0, |row| hasher.hash_one(row.key()));
        let slot = match self.index.entry(hasher.hash_one(&key), is_its, again) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let slot = self.free.pop().unwrap_or(self.rows.len() as Slot);
                *new.insert(slot).get()
            }
        };
        match self.rows.get_mut(slot as usize) {
            Some(place) => *place = Some(row),
            None => self.rows.push(Some(row)),
        }
        if let Some(text) = self.texts.get_mut(slot as usize) {
            *text = None;
        }
        slot
    }

    /// Drops the row of a key; gives its slot, which the next new row may get.
    pub fn remove(&mut self, key: &R::Key) -> Option<Slot> {
        let (rows, hash) = (&self.rows, self.hasher.hash_one(key));
        let is_its = |slot: &Slot| {
            let row = rows.get(*slot as usize).and_then(Option::as_ref);
            row.is_some_and(|row| row.key() == *key)
        };
        let (slot, _) = self.index.find_entry(hash, is_its).ok()?.remove();
        if let Some(place) = self.rows.get_mut(slot as usize) {
            *place = None;
        }
        self.free.push(slot);
        Some(slot)
    }

    /// What filters look at of the row in a slot.
    pub fn text(&mut self, slot: Slot) -> Option<&RowText> {
        let at = slot as usize;
        let row = self.rows.get(at)?.as_ref()?;
        if self.texts.len() <= at {
            self.texts.resize(self.rows.len(), None);
        }
        let text = self.texts.get_mut(at)?;
        Some(text.get_or_insert_with(|| row.text()))
    }
}
