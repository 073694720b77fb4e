//! A branch in a datacenter that has it from consul-replicate.

use std::sync::Arc;
use std::time::Duration;

use super::super::since::Since;
use super::status::Status;
use super::{Place, Sight, index, read};
use crate::clock;
use crate::consul::{ApiError, Client};
use crate::domain::ids::Key;
use crate::domain::kv::Entry;
use crate::domain::managed::{Mapping, owner};
use crate::domain::replication::{
    Class, Counts, Differing, MOST_DIFFERING, Mark, Stamp, StatusKey, Stream, StreamId, Verdict,
    git,
};
use crate::plan::compare::{Compare, Side};

/// By which way a branch comes.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub id: StreamId,
    /// Where git2consul runs.
    pub there: Client,
    pub mapping: Mapping,
    /// All that git2consul writes there.
    pub all: Vec<Mapping>,
    pub status: Status,
    /// What the replicator leaves out.
    pub exclude: Vec<Key>,
    /// True when nobody said that it comes from there.
    pub is_assumed: bool,
    /// What is wrong with it there, in words.
    pub drifted: Option<(Verdict, Arc<str>)>,
}

/// What is remembered of a branch.
#[derive(Debug, Default)]
pub(super) struct Remote {
    /// At which indexes the ends were compared last, and what was found.
    last: Option<(Indexes, Found)>,
    delivery: Option<Delivery>,
    since: Since,
    has_looked: bool,
    /// Where a change can be waited for.
    pub places: Vec<Place>,
}

/// All that the comparison depends on; when none moves, it need not be made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Indexes {
    last_replicated: u64,
    here: u64,
    there: u64,
}

/// What a comparison found.
#[derive(Clone, Debug, Default)]
struct Found {
    counts: Counts,
    differing: Vec<Differing>,
    is_filtered: bool,
}

/// A commit on its way, as it was seen.
#[derive(Debug)]
struct Delivery {
    commit: String,
    there: Sight,
    here: Option<Sight>,
    live: Option<Sight>,
}

impl Remote {
    /// Looks once.
    pub async fn look(
        mut self,
        here: &Client,
        route: &Route,
        stall_after: Duration,
    ) -> (Self, StreamId, Result<Stream, ApiError>) {
        let stream = self.find(here, route, stall_after).await;
        (self, route.id.clone(), stream)
    }

    /// Reads the status, the destination, the source, in this order: what the status covers was here
    /// before it was written.
    async fn find(
        &mut self,
        here: &Client,
        route: &Route,
        stall_after: Duration,
    ) -> Result<Stream, ApiError> {
        let status = read(here, &route.status.key).await?;
        let wire = status.as_ref().and_then(|entry| Some((entry, Status::read(entry)?.wire)));
        // A status that was deleted makes the next run copy everything again.
        let mark = wire.map_or(Mark::NONE, |(entry, wire)| Mark {
            last_replicated: wire.last_replicated,
            status_index: entry.modify_index,
        });
        let last_replicated = mark.last_replicated;
        let (marker, folder) = (&*route.mapping.marker, &*route.mapping.prefix);
        let to = |name: &str| Key::from(route.status.wire.there_to_here(name));
        let (index_here, marker_here) = both(here, &to(folder), &to(marker)).await?;
        let (index_there, marker_there) =
            both(&route.there, &Key::from(folder), &Key::from(marker)).await?;
        let indexes = Indexes { last_replicated, here: index_here, there: index_there };
        let of = |client: &Client, entry: &Option<Entry>| {
            entry.as_ref().map(|it| (client.clone(), it.key.clone(), it.modify_index))
        };
        let own = Some((here.clone(), to(folder), index_here));
        let places = [of(&route.there, &marker_there), of(here, &status), own];
        self.places = places.into_iter().flatten().collect();
        let mut found = match &self.last {
            Some((known, found)) if *known == indexes => found.clone(),
            _ => {
                let found = compare(here, route, mark).await?;
                self.last = Some((indexes, found.clone()));
                found
            }
        };
        let ends = (marker_there.as_ref(), marker_here.as_ref());
        if !marker.starts_with(folder) && !route.leaves_out(marker) {
            found.marker(ends, mark);
        }
        let counts = found.counts;
        let drifted = route.drifted.as_ref().map(|(verdict, why)| (*verdict, &**why));
        let remote = git::Remote { source: ends.0, here: ends.1, last_replicated, counts, drifted };
        let mut stream = self.stream(&remote, route, stall_after);
        stream.differing = found.differing.into();
        stream.status = status.map(|it| StatusKey { modify_index: it.modify_index, key: it.key });
        if found.is_filtered {
            stream.problem = Some("the token may not see all of its keys".into());
        }
        Ok(stream)
    }

