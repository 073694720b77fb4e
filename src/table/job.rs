//! Sorting and filtering of many rows, handed out to be done off the UI thread.
//!
//! A job holds clones of the rows; its result counts only while no newer one was asked for.

use super::filter::Filter;
use super::row::{Row, Sort};

/// A row's place in the slab.
pub(super) type Slot = u32;

/// Sorting and filtering that was handed out.
pub struct Job {
    generation: u64,
    work: Box<dyn FnOnce() -> Vec<Slot> + Send>,
}

/// What a [`Job`] found.
pub struct Ordered {
    pub(super) generation: u64,
    pub(super) order: Vec<Slot>,
}

impl Job {
    /// A job that filters and sorts these rows.
    pub(super) fn new<R: Row>(
        generation: u64,
        rows: Vec<(Slot, R)>,
        sort: Sort<R>,
        filter: Filter,
    ) -> Self {
        let work = move || {
            let keep = |row: &R| filter.is_empty() || filter.matches(&row.text());
            let mut rows: Vec<_> = rows.into_iter().filter(|(_, row)| keep(row)).collect();
            rows.sort_unstable_by(|(_, a), (_, b)| sort.order(a, b));
            rows.into_iter().map(|(slot, _)| slot).collect()
        };
        Self { generation, work: Box::new(work) }
    }

    /// Does the work. May take tens of milliseconds: run it off the UI thread.
    pub fn run(self) -> Ordered {
        Ordered { generation: self.generation, order: (self.work)() }
    }
}
