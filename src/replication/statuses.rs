//! The replications into a datacenter, from the status keys that they leave there.
//!
//! A status that goes leaves a replication that may stand still, with keys missing: what was seen once,
//! or is known to come here by the settings or an operator, stays until an operator says that it is
//! over. While none could be read yet, those that are known so are told with the reason.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use indexmap::IndexMap;

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
        let agent = self.client.as_ref().map_or("", |client| client.agent().address());
        let all = told.chain(self.ground.memory.sources()).filter(|source| {
            source.source != self.dc
                && source.fits(source.prefix.as_str(), &self.dc)
                && !self.ground.memory.is_over(&source.status(), &self.dc, agent)
                && seen.insert((source.prefix.clone(), source.status().destination))
        });
        self.streams(all, why, is_denied)
    }

    fn streams(
        &self,
        sources: impl Iterator<Item = Source>,
        why: &str,
        is_denied: bool,
    ) -> Vec<Stream> {
        let stream = |source: Source| {
            let Status { source: of, destination: to, .. } = source.status();
            let id = StreamId {
                kind: Kind::ConsulReplicate,
                source: Some(source.source),
                destination: self.dc.clone(),
                of: of.into(),
                to: to.into(),
            };
            Stream { problem: Some(why.into()), is_denied, ..Stream::new(id) }
        };
        sources.map(stream).collect()
    }

    async fn read(&self, client: &Client) -> Result<(IndexMap<Key, Status>, u64), Failed> {
        let read = async {
            let mut listing = kv::recurse(client, &self.dir).await?;
            let mut found = IndexMap::new();
            while let Some(entry) = listing.next().await? {
                if let Some(status) = Status::read(&entry.value) {
                    found.insert(entry.key, status);
                }
            }
            Ok((found, listing.index().unwrap_or(1)))
        };
        bounded(SMALL, client, read).await
    }

    /// Takes over what was read: what is to be followed, and which replications that are known to come
    /// here were never seen to.
    fn take(&mut self, read: &IndexMap<Key, Status>, client: &Client) -> Vec<Source> {
        let Ground { told, memory, carriers, .. } = &self.ground;
        let (dc, agent) = (&self.dc, client.agent().address());
        for (key, status) in read {
            carriers.note(dc, key, status);
        }
        let mut seen = carriers.all(dc);
        seen.retain(|key, status| read.contains_key(key) || !memory.is_over(status, dc, agent));
        let follow = |status: &Key| Spec::Replicate { into: dc.clone(), status: status.clone() };
        self.found = seen.keys().map(follow).collect();
        // What an operator confirmed says under which prefix it arrives: it goes first.
        let expected = memory.expected(dc, agent);
        let named = told.sources.iter().filter(|source| source.is_into(dc)).cloned();
        let mut missing: Vec<Source> = Vec::new();
        for source in expected.into_iter().chain(named) {
            let is_seen = |status: &Status| source.is_of(status, dc);
            let is_told = |other: &Source| source.is_of(&other.status(), dc);
            if !seen.values().any(is_seen)
                && !missing.iter().any(is_told)
                && !memory.is_over(&source.status(), dc, agent)
            {
                missing.push(source);
            }
        }
        missing
    }
}

impl Follower for Statuses {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            let Some(client) = self.client.clone() else { return Seen::default() };
            let (mut streams, mut is_away) = (Vec::new(), false);
            match self.read(&client).await {
                Ok((read, index)) => {
                    (self.index, self.has_read) = (index, true);
                    let missing = self.take(&read, &client);
                    // What is not seen may be there, where the token is not shown all.
                    let is_doubtful = self.found.is_empty() || !missing.is_empty();
                    if !is_doubtful || self.rights.are_whole([&client, &client]).await {
                        self.found.extend(
                            missing
                                .into_iter()
                                .map(|source| Spec::Missing { into: self.dc.clone(), source }),
                        );
                    } else if self.found.is_empty() {
                        streams = self.named(UNSEEN, true);
                    } else {
                        streams = self.streams(missing.into_iter(), UNSEEN, true);
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
