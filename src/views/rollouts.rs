//! Rollouts: every service that is in motion between versions, worst first, then those that ended.
//!
//! Each row has the verdict, the versions, a stacked bar over all datacenters, progress, rate and
//! estimate; beside the rows stands the highlighted one with a bar for each datacenter, and which
//! instances fail. A rollout is of all datacenters, so the focus limits nothing.

use std::sync::Arc;

use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, Seen, TableView};
use super::rollout::{self, bars, words};
use super::{Ctx, Entry, Place, Response, View, cells};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::{Glanced, List};
use crate::domain::json::RolloutJson;
use crate::domain::rollout::{Rollout, Word, judge};
use crate::store::Change;
use crate::table::column::{Cell, Column};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

mod columns;
mod rows;

use rows::RolloutRow;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "rollouts",
    aliases: &["ro", "deploys"],
    takes: Takes::Nothing,
    doc: "services on their way from one version to another, and those that arrived",
    is_tab: false,
    open,
};

/// Services that are followed while they are on screen, at most.
const FOLLOWED: usize = 8;

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Rollouts))
}

/// The list.
pub struct Rollouts;

impl Listing for Rollouts {
    type Row = RolloutRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        Heading { what: String::from(ENTRY.name), made_of: vec![List::Services], is_of_all: true }
    }

    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        let n = ctx.store.rollouts.active().count();
        (n > 0).then(|| Cell::new(format!(" {n} in motion"), Role::Accent))
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, room: u16) -> Vec<Column<'a, RolloutRow>> {
        columns::all(ctx, room)
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<RolloutRow> {
        let all = ctx.store.rollouts.active().chain(ctx.store.rollouts.finished());
        all.map(|it| row(ctx, it)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<RolloutRow>> {
        match change {
            // Whatever else changes a verdict is seen when the time is looked at.
            Change::Seats(_, service) => {
                let last = ctx.store.rollouts.last_of(service)?;
                Some(Patch { upserts: vec![row(ctx, last)], ..Patch::default() })
            }
            Change::Rollouts | Change::Datacenters | Change::Datacenter(_) => {
                Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
            }
            _ => None,
        }
    }

    fn glanced(&self, _ctx: &Ctx, seen: &Seen<'_, RolloutRow>) -> Glanced {
        let on = seen.rows.iter().filter(|row| row.rollout.ended.is_none());
        let names = on.map(|row| row.rollout.service.clone()).take(FOLLOWED);
        Glanced { rollouts: names.collect(), ..Glanced::default() }
    }

    fn is_fault(&self, row: &RolloutRow) -> bool {
        row.word >= Word::Unknown || row.is_past
    }

    fn open(&self, _ctx: &Ctx, row: &RolloutRow) -> Option<Place> {
        Some(rollout::Which::place(&row.rollout))
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&RolloutRow>) -> Option<Response> {
        let is_watched = action == Action::WatchRollout;
        let place = row.filter(|_| is_watched).and_then(|row| self.open(ctx, row));
        place.map(Response::Open)
    }

    fn name(&self, row: &RolloutRow) -> String {
        row.rollout.service.to_string()
    }

    fn json(&self, ctx: &Ctx, row: &RolloutRow) -> Value {
        let sights = bars::sights(ctx, &row.rollout);
        let judged = judge::judge(&row.rollout, ctx.now, ctx.bounds, &sights);
        json!(RolloutJson::of(&row.rollout, &judged))
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &RolloutRow) -> Option<Detail> {
        let title = format!(" {} {} ", row.rollout.service, words::route(&row.rollout));
        Some(Detail {
            title: cells::text(&title, Role::Title),
            lines: Lines::Whole(lines(ctx, row)),
        })
    }

    fn nothing(&self) -> &'static str {
        "no service is seen to change its version, or to have several; ':matrix' reads those of all"
    }
}

fn row(ctx: &Ctx, rollout: &Arc<Rollout>) -> RolloutRow {
    let sights = bars::sights(ctx, rollout);
    let judged = judge::judge(rollout, ctx.now, ctx.bounds, &sights);
    RolloutRow { rollout: Arc::clone(rollout), word: judged.word, is_past: judged.is_past }
}

/// What stands beside a row.
fn lines(ctx: &Ctx, row: &RolloutRow) -> Vec<Cell> {
    let sights = bars::sights(ctx, &row.rollout);
    let scene = bars::Scene::new(ctx, &row.rollout, &sights);
    let mut lines = scene.lines(72);
    for (dc, seat, failing) in &scene.judged.failing {
        lines.push(Cell::default());
        let is_old = words::unclear(&scene.judged, dc).is_some();
        lines.push(rollout::failing(ctx, (dc, seat), failing, is_old));
        let output = crate::ui::text::clean_lines(&seat.output);
        lines.extend(output.into_iter().map(|line| Cell::new(line, Role::Text)));
    }
    lines
}
