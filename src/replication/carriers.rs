//! The statuses of replications that were ever seen, for all who follow what those carry.
//!
//! A status that is deleted leaves what it carried standing still. Who begins to follow anew, since
//! another datacenter came, would take it for something that never was.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use crate::domain::ids::{Dc, Key};
use crate::domain::replication::Status;

/// What was read last at each status key of each datacenter.
#[derive(Clone, Debug, Default)]
pub struct Carriers(Arc<Mutex<HashMap<Dc, IndexMap<Key, Status>>>>);

impl Carriers {
    /// Notes a status of a datacenter.
    pub(super) fn note(&self, dc: &Dc, key: &Key, status: &Status) {
        self.lock().entry(dc.clone()).or_default().insert(key.clone(), status.clone());
    }

    /// All that were ever seen in a datacenter, in the order in which they came.
    pub(super) fn all(&self, dc: &Dc) -> IndexMap<Key, Status> {
        self.lock().get(dc).cloned().unwrap_or_default()
    }

    /// What was read last at a status key.
    pub(super) fn get(&self, dc: &Dc, key: &Key) -> Option<Status> {
        self.lock().get(dc)?.get(key).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Dc, IndexMap<Key, Status>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
