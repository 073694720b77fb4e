//! What was told of subjects that are no longer shown, for when they are shown again.
//!
//! A datacenter that goes dark tells nothing: a view of it that is opened then shows what was told
//! before, as old, until it is told anew. Kept are the last few of each datacenter. Keys, sessions and
//! locks are not: what is written is decided by them, and they are read anew. Nor are round trips: they
//! are measured apart from their node. Invariant: what was told before is never mixed with what is told
//! anew.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Datacenter;
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::consumers::{Consumers, Swept};
use crate::domain::delta::Rows;
use crate::domain::feed::{Body, List, Subject};
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
    pub(crate) consumers: Option<Arc<Consumers>>,
    pub(crate) swept: Option<Arc<Swept>>,
    pub(crate) edges: Option<Arc<Edges>>,
}

impl Kept {
    /// Nothing of a subject, as of then (UTC).
    pub(crate) fn new(subject: Subject, at: DateTime<Utc>) -> Self {
        Self {
            subject,
            at,
            may_be_filtered: false,
            instances: None,
            checks: None,
            consumers: None,
            swept: None,
            edges: None,
        }
    }

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
            // One that is too large for itself takes no other along.
            if let Some(kept) = self.taken(&subject).filter(|it| it.rows() <= MOST_ROWS) {
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
        let may_be_filtered = fresh.may_be_filtered;
        let mut kept = Kept { may_be_filtered, ..Kept::new(subject.clone(), fresh.at?) };
        match subject {
            Subject::Service(_) => kept.instances = self.instances.remove(subject),
            Subject::Node(node) => {
                kept.instances = self.instances.remove(subject);
                kept.checks = self.node_checks.remove(node);
            }
            // Where nothing was told yet a beginning is better than nothing.
            Subject::Consumers(name) => kept.consumers = Some(self.consumers.remove(name)?),
            Subject::Disagreements => kept.swept = Some(self.swept.take()?),
            Subject::Map => kept.edges = Some(self.edges.take()?),
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
        let Some(subject) = subject_of(body).filter(|subject| self.is_recalled(subject)) else {
            return Some(Vec::new());
        };
        if !is_told_whole(&subject) {
            return Some(self.drop_recalled(&subject));
        }
        // A beginning, or no answer, takes the place of nothing.
        let at = whole_at(body)?;
        let gone = self.drop_recalled(&subject);
        // How fresh it is may have been told before.
        if let Some(fresh) = self.fresh.get_mut(&List::Subject(subject)) {
            age(fresh, Some(at));
        }
        Some(gone)
    }

    /// Takes in how fresh a subject is: what was told before keeps its age until it is told anew. Gives
    /// the instances that are gone by that.
    pub(super) fn stands(&mut self, subject: &Subject, mut fresh: Freshness) -> Vec<InstanceKey> {
        let mut gone = Vec::new();
        let list = List::Subject(subject.clone());
        if self.is_recalled(subject) {
            if fresh.at.is_some() && !is_told_whole(subject) {
                // Of a list that is empty nothing else is told.
                gone = self.drop_recalled(subject);
            } else {
                let at = self.fresh.get(&list).and_then(|fresh| fresh.at);
                age(&mut fresh, at);
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

/// Makes what is told of a subject as old as what there is of it.
fn age(fresh: &mut Freshness, at: Option<DateTime<Utc>>) {
    fresh.at = at;
    if let State::Stale { since, .. } = &mut fresh.state {
        *since = at;
    }
}

/// True for a subject of which all is told at once, also that there is nothing: that it can be read
/// does not say that it was.
fn is_told_whole(subject: &Subject) -> bool {
    matches!(subject, Subject::Consumers(_) | Subject::Disagreements | Subject::Map)
}

/// When what is told whole was so (UTC); `None` while it is not whole. Of the consumers of a service
/// nothing is known without the catalog, whatever else answered.
fn whole_at(body: &Body) -> Option<DateTime<Utc>> {
    match body {
        Body::Edges(edges) => edges.at,
        Body::Disagreements(swept) => swept.at,
        Body::Consumers(consumers) => {
            let raw = &consumers.asked.raw;
            raw.given.as_ref().filter(|_| raw.problem.is_none()).map(|(_, at)| *at)
        }
        _ => None,
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
