//! How the services and nodes of a datacenter changed since dcview looks at them.
//!
//! By their rows, which may pass a short change over. Checks have their events, which come one and all:
//! those are in the program's history.

use chrono::{DateTime, Utc};

use super::Datacenter;
use crate::domain::catalog::{Node, ServiceHealth};
use crate::domain::delta::Delta;
use crate::domain::feed::List;
use crate::domain::freshness::State;
use crate::domain::health::{CheckKey, Status};
use crate::domain::ids::{NodeName, ServiceName};
use crate::domain::track::{Since, Track, Tracks};

/// The tracks of a datacenter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tracked {
    /// Of services, by their worst instance.
    pub services: Tracks<ServiceName>,
    /// Of nodes, by their own checks.
    pub nodes: Tracks<NodeName>,
    /// When services were first seen (UTC).
    services_at: Option<DateTime<Utc>>,
    /// When nodes were first seen (UTC).
    nodes_at: Option<DateTime<Utc>>,
}

impl Datacenter {
    /// Since when a failing check is in its state, by the answers that were shown.
    pub fn since(&self, key: &CheckKey) -> Option<Since> {
        self.since.get(key).copied()
    }

    /// Since when a service is in its state; `None` for one that is well and was never seen otherwise.
    pub fn service_since(&self, name: &ServiceName, status: Status) -> Option<Since> {
        let first = self.tracked.services_at;
        since(self.tracked.services.get(name), status, first)
    }

    /// Since when a node is in its state; `None` for one that is well and was never seen otherwise.
    pub fn node_since(&self, name: &NodeName, status: Status) -> Option<Since> {
        since(self.tracked.nodes.get(name), status, self.tracked.nodes_at)
    }

    /// Notes how services changed, before their rows are replaced.
    pub(super) fn track_services(
        &mut self,
        delta: &Delta<ServiceName, ServiceHealth>,
        at: DateTime<Utc>,
    ) {
        let is_first = self.tracked.services_at.is_none() || self.is_unjudged();
        let now = Since { at, is_exact: self.is_followed(&List::Services) };
        self.tracked.services_at.get_or_insert(at);
        for (name, health) in delta.upserts.iter().filter(|_| !is_first) {
            let before = self.services.get(name).map(|old| old.counts.worst());
            let (from, to) = (before.unwrap_or_default(), health.counts.worst());
            if from != to {
                self.tracked.services.change(name, from, to, now);
            }
        }
    }

    /// Notes how nodes changed, before their rows are replaced.
    pub(super) fn track_nodes(&mut self, delta: &Delta<NodeName, Node>, at: DateTime<Utc>) {
        let is_first = self.tracked.nodes_at.is_none() || self.is_unjudged();
        let now = Since { at, is_exact: self.is_followed(&List::Nodes) };
        self.tracked.nodes_at.get_or_insert(at);
        for (name, node) in delta.upserts.iter().filter(|_| !is_first) {
            let before = self.nodes.get(name).map(|old| old.status);
            let from = before.unwrap_or_default();
            if from != node.status {
                self.tracked.nodes.change(name, from, node.status, now);
            }
        }
    }

    /// True while no checks are known: then all is called well, and what is not was so before.
    fn is_unjudged(&self) -> bool {
        self.freshness(&List::Checks).is_empty()
    }

    /// True while a change of a list is told as it happens.
    fn is_followed(&self, list: &List) -> bool {
        let is_live = |list: &List| self.freshness(list).state == State::Live;
        is_live(list) && is_live(&List::Checks)
    }
}

fn since(track: Option<&Track>, status: Status, first: Option<DateTime<Utc>>) -> Option<Since> {
    let seen = track.and_then(|track| track.last(DateTime::<Utc>::MAX_UTC));
    let seen = seen.filter(|(last, _)| *last == status);
    let before = || {
        let at = first.filter(|_| status != Status::Passing)?;
        Some(Since { at, is_exact: false })
    };
    seen.map(|(_, since)| since).or_else(before)
}
