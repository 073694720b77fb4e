//! One folder's listing: its folders and keys, kept in one piece of text.
//!
//! A folder may hold 200,000 keys, so a row costs its text and four bytes. Invariant: rows are in
//! the order of their bytes, each once, and all start with the folder's prefix.

use super::{Key, Texts};

/// What lies directly under a prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    prefix: Key,
    paths: Texts,
    has_marker: bool,
    is_beginning: bool,
}

/// A folder or a key in a [`Folder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The whole key, or the whole prefix of a folder with its slash.
    pub path: &'a str,
    /// The same without the prefix that was listed.
    pub name: &'a str,
    /// True for a folder (there are keys that start so, perhaps only its marker).
    pub is_folder: bool,
}

/// Makes a [`Folder`] row by row.
#[derive(Debug)]
pub struct FolderBuilder {
    prefix: Key,
    paths: Texts,
    has_marker: bool,
}

impl FolderBuilder {
    /// Adds a key or a folder. One that lies deeper becomes its folder; one that does not start
    /// with the prefix is left out; one that equals the prefix is its marker, not a row.
    pub fn add(&mut self, path: &str) {
        let Some(name) = path.strip_prefix(self.prefix.as_str()) else { return };
        if name.is_empty() {
            self.has_marker = true;
            return;
        }
        // Names are short: their bytes are looked at quicker one by one than searched.
        let Some(slash) = name.bytes().position(|byte| byte == b'/') else {
            return self.paths.push(path);
        };
        let folder = path.get(..=path.len() - name.len() + slash).unwrap_or(path);
        // One folder stands for all keys below it.
        if self.paths.last() != folder {
            self.paths.push(folder);
        }
    }

    /// The folder of what was added.
    pub fn build(self) -> Folder {
        // Servers send keys in order, but nothing promises it.
        let mut paths = self.paths.ordered();
        paths.shrink();
        Folder { prefix: self.prefix, paths, has_marker: self.has_marker, is_beginning: false }
    }
}

impl Folder {
    /// The listing of `prefix`, to be filled from about so many bytes.
    pub fn builder(prefix: &Key, bytes: usize) -> FolderBuilder {
        let paths = Texts::with_capacity(bytes / 16, bytes);
        FolderBuilder { prefix: prefix.clone(), paths, has_marker: false }
    }

    /// The listing of `prefix` made of these keys and folders ([`FolderBuilder::add`]).
    pub fn new<'a>(prefix: &Key, paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut builder = Self::builder(prefix, 0);
        paths.into_iter().for_each(|path| builder.add(path));
        builder.build()
    }

    /// The same as what has arrived of a listing so far.
    #[must_use]
    pub fn begun(self) -> Self {
        Self { is_beginning: true, ..self }
    }

    /// True while the rest is on its way: what is not in it may be there all the same.
    pub fn is_beginning(&self) -> bool {
        self.is_beginning
    }

    /// What was listed.
    pub fn prefix(&self) -> &Key {
        &self.prefix
    }

    /// True when the prefix itself is a key.
    pub fn has_marker(&self) -> bool {
        self.has_marker
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// True when nothing lies under the prefix.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.paths.bytes() + self.paths.len() * size_of::<u32>()
    }

    /// The row at this place.
    pub fn row(&self, place: usize) -> Option<Row<'_>> {
        let path = self.paths.get(place)?;
        let name = path.get(self.prefix.as_str().len()..)?;
        Some(Row { path, name, is_folder: path.ends_with('/') })
    }

    /// All rows in order.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator {
        (0..self.len())
            .map(|place| self.row(place).unwrap_or(Row { path: "", name: "", is_folder: false }))
    }

    /// The paths that only one of two listings has, in order. Linear; nothing to do for equal ones.
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        if std::ptr::eq(self, other) || self.paths == other.paths {
            return Vec::new();
        }
        let paths = |folder: &'a Self| folder.rows().map(|row| row.path);
        let mut differing = Vec::new();
        merge(paths(self), paths(other), |path, is_in_both| {
            if !is_in_both {
                differing.push(path);
            }
        });
        differing
    }

    /// The place of the row with this path, or where it would be.
    pub fn find(&self, path: &str) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.row(middle).map_or("", |row| row.path).cmp(path) {
                std::cmp::Ordering::Equal => return Ok(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }
}

