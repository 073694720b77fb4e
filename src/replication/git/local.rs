//! A branch in the datacenter where git2consul runs.

use std::time::Duration;

use tokio::time::sleep;

use super::super::rights::Rights;
use super::super::since::Since;
use super::{Place, Sight, index, read};
use crate::clock;
use crate::consul::{ApiError, Client, kv};
use crate::domain::ids::Key;
use crate::domain::kv::Entry;
use crate::domain::managed::{Mapping, owner};
use crate::domain::replication::git::{self, Left, Look, Written};
use crate::domain::replication::{Stamp, Stream, StreamId};
use crate::journal::Journal;

/// So long nothing is written between two keys of one sync: what stands still is no sync.
const STILL: Duration = Duration::from_secs(3);

/// git2consul looks at its repositories once a minute unless told otherwise: after three times it does
/// not run, or fails.
const NO_SYNC: Duration = Duration::from_mins(3);

/// What is remembered of a branch.
#[derive(Debug, Default)]
pub(super) struct Local {
    /// The mappings of the configuration that the rest is true of.
    mappings: Vec<Mapping>,
    keys: Vec<Written>,
    /// The index of the newest deletion below the folder, as far as Consul remembers one.
    deletion: Option<u64>,
    left: Left,
    /// What the token may see here, which all branches share.
    pub rights: Rights,
    /// Where dcview's own writes are told from others'.
    pub journal: Option<Journal>,
    /// The `.ref`'s index, and the one that git2consul wrote it at.
    origin: Option<(u64, u64)>,
    /// The token may not see every key.
    is_filtered: bool,
    /// The index of the keys' folder when they were read.
    index: Option<u64>,
    /// What was seen to stand still.
    still: Option<Listed>,
    /// With a `source_root`: the `.ref`'s index, and that of the last change that the sync made.
    line: Option<(u64, u64)>,
    commit: Option<Brought>,
    since: Since,
    has_looked: bool,
    /// It waited at the last look for what may have been a sync.
    has_rested: bool,
    /// Where a change can be waited for.
    pub places: Vec<Place>,
}

/// The commit that was brought in last.
#[derive(Debug)]
struct Brought {
    commit: String,
    sight: Sight,
    /// The `.ref`'s index: the same commit may be written again.
    index: u64,
    again: Option<Sight>,
}

/// A `.ref` as git2consul wrote it, and the index that it has now: where dcview put it back, what was
/// written after it before still was.
type Marker = (Entry, u64);

