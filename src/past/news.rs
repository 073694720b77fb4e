//! What of a report changes anything: subjects are told again, whole, each time that something
//! else is looked at, and need not be kept again.
//!
//! Invariant: a store takes in what is left as it takes in the whole report.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use super::What;
use crate::domain::delta::{Delta, Rows};
use crate::domain::feed::{Body, Feed, List, Report, Subject};
use crate::store::{Datacenter, Store};

/// What of a change is new to a store; `None` when nothing is.
pub(super) fn of(store: &Store, what: What) -> Option<What> {
    match what {
        What::Report(Report::Feed(feed)) if is_of_subject(&feed.body) => {
            let is_late = feed.ticket != 0 && feed.ticket != store.ticket;
            let dc = store.dc(&feed.dc).filter(|_| !is_late)?;
            let feed = of_subject(dc, *feed)?;
            Some(What::Report(Report::Feed(Box::new(feed))))
        }
        other => Some(other),
    }
}

/// True for what a store drops when it comes late.
fn is_of_subject(body: &Body) -> bool {
    matches!(
        body,
        Body::Instances(..)
            | Body::NodeChecks(..)
            | Body::NodeRoundTrip(..)
            | Body::Folder(_)
            | Body::Entry(..)
            | Body::Session(..)
            | Body::Sessions(_)
            | Body::Locks(_)
            | Body::Freshness(List::Subject(_), _)
    )
}

fn of_subject(dc: &Datacenter, feed: Feed) -> Option<Feed> {
    let is_known = match &feed.body {
        // What is told anew takes the place of what was: all of it is news.
        Body::Instances(subject, _) if dc.is_recalled(subject) => false,
        Body::NodeChecks(node, _) if dc.is_recalled(&Subject::Node(node.clone())) => false,
        Body::Instances(subject, delta) => match dc.instances.get(subject) {
            Some(known) => {
                let body = Body::Instances(subject.clone(), new_rows(known, delta)?);
                return Some(Feed { body, ..feed });
            }
            None => false,
        },
        Body::NodeChecks(node, checks) => dc.node_checks.get(node).is_some_and(|known| {
            known.len() == checks.len()
                && known.iter().zip(checks).all(|(known, check)| Arc::ptr_eq(known, check))
        }),
        Body::NodeRoundTrip(node, trip) => dc.round_trips.get(node) == Some(trip),
        Body::Folder(folder) => {
            dc.folders.get(folder.prefix()).is_some_and(|known| Arc::ptr_eq(known, folder))
        }
        Body::Entry(key, entry) => is_same(dc.entries.get(key), entry.as_ref()),
        Body::Session(id, session) => is_same(dc.holders.get(id), session.as_ref()),
        _ => false,
    };
    (!is_known).then_some(feed)
}

/// True for the very row that is known, or for none where it is known that there is none.
fn is_same<T>(known: Option<&Option<Arc<T>>>, told: Option<&Arc<T>>) -> bool {
    match (known, told) {
        (Some(Some(known)), Some(told)) => Arc::ptr_eq(known, told),
        (Some(None), None) => true,
        _ => false,
    }
}

fn new_rows<K: Hash + Eq + Clone, V>(
    known: &Rows<K, V>,
    delta: &Delta<K, V>,
) -> Option<Delta<K, V>> {
    let is_new =
        |(key, row): &&(K, Arc<V>)| known.get(key).is_none_or(|old| !Arc::ptr_eq(old, row));
    let upserts: Vec<_> = delta.upserts.iter().filter(is_new).cloned().collect();
    let mut removed: Vec<_> =
        delta.removed.iter().filter(|key| known.contains_key(*key)).cloned().collect();
    if !removed.is_empty() {
        // A row that is in both is kept.
        let told: HashSet<&K> = delta.upserts.iter().map(|(key, _)| key).collect();
        removed.retain(|key| !told.contains(key));
    }
    let delta = Delta { upserts, removed };
    (!delta.is_empty()).then_some(delta)
}
