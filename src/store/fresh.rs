//! How fresh what is known of a datacenter is, as far as its pulse confirms it.
//!
//! A list that is watched is confirmed by each pulse that answers. From the first one on that does not
//! it is as it was: who watches the list learns of that only when the next question fails.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Datacenter;
use crate::domain::feed::{Link, List, Pulse, Subject};
use crate::domain::freshness::{Freshness, State};

/// Why what was told before it was shown again is old, where its datacenter answers.
const READ_ANEW: &str = "being read anew";

impl Datacenter {
    /// How fresh one of its lists is. A list is confirmed by each pulse while it is live; of a
    /// datacenter that is gone or does not answer nothing is.
    pub fn freshness(&self, list: &List) -> Freshness {
        let mut freshness = self.fresh.get(list).cloned().unwrap_or_default();
        let since = freshness.at;
        if self.is_gone {
            let why = Arc::from("gone from the agent's list");
            freshness.state = State::Stale { since, why, retry_at: None };
            freshness.is_polled = false;
            return freshness;
        }
        match (&freshness.state, &self.pulse.link) {
            (State::Live | State::Loading, Link::Dark { why, retry_at, .. }) if since.is_some() => {
                let (why, retry_at) = (Arc::clone(why), *retry_at);
                freshness.state = State::Stale { since, why, retry_at };
            }
            // What was told before it was shown again is no beginning, and not what is live.
            (State::Loading | State::Live, link)
                if since.is_some() && self.is_recalled_list(list) =>
            {
                let why = Arc::from(READ_ANEW);
                freshness.state = match link {
                    // Who answers tells it anew within moments.
                    Link::Led(_) | Link::Leaderless => State::Loading,
                    _ => State::Stale { since, why, retry_at: None },
                };
            }
            (State::Live, _) if is_confirmed(list, &freshness) => {
                freshness.at = since.map(|at| at.max(self.pulse.at));
            }
            _ => {}
        }
        freshness
    }

    fn is_recalled_list(&self, list: &List) -> bool {
        matches!(list, List::Subject(subject) if self.is_recalled(subject))
    }

    /// Takes in its pulse. Where that does not answer, what the last one confirmed keeps the time of
    /// that one.
    pub(super) fn beats(&mut self, pulse: Pulse) {
        let before = std::mem::replace(&mut self.pulse, pulse);
        let is_dark = |link: &Link| matches!(link, Link::Dark { .. });
        if is_dark(&before.link) || !is_dark(&self.pulse.link) {
            return;
        }
        self.confirm_until(before.at);
    }

    /// Nobody asks it any more: what was last known of the way to it says nothing now, and what the
    /// last pulse confirmed keeps the time of that one.
    pub(super) fn leaves(&mut self) {
        let link = std::mem::replace(&mut self.pulse.link, Link::Unknown);
        if matches!(link, Link::Led(_) | Link::Leaderless) {
            self.confirm_until(self.pulse.at);
        }
    }

    /// Notes that what its pulses confirm was so at that time (UTC), and is confirmed no longer.
    fn confirm_until(&mut self, last: DateTime<Utc>) {
        let is_recalled = |list: &List| match list {
            List::Subject(subject) => self.recalled.contains(subject),
            _ => false,
        };
        for (list, fresh) in &mut self.fresh {
            if is_confirmed(list, fresh) && !is_recalled(list) {
                fresh.at = fresh.at.map(|at| at.max(last));
            }
        }
    }

    /// How fresh what its pulse says is: that it answers, who leads it, and how far away it is.
    pub fn heard(&self) -> Freshness {
        let lists = [List::Checks, List::Services, List::Nodes, List::Servers];
        // What does not answer answered last when that was last confirmed.
        let last = || lists.iter().filter_map(|list| self.freshness(list).at).max();
        let (state, at) = match &self.pulse.link {
            Link::Unknown => (State::Loading, None),
            Link::Led(_) | Link::Leaderless => (State::Live, Some(self.pulse.at)),
            Link::Dark { why, retry_at, .. } => {
                let (since, why, retry_at) = (last(), Arc::clone(why), *retry_at);
                (State::Stale { since, why, retry_at }, since)
            }
        };
        Freshness { state, at, ..Freshness::default() }
    }

