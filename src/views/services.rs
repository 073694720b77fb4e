//! Services: a row each over all datacenters, with a column for each datacenter.
//!
//! In each column passing and all instances, coloured by the worst one; worst service first. With
//! a focused datacenter only its services are listed, by its health; the others stay beside it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::flap::{self, Flap};
use super::known::{self, Known, Unseen};
use super::listing::{Heading, Listing, Patch, Seen, TableView};
use super::timeline::near::About;
use super::{Ctx, Entry, Place, Response, View, cells, rollout};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::catalog::ServiceHealth;
use crate::domain::feed::{Glanced, List};
use crate::domain::health::{Counts, Status};
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::json::{ServiceInDc, ServiceJson};
use crate::domain::track::{Since, Track};
use crate::domain::version::is_version;
use crate::store::{Change, Datacenter};
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::theme::Role;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "services",
    aliases: &["svc", "service-list"],
    takes: Takes::Nothing,
    doc: "every service over all datacenters, worst first",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Services))
}

/// Cells that a datacenter's column takes, its gap included.
const DC_WIDTH: u16 = 13;
/// Cells that name and state take at least, with border and gaps.
const FIXED_WIDTH: u16 = 36;

/// The list.
pub struct Services;

/// One service.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    /// Its name.
    pub name: ServiceName,
    /// Its health in each datacenter that has it, in the store's order.
    pub places: Arc<[(Dc, Arc<ServiceHealth>)]>,
    /// What it is judged by: the focused datacenter's instances, else all.
    pub counts: Counts,
    /// Since when it is in its state, for sorting.
    pub since: Option<Since>,
    /// How often it changed of late, for sorting: as of when this was made.
    pub flaps: usize,
}

impl ServiceRow {
    /// The row of a service; `None` when nothing shown has it.
    pub fn make(ctx: &Ctx, name: &ServiceName) -> Option<Self> {
        let places: Arc<[_]> = ctx
            .store
            .datacenters()
            .filter_map(|(dc, state)| Some((dc.clone(), Arc::clone(state.services.get(name)?))))
            .collect();
        let mut counts = Counts::default();
        let judged: Vec<_> = places.iter().filter(|(dc, _)| ctx.shows(dc)).collect();
        for (_, health) in &judged {
            counts += health.counts;
        }
        let is_empty = judged.is_empty();
        let row = Self { name: name.clone(), places, counts, since: None, flaps: 0 };
        let (since, flaps) = (row.since(ctx), row.flap(ctx).changes.unwrap_or_default());
        (!is_empty).then_some(Self { since, flaps, ..row })
    }

    /// Where it is judged, and how well it is there.
    fn judged_places<'a>(
        &'a self,
        ctx: &'a Ctx,
    ) -> impl Iterator<Item = (&'a Dc, &'a ServiceHealth)> {
        let shown = self.places.iter().filter(|(dc, _)| ctx.shows(dc));
        shown.map(|(dc, health)| (dc, &**health))
    }

    /// The datacenters by which it is judged.
    fn judged<'a>(&'a self, ctx: &'a Ctx) -> impl Iterator<Item = (&'a Datacenter, Status)> {
        let shown = self.judged_places(ctx);
        shown.filter_map(|(dc, health)| Some((ctx.store.dc(dc)?, health.counts.worst())))
    }

    /// How its state changed over the datacenters by which it is judged.
    fn track(&self, ctx: &Ctx) -> Option<Track> {
        let judged = self.judged(ctx);
        let tracks = judged.map(|(state, now)| (state.tracked.services.get(&self.name), now));
        let tracks: Vec<_> = tracks.collect();
        let has_any = tracks.iter().any(|(track, _)| track.is_some());
        if has_any { Track::merged(tracks, ctx.now, Ord::max) } else { None }
    }

    /// Since when it is in its state.
    fn since(&self, ctx: &Ctx) -> Option<Since> {
        let worst = self.counts.worst();
        let seen = self.track(ctx).and_then(|track| track.last(ctx.now));
        if let Some((_, since)) = seen.filter(|(last, _)| *last == worst) {
            return Some(since);
        }
        let there = self.judged(ctx).filter(|(_, status)| *status == worst);
        let all = there.filter_map(|(state, status)| state.service_since(&self.name, status));
        all.reduce(Since::oldest)
    }

    /// How often it changed of late.
    fn flap(&self, ctx: &Ctx) -> Flap {
        let mut judged = self.judged(ctx);
        let is_whole = judged.all(|(state, _)| state.tracked.services.is_whole(ctx.now));
        Flap::of(ctx, self.track(ctx).as_ref(), is_whole)
    }

    fn at(&self, dc: &Dc) -> Option<&ServiceHealth> {
        self.places.iter().find(|(name, _)| name == dc).map(|(_, health)| &**health)
    }

    /// How many instances are of each version, over the datacenters shown; until that was read, the
    /// tags that look like versions.
    fn versions(&self, ctx: &Ctx) -> Cell {
        let mut all: BTreeMap<&str, usize> = BTreeMap::new();
        let states = ctx.store.datacenters().filter(|(dc, _)| ctx.shows(dc));
        for (version, n) in
            states.filter_map(|(_, dc)| dc.versions.get(&self.name)).flat_map(|v| v.iter())
        {
            *all.entry(version).or_default() += n;
        }
        if all.is_empty() {
            return cells::joined(self.tags().iter().filter(|tag| is_version(tag)));
        }
        let one = |(version, n): (&str, usize)| match version {
            "" => format!("none x{n}"),
            version => format!("{version} x{n}"),
        };
        let all: Vec<String> = all.into_iter().map(one).collect();
        cells::text(&all.join(", "), Role::Text)
    }

    fn tags(&self) -> Vec<Arc<str>> {
        let mut tags: Vec<_> =
            self.places.iter().flat_map(|(_, health)| health.tags.iter().cloned()).collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    }
}

