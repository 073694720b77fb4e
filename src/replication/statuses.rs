//! The replications into a datacenter, from the status keys that they leave there.

use futures_util::future::BoxFuture;

use super::ends::{Failed, SMALL, bounded};
use super::hang::hang;
use super::{Follower, Ground, Seen, Spec};
use crate::consul::{Client, kv};
use crate::domain::ids::{Dc, Key};
use crate::domain::replication::Status;

/// Finds replications.
pub(super) struct Statuses {
    dc: Dc,
    client: Option<Client>,
    dir: Key,
    index: u64,
    /// What was found last: it stays while the datacenter does not answer.
    found: Vec<Spec>,
}

impl Statuses {
    /// Looks in a datacenter where the settings say.
    pub fn new(ground: &Ground, dc: &Dc) -> Self {
        Self {
            dc: dc.clone(),
            client: ground.clients.get(dc).cloned(),
            dir: ground.told.status_dir.clone(),
            index: 0,
            found: Vec::new(),
        }
    }

    async fn read(&self, client: &Client) -> Result<(Vec<Spec>, u64), Failed> {
        let read = async {
            let mut listing = kv::recurse(client, &self.dir).await?;
            let mut found = Vec::new();
            while let Some(entry) = listing.next().await? {
                if Status::read(&entry.value).is_some() {
                    found.push(Spec::Replicate { into: self.dc.clone(), status: entry.key });
                }
            }
            Ok((found, listing.index().unwrap_or(1)))
        };
        bounded(SMALL, client, read).await
    }
}

impl Follower for Statuses {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            if let Some(client) = self.client.clone()
                && let Ok((found, index)) = self.read(&client).await
            {
                (self.found, self.index) = (found, index);
            }
            Seen { streams: Vec::new(), found: self.found.clone() }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            match &self.client {
                Some(client) => hang(client, &self.dir, "/", self.index).await,
                None => std::future::pending().await,
            }
        })
    }
}
