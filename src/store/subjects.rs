//! What feeds say of subjects: lists that are only known while something shows them.
//!
//! Feeds that are late were left out before.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Change, Datacenter, Since, keys};
use crate::domain::delta;
use crate::domain::feed::{Body, Subject};
use crate::domain::ids::Dc;
use crate::domain::kv::Folder;

impl Datacenter {
    /// Takes in what came of a subject; anything else changes nothing.
    pub(super) fn show(&mut self, name: Dc, body: Body, at: DateTime<Utc>) -> Change {
        match body {
            Body::Instances(subject, delta) => {
                delta::apply(self.instances.entry(subject.clone()).or_default(), &delta);
                Change::Instances(name, subject, keys(delta))
            }
            Body::NodeChecks(node, checks) => {
                self.node_checks.insert(node.clone(), checks);
                Change::NodeChecks(name, node)
            }
            Body::NodeRoundTrip(node, trip) => {
                self.round_trips.insert(node.clone(), trip);
                Change::NodeChecks(name, node)
            }
            Body::Folder(folder) => self.folder(name, folder),
            Body::Entry(key, entry) => {
                self.entries.insert(key.clone(), entry);
                Change::Kv(name, Subject::Key(key))
            }
            Body::Session(id, session) => {
                self.holders.insert(id.clone(), session);
                Change::Kv(name, Subject::Session(id))
            }
            Body::Sessions(delta) => {
                let since = Since { at, is_exact: self.follows(Subject::Sessions) };
                self.held.sessions(&delta, since);
                Change::Sessions(name, keys(delta))
            }
            Body::Locks(locks) => {
                let subject = Subject::Locks(locks.prefix.clone());
                let since = Since { at, is_exact: self.follows(subject.clone()) };
                self.held.locks(locks, since);
                Change::Kv(name, subject)
            }
            Body::Consumers(consumers) => {
                let service = consumers.service.clone();
                self.consumers.insert(service.clone(), consumers);
                Change::Consumers(name, service)
            }
            Body::Allocation(allocation) => {
                let id = allocation.id.clone();
                self.allocations.insert(id.clone(), allocation);
                Change::Allocation(name, id)
            }
            Body::Disagreements(swept) => {
                self.swept = Some(swept);
                Change::Disagreements(name)
            }
            Body::Edges(edges) => {
                self.edges = Some(edges);
                Change::Edges(name)
            }
            _ => Change::Nothing,
        }
    }

    fn folder(&mut self, name: Dc, folder: Arc<Folder>) -> Change {
        let prefix = folder.prefix().clone();
        // Whatever is there is better than a beginning.
        if folder.is_beginning() && self.folders.contains_key(&prefix) {
            return Change::Nothing;
        }
        self.folders.insert(prefix.clone(), folder);
        Change::Kv(name, Subject::Folder(prefix))
    }
}
