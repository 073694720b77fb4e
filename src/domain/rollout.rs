//! One rollout: how the instances of a service come to be of another version, in all datacenters.
//!
//! Pure: it is told the instances of a datacenter whenever they changed ([`Rollout::observe`]) and
//! keeps what it takes to say how it goes ([`judge`]). The newest version is the one that is rolled
//! out ([`order`]); all others together are what was there before, so that it does not matter how many
//! there are. Datacenters may follow one another: all of them are one rollout. Instances are counted,
//! never followed one by one: it is the same whether they change in place or others come for them.
//! Invariants: the progress is never above 1; one that ended changes no more.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::health::Counts;
use super::ids::{Dc, ServiceName};
use super::seat::Seats;

mod blame;
pub(crate) mod course;
pub mod judge;
pub mod keeper;
pub mod order;
pub(crate) mod part;
pub(crate) mod steps;

pub use judge::{Bounds, Judged, Sight, Unseen, Word};
pub use keeper::Rollouts;
pub use part::{Expected, Failing, Part};
pub use steps::{Step, Steps};

/// Instances by version and state. Those without a version are under the empty text.
pub type Split = BTreeMap<Arc<str>, Counts>;

/// How a rollout ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Every instance is of the new version.
    Done,
    /// The same, as far as can be seen: some instances may be hidden.
    AsSeen,
    /// The new version is gone; this is what there is again.
    Back(Arc<str>),
    /// No instance is left.
    Gone,
}

/// The rollout of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The service.
    pub service: ServiceName,
    /// When it was seen to begin (UTC).
    pub began: DateTime<Utc>,
    /// False where several versions were there when they were looked at first.
    pub is_begin_seen: bool,
    /// When it ended (UTC), and how.
    pub ended: Option<(DateTime<Utc>, End)>,
    /// Its versions, oldest first.
    pub versions: Vec<Arc<str>>,
    /// The version that is rolled out.
    pub target: Arc<str>,
    /// The datacenters that have, or had, instances of it.
    pub parts: BTreeMap<Dc, Part>,
    /// What changed.
    pub steps: Steps,
    /// True where the version to roll out was named, so that it stays.
    pub(crate) is_aimed: bool,
    /// When an instance of the new version that had been critical was first seen better (UTC).
    pub(crate) ripened: Option<DateTime<Utc>>,
    /// Since when there is no instance of the new version (UTC).
    pub(crate) empty: Option<DateTime<Utc>>,
}

/// What a service had in one datacenter when it was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The instances.
    pub seats: Arc<Seats>,
    /// When they were told (UTC).
    pub at: DateTime<Utc>,
    /// How many there should be.
    pub expected: Expected,
}

impl Look {
    /// These instances, told at this time, as the first that are seen.
    pub fn first(seats: &Arc<Seats>, at: DateTime<Utc>) -> Self {
        let mut expected = Expected::default();
        expected.observe(seats.seats.len(), at);
        Self { seats: Arc::clone(seats), at, expected }
    }

    /// The instances by version and state.
    pub fn split(&self) -> Split {
        split(&self.seats)
    }
}

/// The versions that a rollout begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// All of them, oldest first.
    pub all: Vec<Arc<str>>,
    /// The one that is to be rolled out, where it was named.
    pub aim: Option<Arc<str>>,
}

impl Rollout {
    /// A rollout of these versions, oldest first, that begins with what is there.
    pub fn begin(
        service: &ServiceName,
        Versions { all: versions, aim }: Versions,
        looks: &BTreeMap<Dc, Look>,
        at: DateTime<Utc>,
    ) -> Self {
        let target = aim.as_ref().or_else(|| versions.last()).cloned().unwrap_or_default();
        let mut rollout = Self {
            service: service.clone(),
            began: at,
            is_begin_seen: false,
            ended: None,
            versions,
            target,
            parts: BTreeMap::new(),
            steps: Steps::default(),
            is_aimed: aim.is_some(),
            ripened: None,
            empty: None,
        };
        for (dc, look) in looks {
            rollout.add(dc, look, at);
        }
        rollout.note_empty(at);
        rollout
    }

