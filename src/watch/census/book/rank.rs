//! Which services come first: in a sweep, and for a query of their own.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet, VecDeque};

use tokio::time::Instant;

use super::page::MOTION;
use super::{Book, POLL, POLLS, Question};
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
        let mut polled = HashMap::new();
        for name in first.chain(moving) {
            if followed.len() < FOLLOWED {
                followed.insert(name.clone());
            } else if !followed.contains(name) {
                let due = self.polled.get(name).copied().unwrap_or(now + POLL);
                polled.insert(name.clone(), due);
            }
        }
        (self.followed, self.polled) = (followed, polled);
        &self.followed
    }

    /// The service to be asked for its index since it is in motion and not followed, if one is due.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Question> {
        if self.next_due()? > now {
            return None;
        }
        let (name, due) = self.polled.iter_mut().min_by_key(|(_, due)| **due)?;
        *due = now + POLL;
        self.next_poll = Some(now + POLLS);
        Some(Question::Own(name.clone()))
    }

    /// When the next service is due to be polled.
    fn next_due(&self) -> Option<Instant> {
        let first = self.polled.values().min().copied();
        first.map(|due| self.next_poll.map_or(due, |next| next.max(due)))
    }

    /// When something is due although nothing came: a service comes to rest, or is polled.
    pub fn wakes(&self, now: Instant) -> Option<Instant> {
        let moved = self.followed.iter().filter_map(|name| self.pages.get(name)?.moved);
        let rests = moved.map(|moved| moved + MOTION).filter(|rests| *rests > now).min();
        rests.into_iter().chain(self.next_due()).min()
    }
}
