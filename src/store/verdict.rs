//! A datacenter's state in one word: the worst thing that is known of it.

use super::Datacenter;
use crate::domain::feed::{Link, List};
use crate::domain::freshness::State;
use crate::domain::health::Status;

/// The state of a datacenter; the order is the order of attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing known to be wrong.
    Ok,
    /// Nothing known yet.
    Connecting,
    /// Nothing known to be wrong, but the token may not see all checks.
    Filtered,
    /// Checks warn.
    Warning,
    /// A server is missing or unhealthy.
    Degraded,
    /// Checks are critical.
    Critical,
    /// It answers, but its checks cannot be read: what is shown is old.
    Stale,
    /// The token may not read checks.
    Denied,
    /// The agent does not list it any more.
    Gone,
    /// It answers, but cannot decide.
    NoLeader,
    /// It does not answer.
    Unreachable,
}

impl Verdict {
    /// The verdict on a datacenter.
    pub fn of(dc: &Datacenter) -> Self {
        let checks = dc.freshness(&List::Checks);
        match &dc.pulse.link {
            Link::Dark { .. } => Self::Unreachable,
            _ if dc.is_gone => Self::Gone,
            Link::Leaderless => Self::NoLeader,
            _ if matches!(checks.state, State::Denied { .. }) => Self::Denied,
            _ if matches!(checks.state, State::Stale { .. }) => Self::Stale,
            _ if dc.totals.checks.critical > 0 => Self::Critical,
            _ if dc.servers.as_ref().is_some_and(|servers| !servers.is_complete()) => {
                Self::Degraded
            }
            _ if dc.totals.checks.warning > 0 => Self::Warning,
            Link::Unknown => Self::Connecting,
            Link::Led(_) if checks.is_empty() => Self::Connecting,
            Link::Led(_) if checks.may_be_filtered => Self::Filtered,
            Link::Led(_) => Self::Ok,
        }
    }

    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Connecting => "connecting",
            Self::Filtered => "filtered",
            Self::Warning => "warning",
            Self::Degraded => "degraded",
            Self::Critical => "critical",
            Self::Stale => "stale",
            Self::Denied => "denied",
            Self::Gone => "gone",
            Self::NoLeader => "no leader",
            Self::Unreachable => "unreachable",
        }
    }

    /// The status that it is coloured and signed as; `None` where nothing is known.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Ok => Some(Status::Passing),
            Self::Connecting | Self::Filtered | Self::Stale | Self::Denied | Self::Gone => None,
            Self::Warning | Self::Degraded => Some(Status::Warning),
            Self::Critical | Self::NoLeader | Self::Unreachable => Some(Status::Critical),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::{Body, Feed, Pulse, Report};
    use crate::domain::ids::Dc;
    use crate::store::Store;

    fn listed(store: &mut Store, all: &[&Dc]) {
        let all = all.iter().map(|dc| (*dc).clone()).collect();
        store.apply(Report::Datacenters { all, local: None });
    }

    /// A store in which a datacenter answers no more.
    fn dark(dc: &Dc) -> Store {
        let mut store = Store::default();
        listed(&mut store, &[dc]);
        let link = Link::Dark { why: "refused".into(), detail: "refused".into(), retry_at: None };
        let pulse = Pulse { link, ..Pulse::default() };
        let body = Body::Pulse(pulse);
        store.apply(Report::Feed(Box::new(Feed {
            dc: dc.clone(),
            ticket: 0,
            at: chrono::DateTime::UNIX_EPOCH,
            body,
        })));
        store
    }

    #[test]
    fn a_dark_datacenter_is_unreachable_whatever_it_last_said() {
        let dc = Dc::from("dc-1");
        assert_eq!(Verdict::of(dark(&dc).dc(&dc).unwrap()), Verdict::Unreachable);
    }

    #[test]
    fn one_that_left_the_list_is_gone_and_nothing_of_it_is_fresh() {
        let dc = Dc::from("dc-1");
        let mut store = dark(&dc);
        listed(&mut store, &[]);
        let state = store.dc(&dc).unwrap();
        assert_eq!(Verdict::of(state), Verdict::Gone);
        let fresh = state.freshness(&List::Checks).state;
        assert!(matches!(fresh, State::Stale { retry_at: None, .. }), "{fresh:?}");
        listed(&mut store, &[&dc]);
        assert_eq!(Verdict::of(store.dc(&dc).unwrap()), Verdict::Connecting);
    }
}
