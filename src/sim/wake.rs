//! Who is woken by which change: the grain of Consul's blocking queries.
//!
//! A blocked query waits for an [`Interest`]; a write leaves [`Event`]s. An interest is as narrow
//! as Consul's watch channels are: `health/state/critical` does not wake when a check goes from
//! passing to warning, although its index moves, and nothing about the catalog wakes for KV.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::model::Status;

/// What a blocked query looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Nothing that ever changes here: coordinates; only the loss of the leader wakes it.
    Nothing,
    /// The list of nodes.
    Nodes,
    /// The list of services.
    Services,
    /// One node and the instances on it.
    Node(Arc<str>),
    /// One service: its instances, their checks, their nodes.
    Service(Arc<str>),
    /// Checks in one state, or all of them.
    Checks(Option<Status>),
    /// The checks of one node.
    ChecksOfNode(Arc<str>),
    /// The checks of one service.
    ChecksOfService(Arc<str>),
    /// Nodes, services and checks together.
    Catalog,
    /// The list of sessions.
    Sessions,
    /// One session.
    Session(Arc<str>),
    /// One key.
    Key(String),
    /// All keys that start so.
    Prefix(String),
}

/// What a write touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A node was written or removed.
    Node(Arc<str>),
    /// An instance on this node was written or removed.
    Instance(Arc<str>),
    /// The index of a service moved.
    Service(Arc<str>),
    /// A check was written or removed.
    Check {
        /// The node it is on.
        node: Arc<str>,
        /// The service it belongs to; empty for a check of the node.
        service: Arc<str>,
        /// Its state before and after, where there is one.
        states: [Option<Status>; 2],
    },
    /// A session was made or ended.
    Session(Arc<str>),
    /// A key was written or removed.
    Key(String),
    /// The leader came or went, or a fault was switched: everybody looks again.
    Everything,
}

/// Why a blocked query was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Something changed: look whether it matters.
    Changed,
    /// The store was replaced under it: answer at once with what was seen last.
    Restored,
}

/// The blocked queries of one datacenter.
#[derive(Debug, Default)]
pub struct Waiters(Vec<(Interest, oneshot::Sender<Wake>)>);

impl Interest {
    /// Whether a query with this interest must look again after `event`.
    pub fn is_touched_by(&self, event: &Event) -> bool {
        match (self, event) {
            (_, Event::Everything)
            | (Self::Nodes, Event::Node(_))
            | (Self::Services, Event::Instance(_))
            | (Self::Sessions, Event::Session(_))
            | (Self::Catalog, Event::Node(_) | Event::Instance(_) | Event::Check { .. })
            | (Self::Checks(None), Event::Check { .. }) => true,
            (Self::Node(name), Event::Node(node) | Event::Instance(node))
            | (Self::Service(name), Event::Service(node))
            | (Self::ChecksOfNode(name), Event::Check { node, .. })
            | (Self::ChecksOfService(name), Event::Check { service: node, .. }) => name == node,
            (Self::Checks(wanted @ Some(_)), Event::Check { states, .. }) => {
                states.contains(wanted)
            }
            (Self::Session(wanted), Event::Session(id)) => wanted == id,
            (Self::Key(wanted), Event::Key(key)) => wanted == key,
            (Self::Prefix(prefix), Event::Key(key)) => key.starts_with(prefix.as_str()),
            _ => false,
        }
    }
}

impl Waiters {
    /// Adds a blocked query; the receiver completes at the next change it cares for.
    pub fn wait_for(&mut self, interest: Interest) -> oneshot::Receiver<Wake> {
        let (wake, woken) = oneshot::channel();
        self.0.push((interest, wake));
        woken
    }

    /// How many are waiting.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|(_, wake)| !wake.is_closed()).count()
    }

    /// Ends every wait, because the store was replaced.
    pub fn abandon(&mut self) {
        for (_, wake) in self.0.drain(..) {
            let _ = wake.send(Wake::Restored);
        }
    }

    /// Wakes everybody one of the events touches, and forgets who has gone away.
    pub fn wake(&mut self, events: &[Event]) {
        let touched =
            |interest: &Interest| events.iter().any(|event| interest.is_touched_by(event));
        for (_, wake) in
            self.0.extract_if(.., |(interest, wake)| wake.is_closed() || touched(interest))
        {
            // A receiver that hung up in this instant needs no waking.
            let _ = wake.send(Wake::Changed);
        }
    }
}
