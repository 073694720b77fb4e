//! Where the watchers of one datacenter leave their newest state for its board.
//!
//! Level-triggered: a newer state replaces one that was not taken yet, so however long the board
//! waits for the screen, it continues with what is true then, and nothing piles up. Only events are
//! kept one and all, up to a bound past which they are counted, and the last few states of services in
//! motion.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::catalog::{Instance, Node, Summary};
use crate::domain::event::Event;
use crate::domain::feed::{Body, List, NodeRoundTrip, Pulse, Subject, Versions};
use crate::domain::freshness::Freshness;
use crate::domain::health::Check;
use crate::domain::ids::{Key, NodeName, ServiceName};
use crate::domain::kv::{Print, Session};
use crate::domain::seat::Seats;
use crate::domain::server::Servers;
use crate::domain::tally::Failing;

/// How many instances of each service one node has.
pub(super) type Placed = HashMap<ServiceName, usize>;

/// What came since the board last looked.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// All failing checks.
    pub checks: Option<Failing>,
    /// All services.
    pub summaries: Option<Vec<Summary>>,
    /// All nodes.
    pub nodes: Option<Vec<Node>>,
    /// The servers.
    pub servers: Option<Servers>,
    /// The last pulse.
    pub pulse: Option<Pulse>,
    /// Nodes whose placement was read.
    pub placements: HashMap<NodeName, Placed>,
    /// Subjects that are shown from now on, with their ticket, and those that are no longer.
    pub shown: HashMap<Subject, Option<u64>>,
    /// What came of subjects.
    pub subjects: HashMap<Subject, SubjectNews>,
    /// The versions of services that were looked at.
    pub versions: HashMap<ServiceName, Versions>,
    /// The values that are compared, as far as they are read.
    pub prints: Option<Vec<(Key, Print)>>,
    /// How fresh lists are.
    pub freshness: HashMap<List, Freshness>,
    /// Whether the token may shorten lists.
    pub may_be_filtered: Option<bool>,
    /// What happened, in order: unlike states, none replaces another.
    pub events: Vec<Arc<Event>>,
    /// Events that were too many.
    pub lost: u64,
    /// The instances of services in motion, as they came one after another.
    pub seats: HashMap<ServiceName, Vec<Arc<Seats>>>,
}

/// What came of one subject.
#[derive(Debug, Default)]
pub(super) struct SubjectNews {
    /// Its instances.
    pub instances: Option<Vec<Instance>>,
    /// A node's own checks.
    pub checks: Option<Vec<Arc<Check>>>,
    /// The round trip to a node.
    pub round_trip: Option<NodeRoundTrip>,
    /// All sessions.
    pub sessions: Option<Vec<Session>>,
    /// All of it, where it is told whole: a folder, a key, a session, locks, the managers.
    pub whole: Option<Body>,
}

/// Events that wait, at most: more than a datacenter's checks change between two frames by far.
const WAITING: usize = 100_000;

/// States of one service that wait, at most: the first and the last say what happened.
const SEATS: usize = 16;

impl Pending {
    /// Adds what the instances of a service came to be.
    pub fn moved(&mut self, service: &ServiceName, seats: impl IntoIterator<Item = Arc<Seats>>) {
        let mut seats = seats.into_iter().peekable();
        if seats.peek().is_none() {
            return;
        }
        let all = self.seats.entry(service.clone()).or_default();
        all.extend(seats);
        if all.len() > SEATS {
            all.drain(1..=all.len() - SEATS);
        }
    }

    /// Adds what happened.
    pub fn happened(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            if self.events.len() < WAITING {
                self.events.push(Arc::new(event));
            } else {
                self.lost += 1;
            }
        }
    }
}

/// The place itself.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    pending: Mutex<Pending>,
    bell: Notify,
}

impl Inbox {
    /// Leaves something for the board.
    pub fn post(&self, put: impl FnOnce(&mut Pending)) {
        // A panic of another poster leaves at worst one state unposted.
        put(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_one();
    }

    /// Waits until there is something and takes all of it.
    pub async fn take(&self) -> Pending {
        self.bell.notified().await;
        std::mem::take(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_not_taken_is_replaced_by_what_is_newer() {
        let inbox = Inbox::default();
        inbox.post(|pending| pending.nodes = Some(vec![Node::default()]));
        inbox.post(|pending| pending.nodes = Some(Vec::new()));
        inbox.post(|pending| pending.may_be_filtered = Some(true));
        let taken = inbox.take().await;
        assert_eq!(taken.nodes, Some(Vec::new()));
        assert_eq!(taken.may_be_filtered, Some(true));
    }
}
