//! What dcview knows of every datacenter, as the feeds told it.
//!
//! Rows are shared and immutable. An error changes only freshness, never rows. A feed for a subject
//! that is no longer shown is dropped by its ticket.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use crate::domain::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use crate::domain::consumers::{Consumers, Swept};
use crate::domain::delta::{self, Delta, Rows};
use crate::domain::event::Event;
use crate::domain::feed::{
    Body, Feed, Link, List, NodeRoundTrip, Pulse, Report, Scope, Subject, Versions,
};
use crate::domain::freshness::{Freshness, State};
use crate::domain::health::{Check, CheckKey};
use crate::domain::ids::{Dc, Key, NodeName, ServiceName, SessionId};
use crate::domain::kv::{Entry, Folder, Print, Session};
use crate::domain::managed::Managers;
use crate::domain::map::Edges;
use crate::domain::nomad::{Allocation, AllocationId};
use crate::domain::replication::{Stream, StreamId};
use crate::domain::rollout::Rollouts;
use crate::domain::seat::Seats;
use crate::domain::server::Servers;
use crate::domain::wan::Wan;

mod away;
mod fresh;
pub mod held;
pub(crate) mod kept;
pub mod merge;
pub mod overview;
pub(crate) mod sights;
mod subjects;
pub mod totals;
pub mod tracked;
pub mod trend;
pub mod verdict;

pub use crate::domain::track::Since;
use held::Held;
use kept::Kept;
pub use totals::Totals;
use tracked::Tracked;
use trend::Trend;
pub use verdict::Verdict;

/// One datacenter as it is known now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Datacenter {
    /// Whether it answers, and how fast.
    pub pulse: Pulse,
    /// Its services by name.
    pub services: Rows<ServiceName, ServiceHealth>,
    /// Its failing checks.
    pub checks: Rows<CheckKey, Check>,
    /// Its nodes by name.
    pub nodes: Rows<NodeName, Node>,
    /// Its servers; none until autopilot answered.
    pub servers: Option<Servers>,
    /// The shown services' and nodes' instances.
    pub instances: HashMap<Subject, Rows<InstanceKey, Instance>>,
    /// The shown nodes' own checks.
    pub node_checks: HashMap<NodeName, Vec<Arc<Check>>>,
    /// The round trips to the shown nodes.
    pub round_trips: HashMap<NodeName, NodeRoundTrip>,
    /// The versions of the services that were looked at, as of then.
    pub versions: HashMap<ServiceName, Versions>,
    /// The shown folders of its KV store, by prefix.
    pub folders: HashMap<Key, Arc<Folder>>,
    /// The shown keys; `None` where there is no such key.
    pub entries: HashMap<Key, Option<Arc<Entry>>>,
    /// The sessions that hold shown keys; `None` for one that is gone.
    pub holders: HashMap<SessionId, Option<Arc<Session>>>,
    /// The instances of the services in motion.
    pub seats: HashMap<ServiceName, Arc<Seats>>,
    /// Who else writes its keys; none while that is not known.
    pub managers: Option<Arc<Managers>>,
    /// The values on screen that are compared, as far as they are read.
    pub prints: HashMap<Key, Print>,
    /// Its sessions and locks, as far as they are shown.
    pub held: Held,
    /// Who calls whom, while that is shown.
    pub edges: Option<Arc<Edges>>,
    /// What consumers of the shown services see.
    pub consumers: HashMap<ServiceName, Arc<Consumers>>,
    /// The shown allocations of Nomad.
    pub allocations: HashMap<AllocationId, Arc<Allocation>>,
    /// The disagreements of all its services, while they are shown.
    pub swept: Option<Arc<Swept>>,
    /// When each failing check was first seen in its state (UTC).
    pub since: HashMap<CheckKey, Since>,
    /// How its checks, services and nodes changed.
    pub tracked: Tracked,
    /// Its services, instances and checks, counted.
    pub totals: Totals,
    /// How many checks were critical over the last minutes.
    pub trend: Trend,
    /// True while the agent does not list it any more; its last state stays.
    pub is_gone: bool,
    pub(crate) sight: sights::Seen,
    pub(crate) fresh: HashMap<List, Freshness>,
    /// What was told of subjects that are not shown, the oldest first.
    pub(crate) kept: VecDeque<Arc<Kept>>,
    /// The subjects of which what is shown was told before they were shown again.
    pub(crate) recalled: BTreeSet<Subject>,
}

