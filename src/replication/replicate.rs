//! One replication by consul-replicate: its status, and both ends.
//!
//! The status is read first, always; what follows from that order is in
//! [`crate::domain::replication::judge`]. Without one (it was deleted, or the replicator never ran)
//! the ends are compared all the same: the next run writes all that differs. The source is the one that the settings name, else the one
//! that the operator confirmed, else a proposal.

use std::future::pending;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::ends::{Ends, Failed, SMALL, bounded, led, mended};
use super::hang::hang_on;
use super::propose::propose;
use super::{Follower, Ground, Seen};
use crate::consul::{ApiError, Client, Request, kv};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::{Entry, join};
use crate::domain::replication::{Kind, Mark, Rule, Source, Status, StatusKey, Stream, StreamId};

/// How often it is asked who holds the lock.
const LOCK: Duration = Duration::from_secs(5);
/// How often a source is looked for that was not found: all that it may have is read.
const SEARCH: Duration = Duration::from_mins(5);

/// Follows a replication.
pub(super) struct Replicate {
    ground: Ground,
    into: Dc,
    /// Where its status is; `None` when none was ever seen.
    status: Option<Key>,
    /// What the status said last, or what the first one will.
    known: Option<Status>,
    stream: Option<Stream>,
    /// Between which ends, as the status and the settings say.
    ends: Option<(Source, Ends)>,
    proposed: Option<(Instant, Option<Dc>)>,
    lock: Option<(Instant, Option<String>)>,
    status_index: u64,
    /// The last look failed by what may pass.
    is_away: bool,
}

/// Where a replication comes from.
struct Found {
    source: Source,
    is_proposed: bool,
}

impl Replicate {
    /// Follows the replication whose status is at this key.
    pub fn new(ground: &Ground, into: &Dc, status: &Key) -> Self {
        Self {
            ground: ground.clone(),
            into: into.clone(),
            status: Some(status.clone()),
            known: None,
            stream: None,
            ends: None,
            proposed: None,
            lock: None,
            status_index: 0,
            is_away: false,
        }
    }

    /// Follows a replication that should be there, and has no status.
    pub fn missing(ground: &Ground, into: &Dc, source: &Source) -> Self {
        let known = Some(source.status());
        Self { status: None, known, ..Self::new(ground, into, &Key::from("")) }
    }

    async fn find(&mut self) -> Option<Stream> {
        let client = self.ground.clients.get(&self.into).cloned()?;
        let read = match self.read_status(&client).await {
            Ok(read) => read,
            Err(failed) => {
                self.is_away = failed.may_pass();
                return self.broken(&failed);
            }
        };
        self.is_away = false;
        if let Some((entry, status)) = &read {
            self.ground.carriers.note(&self.into, &entry.key, status);
            self.known = Some(status.clone());
        }
        let seen = || self.ground.carriers.get(&self.into, self.status.as_ref()?);
        // One that was gone before it was ever read says nothing.
        let status = self.known.clone().or_else(seen)?;
        let key =
            read.map(|(entry, _)| StatusKey { key: entry.key, modify_index: entry.modify_index });
        let mark = key.as_ref().map_or(Mark::NONE, |key| Mark {
            last_replicated: status.last_replicated,
            status_index: key.modify_index,
        });
        let found = self.source(&status).await;
        let mut stream = self.begin(&status, found.as_ref());
        stream.status = key;
        let Some(found) = found else {
            stream.last_replicated = (!mark.is_none()).then_some(mark.last_replicated);
            stream.evidence = "from where is not known; name the source in the settings".into();
            return Some(stream);
        };
        let Some(ends) = self.ends(&status, found, &client) else {
            stream.problem = Some("the source is no datacenter that is known".into());
            return Some(stream);
        };
        match ends.compare(&mut stream, Some(mark)).await {
            Ok(()) => {
                self.miss(&mut stream);
                self.add_facts(&mut stream, &client).await;
            }
            Err(failed) => {
                self.is_away = failed.may_pass();
                (stream.problem, stream.is_denied) = (Some(failed.text()), failed.is_denied());
            }
        }
        Some(stream)
    }

    /// Says that there is no status, if there is none, and what follows.
    fn miss(&self, stream: &mut Stream) {
        if stream.status.is_some() {
            return;
        }
        stream.last_replicated = None;
        let why = if self.status.is_some() { "its status is gone" } else { "it has no status" };
        stream.evidence = format!("{why}: the next run writes all; {}", stream.evidence).into();
    }

    /// The status, if there is one; keeps the index at which a change of it is waited for.
    async fn read_status(&mut self, client: &Client) -> Result<Option<(Entry, Status)>, Failed> {
        if self.stream.as_ref().is_some_and(|stream| stream.problem.is_some()) {
            led(client).await?;
        }
        let Some(key) = &self.status else { return Ok(None) };
        let query = kv::entry(key).with(Request::consistent);
        let (entry, meta) = small(client, query.fetch(client)).await?;
        self.status_index = meta.index.unwrap_or_default();
        Ok(entry.and_then(|entry| Status::read(&entry.value).map(|status| (entry, status))))
    }

