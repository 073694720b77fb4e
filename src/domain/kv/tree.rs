//! The tree of folders as rows, over one or several datacenters.
//!
//! A folder's children are the [`Folder`] listings of each datacenter, merged here; open folders
//! show theirs below them. A row is built when it is asked for: opening a folder of 200,000 keys costs
//! its merge, drawing costs the rows drawn. What is on screen is named by path and kind
//! ([`Tree::position`]), never by place.

mod merge;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::{Folder, Key, Presence};
use merge::Child;

/// How a folder's children are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Folders before keys, each in key order.
    #[default]
    FoldersFirst,
    /// As Consul orders them: by the bytes of their names.
    ByKey,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The key that marks its own folder (`app/` inside the folder `app/`).
    Marker,
    /// A folder: there are keys below it.
    Folder,
    /// A key.
    Key,
}

/// One row of the flattened tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeRow<'a> {
    /// The key or folder, whole; a folder's ends with `/`.
    pub path: &'a str,
    /// Its name within its folder; a marker's is its folder's.
    pub name: &'a str,
    /// What it is.
    pub kind: Kind,
    /// How many open folders it is in.
    pub depth: usize,
    /// In which datacenters it is, by position.
    pub here: Presence,
    /// True for an open folder.
    pub is_open: bool,
}

/// A folder that is or was open.
#[derive(Clone, Debug, Default)]
struct Branch {
    is_open: bool,
    /// What each datacenter listed; `None` before it answered.
    listings: Vec<Option<Arc<Folder>>>,
    children: Vec<Child>,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    branch: u32,
    child: u32,
    depth: u32,
}

/// An open folder among the children of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Opened {
    branch: usize,
    child: usize,
    /// Its own branch.
    below: usize,
}

/// Folders and keys of one or several datacenters, as rows.
#[derive(Clone, Debug)]
pub struct Tree {
    dcs: usize,
    order: Order,
    branches: IndexMap<Key, Branch, RandomState>,
    rows: Vec<Slot>,
}

impl Tree {
    /// A tree over `dcs` datacenters, in which only the top is open and nothing is read.
    pub fn new(dcs: usize, order: Order) -> Self {
        let mut tree = Self { dcs, order, branches: IndexMap::default(), rows: Vec::new() };
        tree.open(&Key::default());
        tree
    }

    /// Takes what the datacenter at position `dc` lists in a folder (the listing's own prefix).
    /// Replaces what it listed before; an unknown position changes nothing.
    pub fn set(&mut self, dc: usize, listing: Arc<Folder>) {
        let folder = listing.prefix().clone();
        self.put(dc, &folder, Some(listing));
    }

    /// Forgets what a datacenter listed in a folder: it may no longer be read.
    pub fn forget(&mut self, dc: usize, folder: &Key) {
        self.put(dc, folder, None);
    }

    /// Opens a folder; its children are shown once they are read.
    pub fn open(&mut self, folder: &Key) {
        self.set_open(folder, true);
    }

    /// Closes a folder; what it holds and which of its folders are open is remembered.
    pub fn close(&mut self, folder: &Key) {
        self.set_open(folder, false);
    }

    /// Opens every folder that leads to a key, so that it has a row once they are read.
    pub fn reveal(&mut self, key: &Key) {
        for parent in key.parents() {
            self.branch_mut(&Key::from(parent)).is_open = true;
        }
        self.flatten();
    }

    /// True when the folder is open.
    pub fn is_open(&self, folder: &str) -> bool {
        self.branches.get(folder).is_some_and(|branch| branch.is_open)
    }

    /// What a datacenter listed in a folder; `None` before it did.
    pub fn listing(&self, dc: usize, folder: &str) -> Option<&Arc<Folder>> {
        self.branches.get(folder)?.listings.get(dc)?.as_ref()
    }

    /// How many children a folder has; `None` before any datacenter listed it.
    pub fn children(&self, folder: &str) -> Option<usize> {
        let branch = self.branches.get(folder)?;
        branch.listings.iter().any(Option::is_some).then_some(branch.children.len())
    }

