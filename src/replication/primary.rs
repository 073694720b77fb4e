//! What a datacenter has from its primary: ACLs, federation states, CA roots, config entries.
//!
//! Which datacenter is the primary is asked of the datacenter itself: its ACL replication names it;
//! without ACLs the federation states do, since in the primary alone each has one index. A primary
//! has no streams here, nor has a datacenter that has none. What its version or settings do not have
//! is left out; what the token may not read is said on the stream. Of one that does not answer others
//! say what it should have ([`dark`]).

mod dark;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::acl::{self, Acl};
use super::config_entries::{Ends, Entries};
use super::ends::mended;
use super::hang::{hang_on, woken};
use super::rights::{Rights, doubt};
use super::since::Since;
use super::{Follower, Ground, PATIENCE, Seen, ca, federation, unread};
use crate::clock;
use crate::consul::read::{self, Query, primary};
use crate::consul::wire::{AclReplication, FederationState, Roots};
use crate::consul::{ApiError, Class, Client, Request};
use crate::domain::ids::Dc;
use crate::domain::replication::{Kind, Stream, StreamId, Verdict};

/// Features that were off are asked for again after this.
const AGAIN: Duration = Duration::from_mins(10);

/// Follows what one datacenter has from its primary.
pub(super) struct Primary {
    dc: Dc,
    ground: Ground,
    /// The primary as it was found last; its own name when it is one itself.
    source: Option<Dc>,
    acl: Acl,
    federation: Since,
    ca: Since,
    entries: Entries,
    rights: Rights,
    /// Where a change of the primary can be waited for.
    places: Vec<(Client, Request, u64)>,
    /// Features that are off: asking again would fill the servers' logs.
    absent: HashSet<Kind>,
    /// Since when they are known.
    absent_since: Instant,
    told: HashMap<StreamId, Stream>,
    /// Who did not answer the last time: it, or its primary.
    away: Option<Client>,
}

/// One stream, or why it could not be read.
type Found = (StreamId, Result<Stream, ApiError>);

impl Primary {
    pub fn new(ground: &Ground, dc: &Dc) -> Self {
        Self {
            dc: dc.clone(),
            ground: ground.clone(),
            source: None,
            acl: Acl::default(),
            federation: Since::default(),
            ca: Since::default(),
            entries: Entries::default(),
            rights: Rights::default(),
            places: Vec::new(),
            absent: HashSet::new(),
            absent_since: Instant::now(),
            told: HashMap::new(),
            away: None,
        }
    }

    async fn find_all(&mut self) -> Vec<Found> {
        let Some(here) = self.ground.clients.get(&self.dc).cloned() else { return Vec::new() };
        if self.absent_since.elapsed() > AGAIN {
            // They may have been turned on, or the servers be of a newer version.
            self.absent.clear();
            self.entries.forget_absent();
            self.absent_since = Instant::now();
        }
        let acl = self.ask(Kind::Acl, &here, primary::acl_replication());
        let states = self.ask(Kind::Federation, &here, primary::federation_states());
        let (acl, states) = tokio::join!(acl, states);
        self.note_absent(Kind::Acl, &acl);
        self.note_absent(Kind::Federation, &states);
        let why = dark::why(&acl, &states);
        self.away = why.is_some().then(|| here.clone());
        if let Some(why) = why {
            return self.dark(&here, &why).await;
        }
        match self.find_source(&here, acl.as_ref(), states.as_ref()).await {
            Some(source) => self.source = Some(source),
            None if states.as_ref().is_ok_and(|states| states.len() < 2) => self.source = None,
            // Who could tell does not say it: it is still what it was.
            None => {}
        }
        let Some(source) = self.source.clone() else {
            return self.unknown(acl.err(), states.err());
        };
        if source == self.dc {
            return Vec::new();
        }
        let there = self.ground.clients.get(&source).cloned();
        let there = there.unwrap_or_else(|| here.in_dc(&source));
        let found = self.compare(&source, (&there, &here), (acl, states)).await;
        let may_pass = |error: &ApiError| matches!(error.class(), Class::Retry | Class::Stale);
        let is_away = found.iter().any(|(_, result)| result.as_ref().is_err_and(may_pass));
        self.away = is_away.then_some(there);
        found
    }

