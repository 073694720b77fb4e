//! The freshness of each list, as the screen is told it.
//!
//! Services and nodes are judged by the failing checks, so they are never fresher than those.

use std::collections::{HashMap, HashSet};

use super::Ticketed;
use super::subjects::Subjects;
use crate::domain::feed::{Body, List, Subject};
use crate::domain::freshness::{Freshness, State};
use crate::watch::fresh::worse;

/// What the watchers say, and what was told.
#[derive(Default)]
pub(super) struct Told {
    said: HashMap<List, Freshness>,
    last: HashMap<List, Freshness>,
    /// Lists to be told again.
    again: HashSet<List>,
    /// Whether the token may shorten lists; nothing is known at first.
    may_be_filtered: Option<bool>,
}

impl Told {
    /// True when the failing checks came at least once.
    pub fn knew_checks(&self) -> bool {
        self.said.get(&List::Checks).is_some_and(|fresh| fresh.at.is_some())
    }

    /// Forgets what was told of a subject, which is shown anew or no longer.
    pub fn forget(&mut self, subject: &Subject) {
        let list = List::Subject(subject.clone());
        self.last.remove(&list);
        self.again.insert(list);
    }

    /// Takes what the watchers say now and adds what must be told of it.
    pub fn take(
        &mut self,
        said: HashMap<List, Freshness>,
        may_be_filtered: Option<bool>,
        subjects: &Subjects,
        out: &mut Vec<Ticketed>,
    ) {
        let mut touched = std::mem::take(&mut self.again);
        for (list, fresh) in said {
            if list == List::Checks {
                touched.extend([List::Services, List::Nodes]);
            }
            touched.insert(list.clone());
            self.said.insert(list, fresh);
        }
        if may_be_filtered.is_some() && may_be_filtered != self.may_be_filtered {
            self.may_be_filtered = may_be_filtered;
            touched.extend(self.said.keys().cloned());
        }
        for list in touched {
            let ticket = match &list {
                List::Subject(subject) => subjects.ticket(subject),
                _ => Some(0),
            };
            let Some(ticket) = ticket else {
                self.said.remove(&list);
                self.last.remove(&list);
                continue;
            };
            let fresh = self.of(&list);
            let told = self.last.entry(list.clone()).or_default();
            if differs(told, &fresh) {
                told.clone_from(&fresh);
                out.push((ticket, Body::Freshness(list, fresh)));
            }
        }
    }

    fn of(&self, list: &List) -> Freshness {
        let own = self.said.get(list).cloned().unwrap_or_default();
        let mut fresh = match list {
            List::Services | List::Nodes => {
                let checks = self.said.get(&List::Checks).cloned().unwrap_or_default();
                worse(&own, &checks)
            }
            _ => own,
        };
        fresh.may_be_filtered |= *list != List::Servers && self.may_be_filtered.unwrap_or(true);
        fresh
    }
}

/// True when the screen must be told. The time of a list that is live and watched is the pulse's.
fn differs(told: &Freshness, now: &Freshness) -> bool {
    let is_watched = now.state == State::Live && !now.is_polled && now.leaderless.is_none();
    let at = if is_watched && told.at.is_some() { told.at } else { now.at };
    *told != Freshness { at, ..now.clone() }
}
