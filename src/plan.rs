//! Changes of many keys, as a plan first: what would be done, then doing exactly that.
//!
//! A plan is made of entries as they were read ([`make`]), so every operation of it is
//! check-and-set. It is applied in transactions ([`apply`]); what went wrong in the middle is said,
//! and a plan made again from what is there then does what is left. [`compare`] needs no plan and
//! holds no more than a page. Nothing here asks or prints.

pub mod apply;
mod batch;
pub mod compare;
pub mod directory;
pub mod export;
pub mod files;
pub mod make;
pub mod read;

use std::ops::Range;

use crate::domain::ids::Dc;
use crate::domain::kv::{Key, Op};

pub use read::gather;

/// What would be done to the keys of one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where.
    pub dc: Dc,
    /// In this order.
    pub steps: Vec<Step>,
    /// How many keys are already as they should be.
    pub same: usize,
    /// Keys that hold something else, and that the plan may not overwrite.
    pub blocked: Vec<Key>,
    /// What to do about a key that changed since the plan was made.
    pub on_conflict: OnConflict,
}

/// Operations that belong together, such as the two halves of a move: one or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step(pub Vec<Op>);

/// What to do about a key that changed since the plan was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Stop there.
    Stop,
    /// Leave that key as it is and go on.
    Leave,
}

/// How many keys a plan touches, or a comparison found, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys that are new.
    pub added: usize,
    /// Keys that are gone.
    pub removed: usize,
    /// Keys with another value or other flags.
    pub changed: usize,
    /// Keys that are the same.
    pub same: usize,
}

impl Plan {
    /// A plan that does nothing yet.
    fn empty(dc: &Dc, on_conflict: OnConflict) -> Self {
        Self { dc: dc.clone(), steps: Vec::new(), same: 0, blocked: Vec::new(), on_conflict }
    }

    /// All operations in order.
    pub fn ops(&self) -> impl Iterator<Item = &Op> {
        self.steps.iter().flat_map(|step| &step.0)
    }

    /// The requests that carry it out, in order: each with the places of its steps.
    pub fn requests(&self) -> Vec<Range<usize>> {
        batch::requests(&self.steps)
    }

    /// What it would do.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { same: self.same, ..Counts::default() };
        for op in self.ops() {
            match (op.base(), op.after()) {
                (None, _) => counts.added += 1,
                (Some(_), Some(_)) => counts.changed += 1,
                (Some(_), None) => counts.removed += 1,
            }
        }
        counts
    }
}

impl Counts {
    /// True when there is no difference.
    pub fn is_same(&self) -> bool {
        self.added + self.removed + self.changed == 0
    }
}
