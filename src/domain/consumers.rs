//! What consumers of a service really see: each way of finding its instances, what it gives, and
//! where it differs from the catalog.
//!
//! An incident is often such a difference: the catalog is right and a load balancer still has the
//! configuration of yesterday. Plain data and rules: who asks is [`crate::consumers`]. Invariant:
//! nothing is claimed from a way that did not answer.

pub mod balancer;
pub mod dns;
mod judge;
mod swept;
mod told;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::catalog::{Instance, InstanceKey};
use super::health::Status;
use super::ids::{Dc, ServiceName};
use balancer::Server;
use dns::{Carrier, Reply};

pub use judge::judge;
pub use swept::{Found, Swept};
pub use told::{Balancer, Told};

/// A way in which consumers find instances.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// DNS, A and AAAA records: addresses without ports.
    Address,
    /// DNS, SRV records.
    Srv,
    /// `/v1/health/service/NAME?passing`.
    Passing,
    /// `/v1/health/service/NAME`: the client decides.
    Raw,
    /// A prepared query, by name, or by id where it has none.
    Query(Arc<str>),
    /// consul-template, which gives what passes.
    Template,
    /// A load balancer, by name.
    Balancer(Arc<str>),
}

/// Why a way cannot be asked now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The reason, in a few words.
    pub why: Arc<str>,
    /// Since when (UTC).
    pub since: DateTime<Utc>,
    /// True when the token may not.
    pub is_denied: bool,
}

/// The last answer of a way, and why there is none now. One that was never asked has neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer and when it came (UTC); it stays when the way fails.
    pub given: Option<(T, DateTime<Utc>)>,
    /// Why there is none now.
    pub problem: Option<Problem>,
}

/// The answers to one question by every carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// By UDP.
    pub udp: Answer<Reply>,
    /// By UDP with EDNS.
    pub edns: Answer<Reply>,
    /// By TCP.
    pub tcp: Answer<Reply>,
}

/// What a prepared query gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Executed {
    /// The datacenter that answered.
    pub dc: Dc,
    /// How many datacenters were tried before.
    pub failovers: usize,
    /// The instances.
    pub keys: Vec<InstanceKey>,
    /// True when it picks some of the passing instances: by tags or meta data, or the nearest.
    pub is_picky: bool,
}

/// All that was asked about a service of a datacenter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The instances in the catalog.
    pub raw: Answer<Vec<Arc<Instance>>>,
    /// Those that `?passing` gives.
    pub passing: Answer<Vec<InstanceKey>>,
    /// Where DNS was asked, as `host:port`.
    pub server: Arc<str>,
    /// The name that DNS was asked for; `None` where it has none for this service.
    pub name: Option<Arc<str>>,
    /// A and AAAA.
    pub address: Lookup,
    /// SRV.
    pub srv: Lookup,
    /// Why the prepared queries are not known.
    pub no_queries: Option<Problem>,
    /// Prepared queries of this service.
    pub queries: Vec<(Arc<str>, Answer<Executed>)>,
    /// Load balancers, with all their servers.
    pub balancers: Vec<(Arc<Balancer>, Answer<Arc<[Server]>>)>,
}

/// What a way gives of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Not known: the way did not answer.
    Unknown,
    /// It gives it.
    Yes,
    /// It does not.
    No,
    /// By some carriers only, as they have room for part of the answer.
    Partly,
    /// It gives the address, because of another instance on it.
    Shared,
    /// It gives instances of this datacenter instead.
    Elsewhere(Dc),
    /// The load balancer serves the service, and has no server for it.
    Absent,
    /// A load balancer's server in this state.
    Server(Arc<Server>),
    /// The load balancer does not serve the service.
    NotServed,
}

/// How bad a disagreement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Ways differ in what they are meant to differ, or somebody took it out by hand.
    Differs,
    /// What works gets no traffic.
    Unused,
    /// Traffic goes where it fails.
    Fails,
}

/// A disagreement, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// How bad it is.
    pub grade: Grade,
    /// The words.
    pub text: Arc<str>,
}

/// What names a row within a service of a datacenter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// An instance of the catalog.
    Instance(InstanceKey),
    /// A server of a load balancer that is no instance: balancer, backend, server.
    Server(Arc<str>, Arc<str>, Arc<str>),
}

/// An instance, or what a load balancer takes for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub key: RowKey,
    /// The instance; `None` when the catalog has none.
    pub instance: Option<Arc<Instance>>,
    /// What each way gives of it, in the order of [`Consumers::ways`].
    pub gives: Vec<Gives>,
    /// Where ways disagree, worst first.
    pub disagreements: Vec<Disagreement>,
    /// Since when dcview sees the first of them (UTC).
    pub since: Option<DateTime<Utc>>,
}

/// What consumers of a service in a datacenter see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consumers {
    /// The service.
    pub service: ServiceName,
    /// The ways, in the order of the columns.
    pub ways: Vec<Way>,
    /// The instances, worst first.
    pub rows: Vec<Row>,
    /// What is true of the service as a whole and easily overlooked; no disagreements.
    pub traps: Vec<Arc<str>>,
    /// The answers themselves.
    pub asked: Arc<Asked>,
}

impl Way {
    /// Its heading.
    pub fn title(&self) -> &str {
        match self {
            Self::Address => "A",
            Self::Srv => "SRV",
            Self::Passing => "passing",
            Self::Raw => "raw",
            Self::Template => "template",
            Self::Query(name) | Self::Balancer(name) => name,
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("DNS A and AAAA"),
            Self::Srv => f.write_str("DNS SRV"),
            Self::Passing => f.write_str("HTTP ?passing"),
            Self::Raw => f.write_str("HTTP raw"),
            Self::Query(name) => write!(f, "prepared query {name}"),
            Self::Template => f.write_str("consul-template"),
            Self::Balancer(name) => f.write_str(name),
        }
    }
}