/// The paths that any of the listings has, each once, in order. Linear in each listing.
pub fn union<'a>(listings: impl IntoIterator<Item = &'a Folder>) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for listing in listings {
        let paths = listing.rows().map(|row| row.path);
        if all.is_empty() {
            all.extend(paths);
            continue;
        }
        let before = std::mem::take(&mut all);
        all.reserve(before.len().max(listing.len()));
        merge(before.into_iter(), paths, |path, _| all.push(path));
    }
    all
}

/// Tells each path of two ordered lists, and whether both have it.
fn merge<'a>(
    first: impl Iterator<Item = &'a str>,
    other: impl Iterator<Item = &'a str>,
    mut each: impl FnMut(&'a str, bool),
) {
    let mut other = other.peekable();
    for path in first {
        while let Some(before) = other.next_if(|next| *next < path) {
            each(before, false);
        }
        each(path, other.next_if(|next| *next == path).is_some());
    }
    other.for_each(|path| each(path, false));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folder(prefix: &str, paths: &[&str]) -> Folder {
        Folder::new(&prefix.into(), paths.iter().copied())
    }

    #[test]
    fn rows_are_named_within_the_folder() {
        let folder = folder("a/", &["a/", "a/b", "a/b/", "a/c d\n"]);
        assert!(folder.has_marker());
        let rows: Vec<_> = folder.rows().map(|row| (row.name, row.is_folder)).collect();
        assert_eq!(rows, [("b", false), ("b/", true), ("c d\n", false)]);
    }

    #[test]
    fn a_row_is_found_by_its_path() {
        let folder = folder("", &["a", "b/", "d"]);
        assert_eq!(folder.find("b/"), Ok(1));
        assert_eq!(folder.find("c"), Err(2));
        assert_eq!(folder.find("x"), Err(3));
        assert_eq!(folder.row(3), None);
    }

    #[test]
    fn what_comes_unordered_twice_or_from_elsewhere_is_put_right() {
        let folder = folder("a/", &["a/z", "a/b", "x", "a/b", "a/"]);
        let paths: Vec<_> = folder.rows().map(|row| row.path).collect();
        assert_eq!(paths, ["a/b", "a/z"]);
        assert!(folder.has_marker());
    }

    #[test]
    fn the_empty_folder_has_no_rows() {
        assert!(folder("a/", &[]).is_empty());
        assert_eq!(folder("", &[]).row(0), None);
    }

    #[test]
    fn listings_differ_in_what_only_one_has_and_together_have_all() {
        let first = folder("", &["a", "b/", "d"]);
        let other = folder("", &["b/", "c", "d", "e"]);
        assert_eq!(first.differences(&other), ["a", "c", "e"]);
        assert_eq!(first.differences(&first), Vec::<&str>::new());
        assert_eq!(first.differences(&first.clone()), Vec::<&str>::new());
        assert_eq!(union([&first, &other]), ["a", "b/", "c", "d", "e"]);
        assert_eq!(union([&folder("", &[]), &first]), ["a", "b/", "d"]);
    }

    proptest! {
        #[test]
        fn differences_lead_from_one_listing_to_the_other(
            first in prop::collection::btree_set("[a-c]{1,3}", 0..9),
            other in prop::collection::btree_set("[a-c]{1,3}", 0..9),
        ) {
            let list = |set: &std::collections::BTreeSet<String>| {
                Folder::new(&Key::default(), set.iter().map(String::as_str))
            };
            let (a, b) = (list(&first), list(&other));
            let expected: Vec<&String> = first.symmetric_difference(&other).collect();
            prop_assert_eq!(a.differences(&b), expected);
            let expected: Vec<&String> = first.union(&other).collect();
            prop_assert_eq!(union([&a, &b]), expected);
        }
    }
}
