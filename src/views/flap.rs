//! How often something changed of late, as a cell: its last states as signs, and their number.
//!
//! ```text
//! ✓✗✓✗✓✗ 12
//! ```
//! The newest state is the last sign. On a narrow screen there is only the number.

use super::{Ctx, cells};
use crate::domain::catalog::Instance;
use crate::domain::health::{CheckKey, Status};
use crate::domain::ids::Dc;
use crate::domain::track::{KEPT, Since, Track, Tracks};
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
    /// Of checks of which none changed, as far as that is known.
    pub fn steady(ctx: &Ctx, dc: &Dc) -> Self {
        Self::of(ctx, None, are_checks_whole(ctx, dc))
    }

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

    /// Of a check.
    pub fn of_check(ctx: &Ctx, dc: &Dc, key: &CheckKey) -> Self {
        let track = ctx.history.checks(dc).and_then(|all| all.get(key));
        Self::of(ctx, track, are_checks_whole(ctx, dc))
    }

    /// Of an instance.
    pub fn of_instance(ctx: &Ctx, dc: &Dc, instance: &Instance) -> Self {
        let track = instance_track(ctx, dc, instance);
        Self::of(ctx, track.as_ref(), are_checks_whole(ctx, dc))
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

/// True when every check that changed of late has its track.
fn are_checks_whole(ctx: &Ctx, dc: &Dc) -> bool {
    ctx.history.checks(dc).is_none_or(|all| all.is_whole(ctx.now))
}

/// The checks of a datacenter that changed so recently that their count of changes falls by itself.
pub fn fading<'a>(ctx: &Ctx<'a>, dc: &Dc) -> impl Iterator<Item = &'a CheckKey> {
    let now = ctx.now;
    ctx.history.checks(dc).into_iter().flat_map(move |all| all.fading(now))
}

/// Since when a check is in a state.
pub fn check_since(ctx: &Ctx, dc: &Dc, key: &CheckKey, status: Status) -> Option<Since> {
    let seen = ctx.history.checks(dc).and_then(|all| all.get(key)?.last(ctx.now));
    let seen = seen.filter(|(last, _)| *last == status).map(|(_, since)| since);
    seen.or_else(|| ctx.store.dc(dc)?.since(key))
}

/// How an instance changed, by its checks and its node's; `None` when it did not. Cost: the changes
/// of its checks.
fn instance_track(ctx: &Ctx, dc: &Dc, instance: &Instance) -> Option<Track> {
    let all = ctx.history.checks(dc)?;
    let parts = instance.checks.iter().map(|check| (all.get(&check.key()), check.status));
    Track::merged(parts, ctx.now, Status::merge)
}

/// Since when an instance is in its state; `None` for one that is well and was never seen otherwise.
pub fn instance_since(ctx: &Ctx, dc: &Dc, instance: &Instance) -> Option<Since> {
    let seen = instance_track(ctx, dc, instance).and_then(|track| track.last(ctx.now));
    if let Some((_, since)) = seen.filter(|(last, _)| *last == instance.status) {
        return Some(since);
    }
    // Each of its checks that are as bad was so before dcview looked.
    let is_failing = instance.status != Status::Passing;
    let own = instance.checks.iter().filter(|it| is_failing && it.status == instance.status);
    let all = own.filter_map(|check| check_since(ctx, dc, &check.key(), check.status));
    all.map(|since| since.at).min().map(|at| Since { at, is_exact: false })
}

/// The column; what it is sorted by is the row's own.
pub fn column<'a, R>(ctx: &'a Ctx<'a>, room: u16, flap: impl Fn(&R) -> Flap + 'a) -> Column<'a, R> {
    let most = if room < ROOMY { 4 } else { 12 };
    let cell = move |row: &R| flap(row).cell(ctx, room);
    Column::new("flap", "flap", Width::Fit(4, most), cell).right()
}