    /// The stream as it was, with a reason.
    fn broken(&self, failed: &Failed) -> Option<Stream> {
        let stream = self.stream.clone()?;
        let (problem, is_denied) = (Some(failed.text()), failed.is_denied());
        Some(Stream { problem, is_denied, ..stream })
    }

    /// The stream as it was, if it is the same one still.
    fn begin(&self, status: &Status, found: Option<&Found>) -> Stream {
        let id = StreamId {
            kind: Kind::ConsulReplicate,
            source: found.map(|found| found.source.source.clone()),
            destination: self.into.clone(),
            of: status.source.as_str().into(),
            to: status.destination.as_str().into(),
        };
        let is_proposed = found.is_some_and(|found| found.is_proposed);
        let before = self.stream.clone().filter(|stream| stream.id == id);
        Stream { is_proposed, ..before.unwrap_or_else(|| Stream::new(id)) }
    }

    /// From where it comes: as told, as confirmed, as it seems.
    async fn source(&mut self, status: &Status) -> Option<Found> {
        let told = self.ground.told.source_of(status, &self.into).cloned();
        let told = told.or_else(|| {
            let mut confirmed = self.ground.memory.sources().into_iter();
            confirmed.find(|source| source.is_of(status, &self.into))
        });
        if let Some(source) = told {
            return Some(Found { source, is_proposed: false });
        }
        // A guess may have been a bad one: what was on its way then has arrived.
        let is_due = |(at, _): &(Instant, Option<Dc>)| at.elapsed() > SEARCH;
        if self.proposed.as_ref().is_none_or(is_due) {
            let dc = propose(&self.ground, &self.into, status).await;
            self.proposed = Some((Instant::now(), dc));
        }
        let source = self.proposed.as_ref()?.1.clone()?;
        let destination = Some(self.into.clone());
        let prefix = Key::from(&*status.source);
        let source = Source { prefix, source, destination, to: None, exclude: Vec::new() };
        Some(Found { source, is_proposed: true })
    }

    /// The ends, begun anew when they are others than before.
    fn ends(&mut self, status: &Status, found: Found, here: &Client) -> Option<&mut Ends> {
        let source = found.source;
        if self.ends.as_ref().is_none_or(|(known, _)| *known != source) {
            let there = self.ground.clients.get(&source.source)?.clone();
            let rule = Rule {
                source: Key::from(&*status.source),
                destination: Key::from(&*status.destination),
                exclude: source.exclude.clone(),
            };
            let ends = Ends::new(rule, there, here.clone(), self.ground.told.stall_after);
            self.ends = Some((source, ends));
        }
        self.ends.as_mut().map(|(_, ends)| ends)
    }

    async fn add_facts(&mut self, stream: &mut Stream, client: &Client) {
        if self.lock.as_ref().is_none_or(|(at, _)| at.elapsed() > LOCK) {
            let key = join(self.ground.told.lock.as_str(), ".lock");
            // Who holds it is worth a line; that nobody can say so is not.
            let holder = small(client, holder(client, &key)).await.unwrap_or_default();
            self.lock = Some((Instant::now(), holder));
        }
        if let Some((_, Some(holder))) = &self.lock {
            stream.facts.push(("lock", holder.clone()));
        }
        if let Some(status) = &stream.status {
            let status = status.key.to_string();
            stream.facts.push(("status", status));
        }
    }
}

impl Follower for Replicate {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            self.stream = self.find().await;
            Seen { is_away: self.is_away, ..Seen::of(self.stream.iter().cloned().collect()) }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let Some(client) = self.ground.clients.get(&self.into) else {
                return pending().await;
            };
            let Some((_, ends)) = &self.ends else {
                return if self.is_away { mended(client).await } else { pending().await };
            };
            if self.is_away {
                return ends.mended().await;
            }
            let status = async {
                match &self.status {
                    Some(status) => {
                        let status = kv::entry(status);
                        hang_on(client, status.request(), self.status_index).await;
                    }
                    None => pending().await,
                }
            };
            tokio::select! {
                () = ends.changed() => {}
                () = status => {}
            }
        })
    }
}

async fn small<T>(
    client: &Client,
    read: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, Failed> {
    bounded(SMALL, client, read).await
}

/// Who holds the lock that runs the replicator; `None` when there is no such lock.
async fn holder(client: &Client, key: &Key) -> Result<Option<String>, ApiError> {
    let Some(entry) = kv::read(client, key).await? else { return Ok(None) };
    let Some(id) = entry.session else { return Ok(Some(format!("{key} is free"))) };
    let (session, _) = kv::session(&id).fetch(client).await?;
    Ok(Some(match session {
        Some(session) => format!("held on {}", session.node),
        None => format!("held by session {id}, which is gone"),
    }))
}
