//! The replications into a datacenter, from the status keys that they leave there.
//!
//! While none could be read yet, those that the settings name, or an operator confirmed, are told with
//! the reason: that they are there is known.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::ends::{Failed, SMALL, bounded, mended};
use super::hang::hang;
use super::rights::Rights;
use super::{Follower, Ground, Seen, Spec};
use crate::consul::{Client, kv};
use crate::domain::ids::{Dc, Key};
use crate::domain::replication::{Kind, Source, Status, Stream, StreamId};

/// Why nothing is known of a replication whose status is not among those that are seen.
const UNSEEN: &str = "no status of it is seen, and the token may not see all";

/// Finds replications.
pub(super) struct Statuses {
    ground: Ground,
    dc: Dc,
    client: Option<Client>,
    dir: Key,
    index: u64,
    /// What was found last: it stays while the datacenter does not answer.
    found: Vec<Spec>,
    has_read: bool,
    /// The last look failed by what may pass.
    is_away: bool,
    rights: Rights,
}

impl Statuses {
    /// Looks in a datacenter where the settings say.
    pub fn new(ground: &Ground, dc: &Dc) -> Self {
        Self {
            ground: ground.clone(),
            dc: dc.clone(),
            client: ground.clients.get(dc).cloned(),
            dir: ground.told.status_dir.clone(),
            index: 0,
            found: Vec::new(),
            has_read: false,
            is_away: false,
            rights: Rights::default(),
        }
    }

    /// What is known to come here, none of which can be read: why, and whether that was denied.
    fn named(&self, why: &str, is_denied: bool) -> Vec<Stream> {
        let told = self.ground.told.sources.iter().cloned();
        let mut seen = HashSet::new();
        let all = told.chain(self.ground.memory.sources()).filter(|source| {
            source.source != self.dc
                && source.fits(source.prefix.as_str(), &self.dc)
                && seen.insert(source.prefix.clone())
        });
        let stream = |source: Source| {
            let of: Arc<str> = source.prefix.as_str().into();
            let id = StreamId {
                kind: Kind::ConsulReplicate,
                source: Some(source.source),
                destination: self.dc.clone(),
                to: Arc::clone(&of),
                of,
            };
            Stream { problem: Some(why.into()), is_denied, ..Stream::new(id) }
        };
        all.map(stream).collect()
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
            let Some(client) = self.client.clone() else { return Seen::default() };
            let (mut streams, mut is_away) = (Vec::new(), false);
            match self.read(&client).await {
                Ok((found, index)) => {
                    (self.found, self.index, self.has_read) = (found, index, true);
                    // Where none is seen, the token may be shown none.
                    if self.found.is_empty() && !self.rights.are_whole([&client, &client]).await {
                        streams = self.named(UNSEEN, true);
                    }
                }
                Err(failed) => {
                    is_away = failed.may_pass();
                    if !self.has_read {
                        streams = self.named(&failed.text(), failed.is_denied());
                    }
                }
            }
            self.is_away = is_away;
            Seen { found: self.found.clone(), is_away, ..Seen::of(streams) }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            match &self.client {
                Some(client) if self.is_away => mended(client).await,
                Some(client) => hang(client, &self.dir, "/", self.index).await,
                None => std::future::pending().await,
            }
        })
    }
}
