//! Everything one simulated datacenter knows, behind one lock: catalog, keys, servers, sessions,
//! faults, the blocked queries, and the answers that are worth keeping.
//!
//! Each write is one raft entry: it gets the next index, and wakes those it touched before the
//! lock is let go. Invariant: `index` is never lower than that of any table, except right after
//! [`State::rewind`], which is there to play a restore from a snapshot.

use std::collections::HashMap;
use std::time::Instant;

use bytes::Bytes;

use super::catalog::{Catalog, Write};
use super::fault::Faults;
use super::kv::Kv;
use super::raft::Raft;
use super::resource::Resource;
use super::sessions::{self, Sessions};
use super::wake::{Event, Waiters};

/// How many bytes of ready answers a datacenter keeps. The list of all checks of 100,000 instances
/// fits once; what does not fit is written anew for each request.
const KEPT_BYTES: usize = 48 << 20;
/// The index after a restore: low enough that every client sees it go down.
const REWOUND: u64 = 3;

/// The state of one datacenter.
#[derive(Debug, Default)]
pub struct State {
    /// The index of the last raft entry.
    pub index: u64,
    /// Nodes, instances, checks.
    pub catalog: Catalog,
    /// Keys.
    pub kv: Kv,
    /// Sessions, in the order of their ids.
    pub sessions: Sessions,
    /// The index of the list of sessions.
    pub sessions_index: u64,
    /// The index of the coordinates.
    pub coordinates_index: u64,
    /// The servers.
    pub raft: Raft,
    /// Since when nobody leads.
    pub leaderless_since: Option<Instant>,
    /// What is broken on purpose.
    pub faults: Faults,
    /// The blocked queries.
    pub waiters: Waiters,
    kept: HashMap<Resource, (u64, Bytes)>,
}

impl State {
    /// Runs one write as one raft entry and wakes whom it touched.
    pub fn write<T>(&mut self, change: impl FnOnce(&mut Self, &mut Write) -> T) -> T {
        self.index += 1;
        let mut write = Write { index: self.index, events: Vec::new() };
        let outcome = change(self, &mut write);
        sessions::cull(self, &mut write);
        if !write.events.is_empty() {
            self.waiters.wake(&write.events);
        }
        outcome
    }

    /// Makes every blocked query look again.
    pub fn wake_everybody(&mut self) {
        self.waiters.wake(&[Event::Everything]);
    }

    /// Sets all indexes back, as a restore from a snapshot does.
    pub fn rewind(&mut self) {
        self.index = REWOUND;
        let tables = &mut self.catalog.tables;
        for index in [&mut tables.nodes, &mut tables.services, &mut tables.checks] {
            *index = REWOUND;
        }
        tables.extinction = tables.extinction.min(REWOUND);
        for service in self.catalog.services.values_mut() {
            service.index = REWOUND;
        }
        self.kv.rewind(REWOUND);
        self.sessions_index = self.sessions_index.min(REWOUND);
        self.coordinates_index = self.coordinates_index.min(REWOUND);
        self.kept.clear();
        self.waiters.abandon();
    }

    /// The answer kept for a resource, if it is still that of `index`.
    pub fn kept(&self, resource: &Resource, index: u64) -> Option<Bytes> {
        let (kept_index, body) = self.kept.get(resource)?;
        (*kept_index == index).then(|| body.clone())
    }

    /// Keeps an answer, dropping others when they grow too large together.
    pub fn keep(&mut self, resource: &Resource, index: u64, body: &Bytes) {
        self.kept.remove(resource);
        if body.len() > KEPT_BYTES {
            return;
        }
        let total: usize = self.kept.values().map(|(_, body)| body.len()).sum();
        if total + body.len() > KEPT_BYTES {
            self.kept.clear();
        }
        self.kept.insert(resource.clone(), (index, body.clone()));
    }
}
