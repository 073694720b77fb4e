//! Turns answers into feeds, and keeps account of what is missing, stale or hidden.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::page::Page;
use crate::consul::{ApiError, Class};
use crate::domain::catalog::{InstanceKey, Node};
use crate::domain::delta::Delta;
use crate::domain::feed::{Body, Feed, List, Report, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::domain::ids::Dc;
use crate::domain::tally::Failing;
use crate::report::ask::Got;
use crate::report::health::Health;
use crate::report::trouble::Troubles;

/// What one datacenter's store is to be told.
pub(super) struct Teller<'a> {
    dc: &'a Dc,
    now: DateTime<Utc>,
    hides: bool,
    printed: &'a [&'a str],
    bodies: Vec<Body>,
    missing: Vec<(&'static str, ApiError)>,
    stale: Option<Duration>,
    is_filtered: bool,
    /// True when there is a list that ACLs may have shortened.
    has_list: bool,
    /// Lists of the answer in which nothing stands, though there may be something that ACLs hide.
    hollow: Vec<&'static str>,
}

impl<'a> Teller<'a> {
    pub fn new(dc: &'a Dc, now: DateTime<Utc>, hides: bool, printed: &'a [&'a str]) -> Self {
        Self {
            dc,
            now,
            hides,
            printed,
            bodies: Vec::new(),
            missing: Vec::new(),
            stale: None,
            is_filtered: false,
            has_list: false,
            hollow: Vec::new(),
        }
    }

    pub fn say(&mut self, body: Body) {
        self.bodies.push(body);
    }

    /// Notes how fresh a list is, and whether that it is empty proves anything; gives it back when
    /// there is one.
    fn rows<T>(
        &mut self,
        list: List,
        name: &'static str,
        got: Got<T>,
        is_empty: impl Fn(&T) -> bool,
    ) -> Option<T> {
        if let Ok(told) = &got
            && (told.is_filtered || self.hides)
            && self.printed.contains(&name)
            && is_empty(&told.value)
        {
            self.hollow.push(name);
        }
        self.list(list, name, got)
    }

    /// Notes how fresh a list is; gives it back when there is one.
    pub fn list<T>(&mut self, list: List, name: &'static str, got: Got<T>) -> Option<T> {
        match got {
            Ok(told) => {
                let can_be_short = list != List::Servers;
                let freshness = Freshness {
                    state: State::Live,
                    at: Some(self.now),
                    leaderless: told.stale,
                    may_be_filtered: told.is_filtered || (self.hides && can_be_short),
                    is_polled: false,
                };
                self.stale = self.stale.max(told.stale);
                self.is_filtered |= told.is_filtered;
                self.has_list |= can_be_short;
                self.say(Body::Freshness(list, freshness));
                Some(told.value)
            }
            Err(error) => {
                let why: Arc<str> = error.short().into();
                let state = match error.class() {
                    Class::Denied => State::Denied { why },
                    _ => State::Stale { since: None, why, retry_at: None },
                };
                self.say(Body::Freshness(list, Freshness { state, ..Freshness::default() }));
                self.missing.push((name, error));
                None
            }
        }
    }

    pub fn checks(&mut self, checks: Got<Failing>) {
        if let Some(failing) = self.rows(List::Checks, "checks", checks, Failing::is_empty) {
            let upserts = failing.into_iter().collect();
            self.say(Body::Checks(Delta { upserts, removed: Vec::new() }));
        }
    }

    pub fn health(&mut self, health: Health) {
        let Health { checks, summaries, refused, services } = health;
        self.checks(checks);
        if self.rows(List::Services, "services", summaries, Vec::is_empty).is_some() {
            let upserts = services.into_iter().map(|(name, row)| (name, Arc::new(row))).collect();
            self.say(Body::Services(Delta { upserts, removed: Vec::new() }));
        }
        self.missing.extend(refused.map(|error| ("instances of services", error)));
    }

    pub fn nodes(&mut self, nodes: Got<Vec<Node>>) {
        if let Some(nodes) = self.rows(List::Nodes, "nodes", nodes, Vec::is_empty) {
            let row = |node: Node| (node.name.clone(), Arc::new(node));
            let upserts = nodes.into_iter().map(row).collect();
            self.say(Body::Nodes(Delta { upserts, removed: Vec::new() }));
        }
    }

    pub fn page(&mut self, subject: Subject, page: Got<Page>) {
        let name = match &subject {
            Subject::Service(_) => "the service",
            Subject::Node(_) => "the node",
            _ => return,
        };
        let Some(Page { instances, node }) = self.list(List::Subject(subject.clone()), name, page)
        else {
            return;
        };
        if let Some((node, own)) = node {
            self.say(Body::NodeChecks(node.name.clone(), own));
            let upserts = vec![(node.name.clone(), Arc::new(node))];
            self.say(Body::Nodes(Delta { upserts, removed: Vec::new() }));
        }
        let rows = instances.into_iter().map(|it| {
            let key = InstanceKey { node: it.node.clone(), id: it.id.clone() };
            (key, Arc::new(it))
        });
        let delta = Delta { upserts: rows.collect(), removed: Vec::new() };
        self.say(Body::Instances(subject, delta));
    }

    /// All that was said, as feeds; what was noted goes to the troubles.
    pub fn end(self, troubles: &mut Troubles) -> Vec<Report> {
        let (denied, failed): (Vec<_>, Vec<_>) =
            self.missing.into_iter().partition(|(_, error)| error.class() == Class::Denied);
        // An endpoint that this version does not have leaves its fields empty, and that is all.
        let failed = failed.into_iter().filter(|(_, error)| error.class() != Class::Absent);
        for missing in [failed.collect(), denied] {
            let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
            if let Some((_, error)) = missing.first() {
                troubles.failed(Some(self.dc), &names, error);
            }
        }
        if let Some(age) = self.stale {
            troubles.stale(self.dc, age);
        }
        if !self.hollow.is_empty() {
            troubles.hollow(Some(self.dc), &self.hollow);
        } else if self.is_filtered {
            troubles.filtered(self.dc);
        } else if self.hides && self.has_list {
            troubles.may_be_filtered(self.dc);
        }
        let feed = |body| {
            Report::Feed(Box::new(Feed { dc: self.dc.clone(), ticket: 0, at: self.now, body }))
        };
        self.bodies.into_iter().map(feed).collect()
    }
}
