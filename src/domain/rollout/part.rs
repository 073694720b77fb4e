//! What a rollout is in one datacenter.
//!
//! How many instances are expected is what there was before it began there; until then that follows
//! what there is. An instance that was critical before, or is on a node on which all were, is not
//! held against the new version.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::course::Course;
use super::{Look, Split, split};
use crate::domain::health::{Counts, Status};
use crate::domain::ids::{NodeName, ServiceId};
use crate::domain::seat::{Seat, Seats};

/// What an instance of another version is said to be before it is there for so long says nothing: until
/// its check is run again, that says what it said before.
const SETTLES: TimeDelta = TimeDelta::seconds(15);

/// Fewer instances than before are what is expected from then on, once it is so for this long.
const LASTS: TimeDelta = TimeDelta::minutes(2);

/// What names an instance within its datacenter.
pub type SeatKey = (NodeName, ServiceId);

/// An instance of the new version that is critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Since when it is seen so (UTC).
    pub since: DateTime<Utc>,
    /// True when it was better before, with the same version, and came at least 15 s before.
    pub was_better: bool,
}

/// How many instances there should be: as many as there are, or were until lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The number.
    pub n: usize,
    /// Since when there are fewer (UTC).
    pub(crate) fewer: Option<DateTime<Utc>>,
}

impl Expected {
    /// Takes how many there are now.
    pub fn observe(&mut self, now: usize, at: DateTime<Utc>) {
        if now >= self.n || at - *self.fewer.get_or_insert(at) >= LASTS {
            *self = Self { n: now, fewer: None };
        }
    }
}

/// The part of one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The instances as they were told last; none once the rollout ended.
    pub seats: Arc<Seats>,
    /// When that was (UTC).
    pub at: DateTime<Utc>,
    /// They, by version and state.
    pub split: Arc<Split>,
    pub(crate) expected: Expected,
    /// When the new version came first (UTC); `None` while it is not there.
    pub began: Option<DateTime<Utc>>,
    /// Instances that were critical before it began.
    pub(crate) ill: BTreeSet<SeatKey>,
    /// Nodes on which all were.
    pub(crate) ill_nodes: BTreeSet<NodeName>,
    /// By the place among the instances.
    pub(crate) failing: Vec<(usize, Failing)>,
    /// When each instance of the new version was seen first (UTC), by its place.
    pub(crate) arrived: Vec<(usize, DateTime<Utc>)>,
    pub(crate) course: Course,
}

impl Part {
    /// A datacenter that is as it was seen here.
    pub fn new(look: &Look, target: &str, at: DateTime<Utc>) -> Self {
        let mut part = Self {
            seats: Arc::clone(&look.seats),
            at,
            split: Arc::new(split(&look.seats)),
            expected: look.expected,
            began: None,
            ill: BTreeSet::new(),
            ill_nodes: BTreeSet::new(),
            failing: Vec::new(),
            arrived: Vec::new(),
            course: Course::new(0, 0),
        };
        part.retarget(target, at);
        part
    }

    /// How many instances there should be.
    pub fn expected(&self) -> usize {
        self.expected.n
    }

    /// How many instances of a version there are, by state.
    pub fn counts(&self, version: &str) -> Counts {
        self.split.get(version).copied().unwrap_or_default()
    }

    /// How many instances of a version there are, and how many others.
    pub fn of(&self, version: &str) -> (usize, usize) {
        let new = self.counts(version).total();
        (new, self.total().saturating_sub(new))
    }

    fn total(&self) -> usize {
        self.split.values().map(Counts::total).sum()
    }

    /// Gives up the instances; how many there were stays.
    pub(super) fn forget_seats(&mut self) {
        self.seats = Arc::default();
        (self.failing, self.arrived) = (Vec::new(), Vec::new());
        (self.ill, self.ill_nodes) = (BTreeSet::new(), BTreeSet::new());
    }

    /// How many there are, or should be: where new ones come before old ones go there are more.
    pub fn all(&self) -> usize {
        self.expected.n.max(self.total())
    }

    /// True when the new version is on its way out here.
    pub fn is_back(&self, now: DateTime<Utc>) -> bool {
        self.course.is_back(now)
    }

    /// The instances of the new version that are critical and were not before.
    pub fn failing(&self) -> impl Iterator<Item = (&Seat, Failing)> {
        let seats = &self.seats.seats;
        self.failing.iter().filter_map(|(place, it)| Some((seats.get(*place)?, *it)))
    }

