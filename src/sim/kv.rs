//! The key-value store of one simulated datacenter, with Consul's index of a prefix.
//!
//! The index of a prefix is the newest of its keys and of its graves (deleted keys); a prefix with
//! neither has the index of the whole store. Invariant: no write leaves `index` behind the stamp
//! of an entry.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::catalog::Write;
use super::model::Stamp;
use super::wake::Event;

/// The largest value that Consul takes, in bytes.
pub const MAX_VALUE: usize = 512 * 1024;

/// One key's value and stamps.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The bytes.
    pub value: Bytes,
    /// The number that clients may store beside them.
    pub flags: u64,
    /// How often a lock was taken on it.
    pub lock_index: u64,
    /// The session that holds the lock.
    pub session: Option<Arc<str>>,
    /// When it was made and changed.
    pub stamp: Stamp,
}

/// All keys of a datacenter.
#[derive(Debug, Default)]
pub struct Kv {
    /// The last index at which any key changed.
    pub index: u64,
    entries: BTreeMap<String, Entry>,
    graves: BTreeMap<String, u64>,
    /// Until when nobody may take the lock of a key, because its holder was lost.
    delays: BTreeMap<String, Instant>,
}

impl Kv {
    /// One key's entry.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// All entries whose key starts with `prefix`, in order.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Entry)> {
        starting(&self.entries, prefix)
    }

    /// The index of one key: its own, or that of the store if it is not there.
    pub fn key_index(&self, key: &str) -> u64 {
        self.entries.get(key).map_or(self.index, |entry| entry.stamp.modify)
    }

    /// The index of a prefix; the empty prefix has that of the store.
    pub fn prefix_index(&self, prefix: &str) -> u64 {
        if prefix.is_empty() {
            return self.index;
        }
        let alive = self.under(prefix).map(|(_, entry)| entry.stamp.modify).max();
        let dead = starting(&self.graves, prefix).map(|(_, index)| *index).max();
        alive.max(dead).unwrap_or(self.index)
    }

    /// Whether a check-and-set with this index would be let through; 0 means "only if new".
    pub fn would_accept(&self, key: &str, cas: u64) -> bool {
        match self.entries.get(key) {
            None => cas == 0,
            Some(entry) => cas != 0 && entry.stamp.modify == cas,
        }
    }

    /// Writes a value; a lock on the key stays.
    pub fn put(&mut self, key: &str, value: Bytes, flags: u64, write: &mut Write) {
        let previous = self.entries.get(key);
        let entry = Entry {
            value,
            flags,
            lock_index: previous.map_or(0, |entry| entry.lock_index),
            session: previous.and_then(|entry| entry.session.clone()),
            stamp: Stamp::after(previous.map(|entry| entry.stamp), write.index),
        };
        self.entries.insert(key.to_owned(), entry);
        self.note(key, write);
    }

    /// Takes (`Some`) or gives back (`None`) the lock on a key; `false` if another session has it.
    pub fn lock(&mut self, key: &str, session: &Arc<str>, hold: bool, write: &mut Write) -> bool {
        let Some(entry) = self.entries.get_mut(key) else {
            return false;
        };
        let held = entry.session.as_ref();
        if hold && held.is_some_and(|holder| holder != session) || !hold && held != Some(session) {
            return false;
        }
        if hold && held.is_none() {
            entry.lock_index += 1;
        }
        entry.session = hold.then(|| Arc::clone(session));
        entry.stamp.modify = write.index;
        self.note(key, write);
        true
    }

    /// True while the lock of a key cannot be taken, because its holder was lost.
    pub fn is_delayed(&self, key: &str) -> bool {
        self.delays.get(key).is_some_and(|until| *until > Instant::now())
    }

    /// Releases or deletes all keys of a session that ends.
    pub fn lose(&mut self, session: &Arc<str>, deletes: bool, delay: Duration, write: &mut Write) {
        let held = |(_, entry): &(&String, &Entry)| entry.session.as_ref() == Some(session);
        let keys: Vec<String> =
            self.entries.iter().filter(held).map(|(key, _)| key.clone()).collect();
        for key in keys {
            if !delay.is_zero() {
                self.delays.insert(key.clone(), Instant::now() + delay);
            }
            if deletes {
                self.remove(&key, write);
            } else {
                self.lock(&key, session, false, write);
            }
        }
    }

    /// Removes a key, if it is there.
    pub fn remove(&mut self, key: &str, write: &mut Write) {
        if self.entries.remove(key).is_some() {
            self.graves.insert(key.to_owned(), write.index);
            self.note(key, write);
        }
    }

    /// Removes all keys that start with `prefix`.
    pub fn remove_under(&mut self, prefix: &str, write: &mut Write) {
        let keys: Vec<_> = self.under(prefix).map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.remove(&key, write);
        }
    }

    /// Sets the index and every stamp back, as a restore from a snapshot does.
    pub fn rewind(&mut self, index: u64) {
        self.index = self.index.min(index);
        self.graves.clear();
        for entry in self.entries.values_mut() {
            entry.stamp.create = entry.stamp.create.min(index);
            entry.stamp.modify = entry.stamp.modify.min(index);
        }
    }

    fn note(&mut self, key: &str, write: &mut Write) {
        self.index = write.index;
        write.events.push(Event::Key(key.to_owned()));
    }
}

fn starting<'a, V>(
    map: &'a BTreeMap<String, V>,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a String, &'a V)> {
    map.range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(move |(key, _)| key.starts_with(prefix))
}
