//! The last states of things, and how often they changed of late: what flaps.
//!
//! Only what ever changed has a track, so what is always well costs nothing. Invariants: a track has
//! no more than [`KEPT`] changes, all tracks together take no more than `MOST`; where some had to be
//! forgotten, [`Tracks::is_whole`] says so, and "never changed" is not claimed of what may have been.

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};

use super::health::Status;

/// How far back changes are counted: what flapped longer ago is no news.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Changes of one thing, at most: more in a quarter of an hour is no other news.
pub const KEPT: usize = 100;
/// Room for the tracks of all things of one sort in a datacenter, in changes: 1 MB.
const MOST: usize = 62_500;
/// What a change takes, in bytes.
const CHANGE: usize = size_of::<Change>();
/// Changes that would have room in what a track takes by itself.
const EACH: usize = 12;
/// What changed so recently is looked at again as its changes grow old.
const FADING: TimeDelta = TimeDelta::minutes(16);

/// Since when something is in its state, as far as dcview saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The first sight (UTC).
    pub at: DateTime<Utc>,
    /// True when dcview saw it change; otherwise it was so before, and the age is a lower bound.
    pub is_exact: bool,
}

impl Since {
    /// The older of two, exact when both are: the younger one may be what is not known of the older.
    #[must_use]
    pub fn oldest(self, other: Self) -> Self {
        Self { at: self.at.min(other.at), is_exact: self.is_exact && other.is_exact }
    }

    /// The order by when it began; what was never seen to change comes first.
    pub fn order(a: Option<Self>, b: Option<Self>) -> Ordering {
        let at = |since: Option<Self>| since.map(|since| since.at);
        at(a).cmp(&at(b))
    }
}

/// A change to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) at: DateTime<Utc>,
    pub(crate) to: Status,
    pub(crate) is_exact: bool,
}

/// The last states of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The state before the first change that is kept.
    pub(crate) before: Status,
    /// The changes, oldest first; never none.
    pub(crate) changes: VecDeque<Change>,
}

impl Track {
    /// The state that it came to last, as of `now`, and since when; `None` before its first change.
    pub fn last(&self, now: DateTime<Utc>) -> Option<(Status, Since)> {
        let Change { at, to, is_exact } = *self.changes.iter().rev().find(|it| it.at <= now)?;
        Some((to, Since { at, is_exact }))
    }

    /// How often it changed in the last quarter of an hour; [`KEPT`] for that often or more.
    pub fn flaps(&self, now: DateTime<Utc>) -> usize {
        self.recent(now).count()
    }

    /// The last states that it was in during the last quarter of an hour, oldest first, at most `most`;
    /// none where it did not change.
    pub fn strip(&self, now: DateTime<Utc>, most: usize) -> Vec<Status> {
        let before = self.changes.iter().rev().find(|it| it.at <= now - WINDOW);
        let first = before.map_or(self.before, |it| it.to);
        let mut states: Vec<Status> =
            [first].into_iter().chain(self.recent(now).map(|it| it.to)).collect();
        if states.len() == 1 {
            return Vec::new();
        }
        states.split_off(states.len().saturating_sub(most))
    }

