//! The subjects that the screen shows now, and what was told of each.
//!
//! The screen drops what comes under an older ticket than its own, and may have dropped what was on
//! its way when it asked anew. So a subject that stays shown under a new ticket is told again,
//! whole, together with the keys that went away under the old one.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use super::Ticketed;
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::delta::{self, Delta, Rows};
use crate::domain::feed::{Body, NodeRoundTrip, Subject};
use crate::domain::health::Check;
use crate::domain::ids::SessionId;
use crate::domain::kv::Session;
use crate::watch::inbox::SubjectNews;

/// Rows of a subject, and those that went away since its ticket is shown.
struct Listed<K, V> {
    rows: Rows<K, V>,
    gone: HashSet<K>,
}

/// One shown subject.
#[derive(Default)]
struct Shown {
    ticket: u64,
    instances: Listed<InstanceKey, Instance>,
    sessions: Listed<SessionId, Session>,
    checks: Option<Vec<Arc<Check>>>,
    round_trip: Option<NodeRoundTrip>,
    /// All of it, where it is told whole.
    whole: Option<Body>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Subjects {
    shown: HashMap<Subject, Shown>,
}

impl Subjects {
    /// The ticket that a subject is shown under; `None` when it is not shown.
    pub fn ticket(&self, subject: &Subject) -> Option<u64> {
        self.shown.get(subject).map(|shown| shown.ticket)
    }

    /// Shows a subject under this ticket from now on, or no longer.
    pub fn show(&mut self, subject: &Subject, ticket: Option<u64>, out: &mut Vec<Ticketed>) {
        let Some(ticket) = ticket else {
            self.shown.remove(subject);
            return;
        };
        let shown = self.shown.entry(subject.clone()).or_default();
        if shown.ticket != ticket {
            shown.ticket = ticket;
            shown.tell_again(subject, out);
        }
    }

    /// Takes what came of subjects; what is late is dropped.
    pub fn take(&mut self, news: HashMap<Subject, SubjectNews>, out: &mut Vec<Ticketed>) {
        for (subject, news) in news {
            if let Some(shown) = self.shown.get_mut(&subject) {
                shown.take(&subject, news, out);
            }
        }
    }
}

impl Shown {
    fn tell_again(&mut self, subject: &Subject, out: &mut Vec<Ticketed>) {
        let delta = self.instances.again();
        let instances = delta.map(|delta| Body::Instances(subject.clone(), delta));
        let sessions = self.sessions.again().map(Body::Sessions);
        let all = [instances, sessions, self.whole.clone()].into_iter().flatten();
        out.extend(all.map(|body| (self.ticket, body)));
        let Subject::Node(node) = subject else { return };
        if let Some(checks) = self.checks.clone() {
            out.push((self.ticket, Body::NodeChecks(node.clone(), checks)));
        }
        if let Some(trip) = self.round_trip.clone() {
            out.push((self.ticket, Body::NodeRoundTrip(node.clone(), trip)));
        }
    }

    fn take(&mut self, subject: &Subject, news: SubjectNews, out: &mut Vec<Ticketed>) {
        if let Some(list) = news.instances {
            let rows = list.into_iter().map(|instance| (key(&instance), instance));
            let delta = self.instances.replace(rows);
            out.extend(delta.map(|d| (self.ticket, Body::Instances(subject.clone(), d))));
        }
        if let Some(list) = news.sessions {
            let rows = list.into_iter().map(|session| (session.id.clone(), session));
            let delta = self.sessions.replace(rows);
            out.extend(delta.map(|delta| (self.ticket, Body::Sessions(delta))));
        }
        if let Some(body) = news.whole {
            self.whole = Some(body.clone());
            out.push((self.ticket, body));
        }
        let Subject::Node(node) = subject else { return };
        if news.checks.is_some() && news.checks != self.checks {
            self.checks.clone_from(&news.checks);
            let body = news.checks.map(|checks| Body::NodeChecks(node.clone(), checks));
            out.extend(body.map(|body| (self.ticket, body)));
        }
        if news.round_trip.is_some() && news.round_trip != self.round_trip {
            self.round_trip.clone_from(&news.round_trip);
            let body = news.round_trip.map(|trip| Body::NodeRoundTrip(node.clone(), trip));
            out.extend(body.map(|body| (self.ticket, body)));
        }
    }
}

impl<K: Clone + Eq + Hash, V: PartialEq> Listed<K, V> {
    /// Replaces the rows; the difference, if there is one.
    fn replace(&mut self, rows: impl IntoIterator<Item = (K, V)>) -> Option<Delta<K, V>> {
        let delta = delta::replace(&mut self.rows, rows);
        self.gone.retain(|key| !self.rows.contains_key(key));
        self.gone.extend(delta.removed.iter().cloned());
        (!delta.is_empty()).then_some(delta)
    }

    /// Everything, for one who may have missed what was told before.
    fn again(&mut self) -> Option<Delta<K, V>> {
        let upserts = self.rows.iter().map(|(key, row)| (key.clone(), Arc::clone(row)));
        let delta = Delta { upserts: upserts.collect(), removed: self.gone.drain().collect() };
        (!delta.is_empty()).then_some(delta)
    }
}

impl<K, V> Default for Listed<K, V> {
    fn default() -> Self {
        Self { rows: Rows::new(), gone: HashSet::new() }
    }
}

fn key(instance: &Instance) -> InstanceKey {
    InstanceKey { node: instance.node.clone(), id: instance.id.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(id: &str) -> Instance {
        Instance {
            service: "web".into(),
            id: id.into(),
            node: "n1".into(),
            address: "10.0.0.1".into(),
            port: 80,
            tags: Vec::new(),
            meta: indexmap::IndexMap::new(),
            version: Arc::default(),
            checks: Vec::new(),
            status: crate::domain::health::Status::Passing,
            create_index: 1,
            modify_index: 1,
        }
    }

    fn news(ids: &[&str]) -> HashMap<Subject, SubjectNews> {
        let instances = Some(ids.iter().map(|id| instance(id)).collect());
        let news = SubjectNews { instances, ..SubjectNews::default() };
        HashMap::from([(Subject::Service("web".into()), news)])
    }

    #[test]
    fn a_subject_under_a_new_ticket_is_told_again_with_what_went_away() {
        let subject = Subject::Service("web".into());
        let mut subjects = Subjects::default();
        subjects.show(&subject, Some(1), &mut Vec::new());
        subjects.take(news(&["a", "b"]), &mut Vec::new());
        subjects.take(news(&["a"]), &mut Vec::new());
        let mut out = Vec::new();
        subjects.show(&subject, Some(2), &mut out);
        let Some((2, Body::Instances(_, delta))) = out.pop() else { panic!("told again") };
        assert_eq!(delta.upserts.len(), 1);
        assert_eq!(delta.removed, [key(&instance("b"))]);
    }

    #[test]
    fn what_comes_of_a_subject_that_is_not_shown_is_dropped() {
        let mut out = Vec::new();
        Subjects::default().take(news(&["a"]), &mut out);
        assert!(out.is_empty());
    }
}
