//! Writes to the catalog as they come from outside: `/v1/catalog/register`, `/v1/catalog/deregister`
//! and the catalog verbs of `/v1/txn`.
//!
//! Fields that dcview never reads are accepted and dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer};

use super::answer::Answer;
use super::catalog::Write;
use super::model::{Check, Node, Pairs, Service, Stamp, Status};
use super::state::State;

/// The body of `/v1/catalog/register`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Registration {
    #[serde(flatten)]
    node: NodeBody,
    node_meta: Option<Pairs>,
    skip_node_update: bool,
    service: Option<ServiceBody>,
    check: Option<CheckBody>,
    #[serde(deserialize_with = "or_empty")]
    checks: Vec<CheckBody>,
}

/// A node as a client writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NodeBody {
    #[serde(rename = "ID")]
    id: Arc<str>,
    /// Its name.
    pub node: Arc<str>,
    address: Arc<str>,
    tagged_addresses: Option<Pairs>,
    meta: Option<Pairs>,
    /// The index a `cas` verb expects.
    pub modify_index: u64,
}

/// An instance as a client writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ServiceBody {
    #[serde(rename = "ID")]
    id: Arc<str>,
    service: Arc<str>,
    #[serde(deserialize_with = "or_empty")]
    tags: Vec<Arc<str>>,
    address: Arc<str>,
    port: u16,
    meta: Option<BTreeMap<String, String>>,
    /// The index a `cas` verb expects.
    pub modify_index: u64,
}

/// A check as a client writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CheckBody {
    /// The node it is on.
    pub node: Arc<str>,
    /// Its id; its name when left out.
    #[serde(rename = "CheckID")]
    pub id: Arc<str>,
    name: Arc<str>,
    status: Option<Status>,
    notes: Arc<str>,
    output: Arc<str>,
    /// The instance it belongs to; empty for a check of the node.
    #[serde(rename = "ServiceID")]
    pub service_id: Arc<str>,
    /// The index a `cas` verb expects.
    pub modify_index: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Deregistration {
    node: Arc<str>,
    #[serde(rename = "ServiceID")]
    service_id: Arc<str>,
    #[serde(rename = "CheckID")]
    check_id: Arc<str>,
}

impl NodeBody {
    /// The node it describes.
    pub fn into_node(self) -> Node {
        Node {
            id: self.id,
            address: self.address,
            tagged: self.tagged_addresses,
            meta: self.meta,
            ..Node::default()
        }
    }
}

impl ServiceBody {
    /// Its id; the service's name when left out.
    pub fn id(&self) -> &Arc<str> {
        if self.id.is_empty() { &self.service } else { &self.id }
    }

    /// Its id, and the instance it describes.
    pub fn into_service(self) -> (Arc<str>, Service) {
        let id = Arc::clone(self.id());
        let service = Service {
            name: self.service,
            tags: self.tags.into(),
            address: self.address,
            port: self.port,
            meta: self.meta.filter(|meta| !meta.is_empty()).map(Arc::new),
            stamp: Stamp::default(),
        };
        (id, service)
    }
}

impl CheckBody {
    /// Its id, and the check it describes. Without a status it is critical.
    pub fn into_check(self) -> (Arc<str>, Check) {
        let id = if self.id.is_empty() { Arc::clone(&self.name) } else { self.id };
        let check = Check {
            name: self.name,
            status: self.status.unwrap_or(Status::Critical),
            notes: self.notes,
            output: self.output,
            service_id: self.service_id,
            service_name: Arc::default(),
            service_tags: Arc::default(),
            kind: Arc::default(),
            stamp: Stamp::default(),
        };
        (id, check)
    }
}

/// Answers `/v1/catalog/register`.
pub fn register(state: &mut State, body: &Bytes) -> Answer {
    let registration: Registration = match serde_json::from_slice(body) {
        Ok(registration) => registration,
        Err(error) => return Answer::bad_request(format!("Request decode failed: {error}")),
    };
    if registration.node.node.is_empty() {
        return Answer::failure("Must provide node");
    }
    if registration.node.address.is_empty() && !registration.skip_node_update {
        return Answer::failure("Must provide address if SkipNodeUpdate is not set");
    }
    if let Err(text) = registration.check(state) {
        return Answer::failure(text);
    }
    state.write(|state, write| registration.apply(state, write));
    Answer::json(&true)
}

/// Answers `/v1/catalog/deregister`.
pub fn deregister(state: &mut State, body: &Bytes) -> Answer {
    let body: Deregistration = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return Answer::bad_request(format!("Request decode failed: {error}")),
    };
    if body.node.is_empty() {
        return Answer::failure("Must provide node");
    }
    state.write(|state, write| {
        if !body.service_id.is_empty() {
            state.catalog.remove_service(&(body.node, body.service_id), write);
        } else if !body.check_id.is_empty() {
            state.catalog.remove_check(&(body.node, body.check_id), write);
        } else {
            state.catalog.remove_node(&body.node, write);
        }
    });
    Answer::json(&true)
}

impl Registration {
    /// Whether all of it can be written: nothing is, if a part cannot.
    fn check(&self, state: &State) -> Result<(), String> {
        let name = &self.node.node;
        let service = self.service.as_ref();
        if service.is_some_and(|service| service.service.is_empty()) {
            return Err("Must provide service name with ID".to_owned());
        }
        let present = state.catalog.nodes.get(name);
        for check in self.check.iter().chain(&self.checks) {
            if !check.node.is_empty() && check.node != *name {
                let (theirs, ours) = (&check.node, name);
                return Err(format!("check node \"{theirs}\" does not match node \"{ours}\""));
            }
            let id = &check.service_id;
            let is_there = id.is_empty()
                || service.is_some_and(|service| service.id() == id)
                || present.is_some_and(|node| node.services.contains_key(id));
            if !is_there {
                return Err(format!(
                    "failed inserting check: Missing service registration on node \"{name}\""
                ));
            }
        }
        Ok(())
    }

    fn apply(self, state: &mut State, write: &mut Write) {
        let Self { mut node, node_meta, skip_node_update, service, check, checks } = self;
        let name = Arc::clone(&node.node);
        node.meta = node_meta;
        if !skip_node_update || !state.catalog.nodes.contains_key(&name) {
            state.catalog.put_node(&name, node.into_node(), write);
        }
        if let Some(service) = service {
            let (id, service) = service.into_service();
            state.catalog.put_service(&(Arc::clone(&name), id), service, write);
        }
        for check in check.into_iter().chain(checks) {
            let (id, check) = check.into_check();
            state.catalog.put_check(&(Arc::clone(&name), id), check, write);
        }
    }
}

/// Reads `null` as an empty list.
fn or_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}
