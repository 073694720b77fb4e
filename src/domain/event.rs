//! What happened: one change that dcview saw, of one object of one datacenter.
//!
//! Consul keeps no history, so an event says when dcview learnt of it, and the Raft index that it
//! came with. Invariant: an event is a difference between two answers of the server; what was so
//! before the first answer is none. Several changes that Consul passed on in one answer are one
//! event, from the state before to the state after.

pub mod checks;
pub mod export;
pub mod fired;
pub mod keys;
pub mod links;
pub mod nodes;
pub mod query;
pub mod streams;
mod turn;
pub mod when;
pub mod writes;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::health::CheckKey;
use super::ids::{CheckId, Dc, Key, NodeName, ServiceId, ServiceName};
use super::replication::StreamId;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A check changed its state.
    Check,
    /// An instance was registered or deregistered.
    Instance,
    /// A node joined, left, failed or recovered.
    Node,
    /// A datacenter has another leader, or none.
    Leader,
    /// A datacenter was lost, or is back.
    Datacenter,
    /// Maintenance of a node or an instance began or ended.
    Maintenance,
    /// A version of a service was seen first or last.
    Version,
    /// A key under a watched prefix changed.
    Kv,
    /// A stream between datacenters has another verdict.
    Replication,
    /// A user event of Consul was fired.
    UserEvent,
    /// dcview itself wrote something.
    Write,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Check,
        Self::Instance,
        Self::Node,
        Self::Leader,
        Self::Datacenter,
        Self::Maintenance,
        Self::Version,
        Self::Kv,
        Self::Replication,
        Self::UserEvent,
        Self::Write,
    ];

    /// The kind of this name, also where it is written in the plural.
    pub fn named(word: &str) -> Option<Self> {
        let is_it = |kind: &Self| {
            let rest = word.strip_prefix(kind.word());
            rest.is_some_and(|rest| rest.is_empty() || rest == "s")
        };
        Self::ALL.into_iter().find(is_it)
    }

    /// The word shown to operators and written to JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Instance => "instance",
            Self::Node => "node",
            Self::Leader => "leader",
            Self::Datacenter => "datacenter",
            Self::Maintenance => "maintenance",
            Self::Version => "version",
            Self::Kv => "kv",
            Self::Replication => "replication",
            Self::UserEvent => "user-event",
            Self::Write => "write",
        }
    }
}

/// What it happened to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Object {
    /// The datacenter itself.
    Datacenter,
    /// A node.
    Node(NodeName),
    /// A service as a whole.
    Service(ServiceName),
    /// An instance of a service.
    Instance {
        /// The service.
        service: ServiceName,
        /// Its node.
        node: NodeName,
        /// Its id on that node; empty where only the node is known.
        id: ServiceId,
    },
    /// A check.
    Check {
        /// The node that it is registered on.
        node: NodeName,
        /// Its id on that node.
        id: CheckId,
        /// Its name.
        name: Arc<str>,
        /// The service that it is of; empty for a node's own.
        service: ServiceName,
        /// The instance that it is of; empty for a node's own.
        service_id: ServiceId,
    },
    /// A key, or a folder whose name ends in a slash.
    Key(Key),
    /// A stream between datacenters.
    Stream(StreamId),
    /// A user event, by its name.
    UserEvent(Arc<str>),
}

impl Object {
    /// The service that it belongs to, if any.
    pub fn service(&self) -> Option<&ServiceName> {
        let (Self::Service(service) | Self::Instance { service, .. } | Self::Check { service, .. }) =
            self
        else {
            return None;
        };
        (!service.is_empty()).then_some(service)
    }

    /// The node that it is on, if any.
    pub fn node(&self) -> Option<&NodeName> {
        match self {
            Self::Node(node) | Self::Instance { node, .. } | Self::Check { node, .. } => Some(node),
            _ => None,
        }
    }

    /// What names it where it is a check.
    pub fn check(&self) -> Option<CheckKey> {
        match self {
            Self::Check { node, id, .. } => Some(CheckKey { node: node.clone(), id: id.clone() }),
            _ => None,
        }
    }
}

impl fmt::Display for Object {
    /// As operators name it: `web`, `web-1 on node-3`, `ping of web-1 on node-3`, `config/a`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Datacenter => f.write_str("datacenter"),
            Self::Node(node) => write!(f, "{node}"),
            Self::Service(service) => write!(f, "{service}"),
            Self::Instance { service, node, id } if id.is_empty() => {
                write!(f, "{service} on {node}")
            }
            Self::Instance { node, id, .. } => write!(f, "{id} on {node}"),
            Self::Check { node, name, service_id, .. } if service_id.is_empty() => {
                write!(f, "{name} on {node}")
            }
            Self::Check { node, name, service_id, .. } => {
                write!(f, "{name} of {service_id} on {node}")
            }
            Self::Key(key) => write!(f, "{key}"),
            Self::Stream(stream) => write!(f, "{stream}"),
            Self::UserEvent(name) => f.write_str(name),
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When dcview learnt of it (UTC).
    pub at: DateTime<Utc>,
    /// Since when it may have happened (UTC), where dcview could not look for a while: then it was
    /// somewhere between this and `at`. `None` where it was told as it happened.
    pub after: Option<DateTime<Utc>>,
    /// The datacenter.
    pub dc: Dc,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What it happened to.
    pub object: Object,
    /// The state before, in Consul's own words; empty when there was none.
    pub from: Arc<str>,
    /// The state after; empty when there is none.
    pub to: Arc<str>,
    /// More about it: a check's output, why a datacenter is dark, a maintenance's reason.
    pub detail: Arc<str>,
    /// The Raft index that it came with; 0 where there is none.
    pub index: u64,
}

impl Event {
    /// About how many bytes it takes in memory, its texts included.
    pub fn weight(&self) -> usize {
        let object = match &self.object {
            Object::Datacenter => 0,
            Object::Node(node) => node.as_str().len(),
            Object::Service(service) => service.as_str().len(),
            Object::Instance { service, node, id } => {
                service.as_str().len() + node.as_str().len() + id.as_str().len()
            }
            Object::Check { node, id, name, service, service_id } => {
                node.as_str().len()
                    + id.as_str().len()
                    + name.len()
                    + service.as_str().len()
                    + service_id.as_str().len()
            }
            Object::Key(key) => key.as_str().len(),
            Object::Stream(stream) => stream.of.len() + stream.to.len(),
            Object::UserEvent(name) => name.len(),
        };
        size_of::<Self>() + object + self.from.len() + self.to.len() + self.detail.len()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A check of an instance `NAME-n` that came to a state at second 0.
    pub fn check(dc: &str, node: &str, instance: &str, to: &str) -> Event {
        Event {
            at: DateTime::UNIX_EPOCH,
            after: None,
            dc: dc.into(),
            kind: Kind::Check,
            object: Object::Check {
                node: node.into(),
                id: "http".into(),
                name: "http".into(),
                service: instance.split('-').next().unwrap_or_default().into(),
                service_id: instance.into(),
            },
            from: "".into(),
            to: to.into(),
            detail: "".into(),
            index: 1,
        }
    }
}
