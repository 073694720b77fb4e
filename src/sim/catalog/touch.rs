//! What a write to the catalog moves beside the object itself: table and service indexes, the sets
//! of failing checks, and the events that wake blocked queries.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Catalog, Place, Write};
use crate::sim::model::Status;
use crate::sim::wake::Event;

impl Catalog {
    /// An instance has gone from its service, perhaps the last.
    pub(super) fn leave(&mut self, service: &Arc<str>, at: &Place, write: &mut Write) {
        let Some(entry) = self.services.get_mut(service) else {
            return;
        };
        entry.places.remove(at);
        if entry.places.is_empty() {
            self.services.remove(service);
            self.tables.extinction = write.index;
            write.events.push(Event::Service(Arc::clone(service)));
        } else {
            self.touch_service(service, write);
        }
    }

    /// A node has changed.
    pub(super) fn note_node(&mut self, name: &Arc<str>, write: &mut Write) {
        self.tables.nodes = write.index;
        write.events.push(Event::Node(Arc::clone(name)));
    }

    /// A check has gone from one state to another.
    pub(super) fn note_check(
        &mut self,
        at: &Place,
        states: [Option<Status>; 2],
        service: &Arc<str>,
        write: &mut Write,
    ) {
        for (status, places) in
            [(Status::Warning, &mut self.warning), (Status::Critical, &mut self.critical)]
        {
            if states[1] == Some(status) {
                places.insert(at.clone());
            } else if states[0] == Some(status) {
                places.remove(at);
            }
        }
        self.note_check_only(at, states, service, write);
        if service.is_empty() {
            self.touch_services_of(&at.0, write);
        } else {
            self.touch_service(service, write);
        }
    }

    /// A check was written without being changed.
    pub(super) fn note_check_only(
        &mut self,
        at: &Place,
        states: [Option<Status>; 2],
        service: &Arc<str>,
        write: &mut Write,
    ) {
        self.tables.checks = write.index;
        write.events.push(Event::Check {
            node: Arc::clone(&at.0),
            service: Arc::clone(service),
            states,
        });
    }

    /// Something about a node has changed: so have all services on it.
    pub(super) fn touch_services_of(&mut self, node: &Arc<str>, write: &mut Write) {
        let Some(node) = self.nodes.get(node) else {
            return;
        };
        let names: BTreeSet<_> =
            node.services.values().map(|service| Arc::clone(&service.name)).collect();
        for name in names {
            self.touch_service(&name, write);
        }
    }

    /// Something about a service has changed.
    pub(super) fn touch_service(&mut self, name: &Arc<str>, write: &mut Write) {
        if let Some(service) = self.services.get_mut(name) {
            service.index = write.index;
            service.summary = None;
            write.events.push(Event::Service(Arc::clone(name)));
        }
    }
}
