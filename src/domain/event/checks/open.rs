//! Checks that left a list, of which it is not known yet what became of them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::ledger::Which;
use super::{PASSING_OR_GONE, not};
use crate::domain::health::Check;

/// A check that did not enter the other list by then did not leave for it: an answer that tells of
/// that is on its way no longer.
const UNDER_WAY: TimeDelta = TimeDelta::milliseconds(50);
/// After so long it is no longer waited for an answer of the other list.
const PATIENCE: TimeDelta = TimeDelta::seconds(3);

/// A check that left its list.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// The check as it was.
    pub check: Arc<Check>,
    /// The index of the answer that it was not in.
    pub index: u64,
    /// The same to compare with; above all others when it is of another history.
    pub left: u64,
    /// When that answer came (UTC), and since when it may have been so.
    pub at: DateTime<Utc>,
    pub after: Option<DateTime<Utc>>,
    /// The index of an answer of the other list that it was not in either, and when that was heard.
    pub absent: Option<(u64, DateTime<Utc>)>,
    /// Someone was asked about it.
    pub is_asked: bool,
}

impl Open {
    /// The list that it left.
    pub fn list(&self) -> Which {
        Which::of(self.check.status)
    }

    /// What it was between its leaving and `row`, in which it fails again; `None` when it went
    /// straight there.
    pub fn between(&self, row: &Check) -> Option<&'static str> {
        let is_back = Which::of(row.status) == self.list();
        if row.modify_index <= self.left {
            return None;
        }
        if row.create_index > self.left {
            return Some("");
        }
        match self.absent {
            Some((index, _)) if index < row.modify_index => Some(PASSING_OR_GONE),
            _ => is_back.then(|| not(self.check.status)),
        }
    }

    /// What became of it, as far as the lists tell: `listed` is how far its own list is.
    pub fn settled(&self, listed: Option<u64>, now: DateTime<Utc>) -> Option<&'static str> {
        if self.is_asked {
            return None;
        }
        match self.absent {
            // It was in neither at that index: its own list did not change between two answers.
            Some((index, at)) if listed >= Some(index) || now - at >= UNDER_WAY => {
                Some(PASSING_OR_GONE)
            }
            Some(_) => None,
            None => (now - self.at >= PATIENCE).then(|| not(self.check.status)),
        }
    }
}