    /// Takes what there is in a datacenter now.
    pub fn observe(&mut self, dc: &Dc, seats: &Arc<Seats>, at: DateTime<Utc>) {
        let before = self.versions.len();
        order::insert_all(&mut self.versions, seats);
        let newest =
            self.versions.last().filter(|_| !self.is_aimed && self.versions.len() > before);
        if let Some(newest) = newest.filter(|newest| **newest != self.target).cloned() {
            self.retarget(newest, at);
        }
        let target = Arc::clone(&self.target);
        match self.parts.get_mut(dc) {
            None => self.add(dc, &Look::first(seats, at), at),
            Some(part) => {
                let starting =
                    |part: &Part| part.failing().filter(|(_, it)| !it.was_better).count();
                let was_starting = starting(part);
                let ripe = part.counts(&target).total() - part.counts(&target).critical;
                if part.observe(seats, &target, at) {
                    let step = Step { at, dc: dc.clone(), split: Arc::clone(&part.split) };
                    self.steps.push(step);
                }
                let now_ripe = part.counts(&target).total() - part.counts(&target).critical;
                if now_ripe > ripe && starting(part) < was_starting {
                    self.ripened = Some(at);
                }
            }
        }
        self.note_empty(at);
    }

    /// Instances of the new version, and all that there are or should be.
    pub fn totals(&self) -> (usize, usize) {
        let all = self.parts.values().map(Part::all).sum();
        (self.parts.values().map(|part| part.counts(&self.target).total()).sum(), all)
    }

    /// The part of the way that it went, from 0 to 1.
    pub fn progress(&self) -> f64 {
        match self.totals() {
            (_, 0) => 0.0,
            // Where fewer are there than were expected, that is all there is once it is done.
            _ if matches!(self.ended, Some((_, End::Done | End::AsSeen))) => 1.0,
            (new, all) => new as f64 / all as f64,
        }
    }

    /// How many instances of a version there are in all datacenters, by state.
    pub fn counts(&self, version: &str) -> Counts {
        let parts = self.parts.values().map(|part| part.counts(version));
        parts.fold(Counts::default(), |all, counts| Counts {
            passing: all.passing + counts.passing,
            warning: all.warning + counts.warning,
            critical: all.critical + counts.critical,
            maintenance: all.maintenance + counts.maintenance,
        })
    }

    /// The versions that there are instances of, or that are rolled out, oldest first.
    pub fn present(&self) -> impl Iterator<Item = &Arc<str>> {
        let is_there = |version: &&Arc<str>| {
            **version == self.target
                || self.parts.values().any(|it| it.split.contains_key(*version))
        };
        self.versions.iter().filter(is_there)
    }

    /// The version before the one that is rolled out: that of most of the others.
    pub fn before(&self) -> Option<&Arc<str>> {
        let others = self.versions.iter().filter(|version| **version != self.target);
        // Of equally many the newer one.
        others.max_by_key(|version| self.counts(version).total())
    }

    /// How long it took, or takes so far.
    pub fn took(&self, now: DateTime<Utc>) -> TimeDelta {
        self.ended.as_ref().map_or(now, |(at, _)| *at) - self.began
    }

    /// When something last moved: a version, or the health of a new instance.
    pub fn moved(&self) -> DateTime<Utc> {
        self.steps.last().max(self.ripened).unwrap_or(self.began).max(self.began)
    }

    /// True once it was seen to move.
    pub fn is_moving(&self) -> bool {
        self.steps.count() > 0
    }

    /// True where the version to roll out was named.
    pub fn is_aimed(&self) -> bool {
        self.is_aimed
    }

    /// Since when there is no instance of the new version (UTC).
    pub fn empty_since(&self) -> Option<DateTime<Utc>> {
        self.empty
    }

    /// Another version of those that are there is rolled out from now on.
    fn retarget(&mut self, target: Arc<str>, at: DateTime<Utc>) {
        self.parts.values_mut().for_each(|part| part.retarget(&target, at));
        self.target = target;
    }

    fn add(&mut self, dc: &Dc, look: &Look, at: DateTime<Utc>) {
        let part = Part::new(look, &self.target, at);
        self.steps.begin(Step { at, dc: dc.clone(), split: Arc::clone(&part.split) });
        self.parts.insert(dc.clone(), part);
    }

    /// Notes since when the new version is nowhere.
    fn note_empty(&mut self, at: DateTime<Utc>) {
        if self.totals().0 > 0 {
            self.empty = None;
        } else {
            self.empty.get_or_insert(at);
        }
    }
}

/// Counts instances by version and state.
fn split(seats: &Seats) -> Split {
    let mut split = Split::new();
    for seat in &seats.seats {
        split.entry(Arc::clone(&seat.version)).or_default().add(seat.status, 1);
    }
    split
}

#[cfg(test)]
mod tests;
