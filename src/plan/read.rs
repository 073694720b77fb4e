//! Reading the keys that a plan is made of, with word of how far it is.
//!
//! What is read is held: for plans, not for searching. Nothing is written here.

use std::collections::HashSet;

use crate::consul::{ApiError, Client, kv};
use crate::domain::kv::{Entry, Key};

/// More single keys than this are read with the prefix that they share.
const SINGLE: usize = 32;

/// Reads keys and folders of one datacenter.
pub struct Reader<'a> {
    client: &'a Client,
    tell: &'a mut (dyn FnMut(usize) + Send),
    read: usize,
    is_filtered: bool,
}

impl<'a> Reader<'a> {
    /// One that tells, after each page, how many entries it has read in all.
    pub fn new(client: &'a Client, tell: &'a mut (dyn FnMut(usize) + Send)) -> Self {
        Self { client, tell, read: 0, is_filtered: false }
    }

    /// True when the server said that it left out what the token may not see.
    pub fn is_filtered(&self) -> bool {
        self.is_filtered
    }

    /// The entries under a prefix whose key is wanted, in the order of their keys.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn under(
        &mut self,
        prefix: &Key,
        is_wanted: impl Fn(&Key) -> bool + Send,
    ) -> Result<Vec<Entry>, ApiError> {
        let mut listing = kv::recurse(self.client, prefix).await?;
        let mut all = Vec::new();
        while let Some(page) = listing.page().await? {
            self.count(page.len());
            all.extend(page.into_iter().filter(|entry| is_wanted(&entry.key)));
        }
        self.is_filtered |= listing.is_filtered();
        Ok(all)
    }

    /// A key, or all in a folder (ending in a slash, or empty for everything).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn named(&mut self, name: &Key) -> Result<Vec<Entry>, ApiError> {
        if is_folder(name) {
            return self.under(name, |_| true).await;
        }
        let entry = kv::read(self.client, name).await?;
        self.count(entry.iter().count());
        Ok(entry.into_iter().collect())
    }

    /// Several keys and folders, in the order of their keys, each entry once.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn all(&mut self, names: &[Key]) -> Result<Vec<Entry>, ApiError> {
        let (folders, keys): (Vec<_>, Vec<_>) = names.iter().cloned().partition(is_folder);
        let mut all = self.exactly(&keys).await?;
        for folder in &folders {
            all.extend(self.named(folder).await?);
        }
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all.dedup_by(|a, b| a.key == b.key);
        Ok(all)
    }

    /// Several keys, also those that are folder markers.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn exactly(&mut self, keys: &[Key]) -> Result<Vec<Entry>, ApiError> {
        if keys.len() > SINGLE {
            let shared = Key::from(shared_prefix(keys.iter().map(Key::as_str)));
            let keys: HashSet<&Key> = keys.iter().collect();
            return self.under(&shared, |key| keys.contains(key)).await;
        }
        let mut all = Vec::new();
        for key in keys {
            all.extend(kv::read(self.client, key).await?);
            self.count(1);
        }
        Ok(all)
    }

    fn count(&mut self, more: usize) {
        self.read += more;
        (self.tell)(self.read);
    }
}

/// All entries under a prefix, in the order of their keys.
///
/// # Errors
/// As [`Client::send`].
pub async fn gather(client: &Client, prefix: &Key) -> Result<Vec<Entry>, ApiError> {
    Reader::new(client, &mut |_| ()).under(prefix, |_| true).await
}

/// True for what names all keys in it rather than one.
pub fn is_folder(name: &Key) -> bool {
    name.is_empty() || name.is_marker()
}

/// The longest text that all begin with.
pub fn shared_prefix<'a>(mut keys: impl Iterator<Item = &'a str>) -> &'a str {
    let first = keys.next().unwrap_or_default();
    keys.fold(first, |common, key| {
        let same = common.char_indices().zip(key.chars()).take_while(|((_, a), b)| a == b);
        let end = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
        common.get(..end).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_keys_begin_with_is_found() {
        assert_eq!(shared_prefix(["a/b/c", "a/bü", "a/bx"].into_iter()), "a/b");
        assert_eq!(shared_prefix(["ü", "ö"].into_iter()), "");
        assert_eq!(shared_prefix(["a"].into_iter()), "a");
        assert_eq!(shared_prefix([].into_iter()), "");
    }
}