    /// A row that says why nothing is known, where the token may not even ask for the primary.
    fn unknown(&self, acl: Option<ApiError>, states: Option<ApiError>) -> Vec<Found> {
        let is_denied = |error: &ApiError| error.class() == Class::Denied;
        let denied = [(Kind::Acl, acl), (Kind::Federation, states)];
        let denied = denied.into_iter().filter_map(|(kind, error)| Some((kind, error?)));
        let id = |kind| StreamId { source: None, ..self.id(kind, &self.dc, "") };
        let denied = denied.filter(|(_, error)| is_denied(error));
        denied.map(|(kind, error)| (id(kind), Err(error))).take(1).collect()
    }

    async fn ask<T: Send + 'static>(
        &self,
        kind: Kind,
        client: &Client,
        query: Query<T>,
    ) -> Result<T, ApiError> {
        if self.absent.contains(&kind) {
            return Err(ApiError::NotFound { path: query.path().to_owned() });
        }
        let query = query.with(|request| request.timeout(PATIENCE));
        query.fetch(client).await.map(|(value, _)| value)
    }

    fn note_absent<T>(&mut self, kind: Kind, answer: &Result<T, ApiError>) {
        if answer.as_ref().is_err_and(|error| error.class() == Class::Absent) {
            self.absent.insert(kind);
        }
    }

    /// The primary; this datacenter itself where it is the primary of others.
    async fn find_source(
        &self,
        here: &Client,
        acl: Result<&AclReplication, &ApiError>,
        states: Result<&Vec<FederationState>, &ApiError>,
    ) -> Option<Dc> {
        if let Ok(AclReplication { is_enabled: true, source: Some(source), .. }) = acl {
            return Some(source.clone());
        }
        let states = states.map(Vec::as_slice).unwrap_or_default();
        if let Some(known) = self.source.as_ref().filter(|dc| states.iter().any(|it| it.dc == **dc))
        {
            return Some(known.clone());
        }
        // The agent knows the primary of its own datacenter, and so of those it is federated with.
        let query = read::agent_self().with(|request| request.timeout(PATIENCE));
        let agent = query.fetch(here).await.ok().map(|(agent, _)| agent);
        if let Some((own, Some(source))) = agent.map(|agent| (agent.dc, agent.primary))
            && (own == self.dc || states.iter().any(|it| it.dc == own) && states.len() > 1)
        {
            return Some(source);
        }
        if states.len() < 2 {
            return None;
        }
        if is_primary(states) {
            return Some(self.dc.clone());
        }
        for dc in states.iter().map(|state| &state.dc).filter(|dc| **dc != self.dc) {
            let query = primary::federation_states();
            let there = self.ask(Kind::Federation, &here.in_dc(dc), query).await;
            if there.is_ok_and(|there| is_primary(&there)) {
                return Some(dc.clone());
            }
        }
        None
    }

    /// Compares all there is. Of everything the destination was read first.
    async fn compare(
        &mut self,
        source: &Dc,
        (there, here): (&Client, &Client),
        (acl, states): (Result<AclReplication, ApiError>, Result<Vec<FederationState>, ApiError>),
    ) -> Vec<Found> {
        let [acl_id, federation_id, ca_id, entries_id] =
            [Kind::Acl, Kind::Federation, Kind::Ca, Kind::ConfigEntries]
                .map(|kind| self.id(kind, source, ""));
        let (indexes, all, roots) = tokio::join!(
            indexes(acl.as_ref(), there),
            self.ask(Kind::Federation, there, primary::federation_states()),
            self.both_roots(here, there),
        );
        self.note_absent(Kind::Ca, &roots);
        let times = (clock::now(), self.ground.told.stall_after);
        let lists = primary::acl_lists().into_iter().zip(indexes.clone().unwrap_or_default());
        let asked = lists.filter(|(_, index)| *index > 0);
        self.places = asked.map(|(query, index)| (there.clone(), query.request(), index)).collect();
        let mut found = Vec::new();
        // Where it is not enabled there is nothing to be replicated.
        if !acl.as_ref().is_ok_and(|acl| !acl.is_enabled) {
            let both = acl.and_then(|acl| Ok((acl, indexes?)));
            let stream = both.map(|(acl, at)| self.acl.judge(acl_id.clone(), &acl, at, times));
            found.push((acl_id, stream));
        }
        let both = states.and_then(|states| Ok((all?, states)));
        let stream = both.map(|(all, states)| {
            federation::judge(federation_id.clone(), (&all, &states), &mut self.federation, times)
        });
        found.push((federation_id, stream));
        let stream = roots
            .map(|(there, here)| ca::judge(ca_id.clone(), (&there, &here), &mut self.ca, times));
        found.push((ca_id, stream));
        let of = |kind: &str| StreamId { of: kind.into(), ..entries_id.clone() };
        let ends = Ends { source: there, destination: here };
        let entries = self.entries.look(ends, of, times).await;
        self.places.extend(self.entries.place().map(|(it, index)| (there.clone(), it, index)));
        // Those of services that the token may not read are left out without a word.
        let is_whole = entries.is_empty() || self.rights.are_whole([there, here]).await;
        found.extend(entries.into_iter().map(|(id, stream)| {
            let doubted = stream.map(|mut stream| {
                if !is_whole {
                    doubt(&mut stream, "entry");
                }
                stream
            });
            (id, doubted)
        }));
        found
    }

    /// The roots of the primary and of the secondary, which is read first.
    async fn both_roots(&self, here: &Client, there: &Client) -> Result<(Roots, Roots), ApiError> {
        let here = self.ask(Kind::Ca, here, primary::roots()).await?;
        let there = self.ask(Kind::Ca, there, primary::roots()).await?;
        Ok((there, here))
    }

    fn id(&self, kind: Kind, source: &Dc, of: &str) -> StreamId {
        let (source, destination) = (Some(source.clone()), self.dc.clone());
        StreamId { kind, source, destination, of: of.into(), to: "".into() }
    }

    /// The streams to tell: as they were found, and as before where they could not be read.
    fn settle(&mut self, found: Vec<Found>) -> Vec<Stream> {
        let mut streams: Vec<Stream> = Vec::new();
        for (id, result) in found {
            match result {
                Ok(stream) => streams.push(stream),
                Err(error) if error.class() == Class::Absent => {}
                Err(error) => {
                    let before = self.told.get(&id).cloned();
                    streams.push(unread(before.unwrap_or_else(|| Stream::new(id)), &error));
                }
            }
        }
        self.told = streams.iter().map(|stream| (stream.id.clone(), stream.clone())).collect();
        streams
    }
}

