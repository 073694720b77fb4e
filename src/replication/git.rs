//! git2consul: which commit of which branch is in a datacenter, and whether it is really live there.
//!
//! What goes where says git2consul's own configuration, a key of the datacenter where it runs. A copy
//! of that key that a replicator made is none. In a datacenter that receives the keys, the status
//! keys of consul-replicate say by which prefix they come; from which datacenter is told, confirmed,
//! or, where only one fits, assumed and said to be. Keys are read again only when the index of their
//! prefix has moved.

mod local;
mod remote;
mod status;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, join_all};

use super::hang::{hang, woken};
use super::rights::{Rights, doubt};
use super::{Follower, Ground, PATIENCE, Seen, unread};
use crate::consul::{ApiError, Class, Client, kv};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Entry;
use crate::domain::managed::{Mapping, mappings};
use crate::domain::replication::{Kind, Source, Stream, StreamId, Verdict};
use local::Local;
use remote::{Remote, Route};
use status::{Status, by, is_copy, statuses};

/// How often it is looked for where git2consul runs.
const SCAN: Duration = Duration::from_mins(1);
/// So many queries may hang at once for what is waited for.
const MOST_HANGING: usize = 12;

/// Follows what git2consul writes in one datacenter, there or by way of another.
pub(super) struct Git {
    dc: Dc,
    ground: Ground,
    /// The other datacenters where git2consul runs, with what it writes there.
    runners: HashMap<Dc, Vec<Mapping>>,
    scanned: Option<Instant>,
    locals: HashMap<StreamId, Local>,
    remotes: HashMap<StreamId, Remote>,
    told: HashMap<StreamId, Stream>,
    /// What the token may see, together with each source.
    rights: HashMap<Dc, Rights>,
}

/// A stream that was looked at, or why it could not be.
type Found = (StreamId, Result<Stream, ApiError>);

/// Keys whose index is known, so that a change of them can be waited for.
type Place = (Client, Key, u64);

/// The first sight of something.
#[derive(Clone, Copy, Debug)]
struct Sight {
    at: DateTime<Utc>,
    /// True when it was seen to come; else it was so before.
    is_exact: bool,
}

impl Git {
    pub fn new(ground: &Ground, dc: &Dc) -> Self {
        Self {
            dc: dc.clone(),
            ground: ground.clone(),
            runners: HashMap::new(),
            scanned: None,
            locals: HashMap::new(),
            remotes: HashMap::new(),
            told: HashMap::new(),
            rights: HashMap::new(),
        }
    }

    async fn find_all(&mut self) -> Result<Vec<Found>, ApiError> {
        let Some(here) = self.ground.clients.get(&self.dc).cloned() else { return Ok(Vec::new()) };
        let told = Arc::clone(&self.ground.told);
        let (config, dir) = (&told.git2consul, &told.status_dir);
        let (own, statuses) = tokio::try_join!(written(&here, config), statuses(&here, dir))?;
        self.scan().await;
        let own = if is_copy(config, &statuses) { Vec::new() } else { own };
        let mut locals = Vec::new();
        for mapping in &own {
            let id = self.id(&self.dc, mapping, mapping.prefix.clone());
            let memory = self.locals.remove(&id).unwrap_or_default();
            locals.push(memory.look(&here, id, mapping, &own));
        }
        let routes = self.routes(&statuses);
        let mut remotes = Vec::new();
        for route in &routes {
            let memory = self.remotes.remove(&route.id).unwrap_or_default();
            remotes.push(memory.look(&here, route, told.stall_after));
        }
        let (locals, remotes) = tokio::join!(join_all(locals), join_all(remotes));
        let mut found = Vec::new();
        for (memory, id, result) in locals {
            self.locals.insert(id.clone(), memory);
            found.push((here.clone(), id, result));
        }
        for ((memory, id, result), route) in remotes.into_iter().zip(&routes) {
            self.remotes.insert(id.clone(), memory);
            found.push((route.there.clone(), id, result));
        }
        Ok(self.doubting(&here, found).await)
    }

    /// What was found between these datacenters and here, in doubt where keys may be hidden.
    async fn doubting(
        &mut self,
        here: &Client,
        found: Vec<(Client, StreamId, Result<Stream, ApiError>)>,
    ) -> Vec<Found> {
        let mut sure = Vec::new();
        for (there, id, mut result) in found {
            if let (Ok(stream), Some(source)) = (&mut result, &id.source)
                && !self.rights.entry(source.clone()).or_default().are_whole([&there, here]).await
            {
                doubt(stream, "key");
            }
            sure.push((id, result));
        }
        sure
    }

    /// Looks now and then where else git2consul runs. Who does not answer is still what it was.
    async fn scan(&mut self) {
        if self.scanned.is_some_and(|at| at.elapsed() < SCAN) {
            return;
        }
        let (config, dir) = (&self.ground.told.git2consul, &self.ground.told.status_dir);
        let others = self.ground.clients.iter().filter(|(dc, _)| **dc != self.dc);
        let asked = join_all(others.map(async |(dc, client)| {
            let found = async {
                let written = written(client, config).await?;
                let is_copy = !written.is_empty() && is_copy(config, &statuses(client, dir).await?);
                Ok::<_, ApiError>(if is_copy { Vec::new() } else { written })
            };
            (dc.clone(), found.await)
        }))
        .await;
        for (dc, found) in asked {
            if let Ok(found) = found {
                self.runners.insert(dc, found);
            }
        }
        self.scanned = Some(Instant::now());
    }

