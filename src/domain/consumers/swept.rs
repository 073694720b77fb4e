//! The disagreements of all services of a datacenter.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Consumers, Disagreement, Problem, Row, RowKey};
use crate::domain::ids::ServiceName;

/// What a look at all services found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Where ways disagree.
    pub found: Vec<Arc<Found>>,
    /// How many services were looked at so far, ..
    pub checked: usize,
    /// .. of how many.
    pub of: usize,
    /// What could not be asked, and why: once for each way and reason.
    pub problems: Vec<(Arc<str>, Problem)>,
    /// How many services could not be judged, since the catalog did not tell their instances.
    pub unread: usize,
    /// True when the token may not see every service and instance.
    pub may_be_filtered: bool,
    /// When it was complete (UTC); `None` while it is not.
    pub at: Option<DateTime<Utc>>,
}

/// A row of a service on which ways disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The service.
    pub service: ServiceName,
    /// The row.
    pub row: Row,
}

impl Swept {
    /// Adds what was seen of one service.
    pub fn add(&mut self, consumers: &Consumers) {
        self.checked += 1;
        let is_unread = consumers.asked.raw.now().is_none();
        self.unread += usize::from(is_unread);
        for (way, problem) in consumers.problems() {
            let way: Arc<str> = way.to_string().into();
            if !self.problems.iter().any(|(it, old)| *it == way && old.why == problem.why) {
                self.problems.push((way, problem.clone()));
            }
        }
        let service = &consumers.service;
        let found = consumers
            .disagreeing()
            .map(|row| Arc::new(Found { service: service.clone(), row: row.clone() }));
        self.found.extend(found);
    }

    /// What was found, in its order.
    pub fn said(&self) -> impl Iterator<Item = (&ServiceName, &RowKey, &[Disagreement])> {
        self.found.iter().map(|it| (&it.service, &it.row.key, it.row.disagreements.as_slice()))
    }

    /// The one that was found before under the same name.
    pub fn same(&self, service: &ServiceName, row: &Row) -> Option<&Arc<Found>> {
        self.found.iter().find(|it| it.service == *service && it.row.key == row.key)
    }
}
