//! Something of every kind that can be recorded, made from a few arbitrary values.

mod consumers;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use proptest::prelude::*;

use crate::domain::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use crate::domain::coordinate::Estimate;
use crate::domain::delta::Delta;
use crate::domain::event::{self, Event, Object};
use crate::domain::feed::{
    Body, Feed, Glanced, Link, List, NodeRoundTrip, Pulse, Report, Scope, Subject, Wanted,
};
use crate::domain::freshness::{Freshness, State};
use crate::domain::health::{Check, Counts, Status};
use crate::domain::ids::Dc;
use crate::domain::kv::{self, Behavior, Folder, Print, Session};
use crate::domain::lock::{Lock, Locks, Part, Record};
use crate::domain::managed::{GIT2CONSUL_CONFIG, Managers, REPLICATE_STATUSES};
use crate::domain::nomad::AllocationId;
use crate::domain::replication::{
    Alarm, Class, Differing, Kind, Stamp, StatusKey, Stream, StreamId, Verdict, Waiting,
};
use crate::domain::seat::{Seat, Seats};
use crate::domain::server::{Server, Servers};
use crate::domain::wan::{Member, MemberState, Wan};
use crate::past::{Entry, What};

/// What the samples are made from.
#[derive(Clone, Debug)]
pub struct Seed {
    pub text: String,
    pub other: String,
    pub number: u64,
    pub is: bool,
    pub nanos: u32,
}

impl Default for Seed {
    fn default() -> Self {
        Self { text: "web".into(), other: "n\u{1b}-1".into(), number: 7, is: true, nanos: 1 }
    }
}

/// Any of them.
pub fn seed() -> impl Strategy<Value = Seed> {
    let number = prop_oneof![0..9_u64, any::<u32>().prop_map(u64::from), any::<u64>()];
    let parts = (any::<String>(), any::<String>(), number, any::<bool>(), 0..1_000_000_000_u32);
    parts.prop_map(|(text, other, number, is, nanos)| Seed { text, other, number, is, nanos })
}

