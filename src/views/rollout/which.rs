//! Which rollout of a service is meant: the last one, or one that ended.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::place;
use crate::domain::ids::ServiceName;
use crate::domain::rollout::Rollout;
use crate::views::{Ctx, Place};

/// A rollout of a service.
#[derive(Clone, Debug)]
pub struct Which {
    /// The service.
    pub service: ServiceName,
    /// When the one that is meant began (UTC); the last one where none.
    began: Option<DateTime<Utc>>,
}

impl Which {
    /// The one that a place is of.
    pub fn of(place: &Place) -> Self {
        let began = DateTime::parse_from_rfc3339(place.arg(1)).ok();
        Self { service: place.arg(0).into(), began: began.map(|at| at.to_utc()) }
    }

    /// The place of this one: when it ended, another may begin.
    pub fn place(rollout: &Rollout) -> Place {
        let service = place(rollout.service.as_str());
        match rollout.ended {
            Some(_) => service.of(&rollout.began.to_rfc3339()),
            None => service,
        }
    }

    /// It, as far as it is kept.
    pub fn find<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Arc<Rollout>> {
        let rollouts = &ctx.store.rollouts;
        match self.began {
            Some(at) => rollouts.begun(&self.service, at),
            None => rollouts.last_of(&self.service),
        }
    }

    /// True where one is meant that begins after this time.
    pub fn begins_after(&self, now: DateTime<Utc>) -> bool {
        self.began.is_some_and(|began| began > now)
    }

    /// True where one that ended is meant: what there is now need not be of it.
    pub fn is_of_before(&self) -> bool {
        self.began.is_some()
    }
}
