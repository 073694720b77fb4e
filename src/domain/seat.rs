//! The instances of a service that is in motion, with no more than a rollout needs to know.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::catalog::Instance;
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

impl Seat {
    /// The seat of an instance with its checks.
    pub fn of(instance: &Instance) -> Self {
        let worst = instance.checks.iter().filter(|check| check.status != Status::Passing);
        let worst = worst.max_by_key(|check| (check.status == instance.status, check.status));
        Self {
            node: instance.node.clone(),
            id: instance.id.clone(),
            version: Arc::clone(&instance.version),
            status: instance.status,
            output: worst.map(|check| Arc::clone(&check.output)).unwrap_or_default(),
            create_index: instance.create_index,
            modify_index: instance.modify_index,
        }
    }
}

impl Seats {
    /// The seats of these instances, which came with the answer of this index.
    pub fn of(instances: &[Instance], index: u64) -> Self {
        let mut seats: Vec<Seat> = instances.iter().map(Seat::of).collect();
        seats.sort_unstable_by(|a, b| (&a.node, &a.id).cmp(&(&b.node, &b.id)));
        Self { seats, index }
    }

    /// Its versions, each once; the empty one is among them where an instance has none.
    pub fn versions(&self) -> BTreeSet<&Arc<str>> {
        self.seats.iter().map(|seat| &seat.version).collect()
    }
}
