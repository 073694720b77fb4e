//! What was told of subjects that are no longer shown, for when they are shown again.
//!
//! A datacenter that goes dark tells nothing: a view of it that is opened then shows what was told
//! before, as old, until it is told anew. Kept are the last few of each datacenter. Keys, sessions and
//! locks are not: what is written is decided by them, and they are read anew. Invariant: what was told
//! before is never mixed with what is told anew.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Datacenter;
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::consumers::{Consumers, Swept};
use crate::domain::delta::Rows;
use crate::domain::feed::{Body, List, NodeRoundTrip, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::domain::health::Check;
use crate::domain::map::Edges;

/// So many subjects are kept of a datacenter: those of the views that one goes back and forth between.
const MOST: usize = 8;
/// So many rows are kept of a datacenter: some megabytes where each is an instance with its checks.
const MOST_ROWS: usize = 10_000;

/// What was told of one subject.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) subject: Subject,
    /// When it was true last (UTC).
    pub(crate) at: DateTime<Utc>,
    pub(crate) may_be_filtered: bool,
    pub(crate) instances: Option<Rows<InstanceKey, Instance>>,
    pub(crate) checks: Option<Vec<Arc<Check>>>,
    pub(crate) round_trip: Option<NodeRoundTrip>,
    pub(crate) consumers: Option<Arc<Consumers>>,
    pub(crate) swept: Option<Arc<Swept>>,
    pub(crate) edges: Option<Arc<Edges>>,
}

impl Kept {
    fn rows(&self) -> usize {
        self.instances.as_ref().map_or(0, Rows::len)
            + self.checks.as_ref().map_or(0, Vec::len)
            + self.consumers.as_ref().map_or(0, |it| it.rows.len())
            + self.swept.as_ref().map_or(0, |it| it.found.len())
            + self.edges.as_ref().map_or(0, |it| it.edges.len())
    }
}

impl Datacenter {
    /// Puts away what was told of the subjects that are no longer shown.
    pub(super) fn put_away(&mut self, is_shown: impl Fn(&Subject) -> bool) {
        let subject = |list: &List| match list {
            List::Subject(subject) if !is_shown(subject) => Some(subject.clone()),
            _ => None,
        };
        let mut hidden: Vec<Subject> = self.fresh.keys().filter_map(subject).collect();
        // What is recalled is the same wherever it is told the same.
        hidden.sort_unstable();
        for subject in hidden {
            if let Some(kept) = self.taken(&subject) {
                self.kept.push_back(Arc::new(kept));
            }
            self.recalled.remove(&subject);
        }
        let rows = |kept: &VecDeque<Arc<Kept>>| kept.iter().map(|it| it.rows()).sum::<usize>();
        while self.kept.len() > MOST || rows(&self.kept) > MOST_ROWS {
            self.kept.pop_front();
        }
    }

    /// All that was told of a subject, which is forgotten; `None` where that is not kept, or nothing
    /// was.
    fn taken(&mut self, subject: &Subject) -> Option<Kept> {
        let fresh = self.freshness(&List::Subject(subject.clone()));
        let mut kept = Kept {
            subject: subject.clone(),
            at: fresh.at?,
            may_be_filtered: fresh.may_be_filtered,
            instances: None,
            checks: None,
            round_trip: None,
            consumers: None,
            swept: None,
            edges: None,
        };
        match subject {
            Subject::Service(_) => kept.instances = self.instances.remove(subject),
            Subject::Node(node) => {
                kept.instances = self.instances.remove(subject);
                kept.checks = self.node_checks.remove(node);
                kept.round_trip = self.round_trips.remove(node);
            }
            Subject::Consumers(name) => kept.consumers = self.consumers.remove(name),
            Subject::Disagreements => kept.swept = self.swept.take(),
            Subject::Map => kept.edges = self.edges.take(),
            _ => return None,
        }
        Some(kept)
    }

