//! What is known of the service that is waited for.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::follow::News;
use crate::cli;
use crate::consul::ApiError;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::rollout::{Bounds, Look, Rollout, Rollouts, Sight, Unseen};
use crate::domain::seat::Seats;

/// Why not all of a datacenter may be seen.
const HIDES: &str = "the token may not see all instances";

/// The service, in the datacenters that are asked.
pub(in crate::report) struct Watched {
    pub service: ServiceName,
    pub bounds: Bounds,
    /// The version that is asked for.
    pub aim: Option<Arc<str>>,
    rollouts: Rollouts,
    places: BTreeMap<Dc, At>,
}

/// What is known of the way to a datacenter.
struct At {
    is_partial: bool,
    /// Why it cannot be seen; `None` while it answers.
    lost: Option<Lost>,
    /// When it answered last (UTC).
    seen: Option<DateTime<Utc>>,
    as_seen: bool,
}

/// Why a datacenter cannot be seen.
enum Lost {
    NotAsked,
    Failed(ApiError),
}

impl Watched {
    pub fn new(asked: &cli::Rollout, bounds: Bounds) -> Self {
        let span = |given: Option<std::time::Duration>, usual| {
            given.and_then(|it| TimeDelta::from_std(it).ok()).unwrap_or(usual)
        };
        let bounds = Bounds {
            grace: span(asked.grace, bounds.grace),
            stall: span(asked.stall_after, bounds.stall),
        };
        let mut watched = Self::of_service(&asked.name, bounds);
        watched.aim = asked.version.as_deref().map(Arc::from);
        if let Some(aim) = &watched.aim {
            watched.rollouts.aim(&watched.service, Arc::clone(aim));
        }
        watched
    }

    /// A service of which no version is asked for, in no datacenter yet.
    pub(super) fn of_service(name: &str, bounds: Bounds) -> Self {
        let (rollouts, places) = (Rollouts::default(), BTreeMap::new());
        Self { service: name.into(), bounds, aim: None, rollouts, places }
    }

    /// A datacenter is asked; its token may not see everything.
    pub fn add(&mut self, dc: &Dc, is_partial: bool, as_seen: bool) {
        let at = At { is_partial, lost: Some(Lost::NotAsked), seen: None, as_seen };
        self.places.insert(dc.clone(), at);
    }

    /// Takes what came.
    pub(super) fn take(&mut self, news: News) {
        let Some(at) = self.places.get_mut(&news.dc) else { return };
        match news.got {
            Ok((seats, is_filtered)) => {
                at.is_partial |= is_filtered && !at.as_seen;
                self.told(&news.dc, seats, news.at);
            }
            Err(error) => at.lost = Some(Lost::Failed(error)),
        }
    }

    /// Takes the instances of a datacenter that answered.
    pub(super) fn told(&mut self, dc: &Dc, seats: Seats, at: DateTime<Utc>) {
        if let Some(place) = self.places.get_mut(dc) {
            (place.lost, place.seen) = (None, Some(at));
        }
        self.rollouts.observe(&self.service, dc, &Arc::new(seats), at);
    }

    /// Looks whether the rollout ended.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        let sights = self.sights();
        self.rollouts.settle_one(&self.service, now, &self.bounds, &sights);
    }

    /// How well each datacenter can be seen.
    pub fn sights(&self) -> Vec<(Dc, Sight)> {
        let unseen = |at: &At, why| Sight::Unclear(Unseen { why, until: at.seen });
        let sight = |at: &At| match &at.lost {
            None if at.is_partial => Sight::Partial(HIDES.into()),
            None => Sight::Clear,
            Some(Lost::NotAsked) => unseen(at, "it has not answered yet".into()),
            Some(Lost::Failed(error)) => unseen(at, error.short().into()),
        };
        self.places.iter().map(|(dc, at)| (dc.clone(), sight(at))).collect()
    }

    /// The rollout that goes on, or the last one.
    pub fn rollout(&self) -> Option<&Rollout> {
        self.rollouts.last_of(&self.service).map(AsRef::as_ref)
    }

    /// What there is in each datacenter.
    pub fn looks(&self) -> impl Iterator<Item = (&Dc, &Look)> {
        self.rollouts.looks(&self.service)
    }

    /// Why datacenters do not answer.
    pub fn lost(&self) -> impl Iterator<Item = (&Dc, &ApiError)> {
        self.places.iter().filter_map(|(dc, at)| match &at.lost {
            Some(Lost::Failed(error)) => Some((dc, error)),
            _ => None,
        })
    }

    /// True where no datacenter is known that could be asked.
    pub fn is_nowhere(&self) -> bool {
        self.places.is_empty()
    }

    /// True once every datacenter answered, and does so.
    pub fn is_whole(&self) -> bool {
        self.places.values().all(|at| at.lost.is_none())
    }

    /// The datacenters of which not all may be seen.
    pub fn partial(&self) -> impl Iterator<Item = &Dc> {
        self.places.iter().filter(|(_, at)| at.is_partial).map(|(dc, _)| dc)
    }
}
