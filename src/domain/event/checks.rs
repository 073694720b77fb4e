//! What happened to checks, from two answers of the list of those that fail.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Event, Kind, Object};
use crate::domain::health::{Check, Status};
use crate::domain::ids::Dc;
use crate::domain::tally::Failing;

/// When and where two answers differ.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The datacenter.
    pub dc: &'a Dc,
    /// When the later answer came (UTC).
    pub at: DateTime<Utc>,
    /// When the earlier one was last known to be true, if it was not so until just before (UTC).
    pub after: Option<DateTime<Utc>>,
    /// The later answer's index.
    pub index: u64,
}

/// The transitions between two lists of failing checks, in the order of their indexes.
pub fn transitions(old: &Failing, new: &Failing, moment: Moment) -> Vec<Event> {
    let mut events: Vec<Event> = new
        .iter()
        .filter_map(|(key, check)| {
            let before = old.get(key).map_or(Status::Passing, |before| before.status);
            (before != check.status).then(|| event(check, before, check.status, moment))
        })
        .collect();
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key));
    events.extend(gone.map(|(_, check)| event(check, check.status, Status::Passing, moment)));
    events.sort_unstable_by_key(|event| event.index);
    events
}

fn event(check: &Check, from: Status, to: Status, moment: Moment) -> Event {
    let is_maintenance = Status::Maintenance == from || Status::Maintenance == to;
    let index = if to == Status::Passing { moment.index } else { check.modify_index };
    Event {
        at: moment.at,
        after: moment.after,
        dc: moment.dc.clone(),
        kind: if is_maintenance { Kind::Maintenance } else { Kind::Check },
        object: Object::Check {
            node: check.node.clone(),
            id: check.id.clone(),
            name: Arc::clone(&check.name),
            service: check.service_name.clone(),
            service_id: check.service_id.clone(),
        },
        from: from.word().into(),
        to: to.word().into(),
        detail: if to == Status::Passing { Arc::default() } else { Arc::clone(&check.output) },
        index,
    }
}
