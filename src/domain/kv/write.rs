//! Changes of keys, described and not yet made.
//!
//! Every operation carries what it replaces as it was read. The check-and-set index comes from
//! there and from nowhere else, so nothing can be written over what was not seen.

use bytes::Bytes;

use super::{Entry, Key};
use crate::domain::ids::Dc;

/// Operations on keys of one datacenter that happen all or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub dc: Dc,
    /// At least one, at most [`Write::MOST_OPS`], no key twice.
    pub ops: Vec<Op>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Stores a value, if the key is still as it was read.
    Put {
        /// The key.
        key: Key,
        /// The new value.
        value: Bytes,
        /// The new flags; an edit keeps the old ones.
        flags: u64,
        /// What was read; `None` when there was no such key, and there must be none still.
        base: Option<Entry>,
    },
    /// Deletes a key, if it is still as it was read.
    Delete {
        /// What was read.
        base: Entry,
    },
}

impl Write {
    /// Consul's limit on the operations of a transaction.
    pub const MOST_OPS: usize = 64;

    /// A write of one operation.
    pub fn one(dc: Dc, op: Op) -> Self {
        Self { dc, ops: vec![op] }
    }
}

impl Op {
    /// Stores a new value over what was read, flags kept.
    pub fn edit(base: Entry, value: impl Into<Bytes>) -> Self {
        let (key, flags) = (base.key.clone(), base.flags);
        Self::Put { key, value: value.into(), flags, base: Some(base) }
    }

    /// Makes a key that is not there.
    pub fn create(key: Key, value: impl Into<Bytes>, flags: u64) -> Self {
        Self::Put { key, value: value.into(), flags, base: None }
    }

    /// The key that it is about.
    pub fn key(&self) -> &Key {
        match self {
            Self::Put { key, .. } => key,
            Self::Delete { base } => &base.key,
        }
    }

    /// What it replaces.
    pub fn base(&self) -> Option<&Entry> {
        match self {
            Self::Put { base, .. } => base.as_ref(),
            Self::Delete { base } => Some(base),
        }
    }

    /// The check-and-set index: the one that was read, 0 for a key that must not be there.
    pub fn cas(&self) -> u64 {
        self.base().map_or(0, |base| base.modify_index)
    }

    /// The value and flags after it; `None` for a deletion.
    pub fn after(&self) -> Option<(&Bytes, u64)> {
        match self {
            Self::Put { value, flags, .. } => Some((value, *flags)),
            Self::Delete { .. } => None,
        }
    }
}
