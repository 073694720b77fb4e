//! Changes of keys, locks and sessions, and the journal of them.

use std::sync::Arc;

use super::Ways;
use crate::app::task::{Intent, LockIntent};
use crate::consul::write::{Outcome, Settled};
use crate::editor::machine::WriteAnswer;
use crate::journal::{Committed, Log};

/// Journals and makes a write, once; when its answer gets lost, reads back what became of it.
pub(super) async fn write(ways: &Ways, intent: Intent) -> WriteAnswer {
    let Intent { write, undoes, without_journal } = intent;
    let committer = ways.committer(&write.dc, without_journal);
    match committer.commit_undo(&write, undoes.as_deref()).await {
        Ok(committed) => answer(&committed),
        Err(error) => WriteAnswer::NotJournalled(error.to_string()),
    }
}

/// As [`write()`], for a change of who holds what.
pub(super) async fn lock(ways: &Ways, intent: LockIntent) -> WriteAnswer {
    let LockIntent { change, without_journal } = intent;
    let committer = ways.committer(change.dc(), without_journal);
    match committer.commit_lock(&change).await {
        Ok(committed) => answer(&committed),
        Err(error) => WriteAnswer::NotJournalled(error.to_string()),
    }
}

/// What a write that was tried means for whoever asked for it.
fn answer(committed: &Committed) -> WriteAnswer {
    let index = committed.index();
    match (&committed.outcome, &committed.settled) {
        (Outcome::Written { .. }, _) | (_, Some(Settled::Written { .. })) => {
            WriteAnswer::Written { index }
        }
        (Outcome::Lost { .. }, _) => WriteAnswer::NotCurrent,
        (Outcome::Unknown(error), Some(Settled::NotWritten)) => {
            WriteAnswer::Refused(format!("not written (read back): {error}"))
        }
        (Outcome::Unknown(error), _) => WriteAnswer::NoAnswer(error.to_string()),
        (Outcome::Denied(error) | Outcome::TooLarge(error) | Outcome::Refused(error), _) => {
            WriteAnswer::Refused(format!("not written: {error}"))
        }
    }
}

/// Reads the journal.
pub(super) async fn journal(ways: &Ways) -> Result<Arc<Log>, String> {
    let journal = ways.journal();
    let read = tokio::task::spawn_blocking(move || journal.read()).await;
    let log = read.map_err(|died| died.to_string())?.map_err(|error| error.to_string())?;
    Ok(Arc::new(log))
}
