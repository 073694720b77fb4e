//! How many keys lie below folders: counted from the listing of keys while it arrives.

use futures_util::future::join_all;

use super::{Teller, Ways};
use crate::app::task::News;
use crate::consul::{ApiError, Client, kv};
use crate::domain::ids::{Dc, Key};

/// As many folders are counted in a datacenter, beside those that are shown.
const MOST_FOLDERS: usize = 100_000;

/// Counts in all datacenters at the same time.
pub(super) async fn count(
    ways: &Ways,
    dcs: &[Dc],
    page: &Key,
    folders: &[Key],
    teller: &Teller,
) -> News {
    join_all(dcs.iter().map(|dc| async {
        let client = ways.client(dc).read_only();
        let counted = count_in(&client, dc, page, folders, teller).await;
        teller.tell(News::End(dc.clone(), counted.map_err(|error| error.to_string())));
    }))
    .await;
    News::Done(String::new())
}

async fn count_in(
    client: &Client,
    dc: &Dc,
    page: &Key,
    folders: &[Key],
    teller: &Teller,
) -> Result<(), ApiError> {
    let mut listing = kv::keys(client, page).await?;
    let mut counts = Counts::of(page, folders);
    let mut all = 0;
    while let Some(keys) = listing.page().await? {
        all += keys.len();
        let mut found = Vec::new();
        for key in &keys {
            counts.take(key, &mut found);
        }
        found.extend(counts.open());
        teller.tell(News::Counts { dc: dc.clone(), folders: found, all });
    }
    Ok(())
}

/// Counts below every folder under a page, so that one that is unfolded later is counted too. Keys
/// come in order: a folder that was left does not come again.
struct Counts<'a> {
    page: &'a Key,
    /// Those whose folders are counted however many there are.
    always: &'a [Key],
    /// How many folders there were.
    n: usize,
    /// The last key.
    path: String,
    /// The folders that it lies in, outermost first: where their names end in it, and how many keys
    /// came below them.
    open: Vec<(usize, usize)>,
}

impl<'a> Counts<'a> {
    fn of(page: &'a Key, always: &'a [Key]) -> Self {
        Self { page, always, n: 0, path: String::new(), open: Vec::new() }
    }

    /// Takes a key; the folders that were left are added to `found`.
    fn take(&mut self, key: &Key, found: &mut Vec<(Key, usize)>) {
        let key = key.as_str();
        while let Some(&(end, n)) = self.open.last()
            && key.get(..end) != self.path.get(..end)
        {
            found.push((self.folder(end), n));
            self.open.pop();
        }
        key.clone_into(&mut self.path);
        let from = self.open.last().map_or(self.page.as_str().len(), |(end, _)| *end);
        let slashes = key.bytes().enumerate().skip(from).filter(|(_, byte)| *byte == b'/');
        for (at, _) in slashes {
            if self.n < MOST_FOLDERS || self.is_always(at) {
                self.n += 1;
                self.open.push((at + 1, 0));
            }
        }
        for (_, n) in &mut self.open {
            *n += 1;
        }
    }

    /// True when the folder whose name ends at a place lies in one whose folders all are counted.
    fn is_always(&self, slash: usize) -> bool {
        let name = self.path.get(..slash).unwrap_or_default();
        let parent = name.rfind('/').map_or("", |at| name.get(..=at).unwrap_or_default());
        self.always.iter().any(|folder| folder.as_str() == parent)
    }

    /// The folders that more keys may come of.
    fn open(&self) -> impl Iterator<Item = (Key, usize)> {
        self.open.iter().map(|(end, n)| (self.folder(*end), *n))
    }

    fn folder(&self, end: usize) -> Key {
        Key::from(self.path.get(..end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(page: &str, always: &[Key], keys: &[&str], before: usize) -> Vec<(Key, usize)> {
        let (page, mut found) = (Key::from(page), Vec::new());
        let mut counts = Counts { n: before, ..Counts::of(&page, always) };
        for key in keys {
            counts.take(&Key::from(*key), &mut found);
        }
        found.extend(counts.open());
        found.sort_unstable();
        found
    }

    const KEYS: [&str; 6] = ["a/", "a/b/1", "a/b/2/3", "a/c", "b", "c/d"];

    #[test]
    fn keys_are_counted_below_every_folder() {
        let of = |folder: &str, n| (Key::from(folder), n);
        let all = [of("a/", 4), of("a/b/", 2), of("a/b/2/", 1), of("c/", 1)];
        assert_eq!(counted("", &[], &KEYS, 0), all);
        assert_eq!(counted("a/", &[], &KEYS[..4], 0), all[1..3]);
        assert_eq!(counted("", &[], &["é/1", "é/2", "ü/1"], 0), [of("é/", 2), of("ü/", 1)]);
    }

    #[test]
    fn of_very_many_folders_those_that_are_shown_are_counted() {
        let of = |folder: &str, n| (Key::from(folder), n);
        let shown = [Key::default(), Key::from("a/")];
        assert_eq!(counted("", &shown[..1], &KEYS, MOST_FOLDERS), [of("a/", 4), of("c/", 1)]);
        let expected = [of("a/", 4), of("a/b/", 2), of("c/", 1)];
        assert_eq!(counted("", &shown, &KEYS, MOST_FOLDERS), expected);
    }
}
