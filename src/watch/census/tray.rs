//! Where the watcher of all services leaves each answer for the census.
//!
//! Level-triggered, as the board's inbox: what was not taken yet is replaced by what is newer, which
//! then stands for both: it was not so since the older one's time.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::domain::catalog::Summary;

/// An answer with all services.
#[derive(Clone, Debug)]
pub(in crate::watch) struct Listed {
    /// The services.
    pub summaries: Arc<Vec<Summary>>,
    /// Its index.
    pub index: u64,
    /// Until when the answer before was certainly true.
    pub until: Option<DateTime<Utc>>,
}

/// The place.
#[derive(Debug, Default)]
pub(in crate::watch) struct Tray {
    listed: Mutex<Option<Listed>>,
    bell: Notify,
}

impl Tray {
    /// Leaves an answer.
    pub fn post(&self, listed: Listed) {
        let mut slot = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let until = slot.as_ref().map_or(listed.until, |older| older.until.min(listed.until));
        *slot = Some(Listed { until, ..listed });
        self.bell.notify_one();
    }

    /// Waits for an answer and takes it.
    pub async fn take(&self) -> Listed {
        loop {
            self.bell.notified().await;
            let mut slot = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(listed) = slot.take() {
                return listed;
            }
        }
    }
}
