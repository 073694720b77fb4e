//! The columns of rollouts.

use super::RolloutRow;
use crate::domain::rollout::Rollout;
use crate::table::column::{Cell, Column, Width};
use crate::ui::text::{age, clean, compact};
use crate::ui::theme::Role;
use crate::views::Ctx;
use crate::views::rollout::bars::{Scene, sights};
use crate::views::rollout::words;

/// All columns, with bars that fit into so much room.
pub(super) fn all<'a>(ctx: &'a Ctx, room: u16) -> Vec<Column<'a, RolloutRow>> {
    let bar = match room {
        0..90 => 12,
        90..140 => 20,
        _ => 30,
    };
    let mut columns = vec![
        Column::new("status", "verdict", Width::Fit(9, 18), |row: &RolloutRow| {
            words::state(ctx, row.word, row.is_past)
        })
        .sorts_worst_first(|a: &RolloutRow, b| a.word.cmp(&b.word)),
        Column::new("name", "service", Width::Fill(8, 22), |row: &RolloutRow| {
            Cell::new(clean(row.rollout.service.as_str()).into_owned(), Role::Text)
        })
        .sorts(|a: &RolloutRow, b| a.rollout.service.cmp(&b.rollout.service)),
        Column::new("version", "versions", Width::Fit(8, 22), |row: &RolloutRow| {
            Cell::new(words::route(&row.rollout), Role::Text)
        })
        .rank(2),
        Column::new("bar", "instances", Width::Fit(bar, bar), move |row: &RolloutRow| {
            let sights = sights(ctx, &row.rollout);
            let scene = Scene::new(ctx, &row.rollout, &sights);
            scene.bar(&scene.all(), usize::from(bar))
        })
        .rank(1),
    ];
    columns.extend(numbers(ctx));
    columns.push(
        Column::new("dcs", "datacenters", Width::Fill(12, u16::MAX), move |row: &RolloutRow| {
            places(ctx, &row.rollout)
        })
        .rank(6),
    );
    columns
}

/// Progress, rate, estimate and age.
fn numbers<'a>(ctx: &'a Ctx) -> [Column<'a, RolloutRow>; 5] {
    let pace = move |row: &RolloutRow, show: fn(&Scene) -> Option<String>| {
        let sights = sights(ctx, &row.rollout);
        let text = show(&Scene::new(ctx, &row.rollout, &sights));
        Cell::new(text.unwrap_or_default(), Role::Text)
    };
    let by_progress =
        |a: &RolloutRow, b: &RolloutRow| a.rollout.progress().total_cmp(&b.rollout.progress());
    [
        Column::new("done", "done", Width::Fit(4, 4), |row: &RolloutRow| {
            let percent = (row.rollout.progress() * 100.0).floor();
            Cell::new(format!("{percent}%"), Role::Accent)
        })
        .right()
        .sorts(by_progress),
        Column::new("count", "new/all", Width::Fit(7, 11), |row: &RolloutRow| {
            let (new, all) = row.rollout.totals();
            Cell::new(format!("{}/{}", compact(new), compact(all)), Role::Text)
        })
        .right()
        .rank(4),
        Column::new("rate", "rate", Width::Fit(7, 8), move |row: &RolloutRow| {
            pace(row, |scene| scene.judged.rate.map(words::rate))
        })
        .right()
        .rank(5),
        Column::new("left", "left", Width::Fit(4, 6), move |row: &RolloutRow| {
            pace(row, |scene| scene.judged.left.map(words::estimate))
        })
        .right()
        .rank(3),
        Column::new("age", "for", Width::Fit(4, 7), |row: &RolloutRow| took(ctx, &row.rollout))
            .right()
            .sorts(|a: &RolloutRow, b| a.rollout.began.cmp(&b.rollout.began)),
    ]
}

/// How long it took, or takes so far.
fn took(ctx: &Ctx, rollout: &Rollout) -> Cell {
    let took = age(words::span(rollout.took(ctx.now)));
    let text = if rollout.is_begin_seen { took } else { format!(">= {took}") };
    Cell::new(text, Role::Text)
}

/// How far it is in each datacenter, or was where that cannot be seen.
fn places(ctx: &Ctx, rollout: &Rollout) -> Cell {
    let sights = sights(ctx, rollout);
    let scene = Scene::new(ctx, rollout, &sights);
    let parts = scene.parts().map(|(dc, part)| {
        let is_old = words::unclear(&scene.judged, dc).is_some();
        format!("{} {}", clean(dc.as_str()), words::of_part(rollout, part, ctx.now, is_old))
    });
    Cell::new(parts.collect::<Vec<_>>().join(", "), Role::Muted)
}
