//! What happened where only the places of a service's instances were known.
//!
//! Instances that were registered at an index above are new, those changed above it were registered
//! anew in place, and what is missing on a node went away: one of it, no one knows which. Versions of
//! those that went are not known, so none is ever told to be the last; and one is told to be the
//! first only beside instances that did not change and do not have it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Placed;
use super::tale::Tale;
use crate::domain::ids::NodeName;
use crate::domain::seat::{Seat, Seats};

/// Compares places with a whole list.
pub(super) fn compare(tale: &mut Tale, before: &Placed, now: &Seats) {
    let (old, new): (Vec<&Seat>, Vec<&Seat>) =
        now.seats.iter().partition(|seat| seat.create_index <= before.index);
    let (stayed, again): (Vec<&Seat>, Vec<&Seat>) =
        old.iter().partition(|seat| seat.modify_index <= before.index);
    for seat in &new {
        tale.registered(seat);
    }
    for seat in &again {
        tale.again(seat);
    }
    if before.is_exact() {
        by_node(tale, before, &old);
    } else if let Some(instances) = before.instances {
        by_count(tale, before, &old, instances);
    }
    let known: BTreeSet<&Arc<str>> = stayed.iter().map(|seat| &seat.version).collect();
    if known.is_empty() && before.instances != Some(0) {
        return;
    }
    let changed: BTreeSet<&Arc<str>> = new.iter().chain(&again).map(|seat| &seat.version).collect();
    changed.difference(&known).for_each(|version| tale.first_seen(version, now));
}

/// Where each instance was is known.
fn by_node(tale: &mut Tale, before: &Placed, old: &[&Seat]) {
    let mut is: BTreeMap<&NodeName, Vec<&Seat>> = BTreeMap::new();
    for seat in old {
        is.entry(&seat.node).or_default().push(seat);
    }
    for there in before.nodes.chunk_by(|a, b| a == b) {
        let Some(node) = there.first() else { continue };
        let left = is.remove(node).unwrap_or_default();
        (left.len()..there.len()).for_each(|_| tale.one_went(node));
        (there.len()..left.len()).for_each(|_| tale.one_came(node));
    }
    // Older than what was known, and yet new: so it is after a restore.
    is.values().flatten().for_each(|seat| tale.registered(seat));
}

/// Only the nodes are known, each once, and how many instances there were.
fn by_count(tale: &mut Tale, before: &Placed, old: &[&Seat], instances: usize) {
    let left: BTreeSet<&NodeName> = old.iter().map(|seat| &seat.node).collect();
    let bare = before.nodes.iter().filter(|node| !left.contains(node));
    let gone = instances.saturating_sub(old.len());
    let nowhere = NodeName::default();
    let places = bare.chain(std::iter::repeat(&nowhere)).take(gone);
    places.for_each(|node| tale.one_went(node));
}
