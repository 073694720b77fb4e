//! The Consul servers of a datacenter: Raft, autopilot and who leads.
//!
//! Autopilot calls a cluster healthy again after it pruned a dead server, so health is judged
//! against the number of servers that there should be, not against the number that is left.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// One server as autopilot sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Server {
    /// Its node name.
    pub name: Arc<str>,
    /// Its RPC address (`10.0.0.1:8300`).
    pub address: Arc<str>,
    /// What gossip says: `alive`, `failed`, `left`..
    pub serf: Arc<str>,
    /// Its Consul version.
    pub version: Arc<str>,
    /// True for the leader.
    pub is_leader: bool,
    /// True when it votes in Raft.
    pub is_voter: bool,
    /// Autopilot's verdict.
    pub is_healthy: bool,
    /// Time since the leader last reached it; `None` when it cannot.
    #[serde(skip)]
    pub last_contact: Option<Duration>,
    /// Its last Raft index; 0 when unknown.
    pub last_index: u64,
    /// Since when autopilot's verdict stands (UTC); `None` when unknown.
    pub stable_since: Option<DateTime<Utc>>,
}

/// All servers of a datacenter at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Servers {
    /// The servers, by name.
    pub servers: Vec<Server>,
    /// How many may still fail before quorum is lost, as autopilot counts.
    pub failure_tolerance: usize,
    /// The number there should be: what they were told to expect, or the most ever seen.
    pub expected: usize,
}

/// How far the worst follower is behind the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Raft entries behind; `None` when the follower cannot be asked.
    pub entries: Option<u64>,
    /// Time since the leader's last contact; `None` when there is none.
    pub last_contact: Option<Duration>,
}

impl Servers {
    /// Servers that autopilot calls healthy.
    pub fn healthy(&self) -> usize {
        self.servers.iter().filter(|server| server.is_healthy).count()
    }

    /// The leader, when autopilot names one.
    pub fn leader(&self) -> Option<&Server> {
        self.servers.iter().find(|server| server.is_leader)
    }

    /// The follower that is worst off: unreachable before far behind before long silent.
    /// `None` without followers.
    pub fn worst_follower(&self) -> Option<(&Server, Lag)> {
        let head = self.leader().map_or(0, |leader| leader.last_index);
        let lag = |server: &Server| {
            let entries = (server.last_index > 0).then(|| head.saturating_sub(server.last_index));
            Lag { entries, last_contact: server.last_contact }
        };
        let badness = |lag: &Lag| {
            (lag.entries.unwrap_or(u64::MAX), lag.last_contact.unwrap_or(Duration::MAX))
        };
        let followers = self.servers.iter().filter(|server| !server.is_leader);
        followers.map(|server| (server, lag(server))).max_by_key(|(_, lag)| badness(lag))
    }

    /// True when every expected server is there and healthy.
    pub fn is_complete(&self) -> bool {
        self.healthy() >= self.expected.max(self.servers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str, index: u64, contact_ms: Option<u64>) -> Server {
        Server {
            name: name.into(),
            address: "127.0.0.1:8300".into(),
            serf: "alive".into(),
            version: "1.8.7".into(),
            is_leader: name == "a",
            is_voter: true,
            is_healthy: contact_ms.is_some(),
            last_contact: contact_ms.map(Duration::from_millis),
            last_index: index,
            stable_since: None,
        }
    }

    #[test]
    fn an_unreachable_follower_is_worse_than_a_late_one() {
        let servers =
            vec![server("a", 90, Some(0)), server("b", 40, Some(5)), server("c", 0, None)];
        let all = Servers { servers, ..Servers::default() };
        let (worst, lag) = all.worst_follower().unwrap();
        assert_eq!(&*worst.name, "c");
        assert_eq!(lag.entries, None);
    }

    #[test]
    fn a_pruned_server_is_missed() {
        let servers = vec![server("a", 90, Some(0)), server("b", 90, Some(5))];
        assert!(
            !Servers { servers: servers.clone(), expected: 3, ..Servers::default() }.is_complete()
        );
        assert!(Servers { servers, expected: 2, ..Servers::default() }.is_complete());
    }
}
