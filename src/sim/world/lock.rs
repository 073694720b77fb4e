//! Locks and semaphores of the demo, kept in the KV store as `consul lock` keeps them, and passed on
//! from one process to the next.
//!
//! The processes are sessions of one name. Passing on is done as the processes would: who holds
//! longest ends, who waits longest takes its place, and every process that is gone comes back, if its
//! node lives.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::sim::catalog::Write;
use crate::sim::model::Status;
use crate::sim::sessions::{self, Session};
use crate::sim::state::State;

/// The flags that Consul's own clients give a lock.
const LOCK_FLAGS: u64 = 0x2ddc_cbc0_58a5_0c18;
/// The flags that they give a semaphore.
const SEMAPHORE_FLAGS: u64 = 0xe0f6_9a2b_aa41_4de0;
/// The check that says whether a node lives.
const SERF_HEALTH: &str = "serfHealth";

/// A lock or semaphore and the processes that want it.
#[derive(Clone, Debug)]
pub struct Lock {
    /// What it guards.
    pub prefix: String,
    /// How many may hold the semaphore; none for a lock.
    pub limit: Option<u64>,
    /// The name of the processes' sessions.
    pub name: String,
    /// The node of each process.
    pub nodes: Vec<Arc<str>>,
}

impl Lock {
    /// Starts the processes: as many hold it as may.
    pub fn open(&self, state: &mut State) {
        self.come_back(state);
        self.fill(state);
    }

    /// Ends the process that holds it longest, and lets the next one have it.
    pub fn pass_on(&self, state: &mut State) {
        let first = self.processes(state).into_iter().find(|id| self.holders(state).contains(id));
        if let Some(first) = first {
            state.write(|state, write| sessions::end(state, &first, write));
        }
        self.fill(state);
        self.come_back(state);
        self.fill(state);
    }

    /// The ids of the living processes, the oldest first.
    fn processes(&self, state: &State) -> Vec<Arc<str>> {
        let own = state.sessions.values().filter(|session| session.name == self.name);
        let mut own: Vec<_> = own.map(|it| (it.create_index, Arc::clone(&it.id))).collect();
        own.sort_unstable();
        own.into_iter().map(|(_, id)| id).collect()
    }

    /// Starts each process that is gone and whose node lives.
    fn come_back(&self, state: &mut State) {
        for node in &self.nodes {
            let runs = state.sessions.values().any(|it| it.name == self.name && it.node == *node);
            let check = state.catalog.nodes.get(node).and_then(|node| node.checks.get(SERF_HEALTH));
            if runs || check.is_none_or(|check| check.status == Status::Critical) {
                continue;
            }
            let behavior = if self.limit.is_some() { "delete" } else { "release" };
            let session = Session {
                behavior: behavior.to_owned(),
                ..Session::of_node(&self.name, node, "15s")
            };
            let id = sessions::add(state, session);
            if self.limit.is_some() {
                let key = format!("{}/{id}", self.prefix);
                state.write(|state, write| {
                    state.kv.put(&key, Bytes::new(), SEMAPHORE_FLAGS, write);
                    state.kv.lock(&key, &id, true, write);
                });
            }
        }
    }

    /// Gives it to those that wait longest, as many as may have it.
    fn fill(&self, state: &mut State) {
        let alive = self.processes(state);
        match self.limit {
            Some(limit) => {
                let mut holders = self.holders(state);
                holders.retain(|id| alive.contains(id));
                let waiting: Vec<_> = alive.iter().filter(|id| !holders.contains(id)).collect();
                let free = (limit as usize).saturating_sub(holders.len());
                holders.extend(waiting.into_iter().take(free).cloned());
                state.write(|state, write| self.record(&holders, state, write));
            }
            None if self.holders(state).is_empty() => {
                let Some(next) = alive.first() else { return };
                let key = self.key();
                state.write(|state, write| {
                    state.kv.put(&key, Bytes::new(), LOCK_FLAGS, write);
                    state.kv.lock(&key, next, true, write);
                });
            }
            None => {}
        }
    }

    /// The ids of those that hold it, dead ones too.
    fn holders(&self, state: &State) -> Vec<Arc<str>> {
        let Some(entry) = state.kv.get(&self.key()) else { return Vec::new() };
        if self.limit.is_none() {
            return entry.session.iter().cloned().collect();
        }
        let record: Value = serde_json::from_slice(&entry.value).unwrap_or_default();
        let holders = record["Holders"].as_object();
        holders.into_iter().flat_map(Map::keys).map(|id| Arc::from(id.as_str())).collect()
    }

    fn record(&self, holders: &[Arc<str>], state: &mut State, write: &mut Write) {
        let holders: Map<String, Value> =
            holders.iter().map(|id| (id.to_string(), Value::Bool(true))).collect();
        let record = json!({ "Limit": self.limit, "Holders": holders }).to_string();
        state.kv.put(&self.key(), Bytes::from(record), SEMAPHORE_FLAGS, write);
    }

    fn key(&self) -> String {
        format!("{}/.lock", self.prefix)
    }
}
