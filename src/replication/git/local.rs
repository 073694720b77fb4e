//! A branch in the datacenter where git2consul runs.

use std::time::Duration;

use tokio::time::sleep;

use super::super::since::Since;
use super::{Place, Sight, index, read};
use crate::clock;
use crate::consul::{ApiError, Client, kv};
use crate::domain::ids::Key;
use crate::domain::kv::Entry;
use crate::domain::managed::{Mapping, owner};
use crate::domain::replication::git::{self, Left, Look, Written};
use crate::domain::replication::{Stamp, Stream, StreamId};

/// So long nothing is written between two keys of one sync: what stands still is no sync.
const STILL: Duration = Duration::from_secs(3);

/// What is remembered of a branch.
#[derive(Debug, Default)]
pub(super) struct Local {
    keys: Vec<Written>,
    /// The index of the newest deletion below the folder, as far as Consul remembers one.
    deletion: Option<u64>,
    left: Left,
    /// The index of the keys' folder when they were read.
    index: Option<u64>,
    /// The folder's and the `.ref`'s index that were seen to stand still.
    still: Option<(u64, u64)>,
    /// With a `source_root`: the `.ref`'s index, and that of the last change that the sync made.
    line: Option<(u64, u64)>,
    commit: Option<(String, Sight)>,
    since: Since,
    has_looked: bool,
    /// It waited at the last look for what may have been a sync.
    has_rested: bool,
    /// Where a change can be waited for.
    pub places: Vec<Place>,
}

impl Local {
    /// Looks once, and a second time after a moment where a sync may be going on.
    pub async fn look(
        mut self,
        here: &Client,
        id: StreamId,
        mapping: &Mapping,
        all: &[Mapping],
    ) -> (Self, StreamId, Result<Stream, ApiError>) {
        let stream = self.find(here, &id, mapping, all).await;
        (self, id, stream)
    }

    /// For how long of the last look it asked nothing.
    pub fn rested(&self) -> Duration {
        if self.has_rested { STILL } else { Duration::ZERO }
    }

    async fn find(
        &mut self,
        here: &Client,
        id: &StreamId,
        mapping: &Mapping,
        all: &[Mapping],
    ) -> Result<Stream, ApiError> {
        let folder = Key::from(&*mapping.prefix);
        // The keys first: of a sync that ends meanwhile, none is newer than the '.ref' then.
        let mut at = self.read(here, &folder, mapping, all).await?;
        let mut marker = read(here, &Key::from(&*mapping.marker)).await?;
        let mut place = (at, marker.as_ref().map_or(0, |marker| marker.modify_index));
        self.has_rested = self.is_unsure(mapping, place);
        if self.has_rested {
            sleep(STILL).await;
            let before = place;
            at = self.read(here, &folder, mapping, all).await?;
            marker = read(here, &Key::from(&*mapping.marker)).await?;
            place = (at, marker.as_ref().map_or(0, |marker| marker.modify_index));
            if place == before {
                self.still = Some(place);
            }
        }
        let own = (!folder.is_empty()).then(|| (here.clone(), folder, place.0));
        let marked = marker.as_ref().map(|it| (here.clone(), it.key.clone(), it.modify_index));
        self.places = own.into_iter().chain(marked).collect();
        let is_still = self.still == Some(place);
        if is_still && self.line.is_none_or(|(marker, _)| marker != place.1) {
            self.line = Some((place.1, self.newest().max(place.1)));
        }
        Ok(self.stream(id, mapping, marker.as_ref(), is_still))
    }

