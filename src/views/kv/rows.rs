//! The rows of the open folders over all datacenters that are shown, and where each of them is.
//!
//! The listings stay what the watch layer sent: a row has its path and nothing else, and where it is
//! is looked up for what is drawn. Invariant: a datacenter that did not answer has nothing and lacks
//! nothing, and one that may hide keys, or whose answer only begins to arrive, lacks nothing either.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::ids::{Dc, Key};
use crate::domain::kv::{Folder, union};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::views::listing::Patch;

/// More rows than these are listed anew rather than changed one by one.
const MANY: usize = 10_000;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Keys lie below it.
    Folder,
    /// The key that marks its own folder.
    Marker,
    /// A key.
    Key,
}

/// A folder or a key.
#[derive(Clone, Debug)]
pub struct KvRow {
    /// The whole key; a folder's and a marker's ends with a slash.
    pub path: Key,
    /// What it is.
    pub kind: Kind,
    /// Bytes of the path before its name on the page.
    above: u32,
    /// True for a key that lies in the page's folder itself.
    is_direct: bool,
}

impl KvRow {
    /// A row of the page of a folder.
    fn new(page: &Key, path: Key, kind: Kind) -> Self {
        let above = page.as_str().len();
        let is_below = path.as_str().bytes().skip(above).any(|byte| byte == b'/');
        let is_direct = kind == Kind::Key && !is_below;
        Self { path, kind, above: above as u32, is_direct }
    }

    /// Its path below the page.
    pub fn name(&self) -> &str {
        self.path.as_str().get(self.above as usize..).unwrap_or_default()
    }

    /// The folder that lists it.
    fn folder(&self) -> &str {
        if self.kind == Kind::Marker { self.path.as_str() } else { self.path.parent() }
    }
}

impl Row for KvRow {
    type Key = (Key, bool);

    fn key(&self) -> (Key, bool) {
        (self.path.clone(), self.kind == Kind::Marker)
    }

    fn text(&self) -> RowText {
        RowText::new([self.name()])
    }

    /// As a tree: a folder before what lies in it, folders before keys, else by bytes.
    fn tie(&self, other: &Self) -> Ordering {
        // Of a folder with very many keys nearly all are such.
        if self.is_direct && other.is_direct {
            return self.path.cmp(&other.path);
        }
        let (mut mine, mut its) = (parts(self.name()), parts(other.name()));
        loop {
            return match (mine.next(), its.next()) {
                (Some(a), Some(b)) if a == b => continue,
                (Some(a), Some(b)) => (!a.ends_with('/'), a).cmp(&(!b.ends_with('/'), b)),
                (a, b) => a.is_some().cmp(&b.is_some()).then(self.kind.cmp(&other.kind)),
            };
        }
    }
}

fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split_inclusive('/')
}

/// What is listed in the open folders.
#[derive(Debug, Default)]
pub(super) struct Listings {
    page: Key,
    /// The datacenters that are shown.
    pub dcs: Vec<Dc>,
    /// Which of them may hide keys.
    doubtful: Vec<bool>,
    /// What each of them lists in each open folder; none before it answered.
    folders: BTreeMap<Key, Vec<Option<Arc<Folder>>>>,
}

impl Listings {
    /// No folder yet, on the page of this one.
    pub fn of(page: &Key) -> Self {
        Self { page: page.clone(), ..Self::default() }
    }

    /// Begins anew with these datacenters and folders. What is not listed now and was before stays until
    /// it is listed again: the title says that it is loading.
    pub fn set(
        &mut self,
        dcs: Vec<Dc>,
        folders: impl Iterator<Item = Key>,
        listed: impl Fn(&Dc, &Key) -> Option<Arc<Folder>>,
    ) {
        let before = |dc: &Dc, folder: &Key| {
            let at = self.dcs.iter().position(|shown| shown == dc)?;
            self.folders.get(folder)?.get(at)?.clone()
        };
        let all = |folder: Key| {
            let of_dc = |dc| match listed(dc, &folder) {
                Some(listing) if !listing.is_beginning() => Some(listing),
                beginning => before(dc, &folder).or(beginning),
            };
            (dcs.iter().map(of_dc).collect(), folder)
        };
        let folders = folders.map(all).map(|(listings, folder)| (folder, listings)).collect();
        (self.folders, self.dcs) = (folders, dcs);
    }

