//! How often something changed of late, as a cell: its last states as signs, and their number.
//!
//! ```text
//! ✓✗✓✗✓✗ 12
//! ```
//! The newest state is the last sign. On a narrow screen there is only the number.

use super::{Ctx, cells};
use crate::domain::health::Status;
use crate::domain::track::{KEPT, Track, Tracks};
use crate::table::column::{Cell, Column, Width};
use crate::ui::theme::Role;

/// As many changes in a quarter of an hour are no accident.
const FLAPPING: usize = 4;
/// Signs of a strip, at most.
const SIGNS: usize = 8;
/// From this width on there is room for the strip.
const ROOMY: u16 = 100;

/// What one cell is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flap {
    /// How often it changed in the last quarter of an hour; `None` where that is not known.
    pub changes: Option<usize>,
    /// The last states, oldest first.
    pub strip: Vec<Status>,
}

impl Flap {
    /// Of something with this track, or none.
    pub fn of(ctx: &Ctx, track: Option<&Track>, is_whole: bool) -> Self {
        match track {
            Some(track) => {
                let changes = Some(track.flaps(ctx.now));
                Self { changes, strip: track.strip(ctx.now, SIGNS) }
            }
            None => Self { changes: is_whole.then_some(0), strip: Vec::new() },
        }
    }

    /// Of one of these things.
    pub fn among<K: Clone + Eq + std::hash::Hash>(ctx: &Ctx, all: &Tracks<K>, key: &K) -> Self {
        Self::of(ctx, all.get(key), all.is_whole(ctx.now))
    }

    fn cell(&self, ctx: &Ctx, room: u16) -> Cell {
        let (text, role) = match self.changes {
            None => (String::from("?"), Role::Muted),
            Some(0) => (String::from("-"), Role::Muted),
            Some(n) if n >= KEPT => (format!("{}+", KEPT - 1), Role::Warning),
            Some(n) if n >= FLAPPING => (n.to_string(), Role::Warning),
            Some(n) => (n.to_string(), Role::Text),
        };
        let number = Cell::new(text, role);
        if room < ROOMY || self.strip.is_empty() {
            return number;
        }
        let mut cell = Cell::default();
        for status in &self.strip {
            cell = cell.then(ctx.look.status(*status), cells::role(*status));
        }
        cell = cell.then(" ", Role::Muted);
        cell.runs.extend(number.runs);
        cell
    }
}

/// The column; what it is sorted by is the row's own.
pub fn column<'a, R>(ctx: &'a Ctx<'a>, room: u16, flap: impl Fn(&R) -> Flap + 'a) -> Column<'a, R> {
    let most = if room < ROOMY { 4 } else { 12 };
    let cell = move |row: &R| flap(row).cell(ctx, room);
    Column::new("flap", "flap", Width::Fit(4, most), cell).right()
}