    fn stream(
        &mut self,
        id: &StreamId,
        mapping: &Mapping,
        marker: Option<&Entry>,
        is_still: bool,
    ) -> Stream {
        let now = clock::now();
        let mut stream = Stream::new(id.clone());
        (stream.at, stream.whole_at) = (Some(now), Some(now));
        let line = marker.and_then(|marker| self.line(mapping, marker.modify_index));
        let gone = marker.map(|marker| {
            let (marker, deletion, keys) = (marker.modify_index, self.deletion, &self.keys);
            self.left.note(Look { marker, line, deletion, keys, is_still })
        });
        let (keys, gone) = (&self.keys, &gone.unwrap_or_default());
        git::Local { mapping, marker, keys, gone, line, is_still }.judge(&mut stream);
        let pending = (stream.counts.pending > 0).then(|| "sync".to_owned());
        // How long a sync may take is git2consul's business: it is never called stalled.
        stream.waiting = self.since.note(now, pending).waiting;
        if let Some(commit) = marker.and_then(git::commit) {
            if self.commit.as_ref().is_none_or(|(known, _)| known != commit) {
                let sight = Sight { at: now, is_exact: self.has_looked };
                self.commit = Some((commit.to_owned(), sight));
            }
            let sight = self.commit.as_ref().map(|(_, sight)| *sight);
            let since = sight.map(Sight::told).unwrap_or_default();
            stream.facts = vec![("commit", commit.to_owned()), ("brought in", since)];
            // What Consul has forgotten by then nobody can tell.
            if let Some(Sight { at, is_exact: false }) = sight {
                let at = at.format("%H:%M:%S UTC");
                let text =
                    format!("of keys are seen since {at}, and those of the 15 minutes before");
                stream.facts.push(("deletions", text));
            }
        }
        stream.facts.push(("folder", mapping.prefix.clone()));
        if !mapping.root.is_empty() {
            stream.facts.push(("source root", mapping.root.clone()));
        }
        self.has_looked = true;
        stream
    }

    /// Reads the keys if they may have changed; their folder's index.
    async fn read(
        &mut self,
        here: &Client,
        folder: &Key,
        mapping: &Mapping,
        all: &[Mapping],
    ) -> Result<u64, ApiError> {
        if folder.is_empty() {
            // Without a prefix of its own every key there is would be claimed.
            return Ok(0);
        }
        let now = index(here, folder).await?;
        if self.index != Some(now) {
            let mut listing = kv::recurse(here, folder).await?;
            let (mut keys, mut newest) = (Vec::new(), None);
            while let Some(page) = listing.page().await? {
                let own = page.iter().filter(|entry| {
                    let key = entry.key.as_str();
                    key != mapping.marker && owner(all, key) == Some(mapping)
                });
                keys.extend(own.map(written));
                newest = page.iter().map(|entry| entry.modify_index).chain(newest).max();
            }
            self.keys = keys;
            // The folder's index is that of its newest key or deletion, unless it is empty.
            self.deletion = newest.filter(|newest| *newest < now).map(|_| now);
            self.index = Some(now);
        }
        Ok(now)
    }

    /// True when it cannot be told yet whether the newest keys are a sync.
    fn is_unsure(&self, mapping: &Mapping, place: (u64, u64)) -> bool {
        let is_known = self.still == Some(place);
        let line = self.line(mapping, place.1);
        !is_known && place.1 > 0 && line.is_none_or(|line| self.newest() > line)
    }

    /// The index above which a key was written after the commit's sync.
    fn line(&self, mapping: &Mapping, marker: u64) -> Option<u64> {
        // With a source_root the '.ref' is written before its keys.
        if mapping.root.is_empty() {
            return Some(marker);
        }
        self.line.filter(|(of, _)| *of == marker && self.has_looked).map(|(_, line)| line)
    }

    fn newest(&self) -> u64 {
        let keys = self.keys.iter().map(|it| it.stamp.modify_index);
        keys.chain(self.deletion).max().unwrap_or_default()
    }
}

fn written(entry: &Entry) -> Written {
    let Entry { modify_index, flags, create_index, .. } = *entry;
    let stamp = Stamp { modify_index, len: entry.value.len(), flags };
    Written { key: entry.key.clone(), stamp, create_index }
}
