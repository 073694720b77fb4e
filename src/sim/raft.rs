//! The three servers of a simulated datacenter: who leads, who has fallen behind, who is down.
//!
//! It answers what autopilot, the raft configuration and the member lists say. Invariant: there is
//! a leader exactly when more than half of the servers are up, and the leader is up.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

/// How many entries a follower may miss before autopilot calls it unhealthy (Consul's default).
const MAX_TRAILING_LOGS: u64 = 250;
/// The version all simulated agents report: the one whose behaviour they copy.
pub const VERSION: &str = "1.8.7";
/// What autopilot prints as `StableSince` of a server that is down: Go's zero time.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The state of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// Up and current.
    Healthy,
    /// Up, but this many entries behind the leader.
    Behind(u64),
    /// Not reachable.
    Down,
}

/// One server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its node name.
    pub name: Arc<str>,
    /// Its UUID.
    pub id: Arc<str>,
    /// Its IP address.
    pub address: Arc<str>,
    /// How it is.
    pub state: ServerState,
    /// Since when autopilot sees it as it is, RFC 3339 in UTC.
    pub stable_since: String,
}

/// The servers of a datacenter.
#[derive(Debug, Default)]
pub struct Raft {
    /// All servers, the first of which is the agent that answers HTTP.
    pub servers: Vec<Server>,
    /// The election term.
    pub term: u64,
    leader: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Peer<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    node: &'a str,
    address: String,
    leader: bool,
    protocol_version: &'static str,
    voter: bool,
}

impl Raft {
    /// The servers with the first of them leading.
    pub fn new(servers: Vec<Server>) -> Self {
        let mut raft = Self { servers, term: 1, leader: None };
        raft.elect();
        raft
    }

    /// Puts a server into a state, and elects another leader if that is needed.
    /// `false` if there is no such server.
    pub fn set_state(&mut self, name: &str, state: ServerState, now: String) -> bool {
        let Some(server) = self.servers.iter_mut().find(|server| *server.name == *name) else {
            return false;
        };
        if server.state != state {
            server.state = state;
            server.stable_since = now;
            self.elect();
        }
        true
    }

    /// Whether somebody leads.
    pub fn has_leader(&self) -> bool {
        self.leader.is_some()
    }

    /// Whether the agent that answers HTTP leads.
    pub fn agent_leads(&self) -> bool {
        self.leader == Some(0)
    }

    /// The leader's address with port, empty without a leader: the answer of `/v1/status/leader`.
    pub fn leader_address(&self) -> String {
        self.leader_server().map_or_else(String::new, rpc_address)
    }

    /// The addresses of all servers: the answer of `/v1/status/peers`.
    pub fn peers(&self) -> Vec<String> {
        self.servers.iter().map(rpc_address).collect()
    }

    /// The answer of `/v1/operator/raft/configuration`.
    pub fn configuration(&self) -> Value {
        let servers: Vec<_> = self
            .servers
            .iter()
            .map(|server| Peer {
                id: &server.id,
                node: &server.name,
                address: rpc_address(server),
                leader: self.leads(server),
                protocol_version: "3",
                voter: true,
            })
            .collect();
        json!({ "Servers": servers, "Index": 0 })
    }

    /// Whether all is well, and the answer of `/v1/operator/autopilot/health` at a raft index.
    pub fn autopilot(&self, index: u64) -> (bool, Value) {
        let healthy = self.servers.iter().filter(|server| is_healthy(server)).count();
        let all = healthy == self.servers.len();
        let tolerance = healthy.saturating_sub(quorum(self.servers.len()));
        let servers: Vec<_> =
            self.servers.iter().map(|server| self.server_health(server, index)).collect();
        let body = json!({ "Healthy": all, "FailureTolerance": tolerance, "Servers": servers });
        (all, body)
    }

    fn server_health(&self, server: &Server, index: u64) -> Value {
        let leads = self.leads(server);
        let up = server.state != ServerState::Down;
        let missing = if let ServerState::Behind(entries) = server.state { entries } else { 0 };
        let last_contact = match server.state {
            ServerState::Down => "-1ns".to_owned(),
            _ if leads => "0s".to_owned(),
            // Any small time will do; it varies with the index so that a screen shows life.
            ServerState::Healthy => format!("{}.{:03}ms", 8 + index % 37, index * 7 % 1000),
            ServerState::Behind(_) => format!("{}.{:03}ms", 900 + index % 90, index * 7 % 1000),
        };
        json!({
            "ID": server.id,
            "Name": server.name,
            "Address": rpc_address(server),
            "SerfStatus": if up { "alive" } else { "failed" },
            "Version": VERSION,
            "Leader": leads,
            "LastContact": last_contact,
            "LastTerm": if up { self.term } else { 0 },
            "LastIndex": if up { index.saturating_sub(missing) } else { 0 },
            "Healthy": is_healthy(server),
            "Voter": true,
            "StableSince": if up { server.stable_since.as_str() } else { NEVER },
        })
    }

    fn leader_server(&self) -> Option<&Server> {
        self.servers.get(self.leader?)
    }

    fn leads(&self, server: &Server) -> bool {
        self.leader_server().is_some_and(|leader| leader.id == server.id)
    }

    fn elect(&mut self) {
        let is_up = |server: &Server| server.state != ServerState::Down;
        let up = self.servers.iter().filter(|server| is_up(server)).count();
        if up < quorum(self.servers.len()) {
            self.leader = None;
            return;
        }
        if self.leader_server().is_some_and(is_up) {
            return;
        }
        self.leader = self.servers.iter().position(is_up);
        self.term += 1;
    }
}

fn quorum(servers: usize) -> usize {
    servers / 2 + 1
}

fn is_healthy(server: &Server) -> bool {
    match server.state {
        ServerState::Healthy => true,
        ServerState::Behind(entries) => entries <= MAX_TRAILING_LOGS,
        ServerState::Down => false,
    }
}

fn rpc_address(server: &Server) -> String {
    format!("{}:8300", server.address)
}
