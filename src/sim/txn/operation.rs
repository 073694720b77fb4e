//! The operations of a transaction: how a client writes them, and what each does and answers.
//!
//! By the time one is applied, [`super::plan`] has found that it can be.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sim::catalog::Write;
use crate::sim::kv::Entry;
use crate::sim::registration::{CheckBody, NodeBody, ServiceBody};
use crate::sim::state::State;
use crate::sim::wire::{self, Empty};

/// The verbs that change a key.
const KEY_WRITES: [&str; 7] =
    ["set", "cas", "lock", "unlock", "delete", "delete-cas", "delete-tree"];

/// One operation.
#[derive(Debug, Deserialize)]
pub enum Operation {
    /// On a key.
    #[serde(rename = "KV")]
    Key(KeyOperation),
    /// On a node.
    Node(NodeOperation),
    /// On an instance.
    Service(ServiceOperation),
    /// On a check.
    Check(CheckOperation),
}

/// An operation on a key.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct KeyOperation {
    /// What to do.
    pub verb: String,
    /// The key, or the prefix for the verbs on trees.
    pub key: String,
    /// The value in base64.
    pub value: Option<String>,
    /// The number beside the value.
    pub flags: u64,
    /// The index that a check-and-set expects.
    pub index: u64,
    /// The session that locks or unlocks.
    pub session: String,
}

/// An operation on a node.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NodeOperation {
    /// What to do.
    pub verb: String,
    /// The node.
    pub node: NodeBody,
}

/// An operation on an instance.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceOperation {
    /// What to do.
    pub verb: String,
    /// The node it is on.
    pub node: Arc<str>,
    /// The instance.
    pub service: ServiceBody,
}

/// An operation on a check.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckOperation {
    /// What to do.
    pub verb: String,
    /// The check.
    pub check: CheckBody,
}

impl Operation {
    /// Whether it leaves everything as it is. Consul takes an unknown verb for a read of a key, but
    /// for a write to the catalog.
    pub fn is_read(&self) -> bool {
        let verb = match self {
            Self::Key(operation) => return !KEY_WRITES.contains(&operation.verb.as_str()),
            Self::Node(operation) => &operation.verb,
            Self::Service(operation) => &operation.verb,
            Self::Check(operation) => &operation.verb,
        };
        verb == "get"
    }

    /// Does it, and gives its part of the answer.
    pub fn apply(self, state: &mut State, dc: &str, write: &mut Write) -> Vec<Value> {
        match self {
            Self::Key(operation) => operation.apply(state, write),
            Self::Node(operation) => operation.apply(state, dc, write),
            Self::Service(operation) => operation.apply(state, write),
            Self::Check(operation) => operation.apply(state, write),
        }
    }
}

impl KeyOperation {
    /// The value's bytes; `None` when it is not base64.
    pub fn value(&self) -> Option<Bytes> {
        let text = self.value.as_deref().unwrap_or_default();
        STANDARD.decode(text).ok().map(Bytes::from)
    }

    fn apply(self, state: &mut State, write: &mut Write) -> Vec<Value> {
        let kv = &mut state.kv;
        match self.verb.as_str() {
            "set" | "cas" | "lock" | "unlock" => {
                let value = self.value().unwrap_or_default();
                kv.put(&self.key, value, self.flags, write);
                if self.verb == "lock" || self.verb == "unlock" {
                    let session = Arc::from(self.session);
                    kv.lock(&self.key, &session, self.verb == "lock", write);
                }
                // The answer to a write leaves the value out.
                kv.get(&self.key)
                    .map(|entry| key_result(&self.key, entry, false))
                    .into_iter()
                    .collect()
            }
            "delete" | "delete-cas" => {
                kv.remove(&self.key, write);
                Vec::new()
            }
            "delete-tree" => {
                kv.remove_under(&self.key, write);
                Vec::new()
            }
            "get" => kv
                .get(&self.key)
                .map(|entry| key_result(&self.key, entry, true))
                .into_iter()
                .collect(),
            "get-tree" => {
                kv.under(&self.key).map(|(key, entry)| key_result(key, entry, true)).collect()
            }
            "check-index" | "check-session" => kv
                .get(&self.key)
                .map(|entry| key_result(&self.key, entry, false))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl NodeOperation {
    fn apply(self, state: &mut State, dc: &str, write: &mut Write) -> Vec<Value> {
        let name = Arc::clone(&self.node.node);
        match self.verb.as_str() {
            "set" | "cas" => state.catalog.put_node(&name, self.node.into_node(), write),
            "delete" | "delete-cas" => {
                state.catalog.remove_node(&name, write);
                return Vec::new();
            }
            _ => {}
        }
        let node = state.catalog.nodes.get(&name);
        node.map(|node| json!({ "Node": wire::node(dc, &name, node) })).into_iter().collect()
    }
}

impl ServiceOperation {
    fn apply(self, state: &mut State, write: &mut Write) -> Vec<Value> {
        let (id, service) = self.service.into_service();
        let at = (self.node, id);
        match self.verb.as_str() {
            "set" | "cas" => {
                state.catalog.put_service(&at, service, write);
            }
            "delete" | "delete-cas" => {
                state.catalog.remove_service(&at, write);
                return Vec::new();
            }
            _ => {}
        }
        let service = state.catalog.nodes.get(&at.0).and_then(|node| node.services.get(&at.1));
        service
            .map(|service| json!({ "Service": wire::service(&at.1, service, Empty::Null) }))
            .into_iter()
            .collect()
    }
}

impl CheckOperation {
    fn apply(self, state: &mut State, write: &mut Write) -> Vec<Value> {
        let node = Arc::clone(&self.check.node);
        let (id, check) = self.check.into_check();
        let at = (node, id);
        match self.verb.as_str() {
            "set" | "cas" => {
                state.catalog.put_check(&at, check, write);
            }
            "delete" | "delete-cas" => {
                state.catalog.remove_check(&at, write);
                return Vec::new();
            }
            _ => {}
        }
        let check = state.catalog.nodes.get(&at.0).and_then(|node| node.checks.get(&at.1));
        check
            .map(|check| json!({ "Check": wire::check(&at.0, &at.1, check, Empty::Null) }))
            .into_iter()
            .collect()
    }
}

fn key_result(key: &str, entry: &Entry, with_value: bool) -> Value {
    let value = (with_value && !entry.value.is_empty()).then(|| STANDARD.encode(&entry.value));
    let mut fields = json!({
        "LockIndex": entry.lock_index,
        "Key": key,
        "Flags": entry.flags,
        "Value": value,
        "CreateIndex": entry.stamp.create,
        "ModifyIndex": entry.stamp.modify,
    });
    if let (Some(session), Some(fields)) = (&entry.session, fields.as_object_mut()) {
        fields.insert("Session".to_owned(), json!(session));
    }
    json!({ "KV": fields })
}