impl Gives {
    /// What it gives of a row, in a word.
    pub fn word(&self, row: &Row) -> &str {
        match self {
            Self::Unknown => "?",
            Self::Yes => "yes",
            Self::No if row.instance.is_none() => "-",
            Self::No => "no",
            Self::Absent => "absent",
            Self::Partly => "part",
            Self::Shared => "shared",
            Self::Elsewhere(dc) => dc.as_str(),
            Self::Server(server) => server.word(),
            Self::NotServed => "-",
        }
    }
}

impl<T> Default for Answer<T> {
    fn default() -> Self {
        Self { given: None, problem: None }
    }
}

impl<T> Answer<T> {
    /// An answer that came at this time (UTC).
    pub fn new(value: T, at: DateTime<Utc>) -> Self {
        Self { given: Some((value, at)), problem: None }
    }

    /// No answer, for this reason.
    pub fn failed(why: impl Into<Arc<str>>, since: DateTime<Utc>) -> Self {
        let problem = Problem { why: why.into(), since, is_denied: false };
        Self { given: None, problem: Some(problem) }
    }

    /// The answer, if the way answers now.
    pub fn now(&self) -> Option<&T> {
        self.given.as_ref().filter(|_| self.problem.is_none()).map(|(value, _)| value)
    }

    /// This answer with what is known from `before`: the value that stays, and since when there is
    /// none.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self
    where
        T: Clone,
    {
        if let Some(problem) = &mut self.problem {
            if self.given.is_none() {
                self.given.clone_from(&before.given);
            }
            if let Some(before) = &before.problem {
                problem.since = before.since;
            }
        }
        self
    }
}

impl Lookup {
    /// The answer by a carrier.
    pub fn by(&self, carrier: Carrier) -> &Answer<Reply> {
        match carrier {
            Carrier::Udp => &self.udp,
            Carrier::Edns => &self.edns,
            Carrier::Tcp => &self.tcp,
        }
    }

    /// The most complete answer that came now.
    pub fn best(&self) -> Option<&Reply> {
        self.tcp.now().or_else(|| self.edns.now()).or_else(|| self.udp.now())
    }

    /// Why nothing came; `None` when something did, or it was not asked.
    pub fn problem(&self) -> Option<&Problem> {
        let problems = [&self.tcp, &self.edns, &self.udp].into_iter();
        let mut problems = problems.filter_map(|answer| answer.problem.as_ref());
        problems.next().filter(|_| self.best().is_none())
    }
}

impl Row {
    /// Its state in the catalog.
    pub fn status(&self) -> Option<Status> {
        self.instance.as_ref().map(|it| it.status)
    }

    /// How bad the worst disagreement is.
    pub fn grade(&self) -> Option<Grade> {
        self.disagreements.first().map(|it| it.grade)
    }

    /// What it is called: an instance's id, a server's name.
    pub fn name(&self) -> &str {
        match &self.key {
            RowKey::Instance(key) if key.id.is_empty() => key.node.as_str(),
            RowKey::Instance(key) => key.id.as_str(),
            RowKey::Server(_, _, server) => server,
        }
    }
}

impl Consumers {
    /// What a row's way gives.
    pub fn gives<'a>(&self, row: &'a Row, way: &Way) -> Option<&'a Gives> {
        row.gives.get(self.ways.iter().position(|it| it == way)?)
    }

    /// The rows on which ways disagree.
    pub fn disagreeing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.disagreements.is_empty())
    }

    /// The rows with what is said of them, in their order.
    pub fn said(&self) -> impl Iterator<Item = (&RowKey, Option<Status>, &[Disagreement])> {
        self.rows.iter().map(|row| (&row.key, row.status(), row.disagreements.as_slice()))
    }

    /// Why a way cannot be asked now; `None` when it answered, or was not asked.
    pub fn problem(&self, way: &Way) -> Option<&Problem> {
        let asked = &self.asked;
        match way {
            Way::Address => asked.address.problem(),
            Way::Srv => asked.srv.problem(),
            Way::Passing | Way::Template => asked.passing.problem.as_ref(),
            Way::Raw => asked.raw.problem.as_ref(),
            Way::Query(name) => {
                let query = asked.queries.iter().find(|(it, _)| it == name);
                query.and_then(|(_, answer)| answer.problem.as_ref())
            }
            Way::Balancer(name) => {
                let balancer = asked.balancers.iter().find(|(it, _)| it.name == *name);
                balancer.and_then(|(_, answer)| answer.problem.as_ref())
            }
        }
    }

    /// The ways that cannot be asked now, and why.
    pub fn problems(&self) -> impl Iterator<Item = (&Way, &Problem)> {
        // What consul-template gives is not asked for by itself.
        let all = self.ways.iter().filter(|way| **way != Way::Template);
        all.filter_map(|way| Some((way, self.problem(way)?)))
    }

    /// Takes over since when what is the same disagrees.
    pub fn since(&mut self, before: Option<&Self>, now: DateTime<Utc>) {
        for row in &mut self.rows {
            let old = before.and_then(|old| old.rows.iter().find(|it| it.key == row.key));
            let is_same =
                |old: &&Row| old.disagreements.iter().any(|it| row.disagreements.contains(it));
            let since = old.filter(is_same).and_then(|old| old.since).unwrap_or(now);
            row.since = (!row.disagreements.is_empty()).then_some(since);
        }
    }
}

#[cfg(test)]
mod tests;
