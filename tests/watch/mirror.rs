//! A screen without pixels: applies reports as dcview's store does and keeps what it saw.
//!
//! It owns the runtime that the watch layer lives in; dropping it ends both. Tests wait on its
//! state, never on time.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use dcview::config::{self, Config, Dirs, Env, Flags};
use dcview::consul::{Address, Endpoint, Token};
use dcview::domain::catalog::{Instance, InstanceKey, Node, ServiceHealth};
use dcview::domain::delta::{self, Rows};
use dcview::domain::event::Event;
use dcview::domain::feed::{
    Body, Feed, Glanced, Link, List, Pulse, Report, Scope, Subject, Wanted,
};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::{Check, CheckKey, Status};
use dcview::domain::ids::{Dc, Key, NodeName, ServiceName, SessionId};
use dcview::domain::kv::{Entry, Folder, Print, Session};
use dcview::domain::lock::Locks;
use dcview::domain::seat::Seats;
use dcview::domain::server::Servers;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

/// Longer than anything that should come takes on a busy machine.
pub const SOON: Duration = Duration::from_secs(40);

/// What was told of one datacenter.
#[derive(Default)]
pub struct Told {
    pub pulse: Pulse,
    pub checks: Rows<CheckKey, Check>,
    pub services: Rows<ServiceName, ServiceHealth>,
    pub nodes: Rows<NodeName, Node>,
    pub servers: Servers,
    pub instances: HashMap<Subject, Rows<InstanceKey, Instance>>,
    pub node_checks: HashMap<NodeName, Vec<Arc<Check>>>,
    /// Every listing of a folder that came, in order.
    pub folders: HashMap<Key, Vec<Arc<Folder>>>,
    pub entries: HashMap<Key, Option<Arc<Entry>>>,
    pub prints: HashMap<Key, Print>,
    pub sessions: Rows<SessionId, Session>,
    pub locks: Option<Arc<Locks>>,
    /// Everything that happened, in order.
    pub events: Vec<Arc<Event>>,
    /// Every list of the instances of a service in motion, in order.
    pub seats: HashMap<ServiceName, Vec<Arc<Seats>>>,
    pub fresh: HashMap<List, Freshness>,
    /// Every reason for which the list of checks was not live, in order.
    pub whys: Vec<String>,
    /// Every list that was not live after something went wrong, and why; also the whole
    /// datacenter, as no list.
    pub broken: Vec<(Option<List>, String)>,
    pub pulses: usize,
    /// Every state in which a check was seen, in order; `None` is "not failing".
    pub seen: HashMap<CheckKey, Vec<Option<Status>>>,
}

/// Everything that was told.
#[derive(Default)]
pub struct Whole {
    pub listed: Vec<Dc>,
    pub local: Option<Dc>,
    pub discovery: Option<String>,
    pub restarted: Vec<String>,
    pub ticket: u64,
    pub dcs: HashMap<Dc, Told>,
}

/// The watch layer and what it told.
pub struct Mirror {
    shared: Arc<(Mutex<Whole>, Condvar)>,
    scope: watch::Sender<Scope>,
    pub handle: Option<dcview::watch::Handle>,
    runtime: Option<Runtime>,
}

impl Told {
    pub fn state(&self, list: &List) -> State {
        self.fresh.get(list).map(|fresh| fresh.state.clone()).unwrap_or_default()
    }

    pub fn is_live(&self, list: &List) -> bool {
        self.state(list) == State::Live
    }

    pub fn is_led(&self) -> bool {
        matches!(self.pulse.link, Link::Led(_))
    }

    /// True when all lists that are always watched are live.
    pub fn is_whole(&self) -> bool {
        [List::Checks, List::Services, List::Nodes].iter().all(|list| self.is_live(list))
    }

    pub fn check(&self, node: &str, id: &str) -> Option<Status> {
        let key = CheckKey { node: node.into(), id: id.into() };
        self.checks.get(&key).map(|check| check.status)
    }
}

