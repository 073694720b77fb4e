//! What the watch layer tells the screen, and what the screen asks of it.
//!
//! A feed carries the difference to what was sent before under the same ticket, worked out off the
//! UI thread. A feed whose ticket is not the current one of its subject is late and is dropped.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use super::consumers::{Consumers, Swept};
use super::coordinate::Estimate;
use super::delta::Delta;
use super::event::Event;
use super::freshness::Freshness;
use super::health::{Check, CheckKey};
use super::ids::{Dc, Key, NodeName, ServiceName, SessionId};
use super::kv::{Entry, Folder, Print, Session};
use super::lock::Locks;
use super::managed::Managers;
use super::map::Edges;
use super::nomad::{Allocation, AllocationId};
use super::replication::{Stream, StreamId};
use super::seat::Seats;
use super::server::Servers;
use super::wan::Wan;

/// A list that is only watched while something shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The instances of a service (in one datacenter).
    Service(ServiceName),
    /// The instances and checks on a node.
    Node(NodeName),
    /// What lies directly under a prefix of the KV store.
    Folder(Key),
    /// One key of the KV store with its value.
    Key(Key),
    /// One session.
    Session(SessionId),
    /// Who else writes keys of the datacenter: read now and then.
    Managers,
    /// All sessions.
    Sessions,
    /// The locks under a prefix of the KV store.
    Locks(Key),
    /// What consumers of a service see.
    Consumers(ServiceName),
    /// The allocation of Nomad that an instance is.
    Allocation(AllocationId),
    /// Where the ways of finding any service disagree: looked at now and then.
    Disagreements,
    /// Who calls whom.
    Map,
}

/// One wanted subject of one datacenter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The datacenter.
    pub dc: Dc,
    /// The subject.
    pub subject: Subject,
}

/// What the screen shows now; everything that is not in it stops being watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Grows with each change; feeds of subjects carry the one they were asked under.
    pub ticket: u64,
    /// The focused datacenter, which keeps its connections longest.
    pub focus: Option<Dc>,
    /// The subjects shown.
    pub subjects: Vec<Wanted>,
    /// What is looked at beside them.
    pub glanced: Glanced,
}

/// What is looked at only as long as it is on screen, and not watched for good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glanced {
    /// Services whose versions are shown: read now and then.
    pub services: Vec<ServiceName>,
    /// Services whose rollout is watched: followed in every datacenter, in motion or not.
    pub rollouts: Vec<ServiceName>,
    /// Keys whose values are compared: read when the folder that they lie in changed.
    pub keys: Vec<(Dc, Key)>,
    /// True while streams between datacenters are shown: they are compared as soon as they change.
    pub replication: bool,
    /// Subjects that the cursor is on: watched once it has rested there a moment.
    pub passing: Vec<Wanted>,
}

/// Which list of a datacenter a freshness belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Services with their counts.
    Services,
    /// Critical and warning checks.
    Checks,
    /// Nodes.
    Nodes,
    /// Servers, from autopilot.
    Servers,
    /// A subject of the scope.
    Subject(Subject),
}

/// How a datacenter as a whole answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// When it was taken (UTC).
    pub at: DateTime<Utc>,
    /// Its answer.
    pub link: Link,
    /// How long its answer took, from here.
    pub answered_in: Option<Duration>,
    /// The round trip from the agent's datacenter by WAN coordinates; `None` when unknown.
    pub wan: Option<Estimate>,
    /// Past the connection budget some lists are polled: how many connections are in use, of how
    /// many.
    pub connections: (usize, usize),
}

/// Whether a datacenter can be reached, and whether it can decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Not asked yet.
    #[default]
    Unknown,
    /// It has a leader, at this address.
    Led(Arc<str>),
    /// It answers, but has no leader: reads are stale, writes fail.
    Leaderless,
    /// It does not answer.
    Dark {
        /// The reason, short enough for a title.
        why: Arc<str>,
        /// The whole reason, with what to try.
        detail: Arc<str>,
        /// When dcview tries again (UTC).
        retry_at: Option<DateTime<Utc>>,
    },
}

