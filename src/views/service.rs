//! Instances of one service in all datacenters (or in one): address, checks, tags, meta, version.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::flap::{self, Flap};
use super::listing::{Heading, Listing, Patch, TableView};
use super::timeline::near::About;
use super::{Ctx, Entry, Place, Response, View, allocation, cells, fresh, rollout};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::json::InstanceJson;
use crate::domain::track::Since;
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "service",
    aliases: &["instances", "inst"],
    takes: Takes::Service,
    doc: "the instances of one service in all datacenters",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    let name = ServiceName::from(place.arg(0));
    let service = Service { name, only: place.dc.clone(), unread: Vec::new() };
    Box::new(TableView::new(place.clone(), service))
}

/// The list.
pub struct Service {
    name: ServiceName,
    only: Option<Dc>,
    /// The datacenters of which no instance was ever read, and none can be.
    unread: Vec<Dc>,
}

/// One instance in one datacenter, or a datacenter whose instances cannot be read.
#[derive(Clone, Debug)]
pub struct InstanceRow {
    /// Its datacenter.
    pub dc: Dc,
    /// The instance; `None` where none can be read.
    pub instance: Option<Arc<Instance>>,
    /// Since when it is in its state, for sorting.
    since: Option<Since>,
    /// How often it changed of late, for sorting: as of when this was made.
    flaps: usize,
}

impl InstanceRow {
    fn of(ctx: &Ctx, dc: &Dc, instance: &Arc<Instance>) -> Self {
        let row = Self { instance: Some(Arc::clone(instance)), ..Self::unread(dc) };
        let (since, flaps) = (row.since(ctx), row.flap(ctx).changes.unwrap_or_default());
        Self { since, flaps, ..row }
    }

    fn unread(dc: &Dc) -> Self {
        Self { dc: dc.clone(), instance: None, since: None, flaps: 0 }
    }

    /// Since when it is in its state.
    fn since(&self, ctx: &Ctx) -> Option<Since> {
        flap::instance_since(ctx, &self.dc, self.instance.as_ref()?)
    }

    /// How often it changed of late.
    fn flap(&self, ctx: &Ctx) -> Flap {
        let flap = |it: &Arc<Instance>| Flap::of_instance(ctx, &self.dc, it);
        self.instance.as_ref().map(flap).unwrap_or_default()
    }

    /// What is not known comes before the worst that is.
    fn badness(&self) -> (bool, Option<Status>) {
        (self.instance.is_none(), self.instance.as_ref().map(|it| it.status))
    }
}

impl Row for InstanceRow {
    type Key = (Dc, Option<InstanceKey>);

    fn key(&self) -> Self::Key {
        let key = |it: &Arc<Instance>| InstanceKey { node: it.node.clone(), id: it.id.clone() };
        (self.dc.clone(), self.instance.as_ref().map(key))
    }

