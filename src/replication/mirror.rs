//! The keys under a prefix of a datacenter, as they were read last, and how they are kept up to date.
//!
//! What is known of a value is its digest. The first reading takes all of it in one answer. After
//! that, parts are asked for their index ([`tree`] has the parts, [`walk`] asks), and only those
//! that can have changed are read: the index of an answer is the highest of all keys and tombstones
//! that begin with the prefix asked for, and every change has an index above all before it.
//!
//! **What is known of a part is what the datacenter holds when the part's index is the one that it
//! was proven with**, for a proof not older than [`GAP`]:
//! - Proven means: the server named that index for the part at some moment, and every key of the
//!   part was read at that moment or later (a leaf: in that very answer; an inner node: it was asked
//!   first, then its children). A part of an answer counts the highest index of its own keys, of
//!   that one moment.
//! - Had a key of it changed since that moment, the change left a key or a tombstone with a higher
//!   index than there was. The part's index would be that or higher, until the tombstone is reaped,
//!   which takes 15 minutes: more than [`GAP`]. So nothing has changed since, and what was read since
//!   that moment is what is there.
//! - But for the deletion of all keys that begin with a *shorter* prefix: its one tombstone is of
//!   that prefix and counts for no longer one (measured on 1.8.7). It leaves no key in the part, and
//!   a key that comes after it has a higher index; so the index proves nothing of a part that had
//!   keys and lists none. A part within one that lists names is there when a name of it is listed.
//! - *Another* index, lower or higher, proves nothing, and the part is asked or read on. A part that
//!   is empty and has no tombstones answers with the index of the whole store, and is read again
//!   at each change anywhere: that is an empty answer.
//! - No name escapes: those of an inner node are listed, cut at a separator, and what no child covers
//!   becomes one.
//!
//! **An index that goes down** ends all proofs, since indexes of before and after can be equal: when
//! that of the prefix or of the whole store does, and when a key comes back with an index of before,
//! all is read anew. So it is after a pause, and now and then at a pace that its cost allows, for
//! what no index tells: what a restore brought back in one part, when it was followed by a write to
//! another before the next look.
//!
//! A refresh that returns leaves every key as it was at some moment after the refresh began, which is
//! what [`crate::domain::replication::judge`] needs; not all of one moment. One that fails or is
//! dropped leaves each part with what belongs to its index.

mod reader;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::time::sleep;

use super::hang::hang;
use crate::clock;
use crate::consul::{ApiError, Client};
use crate::domain::ids::Key;
use crate::domain::replication::Held;
use reader::Reader;
use tree::Node;
use walk::{Before, Met, refresh, whole};

/// The longest time between two looks that one can be proven from the other. Tombstones live 15
/// minutes.
const GAP: Duration = Duration::from_mins(10);
/// All is read anew no more often than this, and than so many times what it takes.
const ANEW: (Duration, u32) = (Duration::from_mins(15), 300);

/// A prefix without keys may have the index of the whole store, which others keep moving.
const EMPTY: Duration = Duration::from_millis(500);

/// What is known of the keys under a prefix.
#[derive(Debug)]
pub(super) struct Mirror<R = Client> {
    reader: R,
    root: Node,
    /// The index of all keys of the datacenter, when it was asked last.
    store: Option<u64>,
    /// When everything known was true, by a clock that nobody sets and by one that goes on while
    /// the machine sleeps.
    proven: Option<(Instant, DateTime<Utc>)>,
    /// When all was read in one answer, and how long that took.
    read: Option<(Instant, Duration)>,
    whole_at: Option<DateTime<Utc>>,
    met: Met,
}

impl<R: Reader> Mirror<R> {
    /// Nothing is known yet.
    pub fn new(reader: R, prefix: Key) -> Self {
        Self {
            reader,
            root: Node::empty(prefix),
            store: None,
            proven: None,
            read: None,
            whole_at: None,
            met: Met::default(),
        }
    }

    /// Brings it to a state of the prefix that is not older than this call.
    pub async fn refresh(&mut self) -> Result<(), ApiError> {
        let (began, began_at) = (Instant::now(), clock::now());
        let store = self.reader.store().await?;
        let is_back = store.zip(self.store).is_some_and(|(now, before)| now < before);
        let before = Before { is_nothing: self.read.is_none(), store: self.store };
        let mut met = Met::default();
        let mut is_anew = is_back || self.is_due();
        if !is_anew {
            let index = self.root.index;
            met = refresh(&self.reader, &mut self.root, before).await?;
            is_anew = self.root.index < index || met.is_set_back;
        }
        if is_anew {
            // Should it fail, the next one has no more proofs than this one.
            self.proven = None;
            let is_set_back = met.is_set_back;
            met = whole(&self.reader, &mut self.root, before).await?;
            met.is_set_back |= is_set_back;
            self.read = Some((began, began.elapsed()));
            self.whole_at = Some(clock::now());
        }
        met.is_set_back |= is_back;
        self.store = store;
        self.proven = Some((began, began_at));
        self.met = met;
        Ok(())
    }

    /// True when nothing can be proven from what is known, or it is time.
    fn is_due(&self) -> bool {
        let is_late = |(at, wall): (Instant, DateTime<Utc>)| {
            at.elapsed() > GAP || (clock::now() - wall).abs().to_std().is_ok_and(|gap| gap > GAP)
        };
        let is_old = |(at, took): (Instant, Duration)| at.elapsed() > ANEW.0.max(took * ANEW.1);
        self.proven.is_none_or(is_late) || self.read.is_none_or(is_old)
    }

    /// All keys by their names below the prefix, in the order of their bytes.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Held)> {
        let mut pieces = Vec::new();
        self.root.pieces(&mut pieces);
        let prefix = self.root.prefix.as_str();
        let name = move |key: &'_ Key| key.as_str().len().min(prefix.len());
        pieces
            .into_iter()
            .flatten()
            .map(move |(key, held)| (key.as_str().get(name(key)..).unwrap_or_default(), held))
    }

    /// `X-Consul-Index` of the prefix.
    pub fn index(&self) -> u64 {
        self.root.index
    }

    /// The index of all keys of the datacenter, where the token may ask.
    pub fn store(&self) -> Option<u64> {
        self.store
    }

    /// When every key was read last (UTC).
    pub fn whole_at(&self) -> Option<DateTime<Utc>> {
        self.whole_at
    }

    /// True when the server says that it left out what the token may not see.
    pub fn is_filtered(&self) -> bool {
        self.met.is_filtered
    }

    /// True when the last refresh met an index of before: the store was restored.
    pub fn is_set_back(&self) -> bool {
        self.met.is_set_back
    }
}

impl Mirror {
    /// The client that it reads with.
    pub fn client(&self) -> &Client {
        &self.reader
    }

    /// Returns when the prefix has another index than at the last refresh.
    pub async fn changed(&self) {
        let separator = self.root.separator.to_string();
        hang(&self.reader, &self.root.prefix, &separator, self.root.index).await;
        if self.keys().next().is_none() {
            sleep(EMPTY).await;
        }
    }
}
