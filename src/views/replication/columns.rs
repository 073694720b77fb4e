//! The columns of streams, and what goes first as it gets narrow: what the pane beside says too.

use chrono::{DateTime, Utc};

use super::{StreamRow, words};
use crate::domain::replication::{Kind, Stream, Waiting};
use crate::table::column::{Cell, Column, Width};
use crate::ui::theme::Role;
use crate::ui::widgets::spark::bars;
use crate::views::Ctx;

/// Samples in the trend of lag.
const TREND: usize = 12;

/// All columns. Where not all fit, `wide` shows the other half: stall, age and trend rather than kinds
/// and counts.
pub(super) fn all<'a>(ctx: &'a Ctx, wide: bool) -> Vec<Column<'a, StreamRow>> {
    let mut columns = vec![
        Column::new("status", "verdict", Width::Fit(9, 13), |row: &StreamRow| {
            words::verdict(ctx, &row.stream)
        })
        .sorts_worst_first(|a: &StreamRow, b| {
            words::badness(&a.stream).cmp(&words::badness(&b.stream))
        }),
        Column::new("kind", "kind", Width::Fit(3, 16), |row: &StreamRow| {
            Cell::new(row.stream.id.kind.word(), Role::Text)
        })
        .rank(if wide { 6 } else { 1 })
        .sorts(|a: &StreamRow, b| a.stream.id.kind.cmp(&b.stream.id.kind)),
        Column::new("route", "from -> to", Width::Fit(10, 32), |row: &StreamRow| {
            words::route(&row.stream)
        })
        .sorts(|a: &StreamRow, b| {
            let key = |row: &StreamRow| {
                let id = &row.stream.id;
                (id.source.clone(), id.destination.clone())
            };
            key(a).cmp(&key(b))
        }),
        Column::new("name", "of", Width::Fill(8, 40), carried)
            .sorts(|a: &StreamRow, b| a.stream.id.of.cmp(&b.stream.id.of)),
    ];
    columns.extend(counts().map(|column| if wide { column.rank(6) } else { column }));
    columns.extend(times(ctx, wide));
    columns.push(
        Column::new("evidence", "evidence", Width::Fill(16, u16::MAX), |row: &StreamRow| {
            words::trouble(&row.stream)
        })
        .rank(if wide { 4 } else { 6 }),
    );
    columns
}

fn carried(row: &StreamRow) -> Cell {
    match row.members.len() {
        0 => words::carried(&row.stream),
        n if row.stream.id.kind == Kind::Raft => Cell::new(format!("{n} followers"), Role::Muted),
        n => Cell::new(format!("{n} unread"), Role::Muted),
    }
}

/// Keys by state.
fn counts<'a>() -> [Column<'a, StreamRow>; 3] {
    [
        Column::new("pending", "pend", Width::Fit(4, 5), |row: &StreamRow| {
            words::counted(&row.stream, row.stream.counts.pending, Role::Warning)
        })
        .right()
        .sorts_worst_first(|a: &StreamRow, b| {
            a.stream.counts.pending.cmp(&b.stream.counts.pending)
        }),
        Column::new("drift", "drift", Width::Fit(5, 5), |row: &StreamRow| {
            words::counted(&row.stream, row.stream.counts.drift, Role::Critical)
        })
        .right()
        .sorts_worst_first(|a: &StreamRow, b| a.stream.counts.drift.cmp(&b.stream.counts.drift)),
        Column::new("extra", "extra", Width::Fit(5, 5), |row: &StreamRow| {
            words::counted(&row.stream, row.stream.counts.extra, Role::Maintenance)
        })
        .right()
        .sorts_worst_first(|a: &StreamRow, b| a.stream.counts.extra.cmp(&b.stream.counts.extra)),
    ]
}

/// Lag, stall, age and trend; in `wide` the indexes beside them, if there is room.
fn times<'a>(ctx: &'a Ctx, wide: bool) -> Vec<Column<'a, StreamRow>> {
    let index = |index: Option<u64>| {
        index.map_or_else(Cell::default, |index| Cell::new(index.to_string(), Role::Muted))
    };
    // One scale for all rows.
    let lags = ctx.store.lags.values().flat_map(|lags| lags.last(TREND));
    let top = lags.flatten().max().unwrap_or_default();
    let trend = move |row: &StreamRow| {
        let lags = ctx.store.lags.get(&row.stream.id);
        let samples = lags.map(|lags| bars(ctx.look, lags.last(TREND), top));
        Cell::new(samples.unwrap_or_default(), Role::Warning)
    };
    let mut columns = vec![
        Column::new("lag", "lag", Width::Fit(7, 7), |row: &StreamRow| words::lag(ctx, &row.stream))
            .right()
            .sorts_worst_first(|a: &StreamRow, b| longest(&b.stream).cmp(&longest(&a.stream))),
        Column::new("stalled", "stall", Width::Fit(5, 6), |row: &StreamRow| {
            words::stalled(&row.stream)
        })
        .right()
        .rank(if wide { 1 } else { 3 })
        .sorts_worst_first(|a: &StreamRow, b| a.stream.stalled_for.cmp(&b.stream.stalled_for)),
        Column::new("age", "seen", Width::Fit(4, 6), |row: &StreamRow| {
            words::compared(ctx, &row.stream)
        })
        .right()
        .rank(if wide { 0 } else { 2 })
        .sorts(|a: &StreamRow, b| a.stream.at.cmp(&b.stream.at)),
        Column::new("trend", "lag lately", Width::Fit(TREND as u16, TREND as u16), trend)
            .rank(if wide { 1 } else { 5 }),
    ];
    if wide {
        let last = move |row: &StreamRow| index(row.stream.last_replicated);
        let source = move |row: &StreamRow| index(row.stream.source_index);
        columns.push(Column::new("last", "replicated", Width::Fit(5, 12), last).right().rank(5));
        columns.push(Column::new("source", "source at", Width::Fit(5, 12), source).right().rank(5));
    }
    columns
}

/// Since when something waits: what waits since before dcview looked first, where nothing waits last.
fn longest(stream: &Stream) -> DateTime<Utc> {
    match stream.waiting {
        Waiting::Unknown => DateTime::<Utc>::MIN_UTC,
        Waiting::Since(at) => at,
        Waiting::Nothing => DateTime::<Utc>::MAX_UTC,
    }
}
