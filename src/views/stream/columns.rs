//! The columns of the keys of a stream, and why one of them differs in words.

use super::DiffRow;
use crate::domain::replication::{Class, Differing, Kind, Stamp, Stream};
use crate::table::column::{Cell, Column, Width};
use crate::ui::text::{age, bytes};
use crate::ui::theme::Role;
use crate::views::replication::words;
use crate::views::{Ctx, cells};

/// All columns; `wide` keeps the indexes rather than the sizes.
pub(super) fn all<'a>(ctx: &'a Ctx, wide: bool) -> Vec<Column<'a, DiffRow>> {
    let seen = |row: &DiffRow| match row.0.since {
        Some(at) => Cell::new(age((ctx.now - at).to_std().unwrap_or_default()), Role::Text),
        None => Cell::new("unknown", Role::Muted),
    };
    let edited = |row: &DiffRow| {
        let (text, role) =
            if row.0.is_edited_there { ("edited", Role::Warning) } else { ("-", Role::Muted) };
        Cell::new(text, role)
    };
    let mut columns = vec![
        Column::new("status", "why", Width::Fit(7, 9), |row: &DiffRow| {
            words::class(ctx, row.0.class)
        })
        .sorts_worst_first(|a: &DiffRow, b| a.0.class.cmp(&b.0.class)),
        Column::new("name", "key", Width::Fill(16, 90), |row: &DiffRow| {
            cells::text(&row.0.name, Role::Text)
        })
        .sorts(|a: &DiffRow, b| a.0.name.cmp(&b.0.name)),
        Column::new("edited", "there", Width::Fit(5, 6), edited)
            .rank(1)
            .sorts_worst_first(|a: &DiffRow, b| a.0.is_edited_there.cmp(&b.0.is_edited_there)),
        Column::new("age", "seen", Width::Fit(5, 7), seen)
            .right()
            .sorts(|a: &DiffRow, b| a.0.since.cmp(&b.0.since)),
    ];
    columns.extend(stamps(wide));
    columns
}

/// Sizes and indexes on both sides.
fn stamps<'a>(wide: bool) -> [Column<'a, DiffRow>; 4] {
    let (sizes, indexes) = if wide { (2, 0) } else { (0, 2) };
    let size = |id, show| stamp(id, id, show, 9).rank(sizes);
    let index = |id, title, show| stamp(id, title, show, 12).rank(indexes);
    [
        size("source", |row| row.source.map(length)),
        size("dest", |row| row.destination.map(length)),
        index("source index", "at", |row| row.source.map(at)),
        index("dest index", "dest at", |row| row.destination.map(at)),
    ]
}

/// A column of one side, at most so wide.
fn stamp<'a>(
    id: &'static str,
    title: &'static str,
    show: fn(&Differing) -> Option<Cell>,
    most: u16,
) -> Column<'a, DiffRow> {
    let cell = move |row: &DiffRow| show(&row.0).unwrap_or_else(|| Cell::new("-", Role::Muted));
    Column::new(id, title, Width::Fit(6, most), cell).right()
}

fn length(stamp: Stamp) -> Cell {
    Cell::new(bytes(stamp.len as u64), Role::Text)
}

fn at(stamp: Stamp) -> Cell {
    Cell::new(stamp.modify_index.to_string(), Role::Muted)
}

/// Why a key differs, and what becomes of it: in a line, since the values stand below it.
pub(super) fn why(ctx: &Ctx, stream: &Stream, row: &Differing) -> Vec<Cell> {
    let text = match stream.id.kind {
        Kind::ConsulReplicate => of_replicate(row, waits(stream)),
        Kind::Git if row.source.is_none() && row.destination.is_none() => {
            "deleted after the commit"
        }
        Kind::Git if row.is_edited_there => "written after the commit, not by git2consul",
        _ => of_others(row),
    };
    vec![words::class(ctx, row.class).then(format!(": {text}"), Role::Text)]
}

/// What holds up what consul-replicate has to bring.
#[derive(Clone, Copy)]
enum Waits {
    /// Nothing: it is on its way.
    ForTheRun,
    /// Nobody brings it.
    ForTheReplicator,
    /// There is no status, and its next run brings everything.
    WithoutStatus,
}

fn waits(stream: &Stream) -> Waits {
    match stream {
        _ if stream.is_stalled() => Waits::ForTheReplicator,
        _ if stream.has_no_status() => Waits::WithoutStatus,
        _ => Waits::ForTheRun,
    }
}

/// What consul-replicate makes of a key.
fn of_replicate(row: &Differing, waits: Waits) -> &'static str {
    match (row.class, row.is_edited_there) {
        (Class::Pending, _) if matches!(waits, Waits::WithoutStatus) => {
            "there is no status: the next run writes it"
        }
        (Class::Pending, _) if matches!(waits, Waits::ForTheReplicator) => {
            "waits, and nothing arrives any more: is the replicator running?"
        }
        (Class::Drift, _) if row.destination.is_none() => {
            "replicated, yet missing; stays so until it changes in the source"
        }
        (Class::Pending, false) => "newer in the source, and on its way",
        (Class::Pending, true) => "edited in the destination; newer in the source, and on its way",
        (Class::Drift, false) => "replicated, yet different; stays until it changes in the source",
        (Class::Drift, true) => "edited in the destination; stays until it changes in the source",
        (Class::Extra, _) => "only in the destination; the next run deletes it",
    }
}

/// What is known of anything else that differs.
fn of_others(row: &Differing) -> &'static str {
    match (row.class, row.source, row.destination) {
        (Class::Extra, ..) => "only in the destination",
        (Class::Pending, ..) => "on its way",
        (Class::Drift, ..) if row.is_edited_there => "edited in the destination",
        (Class::Drift, Some(_), None) => "missing in the destination",
        (Class::Drift, ..) => "not the same on both sides",
    }
}
