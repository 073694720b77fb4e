//! Which services come first: in a sweep, and for a query of their own.

use std::cmp::Reverse;
use std::collections::{HashSet, VecDeque};

use tokio::time::Instant;

use super::Book;
use super::page::MOTION;
use crate::domain::ids::ServiceName;

/// So many services are followed by a query of their own, in each datacenter.
const FOLLOWED: usize = 8;

impl Book {
    /// The services to be asked for their index: those that move first, then those that were not
    /// asked for longest.
    pub(super) fn order_of_sweep(&self) -> VecDeque<ServiceName> {
        let due = self.pages.iter().filter(|(_, page)| page.checked < self.registrations);
        let mut due: Vec<_> = due.collect();
        due.sort_by_key(|(_, page)| (Reverse(page.moved), !page.is_mixed, page.checked));
        due.into_iter().map(|(name, _)| name.clone()).collect()
    }

    /// The services that are followed by queries of their own from now on: those that the screen
    /// follows, then those in motion. One that is followed and still moves keeps its place.
    pub fn follow(&mut self, now: Instant) -> &HashSet<ServiceName> {
        let mut moving: Vec<_> =
            self.pages.iter().filter(|(_, page)| page.is_in_motion(now)).collect();
        moving.sort_by_key(|(name, page)| {
            let moves = page.has_moved_lately(now);
            let keeps = self.followed.contains(*name);
            (!moves, !keeps, Reverse(page.moved), *name)
        });
        let moving = moving.into_iter().map(|(name, _)| name);
        let first = self.wanted.iter().take(FOLLOWED);
        let mut followed = HashSet::new();
        for name in first.chain(moving) {
            if followed.len() == FOLLOWED {
                break;
            }
            followed.insert(name.clone());
        }
        self.followed = followed;
        &self.followed
    }

    /// When the next service comes to rest.
    pub fn next_rest(&self) -> Option<Instant> {
        let moved = self.followed.iter().filter_map(|name| self.pages.get(name)?.moved);
        moved.map(|moved| moved + MOTION).min()
    }
}
