//! `/v1/txn`: several operations that happen together or not at all.
//!
//! First every operation is checked against what those before it would leave ([`plan`]); only if
//! none is refused are they applied, in one raft entry.

mod plan;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::catalog::Write;
use super::datacenter::contact;
use super::kv::Entry;
use super::registration::{CheckBody, NodeBody, ServiceBody};
use super::state::State;
use super::wire::{self, Empty};
use plan::Plan;

/// How many operations Consul takes in one transaction.
const MAX_OPERATIONS: usize = 64;

/// The verbs that change a key.
const KEY_WRITES: [&str; 7] = [
    "set",
    "cas",
    "lock",
    "unlock",
    "delete",
    "delete-cas",
    "delete-tree",
];

/// One operation.
#[derive(Debug, Deserialize)]
enum Operation {
    #[serde(rename = "KV")]
    Key(KeyOperation),
    Node(NodeOperation),
    Service(ServiceOperation),
    Check(CheckOperation),
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct KeyOperation {
    verb: String,
    key: String,
    value: Option<String>,
    flags: u64,
    index: u64,
    session: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NodeOperation {
    verb: String,
    node: NodeBody,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceOperation {
    verb: String,
    node: Arc<str>,
    service: ServiceBody,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CheckOperation {
    verb: String,
    check: CheckBody,
}

/// Answers a transaction.
pub fn run(state: &mut State, dc: &str, body: &Bytes) -> Answer {
    let contact = contact(state);
    let operations: Vec<Operation> = match serde_json::from_slice(body) {
        Ok(operations) => operations,
        Err(error) => return Answer::bad_request(format!("Failed to parse body: {error}")),
    };
    if operations.len() > MAX_OPERATIONS {
        let text = format!(
            "Transaction contains too many operations ({} > {MAX_OPERATIONS})",
            operations.len()
        );
        return Answer::error(StatusCode::PAYLOAD_TOO_LARGE, text);
    }
    let reads_only = operations.iter().all(Operation::is_read);
    let (status, mut answer) = match refused(state, &operations) {
        Some((at, what)) => {
            let errors = json!([{ "OpIndex": at, "What": what }]);
            (
                StatusCode::CONFLICT,
                json!({ "Results": null, "Errors": errors }),
            )
        }
        None => (
            StatusCode::OK,
            json!({ "Results": apply(state, dc, operations), "Errors": null }),
        ),
    };
    if !reads_only {
        return Answer::json(&answer).with_status(status);
    }
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("Index".to_owned(), json!(0));
        fields.insert("LastContact".to_owned(), json!(contact.last_contact_ms));
        fields.insert("KnownLeader".to_owned(), json!(contact.known_leader));
        fields.insert("ConsistencyLevel".to_owned(), json!(""));
    }
    Answer {
        contact: Some(contact),
        ..Answer::json(&answer).with_status(status)
    }
}

fn refused(state: &State, operations: &[Operation]) -> Option<(usize, String)> {
    let mut plan = Plan::new(state);
    operations
        .iter()
        .enumerate()
        .find_map(|(at, operation)| plan.check(operation).err().map(|what| (at, what)))
}

fn apply(state: &mut State, dc: &str, operations: Vec<Operation>) -> Vec<Value> {
    if operations.iter().all(Operation::is_read) {
        let mut idle = Write {
            index: state.index,
            events: Vec::new(),
        };
        return operations
            .into_iter()
            .flat_map(|it| it.apply(state, dc, &mut idle))
            .collect();
    }
    state.write(|state, write| {
        operations
            .into_iter()
            .flat_map(|operation| operation.apply(state, dc, write))
            .collect()
    })
}

impl Operation {
    /// Whether it leaves everything as it is. Consul takes an unknown verb for a read of a key, but
    /// for a write to the catalog.
    fn is_read(&self) -> bool {
        let verb = match self {
            Self::Key(operation) => return !KEY_WRITES.contains(&operation.verb.as_str()),
            Self::Node(operation) => &operation.verb,
            Self::Service(operation) => &operation.verb,
            Self::Check(operation) => &operation.verb,
        };
        verb == "get"
    }

    fn apply(self, state: &mut State, dc: &str, write: &mut Write) -> Vec<Value> {
        match self {
            Self::Key(operation) => operation.apply(state, write),
            Self::Node(operation) => operation.apply(state, dc, write),
            Self::Service(operation) => operation.apply(state, write),
            Self::Check(operation) => operation.apply(state, write),
        }
    }
}

impl KeyOperation {
    fn value(&self) -> Option<Bytes> {
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
            "get-tree" => kv
                .under(&self.key)
                .map(|(key, entry)| key_result(key, entry, true))
                .collect(),
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
        node.map(|node| json!({ "Node": wire::node(dc, &name, node) }))
            .into_iter()
            .collect()
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
        let service = state
            .catalog
            .nodes
            .get(&at.0)
            .and_then(|node| node.services.get(&at.1));
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
        let check = state
            .catalog
            .nodes
            .get(&at.0)
            .and_then(|node| node.checks.get(&at.1));
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
