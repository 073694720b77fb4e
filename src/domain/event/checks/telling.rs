//! The events that changes of checks are told as: one for each fact.
//!
//! | check | kind | object | words |
//! | --- | --- | --- | --- |
//! | `serfHealth` of a node | node | the node | `alive`, `failed` |
//! | `_node_maintenance` | maintenance | the node | `maintenance`, or nothing |
//! | `_service_maintenance:ID` | maintenance | the instance | `maintenance`, or nothing |
//! | any other | check | the check | its state |
//!
//! That `serfHealth` goes is told by the node that leaves the catalog with it, and not here.

use std::sync::Arc;

use super::{Moment, PASSING_OR_GONE};
use crate::domain::event::{Event, Kind, Object};
use crate::domain::health::Check;

/// The check by which Consul's gossip tells whether a node lives.
const GOSSIP: &str = "serfHealth";
const NODE_MAINTENANCE: &str = "_node_maintenance";
const SERVICE_MAINTENANCE: &str = "_service_maintenance:";

/// A change of a check, in words.
#[derive(Clone, Debug)]
pub(super) struct Turn<'a> {
    /// The check, as it was last listed.
    pub check: &'a Check,
    pub from: &'static str,
    pub to: &'static str,
    /// What it says now.
    pub says: &'a Arc<str>,
    /// The index of the change.
    pub index: u64,
}

/// True for a check that is there only as long as what it stands for, and is in no other state.
pub(super) fn is_maintenance(check: &Check) -> bool {
    let id = check.id.as_str();
    id == NODE_MAINTENANCE || id.starts_with(SERVICE_MAINTENANCE)
}

/// The event of a change; `None` where another one tells the same.
pub(super) fn tell(turn: &Turn, moment: Moment) -> Option<Event> {
    let Turn { check, from, to, says, index } = *turn;
    let event = |kind, object, from: &str, to: &str, detail: &Arc<str>| Event {
        at: moment.at,
        after: moment.after,
        dc: moment.dc.clone(),
        kind,
        object,
        from: from.into(),
        to: to.into(),
        detail: Arc::clone(detail),
        index,
    };
    if is_maintenance(check) {
        let words = (of_maintenance(from), of_maintenance(to));
        return Some(event(Kind::Maintenance, holder(check), words.0, words.1, &check.notes));
    }
    if check.is_of_node() && check.id.as_str() == GOSSIP {
        let node = Object::Node(check.node.clone());
        return (!to.is_empty()).then(|| event(Kind::Node, node, of_node(from), of_node(to), says));
    }
    let object = Object::Check {
        node: check.node.clone(),
        id: check.id.clone(),
        name: Arc::clone(&check.name),
        service: check.service_name.clone(),
        service_id: check.service_id.clone(),
    };
    Some(event(Kind::Check, object, from, to, says))
}

/// What is in maintenance.
fn holder(check: &Check) -> Object {
    let Check { node, service_name, service_id, .. } = check;
    if check.is_of_node() {
        return Object::Node(node.clone());
    }
    let (service, id) = (service_name.clone(), service_id.clone());
    Object::Instance { service, node: node.clone(), id }
}

fn of_maintenance(word: &str) -> &'static str {
    if matches!(word, "critical" | "maintenance") { "maintenance" } else { "" }
}

fn of_node(word: &'static str) -> &'static str {
    match word {
        "passing" => "alive",
        "critical" => "failed",
        PASSING_OR_GONE | "not critical" | "not warning" => "alive or gone",
        other => other,
    }
}
