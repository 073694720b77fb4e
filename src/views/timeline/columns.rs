//! The columns of the timeline.

use chrono::{DateTime, Utc};

use super::rows::EventRow;
use crate::domain::event::Event;
use crate::domain::health::Status;
use crate::table::column::{Cell, Column, Width};
use crate::ui::glyph::Sign;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::views::{Ctx, cells};

/// The columns; `wide` asks for all.
pub fn columns<'a>(ctx: &'a Ctx, wide: bool) -> Vec<Column<'a, EventRow>> {
    let mut columns = vec![
        Column::new("age", "time", Width::Fit(8, 22), |row: &EventRow| when(ctx, &row.event))
            .right()
            .sorts_worst_first(|a: &EventRow, b| a.event.at.cmp(&b.event.at)),
        Column::new("dc", "dc", Width::Fit(4, 12), |row: &EventRow| cells::dc(ctx, &row.event.dc))
            .sorts(|a: &EventRow, b| a.event.dc.cmp(&b.event.dc)),
        Column::new("status", "kind", Width::Fit(7, 13), |row: &EventRow| kind(ctx, &row.event))
            .sorts_worst_first(|a: &EventRow, b| {
                let of = |row: &EventRow| (row.event.status(), row.event.kind);
                of(a).cmp(&of(b))
            }),
        Column::new("name", "object", Width::Fill(20, 56), |row: &EventRow| {
            cells::text(&row.event.object.to_string(), Role::Text)
        })
        .sorts(|a: &EventRow, b| a.event.object.to_string().cmp(&b.event.object.to_string())),
        Column::new("change", "change", Width::Fit(10, 24), |row: &EventRow| change(&row.event)),
        Column::new("detail", "detail", Width::Fill(12, u16::MAX), |row: &EventRow| {
            let first = row.event.detail.lines().map(str::trim).find(|line| !line.is_empty());
            cells::text(first.unwrap_or_default(), Role::Muted)
        })
        .rank(2),
    ];
    if wide {
        let utc = |row: &EventRow| {
            Cell::new(row.event.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), Role::Muted)
        };
        columns.insert(1, Column::new("utc", "UTC", Width::Fit(20, 20), utc).rank(1));
        let index = |row: &EventRow| match row.event.index {
            0 => Cell::new("-", Role::Muted),
            index => Cell::new(index.to_string(), Role::Muted),
        };
        columns.push(Column::new("index", "index", Width::Fit(5, 12), index).right().rank(3));
    }
    columns
}

/// When it happened, in local time: the day too where that is not today, and `~` where it was some
/// time before.
fn when(ctx: &Ctx, event: &Event) -> Cell {
    let about = if event.after.is_some() { "~" } else { "" };
    Cell::new(format!("{about}{}", clock(ctx, event.at)), Role::Text)
}

/// A time on the operator's clock, with the day where that is not today.
pub fn clock(ctx: &Ctx, at: DateTime<Utc>) -> String {
    let (local, now) = (ctx.look.zone.local(at), ctx.look.zone.local(ctx.now));
    let format =
        if local.date_naive() == now.date_naive() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    local.format(format).to_string()
}

/// The kind of an event, with the sign of the state that it came to.
pub fn kind(ctx: &Ctx, event: &Event) -> Cell {
    let (sign, role) = match event.status() {
        Some(status) => (ctx.look.status(status), cells::role(status)),
        None => (ctx.look.sign(Sign::Bullet), Role::Muted),
    };
    let word =
        if event.status().is_some_and(|it| it != Status::Passing) { role } else { Role::Text };
    Cell::new(format!("{sign} "), role).then(event.kind.word(), word)
}

/// The states before and after.
pub fn change(event: &Event) -> Cell {
    let to = event.status().map_or(Role::Text, cells::role);
    let mut cell = Cell::default();
    if !event.from.is_empty() {
        cell = cell.then(clean(&event.from).into_owned(), Role::Muted).then(" -> ", Role::Muted);
    }
    match &*event.to {
        "" if event.from.is_empty() => cell,
        "" => cell.then("gone", Role::Muted),
        to_word => cell.then(clean(to_word).into_owned(), to),
    }
}
