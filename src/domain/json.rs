//! Rows as JSON: what `dcview get .. -o json` prints and what copying a row as JSON gives.
//!
//! One shape for both, so that they cannot differ. Field names are a public, stable interface:
//! `snake_case`, Consul's words. Texts are as the server sent them; JSON escapes what it must.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::catalog::{Instance, Node, ServiceHealth};
use super::health::{Check, Counts, Status};
use super::ids::{Dc, NodeName, ServiceName};

mod consumers;
mod event;
mod lock;
mod rollout;

pub use consumers::ConsumerJson;
pub use event::EventJson;
pub use lock::{HolderJson, LockJson, SessionJson};
pub use rollout::{FailingJson, RolloutJson, UnclearJson, VersionInDc, VersionJson};

/// A check in its datacenter.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CheckJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// The check; its output whole.
    #[serde(flatten)]
    pub check: &'a Check,
}

/// A service over all datacenters.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceJson<'a> {
    /// Its name.
    pub name: &'a ServiceName,
    /// The tags of all its instances, each once.
    pub tags: &'a [Arc<str>],
    /// Its health in each datacenter that has it.
    pub datacenters: Vec<ServiceInDc<'a>>,
}

/// A service in one datacenter.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ServiceInDc<'a> {
    /// The datacenter.
    pub datacenter: &'a Dc,
    /// Its instances; `null` where only failing ones are known.
    pub instances: Option<usize>,
    /// Instances by state.
    #[serde(flatten)]
    pub counts: Counts,
    /// False while a count is an estimate.
    pub is_exact: bool,
}

/// An instance in its datacenter.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct InstanceJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// The instance, with its own checks and its node's.
    #[serde(flatten)]
    pub instance: &'a Instance,
    /// Its version, from meta or a tag; `null` when it names none.
    pub version: Option<&'a str>,
}

/// A node in its datacenter.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NodeJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// The node.
    #[serde(flatten)]
    pub node: &'a Node,
}

/// A node's page.
#[derive(Clone, Debug, Serialize)]
pub struct NodePageJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// Its name.
    pub name: &'a NodeName,
    /// Its address.
    pub address: &'a str,
    /// The state from its own checks.
    pub status: Status,
    /// Its meta data.
    pub meta: &'a IndexMap<Arc<str>, Arc<str>>,
    /// Its own checks.
    pub checks: Vec<&'a Check>,
    /// The instances on it.
    pub instances: Vec<InstanceJson<'a>>,
}

impl<'a> ServiceInDc<'a> {
    /// The health of a service in a datacenter.
    pub fn of(datacenter: &'a Dc, health: &ServiceHealth) -> Self {
        let ServiceHealth { instances, counts, is_exact, .. } = *health;
        Self { datacenter, instances, counts, is_exact }
    }
}

impl<'a> InstanceJson<'a> {
    /// An instance of a datacenter.
    pub fn of(datacenter: &'a Dc, instance: &'a Instance) -> Self {
        Self { datacenter, instance, version: instance.version() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_service_is_flat_in_each_datacenter() {
        let dc = Dc::from("dc-1");
        let counts = Counts { passing: 2, critical: 1, ..Counts::default() };
        let health = ServiceHealth { instances: Some(3), counts, ..ServiceHealth::default() };
        let row = ServiceInDc::of(&dc, &health);
        let expected = r#"{"datacenter":"dc-1","instances":3,"passing":2,"warning":0,"critical":1,"maintenance":0,"is_exact":false}"#;
        assert_eq!(serde_json::to_string(&row).unwrap(), expected);
    }

    #[test]
    fn a_node_keeps_its_own_fields_beside_its_datacenter() {
        let (dc, node) = (Dc::from("dc-1"), Node { name: "n-1".into(), ..Node::default() });
        let row = json!(NodeJson { datacenter: &dc, node: &node });
        assert_eq!((&row["datacenter"], &row["name"]), (&json!("dc-1"), &json!("n-1")));
    }
}