    fn stream(&mut self, remote: &git::Remote<'_>, route: &Route, stall_after: Duration) -> Stream {
        let now = clock::now();
        let mut stream = Stream::new(route.id.clone());
        (stream.at, stream.whole_at) = (Some(now), Some(now));
        remote.judge(&mut stream);
        let pending = (stream.counts.pending > 0).then(|| "commit".to_owned());
        self.since.note(now, pending).tell(&mut stream, stall_after);
        stream.is_proposed = route.is_assumed;
        stream.prefix = Some(route.mapping.prefix.as_str().into());
        self.deliver(remote, Sight { at: now, is_exact: self.has_looked });
        self.has_looked = true;
        stream.facts = self.facts(route);
        stream
    }

    /// Notes how far the commit is.
    fn deliver(&mut self, remote: &git::Remote<'_>, now: Sight) {
        let Some(commit) = remote.source.and_then(git::commit) else { return };
        if self.delivery.as_ref().is_none_or(|known| known.commit != commit) {
            let commit = commit.to_owned();
            self.delivery = Some(Delivery { commit, there: now, here: None, live: None });
        }
        let Some(delivery) = &mut self.delivery else { return };
        if remote.here.and_then(git::commit) == Some(&*delivery.commit) {
            delivery.here.get_or_insert(now);
        }
        if remote.is_live() {
            delivery.live.get_or_insert(now);
        }
    }

    /// The delivery line, and by which way it comes.
    fn facts(&self, route: &Route) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if let Some(Delivery { commit, there, here, live }) = &self.delivery {
            let told =
                |sight: &Option<Sight>| sight.map_or_else(|| "not yet".to_owned(), Sight::told);
            facts.push(("commit", commit.clone()));
            facts.push(("in the source", there.told()));
            facts.push((".ref arrived", told(here)));
            facts.push(("live", told(live)));
            if let Some(live) = live.filter(|live| there.is_exact && live.is_exact) {
                let took = (live.at - there.at).num_seconds().max(0);
                facts.push(("delivered in", format!("{took} s at most")));
            }
        }
        let wire = &route.status.wire;
        facts.push(("by", format!("consul-replicate of '{}'", wire.source)));
        facts
    }
}

impl Route {
    /// True for what is no key of this branch, or what the replicator leaves out.
    fn leaves_out(&self, name: &str) -> bool {
        owner(&self.all, name) != Some(&self.mapping)
            || self.exclude.iter().any(|exclude| name.starts_with(exclude.as_str()))
    }
}

impl Found {
    fn add(&mut self, name: &str, source: Option<&Entry>, here: Option<&Entry>, mark: Mark) {
        let class = match source {
            None => Class::Extra,
            Some(source) if source.modify_index > mark.last_replicated => Class::Pending,
            Some(_) => Class::Drift,
        };
        let is_after = here.is_some_and(|here| here.modify_index > mark.status_index);
        *match class {
            Class::Extra => &mut self.counts.extra,
            Class::Pending => &mut self.counts.pending,
            Class::Drift => &mut self.counts.drift,
        } += 1;
        if self.differing.len() < MOST_DIFFERING {
            self.differing.push(Differing {
                name: Arc::from(name),
                class,
                source: source.map(stamp),
                destination: here.map(stamp),
                is_edited_there: class == Class::Drift && is_after,
                since: None,
            });
        }
    }

    /// Compares the `.ref`, which is not among the files, and only counts where it differs.
    fn marker(&mut self, (source, here): (Option<&Entry>, Option<&Entry>), mark: Mark) {
        match (source, here) {
            (None, None) => {}
            (Some(source), Some(here)) if here.holds(&source.value, source.flags) => {}
            _ => self.add(".ref", source, here, mark),
        }
    }
}

/// The index of a folder, and one key.
async fn both(client: &Client, folder: &Key, key: &Key) -> Result<(u64, Option<Entry>), ApiError> {
    Ok((index(client, folder).await?, read(client, key).await?))
}

/// Compares the files of both ends, the destination read first.
async fn compare(here: &Client, route: &Route, mark: Mark) -> Result<Found, ApiError> {
    let folder = Key::from(&*route.mapping.prefix);
    let to = Key::from(route.status.wire.there_to_here(folder.as_str()));
    let right = Side::live(here, &to).await?;
    let left = Side::live(&route.there, &folder).await?;
    let mut compare = Compare::new(left, right);
    let mut found = Found::default();
    while let Some(difference) = compare.next().await? {
        if !route.leaves_out(&format!("{folder}{}", difference.name)) {
            found.add(&difference.name, difference.left.as_ref(), difference.right.as_ref(), mark);
        }
    }
    found.counts.same = compare.counts().same;
    found.is_filtered = compare.is_filtered();
    Ok(found)
}

fn stamp(entry: &Entry) -> Stamp {
    let Entry { modify_index, flags, .. } = *entry;
    Stamp { modify_index, len: entry.value.len(), flags }
}
