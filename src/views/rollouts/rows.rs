//! The rows of rollouts.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::domain::ids::{Dc, ServiceName};
use crate::domain::rollout::{Rollout, Word};
use crate::table::filter::RowText;
use crate::table::row::Row;

/// A rollout with what is said of it.
#[derive(Clone, Debug)]
pub struct RolloutRow {
    /// The rollout.
    pub rollout: Arc<Rollout>,
    /// What was said of it when it was looked at last.
    pub word: Word,
    /// True where it was so when it was seen last.
    pub is_past: bool,
}

impl Row for RolloutRow {
    /// A service has one at a time: it is named with when it began.
    type Key = (ServiceName, i64);

    fn key(&self) -> Self::Key {
        (self.rollout.service.clone(), self.rollout.began.timestamp_micros())
    }

    fn text(&self) -> RowText {
        let rollout = &self.rollout;
        let dcs = rollout.parts.keys().map(Dc::as_str);
        let versions = rollout.versions.iter().map(AsRef::as_ref);
        let was = self.is_past.then_some("was");
        let words = [rollout.service.as_str(), self.word.word()];
        RowText::new(words.into_iter().chain(was).chain(versions).chain(dcs))
    }

    /// The newest first.
    fn tie(&self, other: &Self) -> Ordering {
        let of = |row: &Self| row.rollout.ended.as_ref().map_or(row.rollout.began, |(at, _)| *at);
        of(other).cmp(&of(self)).then_with(|| self.key().cmp(&other.key()))
    }
}
