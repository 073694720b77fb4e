//! How well each datacenter can be seen, for what is said of rollouts.
//!
//! What is known of a datacenter counts as so now while it has a leader and its list of services is
//! live. What changed while it was away is told a moment after it is back: until then no rollout ends.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Datacenter, Store};
use crate::domain::feed::{Link, List};
use crate::domain::freshness::State;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::rollout::{Bounds, Sight, Unseen};

/// What changed in a datacenter while it could not be seen is told within this time.
const CATCHES_UP: TimeDelta = TimeDelta::seconds(10);
/// Why not all of a datacenter may be seen.
const HIDES: &str = "the token may not see all instances";

impl Store {
    /// How well each datacenter can be seen, as far as a service is concerned.
    pub fn sights(&self, service: &ServiceName) -> Vec<(Dc, Sight)> {
        let sight = |(name, dc): (&Dc, &Datacenter)| {
            let has_it = dc.services.contains_key(service);
            let is_unread = has_it && !self.rollouts.knows(service, name);
            let why = dc.unclear().or_else(|| is_unread.then(|| "not read yet".into()));
            let until = dc.seen_until();
            let unseen = why.map(|why| Sight::Unclear(Unseen { why, until }));
            (name.clone(), unseen.unwrap_or_else(|| dc.partial()))
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
        if !self.datacenters().all(|(_, dc)| dc.sight.has_caught_up(now)) {
            return false;
        }
        let sights = self.sights(service);
        self.rollouts.settle_one(service, now, &Bounds::default(), &sights)
    }
}

impl Datacenter {
    /// Whether all may be seen that there is.
    fn partial(&self) -> Sight {
        let is_partial = self.freshness(&List::Services).may_be_filtered;
        if is_partial { Sight::Partial(HIDES.into()) } else { Sight::Clear }
    }

    /// Why what is known of it may not be so now; `None` where it is.
    fn unclear(&self) -> Option<Arc<str>> {
        let services = self.freshness(&List::Services);
        match (&self.pulse.link, &services.state) {
            _ if self.is_gone => Some("gone from the agent's list".into()),
            (Link::Leaderless, _) => Some("no leader".into()),
            (Link::Dark { why, .. }, _) | (_, State::Stale { why, .. } | State::Denied { why }) => {
                Some(Arc::clone(why))
            }
            (Link::Unknown, _) | (_, State::Loading) => Some("it has not answered yet".into()),
            (Link::Led(_), State::Live) if services.leaderless.is_some() => {
                Some("no leader".into())
            }
            (Link::Led(_), State::Live) => None,
        }
    }

    /// Until when what did not change in it is known to have been so: for as long as its list of
    /// services was confirmed (UTC). Answers without a leader confirm nothing.
    fn seen_until(&self) -> Option<DateTime<Utc>> {
        let services = self.freshness(&List::Services);
        let behind = services.leaderless.and_then(|behind| TimeDelta::from_std(behind).ok());
        services.at.map(|at| at - behind.unwrap_or_default())
    }

    /// Notes whether it can be seen.
    pub(super) fn note_sight(&mut self, at: DateTime<Utc>) {
        let is_clear = self.unclear().is_none();
        self.sight.note(is_clear, at);
    }
}

/// Whether a datacenter was seen, and when it came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) was_clear: bool,
    pub(crate) is_away: bool,
    /// When it was seen again last (UTC).
    pub(crate) back: Option<DateTime<Utc>>,
}

impl Seen {
    fn note(&mut self, is_clear: bool, at: DateTime<Utc>) {
        if is_clear && self.is_away {
            self.back = Some(at);
        }
        // Before the first answer nothing was known that may be old.
        self.is_away = !is_clear && self.was_clear;
        self.was_clear |= is_clear;
    }

    /// False while there may be news of the time when it was away.
    fn has_caught_up(&self, now: DateTime<Utc>) -> bool {
        self.back.is_none_or(|back| now - back >= CATCHES_UP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_away_has_something_to_catch_up_with() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let mut seen = Seen::default();
        seen.note(false, at(1));
        seen.note(true, at(2));
        assert!(seen.has_caught_up(at(2)));
        seen.note(false, at(50));
        seen.note(true, at(60));
        seen.note(true, at(65));
        assert!(!seen.has_caught_up(at(69)) && seen.has_caught_up(at(70)));
    }
}
