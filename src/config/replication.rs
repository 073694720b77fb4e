//! The `[replication]` section: what replicates where, as far as no datacenter says it itself.

use std::time::Duration;

use serde::Deserialize;

use crate::domain::ids::Key;
use crate::domain::replication::{Pair, Source, Told};

/// The section as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Section {
    status_dir: Option<Key>,
    lock: Option<Key>,
    git2consul: Option<Key>,
    /// In seconds.
    stall_after: Option<u64>,
    source: Vec<Source>,
    compare: Vec<Pair>,
}

impl Section {
    /// What it says, and the usual where it says nothing.
    pub(super) fn told(self) -> Told {
        let usual = Told::default();
        Told {
            status_dir: self.status_dir.map_or(usual.status_dir, with_slash),
            lock: self.lock.map_or(usual.lock, with_slash),
            git2consul: self.git2consul.unwrap_or(usual.git2consul),
            sources: self.source,
            compare: self.compare,
            stall_after: self.stall_after.map_or(usual.stall_after, Duration::from_secs),
        }
    }
}

/// As consul-replicate joins paths: a folder is meant with and without its slash.
fn with_slash(folder: Key) -> Key {
    if folder.as_str().ends_with('/') { folder } else { Key::from(format!("{folder}/")) }
}
