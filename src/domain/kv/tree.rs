//! The tree of folders as rows, over one or several datacenters.
//!
//! A folder's children come from `?keys&separator=/` of each datacenter and are merged here; open
//! folders show theirs below them. A row is built when it is asked for: opening a folder of 200,000
//! keys costs its merge, drawing costs the rows drawn. What is on screen is named by key and kind
//! ([`Tree::position`]), never by place.

mod merge;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::{Key, Presence};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The key or folder, whole; a folder's ends with `/`.
    pub key: &'a Key,
    /// What it is.
    pub kind: Kind,
    /// How many folders it is in.
    pub depth: usize,
    /// In which datacenters it is, by position.
    pub here: Presence,
    /// True for an open folder.
    pub is_open: bool,
}

/// A child of a folder, merged over the datacenters.
#[derive(Clone, Debug)]
struct Child {
    key: Key,
    here: Presence,
    kind: Kind,
}

/// A folder that is or was open.
#[derive(Clone, Debug, Default)]
struct Folder {
    is_open: bool,
    /// What each datacenter listed; `None` before it answered.
    listings: Vec<Option<Arc<[Key]>>>,
    children: Vec<Child>,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    folder: u32,
    child: u32,
    depth: u32,
}

/// Folders and keys of one or several datacenters, as rows.
#[derive(Clone, Debug)]
pub struct Tree {
    dcs: usize,
    order: Order,
    folders: IndexMap<Key, Folder, RandomState>,
    rows: Vec<Slot>,
}

impl Tree {
    /// A tree over `dcs` datacenters, in which only the top is open and nothing is read.
    pub fn new(dcs: usize, order: Order) -> Self {
        let mut tree = Self { dcs, order, folders: IndexMap::default(), rows: Vec::new() };
        tree.open(&Key::default());
        tree
    }

    /// Takes what the datacenter at position `dc` lists in `folder` (empty for the top): keys and
    /// folders, whole names. Replaces what it listed before; an unknown position changes nothing.
    pub fn set(&mut self, dc: usize, folder: &Key, listing: Arc<[Key]>) {
        self.put(dc, folder, Some(listing));
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
            self.folder_mut(&Key::from(parent)).is_open = true;
        }
        self.flatten();
    }

    /// True when the folder is open.
    pub fn is_open(&self, folder: &Key) -> bool {
        self.folders.get(folder).is_some_and(|folder| folder.is_open)
    }

    /// True when the datacenter has listed the folder.
    pub fn is_read(&self, dc: usize, folder: &Key) -> bool {
        let listings = self.folders.get(folder).map(|folder| &folder.listings);
        listings.and_then(|listings| listings.get(dc)).is_some_and(Option::is_some)
    }

    /// How many children a folder has; `None` before any datacenter listed it.
    pub fn children(&self, folder: &Key) -> Option<usize> {
        let folder = self.folders.get(folder)?;
        folder.listings.iter().any(Option::is_some).then_some(folder.children.len())
    }

    /// The open folders whose own folders are open too: those to watch.
    pub fn shown_folders(&self) -> impl Iterator<Item = &Key> {
        let is_shown = |key: &Key| key.parents().all(|parent| self.is_open_text(parent));
        self.folders.iter().filter(move |(key, f)| f.is_open && is_shown(key)).map(|(key, _)| key)
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
    pub fn row(&self, at: usize) -> Option<Row<'_>> {
        let slot = self.rows.get(at)?;
        let (_, folder) = self.folders.get_index(slot.folder as usize)?;
        let child = folder.children.get(slot.child as usize)?;
        let is_open = child.kind == Kind::Folder && self.is_open(&child.key);
        let Child { key, here, kind } = child;
        Some(Row { key, kind: *kind, depth: slot.depth as usize, here: *here, is_open })
    }

    /// The rows from a place on, as many as are asked for.
    pub fn rows(&self, from: usize, count: usize) -> impl Iterator<Item = Row<'_>> {
        (from..from.saturating_add(count).min(self.rows.len())).filter_map(|at| self.row(at))
    }

    /// The place of a row; linear in the number of rows, without comparing names.
    pub fn position(&self, key: &Key, kind: Kind) -> Option<usize> {
        let owner = if kind == Kind::Marker { key.as_str() } else { key.folder() };
        let (index, _, folder) = self.folders.get_full(owner)?;
        let child = merge::find(&folder.children, key, kind, self.order)?;
        self.rows.iter().position(|s| (s.folder as usize, s.child as usize) == (index, child))
    }

    fn is_open_text(&self, folder: &str) -> bool {
        self.folders.get(folder).is_some_and(|folder| folder.is_open)
    }

    fn put(&mut self, dc: usize, folder: &Key, listing: Option<Arc<[Key]>>) {
        let order = self.order;
        let held = self.folder_mut(folder);
        let Some(place) = held.listings.get_mut(dc) else { return };
        *place = listing;
        held.children = merge::children(folder, &held.listings, order);
        self.flatten();
    }

    fn set_open(&mut self, folder: &Key, is_open: bool) {
        self.folder_mut(folder).is_open = is_open;
        self.flatten();
    }

    fn folder_mut(&mut self, folder: &Key) -> &mut Folder {
        let dcs = self.dcs;
        let new = || Folder { listings: vec![None; dcs], ..Folder::default() };
        self.folders.entry(folder.clone()).or_insert_with(new)
    }

    /// Lists the rows anew: depth first from the top, without recursion.
    fn flatten(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        let mut stack = vec![(self.folders.get_index_of(""), 0_usize, 0_u32)];
        while let Some((Some(index), from, depth)) = stack.pop() {
            let Some((_, folder)) = self.folders.get_index(index) else { continue };
            for (at, child) in folder.children.iter().enumerate().skip(from) {
                rows.push(Slot { folder: index as u32, child: at as u32, depth });
                if child.kind == Kind::Folder
                    && let Some((below, _, held)) = self.folders.get_full(&child.key)
                    && held.is_open
                {
                    stack.push((Some(index), at + 1, depth));
                    stack.push((Some(below), 0, depth + 1));
                    break;
                }
            }
        }
        self.rows = rows;
    }
}