/// The moment so many seconds after the first.
pub fn second(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

impl Seed {
    fn text(&self) -> Arc<str> {
        self.text.as_str().into()
    }

    fn name<T: From<Arc<str>>>(&self) -> T {
        self.text().into()
    }

    fn other<T: for<'a> From<&'a str>>(&self) -> T {
        self.other.as_str().into()
    }

    fn count(&self) -> usize {
        (self.number % 1_000) as usize
    }

    fn at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, self.nanos).unwrap()
    }

    fn long(&self) -> Duration {
        Duration::new(self.number, self.nanos)
    }

    fn some<T>(&self, value: T) -> Option<T> {
        self.is.then_some(value)
    }

    fn status(&self) -> Status {
        [Status::Passing, Status::Maintenance, Status::Warning, Status::Critical]
            [(self.number % 4) as usize]
    }

    fn check(&self) -> Check {
        Check {
            node: self.other(),
            id: self.name(),
            name: self.text(),
            status: self.status(),
            service_id: self.name(),
            service_name: self.other(),
            output: self.text(),
            notes: self.text(),
            kind: self.text(),
            create_index: 5,
            modify_index: self.number,
        }
    }

    fn counts(&self) -> Counts {
        let n = self.count();
        Counts { passing: n, warning: 1, critical: n + 1, maintenance: 0 }
    }

    fn session(&self) -> Session {
        Session {
            id: self.name(),
            name: self.text(),
            node: self.other(),
            behavior: if self.is { Behavior::Delete } else { Behavior::Release },
            ttl: self.text(),
            lock_delay: self.long(),
            checks: vec![self.text()],
            create_index: self.number,
        }
    }

    fn entry(&self, key: &str, value: &str) -> kv::Entry {
        kv::Entry {
            key: key.into(),
            value: Bytes::copy_from_slice(value.as_bytes()),
            flags: u64::MAX - self.number,
            modify_index: self.number,
            create_index: 1,
            lock_index: 2,
            session: self.some(self.name()),
        }
    }

    fn instance(&self) -> Instance {
        Instance {
            service: self.name(),
            id: self.name(),
            node: self.other(),
            address: self.text(),
            port: self.nanos as u16,
            tags: vec![self.text(), "v1".into()],
            meta: [("b".into(), self.text()), ("a".into(), self.text())].into_iter().collect(),
            version: self.text(),
            checks: vec![Arc::new(self.check())],
            status: self.status(),
            create_index: 6,
            modify_index: self.number,
        }
    }

    fn server(&self) -> Server {
        Server {
            name: self.text(),
            address: self.text(),
            serf: self.text(),
            version: self.text(),
            is_leader: self.is,
            is_voter: !self.is,
            is_healthy: self.is,
            last_contact: self.some(self.long()),
            last_index: self.number,
            stable_since: self.some(self.at()),
        }
    }

    fn estimate(&self) -> Estimate {
        Estimate { rtt: self.long(), is_rough: self.is }
    }

    fn stream(&self) -> Stream {
        let source = self.some(self.name());
        let id = StreamId {
            kind: Kind::ALL[self.count() % 8],
            source,
            destination: self.other(),
            of: self.text(),
            to: self.text(),
        };
        let stamp =
            Stamp { modify_index: self.number, len: self.count(), flags: u64::MAX - self.number };
        let differing = Differing {
            name: self.text(),
            class: [Class::Extra, Class::Pending, Class::Drift][self.count() % 3],
            source: self.some(stamp),
            destination: Some(stamp),
            is_edited_there: self.is,
            since: self.some(self.at()),
        };
        Stream {
            prefix: self.some(self.text()),
            verdict: Verdict::Drift,
            stalled_for: self.some(self.long()),
            evidence: self.text(),
            waiting: if self.is { Waiting::Since(self.at()) } else { Waiting::Unknown },
            alarms: vec![
                Alarm::MassDelete { deletes: 1, of: self.count(), source: 3 },
                Alarm::SharedStatus { from: self.number, to: 1 },
                Alarm::EditedThere(self.count()),
                Alarm::SourceRestored { last_replicated: 1, source_index: self.number },
            ],
            last_replicated: self.some(self.number),
            source_index: Some(self.number),
            facts: vec![("excludes", self.text.clone())],
            differing: [differing].into(),
            status: Some(StatusKey { key: self.name(), modify_index: self.number }),
            is_proposed: self.is,
            at: self.some(self.at()),
            whole_at: Some(self.at()),
            problem: self.some(self.text()),
            is_denied: self.is,
            ..Stream::new(id)
        }
    }

    fn locks(&self) -> Locks {
        let part = |n: usize| match n {
            0 => Part::Lock,
            1 => Part::Semaphore(Record { limit: self.number, holders: vec![self.name()] }),
            _ => Part::Contender,
        };
        let lock = |n| Lock {
            key: format!("{}/{n}", self.text).into(),
            part: part(n),
            session: self.some(self.name()),
            lock_index: self.number,
            modify_index: 4,
            create_index: 3,
        };
        let locks = (0..3).map(lock).map(Arc::new).collect();
        Locks { prefix: self.name(), locks, keys: self.count(), cut_at: self.some(self.name()) }
    }

    fn managers(&self) -> Managers {
        let status = r#"{"LastReplicated": 3, "Source": "a/", "Destination": "b/"}"#;
        let repos = r#"{"repos": [{"name": "conf", "url": "u", "branches": ["main"]}]}"#;
        let entries = [
            self.entry(&format!("{REPLICATE_STATUSES}x"), status),
            self.entry(GIT2CONSUL_CONFIG, repos),
        ];
        Managers::read(&entries)
    }

    fn event(&self, object: Object) -> Arc<Event> {
        Arc::new(Event {
            at: self.at(),
            after: self.some(second(-5)),
            dc: self.name(),
            kind: event::Kind::ALL[self.count() % 11],
            object,
            from: self.text(),
            to: self.other(),
            detail: self.text(),
            index: self.number,
        })
    }

    fn events(&self) -> Vec<Arc<Event>> {
        let objects = [
            Object::Datacenter,
            Object::Node(self.other()),
            Object::Service(self.name()),
            Object::Instance { service: self.name(), node: self.other(), id: self.name() },
            Object::Check {
                node: self.other(),
                id: self.name(),
                name: self.text(),
                service: self.name(),
                service_id: self.name(),
            },
            Object::Key(self.name()),
            Object::Stream(self.stream().id),
            Object::UserEvent(self.text()),
        ];
        objects.into_iter().map(|object| self.event(object)).collect()
    }

    fn states(&self) -> Vec<State> {
        vec![
            State::Loading,
            State::Live,
            State::Stale {
                since: self.some(self.at()),
                why: self.text(),
                retry_at: Some(self.at()),
            },
            State::Denied { why: self.text() },
        ]
    }

    fn subjects(&self) -> Vec<Subject> {
        vec![
            Subject::Service(self.name()),
            Subject::Node(self.other()),
            Subject::Folder(self.name()),
            Subject::Key(self.name()),
            Subject::Session(self.name()),
            Subject::Managers,
            Subject::Sessions,
            Subject::Locks(self.name()),
            Subject::Consumers(self.name()),
            Subject::Allocation(AllocationId(self.text())),
            Subject::Disagreements,
            Subject::Map,
        ]
    }

    fn lists(&self) -> Vec<List> {
        let subjects = self.subjects().into_iter().map(List::Subject);
        [List::Services, List::Checks, List::Nodes, List::Servers]
            .into_iter()
            .chain(subjects)
            .collect()
    }

    fn pulses(&self) -> Vec<Pulse> {
        let dark = Link::Dark { why: self.text(), detail: self.text(), retry_at: Some(self.at()) };
        let links = [Link::Unknown, Link::Led(self.text()), Link::Leaderless, dark];
        let pulse = |link| Pulse {
            at: self.at(),
            link,
            answered_in: self.some(self.long()),
            wan: Some(self.estimate()),
            connections: (self.count(), 64),
        };
        links.into_iter().map(pulse).collect()
    }
}

