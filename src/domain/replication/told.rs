//! What dcview was told about replication: by the settings, and by the operator before.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Status, StreamId};
use crate::domain::ids::{Dc, Key};
use crate::domain::managed::{GIT2CONSUL_CONFIG, REPLICATE_STATUSES};

/// What replicates where, as far as no datacenter says it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where consul-replicate keeps its statuses, with the slash.
    pub status_dir: Key,
    /// The prefix that `consul lock` holds for consul-replicate, with the slash.
    pub lock: Key,
    /// Where git2consul keeps its configuration.
    pub git2consul: Key,
    /// From where prefixes are replicated. The first that fits counts.
    pub sources: Vec<Source>,
    /// Prefixes that are compared although nothing replicates them.
    pub compare: Vec<Pair>,
    /// How long something may wait without moving before it is called stalled.
    pub stall_after: Duration,
}

/// From where a prefix is replicated.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The prefix in the source, as consul-replicate was given it.
    pub prefix: Key,
    /// The datacenter that it comes from.
    pub source: Dc,
    /// The datacenter that it goes to; all when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Dc>,
    /// The prefix that it arrives under; any when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Key>,
    /// Prefixes of the source that are left out, as consul-replicate was given them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Key>,
}

/// Two prefixes to compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The datacenter that is right.
    pub source: Dc,
    /// The prefix there.
    pub prefix: Key,
    /// The datacenter that should hold the same.
    pub destination: Dc,
    /// The prefix there; the same when none.
    #[serde(default)]
    pub to: Option<Key>,
}

impl Told {
    /// What was told of the source of a prefix that arrives in `destination`.
    pub fn source(&self, prefix: &str, destination: &Dc) -> Option<&Source> {
        self.sources.iter().find(|source| source.fits(prefix, destination))
    }

    /// What was told of the source of what this status carries into `destination`.
    pub fn source_of(&self, status: &Status, destination: &Dc) -> Option<&Source> {
        self.sources.iter().find(|source| source.is_of(status, destination))
    }
}

impl Source {
    /// True when it says from where this prefix arrives in `destination`.
    pub fn fits(&self, prefix: &str, destination: &Dc) -> bool {
        self.prefix.as_str() == prefix
            && self.destination.as_ref().is_none_or(|dc| dc == destination)
    }

    /// True when it says from where comes what this status carries into `destination`.
    pub fn is_of(&self, status: &Status, destination: &Dc) -> bool {
        let arrives = |to: &Key| to.as_str() == status.destination;
        self.fits(&status.source, destination) && self.to.as_ref().is_none_or(arrives)
    }

    /// True when it says that it goes to this datacenter, and not only that it may.
    pub fn is_into(&self, dc: &Dc) -> bool {
        self.source != *dc && self.destination.as_ref() == Some(dc)
    }

    /// The status that its replicator would write before its first run.
    pub fn status(&self) -> Status {
        let to = self.to.as_ref().unwrap_or(&self.prefix);
        let (source, destination) = (self.prefix.to_string(), to.to_string());
        Status { last_replicated: 0, source, destination }
    }

    /// What an operator says of a stream that is over, wherever it came from.
    pub fn ending(id: &StreamId) -> Self {
        let source = id.source.clone().unwrap_or_else(|| id.destination.clone());
        Self {
            prefix: Key::from(&*id.of),
            source,
            destination: Some(id.destination.clone()),
            to: Some(Key::from(&*id.to)),
            exclude: Vec::new(),
        }
    }

    /// What an operator who confirms a proposed stream says.
    pub fn confirming(id: &StreamId) -> Option<Self> {
        id.source.is_some().then(|| Self::ending(id))
    }
}

impl Default for Told {
    fn default() -> Self {
        Self {
            status_dir: Key::from(REPLICATE_STATUSES),
            lock: Key::from("service/consul-replicate/leader/"),
            git2consul: Key::from(GIT2CONSUL_CONFIG),
            sources: Vec::new(),
            compare: Vec::new(),
            stall_after: Duration::from_secs(10),
        }
    }
}
