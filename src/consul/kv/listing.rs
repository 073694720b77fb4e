//! All keys, or all entries, under a prefix, as a stream.
//!
//! Memory is bounded by an item, time by the server: who does not ask for the next item stops the
//! server too, and dropping the listing ends the request. What ACLs hide is left out by the server
//! without a word before 1.11 ([`Listing::is_filtered`] after).

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::array::{Broken, Splitter};
use super::{path_of, plain_prefix};
use crate::consul::{ApiError, Client, Flow, Request};
use crate::domain::kv::{Entry, Key};

/// Items of type [`Key`] or [`Entry`] on their way.
#[derive(Debug)]
pub struct Listing<T> {
    flow: Flow,
    splitter: Splitter,
    prefix: Key,
    item: PhantomData<fn() -> T>,
}

/// What can be listed.
pub trait Listed: DeserializeOwned {
    /// Its key.
    fn key(&self) -> &Key;
}

impl Listed for Key {
    fn key(&self) -> &Key {
        self
    }
}

impl Listed for Entry {
    fn key(&self) -> &Key {
        &self.key
    }
}

/// All keys that start with `prefix`, in the order of their bytes.
///
/// # Errors
/// As [`Client::send`].
pub async fn keys(client: &Client, prefix: &Key) -> Result<Listing<Key>, ApiError> {
    open(client, prefix, |request| request.flag("keys")).await
}

/// All entries whose key starts with `prefix`, in the order of the keys' bytes.
///
/// # Errors
/// As [`Client::send`].
pub async fn recurse(client: &Client, prefix: &Key) -> Result<Listing<Entry>, ApiError> {
    recurse_with(client, prefix, |request| request).await
}

/// As [`recurse`], asked in another way (`|request| request.consistent()`).
///
/// # Errors
/// As [`Client::send`].
pub async fn recurse_with(
    client: &Client,
    prefix: &Key,
    change: impl FnOnce(Request) -> Request,
) -> Result<Listing<Entry>, ApiError> {
    open(client, prefix, |request| change(request.flag("recurse"))).await
}

async fn open<T>(
    client: &Client,
    prefix: &Key,
    change: impl FnOnce(Request) -> Request,
) -> Result<Listing<T>, ApiError> {
    let request = change(Request::get(path_of(plain_prefix(prefix.as_str()))));
    let flow = client.open(request).await?;
    Ok(Listing { flow, splitter: Splitter::default(), prefix: prefix.clone(), item: PhantomData })
}

impl<T: Listed> Listing<T> {
    /// The next item; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// As the way to the agent gives cause; [`ApiError::BadAnswer`] when the answer is none. After
    /// an error there is nothing more.
    pub async fn next(&mut self) -> Result<Option<T>, ApiError> {
        loop {
            if let Some(item) = self.ready()? {
                return Ok(Some(item));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// All items that have arrived, but at least one; `None` at the end. Cheaper than one by one.
    ///
    /// # Errors
    /// As [`Listing::next`].
    pub async fn page(&mut self) -> Result<Option<Vec<T>>, ApiError> {
        let Some(first) = self.next().await? else { return Ok(None) };
        let mut page = vec![first];
        while let Some(item) = self.ready()? {
            page.push(item);
        }
        Ok(Some(page))
    }

    /// `X-Consul-Index` of the prefix when it was read.
    pub fn index(&self) -> Option<u64> {
        self.flow.index()
    }

    /// True when the server says that it left out what the token may not see.
    pub fn is_filtered(&self) -> bool {
        self.flow.is_filtered()
    }

    /// How many bytes came so far.
    pub fn bytes(&self) -> usize {
        self.flow.bytes()
    }

    /// The next item of what has arrived.
    fn ready(&mut self) -> Result<Option<T>, ApiError> {
        let bad = |what: &str| ApiError::BadAnswer {
            path: self.flow.path().to_owned(),
            what: what.to_owned(),
        };
        loop {
            let item = self.splitter.item().map_err(|broken| match broken {
                Broken::NoArray => bad("it is no JSON array"),
                Broken::TooLong => bad("an item is too long"),
            })?;
            let Some(item) = item else { return Ok(None) };
            let read: T = serde_json::from_slice(item)
                .map_err(|error| bad(&crate::consul::verdict::clean(&error.to_string())))?;
            // A prefix that no path can carry was asked for by a shorter one.
            if read.key().as_str().starts_with(self.prefix.as_str()) {
                return Ok(Some(read));
            }
        }
    }

    /// Waits for more; false at the end.
    async fn more(&mut self) -> Result<bool, ApiError> {
        if let Some(piece) = self.flow.piece().await? {
            self.splitter.feed(&piece);
            return Ok(true);
        }
        if self.splitter.is_whole() {
            return Ok(false);
        }
        let what = format!("it breaks off at byte {}", self.flow.bytes());
        Err(ApiError::BadAnswer { path: self.flow.path().to_owned(), what })
    }
}
