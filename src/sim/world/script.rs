//! The file `assets/demo.toml`: the demo's nodes, services, keys and the steps of its incident.
//!
//! A field that is not known is an error. Names are checked when the world is built and the steps
//! are resolved, not here.

use std::collections::BTreeMap;
use std::io;

use serde::Deserialize;

use crate::sim::model::Status;

/// The embedded file.
const TEXT: &str = include_str!("../../../assets/demo.toml");

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// How long one round of the incident takes, in seconds.
    pub round_s: f64,
    /// The nodes of every datacenter.
    pub node: Vec<NodeLine>,
    /// The services.
    pub service: Vec<ServiceLine>,
    /// The keys.
    pub kv: Vec<KeyLine>,
    /// The locks and semaphores.
    pub lock: Vec<LockLine>,
    /// What happens, in any order.
    pub step: Vec<Step>,
}

/// A node of every datacenter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeLine {
    /// Its name without the datacenter's prefix.
    pub name: String,
    /// Its metadata.
    #[serde(default)]
    pub meta: BTreeMap<String, String>,
}

/// A service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLine {
    /// Its name.
    pub name: String,
    /// The version in the metadata of its instances.
    pub version: String,
    /// The services that it calls, in the metadata of its instances.
    #[serde(default)]
    pub upstreams: Vec<String>,
    /// The tags of its instances.
    pub tags: Vec<String>,
    /// The port of its instances.
    pub port: u16,
    /// The node of each instance.
    pub on: Vec<String>,
    /// The datacenters that have it; all when left out.
    #[serde(default, rename = "in")]
    pub datacenters: Vec<String>,
    /// The name of each instance's check.
    pub check: String,
    /// What that check prints while it passes.
    pub output: String,
}

/// A key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLine {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// The datacenters that have it; all when left out.
    #[serde(default, rename = "in")]
    pub datacenters: Vec<String>,
    /// Who holds its lock.
    pub session: Option<SessionLine>,
}

/// A lock or semaphore as `consul lock` keeps it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockLine {
    /// What it guards.
    pub prefix: String,
    /// How many may hold the semaphore; a lock when left out.
    pub limit: Option<u64>,
    /// The name of the sessions that want it.
    pub name: String,
    /// The node of each, without the datacenter's prefix; the first hold it.
    pub nodes: Vec<String>,
    /// The datacenters that have it; all when left out.
    #[serde(default, rename = "in")]
    pub datacenters: Vec<String>,
}

/// A session that holds a lock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionLine {
    /// Its node, without the datacenter's prefix.
    pub node: String,
    /// Its name.
    pub name: String,
}

/// Things that happen in one datacenter at one time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When, in seconds from the start of the round.
    pub at: f64,
    /// The time between repetitions, if it repeats.
    pub every: Option<f64>,
    /// Where.
    pub dc: String,
    /// An instance gets another version.
    pub instance: Option<InstanceStep>,
    /// A check changes.
    pub check: Option<CheckStep>,
    /// A node dies or comes back.
    pub node: Option<NodeStep>,
    /// A node enters or leaves maintenance.
    pub maintenance: Option<MaintenanceStep>,
    /// A server's state changes.
    pub server: Option<ServerStep>,
    /// A key changes.
    pub kv: Option<KeyStep>,
    /// Who holds the lock with this prefix longest ends, and the next one takes it.
    pub pass_on: Option<String>,
    /// A run of consul-replicate into the datacenter.
    pub replicate: Option<ReplicateStep>,
}

/// A run of consul-replicate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicateStep {
    /// The datacenter that it reads.
    pub from: String,
    /// What it carries.
    pub prefix: String,
    /// The key of its status.
    pub status: String,
}

/// An instance gets another version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceStep {
    /// The instance.
    pub id: String,
    /// Its new version.
    pub version: String,
}

/// The check of an instance changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckStep {
    /// The instance.
    pub instance: String,
    /// The check's new state.
    pub status: Status,
    /// What it prints; the service's usual output when left out.
    pub output: Option<String>,
}

/// A node dies or comes back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeStep {
    /// The node, without the datacenter's prefix.
    pub name: String,
    /// Whether it lives.
    pub alive: bool,
}

/// A node enters maintenance, or leaves it when there is no reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceStep {
    /// The node, without the datacenter's prefix.
    pub node: String,
    /// Why.
    pub reason: Option<String>,
}

/// A server's state changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerStep {
    /// Which server, from 1.
    pub number: u8,
    /// Its new state.
    pub state: ServerWord,
    /// How far it is behind.
    #[serde(default)]
    pub entries: u64,
}

/// The state of a server in one word.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerWord {
    /// Up and current.
    Healthy,
    /// Up, but behind.
    Behind,
    /// Down.
    Down,
}

/// A key changes, or goes when there is no value. `{tick}` in the value counts the repetitions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyStep {
    /// The key.
    pub key: String,
    /// Its new value.
    pub value: Option<String>,
}

impl Script {
    /// Reads the embedded file.
    ///
    /// # Errors
    /// `InvalidData` when it does not parse, with the line.
    pub fn load() -> io::Result<Self> {
        toml::from_str(TEXT).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("assets/demo.toml: {error}"))
        })
    }
}