/// How many instances are of each version, by version; those without one are under the empty text.
pub type Versions = Arc<[(Arc<str>, usize)]>;

/// The round trip to a node, from somewhere in its own datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRoundTrip {
    /// From where: the agent's own node, or the datacenter's servers.
    pub from: Arc<str>,
    /// The estimate.
    pub estimate: Estimate,
}

/// What came from one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The datacenter's answer as a whole.
    Pulse(Pulse),
    /// Services whose counts changed.
    Services(Delta<ServiceName, ServiceHealth>),
    /// Checks that began to fail, changed or recovered.
    Checks(Delta<CheckKey, Check>),
    /// Nodes that changed.
    Nodes(Delta<NodeName, Node>),
    /// The servers, whole.
    Servers(Servers),
    /// The instances of a subject that changed.
    Instances(Subject, Delta<InstanceKey, Instance>),
    /// The checks of a node subject itself, those of its services left out.
    NodeChecks(NodeName, Vec<Arc<Check>>),
    /// The round trip to a shown node, by coordinates of its own datacenter.
    NodeRoundTrip(NodeName, NodeRoundTrip),
    /// What lies under a shown folder.
    Folder(Arc<Folder>),
    /// A shown key; `None` when there is no such key.
    Entry(Key, Option<Arc<Entry>>),
    /// A shown session; `None` when it is gone.
    Session(SessionId, Option<Arc<Session>>),
    /// Who else writes keys.
    Managers(Arc<Managers>),
    /// The values that are compared, as far as they are read now; those of before are forgotten.
    Prints(Vec<(Key, Print)>),
    /// Sessions that came, changed or went.
    Sessions(Delta<SessionId, Session>),
    /// The locks under a shown prefix, whole.
    Locks(Arc<Locks>),
    /// The versions of a service's instances.
    Versions(ServiceName, Versions),
    /// How fresh a list is now.
    Freshness(List, Freshness),
    /// What happened, in order, and how many events were too many to be told.
    Events(Vec<Arc<Event>>, u64),
    /// The instances of a service that is in motion.
    Seats(ServiceName, Arc<Seats>),
    /// What consumers of a shown service see, whole.
    Consumers(Arc<Consumers>),
    /// A shown allocation of Nomad.
    Allocation(Arc<Allocation>),
    /// The disagreements of all services, as far as they were looked at.
    Disagreements(Arc<Swept>),
    /// Who calls whom, as far as it was read.
    Edges(Arc<Edges>),
}

/// One message from one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The datacenter.
    pub dc: Dc,
    /// The scope's ticket that a subject was asked under; 0 for lists that are always watched.
    pub ticket: u64,
    /// When the answer came (UTC).
    pub at: DateTime<Utc>,
    /// What came.
    pub body: Body,
}

impl Report {
    /// True for what happened, which changes nothing of what is known.
    pub fn is_events(&self) -> bool {
        matches!(self, Self::Feed(feed) if matches!(feed.body, Body::Events(..)))
    }
}

/// What the watch layer sends to the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The datacenters that there are now, in the agent's order (nearest first), then configured
    /// ones; `local` is the agent's own.
    Datacenters {
        /// Their names.
        all: Vec<Dc>,
        /// The agent's own datacenter, when it says.
        local: Option<Dc>,
    },
    /// The list of datacenters cannot be had: why, whole and with what to try.
    Discovery {
        /// The reason, short enough for a title.
        why: Arc<str>,
        /// The whole reason, with what to try.
        detail: Arc<str>,
        /// When dcview tries again (UTC).
        retry_at: Option<DateTime<Utc>>,
    },
    /// Something from one datacenter.
    Feed(Box<Feed>),
    /// Streams between datacenters that changed.
    Streams(Delta<StreamId, Stream>),
    /// What an agent knows of the WAN, whole.
    Wan {
        /// The agent's address.
        agent: Arc<str>,
        /// What it knows.
        wan: Wan,
    },
    /// A task of the watch layer died and was started again.
    Restarted {
        /// Whose it was.
        dc: Dc,
        /// What died.
        what: Arc<str>,
    },
}
