//! The columns of sessions, and which go first as it gets narrow.

use super::SessionRow;
use crate::domain::kv::Session;
use crate::table::column::{Cell, Column, Width};
use crate::ui::theme::Role;
use crate::views::{Ctx, cells};

/// All columns; the keys held only where they were looked for. `wide` shows ids whole.
pub(super) fn all<'a>(ctx: &'a Ctx, has_keys: bool, wide: bool) -> Vec<Column<'a, SessionRow>> {
    let mut columns = vec![
        Column::new("dc", "dc", Width::Fit(4, 12), |row: &SessionRow| cells::dc(ctx, &row.dc))
            .sorts(|a: &SessionRow, b| a.dc.cmp(&b.dc)),
        Column::new("name", "name", Width::Fill(14, 60), |row: &SessionRow| name(&row.session))
            .sorts(|a: &SessionRow, b| a.session.name.cmp(&b.session.name)),
        Column::new("node", "node", Width::Fit(6, 30), |row: &SessionRow| node(ctx, row))
            .sorts(|a: &SessionRow, b| a.session.node.cmp(&b.session.node)),
    ];
    if has_keys {
        columns.push(
            Column::new("keys", "keys held", Width::Fit(4, 9), |row: &SessionRow| {
                let keys = row.keys.as_ref().map(|keys| keys.len());
                keys.map_or_else(|| Cell::new("?", Role::Muted), |n| cells::number(n, Role::Accent))
            })
            .right()
            .sorts_worst_first(|a: &SessionRow, b| {
                let of = |row: &SessionRow| row.keys.as_ref().map(|keys| keys.len());
                of(a).cmp(&of(b))
            }),
        );
    }
    columns.extend(more(ctx));
    let id = Column::new("id", "id", Width::Fit(8, 36), |row: &SessionRow| {
        cells::text(row.session.id.as_str(), Role::Muted)
    });
    columns.push(if wide { id } else { id.rank(5) });
    columns
}

/// The columns that go one by one as it gets narrow.
fn more<'a>(ctx: &'a Ctx) -> [Column<'a, SessionRow>; 5] {
    let ttl = |row: &SessionRow| match &*row.session.ttl {
        "" if row.session.is_endless() => Cell::new("endless", Role::Warning),
        "" => Cell::new("-", Role::Muted),
        ttl => cells::text(ttl, Role::Text),
    };
    [
        Column::new("ttl", "ttl", Width::Fit(3, 10), ttl).right().rank(1),
        Column::new("age", "since", Width::Fit(5, 8), |row: &SessionRow| {
            cells::since(ctx.now, row.since)
        })
        .right()
        .rank(2)
        .sorts_worst_first(|a: &SessionRow, b| {
            let at = |row: &SessionRow| row.since.map(|since| since.at);
            at(a).cmp(&at(b))
        }),
        Column::new("behavior", "on end", Width::Fit(6, 8), |row: &SessionRow| {
            Cell::new(row.session.behavior.word(), Role::Text)
        })
        .rank(3)
        .sorts(|a: &SessionRow, b| a.session.behavior.word().cmp(b.session.behavior.word())),
        Column::new("delay", "lock delay", Width::Fit(5, 10), |row: &SessionRow| {
            Cell::new(row.session.delay(), Role::Text)
        })
        .right()
        .rank(4)
        .sorts(|a: &SessionRow, b| a.session.lock_delay.cmp(&b.session.lock_delay)),
        Column::new("checks", "checks", Width::Fit(6, 40), |row: &SessionRow| {
            cells::joined(&row.session.checks)
        })
        .rank(6),
    ]
}

/// A session's name; many have none.
fn name(session: &Session) -> Cell {
    if session.name.is_empty() {
        return Cell::new("(no name)", Role::Muted);
    }
    cells::text(&session.name, Role::Text)
}

/// Its node, coloured by the node's state.
fn node(ctx: &Ctx, row: &SessionRow) -> Cell {
    let state = ctx.store.dc(&row.dc).and_then(|state| state.nodes.get(&row.session.node));
    let role = state.map_or(Role::Text, |node| match cells::role(node.status) {
        Role::Passing => Role::Text,
        failing => failing,
    });
    cells::text(row.session.node.as_str(), role)
}
