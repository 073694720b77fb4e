//! What is known of one datacenter, put together from its watchers' lists.
//!
//! It owns the failing checks, summaries, nodes and subjects, counts instances, and says what
//! changed. Pure but for [`run`], which waits for the inbox and for the lane to the screen: a full
//! lane makes it wait, and what comes meanwhile is merged in the inbox. Invariants: services and
//! nodes are not told before the checks that they are judged by; only what a change touches is
//! counted again.

mod freshness;
mod nodes;
mod roster;
mod services;
mod subjects;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::context::Context;
use super::inbox::Pending;
use super::placement::Wanted;
use crate::clock;
use crate::domain::delta::{Delta, Rows};
use crate::domain::feed::{Body, Feed, List, Report};
use crate::domain::freshness::State;
use crate::domain::health::{Check, CheckKey};
use crate::domain::ids::{NodeName, ServiceName};
use crate::domain::server::Servers;
use crate::domain::tally::{Failing, Placement};

use freshness::Told;
use roster::Roster;
use subjects::Subjects;

/// A body and the ticket that it is told under.
pub(super) type Ticketed = (u64, Body);

/// Rows to count again.
enum Touched<K> {
    All,
    Some(HashSet<K>),
}

/// What is known of one datacenter, and what was told of it.
#[derive(Default)]
pub(super) struct Board {
    failing: Option<Failing>,
    roster: Option<Roster>,
    catalog: Option<Vec<crate::domain::catalog::Node>>,
    placement: Placement,
    wanted: Wanted,
    services: Rows<ServiceName, crate::domain::catalog::ServiceHealth>,
    nodes: Rows<NodeName, crate::domain::catalog::Node>,
    servers: Servers,
    subjects: Subjects,
    told: Told,
    /// False until services and nodes may be told.
    is_judged: bool,
    /// What is not told yet.
    outbox: VecDeque<Ticketed>,
}

/// Takes what the inbox holds and tells what changed, for as long as somebody listens. Ended in
/// the middle, it goes on later where it was: what was not told yet waits in the board.
pub(super) async fn run(
    board: &mut Board,
    ctx: &Context,
    out: &mpsc::Sender<Report>,
    wanted: &watch::Sender<Wanted>,
) {
    loop {
        if !board.tell(ctx, out).await {
            return;
        }
        let mut pending = ctx.inbox.take().await;
        // The fast path does not wait for the counts that follow from it.
        let touched = board.take_checks(&mut pending);
        if !board.tell(ctx, out).await {
            return;
        }
        board.take_rest(pending, touched);
        wanted.send_if_modified(|told| {
            let changed = *told != board.wanted;
            told.clone_from(&board.wanted);
            changed
        });
    }
}

impl Board {
    /// Sends what is to be told; false when nobody listens any more. What is not sent yet when
    /// this is dropped stays to be told.
    async fn tell(&mut self, ctx: &Context, out: &mpsc::Sender<Report>) -> bool {
        while !self.outbox.is_empty() {
            let Ok(lane) = out.reserve().await else {
                return false;
            };
            let Some((ticket, body)) = self.outbox.pop_front() else {
                break;
            };
            let feed = Feed { dc: ctx.dc.clone(), ticket, at: clock::now(), body };
            lane.send(Report::Feed(Box::new(feed)));
        }
        true
    }

    /// Takes the pulse and the failing checks; returns the checks that came, went or changed.
    fn take_checks(&mut self, pending: &mut Pending) -> Option<Vec<Arc<Check>>> {
        self.outbox.extend(pending.pulse.take().map(|pulse| (0, Body::Pulse(pulse))));
        let (events, lost) =
            (std::mem::take(&mut pending.events), std::mem::take(&mut pending.lost));
        if !events.is_empty() || lost > 0 {
            self.outbox.push_back((0, Body::Events(events, lost)));
        }
        let new = pending.checks.take()?;
        let (delta, touched) = exchange(self.failing.get_or_insert_default(), new);
        if !delta.is_empty() {
            self.outbox.push_back((0, Body::Checks(delta)));
        }
        Some(touched)
    }

