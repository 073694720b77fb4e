//! What a simulated catalog holds: nodes, instances, checks, and the stamps Consul puts on them.
//!
//! Plain data without behaviour; [`super::catalog`] keeps it consistent and [`super::wire`] turns
//! it into Consul's JSON. Strings are shared (`Arc<str>`) because 100,000 instances repeat a few
//! thousand names.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Key-value pairs as Consul uses them for `Meta` and `TaggedAddresses`.
pub type Pairs = Arc<BTreeMap<String, String>>;

/// The tags of an instance.
pub type Tags = Arc<[Arc<str>]>;

/// The state of a check. The order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The check passes.
    Passing,
    /// The check warns.
    Warning,
    /// The check fails.
    Critical,
}

/// When an object was made and last changed, in raft indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The index that made it.
    pub create: u64,
    /// The index that changed it last.
    pub modify: u64,
}

/// One node with everything that lives on it.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// The node's UUID; empty for a node registered from outside without one.
    pub id: Arc<str>,
    /// Its address.
    pub address: Arc<str>,
    /// `TaggedAddresses`, `null` when never given.
    pub tagged: Option<Pairs>,
    /// `Meta`, `null` when never given.
    pub meta: Option<Pairs>,
    /// Where it stands in the network, if an agent reported that.
    pub coordinate: Option<Coordinate>,
    /// Its instances by `ServiceID`.
    pub services: BTreeMap<Arc<str>, Service>,
    /// Its checks and those of its instances by `CheckID`.
    pub checks: BTreeMap<Arc<str>, Check>,
    /// When it was made and changed.
    pub stamp: Stamp,
}

/// One instance of a service. Its id is the key under which its node holds it.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// The service's name.
    pub name: Arc<str>,
    /// Its tags.
    pub tags: Tags,
    /// Its own address; empty means that of the node.
    pub address: Arc<str>,
    /// Its port.
    pub port: u16,
    /// `Meta`, `null` when never given.
    pub meta: Option<Pairs>,
    /// When it was made and changed.
    pub stamp: Stamp,
}

/// One check. Its id is the key under which its node holds it.
#[derive(Clone, Debug)]
pub struct Check {
    /// The name people read.
    pub name: Arc<str>,
    /// Its state.
    pub status: Status,
    /// Notes; the reason when the check stands for maintenance.
    pub notes: Arc<str>,
    /// What the check printed.
    pub output: Arc<str>,
    /// The instance it belongs to; empty for a check of the node.
    pub service_id: Arc<str>,
    /// The service of that instance.
    pub service_name: Arc<str>,
    /// The tags of that instance when the check was written.
    pub service_tags: Tags,
    /// `Type`, such as `http` or `ttl`; empty when registered from outside.
    pub kind: Arc<str>,
    /// When it was made and changed.
    pub stamp: Stamp,
}

/// A Vivaldi coordinate, in seconds.
#[derive(Clone, Copy, Debug, Serialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Coordinate {
    /// The position.
    pub vec: [f64; 8],
    /// How sure Consul is of it.
    pub error: f64,
    /// A correction for the round trip.
    pub adjustment: f64,
    /// The part of the round trip that no position explains.
    pub height: f64,
}

impl Stamp {
    /// The stamp of an object written at `index`, which keeps the birth of the one it replaces.
    pub fn after(previous: Option<Self>, index: u64) -> Self {
        Self { create: previous.map_or(index, |stamp| stamp.create), modify: index }
    }
}

impl Status {
    /// Reads Consul's word for it.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "passing" => Some(Self::Passing),
            "warning" => Some(Self::Warning),
            "critical" => Some(Self::Critical),
            _ => None,
        }
    }
}

impl Service {
    /// Whether writing `other` over it would change nothing.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.tags == other.tags
            && self.address == other.address
            && self.port == other.port
            && self.meta == other.meta
    }
}

impl Check {
    /// Whether writing `other` over it would change nothing.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.status == other.status
            && self.notes == other.notes
            && self.output == other.output
            && self.service_id == other.service_id
            && self.service_name == other.service_name
            && self.service_tags == other.service_tags
            && self.kind == other.kind
    }
}

impl Node {
    /// Whether writing `other` over it would change nothing. What lives on it does not count.
    pub fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.address == other.address
            && self.tagged == other.tagged
            && self.meta == other.meta
    }

    /// The checks of the node itself, then those of one of its instances: Consul's order.
    pub fn checks_for<'a>(
        &'a self,
        service_id: &'a str,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a Check)> {
        let own = self.checks.iter().filter(|(_, check)| check.service_id.is_empty());
        let of_instance = self
            .checks
            .iter()
            .filter(move |(_, check)| !service_id.is_empty() && *check.service_id == *service_id);
        own.chain(of_instance)
    }
}

/// A UUID of 128 bits.
pub fn uuid(high: u64, low: u64) -> Arc<str> {
    Arc::from(format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff,
    ))
}
