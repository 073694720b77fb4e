//! consul-replicate: which prefixes it writes, from its status keys.
//!
//! The status names no datacenter: the source is *another* one, more is not known here. Excludes
//! are not in it either, so a key under the destination may be one that is left alone.

use super::{Entry, Key, Managed, REPLICATE_STATUSES};
use crate::domain::replication;

/// One replication into this datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) key: Key,
    pub(crate) source: String,
    pub(crate) destination: String,
}

impl Status {
    /// Reads a status key; `None` when it is none.
    pub(super) fn read(entry: &Entry) -> Option<Self> {
        let status = replication::Status::read(&entry.value)?;
        // An empty destination would claim every key there is; consul-replicate has none such.
        let is_prefix = !status.destination.is_empty();
        let replication::Status { source, destination, .. } = status;
        is_prefix.then(|| Self { key: entry.key.clone(), source, destination })
    }

    /// This replication as a manager, if it writes the key.
    pub(super) fn manages(&self, key: &Key) -> Option<Managed> {
        if key.below(REPLICATE_STATUSES).is_some() {
            return None;
        }
        key.below(&self.destination)?;
        let (source, destination) = (self.source.clone(), self.destination.clone());
        Some(Managed::Replicated { source, destination, status: self.key.clone() })
    }
}
