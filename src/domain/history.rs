//! What happened since dcview began, as far as there is room for it.
//!
//! A bounded list of events, oldest first. Where the bound is reached the oldest goes, and is
//! counted: a list that was shortened says so. Invariants: never more events or bytes than the
//! bound; each event has a number that it keeps, so that a place in the list can be remembered.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::event::Event;
use super::health::CheckKey;
use super::ids::Dc;
use super::storm::{Fold, Storm, StormId, Storms};
use super::track::{Since, Tracks};

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Events, at most.
    pub events: usize,
    /// Bytes of events, at most, as [`Event::weight`] counts.
    pub bytes: usize,
    /// Bytes, at most, for how checks changed, in all datacenters together.
    pub tracks: usize,
}

impl Bound {
    /// These events at most, within what history may take in all: half of what is counted is for
    /// earlier states, an eighth for how checks changed.
    pub fn within(bytes: usize, events: usize) -> Self {
        let bytes = Self::counted(bytes);
        Self { events, bytes: bytes / 8 * 3, tracks: bytes / 8 }
    }

    /// What may be counted of all that history may take, in bytes: an eighth is left to what no count
    /// sees, the rounding up and the gaps of allocation (measured: a tenth).
    pub fn counted(bytes: usize) -> usize {
        bytes / 8 * 7
    }
}

impl Default for Bound {
    /// 200,000 events, within 64 MB.
    fn default() -> Self {
        Self::within(64 << 20, 200_000)
    }
}

/// An event in its place.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The number that it came under.
    pub number: u64,
    /// The storm that it is part of; 0 where it is of none.
    pub storm: StormId,
    /// The event.
    pub event: Arc<Event>,
}

impl Entry {
    /// What it is sorted by.
    fn key(&self) -> (DateTime<Utc>, u64) {
        (self.event.at, self.number)
    }
}

/// The events.
#[derive(Clone, Debug, Default)]
pub struct History {
    events: VecDeque<Entry>,
    storms: Storms,
    /// How the checks of each datacenter changed.
    checks: HashMap<Dc, Tracks<CheckKey>>,
    /// How many events came: the number of the next one.
    pushed: u64,
    /// Since when events are seen (UTC).
    begin: Option<DateTime<Utc>>,
    bound: Bound,
    bytes: usize,
    /// Events that had to go.
    dropped: u64,
    /// Events that never came: they were too many at once.
    lost: u64,
}

impl History {
    /// An empty one with this bound.
    pub fn new(bound: Bound) -> Self {
        Self { bound, ..Self::default() }
    }

    /// Takes in an event. They come nearly in order; one that is late goes to its place.
    pub fn push(&mut self, event: Arc<Event>) {
        self.bytes += event.weight();
        self.follow(&event);
        let key = (event.at, self.pushed);
        self.pushed += 1;
        let events = &self.events;
        let is_alone =
            |at, number| find(events, (at, number)).is_some_and(|(_, entry)| entry.storm == 0);
        let fold = self.storms.push(key.1, &event, is_alone);
        let (storm, claimed) = match fold {
            Fold::Alone => (0, Vec::new()),
            Fold::Joined(id) => (id, Vec::new()),
            Fold::Began(id, claimed) => (id, claimed),
        };
        for key in claimed {
            let place = find(&self.events, key).map(|(place, _)| place);
            if let Some(entry) = place.and_then(|place| self.events.get_mut(place)) {
                entry.storm = storm;
            }
        }
        let place = self.events.partition_point(|other| other.key() < key);
        self.events.insert(place, Entry { number: key.1, storm, event });
        while self.events.len() > self.bound.events || self.bytes > self.bound.bytes {
            let Some(Entry { number, storm, event: oldest }) = self.events.pop_front() else {
                break;
            };
            self.storms.drop_from(storm, number);
            self.bytes = self.bytes.saturating_sub(oldest.weight());
            self.dropped += 1;
        }
    }

    /// Notes how a check changed.
    fn follow(&mut self, event: &Event) {
        let Some((check, from, to)) = event.of_check() else { return };
        let since = Since { at: event.at, is_exact: event.after.is_none() };
        if !self.checks.contains_key(&event.dc) {
            self.checks.insert(event.dc.clone(), Tracks::default());
            let each = self.bound.tracks / self.checks.len();
            self.checks.values_mut().for_each(|checks| checks.limit(each));
        }
        if let Some(checks) = self.checks.get_mut(&event.dc) {
            checks.change(&check, from, to, since);
        }
    }

    /// How the checks of a datacenter changed; `None` when none did. Later changes than the moment
    /// that is shown are among them.
    pub fn checks(&self, dc: &Dc) -> Option<&Tracks<CheckKey>> {
        self.checks.get(dc)
    }

    /// Notes that so many events could not be taken over.
    pub fn lose(&mut self, n: u64) {
        self.lost += n;
    }

    /// All events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Arc<Event>> + ExactSizeIterator {
        self.events.iter().map(|entry| &entry.event)
    }

    /// The events within a span, both ends included, oldest first; found by bisection.
    pub fn within(
        &self,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> impl DoubleEndedIterator<Item = &Arc<Event>> + ExactSizeIterator {
        self.entries(from, to).map(|entry| &entry.event)
    }

    /// As [`Self::within`], each event in its place. Of events at one time the one with the smaller
    /// number stands first.
    pub fn entries(
        &self,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        let all = &self.events;
        let first = from.map_or(0, |from| all.partition_point(|it| it.event.at < from));
        let last = to.map_or(all.len(), |to| all.partition_point(|it| it.event.at <= to));
        all.range(first..last.max(first))
    }

    /// The event that came under a number at a time, if it is still there.
    pub fn entry(&self, at: DateTime<Utc>, number: u64) -> Option<&Entry> {
        find(&self.events, (at, number)).map(|(_, entry)| entry)
    }

    /// A storm of events.
    pub fn storm(&self, id: StormId) -> Option<&Storm> {
        self.storms.get(id)
    }

    /// How many events came, also those that had to go: the last one has the number before.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// The time and the number of the oldest event that is still there.
    pub fn oldest(&self) -> Option<(DateTime<Utc>, u64)> {
        self.events.front().map(Entry::key)
    }

    /// Notes since when events are seen (UTC).
    pub fn begin(&mut self, at: DateTime<Utc>) {
        self.begin = Some(at);
    }

    /// Since when all that happened is here (UTC): since events are seen, or the oldest that there
    /// was room for.
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        match self.oldest() {
            Some((oldest, _)) if self.dropped > 0 => Some(oldest),
            _ => self.begin,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// True when nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many had to go since there was no room, oldest first.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many never came, as they were too many at once.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

/// The place of an event, by bisection.
fn find(events: &VecDeque<Entry>, key: (DateTime<Utc>, u64)) -> Option<(usize, &Entry)> {
    let place = events.partition_point(|other| other.key() < key);
    let entry = events.get(place).filter(|entry| entry.key() == key)?;
    Some((place, entry))
}

#[cfg(test)]
mod tests;
