//! Services, instances and nodes of one datacenter.
//!
//! Summaries come from the catalog as it is; [`ServiceHealth`] and [`Node`] carry the health that
//! [`super::tally`] worked out for them.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::health::{Check, Counts, Status};
use super::ids::{NodeName, ServiceId, ServiceName};

/// A service as the catalog summarises it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Its name.
    pub name: ServiceName,
    /// Tags of all its instances together.
    pub tags: Arc<[Arc<str>]>,
    /// The nodes it runs on, sorted: one entry for each instance (Consul 1.8), or each node once.
    /// As many entries as instances tell exactly where the instances are.
    pub nodes: Arc<[NodeName]>,
    /// Its instances; `None` where the server gives only names.
    pub instances: Option<usize>,
}

/// A service of one datacenter with the health of its instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceHealth {
    /// Its name.
    pub name: ServiceName,
    /// Tags of all its instances together.
    pub tags: Arc<[Arc<str>]>,
    /// Its instances; `None` where only failing ones are known.
    pub instances: Option<usize>,
    /// Instances by state.
    pub counts: Counts,
    /// False while a count is an estimate, which is shown with `~`.
    pub is_exact: bool,
    /// The nodes it runs on, sorted, as the summary tells: shared with it.
    pub nodes: Arc<[NodeName]>,
}

/// One instance of a service with the checks that count for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// The service.
    pub service: ServiceName,
    /// Its id, unique on the node.
    pub id: ServiceId,
    /// Its node.
    pub node: NodeName,
    /// Where it serves: its own address, else its node's.
    pub address: Arc<str>,
    /// Its port; 0 when it has none.
    pub port: u16,
    /// Its tags.
    pub tags: Vec<Arc<str>>,
    /// Its meta data, in the server's order.
    pub meta: IndexMap<Arc<str>, Arc<str>>,
    /// Its version as [`super::version`] found it; empty when it has none.
    #[serde(skip)]
    pub version: Arc<str>,
    /// Its own checks and its node's.
    pub checks: Vec<Arc<Check>>,
    /// The state from those checks.
    pub status: Status,
    /// The Raft index of its registration.
    #[serde(skip)]
    pub create_index: u64,
    /// The Raft index of its last change.
    pub modify_index: u64,
}

impl Instance {
    /// What names it within its datacenter.
    pub fn key(&self) -> InstanceKey {
        InstanceKey { node: self.node.clone(), id: self.id.clone() }
    }

    /// Where it serves: `10.0.0.7:8080`, `[fd00::7]:8080`, or the address alone without a port.
    pub fn endpoint(&self) -> String {
        let Self { address, port, .. } = self;
        match (port, address.contains(':')) {
            (0, _) => address.to_string(),
            (port, true) => format!("[{address}]:{port}"),
            (port, false) => format!("{address}:{port}"),
        }
    }

    /// Its version, if it has one.
    pub fn version(&self) -> Option<&str> {
        (!self.version.is_empty()).then_some(&*self.version)
    }
}

/// What names an instance within its datacenter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceKey {
    /// Its node.
    pub node: NodeName,
    /// Its id on that node.
    pub id: ServiceId,
}

/// A node of the catalog with what its checks say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its name.
    pub name: NodeName,
    /// Its address.
    pub address: Arc<str>,
    /// The state from its own checks; those of its services do not count.
    pub status: Status,
    /// Its failing checks, those of its services included, maintenance excluded.
    pub failing_checks: usize,
    /// Distinct services on it, as far as the summary tells.
    pub services: usize,
    /// Its meta data, in the server's order; shared, since a node's state changes much more often.
    pub meta: Arc<IndexMap<Arc<str>, Arc<str>>>,
}

impl Node {
    /// The order of attention: the node's own state first, then how many checks fail on it.
    pub fn badness(&self) -> (Status, usize) {
        (self.status, self.failing_checks)
    }

    /// True when the node itself is well, and only services on it fail.
    pub fn is_host_of_failing(&self) -> bool {
        self.status == Status::Passing && self.failing_checks > 0
    }

    /// Its state in words; a node that passes has nothing that fails on it.
    pub fn word(&self) -> &'static str {
        if self.is_host_of_failing() { "services fail" } else { self.status.word() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An instance of `web`, without checks.
    pub fn instance(node: &str, id: &str) -> Instance {
        Instance {
            service: "web".into(),
            id: id.into(),
            node: node.into(),
            address: "10.0.0.1".into(),
            port: 80,
            tags: Vec::new(),
            meta: IndexMap::default(),
            version: Arc::default(),
            checks: Vec::new(),
            status: Status::Passing,
            create_index: 1,
            modify_index: 1,
        }
    }
}
