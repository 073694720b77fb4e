//! consul-replicate: which prefixes it writes, from its status keys.
//!
//! The status names no datacenter: the source is *another* one, more is not known here. Excludes
//! are not in it either, so a key under the destination may be one that is left alone.

use serde::Deserialize;

use super::{Entry, Key, Managed, REPLICATE_STATUSES};

/// One replication into this datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    key: Key,
    source: String,
    destination: String,
}

/// What the status key holds.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    source: String,
    destination: String,
}

impl Status {
    /// Reads a status key; `None` when it is none.
    pub(super) fn read(entry: &Entry) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(&entry.value).ok()?;
        // An empty destination would claim every key there is; consul-replicate has none such.
        let is_prefix = !wire.destination.is_empty();
        let Wire { source, destination } = wire;
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