impl Mirror {
    /// Watches what an agent at this address knows.
    pub fn of_agent(addr: &str) -> Self {
        Self::start(&config_of(addr, None))
    }

    pub fn start(config: &Config) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().expect("a runtime");
        let (scope, scope_seen) = watch::channel(Scope::default());
        let (out, mut reports) = mpsc::channel(64);
        let handle = {
            let _inside = runtime.enter();
            dcview::watch::start(config, scope_seen, out).expect("settings that can be used")
        };
        let shared = Arc::new((Mutex::new(Whole::default()), Condvar::new()));
        let filled = Arc::clone(&shared);
        runtime.spawn(async move {
            while let Some(report) = reports.recv().await {
                filled.0.lock().expect("no test panics in here").apply(report);
                filled.1.notify_all();
            }
        });
        Self { shared, scope, handle: Some(handle), runtime: Some(runtime) }
    }

    /// Returns when `condition` holds of the whole state.
    #[track_caller]
    pub fn wait(&self, what: &str, mut condition: impl FnMut(&Whole) -> bool) {
        let until = Instant::now() + SOON;
        let mut state = self.shared.0.lock().expect("no test panics in here");
        while !condition(&state) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited {SOON:?} in vain: {what}; there is {}",
                state.summary()
            );
            state = self.shared.1.wait_timeout(state, left).expect("not poisoned").0;
        }
    }

    /// Returns when `condition` holds of one datacenter.
    #[track_caller]
    pub fn wait_dc(&self, dc: &str, what: &str, mut condition: impl FnMut(&Told) -> bool) {
        let name = Dc::from(dc);
        self.wait(what, |state| state.dcs.get(&name).is_some_and(&mut condition));
    }

    /// Looks at one datacenter now.
    pub fn look<T>(&self, dc: &str, look: impl FnOnce(&mut Told) -> T) -> T {
        let mut state = self.shared.0.lock().expect("no test panics in here");
        look(state.dcs.entry(dc.into()).or_default())
    }

    /// Shows these subjects from now on, with a new ticket.
    pub fn show(&self, focus: Option<&str>, subjects: &[(&str, Subject)]) {
        let mut state = self.shared.0.lock().expect("no test panics in here");
        state.ticket += 1;
        let wanted =
            |(dc, subject): &(&str, Subject)| Wanted { dc: (*dc).into(), subject: subject.clone() };
        let subjects: Vec<Wanted> = subjects.iter().map(wanted).collect();
        for (dc, told) in &mut state.dcs {
            told.instances.retain(|subject, _| {
                subjects.iter().any(|wanted| wanted.dc == *dc && wanted.subject == *subject)
            });
        }
        let focus = focus.map(Dc::from);
        let glanced = Glanced::default();
        self.scope.send_replace(Scope { ticket: state.ticket, focus, subjects, glanced });
    }

    /// Looks at this beside what is shown, with a new ticket.
    pub fn glance(&self, glanced: Glanced) {
        let mut state = self.shared.0.lock().expect("no test panics in here");
        state.ticket += 1;
        let ticket = state.ticket;
        self.scope.send_modify(|scope| {
            *scope = Scope { ticket, glanced, ..scope.clone() };
        });
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        if let (Some(runtime), Some(handle)) = (self.runtime.take(), self.handle.take()) {
            runtime.block_on(handle.shutdown());
        }
    }
}

impl Whole {
    /// What there is, for the message of a wait that failed.
    fn summary(&self) -> String {
        let of = |(dc, told): (&Dc, &Told)| {
            let services: Vec<_> =
                told.services.values().map(|row| (&row.name, row.counts, row.is_exact)).collect();
            let checks: Vec<_> =
                told.checks.values().map(|row| (&row.node, &row.id, row.status)).collect();
            let events: Vec<_> = told
                .events
                .iter()
                .map(|event| format!("{}: {} -> {}", event.object, event.from, event.to))
                .collect();
            format!(
                "{dc}: {:?}\n{:?}\nservices {services:?}\nchecks {checks:?}\nevents {events:?}\n",
                told.pulse, told.fresh
            )
        };
        format!("{:?}\n{}", self.listed, self.dcs.iter().map(of).collect::<String>())
    }