    /// All rows, each folder's folders before its keys.
    pub fn rows(&self) -> Vec<KvRow> {
        let mut rows = Vec::new();
        for (folder, listings) in &self.folders {
            let listings = || listings.iter().flatten().map(AsRef::as_ref);
            if listings().any(Folder::has_marker) {
                rows.push(KvRow::new(&self.page, folder.clone(), Kind::Marker));
            }
            let paths = union(listings());
            rows.reserve(paths.len());
            let of = |is_folder: bool| {
                let paths = paths.iter().filter(move |path| path.ends_with('/') == is_folder);
                paths.map(|path| self.row(path))
            };
            rows.extend(of(true));
            rows.extend(of(false));
        }
        if self.folders.len() > 1 {
            rows.sort_unstable_by(KvRow::tie);
        }
        rows
    }

    /// Forgets the listings that are large: many pages with one would be kept otherwise.
    pub fn forget_large(&mut self) {
        let is_kept = |folder: &Arc<Folder>| folder.len() <= MANY && !folder.is_beginning();
        for listing in self.folders.values_mut().flatten() {
            *listing = listing.take().filter(is_kept);
        }
    }

    /// The datacenters of which the rest of a listing is on its way.
    pub fn begun(&self) -> Vec<Dc> {
        let is_begun = |at: usize| {
            let mut listings = self.folders.values().filter_map(|all| all.get(at)?.as_ref());
            listings.any(|folder| folder.is_beginning())
        };
        let begun = self.dcs.iter().enumerate().filter(|(at, _)| is_begun(*at));
        begun.map(|(_, dc)| dc.clone()).collect()
    }

    /// Learns which datacenters may hide keys; false when that is as it was.
    pub fn doubt(&mut self, is_doubtful: impl Fn(&Dc) -> bool) -> bool {
        let doubtful = self.dcs.iter().map(is_doubtful).collect();
        let before = std::mem::replace(&mut self.doubtful, doubtful);
        before != self.doubtful
    }

    fn row(&self, path: &str) -> KvRow {
        let kind = if path.ends_with('/') { Kind::Folder } else { Kind::Key };
        KvRow::new(&self.page, Key::from(path), kind)
    }

    /// Takes what a datacenter lists in an open folder now; `None` when that is nothing new here.
    pub fn take(&mut self, dc: &Dc, new: &Arc<Folder>) -> Option<Patch<KvRow>> {
        let at = self.dcs.iter().position(|shown| shown == dc)?;
        let listings = self.folders.get_mut(new.prefix())?;
        let listing = listings.get_mut(at)?;
        // Whatever is there is better than a beginning.
        let is_nothing_new = |old: &Arc<Folder>| Arc::ptr_eq(old, new) || new.is_beginning();
        if listing.as_ref().is_some_and(is_nothing_new) {
            return None;
        }
        let old = listing.replace(Arc::clone(new));
        let known = || listings.iter().enumerate().filter(|(other, _)| *other != at);
        let known = || known().filter_map(|(_, listing)| listing.as_deref());
        // A first answer changes what the others did not list, and what it lacks.
        let others;
        let (before, had_marker) = match &old {
            Some(old) if !old.is_beginning() => (old.as_ref(), old.has_marker()),
            begun => {
                let shown = || known().chain(begun.as_deref());
                others = Folder::new(new.prefix(), union(shown()));
                (&others, shown().any(Folder::has_marker))
            }
        };
        let mut differing = before.differences(new);
        // What has not arrived is not known to lack.
        differing.retain(|path| !new.is_beginning() || new.find(path).is_ok());
        if differing.len() > MANY {
            return Some(Patch { upserts: self.rows(), is_whole: true, ..Patch::default() });
        }
        let is_listed = |path: &str| {
            new.find(path).is_ok() || known().any(|listing| listing.find(path).is_ok())
        };
        let (listed, gone): (Vec<&str>, Vec<&str>) =
            differing.into_iter().partition(|path| is_listed(path));
        let mut patch = Patch {
            removed: gone.into_iter().map(|path| (Key::from(path), false)).collect(),
            ..Patch::default()
        };
        let marker = (had_marker != new.has_marker()).then(|| {
            let row = KvRow::new(&self.page, new.prefix().clone(), Kind::Marker);
            (row, new.has_marker() || known().any(Folder::has_marker))
        });
        patch.upserts = listed.into_iter().map(|path| self.row(path)).collect();
        match marker {
            Some((row, true)) => patch.upserts.push(row),
            Some((row, false)) => patch.removed.push(row.key()),
            None => {}
        }
        Some(patch)
    }

