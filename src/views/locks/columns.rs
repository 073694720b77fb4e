//! The columns of locks: what holds each, and what goes first as it gets narrow.

use super::LockRow;
use crate::domain::lock::Holder;
use crate::table::column::{Cell, Column, Width};
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::views::{Ctx, cells};

/// All columns; `wide` shows ids whole, before names and kinds.
pub(super) fn all<'a>(ctx: &'a Ctx, wide: bool) -> Vec<Column<'a, LockRow>> {
    let state = |row: &LockRow| {
        let state = row.judged.state;
        let role = match state.badness() {
            3 => Role::Critical,
            2 => Role::Warning,
            1 => Role::Text,
            _ => Role::Muted,
        };
        Cell::new(state.words(), role)
    };
    let mut columns = vec![
        Column::new("dc", "dc", Width::Fit(4, 12), |row: &LockRow| cells::dc(ctx, &row.dc))
            .sorts(|a: &LockRow, b| a.dc.cmp(&b.dc)),
        Column::new("name", "key", Width::Fill(16, 80), |row: &LockRow| {
            cells::text(row.name(), Role::Text)
        })
        .sorts(|a: &LockRow, b| a.judged.lock.key.cmp(&b.judged.lock.key)),
        Column::new("kind", "kind", Width::Fit(4, 9), |row: &LockRow| {
            Cell::new(row.judged.lock.kind(), Role::Muted)
        })
        .rank(if wide { 6 } else { 0 })
        .sorts(|a: &LockRow, b| a.judged.lock.kind().cmp(b.judged.lock.kind())),
        Column::new("status", "state", Width::Fit(4, 24), state).sorts_worst_first(
            |a: &LockRow, b| a.judged.state.badness().cmp(&b.judged.state.badness()),
        ),
        // What is cut here stands in the session's id, which wide shows whole.
        Column::new("holder", "held by", Width::Fit(7, 24), holders).rank(if wide { 6 } else { 0 }),
    ];
    columns.extend(more(ctx));
    let session = Column::new("session", "session", Width::Fit(8, 36), |row: &LockRow| {
        let id = row.judged.lock.session.as_ref();
        id.map_or_else(Cell::default, |id| cells::text(id.as_str(), Role::Muted))
    });
    columns.push(if wide { session } else { session.rank(5) });
    columns
}

/// The columns that go one by one as it gets narrow.
fn more<'a>(ctx: &'a Ctx) -> [Column<'a, LockRow>; 4] {
    let waiting = |row: &LockRow| {
        let waiting = &row.judged.waiting;
        match (waiting.ids().len(), waiting.is_guess()) {
            (0, _) => Cell::new("-", Role::Muted),
            (n, true) => Cell::new(format!("~{}", count(n)), Role::Text),
            (n, false) => Cell::new(count(n), Role::Warning),
        }
    };
    [
        Column::new("node", "node", Width::Fit(4, 24), nodes).rank(1),
        Column::new("waiting", "waiting", Width::Fit(4, 7), waiting)
            .right()
            .rank(2)
            .sorts_worst_first(|a: &LockRow, b| {
                a.judged.waiting.ids().len().cmp(&b.judged.waiting.ids().len())
            }),
        Column::new("age", "since", Width::Fit(5, 8), |row: &LockRow| {
            cells::since(ctx.now, row.since)
        })
        .right()
        .rank(3)
        .sorts_worst_first(|a: &LockRow, b| {
            let at = |row: &LockRow| row.since.map(|since| since.at);
            at(a).cmp(&at(b))
        }),
        Column::new("index", "lock index", Width::Fit(5, 10), |row: &LockRow| {
            Cell::new(row.judged.lock.lock_index.to_string(), Role::Text)
        })
        .right()
        .rank(4)
        .sorts(|a: &LockRow, b| a.judged.lock.lock_index.cmp(&b.judged.lock.lock_index)),
    ]
}

/// Who holds it, by name where there is one.
fn holders(row: &LockRow) -> Cell {
    listed(row, |holder| match &holder.session {
        Some(session) if !session.name.is_empty() => clean(&session.name).into_owned(),
        _ => short(holder),
    })
}

/// Where those live that hold it.
fn nodes(row: &LockRow) -> Cell {
    listed(row, |holder| {
        let session = holder.session.as_ref();
        session.map_or_else(|| String::from("?"), |it| clean(it.node.as_str()).into_owned())
    })
}

/// Something of each holder, each text once.
fn listed(row: &LockRow, text: impl Fn(&Holder) -> String) -> Cell {
    let mut texts: Vec<String> = row.judged.holders.iter().map(text).collect();
    texts.dedup();
    if texts.is_empty() {
        return Cell::new("-", Role::Muted);
    }
    Cell::new(texts.join(", "), Role::Text)
}

/// The start of a session's id, enough to tell it from others.
fn short(holder: &Holder) -> String {
    clean(holder.id.as_str()).chars().take(8).collect()
}
