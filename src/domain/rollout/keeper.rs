//! All rollouts: those that go on, and the last ones that ended.
//!
//! It is told the instances of services as they come ([`Rollouts::observe`]) and, now and then, the
//! time and which datacenters can be seen ([`Rollouts::settle`]): only then does a rollout end. One
//! begins by itself when a service has a second version, in any datacenter, or another one than it
//! had. A copy shares what did not change. Invariant: a service has one rollout at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::judge::{self, Bounds, Sight};
use super::{Look, Part, Rollout, Versions, order};
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::seat::Seats;

/// Rollouts that ended are kept up to this number.
pub const FINISHED: usize = 100;
/// Instances that come to a datacenter so soon after the last one went come in its place.
const IN_PLACE: TimeDelta = TimeDelta::minutes(10);

/// All rollouts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollouts {
    pub(crate) records: HashMap<ServiceName, Arc<Record>>,
    pub(crate) active: BTreeSet<ServiceName>,
    /// The last one first.
    pub(crate) finished: VecDeque<Arc<Rollout>>,
    pub(crate) ended: u64,
}

/// What is known of one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// All versions that it had, oldest first.
    pub(crate) order: Vec<Arc<str>>,
    pub(crate) looks: BTreeMap<Dc, Look>,
    /// What it had in datacenters where it has nothing now, and since when (UTC).
    pub(crate) left: BTreeMap<Dc, (Look, DateTime<Utc>)>,
    pub(crate) rolling: Option<Arc<Rollout>>,
    /// The version that is asked for.
    pub(crate) aim: Option<Arc<str>>,
}

impl Rollouts {
    /// Asks for a version of a service: what is rolled out is this, whatever else comes.
    pub fn aim(&mut self, service: &ServiceName, version: Arc<str>) {
        let record = self.records.entry(service.clone()).or_default();
        Arc::make_mut(record).aim = Some(version);
    }

    /// Takes the instances of a service in a datacenter.
    pub fn observe(
        &mut self,
        service: &ServiceName,
        dc: &Dc,
        seats: &Arc<Seats>,
        at: DateTime<Utc>,
    ) {
        let record = Arc::make_mut(self.records.entry(service.clone()).or_default());
        let before = record.replace(dc, seats, at);
        order::insert_all(&mut record.order, seats);
        if let Some(rolling) = &mut record.rolling {
            Arc::make_mut(rolling).observe(dc, seats, at);
            return;
        }
        if let Some(rollout) = record.begin(service, dc, before, at) {
            record.rolling = Some(Arc::new(rollout));
            self.active.insert(service.clone());
        }
    }

    /// Looks whether rollouts ended, or what they are of; gives the services whose rollout ended.
    /// `sights` tells which datacenters there are for a service, and how well each can be seen.
    pub fn settle(
        &mut self,
        now: DateTime<Utc>,
        bounds: &Bounds,
        sights: impl Fn(&ServiceName) -> Vec<(Dc, Sight)>,
    ) -> Vec<ServiceName> {
        let names: Vec<ServiceName> = self.active.iter().cloned().collect();
        names.into_iter().filter(|name| self.settle_one(name, now, bounds, &sights(name))).collect()
    }

    /// The same for one service; true when its rollout ended.
    pub fn settle_one(
        &mut self,
        service: &ServiceName,
        now: DateTime<Utc>,
        bounds: &Bounds,
        sights: &[(Dc, Sight)],
    ) -> bool {
        let Some(rollout) = self.of(service) else { return false };
        if let Some(end) = judge::end(rollout, now, bounds, sights) {
            self.finish(service, |rollout| {
                // What made it end may have been known later than it was so.
                rollout.ended = Some((rollout.moved(), end));
            });
            return true;
        }
        if let Some(next) = judge::next_target(rollout, now)
            && let Some(record) = self.records.get_mut(service)
            && let Some(rollout) = &mut Arc::make_mut(record).rolling
        {
            Arc::make_mut(rollout).retarget(next, now);
        }
        false
    }

    /// The rollout of a service that goes on.
    pub fn of(&self, service: &ServiceName) -> Option<&Rollout> {
        self.records.get(service)?.rolling.as_deref()
    }