    /// Since when an instance of the new version is critical, where every one is that says anything
    /// yet (UTC); `None` where one is better, or there is none.
    pub fn all_failing_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // One that was critical before and is still says nothing, one that is well now does.
        let is_ill = |place: usize| {
            let seat = self.seats.seats.get(place);
            seat.is_some_and(|it| it.status == Status::Critical && self.was_ill(it))
        };
        let mut since: Option<DateTime<Utc>> = None;
        for (place, came) in &self.arrived {
            match at_place(&self.failing, *place) {
                Some(it) => since = Some(since.map_or(it.since, |since| since.min(it.since))),
                None if is_ill(*place) || now - *came < SETTLES => {}
                None => return None,
            }
        }
        since
    }

    /// Since when an instance counts against the new version, if it does (UTC).
    pub fn failing_since(&self, seat: &Seat) -> Option<DateTime<Utc>> {
        let place = place_of(&self.seats, seat)?;
        at_place(&self.failing, place).map(|failing| failing.since)
    }

    /// Another version is the new one from now on.
    pub fn retarget(&mut self, target: &str, at: DateTime<Utc>) {
        let (new, others) = self.of(target);
        self.course = Course::new(new, others);
        self.began = (new > 0).then_some(at);
        self.failing.clear();
        self.note_ill(target);
        self.note_arrived(target, at, None);
        self.note_failing(target, at, None);
    }

    /// Takes what is there now; true where how many are of which version differs.
    pub fn observe(&mut self, seats: &Arc<Seats>, target: &str, at: DateTime<Utc>) -> bool {
        let has_begun = seats.seats.iter().any(|seat| *seat.version == *target);
        if self.began.is_none() {
            self.note_ill(target);
            if !has_begun {
                self.expected.observe(seats.seats.len(), at);
            }
        }
        let before = std::mem::replace(&mut self.seats, Arc::clone(seats));
        let was = std::mem::replace(&mut self.split, Arc::new(split(seats)));
        self.at = at;
        let (new, others) = self.of(target);
        if new > 0 {
            self.began.get_or_insert(at);
        }
        self.course.observe(new, others, at);
        self.note_arrived(target, at, Some(&before));
        self.note_failing(target, at, Some(&before));
        let sizes = |split: &Split| -> Vec<(Arc<str>, usize)> {
            split.iter().map(|(version, counts)| (Arc::clone(version), counts.total())).collect()
        };
        sizes(&was) != sizes(&self.split)
    }

    /// Notes what is critical while the new version is not there.
    fn note_ill(&mut self, target: &str) {
        let old = || self.seats.seats.iter().filter(|seat| *seat.version != *target);
        let is_ill = |seat: &&Seat| seat.status == Status::Critical;
        self.ill = old().filter(is_ill).map(key).collect();
        let well: BTreeSet<&NodeName> =
            old().filter(|seat| !is_ill(seat)).map(|seat| &seat.node).collect();
        let nodes = self.ill.iter().map(|(node, _)| node).filter(|node| !well.contains(node));
        self.ill_nodes = nodes.cloned().collect();
    }

    /// Notes which instances of the new version came when.
    fn note_arrived(&mut self, target: &str, at: DateTime<Utc>, before: Option<&Seats>) {
        let known = std::mem::take(&mut self.arrived);
        let seats = self.seats.seats.iter().enumerate();
        let new = seats.filter(|(_, seat)| *seat.version == *target);
        let came = new.map(|(place, seat)| {
            let old = before.and_then(|before| place_of(before, seat));
            (place, old.and_then(|old| at_place(&known, old)).unwrap_or(at))
        });
        self.arrived = came.collect();
    }

    fn note_failing(&mut self, target: &str, at: DateTime<Utc>, before: Option<&Seats>) {
        let known = std::mem::take(&mut self.failing);
        let mut failing = Vec::new();
        for (place, it) in self.seats.seats.iter().enumerate() {
            if it.status != Status::Critical || *it.version != *target || self.was_ill(it) {
                continue;
            }
            let old = before.and_then(|before| place_of(before, it));
            let as_before = old.and_then(|old| at_place(&known, old));
            let arrived = at_place(&self.arrived, place).unwrap_or(at);
            let was_better = at - arrived >= SETTLES;
            failing.push((place, as_before.unwrap_or(Failing { since: at, was_better })));
        }
        self.failing = failing;
    }

    fn was_ill(&self, seat: &Seat) -> bool {
        !self.ill.is_empty()
            && (self.ill_nodes.contains(&seat.node) || self.ill.contains(&key(seat)))
    }
}

fn key(seat: &Seat) -> SeatKey {
    (seat.node.clone(), seat.id.clone())
}

/// What is noted for a place, in their order.
fn at_place<T: Copy>(all: &[(usize, T)], place: usize) -> Option<T> {
    let found = all.binary_search_by_key(&place, |(place, _)| *place).ok()?;
    all.get(found).map(|(_, noted)| *noted)
}

/// The place of an instance: they are sorted by node and id.
fn place_of(seats: &Seats, seat: &Seat) -> Option<usize> {
    let is = |other: &Seat| (&other.node, &other.id).cmp(&(&seat.node, &seat.id));
    seats.seats.binary_search_by(is).ok()
}
