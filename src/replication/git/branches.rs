//! What drifts or is in doubt where git2consul runs, told to those who look where its keys are brought.
//!
//! Each datacenter is looked at by itself, and what was carried faithfully is the same at both ends:
//! only together they show that a commit is not live.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ids::Dc;
use crate::domain::replication::{Stream, StreamId, Verdict};

/// Which branches drifted in each datacenter or are in doubt there, and why, as it was found last.
#[derive(Clone, Debug, Default)]
pub struct Branches(Arc<Mutex<Drifted>>);

type Drifted = HashMap<(Dc, Arc<str>), (Verdict, Arc<str>)>;

impl Branches {
    /// Notes what was found of a branch where git2consul runs. Who does not answer now drifts as before.
    pub(super) fn note(&self, stream: &Stream) {
        if stream.problem.is_some() {
            return;
        }
        let branch = (stream.id.destination.clone(), Arc::clone(&stream.id.of));
        let mut drifted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(stream.verdict, Verdict::Drift | Verdict::Unknown) {
            drifted.insert(branch, (stream.verdict, Arc::clone(&stream.evidence)));
        } else {
            drifted.remove(&branch);
        }
    }

    /// What is wrong with a branch where it comes from.
    pub(super) fn drifted(&self, id: &StreamId) -> Option<(Verdict, Arc<str>)> {
        let branch = (id.source.clone()?, Arc::clone(&id.of));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&branch).cloned()
    }
}