fn one<K: Clone, V>(key: K, value: V) -> Delta<K, V> {
    Delta { upserts: vec![(key.clone(), Arc::new(value))], removed: vec![key] }
}

/// A body of every case, with every case of what is in them.
pub fn bodies(seed: &Seed) -> Vec<Body> {
    let pulses = seed.pulses().into_iter().map(Body::Pulse);
    let fresh = |state| Freshness {
        state,
        at: seed.some(seed.at()),
        leaderless: seed.some(seed.long()),
        may_be_filtered: seed.is,
        is_polled: !seed.is,
    };
    let states = seed.states().into_iter().map(|state| Body::Freshness(List::Checks, fresh(state)));
    let lists = seed.lists().into_iter().map(|list| Body::Freshness(list, fresh(State::Live)));
    pulses.chain(states).chain(lists).chain(catalog(seed)).chain(keys(seed)).collect()
}

fn catalog(seed: &Seed) -> Vec<Body> {
    let service = ServiceHealth {
        name: seed.name(),
        tags: [seed.text()].into(),
        instances: seed.some(seed.count()),
        counts: seed.counts(),
        is_exact: seed.is,
        nodes: vec![seed.other(), seed.other()].into(),
    };
    let node = Node {
        name: seed.other(),
        address: seed.text(),
        status: seed.status(),
        failing_checks: seed.count(),
        services: 2,
        meta: Arc::new(std::iter::once((seed.text(), seed.text())).collect()),
    };
    let servers =
        Servers { servers: vec![seed.server()], failure_tolerance: 1, expected: seed.count() };
    let instance = seed.instance();
    let key = InstanceKey { node: instance.node.clone(), id: instance.id.clone() };
    let seat = Seat {
        node: seed.other(),
        id: seed.name(),
        version: seed.text(),
        status: seed.status(),
        output: seed.text(),
        create_index: 1,
        modify_index: seed.number,
    };
    let seats = Seats { seats: vec![seat], index: seed.number };
    let consumers = consumers::bodies(seed, &key, &instance);
    let versions = vec![(seed.text(), seed.count())].into();
    let check = seed.check();
    let catalog = [
        Body::Services(one(service.name.clone(), service)),
        Body::Checks(Delta { removed: Vec::new(), ..one(check.key(), check.clone()) }),
        Body::Nodes(one(node.name.clone(), node)),
        Body::Servers(servers),
        Body::Instances(Subject::Service(seed.name()), one(key, instance)),
        Body::NodeChecks(seed.other(), vec![Arc::new(check)]),
        Body::NodeRoundTrip(
            seed.other(),
            NodeRoundTrip { from: seed.text(), estimate: seed.estimate() },
        ),
        Body::Versions(seed.name(), versions),
        Body::Events(seed.events(), seed.number),
        Body::Seats(seed.name(), Arc::new(seats)),
    ];
    catalog.into_iter().chain(consumers).collect()
}

