//! Failing checks: every critical and warning check of every datacenter in one list.
//!
//! Grouped by service (with how many of its instances fail), by node (a failing node folds the
//! checks of its services under it), or flat; worst and newest first, the whole output beside it.
//! Maintenance is shown as maintenance, with its reason.

use serde_json::{Value, json};

use super::flap::{self, Flap};
use super::listing::{Heading, Listing, Patch, TableView};
use super::timeline::near::About;
use super::{Ctx, Entry, Place, Response, View, cells, fresh, rollout};
use crate::app::action::Action;
use crate::app::command::{Grouping, Takes};
use crate::domain::feed::List;
use crate::domain::health::Check;
use crate::domain::ids::ServiceName;
use crate::domain::json::CheckJson;
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::ui::glyph::Sign;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

mod groups;
mod rows;

use groups::Groups;
use rows::{CheckRow, Group, Member};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "checks",
    aliases: &["ch", "check", "failing"],
    takes: Takes::Nothing,
    doc: "every failing check of all datacenters, worst and newest first",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Checks::default()))
}

/// From this width on names are not cut to leave room for outputs.
const ROOMY: u16 = 100;

/// How many checks of a folded group are described beside it.
const DESCRIBED: usize = 50;

/// The list.
#[derive(Default)]
pub struct Checks {
    groups: Groups,
}

