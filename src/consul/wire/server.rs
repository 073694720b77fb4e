//! Servers: who leads, and what autopilot says of each.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;

use super::{Interner, Text, nullable};
use crate::domain::server::{Server, Servers};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireHealth<'a> {
    #[serde(default)]
    failure_tolerance: usize,
    #[serde(borrow, default, deserialize_with = "nullable")]
    servers: Vec<WireServer<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireServer<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    address: Text<'a>,
    serf_status: Text<'a>,
    version: Text<'a>,
    leader: bool,
    voter: bool,
    healthy: bool,
    last_contact: Text<'a>,
    last_index: u64,
    stable_since: Option<DateTime<Utc>>,
}

/// `/v1/operator/autopilot/health`; how many servers there should be is not in it.
pub(crate) fn servers(text: &str, names: &mut Interner) -> serde_json::Result<Servers> {
    let health: WireHealth<'_> = serde_json::from_str(text)?;
    let mut servers: Vec<Server> = health.servers.iter().map(|s| server(s, names)).collect();
    servers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Servers { servers, failure_tolerance: health.failure_tolerance, expected: 0 })
}

fn server(wire: &WireServer<'_>, names: &mut Interner) -> Server {
    Server {
        name: names.text(&wire.name),
        address: names.text(&wire.address),
        serf: names.text(&wire.serf_status),
        version: names.text(&wire.version),
        is_leader: wire.leader,
        is_voter: wire.voter,
        is_healthy: wire.healthy,
        last_contact: go_duration(&wire.last_contact),
        last_index: wire.last_index,
        // Go's zero time stands for "never".
        stable_since: wire.stable_since.filter(|at| at.year() > 1),
    }
}

/// `/v1/status/leader`: the leader's address, empty without one.
pub(crate) fn leader(text: &str, names: &mut Interner) -> serde_json::Result<Arc<str>> {
    let address: Text<'_> = serde_json::from_str(text)?;
    Ok(names.text(&address))
}

/// Reads a duration as Go prints it (`46.32ms`, `1m2.5s`); `None` for a negative one, which stands
/// for "never", and for anything else.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    if rest.is_empty() || rest.starts_with('-') {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit_end)?;
        let scale = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "µs" | "us" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * scale;
        rest = tail;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_prints_them() {
        for (text, millis) in [("0s", 0), ("46ms", 46), ("1m2.5s", 62_500), ("1h0m0s", 3_600_000)] {
            assert_eq!(go_duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["-1ns", "", "7", "ms", "1.2.3s", "5 parsecs"] {
            assert_eq!(go_duration(text), None, "{text}");
        }
    }

    #[test]
    fn a_silent_server_has_no_last_contact_and_no_stable_time() {
        let text = include_str!("../../../tests/fixtures/autopilot-health.json");
        let read = servers(text, &mut Interner::default()).unwrap();
        assert_eq!(read.servers.len(), 3);
        let silent = &read.servers[2];
        assert_eq!((silent.last_contact, silent.stable_since), (None, None));
        assert!(!silent.is_healthy && silent.is_voter);
        assert_eq!(&*read.leader().unwrap().name, "server-1");
        assert!(read.leader().unwrap().stable_since.is_some());
        let (worst, lag) = read.worst_follower().unwrap();
        assert_eq!((&*worst.name, lag.entries), ("server-3", None));
    }

    #[test]
    fn without_a_leader_the_address_is_empty() {
        assert_eq!(&*leader("\"\"", &mut Interner::default()).unwrap(), "");
    }
}
