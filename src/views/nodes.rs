//! Nodes of all datacenters, failing ones first.
//!
//! A node's state is that of its own checks (gossip, maintenance). One that is well itself while
//! services on it fail says so; what fails is counted beside it.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::flap::{self, Flap};
use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, View, cells, fresh};
use crate::app::command::Takes;
use crate::domain::catalog::Node;
use crate::domain::feed::List;
use crate::domain::health::Status;
use crate::domain::ids::{Dc, NodeName};
use crate::domain::json::NodeJson;
use crate::domain::track::Since;
use crate::store::{Change, Datacenter};
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::theme::Role;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "nodes",
    aliases: &["no", "node-list"],
    takes: Takes::Nothing,
    doc: "every node of all datacenters, failing first",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Nodes))
}

/// The list.
pub struct Nodes;

/// One node of one datacenter.
#[derive(Clone, Debug)]
pub struct NodeRow {
    dc: Dc,
    node: Arc<Node>,
    /// Since when it is in its state, for sorting.
    since: Option<Since>,
    /// How often it changed of late, for sorting: as of when this was made.
    flaps: usize,
}

impl NodeRow {
    fn new(ctx: &Ctx, dc: &Dc, node: &Arc<Node>) -> Self {
        let row = Self { dc: dc.clone(), node: Arc::clone(node), since: None, flaps: 0 };
        let (since, flaps) = (row.since(ctx), row.flap(ctx).changes.unwrap_or_default());
        Self { since, flaps, ..row }
    }

    /// Since when it is in its state.
    fn since(&self, ctx: &Ctx) -> Option<Since> {
        ctx.store.dc(&self.dc)?.node_since(&self.node.name, self.node.status)
    }

    /// How often it changed of late.
    fn flap(&self, ctx: &Ctx) -> Flap {
        let state = ctx.store.dc(&self.dc);
        let flap = |state: &Datacenter| Flap::among(ctx, &state.tracked.nodes, &self.node.name);
        state.map(flap).unwrap_or_default()
    }
}

impl Row for NodeRow {
    type Key = (Dc, NodeName);

    fn key(&self) -> Self::Key {
        (self.dc.clone(), self.node.name.clone())
    }

    fn text(&self) -> RowText {
        let node = &self.node;
        let meta: Vec<String> =
            node.meta.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let words = [self.dc.as_str(), node.name.as_str(), &node.address, node.word()];
        RowText::new(words.into_iter().chain(meta.iter().map(String::as_str)))
    }

    fn tie(&self, other: &Self) -> Ordering {
        (&self.dc, &self.node.name).cmp(&(&other.dc, &other.node.name))
    }
}

impl Listing for Nodes {
    type Row = NodeRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let what = ctx.focus.map_or_else(|| String::from("nodes"), |dc| format!("nodes @ {dc}"));
        Heading { what, made_of: vec![List::Nodes, List::Checks], is_of_all: false }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, NodeRow>> {
        let mut columns = vec![
            Column::new("dc", "dc", Width::Fit(4, 12), |row: &NodeRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &NodeRow, b| a.dc.cmp(&b.dc)),
            Column::new("name", "node", Width::Fill(14, 48), |row: &NodeRow| {
                cells::text(row.node.name.as_str(), Role::Text)
            })
            .sorts(|a: &NodeRow, b| a.node.name.cmp(&b.node.name)),
            Column::new("status", "state", Width::Fit(8, 17), |row: &NodeRow| state(ctx, row))
                .sorts_worst_first(|a: &NodeRow, b| a.node.badness().cmp(&b.node.badness())),
            Column::new("age", "since", Width::Fit(5, 8), |row: &NodeRow| {
                cells::since(ctx.now, row.since(ctx))
            })
            .right()
            .sorts_worst_first(|a: &NodeRow, b| Since::order(a.since, b.since)),
            Column::new("failing", "failing checks", Width::Fit(7, 14), |row: &NodeRow| {
                cells::number(row.node.failing_checks, Role::Critical)
            })
            .right()
            .sorts_worst_first(|a: &NodeRow, b| a.node.failing_checks.cmp(&b.node.failing_checks)),
            Column::new("services", "services", Width::Fit(8, 9), |row: &NodeRow| {
                cells::number(row.node.services, Role::Text)
            })
            .right()
            .rank(if wide { 3 } else { 2 })
            .sorts_worst_first(|a: &NodeRow, b| a.node.services.cmp(&b.node.services)),
            Column::new("address", "address", Width::Fit(9, 39), |row: &NodeRow| {
                cells::text(&row.node.address, Role::Text)
            })
            .rank(if wide { 2 } else { 1 })
            .sorts(|a: &NodeRow, b| a.node.address.cmp(&b.node.address)),
        ];
        columns.push(
            flap::column(ctx, room, |row: &NodeRow| row.flap(ctx))
                .rank(if wide { 1 } else { 3 })
                .sorts_worst_first(|a: &NodeRow, b| a.flaps.cmp(&b.flaps)),
        );
        if wide {
            columns.push(
                Column::new("meta", "meta", Width::Fit(6, 80), |row: &NodeRow| {
                    cells::joined(row.node.meta.iter().map(|(key, value)| format!("{key}={value}")))
                })
                .rank(4),
            );
        }
        columns
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<NodeRow> {
        let shown = ctx.store.datacenters().filter(|(dc, _)| ctx.shows(dc));
        let rows = shown
            .flat_map(|(dc, state)| state.nodes.values().map(|node| NodeRow::new(ctx, dc, node)));
        rows.collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<NodeRow>> {
        let (dc, names) = match change {
            Change::Nodes(dc, names) => (dc, names.clone()),
            // Changes grow old by themselves.
            Change::Datacenter(dc) => {
                let fading = ctx.store.dc(dc)?.tracked.nodes.fading(ctx.now);
                (dc, fading.cloned().collect())
            }
            _ => return None,
        };
        let state = ctx.store.dc(dc).filter(|_| ctx.shows(dc) && !names.is_empty())?;
        let mut patch = Patch::default();
        for name in names {
            match state.nodes.get(&name) {
                Some(node) => patch.upserts.push(NodeRow::new(ctx, dc, node)),
                None => patch.removed.push((dc.clone(), name)),
            }
        }
        Some(patch)
    }

    fn is_fault(&self, row: &NodeRow) -> bool {
        row.node.badness() > (Status::Passing, 0)
    }

    fn open(&self, _ctx: &Ctx, row: &NodeRow) -> Option<Place> {
        Some(Place::new("node").at(&row.dc).of(row.node.name.as_str()))
    }

    fn name(&self, row: &NodeRow) -> String {
        row.node.name.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &NodeRow) -> Value {
        json!(NodeJson { datacenter: &row.dc, node: &row.node })
    }

    fn nothing(&self) -> &'static str {
        "no nodes"
    }
}

/// The state of a node; of one that nobody confirms any more, what it was.
fn state(ctx: &Ctx, row: &NodeRow) -> Cell {
    let NodeRow { dc, node, .. } = row;
    let is_old = [List::Nodes, List::Checks].iter().any(|list| fresh::is_old(ctx, dc, list));
    match (is_old, node.is_host_of_failing()) {
        (true, _) => cells::past(ctx, node.word()),
        (false, true) => cells::state(ctx, Status::Warning, node.word()),
        (false, false) => cells::status(ctx, node.status),
    }
}