    /// Whether each shown datacenter has a row; `None` where that is not known.
    pub fn here<'a>(&'a self, row: &'a KvRow) -> impl Iterator<Item = (&'a Dc, Option<bool>)> {
        let listings = self.folders.get(row.folder());
        self.dcs.iter().enumerate().map(move |(at, dc)| {
            let listing = listings.and_then(|all| all.get(at)?.as_ref());
            let has = |listing: &Arc<Folder>| match row.kind {
                Kind::Marker => listing.has_marker(),
                _ => listing.find(row.path.as_str()).is_ok(),
            };
            let may_hide = self.doubtful.get(at).copied().unwrap_or_default();
            let is_doubtful = may_hide || listing.is_some_and(|folder| folder.is_beginning());
            let is_here = listing.map(has).filter(|is_here| *is_here || !is_doubtful);
            (dc, is_here)
        })
    }

    /// The datacenters that are known to have a row.
    pub fn having(&self, row: &KvRow) -> Vec<Dc> {
        let here = self.here(row).filter(|(_, is_here)| *is_here == Some(true));
        here.map(|(dc, _)| dc.clone()).collect()
    }

    /// True for a row that some of the shown datacenters have and others lack.
    pub fn is_missing_somewhere(&self, row: &KvRow) -> bool {
        self.here(row).any(|(_, is_here)| is_here == Some(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(prefix: &str, paths: &[&str]) -> Arc<Folder> {
        Arc::new(Folder::new(&prefix.into(), paths.iter().copied()))
    }

    fn names(rows: &[KvRow]) -> Vec<(&str, Kind)> {
        rows.iter().map(|row| (row.path.as_str(), row.kind)).collect()
    }

    /// The listings of a page of which only dc-1 answered.
    fn listings(page: &str, open: &[&str], of_dc_1: &[Arc<Folder>]) -> Listings {
        let mut listings = Listings::of(&page.into());
        let folders = std::iter::once(page).chain(open.iter().copied()).map(Key::from);
        listings.set(vec!["dc-1".into(), "dc-2".into()], folders, |dc, folder| {
            let of_dc = of_dc_1.iter().filter(|_| dc.as_str() == "dc-1");
            of_dc.into_iter().find(|it| it.prefix() == folder).cloned()
        });
        listings
    }

    #[test]
    fn open_folders_stand_as_a_tree() {
        let of_dc_1 = [
            folder("", &["a", "b/", "b-c/", "z/"]),
            folder("b/", &["b/", "b/k", "b/x/"]),
            folder("z/", &["z/1"]),
        ];
        let rows = listings("", &["b/", "z/"], &of_dc_1).rows();
        let expected = [
            ("b-c/", Kind::Folder),
            ("b/", Kind::Folder),
            ("b/", Kind::Marker),
            ("b/x/", Kind::Folder),
            ("b/k", Kind::Key),
            ("z/", Kind::Folder),
            ("z/1", Kind::Key),
            ("a", Kind::Key),
        ];
        assert_eq!(names(&rows), expected);
    }

    #[test]
    fn an_answer_changes_the_rows_that_differ() {
        let mut listings = listings("a/", &[], &[folder("a/", &["a/b", "a/c"])]);
        let dc = Dc::from("dc-2");
        let patch = listings.take(&dc, &folder("a/", &["a/", "a/c", "a/d"])).unwrap();
        let expected = [("a/b", Kind::Key), ("a/d", Kind::Key), ("a/", Kind::Marker)];
        assert_eq!((names(&patch.upserts), patch.removed.len()), (expected.to_vec(), 0));
        let patch = listings.take(&dc, &folder("a/", &["a/c"])).unwrap();
        assert_eq!(patch.upserts.len(), 0);
        assert_eq!(patch.removed, [("a/d".into(), false), ("a/".into(), true)]);
        let same = folder("a/", &["a/c"]);
        assert!(listings.take(&dc, &same).unwrap().upserts.is_empty());
        assert!(listings.take(&dc, &same).is_none());
        assert!(listings.take(&"dc-9".into(), &same).is_none());
        assert!(listings.take(&dc, &folder("x/", &["x/y"])).is_none());
    }

    #[test]
    fn a_beginning_lacks_nothing_and_is_replaced_by_the_whole() {
        let begun = |paths: &[&str]| Arc::new(folder("a/", paths).as_ref().clone().begun());
        let mut listings = listings("a/", &[], &[folder("a/", &["a/b", "a/x", "a/z"])]);
        let dc = Dc::from("dc-2");
        let patch = listings.take(&dc, &begun(&["a/b", "a/c"])).unwrap();
        assert_eq!((names(&patch.upserts), patch.removed), (vec![("a/c", Kind::Key)], vec![]));
        assert_eq!(listings.begun(), ["dc-2".into()]);
        let here = |listings: &Listings, path: &str| {
            let row = listings.row(path);
            listings.here(&row).map(|(_, is_here)| is_here).collect::<Vec<_>>()
        };
        assert_eq!(here(&listings, "a/b"), [Some(true), Some(true)]);
        assert_eq!(here(&listings, "a/x"), [Some(true), None], "it may be on its way");
        assert!(
            !listings.rows().iter().any(|row| here(&listings, row.path.as_str())[1] == Some(false))
        );
        // What went away meanwhile, what all have, what only the other has, what is new.
        let patch = listings.take(&dc, &folder("a/", &["a/", "a/b", "a/d", "a/z"])).unwrap();
        let changed = [("a/d", Kind::Key), ("a/x", Kind::Key), ("a/", Kind::Marker)];
        assert_eq!(names(&patch.upserts), changed);
        assert_eq!(patch.removed, [("a/c".into(), false)]);
        assert!(listings.begun().is_empty());
        assert_eq!(here(&listings, "a/x"), [Some(true), Some(false)]);
        assert_eq!(here(&listings, "a/z"), [Some(true), Some(true)]);
    }

    #[test]
    fn a_beginning_replaces_nothing_and_is_not_kept() {
        let whole = folder("", &["k", "l"]);
        let begun = Arc::new(folder("", &["k"]).as_ref().clone().begun());
        let mut listings = listings("", &[], &[Arc::clone(&whole)]);
        assert!(listings.take(&"dc-1".into(), &begun).is_none());
        let dcs = vec![Dc::from("dc-1"), "dc-2".into()];
        let top = || [Key::default()].into_iter();
        listings.set(dcs.clone(), top(), |_, _| Some(Arc::clone(&begun)));
        assert_eq!(names(&listings.rows()), [("k", Kind::Key), ("l", Kind::Key)]);
        assert_eq!(listings.begun(), ["dc-2".into()]);
        listings.forget_large();
        listings.set(dcs, top(), |_, _| None);
        assert!(listings.begun().is_empty());
        assert_eq!(listings.rows().len(), 2);
    }

    #[test]
    fn what_was_listed_stays_until_it_is_listed_again() {
        let mut listings = listings("", &[], &[folder("", &["k"])]);
        let dcs = vec!["dc-1".into(), "dc-3".into()];
        listings.set(dcs, [Key::default()].into_iter(), |_, _| None);
        assert_eq!(names(&listings.rows()), [("k", Kind::Key)]);
        let row = listings.rows().remove(0);
        let here: Vec<_> = listings.here(&row).map(|(_, is_here)| is_here).collect();
        assert_eq!(here, [Some(true), None]);
    }

    #[test]
    fn what_did_not_answer_lacks_nothing() {
        let mut listings = listings("", &[], &[folder("", &["k"])]);
        let row = listings.rows().remove(0);
        let here = |listings: &Listings| listings.here(&row).map(|(_, is)| is).collect::<Vec<_>>();
        assert_eq!(here(&listings), [Some(true), None]);
        assert!(!listings.is_missing_somewhere(&row));
        listings.take(&"dc-2".into(), &folder("", &[]));
        assert_eq!(here(&listings), [Some(true), Some(false)]);
        assert!(listings.is_missing_somewhere(&row));
        // It may be there, and hidden.
        assert!(listings.doubt(|dc| dc.as_str() == "dc-2"));
        assert_eq!(here(&listings), [Some(true), None]);
        assert!(!listings.is_missing_somewhere(&row));
    }
}
