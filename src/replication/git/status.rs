//! By which replication the keys of a branch come: consul-replicate's status keys, as far as they say.

use crate::consul::{ApiError, Client, kv};
use crate::domain::ids::Key;
use crate::domain::kv::Entry;
use crate::domain::managed::Mapping;
use crate::domain::replication;

/// A replication into a datacenter, as its status key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub key: Key,
    pub wire: replication::Status,
}

/// The status that carries all of a branch, its `.ref` and its files.
pub(super) fn by<'a>(mapping: &Mapping, statuses: &'a [Status]) -> Option<&'a Status> {
    let carries = |status: &&Status| {
        let source = &*status.wire.source;
        mapping.marker.starts_with(source) && mapping.prefix.starts_with(source)
    };
    statuses.iter().filter(carries).max_by_key(|status| status.wire.source.len())
}

/// True where a replicator brings git2consul's configuration: it does not run there.
pub(super) fn is_copy(config: &Key, statuses: &[Status]) -> bool {
    statuses.iter().any(|status| config.as_str().starts_with(&*status.wire.destination))
}

/// All replications into a datacenter.
pub(super) async fn statuses(client: &Client, dir: &Key) -> Result<Vec<Status>, ApiError> {
    let mut listing = kv::recurse(client, dir).await?;
    let mut all = Vec::new();
    while let Some(page) = listing.page().await? {
        all.extend(page.iter().filter_map(Status::read));
    }
    Ok(all)
}

impl Status {
    /// Reads a status key; `None` when it is none, or would claim every key there is.
    pub fn read(entry: &Entry) -> Option<Self> {
        let wire = replication::Status::read(&entry.value)?;
        (!wire.destination.is_empty()).then(|| Self { key: entry.key.clone(), wire })
    }
}
