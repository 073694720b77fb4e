//! The steps of a rollout, newest first: what each change made of the versions of a datacenter.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Which, words};
use crate::domain::feed::List;
use crate::domain::health::Counts;
use crate::domain::ids::Dc;
use crate::domain::rollout::{Rollout, Step};
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::views::listing::{Heading, Listing, Patch};
use crate::views::timeline::clock;
use crate::views::{Ctx, cells};

/// The list.
pub struct StepList {
    which: Which,
}

impl StepList {
    pub fn new(which: Which) -> Self {
        Self { which }
    }
}

/// One step.
#[derive(Clone, Debug)]
pub struct StepRow {
    /// Its place among the steps.
    number: usize,
    at: DateTime<Utc>,
    dc: Dc,
    /// What changed: the version, how many there were before and are then; `None` before the first
    /// sight.
    changes: Vec<(String, Option<usize>, usize)>,
    /// New instances that were critical then.
    critical: usize,
}

impl StepRow {
    /// `v2 3 -> 4, v1 37 -> 36`; at the first sight `v1 40`.
    fn text(&self) -> String {
        let change = |(version, before, now): &(String, Option<usize>, usize)| match before {
            Some(before) => format!("{version} {} -> {}", count(*before), count(*now)),
            None => format!("{version} {}", count(*now)),
        };
        self.changes.iter().map(change).collect::<Vec<_>>().join(", ")
    }
}

impl Row for StepRow {
    type Key = usize;

    fn key(&self) -> usize {
        self.number
    }

    fn text(&self) -> RowText {
        RowText::new([self.dc.as_str(), &self.text()])
    }

    fn tie(&self, other: &Self) -> Ordering {
        other.number.cmp(&self.number)
    }
}

/// All steps of a rollout, oldest first.
fn rows(rollout: &Rollout) -> Vec<StepRow> {
    let mut before: BTreeMap<&Dc, &Step> = BTreeMap::new();
    let row = |(number, step): (usize, &Step), before: Option<&Step>| {
        let versions = rollout.versions.iter().rev();
        let changes = versions.filter_map(|version| {
            let now = step.count(version);
            let was = before.map(|before| before.count(version));
            let is_told = was.map_or(now > 0, |was| was != now);
            is_told.then(|| (words::version(version), was, now))
        });
        let critical = step.split.get(&rollout.target).map_or(0, |it: &Counts| it.critical);
        StepRow { number, at: step.at, dc: step.dc.clone(), changes: changes.collect(), critical }
    };
    let mut rows = Vec::new();
    for (number, step) in rollout.steps.all().iter().enumerate() {
        rows.push(row((number, step), before.insert(&step.dc, step)));
    }
    rows
}

/// The last steps as lines, newest first.
pub(super) fn last(ctx: &Ctx, rollout: &Rollout, most: usize) -> Vec<Cell> {
    let rows = rows(rollout);
    rows.iter()
        .rev()
        .take(most)
        .map(|row| {
            let cell = Cell::new(format!("{}  ", clock(ctx, row.at)), Role::Muted);
            let dc = format!("{}  ", clean(row.dc.as_str()));
            let mut cell = cell.then(dc, Role::Text).then(row.text(), Role::Text);
            cell.runs.extend(critical(row).runs);
            cell
        })
        .collect()
}

fn critical(row: &StepRow) -> Cell {
    match row.critical {
        0 => Cell::default(),
        n => Cell::new(format!("  {} critical", count(n)), Role::Critical),
    }
}

impl Listing for StepList {
    type Row = StepRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        Heading {
            what: String::from("steps (left: instances)"),
            made_of: vec![List::Services],
            is_of_all: true,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, StepRow>> {
        vec![
            Column::new("age", "time", Width::Fit(8, 20), |row: &StepRow| {
                Cell::new(clock(ctx, row.at), Role::Text)
            })
            .sorts_worst_first(|a: &StepRow, b| a.number.cmp(&b.number)),
            Column::new("dc", "dc", Width::Fit(4, 12), |row: &StepRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &StepRow, b| a.dc.cmp(&b.dc)),
            Column::new("change", "change", Width::Fill(16, u16::MAX), |row: &StepRow| {
                let mut cell = Cell::new(row.text(), Role::Text);
                cell.runs.extend(critical(row).runs);
                cell
            }),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "age"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<StepRow> {
        let rollout = self.which.find(ctx);
        rollout.map(|rollout| rows(rollout)).unwrap_or_default()
    }

    fn patch(&mut self, ctx: &Ctx, _change: &Change) -> Option<Patch<StepRow>> {
        Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn is_fault(&self, row: &StepRow) -> bool {
        row.critical > 0
    }

    fn name(&self, row: &StepRow) -> String {
        row.text()
    }

    fn json(&self, _ctx: &Ctx, row: &StepRow) -> Value {
        let changes = row.changes.iter();
        let changes = changes
            .map(|(version, from, to)| json!({ "version": version, "from": from, "to": to }));
        json!({
            "at": row.at,
            "datacenter": row.dc,
            "changes": changes.collect::<Vec<_>>(),
            "critical": row.critical,
        })
    }

    fn nothing(&self) -> &'static str {
        "nothing is rolled out"
    }
}
