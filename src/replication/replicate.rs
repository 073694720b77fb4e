//! One replication by consul-replicate: its status, and both ends.
//!
//! The status is read first, always; what follows from that order is in
//! [`crate::domain::replication::judge`]. The source is the one that the settings name, else the one
//! that the operator confirmed, else a proposal.

use std::future::pending;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::ends::{Ends, Failed, SMALL, bounded, led, mended};
use super::hang::hang;
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
    status: Key,
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
            status: status.clone(),
            stream: None,
            ends: None,
            proposed: None,
            lock: None,
            status_index: 0,
            is_away: false,
        }
    }

    async fn find(&mut self) -> Option<Stream> {
        let client = self.ground.clients.get(&self.into).cloned()?;
        let (entry, status) = match self.read_status(&client).await {
            Ok(Some(read)) => read,
            Ok(None) => return None,
            Err(failed) => {
                self.is_away = failed.may_pass();
                return self.broken(&failed);
            }
        };
        (self.status_index, self.is_away) = (entry.modify_index, false);
        let found = self.source(&status).await;
        let mut stream = self.begin(&status, found.as_ref());
        stream.status = Some(StatusKey { key: entry.key, modify_index: entry.modify_index });
        let Some(found) = found else {
            stream.last_replicated = Some(status.last_replicated);
            stream.evidence = "from where is not known; name the source in the settings".into();
            return Some(stream);
        };
        let mark =
            Mark { last_replicated: status.last_replicated, status_index: entry.modify_index };
        let Some(ends) = self.ends(&status, found, &client) else {
            stream.problem = Some("the source is no datacenter that is known".into());
            return Some(stream);
        };
        match ends.compare(&mut stream, Some(mark)).await {
            Ok(()) => self.add_facts(&mut stream, &client).await,
            Err(failed) => {
                self.is_away = failed.may_pass();
                (stream.problem, stream.is_denied) = (Some(failed.text()), failed.is_denied());
            }
        }
        Some(stream)
    }

    async fn read_status(&self, client: &Client) -> Result<Option<(Entry, Status)>, Failed> {
        if self.stream.as_ref().is_some_and(|stream| stream.problem.is_some()) {
            led(client).await?;
        }
        let query = kv::entry(&self.status).with(Request::consistent);
        let (entry, _) = small(client, query.fetch(client)).await?;
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
        let told = self.ground.told.source(&status.source, &self.into).cloned();
        let told = told.or_else(|| {
            let mut confirmed = self.ground.memory.sources().into_iter();
            confirmed.find(|source| source.fits(&status.source, &self.into))
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
        let source = Source { prefix, source, destination, exclude: Vec::new() };
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
        stream.facts.push(("status", self.status.to_string()));
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
            tokio::select! {
                () = ends.changed() => {}
                () = hang(client, &self.status, "", self.status_index) => {}
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
