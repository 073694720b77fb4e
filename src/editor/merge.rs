//! Three-way merge of values: what both sides changed of a common base, brought together.
//!
//! By lines, with their ends. Changes that do not touch are both taken; where they do, the region is
//! a [`Region::Conflict`] with all three texts. Nothing is ever dropped: every line of a side is in
//! the result or in a conflict, unless the other side alone removed it.

mod conflict;
#[cfg(test)]
mod tests;

use bytes::Bytes;

/// The lines that set the sides of a conflict apart, wherever one is shown or edited.
pub mod markers {
    pub use super::conflict::{BASE, END, MINE, THEIRS};
}

/// A stretch of a merged value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Region {
    /// Merged: unchanged, or changed in a way both sides can live with.
    Merged(Bytes),
    /// Changed by both sides, differently.
    Conflict {
        /// What it was.
        base: Bytes,
        /// What is there now.
        theirs: Bytes,
        /// What the operator made of it.
        mine: Bytes,
    },
}

/// A base and two descendants of it, brought together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The stretches in order.
    pub regions: Vec<Region>,
}

impl Merge {
    /// Merges; a value that is not text is one region, a conflict when both sides changed it.
    pub fn of(base: &Bytes, theirs: &Bytes, mine: &Bytes) -> Self {
        conflict::merge(base, theirs, mine)
    }

    /// How many conflicts there are.
    pub fn conflicts(&self) -> usize {
        self.regions.iter().filter(|region| matches!(region, Region::Conflict { .. })).count()
    }

    /// The merged value; `None` while there is a conflict.
    pub fn merged(&self) -> Option<Bytes> {
        let clean = |region: &Region| match region {
            Region::Merged(bytes) => Some(bytes.clone()),
            Region::Conflict { .. } => None,
        };
        let parts: Option<Vec<Bytes>> = self.regions.iter().map(clean).collect();
        parts.map(|parts| parts.concat().into())
    }

    /// The value with every conflict written out between markers, as git does, for an editor.
    pub fn with_markers(&self) -> Bytes {
        conflict::with_markers(&self.regions)
    }
}

/// The first line, from 0, that [`Merge::with_markers`] wrote and that is still in a text.
pub fn marker_line(bytes: &[u8]) -> Option<usize> {
    conflict::marker_line(bytes)
}
