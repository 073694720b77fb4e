//! The page of a node: what it is, its own checks, the instances on it, the round trip to it.
//!
//! The page of an instance is the same page narrowed to that instance: its node's checks count for
//! it, so they stay.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::flap::{self, Flap};
use super::listing::{Heading, Listing, Patch, TableView};
use super::timeline::near::About;
use super::{Ctx, Entry, Place, Response, View, allocation, cells, fresh, rollout, service};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::health::{Check, Status, worst};
use crate::domain::ids::{CheckId, Dc, NodeName, ServiceId, ServiceName};
use crate::domain::json::{CheckJson, InstanceJson, NodeJson};
use crate::domain::track::Since;
use crate::store::{Change, Datacenter};
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{clean, millis};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "node",
    aliases: &[],
    takes: Takes::Node,
    doc: "one node: its checks, services, meta data and round trip",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    page(place, None)
}

/// A page of the node that the place names, narrowed to one instance if one is given.
pub fn page(place: &Place, only: Option<ServiceId>) -> Box<dyn View> {
    let dc = place.dc.clone().unwrap_or_default();
    let page = Page { dc, node: NodeName::from(place.arg(0)), only, of: None };
    Box::new(TableView::new(place.clone(), page))
}

/// The page.
pub struct Page {
    dc: Dc,
    node: NodeName,
    only: Option<ServiceId>,
    /// The service of that instance, once it is known.
    of: Option<ServiceName>,
}

/// One line of the page.
#[derive(Clone, Debug)]
pub enum Line {
    /// The node itself.
    Node(Status),
    /// A check, of the node or of an instance on it.
    Check(Arc<Check>),
    /// An instance on the node.
    Instance(Arc<Instance>),
}

/// What names a line; also the order of lines that are equally bad.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKey {
    /// The node itself comes first.
    Node,
    /// Its own checks have no instance; an instance is followed by its checks.
    Under(ServiceId, Option<CheckId>),
}

impl Line {
    fn status(&self) -> Status {
        match self {
            Self::Node(status) => *status,
            Self::Check(check) => check.status,
            Self::Instance(it) => it.status,
        }
    }
}

impl Row for Line {
    type Key = LineKey;

    fn key(&self) -> LineKey {
        match self {
            Self::Node(_) => LineKey::Node,
            Self::Check(check) => LineKey::Under(check.service_id.clone(), Some(check.id.clone())),
            Self::Instance(it) => LineKey::Under(it.id.clone(), None),
        }
    }

