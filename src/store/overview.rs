//! A datacenter in one line of JSON: what `get overview` prints and what copying its row gives.
//!
//! What is not known is `null`, never zero; so is none of what ACLs may hide. Other counts that
//! ACLs may have shortened are given as they are, with `may_be_filtered` beside them.

use std::time::Duration;

use serde::Serialize;

use super::{Datacenter, Verdict};
use crate::domain::feed::{Link, List};
use crate::domain::freshness::{Freshness, State};
use crate::domain::ids::Dc;
use crate::domain::server::Servers;

/// The lists that the line is made of.
const LISTS: [List; 4] = [List::Checks, List::Services, List::Nodes, List::Servers];

/// One datacenter.
#[derive(Clone, Debug, Serialize)]
pub struct Overview<'a> {
    /// Its name.
    pub datacenter: &'a Dc,
    /// Its state in one word, as on the screen.
    pub state: &'static str,
    /// Its leader's name, or its address where servers cannot be asked; `null` without one.
    pub leader: Option<&'a str>,
    /// Healthy servers.
    pub servers_healthy: Option<usize>,
    /// Servers that there should be.
    pub servers_expected: Option<usize>,
    /// How many may still fail before quorum is lost.
    pub failure_tolerance: Option<usize>,
    /// The follower that is worst off; `null` when there is none.
    pub worst_follower: Option<&'a str>,
    /// Raft entries that it is behind; `null` when it cannot be asked.
    pub worst_follower_entries: Option<u64>,
    /// Milliseconds since the leader last reached it; `null` when it does not.
    pub worst_follower_last_contact_ms: Option<f64>,
    /// Nodes.
    pub nodes: Option<usize>,
    /// Services.
    pub services: Option<usize>,
    /// Instances; `null` where the server gives only names of services.
    pub instances: Option<usize>,
    /// Critical checks.
    pub checks_critical: Option<usize>,
    /// Warning checks.
    pub checks_warning: Option<usize>,
    /// Maintenance checks: nodes and instances taken out on purpose.
    pub maintenance: Option<usize>,
    /// The round trip: estimated by WAN coordinates, else how long an answer took from here.
    pub round_trip_ms: Option<f64>,
    /// Without a leader, how old the answer is at least.
    pub stale_ms: Option<f64>,
    /// True when the token may not see everything.
    pub may_be_filtered: bool,
    /// Why something is not known; `null` when all is.
    pub problem: Option<&'a str>,
}

impl<'a> Overview<'a> {
    /// The line of a datacenter.
    pub fn of(datacenter: &'a Dc, state: &'a Datacenter) -> Self {
        let servers = state.servers.as_ref();
        let follower = servers.and_then(|servers| servers.worst_follower());
        let has_counts = state.totals.uncounted == 0;
        let checks = |n| state.counted(&List::Checks, n);
        let services = state.counted(&List::Services, state.services.len());
        let fresh: Vec<Freshness> = LISTS.iter().map(|list| state.freshness(list)).collect();
        Self {
            datacenter,
            state: Verdict::of(state).word(),
            leader: leader(state),
            servers_healthy: servers.map(Servers::healthy),
            servers_expected: servers.map(|all| all.expected.max(all.servers.len())),
            failure_tolerance: servers.map(|servers| servers.failure_tolerance),
            worst_follower: follower.map(|(server, _)| &*server.name),
            worst_follower_entries: follower.and_then(|(_, lag)| lag.entries),
            worst_follower_last_contact_ms: follower.and_then(|(_, lag)| lag.last_contact).map(ms),
            nodes: state.counted(&List::Nodes, state.nodes.len()),
            services,
            instances: services.filter(|_| has_counts).map(|_| state.totals.instances.total()),
            checks_critical: checks(state.totals.checks.critical),
            checks_warning: checks(state.totals.checks.warning),
            maintenance: checks(state.totals.checks.maintenance),
            round_trip_ms: round_trip(state).map(ms),
            stale_ms: fresh.iter().filter_map(|fresh| fresh.leaderless).max().map(ms),
            may_be_filtered: fresh.iter().any(|fresh| fresh.may_be_filtered),
            problem: problem(state),
        }
    }
}

fn leader(state: &Datacenter) -> Option<&str> {
    let named = state.servers.as_ref().and_then(|servers| servers.leader());
    match &state.pulse.link {
        Link::Led(address) => Some(named.map_or(&**address, |server| &*server.name)),
        _ => None,
    }
}

/// The estimate by WAN coordinates once they have settled, else how long an answer took.
fn round_trip(state: &Datacenter) -> Option<Duration> {
    if matches!(state.pulse.link, Link::Dark { .. }) {
        return None;
    }
    let settled = state.pulse.wan.filter(|wan| !wan.is_rough);
    let any = settled.or(state.pulse.wan).map(|wan| wan.rtt);
    if settled.is_some() { any } else { state.pulse.answered_in.or(any) }
}

fn problem(state: &Datacenter) -> Option<&str> {
    if let Link::Dark { detail, .. } = &state.pulse.link {
        return Some(detail);
    }
    LISTS.iter().find_map(|list| match &state.fresh.get(list)?.state {
        State::Denied { why } | State::Stale { why, .. } => Some(&**why),
        _ => None,
    })
}

/// Milliseconds, to the microsecond.
fn ms(time: Duration) -> f64 {
    time.as_micros() as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::coordinate::Estimate;

    #[test]
    fn what_is_not_known_is_null() {
        let (dc, state) = (Dc::from("dc-1"), Datacenter::default());
        let line = Overview::of(&dc, &state);
        assert_eq!((line.nodes, line.checks_critical, line.instances), (None, None, None));
        assert_eq!((line.leader, line.state), (None, "connecting"));
    }

    #[test]
    fn a_rough_estimate_yields_to_what_was_measured() {
        let millis = Duration::from_millis;
        let mut state = Datacenter::default();
        state.pulse.wan = Some(Estimate { rtt: millis(900), is_rough: true });
        assert_eq!(round_trip(&state), Some(millis(900)));
        state.pulse.answered_in = Some(millis(20));
        assert_eq!(round_trip(&state), Some(millis(20)));
        state.pulse.wan = Some(Estimate { rtt: millis(18), is_rough: false });
        assert_eq!(round_trip(&state), Some(millis(18)));
        let (why, detail) = ("refused".into(), "refused".into());
        state.pulse.link = Link::Dark { why, detail, retry_at: None };
        assert_eq!(round_trip(&state), None, "nothing goes there and back");
    }
}
