//! What consumers of a service really see: each way of finding its instances, what it gives, and
//! where it differs from the catalog.
//!
//! An incident is often such a difference: the catalog is right and a load balancer still has the
//! configuration of yesterday. Plain data and rules: who asks is [`crate::consumers`]. Invariant:
//! nothing is claimed from a way that did not answer.

mod answer;
pub mod balancer;
pub mod dns;
mod judge;
mod swept;
mod told;
mod way;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::catalog::{Instance, InstanceKey};
use super::health::Status;
use super::ids::{Dc, ServiceName};
use balancer::Server;

pub use answer::{Answer, Lookup, Problem};
pub use judge::judge;
pub use swept::{Found, Swept};
pub use told::{Balancer, Told};
pub use way::{Gives, Way};

/// Load balancers, each with what its servers are.
pub type Balancers = Vec<(Arc<Balancer>, Answer<Arc<[Server]>>)>;

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
    /// True when the token may not see every instance: what is not there proves nothing.
    pub may_be_filtered: bool,
    /// Load balancers, with all their servers.
    pub balancers: Balancers,
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
    /// Since when dcview sees one of them.
    pub since: Option<Since>,
}

/// Since when something is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// When it was seen first (UTC).
    pub at: DateTime<Utc>,
    /// False where it may have been so before: then nobody looked, or not every way answered.
    pub is_exact: bool,
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
        let is_exact = before.is_some_and(|before| before.problems().next().is_none());
        let new = Since { at: now, is_exact };
        for row in &mut self.rows {
            let old = before.and_then(|old| old.rows.iter().find(|it| it.key == row.key));
            let is_same =
                |old: &&Row| old.disagreements.iter().any(|it| row.disagreements.contains(it));
            let since = old.filter(is_same).and_then(|old| old.since).unwrap_or(new);
            row.since = (!row.disagreements.is_empty()).then_some(since);
        }
    }
}

#[cfg(test)]
mod tests;
