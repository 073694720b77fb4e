//! How well each datacenter can be seen, for what is said of rollouts.
//!
//! What is known of a datacenter counts as so now while it has a leader, its list of services is live
//! and whole, and that is so for a moment: what changed while it was away is told only then.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Datacenter, Store};
use crate::domain::feed::{Link, List};
use crate::domain::freshness::State;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::rollout::{Bounds, Sight};

/// What changed in a datacenter while it could not be seen is told within this time.
const CATCHES_UP: TimeDelta = TimeDelta::seconds(10);

impl Store {
    /// How well each datacenter can be seen, as far as a service is concerned.
    pub fn sights(&self, service: &ServiceName, now: DateTime<Utc>) -> Vec<(Dc, Sight)> {
        let sight = |(name, dc): (&Dc, &Datacenter)| {
            let is_unread =
                dc.services.contains_key(service) && !self.rollouts.knows(service, name);
            let why = dc.unclear().or_else(|| match dc.clear_since {
                Some(since) if now - since >= CATCHES_UP => {
                    is_unread.then(|| "not read yet".into())
                }
                _ => Some("it has only just come back".into()),
            });
            (name.clone(), why.map_or(Sight::Clear, Sight::Unclear))
        };
        self.datacenters().map(sight).collect()
    }

    /// Looks whether rollouts ended; gives the services whose did.
    pub(super) fn settle(&mut self, now: DateTime<Utc>) -> Vec<ServiceName> {
        let names: Vec<ServiceName> =
            self.rollouts.active().map(|rollout| rollout.service.clone()).collect();
        names.into_iter().filter(|name| self.settle_one(name, now)).collect()
    }

    pub(super) fn settle_one(&mut self, service: &ServiceName, now: DateTime<Utc>) -> bool {
        let sights = self.sights(service, now);
        self.rollouts.settle_one(service, now, &Bounds::default(), &sights)
    }
}

impl Datacenter {
    /// Why what is known of it may not be so now, or not all there is; `None` where it is.
    fn unclear(&self) -> Option<Arc<str>> {
        let services = self.freshness(&List::Services);
        match (&self.pulse.link, &services.state) {
            _ if self.is_gone => Some("gone from the agent's list".into()),
            (Link::Dark { why, .. }, _) => Some(Arc::clone(why)),
            (Link::Leaderless, _) => Some("no leader".into()),
            (_, State::Stale { why, .. } | State::Denied { why }) => Some(Arc::clone(why)),
            (Link::Unknown, _) | (_, State::Loading) => Some("it has not answered yet".into()),
            (Link::Led(_), State::Live) if services.leaderless.is_some() => {
                Some("no leader".into())
            }
            (Link::Led(_), State::Live) if services.may_be_filtered => {
                Some("the token may not see all instances".into())
            }
            (Link::Led(_), State::Live) => None,
        }
    }

    /// Notes since when it can be seen.
    pub(super) fn note_sight(&mut self, at: DateTime<Utc>) {
        match self.unclear() {
            None => _ = self.clear_since.get_or_insert(at),
            Some(_) => self.clear_since = None,
        }
    }
}