/// What a report changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// The list of datacenters, or their order.
    Datacenters,
    /// A datacenter as a whole: link, servers, trend or the freshness of a list.
    Datacenter(Dc),
    /// Services of a datacenter.
    Services(Dc, Vec<ServiceName>),
    /// Failing checks of a datacenter.
    Checks(Dc, Vec<CheckKey>),
    /// Nodes of a datacenter.
    Nodes(Dc, Vec<NodeName>),
    /// Instances of a shown subject of a datacenter.
    Instances(Dc, Subject, Vec<InstanceKey>),
    /// The checks of a shown node itself.
    NodeChecks(Dc, NodeName),
    /// A shown folder, key or session of a datacenter, the locks under a prefix, or who else writes
    /// its keys.
    Kv(Dc, Subject),
    /// Values of a datacenter that are compared.
    Prints(Dc),
    /// Streams between datacenters.
    Streams(Vec<StreamId>),
    /// Servers as the WAN knows them, or the ways between datacenters.
    Wan,
    /// Sessions of a datacenter.
    Sessions(Dc, Vec<SessionId>),
    /// What happened, and how many events more were lost. The store keeps none of them.
    Events(Vec<Arc<Event>>, u64),
    /// The instances of a service in motion, and with them its rollout.
    Seats(Dc, ServiceName),
    /// Rollouts: time went by, in which some may have ended.
    Rollouts,
    /// What consumers of a shown service see.
    Consumers(Dc, ServiceName),
    /// A shown allocation of Nomad.
    Allocation(Dc, AllocationId),
    /// The disagreements of all services of a datacenter.
    Disagreements(Dc),
    /// Who calls whom in a datacenter.
    Edges(Dc),
    /// Nothing that is shown.
    Nothing,
}

impl Change {
    /// The same, and that these instances are not what they were either.
    fn and_gone(mut self, gone: Vec<InstanceKey>) -> Self {
        if let Self::Instances(_, _, keys) = &mut self {
            let told: HashSet<InstanceKey> = keys.iter().cloned().collect();
            keys.extend(gone.into_iter().filter(|key| !told.contains(key)));
        }
        self
    }
}

/// All datacenters. A copy shares the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Store {
    pub(crate) datacenters: IndexMap<Dc, Datacenter>,
    /// The agent's own datacenter, when it says.
    pub local: Option<Dc>,
    /// Why the list of datacenters cannot be had: short, and whole.
    pub discovery: Option<(Arc<str>, Arc<str>)>,
    /// The streams between datacenters, and within them.
    pub streams: Rows<StreamId, Stream>,
    /// How many seconds each stream was behind over the last minutes.
    pub lags: HashMap<StreamId, Trend>,
    /// The rollouts of services, those that go on and those that ended.
    pub rollouts: Rollouts,
    /// The servers of all federated datacenters, and the ways between them.
    pub wan: Wan,
    /// The same, as each agent knows it.
    pub(crate) wans: BTreeMap<Arc<str>, Wan>,
    /// The scope's ticket: feeds of subjects under another one are late.
    pub ticket: u64,
}

impl Store {
    /// All datacenters in their order: numbered from 1 on screen.
    pub fn datacenters(&self) -> impl Iterator<Item = (&Dc, &Datacenter)> {
        self.datacenters.iter()
    }

    /// One datacenter.
    pub fn dc(&self, dc: &Dc) -> Option<&Datacenter> {
        self.datacenters.get(dc)
    }

    /// All datacenters, to be filled from what was kept of them.
    pub(crate) fn datacenters_mut(&mut self) -> impl Iterator<Item = (&Dc, &mut Datacenter)> {
        self.datacenters.iter_mut()
    }

    /// How many datacenters there are.
    pub fn len(&self) -> usize {
        self.datacenters.len()
    }