impl Row for ServiceRow {
    type Key = ServiceName;

    fn key(&self) -> ServiceName {
        self.name.clone()
    }

    fn text(&self) -> RowText {
        let tags = self.tags();
        let words = [self.name.as_str(), self.counts.worst().word()];
        RowText::new(words.into_iter().chain(tags.iter().map(AsRef::as_ref)))
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

/// The datacenters that get a column of `width` beside what takes `fixed`: all where there is room,
/// else the focused and the worst.
pub(super) fn shown_dcs(ctx: &Ctx, room: u16, (fixed, width): (u16, u16)) -> Vec<Dc> {
    let fits = usize::from(room.saturating_sub(fixed) / width).max(1);
    let mut dcs: Vec<_> = ctx.store.datacenters().collect();
    if dcs.len() > fits {
        let instances = |totals: &Counts| (totals.critical, totals.warning);
        dcs.sort_by_key(|(dc, state)| {
            (ctx.focus != Some(dc), std::cmp::Reverse(instances(&state.totals.instances)))
        });
        dcs.truncate(fits);
    }
    dcs.into_iter().map(|(dc, _)| dc.clone()).collect()
}

impl Listing for Services {
    type Row = ServiceRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let what =
            ctx.focus.map_or_else(|| String::from("services"), |dc| format!("services @ {dc}"));
        Heading { what, made_of: vec![List::Services, List::Checks], is_of_all: true }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, ServiceRow>> {
        // Among the columns of all datacenters it says whose state it is.
        let of = |dc: &Dc| format!("in {}", crate::ui::text::clean(dc.as_str())).into();
        let state_of = ctx.focus.map_or_else(|| "state".into(), of);
        let (all, unseen) = (Arc::new(Unseen::of(ctx)), Arc::new(Unseen::shown(ctx)));
        let judging = Arc::clone(&unseen);
        let state = Column::new("status", "", Width::Fit(8, 17), move |row: &ServiceRow| {
            Known::of(&judging, row.judged_places(ctx)).map(|it| it.cell(ctx)).unwrap_or_default()
        })
        .sorts_worst_first(|a: &ServiceRow, b| a.counts.badness().cmp(&b.counts.badness()));
        let mut columns = vec![
            Column::new("name", "service", Width::Fill(14, 48), |row: &ServiceRow| {
                cells::text(row.name.as_str(), Role::Text)
            })
            .sorts(|a: &ServiceRow, b| a.name.cmp(&b.name)),
            Column { title: state_of, ..state },
        ];
        columns.push(
            Column::new("age", "since", Width::Fit(5, 8), |row: &ServiceRow| {
                cells::since(ctx.now, row.since(ctx))
            })
            .right()
            .rank(2)
            .sorts_worst_first(|a: &ServiceRow, b| Since::order(a.since, b.since)),
        );
        let dcs = shown_dcs(ctx, room, (FIXED_WIDTH, DC_WIDTH));
        let hidden = ctx.store.len() - dcs.len();
        for dc in dcs {
            columns.push(dc_column(ctx, &all, &dc));
        }
        columns.extend(hidden_dcs(hidden).map(|more| more.rank(1)));
        columns.push(
            Column::new("failing", "failing", Width::Fit(7, 34), move |row: &ServiceRow| {
                known::failing(&unseen, row.judged_places(ctx))
            })
            .rank(if wide { 6 } else { 3 })
            .sorts_worst_first(|a: &ServiceRow, b| a.counts.failing().cmp(&b.counts.failing())),
        );
        columns.push(
            flap::column(ctx, room, |row: &ServiceRow| row.flap(ctx))
                .rank(if wide { 1 } else { 4 })
                .sorts_worst_first(|a: &ServiceRow, b| a.flaps.cmp(&b.flaps)),
        );
        if wide {
            columns.push(
                Column::new("versions", "versions", Width::Fit(8, 40), |row: &ServiceRow| {
                    row.versions(ctx)
                })
                .rank(4),
            );
            columns.push(
                Column::new("tags", "tags", Width::Fit(6, 60), |row: &ServiceRow| {
                    cells::joined(row.tags().iter().filter(|tag| !is_version(tag)))
                })
                .rank(5),
            );
        }
        columns
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<ServiceRow> {
        let mut names: Vec<&ServiceName> = ctx
            .store
            .datacenters()
            .filter(|(dc, _)| ctx.shows(dc))
            .flat_map(|(_, state)| state.services.keys())
            .collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter_map(|name| ServiceRow::make(ctx, name)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<ServiceRow>> {
        let names: Vec<&ServiceName> = match change {
            Change::Services(_, names) => names.iter().collect(),
            // Changes grow old by themselves.
            Change::Datacenter(dc) => ctx.store.dc(dc)?.tracked.services.fading(ctx.now).collect(),
            _ => return None,
        };
        let mut patch = Patch::default();
        for name in names {
            match ServiceRow::make(ctx, name) {
                Some(row) => patch.upserts.push(row),
                None => patch.removed.push(name.clone()),
            }
        }
        let is_empty = patch.upserts.is_empty() && patch.removed.is_empty();
        (!is_empty).then_some(patch)
    }

    fn glanced(&self, _ctx: &Ctx, seen: &Seen<'_, ServiceRow>) -> Glanced {
        let rows = seen.rows.iter().filter(|_| seen.is_wide);
        let services = rows.map(|row| row.name.clone()).collect();
        Glanced { services, ..Glanced::default() }
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&ServiceRow>) -> Option<Response> {
        if action == Action::WatchRollout {
            return Some(rollout::watch(row.map(|row| &row.name)));
        }
        let row = row.filter(|_| action == Action::WhatChanged)?;
        let worst = row.counts.worst();
        let shown = row.places.iter().filter(|(dc, _)| ctx.shows(dc));
        let (dc, _) = shown.max_by_key(|(_, health)| health.counts.badness())?;
        Some(About::service(dc, row.name.as_str(), worst).before(ctx, row.since(ctx)))
    }

    fn is_fault(&self, row: &ServiceRow) -> bool {
        row.counts.failing() > 0
    }

    fn open(&self, ctx: &Ctx, row: &ServiceRow) -> Option<Place> {
        let place = Place::new("service").of(row.name.as_str());
        Some(place.perhaps_at(ctx.focus))
    }

    fn consumers(&self, row: &ServiceRow) -> Option<Place> {
        Some(super::consumers::place(&row.name, None))
    }

    fn name(&self, row: &ServiceRow) -> String {
        row.name.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &ServiceRow) -> Value {
        let places = row.places.iter();
        let datacenters = places.map(|(dc, health)| ServiceInDc::of(dc, health)).collect();
        json!(ServiceJson { name: &row.name, tags: &row.tags(), datacenters })
    }

    fn nothing(&self) -> &'static str {
        "no services"
    }
}

/// A column without cells that says how many datacenters have none.
pub(super) fn hidden_dcs<'a, R>(hidden: usize) -> Option<Column<'a, R>> {
    let more = Column::new("more", "", Width::Fit(5, 8), |_: &R| Cell::default());
    (hidden > 0).then(|| Column { title: format!("+{hidden} dcs").into(), ..more })
}

/// True until a datacenter has told its services.
fn is_unknown(ctx: &Ctx, dc: &Dc) -> bool {
    ctx.store.dc(dc).is_none_or(|state| state.freshness(&List::Services).is_empty())
}

fn dc_column<'a>(ctx: &'a Ctx, unseen: &Arc<Unseen>, dc: &Dc) -> Column<'a, ServiceRow> {
    let (shown, sorted, unseen) = (dc.clone(), dc.clone(), Arc::clone(unseen));
    let health = move |row: &ServiceRow| match row.at(&shown) {
        // Not there is known only of a datacenter that has said what is.
        None if is_unknown(ctx, &shown) => Cell::new("?", Role::Muted),
        health => known::health(ctx, &unseen, &shown, health),
    };
    let column = Column::new(dc.as_str(), "", Width::Fit(9, DC_WIDTH - 1), health)
        .right()
        .sorts_worst_first(move |a: &ServiceRow, b| {
            let of = |row: &ServiceRow| row.at(&sorted).map(|health| health.counts.badness());
            of(a).cmp(&of(b))
        });
    let title = crate::ui::text::clean(dc.as_str()).into_owned();
    Column { title: title.into(), ..column }
}
