//! Faults: servers and leaders lost, agents dark or slow, answers denied, broken or hidden.

use std::time::{Duration, Instant};

use chrono::{SecondsFormat, Utc};

use super::Handle;
use crate::sim::fault::Fault;
use crate::sim::raft::ServerState;

impl Handle {
    /// Kills, revives or slows a server by its node name. When more than half are down there is no
    /// leader. `false` if there is no such server.
    pub fn set_server(&self, name: &str, server: ServerState) -> bool {
        let found = {
            let mut state = self.dc.lock();
            let (led, agent_led) = (state.raft.has_leader(), state.raft.agent_leads());
            let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
            let found = state.raft.set_state(name, server, now);
            let leads = state.raft.has_leader();
            if led != leads {
                state.leaderless_since = (!leads).then(Instant::now);
                // A server that led and lost its followers lets blocked queries sleep on; one that
                // had passed them on to a leader which died wakes them, and they fail.
                if leads || !agent_led {
                    state.wake_everybody();
                }
            }
            found
        };
        if found && self.has_leader() {
            self.set_node_alive(name, server != ServerState::Down);
        }
        found
    }

    /// The node names of the servers.
    pub fn servers(&self) -> Vec<String> {
        self.dc.lock().raft.servers.iter().map(|server| server.name.to_string()).collect()
    }

    /// Takes all servers but one down, so that nobody leads. Requests fail after `wait`, where
    /// Consul's own patience is 7 s; queries that are blocked sleep on until their time is over.
    pub fn lose_leader(&self, wait: Duration) {
        self.dc.lock().faults.leader_wait = wait;
        for server in self.servers().iter().skip(1) {
            self.set_server(server, ServerState::Down);
        }
    }

    /// Brings all servers back, and with them a leader.
    pub fn regain_leader(&self) {
        for server in self.servers() {
            self.set_server(&server, ServerState::Healthy);
        }
    }

    /// Whether somebody leads.
    pub fn has_leader(&self) -> bool {
        self.dc.lock().raft.has_leader()
    }

    /// Resets every connection to the agent, those there are and those to come, until it is undone.
    pub fn set_dark(&self, dark: bool) {
        self.dc.lock().faults.dark = dark;
        self.dc.dark.send_replace(dark);
    }

    /// Lets every answer come this much later.
    pub fn set_latency(&self, latency: Duration) {
        self.dc.lock().faults.latency = latency;
    }

    /// Hides everything, as a token without any policy would see it: lists come back empty with
    /// status 200, single objects and writes are denied.
    pub fn set_hidden(&self, hidden: bool) {
        let mut state = self.dc.lock();
        state.faults.hidden = hidden;
        state.wake_everybody();
    }

    /// Answers requests whose path starts with `path` with a fault. `/` denies everything.
    pub fn break_path(&self, path: &str, fault: Fault) {
        self.dc.lock().faults.paths.push((path.to_owned(), fault));
    }

    /// Undoes all of [`Handle::break_path`].
    pub fn mend_paths(&self) {
        self.dc.lock().faults.paths.clear();
    }

    /// How many connections the agent takes; the next is reset. 200 by default.
    pub fn limit_connections(&self, most: usize) {
        self.dc.lock().faults.max_connections = most;
    }

    /// Sets all indexes back, as a restore from a snapshot does.
    pub fn rewind(&self) {
        self.dc.lock().rewind();
    }
}
