//! git2consul: which commit of which branch is in a datacenter, and whether it is really live there.
//!
//! What goes where says git2consul's own configuration, a key of the datacenter where it runs. A copy
//! of that key that a replicator made is none. In a datacenter that receives the keys, the status
//! keys of consul-replicate say by which prefix they come; from which datacenter is told, confirmed,
//! or, where only one fits, assumed and said to be. Keys are read again only when the index of their
//! prefix has moved.

mod branches;
mod local;
mod remote;
mod routes;
mod status;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, join_all};

use super::ends::mended;
use super::hang::{hang, woken};
use super::rights::{Rights, doubt};
use super::since;
use super::{Follower, Ground, PATIENCE, Seen, unread};
use crate::consul::{ApiError, Class, Client, kv};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Entry;
use crate::domain::managed::{Mapping, mappings};
use crate::domain::replication::{self, Kind, Stream, StreamId, Verdict};
pub use branches::Branches;
use local::Local;
use remote::Remote;
use status::{Status, is_copy, statuses};

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
    /// Who did not answer the last time: it, or where a branch comes from.
    away: Option<Client>,
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
            away: None,
        }
    }

    async fn find_all(&mut self) -> Result<Vec<Found>, ApiError> {
        let Some(here) = self.ground.clients.get(&self.dc).cloned() else { return Ok(Vec::new()) };
        let told = Arc::clone(&self.ground.told);
        let (config, dir) = (&told.git2consul, &told.status_dir);
        let (own, statuses) = tokio::try_join!(written(&here, config), statuses(&here, dir))?;
        let gone = self.gone(&statuses, &here);
        self.scan().await;
        let own = if is_copy(config, &statuses) { Vec::new() } else { own };
        let mut locals = Vec::new();
        for mapping in &own {
            let id = self.id(&self.dc, mapping, mapping.prefix.clone());
            let mut memory = self.locals.remove(&id).unwrap_or_default();
            memory.rights = self.rights.entry(self.dc.clone()).or_default().clone();
            memory.journal.clone_from(&self.ground.journal);
            locals.push(memory.look(&here, id, mapping, &own));
        }
        let routes = self.routes(&statuses, &gone);
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

    /// The replications that had a status and are not said to be over: each writes everything at its
    /// next run, and until then what a branch lacks is not there.
    fn gone(&self, live: &[Status], here: &Client) -> Vec<Status> {
        let (carriers, agent) = (&self.ground.carriers, here.agent().address());
        for status in live {
            carriers.note(&self.dc, &status.key, &status.wire);
        }
        let is_gone = |(key, wire): &(Key, replication::Status)| {
            !live.iter().any(|status| status.key == *key)
                && !self.ground.memory.is_over(wire, &self.dc, agent)
        };
        let all = carriers.all(&self.dc).into_iter().filter(is_gone);
        all.map(|(key, wire)| Status { key, wire }).collect()
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

    /// Who did not answer, of all that was asked.
    fn find_away<'a>(&'a self, found: &'a Result<Vec<Found>, ApiError>) -> Option<&'a Dc> {
        let may_pass = |error: &ApiError| matches!(error.class(), Class::Retry | Class::Stale);
        match found {
            Err(error) => Some(&self.dc).filter(|_| may_pass(error)),
            Ok(found) => found.iter().find_map(|(id, result)| {
                id.source.as_ref().filter(|_| result.as_ref().is_err_and(may_pass))
            }),
        }
    }

    /// The streams to tell: as they were found, and as before where they could not be read.
    fn settle(&mut self, found: Result<Vec<Found>, ApiError>) -> Vec<Stream> {
        let streams: Vec<Stream> = match found {
            Ok(found) => found
                .into_iter()
                .map(|(id, result)| {
                    let before = self.told.get(&id);
                    match (result, before) {
                        (Ok(mut stream), Some(before)) => {
                            since::date(&mut stream, before);
                            stream
                        }
                        (Ok(stream), None) => stream,
                        (Err(error), Some(before)) => unread(before.clone(), &error),
                        (Err(error), None) => unread(Stream::new(id), &error),
                    }
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
        for stream in streams.iter().filter(|it| it.id.source.as_ref() == Some(&self.dc)) {
            self.ground.branches.note(stream);
        }
        self.told = streams.iter().map(|stream| (stream.id.clone(), stream.clone())).collect();
        streams
    }
}

impl Follower for Git {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            let found = self.find_all().await;
            self.away = self.find_away(&found).and_then(|dc| self.ground.clients.get(dc)).cloned();
            let found = match found {
                Err(error) if self.told.is_empty() && error.class() != Class::Denied => {
                    Ok(self.named(&error).await)
                }
                found => found,
            };
            let rested = self.locals.values().map(Local::rested).max().unwrap_or_default();
            let is_away = self.away.is_some();
            Seen { rested, is_away, ..Seen::of(self.settle(found)) }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        let is_coming = |it: &Stream| it.verdict == Verdict::Lagging && it.problem.is_none();
        let is_soon = self.told.values().any(is_coming);
        let local = self.locals.values().flat_map(|memory| &memory.places);
        let places = local.chain(self.remotes.values().flat_map(|memory| &memory.places));
        let hanging: Vec<_> = places
            .take(MOST_HANGING)
            .map(|(client, key, index)| Box::pin(hang(client, key, "/", *index)))
            .collect();
        match &self.away {
            // What comes from elsewhere is still there to be watched.
            Some(away) => Box::pin(async move {
                tokio::select! {
                    () = mended(away) => {}
                    () = woken(is_soon, hanging) => {}
                }
            }),
            None => Box::pin(woken(is_soon, hanging)),
        }
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
