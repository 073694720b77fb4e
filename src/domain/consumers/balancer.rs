//! The servers of a load balancer, from HAProxy's statistics, and which instance each is.
//!
//! Columns are found by their names: their number grows with versions. `addr` is empty unless the
//! statistics are shown with legends; without it a server is known by its name, which a template makes
//! from the instance's id or its node.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::Balancer;
use crate::domain::catalog::Instance;
use crate::domain::ids::ServiceName;

/// One server of one backend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Its backend.
    pub backend: Arc<str>,
    /// Its name there.
    pub name: Arc<str>,
    /// Where it is, as `host:port`; empty where the statistics do not say.
    pub address: Arc<str>,
    /// Its state, as HAProxy writes it: `UP`, `DOWN 1/2`, `MAINT`, `no check`..
    pub status: Arc<str>,
    /// What its last check found: `L7OK`, `L4CON`..
    pub check: Arc<str>,
    /// What its last check said.
    pub says: Arc<str>,
    /// Its weight; nothing goes to one of 0.
    pub weight: u32,
    /// True when it gets traffic only once no other does.
    pub is_backup: bool,
    /// For how long it has been in this state.
    pub since: Duration,
    /// Sessions now.
    pub sessions: u64,
    /// Sessions since it started.
    pub total: u64,
}

/// What a load balancer has of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// The server of each instance, in the order of the instances.
    pub servers: Vec<Option<Server>>,
    /// Servers that are no instance of the service.
    pub strays: Vec<Server>,
}

impl Server {
    /// True when it gets new traffic, as far as its state goes.
    pub fn takes_traffic(&self) -> bool {
        let is_up = self.status.starts_with("UP") || *self.status == *"no check";
        is_up && self.weight > 0
    }

    /// True when somebody took it out by hand.
    pub fn is_taken_out(&self) -> bool {
        self.status.starts_with("MAINT") || self.status.starts_with("DRAIN")
    }

    /// Its state in a word or two.
    pub fn word(&self) -> &str {
        if self.status.is_empty() { "?" } else { &self.status }
    }

    /// Why it is not up, as its check says.
    pub fn why(&self) -> String {
        let parts = [&*self.check, &*self.says].into_iter().filter(|it| !it.is_empty());
        parts.collect::<Vec<_>>().join(": ")
    }
}

/// Reads HAProxy's statistics as CSV.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn read(text: &str) -> Result<Vec<Server>, &'static str> {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let heading = lines.next().and_then(|line| line.strip_prefix("# "));
    let heading = heading.ok_or("what came is no HAProxy statistics")?;
    let names: Vec<String> = cells(heading);
    let at = |name: &str| names.iter().position(|it| it == name);
    let (Some(backend), Some(server), Some(status), Some(kind)) =
        (at("pxname"), at("svname"), at("status"), at("type"))
    else {
        return Err("the statistics lack a column");
    };
    let mut all = Vec::new();
    for line in lines {
        let cells = cells(line);
        let cell = |place: usize| cells.get(place).map_or("", String::as_str);
        let of = |name: &str| at(name).map_or("", cell);
        // Frontends, backends and listeners are no servers.
        if cell(kind) != "2" {
            continue;
        }
        let text = |text: &str| Arc::from(text);
        // A weight that is not told is none of 0.
        let weight = [of("uweight"), of("weight")].into_iter().find(|it| !it.is_empty());
        all.push(Server {
            backend: text(cell(backend)),
            name: text(cell(server)),
            address: text(of("addr")),
            status: text(cell(status)),
            check: text(of("check_status").trim_start_matches("* ")),
            says: text(of("last_chk")),
            weight: weight.and_then(|it| it.parse().ok()).unwrap_or(1),
            is_backup: of("bck") == "1",
            since: Duration::from_secs(of("lastchg").parse().unwrap_or_default()),
            sessions: of("scur").parse().unwrap_or_default(),
            total: of("stot").parse().unwrap_or_default(),
        });
    }
    Ok(all)
}

