//! Carrying a plan out, transaction by transaction, each journaled.
//!
//! It stops at the first thing that is not as planned and says how far it came. What was done stays
//! done; made again, the plan does what is left.

use super::batch::fitting;
use super::{OnConflict, Plan, Step};
use crate::consul::write::Outcome;
use crate::domain::kv::{Key, Op, Write};
use crate::journal::{Committed, Committer, Fate, JournalError};

/// How far a plan has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Operations that are done.
    pub done: usize,
    /// Operations in all.
    pub of: usize,
}

/// How far a plan came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Operations that were done, of all.
    pub progress: Progress,
    /// Keys that had changed and were left ([`OnConflict::Leave`]).
    pub left: Vec<Key>,
    /// Why it did not come to its end.
    pub stopped: Option<Stopped>,
    /// What the journal could not keep, of the last write that it could not keep.
    pub unkept: Option<JournalError>,
}

/// Where and why a plan stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The keys of the transaction that was not done, or not surely. Those after it were not tried.
    pub keys: Vec<Key>,
    /// Why.
    pub why: Why,
}

/// Why a plan stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The write was not made, or it is not known whether it was.
    Write(Box<Committed>),
    /// The journal cannot be kept, so nothing was sent.
    Journal(JournalError),
}

/// Carries out a plan. `tell` hears after each transaction how far it is. Dropping the future stops
/// it between two operations or leaves one of unknown outcome in the journal.
pub async fn apply(plan: &Plan, committer: &Committer, mut tell: impl FnMut(Progress)) -> Report {
    let mut report = Report::default();
    report.progress.of = plan.ops().count();
    let mut steps = plan.steps.as_slice();
    while !steps.is_empty() {
        let (now, rest) = steps.split_at(fitting(steps));
        if let Err(stopped) = batch(plan, committer, now.to_vec(), &mut report).await {
            report.stopped = Some(stopped);
            break;
        }
        tell(report.progress);
        steps = rest;
    }
    report
}

/// One transaction; more when keys of it are to be left out.
async fn batch(
    plan: &Plan,
    committer: &Committer,
    mut steps: Vec<Step>,
    report: &mut Report,
) -> Result<(), Stopped> {
    while !steps.is_empty() {
        let ops: Vec<Op> = steps.iter().flat_map(|step| step.0.iter().cloned()).collect();
        let count = ops.len();
        let keys = || ops_keys(&steps);
        let write = Write { dc: plan.dc.clone(), ops };
        let committed = match committer.commit(&write).await {
            Ok(committed) => committed,
            Err(error) => return Err(Stopped { keys: keys(), why: Why::Journal(error) }),
        };
        if let Some(unkept) = &committed.unkept {
            report.unkept = Some(unkept.clone());
        }
        match (&committed.outcome, committed.fate()) {
            (_, Fate::Written) => {
                report.progress.done += count;
                return Ok(());
            }
            (Outcome::Lost { key, .. }, _)
                if plan.on_conflict == OnConflict::Leave && keys().contains(key) =>
            {
                let key = key.clone();
                steps.retain(|step| step.0.iter().all(|op| *op.key() != key));
                report.left.push(key);
            }
            _ => {
                return Err(Stopped { keys: keys(), why: Why::Write(Box::new(committed)) });
            }
        }
    }
    Ok(())
}

fn ops_keys(steps: &[Step]) -> Vec<Key> {
    steps.iter().flat_map(|step| &step.0).map(|op| op.key().clone()).collect()
}
