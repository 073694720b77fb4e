//! How many keys lie below each folder, counted when the operator asks.
//!
//! A count is of the moment it was made; while it is made, and when it was given up, it is a lower
//! bound and says so.

use std::collections::HashMap;

use crate::domain::ids::{Dc, Key};
use crate::table::column::Cell;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct Counts {
    dcs: HashMap<Dc, OfDc>,
    is_running: bool,
}

#[derive(Debug, Default)]
struct OfDc {
    folders: HashMap<Key, usize>,
    /// All keys that came.
    all: usize,
    is_whole: bool,
    failed: Option<String>,
}

impl Counts {
    /// Forgets what was counted before; a count begins.
    pub fn begin(&mut self) {
        *self = Self { is_running: true, ..Self::default() };
    }

    /// Takes in how many keys were found below folders so far, and how many altogether.
    pub fn add(&mut self, dc: Dc, folders: Vec<(Key, usize)>, all: usize) {
        let of_dc = self.dcs.entry(dc).or_default();
        of_dc.folders.extend(folders);
        of_dc.all = all;
    }

    /// A datacenter is counted, or could not be.
    pub fn end(&mut self, dc: Dc, failed: Option<String>) {
        let of_dc = self.dcs.entry(dc).or_default();
        (of_dc.is_whole, of_dc.failed) = (failed.is_none(), failed);
    }

    /// Nothing more comes.
    pub fn stop(&mut self) {
        self.is_running = false;
    }

    /// How many keys lie below a folder, if it was counted: `1,204`, `1,204+`. A folder that is
    /// listed holds a key: no count of it is never none.
    pub fn of(&self, dc: &Dc, folder: &Key) -> Option<String> {
        let of_dc = self.dcs.get(dc)?;
        let n = of_dc.folders.get(folder).copied()?;
        Some(format!("{}{}", count(n), if of_dc.is_whole { "" } else { "+" }))
    }

    /// What is said of the count above the list.
    pub fn says(&self) -> Option<Cell> {
        if self.dcs.is_empty() {
            return self.is_running.then(|| Cell::new(" counting", Role::Muted));
        }
        let mut dcs: Vec<(&Dc, &OfDc)> = self.dcs.iter().collect();
        dcs.sort_unstable_by_key(|(dc, _)| *dc);
        let mut cell =
            Cell::new(if self.is_running { " counting" } else { " counted" }, Role::Muted);
        for (dc, of_dc) in dcs {
            let plus = if of_dc.is_whole { "" } else { "+" };
            let text = format!(" {} {}{plus}", clean(dc.as_str()), count(of_dc.all));
            cell = cell.then(text, Role::Text);
            if let Some(why) = &of_dc.failed {
                cell = cell.then(format!(" ({})", clean(why)), Role::Stale);
            }
        }
        Some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_not_counted_has_no_count() {
        let mut counts = Counts::default();
        counts.begin();
        let dc = Dc::from("dc-1");
        counts.add(dc.clone(), vec![("config/".into(), 7)], 7);
        let of = |counts: &Counts, folder: &str| counts.of(&dc, &folder.into());
        assert_eq!(of(&counts, "config/").as_deref(), Some("7+"));
        assert_eq!(of(&counts, "later/"), None);
        counts.end(dc.clone(), None);
        assert_eq!(of(&counts, "config/").as_deref(), Some("7"));
        assert_eq!(of(&counts, "config/checkout/"), None, "it was folded when keys were counted");
    }
}