impl Listing for Checks {
    type Row = CheckRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let by = match self.groups.by {
            Grouping::Service => "by service",
            Grouping::Node => "by node",
            Grouping::Flat => "flat",
        };
        let place = ctx.focus.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        Heading {
            what: format!("checks{place} {by}"),
            made_of: vec![List::Checks],
            is_of_all: false,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, CheckRow>> {
        let longest = match self.groups.by {
            _ if room >= ROOMY => 56,
            Grouping::Flat => 34,
            Grouping::Service | Grouping::Node => 24,
        };
        let mut columns = vec![
            Column::new("dc", "dc", Width::Fit(4, 12), |row: &CheckRow| {
                cells::dc(ctx, row.group.dc())
            })
            .sorts(|a: &CheckRow, b| a.group.dc().cmp(b.group.dc())),
            Column::new("status", "state", Width::Fit(8, 17), |row: &CheckRow| {
                let own = row.check().map(|check| check.status);
                let status = own.unwrap_or_else(|| row.group.checks.worst());
                fresh::status(ctx, row.group.dc(), &List::Checks, status)
            })
            .sorts_worst_first(|a: &CheckRow, b| a.group.urgency().cmp(&b.group.urgency())),
            Column::new("name", self.subject(), Width::Fit(10, longest), |row: &CheckRow| {
                self.what(ctx, row)
            })
            .sorts(|a: &CheckRow, b| a.group.name().cmp(b.group.name())),
            Column::new("age", "since", Width::Fit(5, 8), |row: &CheckRow| {
                let own = row.member.as_ref().map_or(row.group.since, |member| member.since);
                cells::since(ctx.now, own)
            })
            .right()
            .sorts_worst_first(|a: &CheckRow, b| {
                let at = |row: &CheckRow| row.group.since.map(|since| since.at);
                at(a).cmp(&at(b))
            }),
            Column::new("output", "output", Width::Fill(12, u16::MAX), |row: &CheckRow| match row
                .check()
            {
                Some(check) => Cell::new(cells::summary(check), Role::Text),
                None => Cell::new(row.group.says.to_string(), Role::Muted),
            })
            .rank(2),
        ];
        if self.groups.by != Grouping::Flat {
            let sum = Column::new("failing", "failing", Width::Fit(7, 20), failing).right().rank(1);
            let failing = |row: &CheckRow| row.group.checks.failing();
            let sum = sum.sorts_worst_first(move |a: &CheckRow, b| failing(a).cmp(&failing(b)));
            columns.insert(3, sum);
        }
        let flaps = |row: &CheckRow| row.group.flaps.0;
        // On a small screen the outputs go before it, and only where all is asked for.
        let column = flap::column(ctx, room, |row: &CheckRow| flap_of(ctx, row));
        let column = column.rank(if wide { 1 } else { 3 });
        columns.push(column.sorts_worst_first(move |a: &CheckRow, b| flaps(a).cmp(&flaps(b))));
        if wide {
            let index = |row: &CheckRow| {
                let index = row.check().map(|check| check.modify_index.to_string());
                Cell::new(index.unwrap_or_default(), Role::Muted)
            };
            columns.push(Column::new("index", "index", Width::Fit(5, 12), index).right().rank(3));
        }
        columns
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<CheckRow> {
        self.groups.load(ctx)
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<CheckRow>> {
        match change {
            Change::Checks(dc, keys) if ctx.shows(dc) => {
                Some(self.groups.patch(dc, ctx.store.dc(dc)?, ctx, keys))
            }
            // Changes grow old by themselves.
            Change::Datacenter(dc) if ctx.shows(dc) => {
                let state = ctx.store.dc(dc)?;
                let keys = flap::fading(ctx, dc).filter(|key| state.checks.contains_key(*key));
                let keys: Vec<_> = keys.cloned().collect();
                (!keys.is_empty()).then(|| self.groups.patch(dc, state, ctx, &keys))
            }
            Change::Services(dc, names) if ctx.shows(dc) => {
                Some(self.groups.recount(dc, ctx, names.iter().map(|name| name.as_str().into())))
            }
            _ => None,
        }
    }

    fn is_fault(&self, _row: &CheckRow) -> bool {
        true
    }

    fn open(&self, _ctx: &Ctx, row: &CheckRow) -> Option<Place> {
        let check = row.check()?;
        let dc = row.group.dc();
        if check.is_of_node() {
            return Some(Place::new("node").at(dc).of(check.node.as_str()));
        }
        Some(Place::new("instance").at(dc).of(check.node.as_str()).of(check.service_id.as_str()))
    }

    fn consumers(&self, row: &CheckRow) -> Option<Place> {
        let dc = Some(row.group.dc());
        match (row.check(), &row.group.service) {
            (Some(check), _) if check.is_of_node() => None,
            (Some(check), _) => Some(super::consumers::place(&check.service_name, dc)),
            (None, service) => Some(super::consumers::place(&service.as_ref()?.name, dc)),
        }
    }

    fn name(&self, row: &CheckRow) -> String {
        row.check().map_or_else(|| row.group.name().to_owned(), |check| check.id.to_string())
    }

    fn json(&self, _ctx: &Ctx, row: &CheckRow) -> Value {
        let of = |check: &Check| json!(CheckJson { datacenter: row.group.dc(), check });
        match row.check() {
            Some(check) => of(check),
            None => row.group.sorted().into_iter().map(|member| of(&member.check)).collect(),
        }
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &CheckRow) -> Option<Detail> {
        let title = format!(" {} @ {} ", clean(row.group.name()), clean(row.group.dc().as_str()));
        let lines = match row.member.as_deref() {
            Some(Member { check, since, .. }) => {
                let state = fresh::status(ctx, row.group.dc(), &List::Checks, check.status);
                cells::check_lines(ctx, state, check, *since)
            }
            None => describe(ctx, &row.group),
        };
        Some(Detail { title: Cell::new(title, Role::Title), lines: Lines::Whole(lines) })
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&CheckRow>) -> Option<Response> {
        let group = row.filter(|_| self.groups.by != Grouping::Flat).map(|row| &row.group);
        let is_head = row.is_some_and(|row| row.member.is_none());
        match (action, group) {
            (Action::WatchRollout, _) => {
                return Some(rollout::watch(row.and_then(|it| self.service(it))));
            }
            (Action::GroupBy, _) => {
                self.groups.by = match self.groups.by {
                    Grouping::Service => Grouping::Node,
                    Grouping::Node => Grouping::Flat,
                    Grouping::Flat => Grouping::Service,
                };
            }
            (Action::WhatChanged, _) => return row.map(|row| what_changed(ctx, row)),
            (Action::ExpandAll, _) => self.groups.toggle_all(),
            (Action::Open, Some(group)) if is_head => self.groups.toggle(group),
            (Action::Right, Some(group)) if is_head && !group.is_open => self.groups.toggle(group),
            (Action::Left, Some(group)) if group.is_open => self.groups.toggle(group),
            _ => return None,
        }
        Some(Response::Changed)
    }

    fn group_by(&mut self, by: Grouping) -> bool {
        self.groups.by = by;
        true
    }

    fn nothing(&self) -> &'static str {
        "nothing is failing"
    }
}

impl Checks {
    /// The service that a line is about, if it is about one.
    fn service<'a>(&self, row: &'a CheckRow) -> Option<&'a ServiceName> {
        let first = || row.group.members.first().filter(|_| self.groups.by == Grouping::Service);
        row.member.as_ref().or_else(first).map(|member| &member.check.service_name)
    }

