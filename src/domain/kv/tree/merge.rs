//! The children of one folder from what several datacenters list in it.
//!
//! Linear: listings come in key order (one that does not is put in order first).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::{Child, Key, Kind, Order, Presence};

/// The children of `folder`, each once, with where it is.
pub(super) fn children(folder: &Key, listings: &[Option<Arc<[Key]>>], order: Order) -> Vec<Child> {
    let mut merged: Vec<(Key, Presence)> = Vec::new();
    for (dc, listing) in listings.iter().enumerate() {
        if let Some(listing) = listing {
            merged = with(merged, &in_order(listing), Presence::only(dc));
        }
    }
    let child = |(key, here): (Key, Presence)| {
        let kind = match key.is_folder_marker() {
            _ if key == *folder => Kind::Marker,
            true => Kind::Folder,
            false => Kind::Key,
        };
        Child { key, here, kind }
    };
    let mut children: Vec<Child> = merged.into_iter().map(child).collect();
    if order == Order::FoldersFirst {
        children.sort_by_key(|child| child.kind);
    }
    children
}

/// The place of a child among the children of its folder; logarithmic.
pub(super) fn find(children: &[Child], key: &Key, kind: Kind, order: Order) -> Option<usize> {
    let at = children.binary_search_by(|child| match order {
        Order::FoldersFirst => (child.kind, &child.key).cmp(&(kind, key)),
        Order::ByKey => child.key.cmp(key),
    });
    at.ok().filter(|at| children.get(*at).is_some_and(|child| child.kind == kind))
}

/// A listing in key order.
fn in_order(listing: &[Key]) -> Cow<'_, [Key]> {
    if listing.is_sorted() {
        return Cow::Borrowed(listing);
    }
    let mut sorted = listing.to_vec();
    sorted.sort_unstable();
    Cow::Owned(sorted)
}

/// What was merged so far and one listing more.
fn with(merged: Vec<(Key, Presence)>, listing: &[Key], dc: Presence) -> Vec<(Key, Presence)> {
    if merged.is_empty() {
        return listing.iter().map(|key| (key.clone(), dc)).collect();
    }
    let mut out = Vec::with_capacity(merged.len().max(listing.len()));
    let mut old = merged.into_iter().peekable();
    for key in listing {
        while let Some(before) = old.next_if(|(other, _)| other.cmp(key) == Ordering::Less) {
            out.push(before);
        }
        let here = old.next_if(|(other, _)| other == key).map(|(_, here)| here);
        out.push((key.clone(), here.unwrap_or_default().with(dc)));
    }
    out.extend(old);
    out
}