/// The primary's indexes of its ACLs, where they are replicated at all: asking elsewhere fills the
/// servers' logs.
async fn indexes(
    acl: Result<&AclReplication, &ApiError>,
    there: &Client,
) -> Result<[u64; 3], ApiError> {
    match acl {
        Ok(acl) if acl.is_enabled => acl::indexes(there).await,
        Ok(_) => Ok([0; 3]),
        Err(error) => Err(error.clone()),
    }
}

/// True for the states as the primary has them: each is where it was written.
fn is_primary(states: &[FederationState]) -> bool {
    states.len() > 1 && states.iter().all(|state| state.primary_index == state.modify_index)
}

impl Follower for Primary {
    fn look(&mut self) -> BoxFuture<'_, Seen> {
        Box::pin(async {
            let found = self.find_all().await;
            let is_away = self.away.is_some();
            Seen { is_away, ..Seen::of(self.settle(found)) }
        })
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        let is_moving = |stream: &Stream| stream.verdict != Verdict::InSync && stream.at.is_some();
        let is_soon = self.told.values().any(is_moving);
        let hang = |(client, request, index): &'_ (Client, Request, u64)| {
            let (client, request, index) = (client.clone(), request.clone(), *index);
            Box::pin(async move { hang_on(&client, request, index).await })
        };
        let hanging: Vec<_> = self.places.iter().map(hang).collect();
        match &self.away {
            Some(away) => Box::pin(mended(away)),
            None => Box::pin(woken(is_soon, hanging)),
        }
    }
}
