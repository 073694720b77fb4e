//! Carrying a plan out, transaction by transaction, each journaled.
//!
//! It stops at the first thing that is not as planned and says how far it came. What was done stays
//! done; made again, the plan does what is left.

use std::collections::HashSet;
use std::fmt;
use std::ops::ControlFlow;

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
    /// It was asked to.
    Asked,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepFate {
    /// It is not known whether it was done.
    Unknown,
    /// It was not done.
    Open,
    /// It was left because its key had changed.
    Left,
    /// It was done.
    Done,
}

impl Report {
    /// What became of each step of the plan.
    pub fn fates(&self, plan: &Plan) -> Vec<StepFate> {
        let left: HashSet<&Key> = self.left.iter().collect();
        let unknown = self.stopped.iter().filter(|stopped| !stopped.is_known());
        let unknown: HashSet<&Key> = unknown.flat_map(|stopped| &stopped.keys).collect();
        let mut done = 0;
        let fate = |step: &Step| {
            if step.0.iter().any(|op| left.contains(op.key())) {
                return StepFate::Left;
            }
            let is_open = done >= self.progress.done;
            done += step.0.len();
            match is_open {
                false => StepFate::Done,
                true if step.0.iter().any(|op| unknown.contains(op.key())) => StepFate::Unknown,
                true => StepFate::Open,
            }
        };
        plan.steps.iter().map(fate).collect()
    }

    /// The plan of what was not done and not left, on what was read for this one.
    pub fn rest(&self, plan: &Plan) -> Plan {
        let fates = self.fates(plan);
        let open = plan.steps.iter().zip(fates).filter(|(_, fate)| *fate == StepFate::Open);
        let steps = open.map(|(step, _)| step.clone()).collect();
        Plan { steps, blocked: Vec::new(), same: 0, dc: plan.dc.clone(), ..*plan }
    }
}

impl Stopped {
    /// True when its transaction surely was not made.
    pub fn is_known(&self) -> bool {
        match &self.why {
            Why::Write(committed) => committed.fate() != Fate::Unknown,
            Why::Journal(_) | Why::Asked => true,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(committed) => match committed.trouble() {
                Some(trouble) => f.write_str(&trouble),
                None => f.write_str("written"),
            },
            Self::Journal(error) => error.fmt(f),
            Self::Asked => f.write_str("as asked, between two transactions"),
        }
    }
}

/// Carries out a plan. `tell` hears before each transaction how far it is, and may stop it there.
/// Dropping the future stops it between two operations or leaves one of unknown outcome in the
/// journal.
pub async fn apply(
    plan: &Plan,
    committer: &Committer,
    mut tell: impl FnMut(Progress) -> ControlFlow<()>,
) -> Report {
    let mut report = Report::default();
    report.progress.of = plan.ops().count();
    let mut steps = plan.steps.as_slice();
    while !steps.is_empty() {
        if tell(report.progress).is_break() {
            report.stopped = Some(Stopped { keys: Vec::new(), why: Why::Asked });
            break;
        }
        let (now, rest) = steps.split_at(fitting(steps));
        if let Err(stopped) = batch(plan, committer, now.to_vec(), &mut report).await {
            report.stopped = Some(stopped);
            break;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{OnConflict, make};

    fn plan(keys: &[&str]) -> Plan {
        let incoming = keys.iter().map(|key| make::Incoming {
            key: Key::from(*key),
            value: bytes::Bytes::from_static(b"1"),
            flags: 0,
        });
        let plan = make::import(&"dc".into(), incoming, &[], make::Clash::Keep);
        Plan { on_conflict: OnConflict::Leave, ..plan }
    }

    #[test]
    fn what_was_left_and_what_was_not_done_are_told_apart() {
        use StepFate::{Done, Left, Open};
        let plan = plan(&["a", "b", "c", "d"]);
        let progress = Progress { done: 2, of: 4 };
        let report = Report { progress, left: vec!["b".into()], ..Report::default() };
        assert_eq!(report.fates(&plan), [Done, Left, Done, Open]);
        let rest = report.rest(&plan);
        assert_eq!(rest.ops().map(Op::key).collect::<Vec<_>>(), [&Key::from("d")]);
        assert_eq!(rest.on_conflict, OnConflict::Leave);
    }

    #[test]
    fn a_transaction_without_an_answer_is_not_called_undone() {
        use crate::consul::ApiError;
        use StepFate::{Done, Open, Unknown};
        let plan = plan(&["a", "b", "c"]);
        let committed = Committed {
            outcome: Outcome::Unknown(ApiError::Setup(String::from("no answer"))),
            settled: None,
            ids: Vec::new(),
            unkept: None,
        };
        let why = Why::Write(Box::new(committed));
        let stopped = Some(Stopped { keys: vec!["b".into()], why });
        let report = Report { progress: Progress { done: 1, of: 3 }, stopped, ..Report::default() };
        assert_eq!(report.fates(&plan), [Done, Unknown, Open]);
    }
}
