//! The keys under a prefix of a datacenter, as they were read last.

use chrono::{DateTime, Utc};

use super::hang::hang;
use crate::consul::kv::recurse;
use crate::consul::{ApiError, Client};
use crate::domain::ids::Key;
use crate::domain::kv::Print;
use crate::domain::replication::Held;

/// What is known of the keys under a prefix.
#[derive(Debug)]
pub(super) struct Mirror {
    client: Client,
    prefix: Key,
    keys: Vec<(Key, Held)>,
    index: u64,
    whole_at: Option<DateTime<Utc>>,
    is_filtered: bool,
    is_set_back: bool,
}

impl Mirror {
    /// Nothing is known yet.
    pub fn new(client: Client, prefix: Key) -> Self {
        Self {
            client,
            prefix,
            keys: Vec::new(),
            index: 0,
            whole_at: None,
            is_filtered: false,
            is_set_back: false,
        }
    }

    /// The client that it reads with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Brings it to a state of the prefix that is not older than this call.
    pub async fn refresh(&mut self) -> Result<(), ApiError> {
        let mut listing = recurse(&self.client, &self.prefix).await?;
        let mut keys: Vec<(Key, Held)> = Vec::new();
        let mut old = std::mem::take(&mut self.keys).into_iter().peekable();
        let now = self.whole_at.map(|_| Utc::now());
        self.is_set_back = false;
        while let Some(page) = listing.page().await? {
            for entry in page {
                while old.next_if(|(key, _)| *key < entry.key).is_some() {}
                let before = old.next_if(|(key, _)| *key == entry.key).map(|(_, held)| held);
                let seen = match before {
                    Some(before) if before.modify_index == entry.modify_index => before.seen,
                    _ => now,
                };
                self.is_set_back |= before.is_some_and(|b| b.modify_index > entry.modify_index);
                let print = Print::from(&entry);
                keys.push((entry.key, Held { modify_index: entry.modify_index, print, seen }));
            }
        }
        self.keys = keys;
        self.index = listing.index().unwrap_or(1);
        self.is_filtered = listing.is_filtered();
        self.whole_at = Some(Utc::now());
        Ok(())
    }

    /// Returns when the prefix has another index than at the last refresh.
    pub async fn changed(&self) {
        hang(&self.client, &self.prefix, "/", self.index).await;
    }

    /// All keys by their names below the prefix, in the order of their bytes.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Held)> {
        let prefix = self.prefix.as_str();
        self.keys.iter().map(move |(key, held)| (key.below(prefix).unwrap_or_default(), held))
    }

    /// `X-Consul-Index` of the prefix.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// When every key was read last (UTC).
    pub fn whole_at(&self) -> Option<DateTime<Utc>> {
        self.whole_at
    }

    /// True when the server says that it left out what the token may not see.
    pub fn is_filtered(&self) -> bool {
        self.is_filtered
    }

    /// True when the last refresh met a key whose index had fallen: the store was restored.
    pub fn is_set_back(&self) -> bool {
        self.is_set_back
    }
}
