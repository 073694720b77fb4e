//! Which changes an operator would see: not that something was confirmed, measured anew, or told
//! again since it is looked at anew.

use std::hash::Hash;
use std::sync::Arc;

use super::What;
use crate::domain::delta::{Delta, Rows};
use crate::domain::feed::{Body, Feed, Link, List, Report, Subject};
use crate::domain::freshness::State;
use crate::domain::health::{Check, CheckKey};
use crate::domain::ids::Dc;
use crate::domain::server::Servers;
use crate::store::{Datacenter, Store};

/// True when a change, which `store` has not taken in yet, would be seen.
pub(crate) fn is_seen(store: &Store, what: &What) -> bool {
    let What::Report(report) = what else { return false };
    match report {
        Report::Datacenters { all, .. } => is_other_list(store, all),
        Report::Feed(feed) => store.dc(&feed.dc).is_some_and(|dc| {
            let is_late = feed.ticket != 0 && feed.ticket != store.ticket;
            !is_late && of_feed(dc, feed)
        }),
        Report::Streams(delta) => {
            let verdict = |id| store.streams.get(id).map(|stream| stream.verdict);
            delta.upserts.iter().any(|(id, stream)| verdict(id) != Some(stream.verdict))
                || delta.removed.iter().any(|id| verdict(id).is_some())
        }
        Report::Discovery { .. } | Report::Wan { .. } | Report::Restarted { .. } => false,
    }
}

fn is_other_list(store: &Store, all: &[Dc]) -> bool {
    let is_here = |dc: &Dc| store.dc(dc).is_some_and(|known| !known.is_gone);
    !all.iter().all(is_here)
        || store.datacenters().any(|(dc, known)| !known.is_gone && !all.contains(dc))
}

fn of_feed(dc: &Datacenter, feed: &Feed) -> bool {
    match &feed.body {
        Body::Pulse(pulse) => link(&dc.pulse.link) != link(&pulse.link),
        Body::Services(delta) => is_other(&dc.services, delta),
        Body::Nodes(delta) => is_other(&dc.nodes, delta),
        Body::Checks(delta) => are_other_checks(&dc.checks, delta),
        Body::Servers(servers) => {
            dc.servers.as_ref().is_none_or(|known| roles(known).ne(roles(servers)))
        }
        Body::Seats(service, seats) => {
            dc.seats.get(service).is_some_and(|known| known.seats != seats.seats)
        }
        // The first answer about a subject is news to the operator who opened it, not to the world.
        Body::Instances(subject, delta) => {
            let known = dc.instances.get(subject).filter(|_| !dc.is_recalled(subject));
            known.is_some_and(|known| is_other(known, delta))
        }
        Body::NodeChecks(node, checks) => {
            let states = |checks: &[Arc<Check>]| -> Vec<_> {
                checks.iter().map(|check| (check.id.clone(), check.status)).collect()
            };
            let is_recalled = dc.is_recalled(&Subject::Node(node.clone()));
            let known = dc.node_checks.get(node).filter(|_| !is_recalled);
            known.is_some_and(|known| states(known) != states(checks))
        }
        Body::Folder(folder) => dc.folders.get(folder.prefix()).is_some_and(|known| {
            !known.is_beginning() && !folder.is_beginning() && known != folder
        }),
        Body::Entry(key, entry) => dc.entries.get(key).is_some_and(|known| known != entry),
        Body::Session(id, session) => dc.holders.get(id).is_some_and(|known| known != session),
        Body::Sessions(delta) => {
            let is_known = !dc.freshness(&List::Subject(Subject::Sessions)).is_empty();
            is_known && is_other(&dc.held.sessions, delta)
        }
        Body::Locks(locks) => dc.held.under(&locks.prefix).is_some_and(|known| known != locks),
        Body::Consumers(now) => {
            let is_recalled = dc.is_recalled(&Subject::Consumers(now.service.clone()));
            let known = dc.consumers.get(&now.service).filter(|_| !is_recalled);
            known.is_some_and(|known| known.said().ne(now.said()))
        }
        Body::Disagreements(now) => dc.swept.as_ref().is_some_and(|known| {
            let are_whole = known.at.is_some() && now.at.is_some();
            let is_recalled = dc.is_recalled(&Subject::Disagreements);
            are_whole && !is_recalled && known.said().ne(now.said())
        }),
        Body::Freshness(list, fresh) => {
            let known = dc.freshness(list).state;
            let is_lost =
                |state: &State| matches!(state, State::Stale { .. } | State::Denied { .. });
            is_lost(&known) != is_lost(&fresh.state)
        }
        Body::NodeRoundTrip(..)
        | Body::Managers(_)
        | Body::Prints(_)
        | Body::Versions(..)
        | Body::Allocation(_)
        | Body::Edges(_)
        | Body::Events(..) => false,
    }
}

/// What is shown of a way to a datacenter, without when it is tried again.
fn link(link: &Link) -> (u8, &str) {
    match link {
        Link::Unknown => (0, ""),
        Link::Led(leader) => (1, leader),
        Link::Leaderless => (2, ""),
        Link::Dark { why, .. } => (3, why),
    }
}

/// What servers are, without the numbers that change all the time.
fn roles(servers: &Servers) -> impl Iterator<Item = (&str, bool, bool, bool)> {
    servers.servers.iter().map(|it| (&*it.name, it.is_leader, it.is_healthy, it.is_voter))
}

fn is_other<K: Hash + Eq, V: PartialEq>(known: &Rows<K, V>, delta: &Delta<K, V>) -> bool {
    let is_same = |(key, row): &(K, Arc<V>)| {
        known.get(key).is_some_and(|old| Arc::ptr_eq(old, row) || old == row)
    };
    !delta.upserts.iter().all(is_same) || delta.removed.iter().any(|key| known.contains_key(key))
}

/// A check that only says something else is as it was.
fn are_other_checks(known: &Rows<CheckKey, Check>, delta: &Delta<CheckKey, Check>) -> bool {
    let state = |key| known.get(key).map(|check| check.status);
    delta.upserts.iter().any(|(key, check)| state(key) != Some(check.status))
        || delta.removed.iter().any(|key| known.contains_key(key))
}
