//! Whether a token sees everything, asked now and then: lists that ACLs shortened look whole.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::PATIENCE;
use crate::consul::Client;
use crate::consul::read::sees_all;
use crate::domain::replication::{Stream, Verdict};

/// How often it is asked.
const EVERY: Duration = Duration::from_mins(1);

/// What was answered last; its clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rights(Arc<Mutex<Option<(Instant, bool)>>>);

impl Rights {
    /// True when it is sure that neither datacenter leaves anything out.
    pub async fn are_whole(&self, ends: [&Client; 2]) -> bool {
        // Held while it is asked: who comes meanwhile waits for that answer.
        let mut last = self.0.lock().await;
        if let Some((_, known)) = last.filter(|(at, _)| at.elapsed() < EVERY) {
            return known;
        }
        let [source, destination] = ends;
        let both = async { sees_all(source).await && sees_all(destination).await };
        let known = tokio::time::timeout(PATIENCE, both).await.unwrap_or(false);
        *last = Some((Instant::now(), known));
        known
    }

    /// Has it asked anew the next time.
    pub async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

/// Says on a stream that nothing is sure: what the token may not see can differ.
pub(super) fn doubt(stream: &mut Stream, what: &str) {
    if stream.verdict == Verdict::InSync {
        stream.verdict = Verdict::Unknown;
    }
    stream.facts.push(("doubt", format!("the token may not see every {what}")));
}
