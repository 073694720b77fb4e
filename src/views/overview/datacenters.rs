//! One line for each datacenter: state, leader, servers, streams into it, Raft, sizes, failing
//! checks, round trip, age of the data and the trend of critical checks.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::facts::{self, TREND};
use crate::app::action::Action;
use crate::domain::feed::List;
use crate::domain::ids::Dc;
use crate::store::overview::Overview;
use crate::store::{Change, Datacenter, Verdict};
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::listing::{Heading, Listing, Patch};
use crate::views::replication::words;
use crate::views::{Ctx, Place, Response, cells};

/// From this width on the note has room for a whole reason.
const ROOMY: u16 = 160;

/// The list.
#[derive(Default)]
pub struct Datacenters {
    /// The datacenter that lists are limited to.
    focus: Option<Dc>,
}

/// One datacenter; what it shows is looked up when it is drawn.
#[derive(Clone, Debug)]
pub struct DcRow {
    dc: Dc,
    verdict: Verdict,
    critical: usize,
}

impl DcRow {
    fn make(dc: &Dc, state: &Datacenter) -> Self {
        Self { dc: dc.clone(), verdict: Verdict::of(state), critical: state.totals.checks.critical }
    }
}

impl Row for DcRow {
    type Key = Dc;

    fn key(&self) -> Dc {
        self.dc.clone()
    }

    fn text(&self) -> RowText {
        RowText::new([self.dc.as_str(), self.verdict.word()])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.dc.cmp(&other.dc)
    }
}

impl Listing for Datacenters {
    type Row = DcRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        Heading {
            what: String::from("datacenters"),
            made_of: vec![List::Checks, List::Services, List::Nodes],
            is_of_all: true,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, DcRow>> {
        let of = |show: fn(&Ctx, &Datacenter) -> Cell| {
            move |row: &DcRow| ctx.store.dc(&row.dc).map(|dc| show(ctx, dc)).unwrap_or_default()
        };
        let note = if room < ROOMY { facts::note } else { facts::long_note };
        // Where not all fits, wide shows the other half: who leads, Raft, nodes, services and
        // maintenance instead of instances, failing checks and round trip.
        let rank = |usually: u8, when_wide: u8| if wide { when_wide } else { usually };
        // Where data is lost, that goes before the number of instances, and so does the note.
        let is_lost = words::is_any_lost(ctx);
        let number = |id: &str, title, most, show| {
            Column::new(id, title, Width::Fit(3, most), of(show)).right()
        };
        vec![
            Column::new("name", "dc", Width::Fit(4, 14), |row: &DcRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &DcRow, b| a.dc.cmp(&b.dc)),
            Column::new("status", "state", Width::Fit(10, 13), |row: &DcRow| {
                verdict(ctx, row.verdict)
            })
            .sorts_worst_first(|a: &DcRow, b| a.verdict.cmp(&b.verdict)),
            Column::new("leader", "leader", Width::Fit(6, 16), of(facts::leader)).rank(rank(6, 2)),
            Column::new("servers", "servers", Width::Fit(7, 11), of(facts::servers))
                .rank(rank(1, 3)),
            Column::new("replication", "repl", Width::Fit(4, 17), move |row: &DcRow| {
                facts::replication(ctx, &row.dc, room >= ROOMY)
            })
            .rank(if is_lost { 2 } else { 5 }),
            Column::new("raft", "worst follower", Width::Fit(8, 26), of(facts::follower))
                .rank(rank(7, 1)),
            number("nodes", "nodes", 8, facts::nodes).rank(rank(5, 1)),
            number("services", "svcs", 8, facts::services).rank(rank(4, 2)),
            number("instances", "inst", 9, facts::instances).rank(rank(3, 6)),
            number("critical", "crit", 8, facts::critical)
                .rank(rank(0, 5))
                .sorts_worst_first(|a: &DcRow, b| a.critical.cmp(&b.critical)),
            number("warning", "warn", 8, facts::warning).rank(rank(0, 5)),
            number("maintenance", "mnt", 7, facts::maintenance).rank(rank(6, 1)),
            number("rtt", "rtt", 8, facts::round_trip).rank(rank(2, 6)),
            number("age", "data", 10, facts::data_age),
            Column::new(
                "trend",
                "critical",
                Width::Fit(TREND as u16, TREND as u16),
                of(facts::trend),
            )
            .rank(rank(4, 6)),
            Column::new("note", "note", Width::Fill(8, u16::MAX), of(note))
                .rank(rank(if is_lost { 2 } else { 3 }, 4)),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<DcRow> {
        self.focus = ctx.focus.cloned();
        ctx.store.datacenters().map(|(dc, state)| DcRow::make(dc, state)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<DcRow>> {
        let upserts = match change {
            Change::Datacenters => self.load(ctx),
            Change::Datacenter(dc)
            | Change::Services(dc, _)
            | Change::Checks(dc, _)
            | Change::Nodes(dc, _) => vec![DcRow::make(dc, ctx.store.dc(dc)?)],
            Change::Streams(_) => Vec::new(),
            _ => return None,
        };
        Some(Patch { upserts, ..Patch::default() })
    }

    fn starts_at(&self) -> Option<Dc> {
        self.focus.clone()
    }

    fn is_fault(&self, row: &DcRow) -> bool {
        row.verdict > Verdict::Connecting
    }

    fn open(&self, _ctx: &Ctx, row: &DcRow) -> Option<Place> {
        Some(Place::new("checks").at(&row.dc))
    }

    fn act(&mut self, _ctx: &Ctx, action: Action, row: Option<&DcRow>) -> Option<Response> {
        let row = row.filter(|_| action == Action::WhatChanged)?;
        let lately = format!("dc={} since=15m", row.dc);
        Some(Response::Open(Place::new("timeline").of(&lately)))
    }

    fn name(&self, row: &DcRow) -> String {
        row.dc.to_string()
    }

    fn json(&self, ctx: &Ctx, row: &DcRow) -> Value {
        json!(ctx.store.dc(&row.dc).map(|dc| Overview::of(&row.dc, dc)))
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &DcRow) -> Option<Detail> {
        let title = cells::text(&format!(" {} ", row.dc), Role::Title);
        Some(Detail {
            title,
            lines: Lines::Whole(facts::lines(ctx, &row.dc, ctx.store.dc(&row.dc)?)),
        })
    }

    fn nothing(&self) -> &'static str {
        "the agent lists no datacenter"
    }
}

/// A datacenter's state as sign and word.
pub fn verdict(ctx: &Ctx, verdict: Verdict) -> Cell {
    let (sign, role) = cells::verdict(ctx, verdict);
    Cell::new(format!("{sign} {}", verdict.word()), role)
}