    /// The branches that are known to come here by what the settings name or an operator confirmed,
    /// while nothing can be read here.
    async fn named(&mut self, error: &ApiError) -> Vec<Found> {
        self.scan().await;
        let sources = self.ground.told.sources.iter().cloned();
        let sources: Vec<Source> = sources.chain(self.ground.memory.sources()).collect();
        let brings = |source: &Source, dc: &Dc, mapping: &Mapping| {
            let prefix = source.prefix.as_str();
            source.source == *dc
                && source.fits(prefix, &self.dc)
                && mapping.marker.starts_with(prefix)
                && mapping.prefix.starts_with(prefix)
        };
        let mut found = Vec::new();
        for (dc, mappings) in &self.runners {
            let brought = mappings.iter().filter(|it| sources.iter().any(|by| brings(by, dc, it)));
            let id = |mapping: &Mapping| self.id(dc, mapping, mapping.prefix.clone());
            found.extend(brought.map(|mapping| (id(mapping), Err(error.clone()))));
        }
        found
    }

    /// By which status each branch of another datacenter comes here.
    fn routes(&self, statuses: &[Status]) -> Vec<Route> {
        let confirmed = self.ground.memory.sources();
        let mut routes = Vec::new();
        for (dc, mappings) in &self.runners {
            let Some(there) = self.ground.clients.get(dc) else { continue };
            for (mapping, status) in mappings.iter().filter_map(|it| Some((it, by(it, statuses)?)))
            {
                let said = self.said(&confirmed, &status.wire.source);
                if said.is_some_and(|said| said.source != *dc) {
                    continue;
                }
                let to = status.wire.there_to_here(&mapping.prefix);
                routes.push(Route {
                    id: self.id(dc, mapping, to),
                    there: there.clone(),
                    mapping: mapping.clone(),
                    all: mappings.clone(),
                    status: status.clone(),
                    exclude: said.map(|said| said.exclude.clone()).unwrap_or_default(),
                    is_assumed: said.is_none(),
                });
            }
        }
        routes
    }

    /// What is known of the source of a prefix: by the settings first.
    fn said<'a>(&'a self, confirmed: &'a [Source], prefix: &str) -> Option<&'a Source> {
        let is_it = |said: &&Source| {
            said.prefix.as_str() == prefix
                && said.destination.as_ref().is_none_or(|dc| *dc == self.dc)
        };
        let told = self.ground.told.source(prefix, &self.dc);
        told.or_else(|| confirmed.iter().find(is_it))
    }

    fn id(&self, source: &Dc, mapping: &Mapping, to: String) -> StreamId {
        StreamId {
            kind: Kind::Git,
            source: Some(source.clone()),
            destination: self.dc.clone(),
            of: format!("{}/{}", mapping.repo, mapping.branch).into(),
            to: to.into(),
        }
    }

    /// The streams to tell: as they were found, and as before where they could not be read.
    fn settle(&mut self, found: Result<Vec<Found>, ApiError>) -> Vec<Stream> {
        let streams: Vec<Stream> = match found {
            Ok(found) => found
                .into_iter()
                .map(|(id, result)| {
                    let before = || self.told.get(&id).cloned();
                    result.unwrap_or_else(|error| {
                        unread(before().unwrap_or_else(|| Stream::new(id.clone())), &error)
                    })
                })
                .collect(),
            Err(error) if self.told.is_empty() && error.class() == Class::Denied => {
                let (source, destination) = (None, self.dc.clone());
                let (of, to) = ("".into(), "".into());
                let id = StreamId { kind: Kind::Git, source, destination, of, to };
                vec![unread(Stream::new(id), &error)]
            }
            Err(error) => self.told.values().map(|it| unread(it.clone(), &error)).collect(),
        };
        self.told = streams.iter().map(|stream| (stream.id.clone(), stream.clone())).collect();
        streams
    }
}

impl Follower for Git {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            let found = match self.find_all().await {
                Err(error) if self.told.is_empty() && error.class() != Class::Denied => {
                    Ok(self.named(&error).await)
                }
                found => found,
            };
            let rested = self.locals.values().map(Local::rested).max().unwrap_or_default();
            Seen { rested, ..Seen::of(self.settle(found)) }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        let is_soon = self.told.values().any(|stream| stream.verdict == Verdict::Lagging);
        let local = self.locals.values().flat_map(|memory| &memory.places);
        let places = local.chain(self.remotes.values().flat_map(|memory| &memory.places));
        let hanging: Vec<_> = places
            .take(MOST_HANGING)
            .map(|(client, key, index)| Box::pin(hang(client, key, "/", *index)))
            .collect();
        Box::pin(woken(is_soon, hanging))
    }
}

impl Sight {
    /// As a fact: when it was seen to come, or that it was there before.
    fn told(self) -> String {
        let word = if self.is_exact { "since" } else { "before" };
        format!("{word} {}", self.at.format("%Y-%m-%d %H:%M:%S UTC"))
    }
}

/// What git2consul writes in a datacenter, by its configuration there.
async fn written(client: &Client, config: &Key) -> Result<Vec<Mapping>, ApiError> {
    let config = read(client, config).await?;
    Ok(config.map(|entry| mappings(&entry.value)).unwrap_or_default())
}

/// One key, in bounded time.
async fn read(client: &Client, key: &Key) -> Result<Option<Entry>, ApiError> {
    let query = kv::entry(key).with(|request| request.consistent().timeout(PATIENCE));
    query.fetch(client).await.map(|(entry, _)| entry)
}

/// The index of a folder: it moves when a key below it changes.
async fn index(client: &Client, folder: &Key) -> Result<u64, ApiError> {
    let query = kv::folder(folder).with(|request| request.timeout(PATIENCE));
    query.fetch(client).await.map(|(_, meta)| meta.index.unwrap_or_default())
}