    fn recent(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |it| it.at > now - WINDOW && it.at <= now)
    }

    /// The track of something whose state is made of these by `join`, as of `now`: each with its track,
    /// if it has one, and with the state that it is in. `None` when that state never changed.
    pub fn merged<'a>(
        parts: impl IntoIterator<Item = (Option<&'a Self>, Status)>,
        now: DateTime<Utc>,
        join: fn(Status, Status) -> Status,
    ) -> Option<Self> {
        let parts: Vec<(Option<&Self>, Status)> = parts.into_iter().collect();
        let mut states: Vec<Status> =
            parts.iter().map(|(track, state)| track.map_or(*state, |it| it.before)).collect();
        let all = |states: &[Status]| states.iter().fold(Status::Passing, |a, b| join(a, *b));
        let mut changes: Vec<(usize, Change)> = Vec::new();
        for (part, track) in parts.iter().enumerate().filter_map(|(n, it)| Some((n, it.0?))) {
            let then = track.changes.iter().filter(|change| change.at <= now);
            changes.extend(then.map(|change| (part, *change)));
        }
        changes.sort_by_key(|(_, change)| change.at);
        let before = all(&states);
        let (mut state, mut merged) = (before, VecDeque::new());
        // What changed together is one change.
        for together in changes.chunk_by(|(_, a), (_, b)| a.at == b.at) {
            let mut is_exact = true;
            for (part, change) in together {
                if let Some(it) = states.get_mut(*part) {
                    *it = change.to;
                }
                is_exact &= change.is_exact;
            }
            let to = all(&states);
            let at = together.first().map(|(_, change)| change.at);
            if let Some(at) = at.filter(|_| to != state) {
                merged.push_back(Change { at, to, is_exact });
                state = to;
            }
        }
        (!merged.is_empty()).then_some(Self { before, changes: merged })
    }
}

/// The tracks of all things of one sort in a datacenter.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracks<K: Eq + Hash> {
    pub(crate) all: HashMap<K, Track>,
    /// Changes that are kept, of all.
    pub(crate) changes: usize,
    pub(crate) most: usize,
    /// What changed last until then may be forgotten.
    pub(crate) forgotten: Option<DateTime<Utc>>,
}

impl<K: Eq + Hash> Default for Tracks<K> {
    fn default() -> Self {
        Self { all: HashMap::new(), changes: 0, most: MOST, forgotten: None }
    }
}

impl<K: Clone + Eq + Hash> Tracks<K> {
    /// Notes a change. One to the state that it is in already is none.
    pub fn change(&mut self, key: &K, from: Status, to: Status, since: Since) {
        let Since { at, is_exact } = since;
        if !self.all.contains_key(key) {
            let track = Track { before: from, changes: VecDeque::new() };
            self.all.insert(key.clone(), track);
        }
        let Some(track) = self.all.get_mut(key) else { return };
        if track.changes.back().map_or(track.before, |last| last.to) == to {
            if track.changes.is_empty() {
                self.all.remove(key);
            }
            return;
        }
        track.changes.push_back(Change { at, to, is_exact });
        self.changes += 1;
        if track.changes.len() > KEPT {
            track.before = track.changes.pop_front().map_or(track.before, |first| first.to);
            self.changes -= 1;
        }
        self.fit();
    }

    /// From now on no more than these bytes are taken, about.
    pub fn limit(&mut self, bytes: usize) {
        self.most = bytes / CHANGE;
        self.fit();
    }

    fn fit(&mut self) {
        if self.changes + EACH * self.all.len() > self.most {
            self.forget();
        }
    }

    /// The track of a thing; `None` when it never changed, as far as that is known.
    pub fn get(&self, key: &K) -> Option<&Track> {
        self.all.get(key)
    }

    /// True when everything that changed in the last quarter of an hour has its track.
    pub fn is_whole(&self, now: DateTime<Utc>) -> bool {
        self.forgotten.is_none_or(|until| until <= now - WINDOW)
    }

    /// What changed so recently that its count of changes falls by itself.
    pub fn fading(&self, now: DateTime<Utc>) -> impl Iterator<Item = &K> {
        let is_recent =
            move |track: &Track| track.changes.back().is_some_and(|it| it.at > now - FADING);
        self.all.iter().filter(move |(_, track)| is_recent(track)).map(|(key, _)| key)
    }

    /// Forgets the half of the tracks whose last change is the longest ago.
    fn forget(&mut self) {
        let last = |track: &Track| track.changes.back().map(|it| it.at);
        let mut times: Vec<_> = self.all.values().filter_map(last).collect();
        let middle = times.len() / 2;
        if times.is_empty() {
            return;
        }
        let (_, &mut until, _) = times.select_nth_unstable(middle);
        self.all.retain(|_, track| last(track) > Some(until));
        self.changes = self.all.values().map(|track| track.changes.len()).sum();
        self.forgotten = Some(until);
    }
}

#[cfg(test)]
mod tests;