    /// True where there are datacenters, and none of them answers.
    pub fn is_all_dark(&self) -> bool {
        let mut here = self.datacenters.values().filter(|dc| !dc.is_gone).peekable();
        here.peek().is_some() && here.all(|dc| matches!(dc.pulse.link, Link::Dark { .. }))
    }

    /// True before the first list of datacenters came.
    pub fn is_empty(&self) -> bool {
        self.datacenters.is_empty()
    }

    /// Takes in what the watch layer sent.
    pub fn apply(&mut self, report: Report) -> Change {
        match report {
            Report::Datacenters { all, local } => self.list(all, local),
            Report::Discovery { why, detail, .. } => {
                self.discovery = Some((why, detail));
                Change::Datacenters
            }
            Report::Feed(feed) => self.feed(*feed),
            Report::Streams(delta) => {
                delta::apply(&mut self.streams, &delta);
                Change::Streams(keys(delta))
            }
            Report::Wan { agent, wan } => {
                self.wans.insert(agent, wan);
                self.wan = Wan::merged(self.wans.values());
                Change::Wan
            }
            Report::Restarted { .. } => Change::Nothing,
        }
    }

    /// Takes the trend of every datacenter and stream, and ends what is over; called once a second or
    /// so.
    pub fn sample(&mut self, now: DateTime<Utc>) -> bool {
        let mut has_moved = false;
        for dc in self.datacenters.values_mut() {
            let checks = dc.freshness(&List::Checks);
            let is_known =
                checks.state == State::Live && !matches!(dc.pulse.link, Link::Dark { .. });
            let count = is_known.then_some(dc.totals.checks.critical);
            has_moved |= !checks.is_empty() && dc.trend.sample(now, count);
        }
        self.lags.retain(|id, _| self.streams.contains_key(id));
        let behind = |(id, stream): (&StreamId, &Arc<Stream>)| {
            (id.clone(), stream.behind(now).filter(|_| !self.is_cut(id)))
        };
        let behind: Vec<_> = self.streams.iter().map(behind).collect();
        for (id, behind) in behind {
            has_moved |= self.lags.entry(id).or_default().sample(now, behind);
        }
        has_moved |= !self.settle(now).is_empty();
        has_moved
    }

    /// Learns what is shown from now on: puts all other subjects away, and drops what still comes of
    /// them. True where something that was put away is shown again.
    pub fn show(&mut self, scope: &Scope) -> bool {
        self.ticket = scope.ticket;
        let all = || scope.subjects.iter().chain(&scope.glanced.passing);
        self.keep_subjects(|dc, subject| {
            all().any(|wanted| wanted.dc == *dc && wanted.subject == *subject)
        });
        let mut is_recalled = false;
        for wanted in all() {
            let dc = self.datacenters.get_mut(&wanted.dc);
            is_recalled |= dc.is_some_and(|dc| dc.recall(&wanted.subject));
        }
        is_recalled
    }

    /// Forgets what is of subjects that are no longer shown, but for what is kept of it.
    fn keep_subjects(&mut self, keep: impl Fn(&Dc, &Subject) -> bool) {
        for (name, dc) in &mut self.datacenters {
            dc.put_away(|subject| keep(name, subject));
            dc.instances.retain(|subject, _| keep(name, subject));
            dc.folders.retain(|prefix, _| keep(name, &Subject::Folder(prefix.clone())));
            dc.entries.retain(|key, _| keep(name, &Subject::Key(key.clone())));
            dc.holders.retain(|id, _| keep(name, &Subject::Session(id.clone())));
            dc.held.keep(|subject| keep(name, subject));
            dc.consumers.retain(|name_of, _| keep(name, &Subject::Consumers(name_of.clone())));
            dc.allocations.retain(|id, _| keep(name, &Subject::Allocation(id.clone())));
            dc.swept.take_if(|_| !keep(name, &Subject::Disagreements));
            dc.edges.take_if(|_| !keep(name, &Subject::Map));
            dc.node_checks.retain(|node, _| keep(name, &Subject::Node(node.clone())));
            dc.round_trips.retain(|node, _| keep(name, &Subject::Node(node.clone())));
            dc.fresh.retain(|list, _| match list {
                List::Subject(subject) => keep(name, subject),
                _ => true,
            });
        }
    }

