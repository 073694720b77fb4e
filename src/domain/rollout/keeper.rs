//! All rollouts: those that go on, and the last ones that ended.
//!
//! It is told the instances of services as they come ([`Rollouts::observe`]) and, now and then, the
//! time and which datacenters can be seen ([`Rollouts::settle`]): only then does a rollout end. One
//! begins by itself when a service has a second version, in any datacenter, or another one than it
//! had. A copy shares what did not change. Invariant: a service has one rollout at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::judge::{self, Bounds, Sight};
use super::{Look, Rollout, order};
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::seat::Seats;

/// Rollouts that ended are kept up to this number.
pub const FINISHED: usize = 100;

/// All rollouts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollouts {
    records: HashMap<ServiceName, Arc<Record>>,
    active: BTreeSet<ServiceName>,
    /// The last one first.
    finished: VecDeque<Arc<Rollout>>,
    ended: u64,
}

/// What is known of one service.
#[derive(Clone, Debug, Default, PartialEq)]
struct Record {
    /// All versions that it had, oldest first.
    order: Vec<Arc<str>>,
    looks: BTreeMap<Dc, Look>,
    rolling: Option<Arc<Rollout>>,
    /// The version that is asked for.
    aim: Option<Arc<str>>,
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
        let look = Look { seats: Arc::clone(seats), at };
        let before = record.looks.insert(dc.clone(), look);
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
        end(Arc::make_mut(&mut rollout));
        self.finished.push_front(rollout);
        self.finished.truncate(FINISHED);
        self.ended += 1;
    }
}

impl Record {
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
        let versions: Vec<_> = self.order.iter().filter(|it| there.contains(it)).cloned().collect();
        let now = self.looks.get(dc)?;
        let Some(before) = before else {
            return Some(Rollout::begin(service, versions, self.aim.as_ref(), &self.looks, at));
        };
        let mut looks = self.looks.clone();
        looks.insert(dc.clone(), before);
        let mut rollout = Rollout::begin(service, versions, self.aim.as_ref(), &looks, at);
        rollout.observe(dc, &now.seats, at);
        rollout.is_begin_seen = true;
        Some(rollout)
    }
}
