//! Events as JSON.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::event::{Event, Kind, Object};
use crate::domain::ids::{CheckId, Dc, NodeName, ServiceName};

/// An event. What it has not is left out behind `index`.
#[derive(Clone, Debug, Serialize)]
pub struct EventJson<'a> {
    /// When dcview learnt of it (UTC).
    pub at: DateTime<Utc>,
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What it happened to, as operators name it.
    pub object: String,
    /// The state before; empty when there was none.
    pub from: &'a str,
    /// The state after; empty when there is none.
    pub to: &'a str,
    /// The Raft index that it came with; 0 where there is none.
    pub index: u64,
    /// Since when it may have happened (UTC), where dcview could not look for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<DateTime<Utc>>,
    /// More about it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub detail: &'a str,
    /// The service that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<&'a ServiceName>,
    /// The node that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<&'a NodeName>,
    /// The check's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<&'a CheckId>,
}

impl<'a> EventJson<'a> {
    /// An event as JSON.
    pub fn of(event: &'a Event) -> Self {
        let text = |text: &'a Arc<str>| -> &'a str { text };
        let check = match &event.object {
            Object::Check { id, .. } => Some(id),
            _ => None,
        };
        Self {
            at: event.at,
            datacenter: &event.dc,
            kind: event.kind,
            object: event.object.to_string(),
            from: text(&event.from),
            to: text(&event.to),
            index: event.index,
            after: event.after,
            detail: text(&event.detail),
            service: event.object.service(),
            node: event.object.node(),
            check,
        }
    }
}
