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

/// The operations of a plan, by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Those that were done.
    pub done: Vec<&'a Op>,
    /// Those that were left because their key had changed.
    pub left: Vec<&'a Op>,
    /// Those that were not done, or not surely: [`Stopped::keys`] first.
    pub rest: Vec<&'a Op>,
}

impl Report {
    /// What became of each operation of the plan.
    pub fn parts<'a>(&self, plan: &'a Plan) -> Parts<'a> {
        let mut parts = Parts::default();
        let left: HashSet<&Key> = self.left.iter().collect();
        for step in &plan.steps {
            let part = if is_in(step, &left) {
                &mut parts.left
            } else if parts.done.len() < self.progress.done {
                &mut parts.done
            } else {
                &mut parts.rest
            };
            part.extend(&step.0);
        }
        parts
    }

    /// The plan of what was not done and not left, on what was read for this one.
    pub fn rest(&self, plan: &Plan) -> Plan {
        let mut done = 0;
        let left: HashSet<&Key> = self.left.iter().collect();
        let is_rest = |step: &&Step| {
            if is_in(step, &left) {
                return false;
            }
            let is_rest = done >= self.progress.done;
            done += step.0.len();
            is_rest
        };
        let steps = plan.steps.iter().filter(is_rest).cloned().collect();
        Plan { steps, same: 0, blocked: Vec::new(), ..plan.clone() }
    }
}

fn is_in(step: &Step, keys: &HashSet<&Key>) -> bool {
    step.0.iter().any(|op| keys.contains(op.key()))
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
        let plan = plan(&["a", "b", "c", "d"]);
        let progress = Progress { done: 2, of: 4 };
        let report = Report { progress, left: vec!["b".into()], ..Report::default() };
        let parts = report.parts(&plan);
        let names = |ops: &[&Op]| ops.iter().map(|op| op.key().to_string()).collect::<Vec<_>>();
        assert_eq!(names(&parts.done), ["a", "c"]);
        assert_eq!(names(&parts.left), ["b"]);
        assert_eq!(names(&parts.rest), ["d"]);
        let rest = report.rest(&plan);
        assert_eq!(rest.ops().map(Op::key).collect::<Vec<_>>(), [&Key::from("d")]);
        assert_eq!(rest.on_conflict, OnConflict::Leave);
    }
}