    /// The rollout of a service that goes on, or the last one that ended.
    pub fn last_of(&self, service: &ServiceName) -> Option<&Arc<Rollout>> {
        let rolling = self.records.get(service).and_then(|record| record.rolling.as_ref());
        rolling.or_else(|| self.finished.iter().find(|it| it.service == *service))
    }

    /// The rollout of a service that began then.
    pub fn begun(&self, service: &ServiceName, at: DateTime<Utc>) -> Option<&Arc<Rollout>> {
        let rolling = self.records.get(service).and_then(|record| record.rolling.as_ref());
        let mut all = rolling.into_iter().chain(&self.finished);
        all.find(|it| it.service == *service && it.began == at)
    }

    /// How many go on.
    pub fn active_len(&self) -> usize {
        self.active.len()
    }

    /// Those that go on, by name.
    pub fn active(&self) -> impl Iterator<Item = &Arc<Rollout>> {
        self.active.iter().filter_map(|name| self.records.get(name)?.rolling.as_ref())
    }

    /// Those that ended, the last one first.
    pub fn finished(&self) -> impl Iterator<Item = &Arc<Rollout>> {
        self.finished.iter()
    }

    /// How many ended, also those that are not kept any more.
    pub fn ended(&self) -> u64 {
        self.ended
    }

    /// What a service had in each datacenter when it was told last.
    pub fn looks(&self, service: &ServiceName) -> impl Iterator<Item = (&Dc, &Look)> {
        self.records.get(service).into_iter().flat_map(|record| record.looks.iter())
    }

    /// True when the instances of a service in a datacenter were told.
    pub fn knows(&self, service: &ServiceName, dc: &Dc) -> bool {
        self.records.get(service).is_some_and(|record| record.looks.contains_key(dc))
    }

    fn finish(&mut self, service: &ServiceName, end: impl FnOnce(&mut Rollout)) {
        self.active.remove(service);
        let Some(record) = self.records.get_mut(service) else { return };
        let Some(mut rollout) = Arc::make_mut(record).rolling.take() else { return };
        let ended = Arc::make_mut(&mut rollout);
        end(ended);
        // What ended is kept for long, and instances may be many.
        ended.parts.values_mut().for_each(Part::forget_seats);
        self.finished.push_front(rollout);
        self.finished.truncate(FINISHED);
        self.ended += 1;
    }
}

impl Record {
    /// Takes what a datacenter has now; gives what it had, or has nothing in the place of.
    fn replace(&mut self, dc: &Dc, seats: &Arc<Seats>, at: DateTime<Utc>) -> Option<Look> {
        let is_empty = seats.seats.is_empty();
        let mut look = Look::first(seats, at);
        if let Some(before) = self.looks.get(dc) {
            look.expected = before.expected;
            look.expected.observe(seats.seats.len(), at);
        }
        let before = self.looks.insert(dc.clone(), look)?;
        if !before.seats.seats.is_empty() {
            if is_empty {
                self.left.insert(dc.clone(), (before.clone(), at));
            }
            return Some(before);
        }
        let left = if is_empty { None } else { self.left.remove(dc) };
        let left = left.filter(|(_, since)| at - *since < IN_PLACE).map(|(look, _)| look);
        Some(left.unwrap_or(before))
    }

    /// The rollout that begins with what a datacenter has now, if one does; `before` is what it had.
    fn begin(
        &self,
        service: &ServiceName,
        dc: &Dc,
        before: Option<Look>,
        at: DateTime<Utc>,
    ) -> Option<Rollout> {
        let looks = self.looks.values().chain(&before);
        let there: BTreeSet<&Arc<str>> = looks.flat_map(|look| look.seats.versions()).collect();
        if there.len() < 2 && self.aim.is_none() {
            return None;
        }
        let all = self.order.iter().filter(|it| there.contains(it)).cloned().collect();
        let versions = Versions { all, aim: self.aim.clone() };
        let now = self.looks.get(dc)?;
        let Some(before) = before else {
            return Some(Rollout::begin(service, versions, &self.looks, at));
        };
        let mut looks = self.looks.clone();
        looks.insert(dc.clone(), before);
        let mut rollout = Rollout::begin(service, versions, &looks, at);
        rollout.observe(dc, &now.seats, at);
        rollout.is_begin_seen = true;
        Some(rollout)
    }
}
