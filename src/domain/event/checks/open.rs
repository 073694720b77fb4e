//! Checks that left a list, of which it is not known yet what became of them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::ledger::Which;
use super::{PASSING_OR_GONE, not};
use crate::domain::health::Check;

/// After so long it is no longer waited for both lists to tell of one index.
const PATIENCE: TimeDelta = TimeDelta::seconds(3);

/// A check that left its list.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// The check as it was.
    pub check: Arc<Check>,
    /// The index of its last change; 0 when that was in another history.
    pub modified: u64,
    /// The index of the answer that it was not in.
    pub index: u64,
    /// The same to compare with; above all others when it is of another history.
    pub left: u64,
    /// When that answer came (UTC), and since when it may have been so.
    pub at: DateTime<Utc>,
    pub after: Option<DateTime<Utc>>,
    /// The index of the newest answer of each list that it was not in: its own, and the other.
    pub own: u64,
    pub other: Option<u64>,
    /// An index at which it was in neither. Two answers of different indexes prove nothing: between
    /// them it may have gone from one list to the other.
    pub away: Option<u64>,
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
        match self.away {
            Some(away) if away < row.modify_index => Some(PASSING_OR_GONE),
            _ => is_back.then(|| not(self.check.status)),
        }
    }

    /// An answer of `list` as of `index` does not have it.
    pub fn is_not_in(&mut self, list: Which, index: u64) {
        if index < self.left {
            return;
        }
        if list == self.list() {
            self.own = index;
        } else {
            self.other = Some(index);
        }
        if self.other == Some(self.own) {
            self.away = self.other;
        }
    }

    /// What became of it, as far as the lists tell.
    pub fn settled(&self, now: DateTime<Utc>) -> Option<&'static str> {
        match self.away {
            _ if self.is_asked => None,
            Some(_) => Some(PASSING_OR_GONE),
            None => (now - self.at >= PATIENCE).then(|| not(self.check.status)),
        }
    }
}
