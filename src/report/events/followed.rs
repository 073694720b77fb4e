//! Which datacenters are followed, told on stderr as that changes.
//!
//! An event that nobody saw is not there, so whoever reads them must know from when on, and from
//! when to when not, each datacenter was followed.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::app::msg::Exit;
use crate::domain::feed::{Link, List};
use crate::domain::freshness::State;
use crate::domain::ids::Dc;
use crate::store::{Datacenter, Store};
use crate::ui::text::clean;

/// The lists that events are made of.
const LISTS: [(List, &str); 3] =
    [(List::Checks, "checks"), (List::Services, "services"), (List::Nodes, "nodes")];

/// How a datacenter is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// Nothing is known yet.
    Waiting,
    /// All of it.
    Whole,
    /// Some list is not, for this reason; the second is true where the token may not read it.
    Not(String, bool),
}

/// What is known of all datacenters.
#[derive(Debug, Default)]
pub(super) struct Followed {
    dcs: BTreeMap<Dc, How>,
    has_failed: bool,
    is_denied: bool,
    /// Why the agent lists no datacenters.
    trouble: Option<String>,
}

impl Followed {
    /// True when every datacenter is followed or is known not to be.
    pub fn is_whole(&self) -> bool {
        !self.dcs.is_empty() && self.dcs.values().all(|how| *how != How::Waiting)
    }

    /// Looks at what came; says what differs.
    pub fn look(&mut self, store: &Store, now: DateTime<Utc>, is_asked: impl Fn(&Dc) -> bool) {
        let trouble = store.discovery.as_ref().map(|(_, detail)| detail.to_string());
        if trouble != self.trouble {
            if let Some(why) = &trouble {
                say(why);
                self.has_failed = true;
            }
            self.trouble = trouble;
        }
        for (dc, state) in store.datacenters().filter(|(dc, _)| is_asked(dc)) {
            let how = how(state);
            let before = self.dcs.get(dc).unwrap_or(&How::Waiting);
            // A server that is asked again is not followed until it answered.
            if how == How::Waiting || *before == how {
                self.dcs.entry(dc.clone()).or_insert(How::Waiting);
                continue;
            }
            let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
            match &how {
                How::Not(why, is_denied) => {
                    say(&format!("{dc}: not followed at {at}: {why}"));
                    self.is_denied |= is_denied;
                    self.has_failed |= !is_denied;
                }
                _ => say(&format!("{dc}: followed from {at} on")),
            }
            self.dcs.insert(dc.clone(), how);
        }
    }

    /// Events that are missing in what is printed.
    pub fn missing(&mut self, n: u64) {
        if n > 0 {
            say(&format!("{n} events were too many and are missing"));
            self.has_failed = true;
        }
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        let is_whole = self.dcs.values().all(|how| *how != How::Waiting) && !self.dcs.is_empty();
        let code = match self {
            Self { has_failed: false, is_denied: false, .. } if is_whole => 0,
            Self { has_failed: false, is_denied: true, .. } => 4,
            _ => 3,
        };
        Exit { code, message: None }
    }
}

fn how(state: &Datacenter) -> How {
    if let Link::Dark { detail, .. } = &state.pulse.link {
        return How::Not(clean(detail).into_owned(), false);
    }
    let mut is_waiting = false;
    for (list, name) in LISTS {
        match state.freshness(&list).state {
            State::Live => {}
            State::Loading => is_waiting = true,
            State::Stale { why, .. } => return How::Not(format!("{name}: {why}"), false),
            State::Denied { why } => return How::Not(format!("{name}: {why}"), true),
        }
    }
    if is_waiting { How::Waiting } else { How::Whole }
}

fn say(text: &str) {
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "dcview: {}", clean(text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::{Body, Feed, Pulse, Report};
    use crate::domain::freshness::Freshness;

    fn store() -> Store {
        let mut store = Store::default();
        store.apply(Report::Datacenters { all: vec!["dc-1".into(), "dc-2".into()], local: None });
        store
    }

    fn feed(store: &mut Store, body: Body) {
        let at = DateTime::UNIX_EPOCH;
        store.apply(Report::Feed(Box::new(Feed { dc: "dc-1".into(), ticket: 0, at, body })));
    }

    fn lists(store: &mut Store, state: &State) {
        for (list, _) in LISTS {
            let fresh = Freshness { state: state.clone(), ..Freshness::default() };
            feed(store, Body::Freshness(list, fresh));
        }
    }

    fn look(followed: &mut Followed, store: &Store) {
        followed.look(store, DateTime::UNIX_EPOCH, |dc| dc.as_str() == "dc-1");
    }

    #[test]
    fn what_was_followed_all_the_time_ends_well() {
        let (mut store, mut followed) = (store(), Followed::default());
        look(&mut followed, &store);
        assert!(!followed.is_whole());
        assert_eq!(followed.exit().code, 3, "it never was");
        lists(&mut store, &State::Live);
        look(&mut followed, &store);
        assert!(followed.is_whole(), "the other datacenter was not asked for");
        assert_eq!(followed.exit().code, 0);
    }

    #[test]
    fn what_was_dark_for_a_while_does_not() {
        let (mut store, mut followed) = (store(), Followed::default());
        lists(&mut store, &State::Live);
        look(&mut followed, &store);
        let link = Link::Dark { why: "refused".into(), detail: "refused".into(), retry_at: None };
        feed(&mut store, Body::Pulse(Pulse { link, ..Pulse::default() }));
        look(&mut followed, &store);
        let link = Link::Led("10.0.0.1".into());
        feed(&mut store, Body::Pulse(Pulse { link, ..Pulse::default() }));
        look(&mut followed, &store);
        assert!(followed.is_whole());
        assert_eq!(followed.exit().code, 3);
    }

    #[test]
    fn what_is_denied_has_a_code_of_its_own() {
        let (mut store, mut followed) = (store(), Followed::default());
        lists(&mut store, &State::Denied { why: "Permission denied".into() });
        look(&mut followed, &store);
        assert_eq!(followed.exit().code, 4);
    }
}
