//! Changes to a datacenter from inside the process: what tests, benches and the scenario do.
//!
//! Faults are in [`faults`]. Each call is one raft entry, done and visible to readers when it returns. Calls that change the
//! catalog or keys work without a leader too, which no client could do: a test sets the stage.

mod faults;

use std::sync::Arc;

use bytes::Bytes;

use super::datacenter::Datacenter;
use super::model::{Check, Service, Stamp, Status};
use super::state::State;
use super::world::{Lock, Replication};

/// The check by which gossip says whether a node lives.
const SERF_HEALTH: &str = "serfHealth";
/// The check that puts a node into maintenance.
const NODE_MAINTENANCE: &str = "_node_maintenance";

/// The way to change one datacenter.
#[derive(Clone, Debug)]
pub struct Handle {
    dc: Arc<Datacenter>,
}

/// An instance to register.
#[derive(Clone, Debug, Default)]
pub struct NewInstance {
    /// The node, which must be there.
    pub node: String,
    /// The instance's id.
    pub id: String,
    /// The service's name.
    pub service: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its port.
    pub port: u16,
    /// Its metadata.
    pub meta: Vec<(String, String)>,
}

impl Handle {
    pub(super) fn new(dc: Arc<Datacenter>) -> Self {
        Self { dc }
    }

    /// Sets the state and the output of a check that is there. `false` if it is not.
    pub fn set_check(&self, node: &str, check: &str, status: Status, output: &str) -> bool {
        let at = (Arc::from(node), Arc::from(check));
        self.write(|state, write| {
            let found = state.catalog.nodes.get(&at.0).and_then(|node| node.checks.get(&at.1));
            let Some(check) = found else { return false };
            let check = Check { status, output: Arc::from(output), ..check.clone() };
            state.catalog.put_check(&at, check, write)
        })
    }

    /// Registers an instance, or changes one. `false` if its node is not there.
    pub fn register(&self, instance: &NewInstance) -> bool {
        let at = (Arc::from(instance.node.as_str()), Arc::from(instance.id.as_str()));
        let meta = instance.meta.iter().cloned().collect();
        let service = Service {
            name: Arc::from(instance.service.as_str()),
            tags: instance.tags.iter().map(|tag| Arc::from(tag.as_str())).collect(),
            port: instance.port,
            meta: (!instance.meta.is_empty()).then(|| Arc::new(meta)),
            ..Service::default()
        };
        self.write(|state, write| state.catalog.put_service(&at, service, write))
    }

    /// Sets the version in the metadata of an instance. `false` if it is not there.
    pub fn set_version(&self, node: &str, instance: &str, version: &str) -> bool {
        let at = (Arc::from(node), Arc::from(instance));
        self.write(|state, write| {
            let found = state.catalog.nodes.get(&at.0).and_then(|node| node.services.get(&at.1));
            let Some(mut service) = found.cloned() else {
                return false;
            };
            let meta = Arc::make_mut(service.meta.get_or_insert_default());
            meta.insert("version".to_owned(), version.to_owned());
            state.catalog.put_service(&at, service, write)
        })
    }

    /// Adds a check to an instance, or to a node when `instance` is empty. `false` if that is not
    /// there.
    pub fn add_check(&self, node: &str, instance: &str, check: &str, status: Status) -> bool {
        self.put_check(node, check, new_check(check, instance, status))
    }

    /// Removes an instance with its checks, if it is there.
    pub fn deregister(&self, node: &str, instance: &str) {
        let at = (Arc::from(node), Arc::from(instance));
        self.write(|state, write| state.catalog.remove_service(&at, write));
    }

    /// Removes a node and everything on it, if it is there.
    pub fn remove_node(&self, node: &str) {
        let name = Arc::from(node);
        self.write(|state, write| state.catalog.remove_node(&name, write));
    }

    /// Lets a node die or come back: its `serfHealth`, as gossip would see it. The checks of its
    /// instances stay as they were, since nobody is left to run them. `false` if there is none.
    pub fn set_node_alive(&self, node: &str, alive: bool) -> bool {
        let (status, output) = if alive {
            (Status::Passing, "Agent alive and reachable")
        } else {
            (Status::Critical, "Agent not live or unreachable")
        };
        self.set_check(node, SERF_HEALTH, status, output)
    }

    /// Puts a node into maintenance for a reason, or takes it out again with `None`. `false` if
    /// there is no such node.
    pub fn set_maintenance(&self, node: &str, reason: Option<&str>) -> bool {
        let Some(reason) = reason else {
            let at = (Arc::from(node), Arc::from(NODE_MAINTENANCE));
            self.write(|state, write| state.catalog.remove_check(&at, write));
            return self.dc.lock().catalog.nodes.contains_key(node);
        };
        let check = Check {
            name: Arc::from("Node Maintenance Mode"),
            notes: Arc::from(reason),
            kind: Arc::from("maintenance"),
            ..new_check(NODE_MAINTENANCE, "", Status::Critical)
        };
        self.put_check(node, NODE_MAINTENANCE, check)
    }

    /// Writes a key.
    pub fn put_kv(&self, key: &str, value: impl Into<Bytes>) {
        let value = value.into();
        self.write(|state, write| state.kv.put(key, value, 0, write));
    }

    /// Removes a key, if it is there.
    pub fn delete_kv(&self, key: &str) {
        self.write(|state, write| state.kv.remove(key, write));
    }

    /// Lets the next process have a lock of the demo.
    pub(super) fn pass_on(&self, lock: &Lock) {
        lock.pass_on(&mut self.dc.lock());
    }

    /// Brings what another datacenter holds under a prefix here.
    pub(super) fn replicate(&self, from: &Self, what: &Replication) {
        // One lock at a time: two runs may go in opposite directions.
        let listing = what.list(&from.dc.lock());
        what.run(&listing, &mut self.dc.lock());
    }

    /// The index of the last write.
    pub fn index(&self) -> u64 {
        self.dc.lock().index
    }

    /// How many queries are blocked at this moment. Tests wait for it before they change things.
    pub fn blocked(&self) -> usize {
        self.dc.lock().waiters.count()
    }

    fn put_check(&self, node: &str, id: &str, check: Check) -> bool {
        let at = (Arc::from(node), Arc::from(id));
        self.write(|state, write| state.catalog.put_check(&at, check, write))
    }

    fn write<T>(&self, change: impl FnOnce(&mut State, &mut super::catalog::Write) -> T) -> T {
        self.dc.lock().write(change)
    }
}

#[cfg(test)]
impl Handle {
    /// The state of every check that fails and the version of every instance, for comparison.
    pub(super) fn picture(&self) -> Vec<String> {
        let state = self.dc.lock();
        let nodes = state.catalog.nodes.iter();
        nodes
            .flat_map(|(name, node)| {
                let checks = node
                    .checks
                    .iter()
                    .filter(|(_, check)| check.status != Status::Passing)
                    .map(move |(id, check)| format!("{name} {id} {:?}", check.status));
                let versions = node
                    .services
                    .iter()
                    .map(move |(id, service)| format!("{name} {id} {:?}", service.meta));
                checks.chain(versions)
            })
            .collect()
    }
}

fn new_check(id: &str, instance: &str, status: Status) -> Check {
    Check {
        name: Arc::from(id),
        status,
        notes: Arc::default(),
        output: Arc::default(),
        service_id: Arc::from(instance),
        service_name: Arc::default(),
        service_tags: Arc::default(),
        kind: Arc::default(),
        stamp: Stamp::default(),
    }
}
