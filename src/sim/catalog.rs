//! The catalog of one simulated datacenter: nodes, instances and checks, and the index of each
//! table as Consul's state store keeps it.
//!
//! Every write names the raft index it happens at and collects the [`Event`]s that wake blocked
//! queries. Writing a node or an instance that is already there changes nothing, not even an index;
//! for a check Consul is less careful, and so is this. Invariant: the secondary indexes (`services`, `failing`) always agree with `nodes`.

mod touch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use super::model::{Check, Node, Service, Stamp, Status};
use super::wake::Event;

/// A node's name and the id of something on it.
pub type Place = (Arc<str>, Arc<str>);

/// One write in progress: its index, and whom it will wake.
#[derive(Debug)]
pub struct Write {
    /// The raft index of this write.
    pub index: u64,
    /// What it has touched so far.
    pub events: Vec<Event>,
}

/// One service: where it runs, and its own index.
#[derive(Debug, Default)]
pub struct Instances {
    /// Its instances as (node, service id), in Consul's order.
    pub places: BTreeSet<Place>,
    /// The last index at which an instance, a check of one or a node of one changed.
    pub index: u64,
    /// Its entry in `/v1/internal/ui/services`, until the next change.
    pub summary: Option<Bytes>,
}

/// All nodes, instances and checks.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Nodes by name.
    pub nodes: BTreeMap<Arc<str>, Node>,
    /// Services by name; a service without instances is not there.
    pub services: BTreeMap<Arc<str>, Instances>,
    /// The last index of each table.
    pub tables: Tables,
    warning: BTreeSet<Place>,
    critical: BTreeSet<Place>,
}

/// The last index at which each table changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tables {
    /// Nodes.
    pub nodes: u64,
    /// Instances.
    pub services: u64,
    /// Checks.
    pub checks: u64,
    /// The last time that a service lost its last instance.
    pub extinction: u64,
}

impl Catalog {
    /// The checks in a state that is not passing, in Consul's order.
    pub fn failing(&self, status: Status) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, &Check)> {
        let places = if status == Status::Warning { &self.warning } else { &self.critical };
        places.iter().filter_map(|(node, id)| {
            let check = self.nodes.get(node)?.checks.get(id)?;
            Some((node, id, check))
        })
    }

    /// The index of one service by Consul's rule: its own; if it is gone the last extinction; and
    /// before any extinction that of the tables.
    pub fn service_index(&self, name: &str, with_checks: bool) -> u64 {
        match self.services.get(name) {
            Some(service) => service.index,
            None if self.tables.extinction > 0 => self.tables.extinction,
            None if with_checks => self.index(),
            None => self.tables.nodes.max(self.tables.services),
        }
    }

    /// The last index of all three tables.
    pub fn index(&self) -> u64 {
        self.tables.nodes.max(self.tables.services).max(self.tables.checks)
    }

    /// Writes a node, keeping what lives on it.
    pub fn put_node(&mut self, name: &Arc<str>, node: Node, write: &mut Write) {
        let Some(existing) = self.nodes.get_mut(name) else {
            let stamp = Stamp::after(None, write.index);
            self.nodes.insert(Arc::clone(name), Node { stamp, ..node });
            self.note_node(name, write);
            return;
        };
        if existing.is_same(&node) {
            return;
        }
        existing.stamp.modify = write.index;
        existing.id = node.id;
        existing.address = node.address;
        existing.tagged = node.tagged;
        existing.meta = node.meta;
        self.note_node(name, write);
        self.touch_services_of(name, write);
    }

    /// Writes an instance; `false` if there is no such node.
    pub fn put_service(&mut self, at: &Place, service: Service, write: &mut Write) -> bool {
        let (node_name, id) = at;
        let Some(node) = self.nodes.get_mut(node_name) else {
            return false;
        };
        let previous = node.services.get(id);
        if previous.is_some_and(|previous| previous.is_same(&service)) {
            return true;
        }
        let renamed = previous
            .filter(|previous| previous.name != service.name)
            .map(|previous| Arc::clone(&previous.name));
        let stamp = Stamp::after(previous.map(|previous| previous.stamp), write.index);
        let name = Arc::clone(&service.name);
        node.services.insert(Arc::clone(id), Service { stamp, ..service });
        if let Some(old) = renamed {
            self.leave(&old, at, write);
        }
        self.services.entry(Arc::clone(&name)).or_default().places.insert(at.clone());
        self.tables.services = write.index;
        write.events.push(Event::Instance(Arc::clone(node_name)));
        self.touch_service(&name, write);
        true
    }

    /// Writes a check; `false` if its node or its instance is not there.
    pub fn put_check(&mut self, at: &Place, mut check: Check, write: &mut Write) -> bool {
        let Some(node) = self.nodes.get_mut(&at.0) else {
            return false;
        };
        if !check.service_id.is_empty() {
            let Some(service) = node.services.get(&check.service_id) else {
                return false;
            };
            check.service_name = Arc::clone(&service.name);
            check.service_tags = Arc::clone(&service.tags);
        }
        let previous = node.checks.get(&at.1);
        if let Some(previous) = previous.filter(|previous| previous.is_same(&check)) {
            // Consul writes it all the same: the table moves and its watchers look again, but
            // neither the check nor its service gets a newer index.
            let (status, service) = (Some(previous.status), Arc::clone(&previous.service_name));
            self.note_check_only(at, [status, status], &service, write);
            return true;
        }
        let before = previous.map(|previous| previous.status);
        check.stamp = Stamp::after(previous.map(|previous| previous.stamp), write.index);
        let (status, service) = (check.status, Arc::clone(&check.service_name));
        node.checks.insert(Arc::clone(&at.1), check);
        self.note_check(at, [before, Some(status)], &service, write);
        true
    }

    /// Removes a check, if it is there.
    pub fn remove_check(&mut self, at: &Place, write: &mut Write) {
        let removed = self.nodes.get_mut(&at.0).and_then(|node| node.checks.remove(&at.1));
        if let Some(check) = removed {
            self.note_check(at, [Some(check.status), None], &check.service_name, write);
        }
    }

    /// Removes an instance and its checks, if it is there.
    pub fn remove_service(&mut self, at: &Place, write: &mut Write) {
        let Some(node) = self.nodes.get_mut(&at.0) else {
            return;
        };
        let checks: Vec<_> = node
            .checks
            .iter()
            .filter(|(_, check)| check.service_id == at.1)
            .map(|(id, _)| Arc::clone(id))
            .collect();
        let Some(service) = node.services.remove(&at.1) else {
            return;
        };
        for id in checks {
            self.remove_check(&(Arc::clone(&at.0), id), write);
        }
        self.tables.services = write.index;
        write.events.push(Event::Instance(Arc::clone(&at.0)));
        self.leave(&service.name, at, write);
    }

    /// Removes a node and all that lives on it, if it is there.
    pub fn remove_node(&mut self, name: &Arc<str>, write: &mut Write) {
        let Some(node) = self.nodes.get(name) else {
            return;
        };
        let services: Vec<_> = node.services.keys().cloned().collect();
        let checks: Vec<_> = node.checks.keys().cloned().collect();
        for id in services {
            self.remove_service(&(Arc::clone(name), id), write);
        }
        for id in checks {
            self.remove_check(&(Arc::clone(name), id), write);
        }
        self.nodes.remove(name);
        self.note_node(name, write);
    }
}
