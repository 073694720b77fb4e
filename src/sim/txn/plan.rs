//! Whether the operations of a transaction would all be let through.
//!
//! It walks them in order over the unchanged state, remembering what earlier ones would write, and
//! gives Consul's reason for the first that is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::operation::{CheckOperation, KeyOperation, NodeOperation, Operation, ServiceOperation};
use crate::sim::catalog::Place;
use crate::sim::state::State;

/// What the checked operations would leave.
pub struct Plan<'a> {
    state: &'a State,
    /// Keys written (with the index they would get) or removed.
    keys: BTreeMap<String, Option<u64>>,
    nodes: BTreeSet<Arc<str>>,
    services: BTreeSet<Place>,
}

impl<'a> Plan<'a> {
    /// Nothing planned yet.
    pub fn new(state: &'a State) -> Self {
        Self { state, keys: BTreeMap::new(), nodes: BTreeSet::new(), services: BTreeSet::new() }
    }

    /// Checks one operation, and remembers what it would do.
    pub fn check(&mut self, operation: &Operation) -> Result<(), String> {
        match operation {
            Operation::Key(operation) => self.check_key(operation),
            Operation::Node(operation) => self.check_node(operation),
            Operation::Service(operation) => self.check_service(operation),
            Operation::Check(operation) => self.check_check(operation),
        }
    }

    fn check_key(&mut self, operation: &KeyOperation) -> Result<(), String> {
        let key = operation.key.as_str();
        let now = self.key_index(key);
        let stale = |what: &str| Err(format!("failed to {what} key \"{key}\", index is stale"));
        match operation.verb.as_str() {
            "set" | "cas" | "lock" | "unlock" => {
                if operation.value().is_none() {
                    return Err(format!("value of key \"{key}\" is not base64"));
                }
                if operation.verb == "cas" && now.unwrap_or(0) != operation.index {
                    return stale("set");
                }
                self.check_lock(operation)?;
                self.keys.insert(key.to_owned(), Some(self.state.index + 1));
            }
            "delete" => {
                self.keys.insert(key.to_owned(), None);
            }
            "delete-cas" => {
                if now.is_some_and(|now| now != operation.index) {
                    return stale("delete");
                }
                self.keys.insert(key.to_owned(), None);
            }
            "delete-tree" => {
                let under: Vec<_> = self.state.kv.under(key).map(|(key, _)| key.clone()).collect();
                self.keys.extend(under.into_iter().map(|key| (key, None)));
            }
            "get" if now.is_none() => return Err(format!("key \"{key}\" doesn't exist")),
            "check-not-exists" if now.is_some() => return Err(format!("key \"{key}\" exists")),
            "get" | "get-tree" | "check-not-exists" => {}
            "check-index" => match now {
                None => {
                    return Err(format!("failed to check index, key \"{key}\" doesn't exist"));
                }
                Some(now) if now != operation.index => {
                    return Err(format!(
                        "failed index check for key \"{key}\", current modify index {now} != {}",
                        operation.index
                    ));
                }
                Some(_) => {}
            },
            "check-session" => return self.check_session(operation),
            verb => return Err(format!("unknown KV verb \"{verb}\"")),
        }
        Ok(())
    }

    fn check_lock(&self, operation: &KeyOperation) -> Result<(), String> {
        let key = &operation.key;
        let holder = self.state.kv.get(key).and_then(|entry| entry.session.as_deref());
        if operation.verb == "lock" && self.state.kv.is_delayed(key) {
            return Err(format!("failed to lock key \"{key}\" due to lock delay"));
        }
        let refused = match operation.verb.as_str() {
            "lock" => holder.is_some_and(|holder| holder != operation.session),
            "unlock" => holder != Some(operation.session.as_str()),
            _ => false,
        };
        if refused {
            return Err(format!("failed to {} key \"{key}\"", operation.verb));
        }
        Ok(())
    }

    fn check_session(&self, operation: &KeyOperation) -> Result<(), String> {
        let key = &operation.key;
        let Some(entry) = self.state.kv.get(key) else {
            return Err(format!("failed to check session, key \"{key}\" doesn't exist"));
        };
        let holder = entry.session.as_deref().unwrap_or_default();
        if holder == operation.session {
            return Ok(());
        }
        Err(format!(
            "failed session check for key \"{key}\", current session \"{holder}\" != \"{}\"",
            operation.session
        ))
    }

    fn check_node(&mut self, operation: &NodeOperation) -> Result<(), String> {
        let name = &operation.node.node;
        let now = self.state.catalog.nodes.get(name).map(|node| node.stamp.modify);
        let subject = format!("node \"{name}\"");
        check_verb("Node", &operation.verb, &subject, (now, operation.node.modify_index))?;
        self.nodes.insert(Arc::clone(name));
        Ok(())
    }

    fn check_service(&mut self, operation: &ServiceOperation) -> Result<(), String> {
        let node = self.state.catalog.nodes.get(&operation.node);
        if node.is_none() && !self.nodes.contains(&operation.node) {
            return Err("Missing node registration".to_owned());
        }
        let id = operation.service.id();
        let now = node.and_then(|node| node.services.get(id)).map(|service| service.stamp.modify);
        let subject = format!("service \"{id}\" on node \"{}\"", operation.node);
        let expected = operation.service.modify_index;
        check_verb("Service", &operation.verb, &subject, (now, expected))?;
        self.services.insert((Arc::clone(&operation.node), Arc::clone(id)));
        Ok(())
    }

    fn check_check(&mut self, operation: &CheckOperation) -> Result<(), String> {
        let check = &operation.check;
        let node = self.state.catalog.nodes.get(&check.node);
        if node.is_none() && !self.nodes.contains(&check.node) {
            return Err("Missing node registration".to_owned());
        }
        let planned = (Arc::clone(&check.node), Arc::clone(&check.service_id));
        let has_service = check.service_id.is_empty()
            || node.is_some_and(|node| node.services.contains_key(&check.service_id))
            || self.services.contains(&planned);
        if !has_service {
            return Err("Missing service registration".to_owned());
        }
        let now = node.and_then(|node| node.checks.get(&check.id)).map(|check| check.stamp.modify);
        let subject = format!("check \"{}\" on node \"{}\"", check.id, check.node);
        check_verb("Check", &operation.verb, &subject, (now, check.modify_index))
    }

    fn key_index(&self, key: &str) -> Option<u64> {
        match self.keys.get(key) {
            Some(planned) => *planned,
            None => self.state.kv.get(key).map(|entry| entry.stamp.modify),
        }
    }
}

/// Checks the verbs that nodes, services and checks share; `indexes` are the present one and the
/// expected one.
fn check_verb(
    kind: &str,
    verb: &str,
    subject: &str,
    indexes: (Option<u64>, u64),
) -> Result<(), String> {
    let (now, expected) = indexes;
    match verb {
        "get" if now.is_none() => Err(format!("{subject} doesn't exist")),
        "cas" | "delete-cas" if now.unwrap_or(0) != expected => {
            let word = if verb == "cas" { "set" } else { "delete" };
            Err(format!("failed to {word} {subject}, index is stale"))
        }
        "set" | "delete" | "get" | "cas" | "delete-cas" => Ok(()),
        _ => Err(format!("unknown {kind} verb \"{verb}\"")),
    }
}
