//! How many keys lie below folders: counted from the listing of keys while it arrives.

use futures_util::future::join_all;

use super::{Teller, Ways};
use crate::app::task::News;
use crate::consul::{ApiError, Client, kv};
use crate::domain::ids::{Dc, Key};

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
    let mut counts: Vec<Count> = folders.iter().map(Count::of).collect();
    let mut all = 0;
    while let Some(keys) = listing.page().await? {
        all += keys.len();
        let mut found = Vec::new();
        for count in &mut counts {
            for key in &keys {
                count.take(key, &mut found);
            }
            found.extend(count.last());
        }
        teller.tell(News::Counts { dc: dc.clone(), folders: found, all });
    }
    Ok(())
}

/// Counts below the folders that lie directly in one. Keys come in order: a folder that was left
/// does not come again.
struct Count<'a> {
    within: &'a Key,
    folder: String,
    n: usize,
}

impl<'a> Count<'a> {
    fn of(within: &'a Key) -> Self {
        Self { within, folder: String::new(), n: 0 }
    }

    /// Takes a key; what was left is added to `found`.
    fn take(&mut self, key: &Key, found: &mut Vec<(Key, usize)>) {
        let Some(below) = key.below(self.within.as_str()) else { return };
        let Some(slash) = below.find('/') else { return };
        let end = self.within.as_str().len() + slash + 1;
        let folder = key.as_str().get(..end).unwrap_or_default();
        if folder != self.folder {
            found.extend(self.last());
            folder.clone_into(&mut self.folder);
            self.n = 0;
        }
        self.n += 1;
    }

    /// The folder that keys came of last.
    fn last(&self) -> Option<(Key, usize)> {
        (self.n > 0).then(|| (Key::from(self.folder.as_str()), self.n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_below_the_folders_of_each() {
        let folders = [Key::default(), Key::from("a/")];
        let keys = ["a/", "a/b/1", "a/b/2/3", "a/c", "b", "c/d"].map(Key::from);
        let counted = folders.each_ref().map(|folder| {
            let (mut count, mut found) = (Count::of(folder), Vec::new());
            for key in &keys {
                count.take(key, &mut found);
            }
            found.extend(count.last());
            found
        });
        assert_eq!(counted[0], [("a/".into(), 4), ("c/".into(), 1)]);
        assert_eq!(counted[1], [("a/b/".into(), 2)]);
    }
}
