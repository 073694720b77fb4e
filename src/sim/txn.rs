//! `/v1/txn`: several operations that happen together or not at all.
//!
//! First every operation is checked against what those before it would leave ([`plan`]); only if
//! none is refused are they applied, in one raft entry.

mod operation;
mod plan;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::answer::Answer;
use super::catalog::Write;
use super::datacenter::contact;
use super::state::State;
use operation::Operation;
use plan::Plan;

/// How many operations Consul takes in one transaction.
const MAX_OPERATIONS: usize = 64;

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
            (StatusCode::CONFLICT, json!({ "Results": null, "Errors": errors }))
        }
        None => {
            (StatusCode::OK, json!({ "Results": apply(state, dc, operations), "Errors": null }))
        }
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
    Answer { contact: Some(contact), ..Answer::json(&answer).with_status(status) }
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
        let mut idle = Write { index: state.index, events: Vec::new() };
        return operations.into_iter().flat_map(|it| it.apply(state, dc, &mut idle)).collect();
    }
    state.write(|state, write| {
        operations.into_iter().flat_map(|operation| operation.apply(state, dc, write)).collect()
    })
}