    /// Takes everything else.
    fn take_rest(&mut self, pending: Pending, checks: Option<Vec<Arc<Check>>>) {
        let mut out = Vec::new();
        let (services, nodes) = self.touch(&pending, checks);
        if let Some(list) = pending.summaries {
            self.roster = Some(Roster::new(list, self.roster.as_ref()));
            self.placement.clear();
            self.wanted.renew();
        }
        self.placement.extend(pending.placements);
        if let Some(list) = pending.nodes {
            self.catalog = Some(list);
        }
        if self.is_judged {
            let services = services.map(|touched| self.count_services(&touched));
            let nodes = nodes.map(|touched| self.judge_nodes(&touched));
            let services = services.filter(|delta| !delta.is_empty());
            out.extend(services.map(|delta| (0, Body::Services(delta))));
            let nodes = nodes.filter(|delta| !delta.is_empty());
            out.extend(nodes.map(|delta| (0, Body::Nodes(delta))));
        }
        if let Some(servers) = pending.servers.filter(|servers| *servers != self.servers) {
            self.servers = servers.clone();
            out.push((0, Body::Servers(servers)));
        }
        let versions = pending.versions.into_iter();
        out.extend(versions.map(|(name, versions)| (0, Body::Versions(name, versions))));
        let seats = pending.seats.into_iter();
        out.extend(seats.map(|(name, seats)| (0, Body::Seats(name, seats))));
        out.extend(pending.prints.map(|prints| (0, Body::Prints(prints))));
        for (subject, ticket) in pending.shown {
            self.told.forget(&subject);
            self.subjects.show(&subject, ticket, &mut out);
        }
        self.subjects.take(pending.subjects, &mut out);
        self.told.take(pending.freshness, pending.may_be_filtered, &self.subjects, &mut out);
        self.outbox.extend(out);
    }

    /// What must be counted again for what came; judged from now on when the checks are known, or
    /// known not to come.
    fn touch(
        &mut self,
        pending: &Pending,
        checks: Option<Vec<Arc<Check>>>,
    ) -> (Option<Touched<ServiceName>>, Option<Touched<NodeName>>) {
        let fresh = pending.freshness.get(&List::Checks).map(|fresh| &fresh.state);
        let hopeless = matches!(fresh, Some(State::Denied { .. } | State::Stale { .. }));
        let is_first = !self.is_judged && (self.failing.is_some() || hopeless);
        self.is_judged |= is_first;
        // Counts that were told without any checks are all wrong once these come.
        let all = is_first
            || pending.summaries.is_some()
            || (checks.is_some() && !self.told.knew_checks());
        if all {
            return (Some(Touched::All), Some(Touched::All));
        }
        let services = (checks.is_some() || !pending.placements.is_empty()).then(|| {
            let checks = checks.as_deref().unwrap_or_default();
            let placed = pending.placements.keys();
            Touched::Some(self.services_of(checks, placed))
        });
        let nodes = match checks {
            _ if pending.nodes.is_some() => Some(Touched::All),
            Some(checks) => Some(Touched::Some(checks.iter().map(|c| c.node.clone()).collect())),
            None => None,
        };
        (services, nodes)
    }

    /// The services that these checks and placements say something about.
    fn services_of<'a>(
        &self,
        checks: &'a [Arc<Check>],
        placed: impl Iterator<Item = &'a NodeName>,
    ) -> HashSet<ServiceName> {
        let mut touched = HashSet::new();
        let of_nodes = checks.iter().filter(|check| check.is_of_node()).map(|check| &check.node);
        for node in of_nodes.chain(placed) {
            let services = self.roster.as_ref().map(|roster| roster.on(node)).unwrap_or_default();
            touched.extend(services.iter().cloned());
        }
        let own = checks.iter().filter(|check| !check.is_of_node());
        touched.extend(own.map(|check| check.service_name.clone()));
        touched
    }
}

/// Replaces the failing checks; returns the difference and every check, old and new, in it.
fn exchange(old: &mut Failing, mut new: Failing) -> (Delta<CheckKey, Check>, Vec<Arc<Check>>) {
    let mut delta = Delta::default();
    let mut touched = Vec::new();
    for (key, check) in &mut new {
        match old.remove(key) {
            Some(same) if Arc::ptr_eq(&same, check) || same == *check => *check = same,
            before => {
                touched.extend(before);
                touched.push(Arc::clone(check));
                delta.upserts.push((key.clone(), Arc::clone(check)));
            }
        }
    }
    for (key, check) in old.drain() {
        touched.push(check);
        delta.removed.push(key);
    }
    *old = new;
    (delta, touched)
}

#[cfg(test)]
mod tests;