    fn list(&mut self, all: Vec<Dc>, local: Option<Dc>) -> Change {
        self.discovery = None;
        self.local = local;
        for dc in self.datacenters.values_mut() {
            dc.is_gone = true;
        }
        for dc in all {
            self.datacenters.entry(dc).or_default().is_gone = false;
        }
        self.datacenters.values_mut().filter(|dc| dc.is_gone).for_each(Datacenter::leaves);
        // A fixed order, so that the number of a datacenter stays what the fingers know.
        self.datacenters.sort_unstable_keys();
        Change::Datacenters
    }

    fn feed(&mut self, feed: Feed) -> Change {
        let Feed { dc: name, ticket, at, body } = feed;
        let is_late = ticket != 0 && ticket != self.ticket;
        let Some(dc) = self.datacenters.get_mut(&name) else {
            return Change::Nothing;
        };
        match body {
            Body::Pulse(pulse) => {
                dc.beats(pulse);
                dc.note_sight(at);
                Change::Datacenter(name)
            }
            Body::Servers(servers) => {
                dc.servers = Some(servers);
                Change::Datacenter(name)
            }
            Body::Services(delta) => {
                dc.totals.services(&dc.services, &delta);
                dc.track_services(&delta, at);
                delta::apply(&mut dc.services, &delta);
                Change::Services(name, keys(delta))
            }
            Body::Checks(delta) => {
                dc.remember(&delta, at);
                dc.totals.checks(&dc.checks, &delta);
                delta::apply(&mut dc.checks, &delta);
                Change::Checks(name, keys(delta))
            }
            Body::Nodes(delta) => {
                dc.track_nodes(&delta, at);
                delta::apply(&mut dc.nodes, &delta);
                Change::Nodes(name, keys(delta))
            }
            Body::Versions(service, versions) => {
                dc.versions.insert(service.clone(), versions);
                Change::Services(name, vec![service])
            }
            Body::Events(events, lost) => Change::Events(events, lost),
            Body::Seats(service, seats) => {
                self.rollouts.observe(&service, &name, &seats, at);
                dc.seats.insert(service.clone(), seats);
                self.settle_one(&service, at);
                Change::Seats(name, service)
            }
            Body::Freshness(List::Subject(_), _) if is_late => Change::Nothing,
            Body::Freshness(list, freshness) => {
                let gone = match &list {
                    List::Subject(subject) => dc.stands(subject, freshness),
                    _ => {
                        dc.fresh.insert(list.clone(), freshness);
                        Vec::new()
                    }
                };
                dc.note_sight(at);
                match list {
                    List::Subject(subject) if !gone.is_empty() => {
                        Change::Instances(name, subject, gone)
                    }
                    _ => Change::Datacenter(name),
                }
            }
            Body::Managers(managers) => {
                dc.managers = Some(managers);
                Change::Kv(name, Subject::Managers)
            }
            Body::Prints(prints) => {
                dc.prints = prints.into_iter().collect();
                Change::Prints(name)
            }
            _ if is_late => Change::Nothing,
            shown => match dc.makes_way(&shown) {
                Some(gone) => dc.show(name, shown, at).and_gone(gone),
                None => Change::Nothing,
            },
        }
    }
}

fn keys<K, V>(delta: Delta<K, V>) -> Vec<K> {
    delta.upserts.into_iter().map(|(key, _)| key).chain(delta.removed).collect()
}

impl Datacenter {
    /// True when it answers and has a leader.
    pub fn is_led(&self) -> bool {
        matches!(self.pulse.link, Link::Led(_))
    }

    /// Notes when checks changed their state. What fails in the first answer failed before.
    fn remember(&mut self, delta: &Delta<CheckKey, Check>, at: DateTime<Utc>) {
        let is_first = self.freshness(&List::Checks).is_empty();
        for (key, check) in &delta.upserts {
            let is_same = self.checks.get(key).is_some_and(|old| old.status == check.status);
            if !is_same {
                self.since.insert(key.clone(), Since { at, is_exact: !is_first });
            }
        }
        for key in &delta.removed {
            self.since.remove(key);
        }
    }
}
