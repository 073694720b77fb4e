//! What a mirror asks a datacenter, and how: always one that is sure to be the leader (another may
//! answer with less than was there at an earlier look), always in bounded time.

use std::time::Duration;

use crate::consul::kv;
use crate::consul::read::Meta;
use crate::consul::{ApiError, Client, Request};
use crate::domain::ids::Key;
use crate::domain::kv::{Entry, Print};

/// How long a small request may take. A server without a leader says so after 7 s.
const SMALL: Duration = Duration::from_secs(10);
/// No key has this name: its answer carries the index of all keys.
const NO_KEY: &str = "dcview/no-such-key";

/// An answer: what was asked for, the index, and whether the server says that it left out some.
#[derive(Clone, Debug)]
pub(in crate::replication) struct Told<T> {
    pub what: T,
    pub index: u64,
    pub is_filtered: bool,
}

/// A key as it was read.
pub(in crate::replication) type Read = (Key, u64, Print);

/// Reads keys.
pub(in crate::replication) trait Reader: Sync {
    /// All keys that begin with a prefix, in order; compressed on the way or not.
    fn keys(
        &self,
        prefix: &Key,
        is_packed: bool,
    ) -> impl Future<Output = Result<Told<Vec<Read>>, ApiError>> + Send;

    /// The names that begin with a prefix, each cut behind the first separator after it.
    fn names(
        &self,
        prefix: &Key,
        separator: char,
    ) -> impl Future<Output = Result<Told<Vec<Key>>, ApiError>> + Send;

    /// One key.
    fn one(&self, key: &Key) -> impl Future<Output = Result<Told<Vec<Read>>, ApiError>> + Send;

    /// The index of all keys of the datacenter; `None` when the token may not ask.
    fn store(&self) -> impl Future<Output = Result<Option<u64>, ApiError>> + Send;
}

impl Reader for Client {
    async fn keys(&self, prefix: &Key, is_packed: bool) -> Result<Told<Vec<Read>>, ApiError> {
        let ask = |request: Request| request.gzip(is_packed).consistent();
        let mut listing = kv::recurse_with(self, prefix, ask).await?;
        let mut keys = Vec::new();
        while let Some(page) = listing.page().await? {
            keys.extend(page.into_iter().map(read));
        }
        let index = listing.index().unwrap_or(1);
        Ok(Told { what: keys, index, is_filtered: listing.is_filtered() })
    }

    async fn names(&self, prefix: &Key, separator: char) -> Result<Told<Vec<Key>>, ApiError> {
        let query = kv::names(prefix, &separator.to_string());
        let query = query.with(small).with(|request| request.gzip(true));
        let (names, meta) = query.fetch(self).await?;
        Ok(told(names, &meta))
    }

    async fn one(&self, key: &Key) -> Result<Told<Vec<Read>>, ApiError> {
        let query = kv::entry(key).with(small).with(|request| request.gzip(true));
        let (entry, meta) = query.fetch(self).await?;
        Ok(told(entry.into_iter().map(read).collect(), &meta))
    }

    async fn store(&self) -> Result<Option<u64>, ApiError> {
        let query = kv::entry(&Key::from(NO_KEY)).with(small);
        match query.fetch(self).await {
            Ok((_, meta)) => Ok(meta.index),
            Err(ApiError::Denied { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn small(request: Request) -> Request {
    request.consistent().timeout(SMALL)
}

fn told<T>(what: T, meta: &Meta) -> Told<T> {
    Told { what, index: meta.index.unwrap_or(1), is_filtered: meta.filtered }
}

fn read(entry: Entry) -> Read {
    let print = Print::from(&entry);
    (entry.key, entry.modify_index, print)
}