/// The `.ref`'s index, how many keys there are, and the index of the newest. The folder's own index
/// goes back when Consul forgets a deletion, and is the whole store's where nothing is left.
type Listed = (u64, usize, u64);

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
        if self.mappings != all {
            // Which keys are its own may be another matter now.
            let (rights, journal) = (self.rights.clone(), self.journal.take());
            *self = Self { mappings: all.to_vec(), rights, journal, ..Self::default() };
        }
        self.is_filtered = !self.rights.are_whole([here, here]).await;
        if self.left.is_partial() && !self.is_filtered {
            // More may be seen than was noted.
            (self.left, self.index, self.still) = (Left::default(), None, None);
        }
        let folder = Key::from(&*mapping.prefix);
        // The keys first: of a sync that ends meanwhile, none is newer than the '.ref' then.
        let mut at = self.read(here, &folder, mapping, all).await?;
        let mut marker = self.marker(here, mapping).await?;
        if !self.left.is_of(index_of(marker.as_ref())) {
            // A sync deletes before it writes the '.ref': what it deleted meanwhile is none of its keys.
            at = self.read(here, &folder, mapping, all).await?;
        }
        let mut listed = self.listed(marker.as_ref());
        self.has_rested = self.is_unsure(mapping, listed);
        if self.has_rested {
            sleep(STILL).await;
            let before = listed;
            at = self.read(here, &folder, mapping, all).await?;
            marker = self.marker(here, mapping).await?;
            listed = self.listed(marker.as_ref());
            if listed == before {
                self.still = Some(listed);
            }
        }
        let own = (!folder.is_empty()).then(|| (here.clone(), folder, at));
        let marked = marker.as_ref().map(|(it, index)| (here.clone(), it.key.clone(), *index));
        self.places = own.into_iter().chain(marked).collect();
        let misses = self.left.misses(listed.0, &self.keys)
            || self.deletion.is_some_and(|deletion| deletion > listed.0);
        if self.has_rested && !self.is_filtered && misses {
            // What the token may see has perhaps shrunk since it was asked.
            self.rights.forget().await;
            self.is_filtered = !self.rights.are_whole([here, here]).await;
            self.deletion = self.deletion.filter(|_| !self.is_filtered);
        }
        let is_still = self.still == Some(listed);
        if is_still && self.line.is_none_or(|(marker, _)| marker != listed.0) {
            self.line = Some((listed.0, self.newest().max(listed.0)));
        }
        Ok(self.stream(id, mapping, marker.as_ref(), is_still))
    }

    fn stream(
        &mut self,
        id: &StreamId,
        mapping: &Mapping,
        marked: Option<&Marker>,
        is_still: bool,
    ) -> Stream {
        let marker = marked.map(|(marker, _)| marker);
        let now = clock::now();
        let mut stream = Stream::new(id.clone());
        (stream.at, stream.whole_at) = (Some(now), Some(now));
        let line = marker.and_then(|marker| self.line(mapping, marker.modify_index));
        let gone = marker.map(|marker| {
            let (marker, deletion, keys) = (marker.modify_index, self.deletion, &self.keys);
            let is_filtered = self.is_filtered;
            self.left.note(Look { marker, line, deletion, keys, is_still, is_filtered })
        });
        let (keys, gone, is_filtered) = (&self.keys, &gone.unwrap_or_default(), self.is_filtered);
        let before = self.commit.as_ref().map(|brought| &*brought.commit);
        git::Local { mapping, marker, keys, gone, line, is_still, is_filtered, before }
            .judge(&mut stream);
        if let (Some(status), Some((_, index))) = (&mut stream.status, marked) {
            status.modify_index = *index;
        }
        let pending = (stream.counts.pending > 0).then(|| "sync".to_owned());
        let oldest = self.since.note(now, pending);
        let commit = marker.and_then(|marker| Some((marker.modify_index, git::commit(marker)?)));
        // How long a sync takes that goes on is git2consul's business.
        let stall_after = if marker.is_none() { NO_SYNC } else { Duration::MAX };
        oldest.tell(&mut stream, stall_after);
        if let Some((index, commit)) = commit {
            let now = Sight { at: now, is_exact: self.has_looked };
            match &mut self.commit {
                Some(brought) if brought.commit == commit => {
                    if brought.index != index {
                        (brought.index, brought.again) = (index, Some(now));
                    }
                }
                other => {
                    let commit = commit.to_owned();
                    *other = Some(Brought { commit, sight: now, index, again: None });
                }
            }
            let sight = self.commit.as_ref().map(|brought| brought.sight);
            let since = sight.map(Sight::told).unwrap_or_default();
            stream.facts = vec![("commit", commit.to_owned()), ("brought in", since)];
            let again = self.commit.as_ref().and_then(|brought| brought.again);
            stream.facts.extend(again.map(|again| ("written again", again.told())));
            // What Consul has forgotten by then nobody can tell.
            if let Some(Sight { at, is_exact: false }) =
                sight.filter(|_| !mapping.prefix.is_empty())
            {
                let at = at.format("%H:%M:%S UTC");
                // A newer write hides the index of a deletion.
                let is_hidden = line.is_some_and(|line| self.newest_key() > line);
                let before = self.tells_deletions(mapping) && mapping.root.is_empty() && !is_hidden;
                let before = if before { ", and those of the 15 minutes before" } else { "" };
                stream.facts.push(("deletions", format!("of keys are seen since {at}{before}")));
            }
        }
        if stream.counts.drift > 0 {
            let text = "may be what it was: Consul keeps no earlier value";
            stream.facts.push(("content", text.to_owned()));
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
            self.deletion =
                newest.filter(|newest| *newest < now && self.tells_deletions(mapping)).map(|_| now);
            self.index = Some(now);
        }
        Ok(now)
    }

    /// True when the folder's index is of this branch's keys alone, and all of them are listed.
    fn tells_deletions(&self, mapping: &Mapping) -> bool {
        let is_below = |key: &str| key.starts_with(&*mapping.prefix);
        let mut others = self.mappings.iter().filter(|it| *it != mapping);
        !self.is_filtered
            && !is_below(&mapping.marker)
            && !others.any(|it| is_below(&it.prefix) || is_below(&it.marker))
    }

    /// True when it cannot be told yet whether what changed last is a sync.
    fn is_unsure(&self, mapping: &Mapping, listed: Listed) -> bool {
        let (marker, ..) = listed;
        let is_changed = |line: u64| self.newest() > line || self.left.misses(marker, &self.keys);
        let is_known = self.still == Some(listed);
        !is_known && marker > 0 && self.line(mapping, marker).is_none_or(is_changed)
    }

    fn listed(&self, marker: Option<&Marker>) -> Listed {
        (index_of(marker), self.keys.len(), self.newest_key())
    }

    fn newest_key(&self) -> u64 {
        self.keys.iter().map(|it| it.stamp.modify_index).max().unwrap_or_default()
    }

    /// Reads the `.ref`.
    async fn marker(
        &mut self,
        here: &Client,
        mapping: &Mapping,
    ) -> Result<Option<Marker>, ApiError> {
        let Some(mut entry) = read(here, &Key::from(&*mapping.marker)).await? else {
            return Ok(None);
        };
        let now = entry.modify_index;
        let known = self.origin.filter(|(of, _)| *of == now);
        let origin = match (known, &self.journal) {
            (Some((_, origin)), _) => origin,
            (None, Some(journal)) => origin(journal.clone(), here, &entry).await,
            (None, None) => now,
        };
        self.origin = Some((now, origin));
        entry.modify_index = origin;
        Ok(Some((entry, now)))
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

fn index_of(marker: Option<&Marker>) -> u64 {
    marker.map_or(0, |(marker, _)| marker.modify_index)
}

/// The index that a `.ref` had before dcview deleted it and put it back; its own where others wrote it,
/// and where the journal cannot be read.
async fn origin(journal: Journal, here: &Client, marker: &Entry) -> u64 {
    let (agent, index) = (here.agent().address().to_string(), marker.modify_index);
    let (Some(dc), key) = (here.dc().cloned(), marker.key.clone()) else { return index };
    let read = move || journal.read().map(|log| log.origin((&dc, &agent), &key, index));
    tokio::task::spawn_blocking(read).await.ok().and_then(Result::ok).unwrap_or(index)
}

fn written(entry: &Entry) -> Written {
    let Entry { modify_index, flags, create_index, .. } = *entry;
    let stamp = Stamp { modify_index, len: entry.value.len(), flags };
    Written { key: entry.key.clone(), stamp, create_index }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::managed::mappings;

    #[test]
    fn what_was_deleted_stays_so_when_consul_forgets_it_or_nothing_is_left() {
        let mapping = mappings(br#"{"repos":[{"name":"p","branches":["main"]}]}"#).remove(0);
        let key = |name: &str, index| Written {
            key: name.into(),
            stamp: Stamp { modify_index: index, len: 1, flags: 0 },
            create_index: index,
        };
        let marker = Entry {
            key: "p/main.ref".into(),
            value: String::from("7d7af74").into(),
            flags: 0,
            create_index: 1,
            modify_index: 9,
            lock_index: 0,
            session: None,
        };
        let note = |local: &mut Local| {
            let (line, deletion, keys) = (Some(9), local.deletion, &local.keys);
            let is_filtered = false;
            local.left.note(Look { marker: 9, line, deletion, keys, is_still: true, is_filtered })
        };
        let mut local = Local { keys: vec![key("a", 3), key("b", 4)], ..Local::default() };
        note(&mut local);
        let marker = (marker, 9);
        assert!(!local.is_unsure(&mapping, local.listed(Some(&marker))));
        local.keys.pop();
        local.deletion = Some(12);
        let listed = local.listed(Some(&marker));
        assert!(local.is_unsure(&mapping, listed), "it may be a sync");
        local.still = Some(listed);
        // The tombstone is reaped, or another's key came: the same is listed.
        local.deletion = None;
        assert_eq!(local.still, Some(local.listed(Some(&marker))));
        assert_eq!(note(&mut local).names, ["b".into()]);
        // All is deleted: that too is looked at twice, and then stands still.
        local.keys.clear();
        assert!(local.is_unsure(&mapping, local.listed(Some(&marker))));
    }
}