    /// A count of what one of its lists holds; `None` where that is not known: the list never
    /// came, or there is none of it in a list that ACLs may have shortened.
    pub fn counted(&self, list: &List, n: usize) -> Option<usize> {
        let freshness = self.freshness(list);
        (!freshness.is_empty() && (n > 0 || !freshness.may_be_filtered)).then_some(n)
    }

    /// True while nothing of a subject can change without being told at once.
    pub(super) fn follows(&self, subject: Subject) -> bool {
        let fresh = self.freshness(&List::Subject(subject));
        fresh.is_live() && !fresh.is_polled
    }
}

/// True for what a pulse confirms. What is looked at now and then is as old as the last look.
fn is_confirmed(list: &List, freshness: &Freshness) -> bool {
    let is_followed = *list != List::Subject(Subject::Disagreements);
    freshness.state == State::Live && !freshness.is_polled && is_followed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::{Body, Feed, Report};
    use crate::domain::ids::Dc;
    use crate::store::Store;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn a_list_that_is_being_read_is_no_old_one() {
        let mut dc = Datacenter::default();
        let begun = Freshness { state: State::Loading, at: Some(at(1)), ..Freshness::default() };
        dc.fresh.insert(List::Services, begun);
        dc.beats(Pulse { at: at(2), link: Link::Led("a".into()), ..Pulse::default() });
        assert_eq!(dc.freshness(&List::Services).state, State::Loading);
    }

    #[test]
    fn what_a_pulse_confirmed_is_old_from_the_first_one_on_that_fails() {
        let mut dc = Datacenter::default();
        let live = Freshness { state: State::Live, at: Some(at(1)), ..Freshness::default() };
        dc.fresh.insert(List::Checks, live);
        let dark = || Link::Dark { why: "refused".into(), detail: "".into(), retry_at: None };
        let mut beat = |second, link| {
            dc.beats(Pulse { at: at(second), link, ..Pulse::default() });
            let fresh = dc.freshness(&List::Checks);
            (fresh.is_live(), fresh.at)
        };
        assert_eq!(beat(6, Link::Led("a".into())), (true, Some(at(6))));
        assert_eq!(beat(11, dark()), (false, Some(at(6))));
        assert_eq!(beat(16, dark()), (false, Some(at(6))));
        assert_eq!(beat(21, Link::Led("a".into())), (true, Some(at(21))));
    }

    #[test]
    fn what_left_the_list_is_as_old_as_the_last_pulse_that_answered() {
        let dc = Dc::from("dc-1");
        let list = |all: &[&Dc]| Report::Datacenters {
            all: all.iter().copied().cloned().collect(),
            local: None,
        };
        let feed = |second, body| {
            let (dc, ticket, at) = (dc.clone(), 0, at(second));
            Report::Feed(Box::new(Feed { dc, ticket, at, body }))
        };
        let pulse = |second, link| {
            feed(second, Body::Pulse(Pulse { at: at(second), link, ..Pulse::default() }))
        };
        let dark = Link::Dark { why: "refused".into(), detail: "".into(), retry_at: None };
        for last in [None, Some(dark)] {
            let mut store = Store::default();
            store.apply(list(&[&dc]));
            let live = Freshness { state: State::Live, at: Some(at(1)), ..Freshness::default() };
            store.apply(feed(1, Body::Freshness(List::Checks, live)));
            store.apply(pulse(6, Link::Led("a".into())));
            last.map(|link| store.apply(pulse(11, link)));
            for _ in 0..2 {
                store.apply(list(&[]));
                let fresh = store.dc(&dc).unwrap().freshness(&List::Checks);
                assert_eq!(fresh.at, Some(at(6)));
                assert!(matches!(fresh.state, State::Stale { since, .. } if since == fresh.at));
            }
        }
    }
}
