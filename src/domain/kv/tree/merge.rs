//! The children of one folder from what several datacenters list in it.
//!
//! Linear, and without a copy of any name: a child says in which listing its row is.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Branch, Folder, Kind, Order, Presence};

/// The listings of a folder, one a datacenter.
type Listings = [Option<Arc<Folder>>];

/// A child of a folder, merged over the datacenters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    /// The listing that has it; any one of them.
    dc: u32,
    /// Its row there. A marker has none: it is the listing's prefix.
    place: u32,
    pub(super) here: Presence,
    pub(super) kind: Kind,
}

impl Child {
    /// Its whole path, and its name within the folder.
    pub(super) fn names<'a>(&self, listings: &'a Listings) -> Option<(&'a str, &'a str)> {
        let listing = listings.get(self.dc as usize)?.as_ref()?;
        if self.kind == Kind::Marker {
            return Some((listing.prefix().as_str(), listing.prefix().leaf()));
        }
        listing.row(self.place as usize).map(|row| (row.path, row.name))
    }
}

/// The children of a folder, each once, with where it is.
pub(super) fn children(listings: &Listings, order: Order) -> Vec<Child> {
    let mut merged: Vec<Child> = Vec::new();
    for (dc, listing) in listings.iter().enumerate() {
        if let Some(listing) = listing {
            merged = with(&merged, listings, dc, listing);
        }
    }
    let mut children: Vec<Child> = marker(listings).into_iter().chain(merged).collect();
    if order == Order::FoldersFirst && !children.is_sorted_by_key(|child| child.kind) {
        children.sort_by_key(|child| child.kind);
    }
    children
}

/// The folder's own key, where there is one.
fn marker(listings: &Listings) -> Option<Child> {
    let has = |listing: &Option<Arc<Folder>>| listing.as_ref().is_some_and(|l| l.has_marker());
    let dcs = || listings.iter().enumerate().filter(|(_, l)| has(l)).map(|(dc, _)| dc);
    let here = dcs().fold(Presence::default(), |here, dc| here.with(Presence::only(dc)));
    dcs().next().map(|dc| Child { dc: dc as u32, place: 0, here, kind: Kind::Marker })
}

/// What was merged so far and one listing more. Both are in key order.
fn with(merged: &[Child], listings: &Listings, dc: usize, listing: &Folder) -> Vec<Child> {
    let mut out = Vec::with_capacity(merged.len().max(listing.len()));
    let mut old = merged.iter().copied().peekable();
    let path = |child: &Child| child.names(listings).map_or("", |(path, _)| path);
    for (place, row) in listing.rows().enumerate() {
        while let Some(before) = old.next_if(|child| path(child).cmp(row.path) == Ordering::Less) {
            out.push(before);
        }
        let here = Presence::only(dc);
        out.push(match old.next_if(|child| path(child) == row.path) {
            Some(same) => Child { here: same.here.with(here), ..same },
            None => {
                let kind = if row.is_folder { Kind::Folder } else { Kind::Key };
                Child { dc: dc as u32, place: place as u32, here, kind }
            }
        });
    }
    out.extend(old);
    out
}

/// The place of a child among the children of its folder; logarithmic.
pub(super) fn find(branch: &Branch, path: &str, kind: Kind, order: Order) -> Option<usize> {
    let children = &branch.children;
    let found = children.binary_search_by(|child| {
        let its = child.names(&branch.listings).map_or("", |(path, _)| path);
        match order {
            Order::FoldersFirst => (child.kind, its).cmp(&(kind, path)),
            Order::ByKey => its.cmp(path),
        }
    });
    found.ok().filter(|at| children.get(*at).is_some_and(|child| child.kind == kind))
}
