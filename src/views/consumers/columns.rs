//! The columns: what an instance is, a column for each way, and the disagreement in words.

use super::{Line, LineKey, Service, words as texts};
use crate::domain::consumers::{Consumers, Way};
use crate::table::column::{Cell, Column, Width};
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::views::{Ctx, cells, fresh};

/// All columns; `wide` adds addresses and nodes.
pub(super) fn all<'a>(
    ctx: &'a Ctx,
    service: &'a Service,
    seen: &[&Consumers],
    wide: bool,
) -> Vec<Column<'a, Line>> {
    let mut columns = vec![
        Column::new("dc", "dc", Width::Fit(4, 12), |line: &Line| cells::dc(ctx, &line.dc))
            .rank(1)
            .sorts(|a: &Line, b| a.dc.cmp(&b.dc)),
        Column::new("status", "state", Width::Fit(8, 17), |line: &Line| state(ctx, service, line))
            .sorts_worst_first(|a: &Line, b| a.badness().cmp(&b.badness())),
        Column::new("name", "instance", Width::Fit(8, 30), |line: &Line| {
            let role = if line.row().is_some() { Role::Text } else { Role::Muted };
            cells::text(if line.row().is_some() { line.name() } else { "" }, role)
        })
        .sorts(|a: &Line, b| a.name().cmp(b.name())),
    ];
    if wide {
        columns.extend([
            Column::new("address", "address", Width::Fit(12, 30), |line: &Line| {
                Cell::new(line.row().map(texts::endpoint).unwrap_or_default(), Role::Text)
            }),
            Column::new("node", "node", Width::Fit(8, 30), |line: &Line| {
                let it = line.row().and_then(|row| row.instance.as_ref());
                it.map(|it| cells::text(it.node.as_str(), Role::Muted)).unwrap_or_default()
            }),
        ]);
    }
    columns.extend(ways(seen).into_iter().map(way));
    columns
}

/// The disagreement in words, in at least so many cells.
pub(super) fn words<'a>(ctx: &'a Ctx, service: &'a Service, least: u16) -> Column<'a, Line> {
    Column::new("says", "disagreement", Width::Fill(least, u16::MAX), |line: &Line| {
        says(ctx, service, line)
    })
}

/// All ways that are asked anywhere, in their order.
fn ways(seen: &[&Consumers]) -> Vec<Way> {
    let mut all: Vec<Way> = seen.iter().flat_map(|it| it.ways.iter().cloned()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn way<'a>(way: Way) -> Column<'a, Line> {
    let title = clean(way.title()).into_owned();
    let (width, rank) = match &way {
        // What the others are compared with goes last.
        Way::Balancer(_) => (Width::Fit(4, 12), 0),
        Way::Address => (Width::Fit(4, 6), 2),
        Way::Srv => (Width::Fit(4, 6), 3),
        Way::Passing => (Width::Fit(4, 7), 4),
        Way::Query(_) => (Width::Fit(4, 12), 5),
        Way::Template => (Width::Fit(4, 8), 6),
        Way::Raw => (Width::Fit(3, 4), 7),
    };
    let id = way.to_string();
    let cell = move |line: &Line| match (line.row(), &line.consumers) {
        (Some(row), Some(seen)) => texts::gives(seen.gives(row, &way), row),
        _ => Cell::default(),
    };
    let mut column = Column::new(&id, "", width, cell).rank(rank);
    column.title = title.into();
    column
}

/// The state in the catalog; of an instance that nobody confirms any more, what it was.
fn state(ctx: &Ctx, service: &Service, line: &Line) -> Cell {
    match (&line.key, line.row()) {
        (LineKey::Row(_), Some(row)) => match row.status() {
            Some(status) if fresh::is_old(ctx, &line.dc, &service.list()) => {
                cells::past(ctx, status.word())
            }
            Some(status) => cells::status(ctx, status),
            None => Cell::new("not there", Role::Critical),
        },
        (LineKey::Note(_), _) => Cell::new("note", Role::Muted),
        _ => Cell::new("?", Role::Stale),
    }
}

fn says(ctx: &Ctx, service: &Service, line: &Line) -> Cell {
    match (&line.key, line.row(), &line.consumers) {
        (LineKey::Row(_), Some(row), _) => texts::disagreements(row),
        (LineKey::Note(at), _, Some(seen)) => {
            let note = texts::notes(seen).into_iter().nth(*at);
            note.map(|(text, role)| Cell::new(clean(&text).into_owned(), role)).unwrap_or_default()
        }
        _ => fresh::unread(ctx, &line.dc, &service.list()).unwrap_or_default(),
    }
}