    fn text(&self) -> RowText {
        match self {
            Self::Node(status) => RowText::new(["node", status.word()]),
            Self::Check(check) => RowText::new([
                &*check.name,
                check.id.as_str(),
                check.status.word(),
                &cells::summary(check),
            ]),
            Self::Instance(it) => {
                let words = [it.service.as_str(), it.id.as_str(), it.status.word(), &it.address];
                RowText::new(words.into_iter().chain(it.tags.iter().map(AsRef::as_ref)))
            }
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Page {
    fn subject(&self) -> Subject {
        Subject::Node(self.node.clone())
    }

    fn list(&self) -> List {
        List::Subject(self.subject())
    }

    /// How a state on this page is shown.
    fn state_of(&self, ctx: &Ctx, status: Status) -> Cell {
        fresh::status(ctx, &self.dc, &self.list(), status)
    }

    fn state<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Datacenter> {
        ctx.store.dc(&self.dc)
    }

    /// Since when what a line is about is in its state.
    fn since(&self, ctx: &Ctx, line: &Line) -> Option<Since> {
        let state = self.state(ctx)?;
        match line {
            Line::Node(status) => state.node_since(&self.node, *status),
            Line::Check(it) => flap::check_since(ctx, &self.dc, &it.key(), it.status),
            Line::Instance(it) => flap::instance_since(ctx, &self.dc, it),
        }
    }

    /// How often it changed of late.
    fn flap(&self, ctx: &Ctx, line: &Line) -> Flap {
        let Some(state) = self.state(ctx) else { return Flap::default() };
        match line {
            Line::Node(_) => Flap::among(ctx, &state.tracked.nodes, &self.node),
            Line::Check(check) => Flap::of_check(ctx, &self.dc, &check.key()),
            Line::Instance(it) => Flap::of_instance(ctx, &self.dc, it),
        }
    }

    /// The service that a line is about; on the page of an instance each line is about its own.
    fn service(&self, ctx: &Ctx, row: Option<&Line>) -> Option<ServiceName> {
        let of_page = || {
            let all = self.state(ctx)?.instances.get(&self.subject())?;
            let only = self.only.as_ref()?;
            all.values().find(|it| it.id == *only).map(|it| it.service.clone())
        };
        match row? {
            Line::Instance(it) => Some(it.service.clone()),
            Line::Check(check) if !check.is_of_node() => Some(check.service_name.clone()),
            Line::Check(_) | Line::Node(_) => of_page(),
        }
    }

    fn node_lines(&self, ctx: &Ctx) -> Vec<Cell> {
        let Some(state) = self.state(ctx) else {
            return Vec::new();
        };
        let label = |name: &'static str| Cell::new(format!("{name:<12}"), Role::Muted);
        let mut lines = Vec::new();
        if let Some(node) = state.nodes.get(&self.node) {
            lines.push(label("address").then(clean(&node.address).into_owned(), Role::Text));
        }
        if let Some(trip) = state.round_trips.get(&self.node) {
            let rough = if trip.estimate.is_rough { " (rough)" } else { "" };
            let text = format!("~{} from {}{rough}", millis(trip.estimate.rtt), clean(&trip.from));
            lines.push(label("round trip").then(text, Role::Text));
        }
        if let Some(wan) = state.pulse.wan {
            let text =
                format!("~{} from here to {} (WAN)", millis(wan.rtt), clean(self.dc.as_str()));
            lines.push(label("datacenter").then(text, Role::Text));
        }
        if let Some(node) = state.nodes.get(&self.node) {
            lines.extend(cells::meta_lines(&*node.meta));
        }
        lines
    }
}

impl Listing for Page {
    type Row = Line;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let what = match &self.only {
            None => format!("node {} @ {}", self.node, self.dc),
            Some(id) => format!("instance {id} on {} @ {}", self.node, self.dc),
        };
        Heading { what, made_of: vec![self.list()], is_of_all: false }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, Line>> {
        let what = |row: &Line| match row {
            Line::Node(_) => cells::text(self.node.as_str(), Role::Title),
            Line::Instance(it) => cells::text(it.service.as_str(), Role::Text)
                .then(format!("  {}", clean(it.id.as_str())), Role::Muted),
            Line::Check(check) => {
                let indent = if check.is_of_node() { "" } else { "  " };
                Cell::new(format!("{indent}{}", clean(&check.name)), Role::Text)
            }
        };
        let kind = |row: &Line| {
            let word = match row {
                Line::Node(_) => "node",
                Line::Instance(_) => "instance",
                Line::Check(check) if check.is_of_node() => "node check",
                Line::Check(_) => "check",
            };
            Cell::new(word, Role::Muted)
        };
        let says = |row: &Line| match row {
            Line::Node(_) => Cell::default(),
            Line::Instance(it) => Cell::new(service::endpoint(it), Role::Text)
                .then(format!("  {}", clean(it.version().unwrap_or(""))), Role::Muted),
            Line::Check(check) => Cell::new(cells::summary(check), Role::Text),
        };
        vec![
            Column::new("status", "state", Width::Fit(8, 13), |row: &Line| {
                self.state_of(ctx, row.status())
            })
            .sorts_worst_first(|a: &Line, b| a.status().cmp(&b.status())),
            Column::new("kind", "kind", Width::Fit(8, 10), kind).rank(1),
            Column::new("name", "name", Width::Fill(16, 48), what)
                .sorts(|a: &Line, b| a.key().cmp(&b.key())),
            Column::new("age", "since", Width::Fit(5, 8), |row: &Line| {
                cells::since(ctx.now, self.since(ctx, row))
            })
            .right(),
            Column::new("says", "address, output", Width::Fill(20, u16::MAX), says),
            flap::column(ctx, room, |row: &Line| self.flap(ctx, row)).rank(if wide {
                1
            } else {
                2
            }),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<Line> {
        let Some(state) = self.state(ctx) else {
            return Vec::new();
        };
        let own = state.node_checks.get(&self.node).map(Vec::as_slice).unwrap_or_default();
        let all = state.instances.get(&self.subject());
        let mut rows: Vec<Line> = own.iter().map(|check| Line::Check(Arc::clone(check))).collect();
        for it in all.into_iter().flat_map(|rows| rows.values()) {
            if self.only.as_ref().is_none_or(|only| *only == it.id) {
                rows.push(Line::Instance(Arc::clone(it)));
                let checks = it.checks.iter().filter(|check| !check.is_of_node());
                rows.extend(checks.map(|check| Line::Check(Arc::clone(check))));
            }
        }
        if !rows.is_empty() {
            rows.push(Line::Node(worst(own.iter().map(AsRef::as_ref))));
        }
        let service = rows.iter().find_map(|row| match row {
            Line::Instance(it) => Some(it.service.clone()),
            _ => None,
        });
        self.of = service.filter(|_| self.only.is_some()).or_else(|| self.of.take());
        rows
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<Line>> {
        let is_mine = match change {
            Change::Instances(dc, subject, _) => *dc == self.dc && *subject == self.subject(),
            Change::NodeChecks(dc, node) => *dc == self.dc && *node == self.node,
            // It stands beside the rows.
            Change::Allocation(..) => return Some(Patch::default()),
            _ => false,
        };
        // A page has few lines: those that are gone are found by loading it anew.
        is_mine.then(|| Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn subjects(&self, _ctx: &Ctx) -> Vec<Wanted> {
        vec![Wanted { dc: self.dc.clone(), subject: self.subject() }]
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&Line>) -> Option<Response> {
        if action == Action::WatchRollout {
            return Some(rollout::watch(self.service(ctx, row).as_ref()));
        }
        let line = row.filter(|_| action == Action::WhatChanged)?;
        let about = match line {
            Line::Node(status) => About::node(&self.dc, self.node.as_str(), *status),
            Line::Check(check) => About::check(&self.dc, check),
            Line::Instance(it) => About::instance(&self.dc, it),
        };
        Some(about.before(ctx, self.since(ctx, line)))
    }

    fn watched(&self, row: &Line) -> Vec<Wanted> {
        let id = match row {
            Line::Instance(it) => Some(&it.id),
            _ => self.only.as_ref(),
        };
        id.and_then(|id| allocation::wanted(&self.dc, id)).into_iter().collect()
    }

    fn is_fault(&self, row: &Line) -> bool {
        row.status() != Status::Passing
    }

    fn open(&self, _ctx: &Ctx, row: &Line) -> Option<Place> {
        let here = |view| Place::new(view).at(&self.dc).of(self.node.as_str());
        match row {
            Line::Node(_) if self.only.is_some() => Some(here("node")),
            Line::Instance(it) if self.only.is_none() => Some(here("instance").of(it.id.as_str())),
            Line::Instance(it) => Some(Place::new("service").of(it.service.as_str())),
            _ => None,
        }
    }

    fn consumers(&self, row: &Line) -> Option<Place> {
        let (service, id) = match row {
            Line::Instance(it) => (&it.service, &it.id),
            Line::Check(check) if !check.is_of_node() => (&check.service_name, &check.service_id),
            _ => (self.of.as_ref()?, self.only.as_ref()?),
        };
        let on = InstanceKey { node: self.node.clone(), id: id.clone() };
        Some(super::consumers::place_on(service, &self.dc, &on))
    }

    fn name(&self, row: &Line) -> String {
        match row {
            Line::Node(_) => self.node.to_string(),
            Line::Instance(it) => service::endpoint(it),
            Line::Check(check) => check.id.to_string(),
        }
    }

    fn json(&self, ctx: &Ctx, row: &Line) -> Value {
        match row {
            Line::Node(_) => {
                let node = self.state(ctx).and_then(|state| state.nodes.get(&self.node));
                json!(node.map(|node| NodeJson { datacenter: &self.dc, node }))
            }
            Line::Instance(it) => json!(InstanceJson::of(&self.dc, it)),
            Line::Check(check) => json!(CheckJson { datacenter: &self.dc, check }),
        }
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &Line) -> Option<Detail> {
        Some(match row {
            Line::Node(_) => Detail {
                title: Cell::new(format!(" {} ", clean(self.node.as_str())), Role::Title),
                lines: Lines::Whole(self.node_lines(ctx)),
            },
            Line::Instance(it) => service::instance_detail(ctx, &self.dc, &self.list(), it),
            Line::Check(check) => Detail {
                title: Cell::new(format!(" {} ", clean(&check.name)), Role::Title),
                lines: Lines::Whole(cells::check_lines(
                    ctx,
                    self.state_of(ctx, check.status),
                    check,
                    flap::check_since(ctx, &self.dc, &check.key(), check.status),
                )),
            },
        })
    }

    fn nothing(&self) -> &'static str {
        "not in the catalog"
    }
}