    /// The open folders that are shown open, because their own are open too: those to watch.
    pub fn shown_folders(&self) -> impl Iterator<Item = &Key> {
        let is_shown = |key: &Key| key.parents().all(|parent| self.is_open(parent));
        let shown = self.branches.iter().filter(move |(key, held)| held.is_open && is_shown(key));
        shown.map(|(key, _)| key)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at a place; constant time.
    pub fn row(&self, at: usize) -> Option<TreeRow<'_>> {
        let slot = self.rows.get(at)?;
        let (_, branch) = self.branches.get_index(slot.branch as usize)?;
        let child = branch.children.get(slot.child as usize)?;
        let (path, name) = child.names(&branch.listings)?;
        let is_open = child.kind == Kind::Folder && self.is_open(path);
        let depth = slot.depth as usize;
        Some(TreeRow { path, name, kind: child.kind, depth, here: child.here, is_open })
    }

    /// The rows from a place on, as many as are asked for.
    pub fn rows(&self, from: usize, count: usize) -> impl Iterator<Item = TreeRow<'_>> {
        (from..from.saturating_add(count).min(self.rows.len())).filter_map(|at| self.row(at))
    }

    /// The place of a row; linear in the number of rows, without comparing their names.
    pub fn position(&self, path: &Key, kind: Kind) -> Option<usize> {
        let owner = if kind == Kind::Marker { path.as_str() } else { path.parent() };
        let (index, _, branch) = self.branches.get_full(owner)?;
        let child = merge::find(branch, path.as_str(), kind, self.order)?;
        self.rows.iter().position(|s| (s.branch as usize, s.child as usize) == (index, child))
    }

    fn put(&mut self, dc: usize, folder: &Key, listing: Option<Arc<Folder>>) {
        let order = self.order;
        let branch = self.branch_mut(folder);
        let Some(place) = branch.listings.get_mut(dc) else { return };
        *place = listing;
        branch.children = merge::children(&branch.listings, order);
        self.flatten();
    }

    fn set_open(&mut self, folder: &Key, is_open: bool) {
        self.branch_mut(folder).is_open = is_open;
        self.flatten();
    }

    fn branch_mut(&mut self, folder: &Key) -> &mut Branch {
        let dcs = self.dcs;
        let new = || Branch { listings: vec![None; dcs], ..Branch::default() };
        self.branches.entry(folder.clone()).or_insert_with(new)
    }

    /// Lists the rows anew: depth first from the top, without recursion and without a look at the
    /// names of rows that are not open.
    fn flatten(&mut self) {
        let opened = self.opened();
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        let mut stack = vec![(self.branches.get_index_of("").unwrap_or(0), 0_usize, 0_u32)];
        while let Some((branch, from, depth)) = stack.pop() {
            let next = opened.partition_point(|open| (open.branch, open.child) < (branch, from));
            let next = opened.get(next).filter(|open| open.branch == branch);
            let count = self.branches.get_index(branch).map_or(0, |(_, held)| held.children.len());
            let until = next.map_or(count, |open| open.child + 1);
            let slot = |child| Slot { branch: branch as u32, child: child as u32, depth };
            rows.extend((from..until).map(slot));
            if let Some(open) = next {
                stack.push((branch, until, depth));
                stack.push((open.below, 0, depth + 1));
            }
        }
        self.rows = rows;
    }

    /// The open folders with their places in their own folders, in order.
    fn opened(&self) -> Vec<Opened> {
        let opened = |(below, (key, held)): (usize, (&Key, &Branch))| {
            if !held.is_open || key.is_empty() {
                return None;
            }
            let (branch, _, parent) = self.branches.get_full(key.parent())?;
            let child = merge::find(parent, key.as_str(), Kind::Folder, self.order)?;
            Some(Opened { branch, child, below })
        };
        let mut found: Vec<Opened> = self.branches.iter().enumerate().filter_map(opened).collect();
        found.sort_unstable();
        found
    }
}