    fn apply(&mut self, report: Report) {
        match report {
            Report::Datacenters { all, local } => {
                self.listed = all;
                self.local = local;
            }
            Report::Discovery { why, .. } => self.discovery = Some(why.to_string()),
            // Theirs are tests of their own.
            Report::Streams(_) | Report::Wan { .. } => {}
            Report::Restarted { what, .. } => self.restarted.push(what.to_string()),
            Report::Feed(feed) => {
                assert!(feed.ticket <= self.ticket, "a ticket from the future");
                if feed.ticket == 0 || feed.ticket == self.ticket {
                    self.dcs.entry(feed.dc.clone()).or_default().apply(*feed);
                }
            }
        }
    }
}

impl Told {
    fn apply(&mut self, feed: Feed) {
        match feed.body {
            Body::Pulse(pulse) => {
                self.pulses += 1;
                if let Link::Dark { why, .. } = &pulse.link {
                    self.broken.push((None, why.to_string()));
                }
                self.pulse = pulse;
            }
            Body::Checks(delta) => {
                for (key, check) in &delta.upserts {
                    self.seen.entry(key.clone()).or_default().push(Some(check.status));
                }
                for key in &delta.removed {
                    self.seen.entry(key.clone()).or_default().push(None);
                }
                delta::apply(&mut self.checks, &delta);
            }
            Body::Services(delta) => delta::apply(&mut self.services, &delta),
            Body::Nodes(delta) => delta::apply(&mut self.nodes, &delta),
            Body::Servers(servers) => self.servers = servers,
            Body::Instances(subject, delta) => {
                delta::apply(self.instances.entry(subject).or_default(), &delta);
            }
            Body::NodeChecks(node, checks) => drop(self.node_checks.insert(node, checks)),
            Body::Events(events, lost) => {
                assert_eq!(lost, 0, "events were lost");
                self.events.extend(events);
            }
            Body::Seats(service, seats) => self.seats.entry(service).or_default().push(seats),
            Body::Sessions(delta) => delta::apply(&mut self.sessions, &delta),
            Body::Locks(locks) => self.locks = Some(locks),
            Body::Folder(folder) => {
                self.folders.entry(folder.prefix().clone()).or_default().push(folder);
            }
            Body::Entry(key, entry) => drop(self.entries.insert(key, entry)),
            Body::Prints(prints) => self.prints = prints.into_iter().collect(),
            Body::NodeRoundTrip(..)
            | Body::Versions(..)
            | Body::Session(..)
            | Body::Consumers(_)
            | Body::Disagreements(_)
            | Body::Edges(_)
            | Body::Allocation(_)
            | Body::Managers(_) => {}
            Body::Freshness(list, fresh) => {
                if let State::Stale { why, .. } = &fresh.state {
                    if list == List::Checks {
                        self.whys.push(why.to_string());
                    }
                    self.broken.push((Some(list.clone()), why.to_string()));
                }
                self.fresh.insert(list, fresh);
            }
        }
    }
}

/// Settings with one agent and, when given, a token.
pub fn config_of(addr: &str, token: Option<&str>) -> Config {
    let dirs = Dirs { config: "unused".into(), state: "unused".into() };
    let mut config =
        config::resolve(None, &Env::default(), &Flags::default(), &dirs).expect("the defaults");
    config.agent = endpoint(addr, token);
    config
}

/// One agent.
pub fn endpoint(addr: &str, token: Option<&str>) -> Endpoint {
    let address = Address::parse(addr, false).expect("an address");
    let token = token.map_or(Token::None, |token| Token::Text(token.to_owned().into()));
    Endpoint { address, token, ..Endpoint::default() }
}
