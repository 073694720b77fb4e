//! What drifts where git2consul runs, told to those who look where its keys are brought.
//!
//! Each datacenter is looked at by itself, and what was carried faithfully is the same at both ends:
//! only together they show that a commit is not live.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ids::Dc;
use crate::domain::replication::{Stream, StreamId, Verdict};

/// What drifted of each branch in each datacenter, in words, as it was found there last.
#[derive(Clone, Debug, Default)]
pub struct Branches(Arc<Mutex<Drifted>>);

type Drifted = HashMap<(Dc, Arc<str>), Arc<str>>;

impl Branches {
    /// Notes what was found of a branch where git2consul runs. Who does not answer now drifts as before.
    pub(super) fn note(&self, stream: &Stream) {
        if stream.problem.is_some() {
            return;
        }
        let branch = (stream.id.destination.clone(), Arc::clone(&stream.id.of));
        let mut drifted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stream.verdict == Verdict::Drift {
            drifted.insert(branch, Arc::clone(&stream.evidence));
        } else {
            drifted.remove(&branch);
        }
    }

    /// What drifted where a branch comes from.
    pub(super) fn drifted(&self, id: &StreamId) -> Option<Arc<str>> {
        let branch = (id.source.clone()?, Arc::clone(&id.of));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&branch).cloned()
    }
}