    fn text(&self) -> RowText {
        let Some(it) = &self.instance else { return RowText::new([self.dc.as_str()]) };
        let meta: Vec<String> =
            it.meta.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let words = [
            self.dc.as_str(),
            it.node.as_str(),
            it.id.as_str(),
            &it.address,
            it.status.word(),
            it.version().unwrap_or_default(),
        ];
        let tags = it.tags.iter().map(AsRef::as_ref);
        RowText::new(words.into_iter().chain(tags).chain(meta.iter().map(String::as_str)))
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Service {
    fn shows(&self, ctx: &Ctx, dc: &Dc) -> bool {
        self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc)
    }

    fn subject(&self) -> Subject {
        Subject::Service(self.name.clone())
    }

    fn list(&self) -> List {
        List::Subject(self.subject())
    }

    /// True for a datacenter of which no instance was ever read, and none can be.
    fn is_unread(&self, ctx: &Ctx, dc: &Dc) -> bool {
        let subject = self.subject();
        let rows = ctx.store.dc(dc).and_then(|state| state.instances.get(&subject));
        rows.is_none_or(HashMap::is_empty) && fresh::unread(ctx, dc, &self.list()).is_some()
    }

    fn unread(&self, ctx: &Ctx) -> Vec<Dc> {
        let shown = ctx.store.datacenters().map(|(dc, _)| dc).filter(|dc| self.shows(ctx, dc));
        shown.filter(|dc| self.is_unread(ctx, dc)).cloned().collect()
    }

    /// What differs as time passes: changes grow old by themselves, and datacenters cannot be read.
    fn patch_aged(&mut self, ctx: &Ctx, dc: &Dc) -> Option<Patch<InstanceRow>> {
        let unread = self.patch_unread(ctx);
        let Some(state) = ctx.store.dc(dc).filter(|_| self.shows(ctx, dc)) else { return unread };
        let Some(checks) = ctx.history.checks(dc) else { return unread };
        if checks.fading(ctx.now).next().is_none() {
            return unread;
        }
        let has_track =
            |it: &Instance| it.checks.iter().any(|check| checks.get(&check.key()).is_some());
        let rows = state.instances.get(&self.subject()).into_iter().flat_map(HashMap::values);
        let aged: Vec<_> =
            rows.filter(|it| has_track(it)).map(|it| InstanceRow::of(ctx, dc, it)).collect();
        if aged.is_empty() {
            return unread;
        }
        let mut patch = unread.unwrap_or_default();
        patch.upserts.extend(aged);
        Some(patch)
    }

    /// What differs in which datacenters cannot be read.
    fn patch_unread(&mut self, ctx: &Ctx) -> Option<Patch<InstanceRow>> {
        let now = self.unread(ctx);
        let before = std::mem::replace(&mut self.unread, now);
        let gone = before.iter().filter(|dc| !self.unread.contains(dc));
        let new = self.unread.iter().filter(|dc| !before.contains(dc));
        let patch = Patch {
            upserts: new.map(InstanceRow::unread).collect(),
            removed: gone.map(|dc| (dc.clone(), None)).collect(),
            ..Patch::default()
        };
        (before != self.unread).then_some(patch)
    }
}

impl Listing for Service {
    type Row = InstanceRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let place = self.only.as_ref().map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let what = format!("service {}{place}", self.name);
        Heading { what, made_of: vec![self.list()], is_of_all: false }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, InstanceRow>> {
        let mut columns = self.instance_columns(ctx);
        let since = Column::new("age", "since", Width::Fit(5, 8), |row: &InstanceRow| {
            cells::since(ctx.now, row.since(ctx))
        });
        let by = |a: &InstanceRow, b: &InstanceRow| Since::order(a.since, b.since);
        columns.insert(2, since.right().sorts_worst_first(by));
        columns.push(
            flap::column(ctx, room, |row: &InstanceRow| row.flap(ctx))
                .rank(if wide { 1 } else { 3 })
                .sorts_worst_first(|a: &InstanceRow, b| a.flaps.cmp(&b.flaps)),
        );
        if wide {
            columns.push(
                Column::new("meta", "meta", Width::Fit(6, 60), |row: &InstanceRow| {
                    let meta = row.instance.iter().flat_map(|it| &it.meta);
                    cells::joined(meta.map(|(key, value)| format!("{key}={value}")))
                })
                .rank(6),
            );
        }
        columns
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<InstanceRow> {
        let subject = self.subject();
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
        let rows = shown.flat_map(|(dc, state)| {
            let all = state.instances.get(&subject).into_iter().flat_map(|rows| rows.values());
            all.map(|it| InstanceRow::of(ctx, dc, it))
        });
        let mut rows: Vec<_> = rows.collect();
        self.unread = self.unread(ctx);
        rows.extend(self.unread.iter().map(InstanceRow::unread));
        rows
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<InstanceRow>> {
        let (dc, subject, keys) = match change {
            Change::Instances(dc, subject, keys) => (dc, subject, keys),
            // It stands beside the rows.
            Change::Allocation(..) => return Some(Patch::default()),
            Change::Datacenter(dc) => return self.patch_aged(ctx, dc),
            Change::Datacenters => return self.patch_unread(ctx),
            _ => return None,
        };
        if *subject != self.subject() || !self.shows(ctx, dc) {
            return None;
        }
        let rows = ctx.store.dc(dc)?.instances.get(subject)?;
        let mut patch = self.patch_unread(ctx).unwrap_or_default();
        for key in keys {
            match rows.get(key) {
                Some(it) => patch.upserts.push(InstanceRow::of(ctx, dc, it)),
                None => patch.removed.push((dc.clone(), Some(key.clone()))),
            }
        }
        Some(patch)
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
        shown.map(|(dc, _)| Wanted { dc: dc.clone(), subject: self.subject() }).collect()
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&InstanceRow>) -> Option<Response> {
        if action == Action::WatchRollout {
            return Some(rollout::watch(Some(&self.name)));
        }
        let row = row.filter(|_| action == Action::WhatChanged)?;
        let it = row.instance.as_ref()?;
        Some(About::instance(&row.dc, it).before(ctx, row.since(ctx)))
    }

    fn watched(&self, row: &InstanceRow) -> Vec<Wanted> {
        let it = row.instance.as_ref();
        it.and_then(|it| allocation::wanted(&row.dc, &it.id)).into_iter().collect()
    }

    fn is_fault(&self, row: &InstanceRow) -> bool {
        row.instance.as_ref().is_none_or(|it| it.status != Status::Passing)
    }

    fn open(&self, _ctx: &Ctx, row: &InstanceRow) -> Option<Place> {
        let it = row.instance.as_ref()?;
        let place = Place::new("instance").at(&row.dc).of(it.node.as_str());
        Some(place.of(it.id.as_str()))
    }

    fn consumers(&self, row: &InstanceRow) -> Option<Place> {
        let on = row.instance.as_ref().filter(|_| self.only.is_some());
        Some(match on {
            Some(it) => super::consumers::place_on(&self.name, &row.dc, &it.key()),
            None => super::consumers::place(&self.name, self.only.as_ref()),
        })
    }

    fn name(&self, row: &InstanceRow) -> String {
        row.instance.as_ref().map_or_else(|| row.dc.to_string(), |it| endpoint(it))
    }

    fn json(&self, _ctx: &Ctx, row: &InstanceRow) -> Value {
        match &row.instance {
            Some(it) => json!(InstanceJson::of(&row.dc, it)),
            None => json!({ "datacenter": row.dc, "instances": null }),
        }
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &InstanceRow) -> Option<Detail> {
        let Some(it) = &row.instance else {
            let title = cells::text(&format!(" {} ", row.dc), Role::Title);
            let why = fresh::unread(ctx, &row.dc, &self.list()).unwrap_or_default();
            return Some(Detail { title, lines: Lines::Whole(vec![why]) });
        };
        Some(instance_detail(ctx, &row.dc, &self.list(), it))
    }

    fn nothing(&self) -> &'static str {
        "no instances of this service"
    }
}

/// What stands beside an instance of a list: what it is, its checks that fail, its meta data.
pub fn instance_detail(ctx: &Ctx, dc: &Dc, list: &List, it: &Instance) -> Detail {
    let mut lines = vec![fresh::status(ctx, dc, list, it.status)];
    lines.push(Cell::new("address  ", Role::Muted).then(endpoint(it), Role::Text));
    lines.push(cells::joined(["tags    "].into_iter().chain(it.tags.iter().map(AsRef::as_ref))));
    lines.extend(allocation::lines(ctx, dc, &it.id));
    lines.extend(cells::meta_lines(&it.meta));
    for check in &it.checks {
        lines.push(Cell::default());
        let mut head = fresh::status(ctx, dc, list, check.status);
        head.runs.push((format!("  {}", crate::ui::text::clean(&check.name)).into(), Role::Text));
        lines.push(head);
        lines.push(Cell::new(cells::summary(check), Role::Muted));
    }
    Detail { title: cells::text(&format!(" {} ", it.id), Role::Title), lines: Lines::Whole(lines) }
}

/// Where an instance serves, made safe to draw.
pub fn endpoint(it: &Instance) -> String {
    crate::ui::text::clean(&it.endpoint()).into_owned()
}

impl Service {
    fn instance_columns<'a>(&'a self, ctx: &'a Ctx) -> Vec<Column<'a, InstanceRow>> {
        let of = |show: fn(&Instance) -> Cell| {
            move |row: &InstanceRow| row.instance.as_deref().map(show).unwrap_or_default()
        };
        let node = |row: &InstanceRow| match &row.instance {
            Some(it) => cells::text(it.node.as_str(), Role::Text),
            None => fresh::unread(ctx, &row.dc, &self.list()).unwrap_or_default(),
        };
        let by = |a: &InstanceRow, b: &InstanceRow, what: fn(&Instance) -> &str| {
            a.instance.as_deref().map(what).cmp(&b.instance.as_deref().map(what))
        };
        vec![
            Column::new("dc", "dc", Width::Fit(4, 12), |row: &InstanceRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &InstanceRow, b| a.dc.cmp(&b.dc)),
            Column::new("status", "state", Width::Fit(8, 17), |row: &InstanceRow| {
                self.state(ctx, row)
            })
            .sorts_worst_first(|a: &InstanceRow, b| a.badness().cmp(&b.badness())),
            Column::new("address", "address", Width::Fit(12, 30), |row: &InstanceRow| {
                let endpoint = row.instance.as_deref().map(endpoint);
                Cell::new(endpoint.unwrap_or_default(), Role::Text)
            })
            .sorts(move |a: &InstanceRow, b| by(a, b, |it| &it.address)),
            Column::new("node", "node", Width::Fill(16, 48), node)
                .sorts(move |a: &InstanceRow, b| by(a, b, |it| it.node.as_str())),
            Column::new(
                "name",
                "id",
                Width::Fill(10, 48),
                of(|it| cells::text(it.id.as_str(), Role::Muted)),
            )
            .rank(4)
            .sorts(move |a: &InstanceRow, b| by(a, b, |it| it.id.as_str())),
            Column::new("checks", "checks", Width::Fit(6, 7), of(checks)).right().rank(2),
            Column::new(
                "version",
                "version",
                Width::Fit(7, 16),
                of(|it| cells::text(it.version().unwrap_or("-"), Role::Text)),
            )
            .rank(1)
            .sorts(move |a: &InstanceRow, b| by(a, b, |it| it.version().unwrap_or_default())),
            Column::new("tags", "tags", Width::Fit(4, 24), of(|it| cells::joined(&it.tags)))
                .rank(5),
        ]
    }

    /// The state of an instance; of one that nobody confirms any more, what it was.
    fn state(&self, ctx: &Ctx, row: &InstanceRow) -> Cell {
        match &row.instance {
            None => Cell::new("?", Role::Stale),
            Some(it) => fresh::status(ctx, &row.dc, &self.list(), it.status),
        }
    }
}

/// How many of an instance's checks pass.
fn checks(it: &Instance) -> Cell {
    let fine = it.checks.iter().filter(|check| check.status == Status::Passing).count();
    Cell::new(format!("{fine}/{}", it.checks.len()), cells::role(it.status))
}