    /// Shows what was told of a subject before, as old; false where nothing is kept.
    pub(super) fn recall(&mut self, subject: &Subject) -> bool {
        let Some(place) = self.kept.iter().position(|it| it.subject == *subject) else {
            return false;
        };
        let Some(kept) = self.kept.remove(place) else { return false };
        let kept = Arc::unwrap_or_clone(kept);
        self.instances.extend(kept.instances.map(|rows| (subject.clone(), rows)));
        match subject {
            Subject::Node(node) => {
                self.node_checks.extend(kept.checks.map(|checks| (node.clone(), checks)));
                self.round_trips.extend(kept.round_trip.map(|trip| (node.clone(), trip)));
            }
            Subject::Consumers(name) => {
                self.consumers.extend(kept.consumers.map(|it| (name.clone(), it)));
            }
            _ => {}
        }
        self.swept = kept.swept.or_else(|| self.swept.take());
        self.edges = kept.edges.or_else(|| self.edges.take());
        let Kept { at, may_be_filtered, .. } = kept;
        let fresh = Freshness { at: Some(at), may_be_filtered, ..Freshness::default() };
        self.fresh.insert(List::Subject(subject.clone()), fresh);
        self.recalled.insert(subject.clone());
        true
    }

    /// True while what is shown of a subject is what was told before it was shown again.
    pub(crate) fn is_recalled(&self, subject: &Subject) -> bool {
        self.recalled.contains(subject)
    }

    /// Makes way for something that is told anew of a subject; gives the instances that were told
    /// before, and `None` where that says more than what is told now.
    pub(super) fn makes_way(&mut self, body: &Body) -> Option<Vec<InstanceKey>> {
        let is_beginning = match body {
            Body::Edges(edges) => edges.at.is_none(),
            Body::Disagreements(swept) => swept.at.is_none(),
            _ => false,
        };
        let Some(subject) = subject_of(body).filter(|subject| self.is_recalled(subject)) else {
            return Some(Vec::new());
        };
        (!is_beginning).then(|| self.drop_recalled(&subject))
    }

    /// Takes in how fresh a subject is: what was told before keeps its age until it is told anew. Gives
    /// the instances that are gone by that.
    pub(super) fn stands(&mut self, subject: &Subject, mut fresh: Freshness) -> Vec<InstanceKey> {
        let mut gone = Vec::new();
        let list = List::Subject(subject.clone());
        if self.is_recalled(subject) {
            match fresh.at {
                // Of a list that is empty nothing else is told.
                Some(_) => gone = self.drop_recalled(subject),
                None => {
                    fresh.at = self.fresh.get(&list).and_then(|fresh| fresh.at);
                    if let State::Stale { since, .. } = &mut fresh.state {
                        *since = fresh.at;
                    }
                }
            }
        }
        self.fresh.insert(list, fresh);
        gone
    }

    fn drop_recalled(&mut self, subject: &Subject) -> Vec<InstanceKey> {
        self.recalled.remove(subject);
        match subject {
            Subject::Node(node) => drop(self.node_checks.remove(node)),
            Subject::Consumers(name) => drop(self.consumers.remove(name)),
            Subject::Disagreements => self.swept = None,
            Subject::Map => self.edges = None,
            _ => {}
        }
        // Nothing stays of them, but that it was told.
        let rows = self.instances.get_mut(subject).map(std::mem::take);
        rows.into_iter().flat_map(Rows::into_keys).collect()
    }
}

/// The subject of which something is told whole, or as what changed.
fn subject_of(body: &Body) -> Option<Subject> {
    match body {
        Body::Instances(subject, _) => Some(subject.clone()),
        Body::NodeChecks(node, _) => Some(Subject::Node(node.clone())),
        Body::Consumers(consumers) => Some(Subject::Consumers(consumers.service.clone())),
        Body::Disagreements(_) => Some(Subject::Disagreements),
        Body::Edges(_) => Some(Subject::Map),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