fn keys(seed: &Seed) -> Vec<Body> {
    let prefix = kv::Key::from(format!("{}/", seed.text));
    let paths = ["", "a", "b/", "c\n"].map(|name| format!("{prefix}{name}"));
    let folder = Folder::new(&prefix, paths.iter().map(String::as_str));
    let entry = seed.entry(&seed.text, &seed.other);
    let session = seed.session();
    vec![
        Body::Folder(Arc::new(folder.clone())),
        Body::Folder(Arc::new(folder.begun())),
        Body::Folder(Arc::default()),
        Body::Prints(vec![(seed.name(), Print::from(&entry))]),
        Body::Entry(seed.name(), None),
        Body::Entry(seed.name(), Some(Arc::new(entry))),
        Body::Session(seed.name(), None),
        Body::Session(seed.name(), Some(Arc::new(session.clone()))),
        Body::Sessions(one(seed.name(), session)),
        Body::Managers(Arc::new(seed.managers())),
        Body::Locks(Arc::new(seed.locks())),
    ]
}

fn wan(seed: &Seed) -> Wan {
    let states = [
        MemberState::Alive,
        MemberState::Leaving,
        MemberState::Left,
        MemberState::Failed,
        MemberState::Unknown,
    ];
    let member = |state| Member {
        name: seed.other(),
        dc: seed.name(),
        state,
        version: seed.text(),
        expect: seed.some(seed.count()),
    };
    let members = HashMap::from([(seed.name(), states.into_iter().map(member).collect())]);
    let trips = HashMap::from([((seed.name::<Dc>(), seed.other()), seed.estimate())]);
    Wan { trips, members }
}

/// Reports of every case.
pub fn reports(seed: &Seed) -> Vec<Report> {
    let mut all = vec![
        Report::Discovery { why: seed.text(), detail: seed.text(), retry_at: Some(seed.at()) },
        Report::Datacenters { all: vec![seed.name(), seed.other()], local: seed.some(seed.name()) },
        Report::Restarted { dc: seed.name(), what: seed.text() },
        Report::Wan { agent: seed.text(), wan: wan(seed) },
        Report::Streams(Delta {
            upserts: vec![(seed.stream().id, Arc::new(seed.stream()))],
            removed: Vec::new(),
        }),
    ];
    all.extend(bodies(seed).into_iter().map(|body| {
        let ticket = u64::from(!matches!(body, Body::Freshness(..)));
        Report::Feed(Box::new(Feed { dc: seed.name(), ticket, at: seed.at(), body }))
    }));
    all
}

/// Everything that is shown.
pub fn scope(seed: &Seed, ticket: u64) -> Scope {
    let wanted = |subject| Wanted { dc: seed.name(), subject };
    let glanced = Glanced {
        services: vec![seed.name()],
        keys: vec![(seed.name(), seed.name())],
        replication: seed.is,
        rollouts: vec![seed.name()],
        passing: vec![wanted(Subject::Folder(format!("{}/", seed.text).into()))],
    };
    let subjects = seed.subjects().into_iter().map(wanted).collect();
    Scope { ticket, focus: seed.some(seed.name()), subjects, glanced }
}

/// All of it as entries, each a second after the one before.
pub fn entries(seed: &Seed) -> Vec<Entry> {
    let scope = What::Scope(scope(seed, 1));
    let reports = reports(seed).into_iter().map(What::Report);
    let whats = std::iter::once(scope).chain(reports).chain([What::Tick]);
    whats.zip(0..).map(|(what, n)| Entry { at: second(n), what }).collect()
}
