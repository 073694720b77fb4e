//! The ways in which consumers find instances, and what a way gives of one.

use std::fmt;
use std::sync::Arc;

use super::Row;
use super::balancer::Server;
use crate::domain::ids::Dc;

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