    fn subject(&self) -> &'static str {
        match self.groups.by {
            Grouping::Service => "service",
            Grouping::Node => "node",
            Grouping::Flat => "check",
        }
    }

    /// What a line is about: the group with its fold sign, or the check under it.
    fn what(&self, ctx: &Ctx, row: &CheckRow) -> Cell {
        let group = &row.group;
        match row.check() {
            None => {
                let sign = if group.is_open { Sign::Unfolded } else { Sign::Folded };
                let sign = Cell::new(format!("{} ", ctx.look.sign(sign)), Role::Muted);
                // Among services a node stands for its own checks, and for all on it.
                let is_node = self.groups.by == Grouping::Service && group.is_of_node;
                let kind = if is_node { "node " } else { "" };
                sign.then(kind, Role::Muted).then(clean(group.name()).into_owned(), Role::Text)
            }
            Some(check) => {
                let is_flat = self.groups.by == Grouping::Flat;
                let indent = if is_flat { "" } else { "    " };
                let owner = match (self.groups.by, check.is_of_node()) {
                    (Grouping::Flat, false) => format!("{} on {}", check.service_id, check.node),
                    (Grouping::Node, false) => check.service_id.to_string(),
                    _ => check.node.to_string(),
                };
                Cell::new(format!("{indent}{}", clean(&owner)), Role::Text)
                    .then(format!("  {}", clean(&check.name)), Role::Muted)
            }
        }
    }
}

/// What a folded group holds.
fn describe(ctx: &Ctx, group: &Group) -> Vec<Cell> {
    let noun = if group.checks.failing() == 1 { " check" } else { " checks" };
    let counted = |list, counts| {
        let cell = cells::failing(counts);
        if fresh::is_old(ctx, group.dc(), &list) { cells::was(ctx, &cell) } else { cell }
    };
    let mut lines = vec![counted(List::Checks, &group.checks).then(noun, Role::Muted)];
    if let Some(service) = &group.service {
        let mut instances = counted(List::Services, &service.counts);
        let all = service.instances.map(|n| format!(" of {} instances", count(n)));
        instances.runs.push((all.unwrap_or_default().into(), Role::Muted));
        lines.push(instances);
    }
    for member in group.first(DESCRIBED) {
        let check = &member.check;
        lines.push(Cell::default());
        let mut head = fresh::status(ctx, group.dc(), &List::Checks, check.status);
        let what = format!(" {}  {} ", clean(check.node.as_str()), clean(&check.name));
        head.runs.push((what.into(), Role::Text));
        head.runs.extend(cells::since(ctx.now, member.since).runs);
        lines.push(head);
        lines.push(Cell::new(cells::summary(check), Role::Muted));
    }
    let more = group.members.len().saturating_sub(DESCRIBED);
    if more > 0 {
        lines.push(Cell::new(format!("and {} more", count(more)), Role::Muted));
    }
    lines
}

/// What changed before the check failed, or the newest of the worst of its group.
fn what_changed(ctx: &Ctx, row: &CheckRow) -> Response {
    let (group, dc) = (&row.group, row.group.dc());
    if let Some(member) = &row.member {
        return About::check(dc, &member.check).before(ctx, member.since);
    }
    let worst = group.checks.worst();
    let about = if group.members.iter().all(|it| it.check.is_of_node() || group.is_of_node) {
        About::node(dc, group.name(), worst)
    } else {
        About::service(dc, group.name(), worst)
    };
    about.before(ctx, group.since)
}

/// How often the check changed of late, or the one of the group that did most often.
fn flap_of(ctx: &Ctx, row: &CheckRow) -> Flap {
    let key = match row.check() {
        Some(check) => Some(check.key()),
        None => row.group.flaps.1.clone(),
    };
    let dc = row.group.dc();
    key.map_or_else(|| Flap::steady(ctx, dc), |key| Flap::of_check(ctx, dc, &key))
}

/// So many checks, in words.
fn checks_of(n: usize) -> String {
    format!("{} {}", count(n), if n == 1 { "check" } else { "checks" })
}

/// How much of a group fails: instances of a service, else checks.
fn failing(row: &CheckRow) -> Cell {
    let (None, group) = (&row.member, &row.group) else {
        return Cell::default();
    };
    let role = cells::role(group.checks.worst());
    match &group.service {
        Some(service) => {
            let about = if service.is_exact { "" } else { "~" };
            let all = service.instances.map_or_else(|| String::from("?"), count);
            Cell::new(format!("{about}{}/{all} inst", count(service.counts.failing())), role)
        }
        None => Cell::new(checks_of(group.checks.failing()), role),
    }
}
