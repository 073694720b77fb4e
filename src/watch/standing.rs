//! How a watched list stands, and what of it was told.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::consul::read::Meta;
use crate::domain::freshness::{Freshness, State};

/// The freshness of a list, told when something of it changed.
#[derive(Debug, Default)]
pub(super) struct Standing {
    now: Freshness,
    told: Freshness,
}

impl Standing {
    /// Whether the list is polled, for want of a permit.
    pub fn is_polled(&self) -> bool {
        self.now.is_polled
    }

    /// Notes whether the list is polled.
    pub fn set_polled(&mut self, is_polled: bool) {
        self.now.is_polled = is_polled;
    }

    /// An answer came.
    pub fn answered(&mut self, meta: &Meta, at: DateTime<Utc>) {
        let has_no_leader = meta.known_leader == Some(false);
        self.now.state = State::Live;
        self.now.at = Some(at);
        self.now.leaderless = has_no_leader.then(|| meta.last_contact.unwrap_or_default());
        self.now.may_be_filtered = meta.filtered;
    }

    /// The pulse answered while a query for the list hangs: what is shown is still true.
    pub fn confirmed(&mut self, at: Option<DateTime<Utc>>) {
        if self.now.state == State::Live {
            self.now.at = at.or(self.now.at);
        }
    }

    /// The token may not read it.
    pub fn denied(&mut self, why: Arc<str>) {
        self.now.state = State::Denied { why };
    }

    /// What is shown is old from now on.
    pub fn lost(&mut self, why: Arc<str>, retry_at: Option<DateTime<Utc>>) {
        self.now.state = State::Stale { since: self.now.at, why, retry_at };
    }

    /// What must be told, if anything. The time of a list that is watched is not: the pulse carries
    /// it.
    pub fn news(&mut self) -> Option<&Freshness> {
        if !self.now.is_polled && self.now.leaderless.is_none() {
            self.told.at = self.now.at;
        }
        if self.told == self.now {
            return None;
        }
        self.told = self.now.clone();
        Some(&self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_watched_list_is_told_once_and_a_polled_one_each_time() {
        let mut standing = Standing::default();
        standing.answered(&Meta::default(), at(1));
        assert!(standing.news().is_some());
        standing.answered(&Meta::default(), at(2));
        assert!(standing.news().is_none());
        standing.set_polled(true);
        assert!(standing.news().is_some());
        standing.answered(&Meta::default(), at(3));
        assert_eq!(standing.news().unwrap().at, Some(at(3)));
    }

    #[test]
    fn a_lost_list_says_since_when() {
        let mut standing = Standing::default();
        standing.answered(&Meta::default(), at(1));
        standing.confirmed(Some(at(9)));
        standing.lost("reset".into(), None);
        let State::Stale { since, .. } = &standing.news().unwrap().state else { panic!("stale") };
        assert_eq!(*since, Some(at(9)));
    }

    #[test]
    fn an_answer_without_a_leader_is_told_as_such() {
        let mut standing = Standing::default();
        let meta = Meta { known_leader: Some(false), ..Meta::default() };
        standing.answered(&meta, at(1));
        assert!(standing.news().unwrap().leaderless.is_some());
    }
}