/// The cells of a line; quoted ones may hold commas, and a quote twice for one.
fn cells(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cell = String::new();
    let (mut is_quoted, mut rest) = (false, line.chars().peekable());
    while let Some(c) = rest.next() {
        match c {
            '"' if is_quoted && rest.peek() == Some(&'"') => {
                cell.push('"');
                rest.next();
            }
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => all.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    all.push(cell);
    all
}

/// Finds the instances of a service among a load balancer's servers; `None` where it does not serve
/// the service: no backend is called like it, none is told to be its, and no server is one of them.
///
/// Strays are those of a backend that is called like the service or told to be its: one that is known
/// by its servers alone may have those of other services too. A backup is none, as it may be no
/// instance of anything.
pub fn join(
    balancer: &Balancer,
    servers: &[Server],
    service: &ServiceName,
    instances: &[Arc<Instance>],
) -> Option<Joined> {
    let places = Places::of(instances);
    let is_its_alone = |server: &Server| match balancer.backends.get(&server.backend) {
        Some(told) => told == service,
        None => *server.backend == *service.as_str(),
    };
    let is_its = |server: &Server| {
        is_its_alone(server)
            || !balancer.backends.contains_key(&server.backend) && places.is_surely(server, service)
    };
    let backends: HashSet<&str> =
        servers.iter().filter(|it| is_its(it)).map(|it| &*it.backend).collect();
    if backends.is_empty() {
        return None;
    }
    let mut joined = Joined { servers: vec![None; instances.len()], strays: Vec::new() };
    for server in servers.iter().filter(|it| backends.contains(&*it.backend)) {
        match places.find(server).and_then(|place| joined.servers.get_mut(place)) {
            // In several backends, or processes: what takes traffic counts.
            Some(Some(known)) if known.takes_traffic() || !server.takes_traffic() => {}
            Some(slot) => *slot = Some(server.clone()),
            None if server.is_backup || !is_its_alone(server) => {}
            None => joined.strays.push(server.clone()),
        }
    }
    Some(joined)
}

/// The instances of a service by what a server may be known by; those of which there are several
/// under one name are known by none.
struct Places<'a> {
    at: HashMap<String, Option<usize>>,
    named: HashMap<&'a str, Option<usize>>,
    on: HashMap<&'a str, Option<usize>>,
    /// By both, where neither is enough.
    exact: HashMap<(String, &'a str), usize>,
}

impl<'a> Places<'a> {
    fn of(instances: &'a [Arc<Instance>]) -> Self {
        let mut places = Self {
            at: HashMap::new(),
            named: HashMap::new(),
            on: HashMap::new(),
            exact: HashMap::new(),
        };
        for (place, it) in instances.iter().enumerate() {
            let (id, node) = (it.id.as_str(), it.node.as_str());
            places.at.entry(it.endpoint()).and_modify(|it| *it = None).or_insert(Some(place));
            places.named.entry(id).and_modify(|it| *it = None).or_insert(Some(place));
            places.on.entry(node).and_modify(|it| *it = None).or_insert(Some(place));
            places.exact.entry((it.endpoint(), id)).or_insert(place);
        }
        places
    }

    /// Where a server of the service's backend is: by its address, else by an id that is one
    /// instance's only, else by a node that has only one of them.
    fn find(&self, server: &Server) -> Option<usize> {
        let (at, name) = (&*server.address, &*server.name);
        let exact = self.exact.get(&(at.to_owned(), name)).copied();
        let known = |found: Option<&Option<usize>>| found.copied().flatten();
        exact
            .or_else(|| known(self.at.get(at)))
            .or_else(|| known(self.named.get(name)))
            .or_else(|| known(self.on.get(name)))
    }

    /// True when a server is an instance of the service although its backend is called otherwise: it
    /// is at its address; or, where that is not told, it has its id, which names the service.
    fn is_surely(&self, server: &Server, service: &ServiceName) -> bool {
        if server.address.is_empty() {
            let name = &*server.name;
            return name.contains(service.as_str()) && self.named.contains_key(name);
        }
        server.address.contains(':') && self.at.contains_key(&*server.address)
    }
}
