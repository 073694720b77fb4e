//! The instances of a service that is in motion, with no more than a rollout needs to know.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::health::Status;
use super::ids::{NodeName, ServiceId};

/// One instance as a rollout sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Its node.
    pub node: NodeName,
    /// Its id on that node.
    pub id: ServiceId,
    /// Its version; empty when it has none.
    pub version: Arc<str>,
    /// Its state, from its own checks and its node's.
    pub status: Status,
    /// The output of its worst check, where it fails; empty otherwise.
    pub output: Arc<str>,
    /// The Raft index of its registration.
    pub create_index: u64,
    /// The Raft index of its last change.
    pub modify_index: u64,
}

/// All instances of a service in one datacenter at one moment, sorted by node and id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// The instances; none when the service is gone.
    pub seats: Vec<Seat>,
    /// The index of the answer that they came with.
    pub index: u64,
}
