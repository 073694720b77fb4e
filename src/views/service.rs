//! Instances of one service in all datacenters (or in one): address, checks, tags, meta, version.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, View, cells};
use crate::app::command::Takes;
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::json::InstanceJson;
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
    let service = ServiceName::from(place.arg(0));
    Box::new(TableView::new(place.clone(), Service { service, only: place.dc.clone() }))
}

/// The list.
pub struct Service {
    service: ServiceName,
    only: Option<Dc>,
}

/// One instance in one datacenter.
#[derive(Clone, Debug)]
pub struct InstanceRow {
    /// Its datacenter.
    pub dc: Dc,
    /// The instance.
    pub instance: Arc<Instance>,
}

impl Row for InstanceRow {
    type Key = (Dc, InstanceKey);

    fn key(&self) -> Self::Key {
        let (node, id) = (self.instance.node.clone(), self.instance.id.clone());
        (self.dc.clone(), InstanceKey { node, id })
    }

    fn text(&self) -> RowText {
        let it = &self.instance;
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
        let of = |row: &Self| (row.dc.clone(), row.instance.node.clone(), row.instance.id.clone());
        of(self).cmp(&of(other))
    }
}

impl Service {
    fn shows(&self, ctx: &Ctx, dc: &Dc) -> bool {
        self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc)
    }

    fn subject(&self) -> Subject {
        Subject::Service(self.service.clone())
    }
}

impl Listing for Service {
    type Row = InstanceRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let place = self.only.as_ref().map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let what = format!("service {}{place}", self.service);
        Heading { what, made_of: vec![List::Subject(self.subject())], is_of_all: false }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, _room: u16) -> Vec<Column<'a, InstanceRow>> {
        let mut columns = instance_columns(ctx);
        if wide {
            columns.push(
                Column::new("meta", "meta", Width::Fit(6, 60), |row: &InstanceRow| {
                    let meta = &row.instance.meta;
                    cells::joined(meta.iter().map(|(key, value)| format!("{key}={value}")))
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
            all.map(|instance| InstanceRow { dc: dc.clone(), instance: Arc::clone(instance) })
        });
        rows.collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<InstanceRow>> {
        let Change::Instances(dc, subject, keys) = change else {
            return None;
        };
        if *subject != self.subject() || !self.shows(ctx, dc) {
            return None;
        }
        let rows = ctx.store.dc(dc)?.instances.get(subject)?;
        let mut patch = Patch::default();
        for key in keys {
            match rows.get(key) {
                Some(it) => {
                    patch.upserts.push(InstanceRow { dc: dc.clone(), instance: Arc::clone(it) });
                }
                None => patch.removed.push((dc.clone(), key.clone())),
            }
        }
        Some(patch)
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
        shown.map(|(dc, _)| Wanted { dc: dc.clone(), subject: self.subject() }).collect()
    }

    fn is_fault(&self, row: &InstanceRow) -> bool {
        row.instance.status != Status::Passing
    }

    fn open(&self, _ctx: &Ctx, row: &InstanceRow) -> Option<Place> {
        let it = &row.instance;
        let place = Place::new("instance").at(&row.dc).of(it.node.as_str());
        Some(place.of(it.id.as_str()))
    }

    fn name(&self, row: &InstanceRow) -> String {
        endpoint(&row.instance)
    }

    fn json(&self, _ctx: &Ctx, row: &InstanceRow) -> Value {
        json!(InstanceJson::of(&row.dc, &row.instance))
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &InstanceRow) -> Option<Detail> {
        Some(instance_detail(ctx, &row.instance))
    }

    fn nothing(&self) -> &'static str {
        "no instances of this service"
    }
}

/// What stands beside an instance: what it is, its checks that fail, its meta data.
pub fn instance_detail(ctx: &Ctx, it: &Instance) -> Detail {
    let mut lines = vec![cells::status(ctx, it.status)];
    lines.push(Cell::new("address  ", Role::Muted).then(endpoint(it), Role::Text));
    lines.push(cells::joined(["tags    "].into_iter().chain(it.tags.iter().map(AsRef::as_ref))));
    lines.extend(cells::meta_lines(&it.meta));
    for check in &it.checks {
        lines.push(Cell::default());
        let mut head = cells::status(ctx, check.status);
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

fn instance_columns<'a>(ctx: &'a Ctx) -> Vec<Column<'a, InstanceRow>> {
    let checks = |row: &InstanceRow| {
        let all = row.instance.checks.len();
        let fine = row.instance.checks.iter().filter(|c| c.status == Status::Passing).count();
        Cell::new(format!("{fine}/{all}"), cells::role(row.instance.status))
    };
    vec![
        Column::new("dc", "dc", Width::Fit(4, 12), |row: &InstanceRow| cells::dc(ctx, &row.dc))
            .sorts(|a: &InstanceRow, b| a.dc.cmp(&b.dc)),
        Column::new("status", "state", Width::Fit(8, 13), |row: &InstanceRow| {
            cells::status(ctx, row.instance.status)
        })
        .sorts_worst_first(|a: &InstanceRow, b| a.instance.status.cmp(&b.instance.status)),
        Column::new("address", "address", Width::Fit(12, 30), |row: &InstanceRow| {
            Cell::new(endpoint(&row.instance), Role::Text)
        })
        .sorts(|a: &InstanceRow, b| a.instance.address.cmp(&b.instance.address)),
        Column::new("node", "node", Width::Fill(16, 48), |row: &InstanceRow| {
            cells::text(row.instance.node.as_str(), Role::Text)
        })
        .sorts(|a: &InstanceRow, b| a.instance.node.cmp(&b.instance.node)),
        Column::new("name", "id", Width::Fill(10, 48), |row: &InstanceRow| {
            cells::text(row.instance.id.as_str(), Role::Muted)
        })
        .rank(4)
        .sorts(|a: &InstanceRow, b| a.instance.id.cmp(&b.instance.id)),
        Column::new("checks", "checks", Width::Fit(6, 7), checks).right().rank(2),
        Column::new("version", "version", Width::Fit(7, 16), |row: &InstanceRow| {
            cells::text(row.instance.version().unwrap_or("-"), Role::Text)
        })
        .rank(1)
        .sorts(|a: &InstanceRow, b| a.instance.version().cmp(&b.instance.version())),
        Column::new("tags", "tags", Width::Fit(4, 24), |row: &InstanceRow| {
            cells::joined(&row.instance.tags)
        })
        .rank(5),
    ]
}
