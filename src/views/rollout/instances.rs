//! The instances of the service, those of the new version that fail first.

use std::cmp::{Ordering, Reverse};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Which, words};
use crate::domain::feed::List;
use crate::domain::health::Status;
use crate::domain::ids::{Dc, NodeName, ServiceId};
use crate::domain::rollout::{Rollout, Sight};
use crate::domain::seat::Seat;
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{age, clean, clean_lines};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::fresh::NOT_RECORDED;
use crate::views::listing::{Heading, Listing, Patch};
use crate::views::{Ctx, Place, cells};

/// The list.
pub struct Instances {
    which: Which,
    /// How well each datacenter could be seen when it was loaded last.
    sights: Vec<(Dc, Sight)>,
}

impl Instances {
    pub fn new(which: Which) -> Self {
        Self { which, sights: Vec::new() }
    }
}

/// An instance in its datacenter.
#[derive(Clone, Debug)]
pub struct SeatRow {
    dc: Dc,
    seat: Seat,
    /// True for the version that is rolled out.
    is_new: bool,
    /// Since when it fails, where that counts against the new version (UTC).
    failing: Option<DateTime<Utc>>,
    /// True where its datacenter cannot be seen now.
    is_old: bool,
}

impl SeatRow {
    /// The order of attention: what fails of the new version, then the worst, what was so once before
    /// what is, new ones first.
    fn badness(&self) -> (bool, Status, bool, bool) {
        (self.failing.is_some(), self.seat.status, self.is_old, self.is_new)
    }
}

impl Row for SeatRow {
    type Key = (Dc, NodeName, ServiceId);

    fn key(&self) -> Self::Key {
        (self.dc.clone(), self.seat.node.clone(), self.seat.id.clone())
    }

    fn text(&self) -> RowText {
        let Seat { node, id, version, status, output, .. } = &self.seat;
        let texts = [self.dc.as_str(), node.as_str(), id.as_str(), version, status.word(), output];
        RowText::new(texts)
    }

    fn tie(&self, other: &Self) -> Ordering {
        let key = |row: &Self| (Reverse(row.is_new), row.key());
        key(self).cmp(&key(other))
    }
}

/// The state of an instance, which is what was where its datacenter cannot be seen.
fn state(ctx: &Ctx, row: &SeatRow) -> Cell {
    let status = row.seat.status;
    if row.is_old { cells::past(ctx, status.word()) } else { cells::status(ctx, status) }
}

impl Listing for Instances {
    type Row = SeatRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let now = match (self.which.is_of_before(), ctx.is_past) {
            (false, _) => "",
            (true, false) => " as they are now",
            (true, true) => " as they were then",
        };
        Heading {
            what: format!("instances{now} (right: steps)"),
            made_of: vec![List::Services],
            is_of_all: false,
        }
    }

    /// At an earlier moment: how long before it they were told. What was in motion was followed then:
    /// that is of the very moment. Who is followed by nobody tells only what moves.
    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        let rolling = ctx.store.rollouts.of(&self.which.service);
        if !ctx.is_past || rolling.is_some_and(Rollout::is_moving) {
            return None;
        }
        let looks = ctx.store.rollouts.looks(&self.which.service);
        let oldest = looks.filter(|(dc, _)| ctx.shows(dc)).map(|(_, look)| look.at).min();
        let text = match oldest {
            Some(at) => format!(" | told {} before", age(words::span(ctx.now - at))),
            None => format!(" | {NOT_RECORDED}"),
        };
        Some(Cell::new(text, Role::Stale))
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, SeatRow>> {
        let text = |text: &str, role| Cell::new(clean(text).into_owned(), role);
        vec![
            Column::new("dc", "dc", Width::Fit(4, 12), |row: &SeatRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &SeatRow, b| a.dc.cmp(&b.dc)),
            Column::new("status", "state", Width::Fit(8, 17), move |row: &SeatRow| state(ctx, row))
                .sorts_worst_first(|a: &SeatRow, b| a.badness().cmp(&b.badness())),
            Column::new("version", "version", Width::Fit(7, 14), |row: &SeatRow| {
                let role = if row.is_new { Role::Text } else { Role::Muted };
                Cell::new(words::version(&row.seat.version), role)
            })
            .sorts(|a: &SeatRow, b| a.seat.version.cmp(&b.seat.version)),
            Column::new("name", "id", Width::Fit(8, 32), move |row: &SeatRow| {
                text(row.seat.id.as_str(), Role::Text)
            })
            .sorts(|a: &SeatRow, b| a.seat.id.cmp(&b.seat.id)),
            Column::new("node", "node", Width::Fit(8, 28), move |row: &SeatRow| {
                text(row.seat.node.as_str(), Role::Muted)
            })
            .rank(3)
            .sorts(|a: &SeatRow, b| a.seat.node.cmp(&b.seat.node)),
            Column::new("age", "for", Width::Fit(4, 5), |row: &SeatRow| {
                // For how long it was so while nobody saw it is not known.
                let since = row.failing.filter(|_| !row.is_old);
                let since = since.map(|since| age(words::span(ctx.now - since)));
                Cell::new(since.unwrap_or_default(), Role::Critical)
            })
            .right()
            .rank(2)
            .sorts(|a: &SeatRow, b| a.failing.cmp(&b.failing)),
            Column::new("output", "output", Width::Fill(10, u16::MAX), move |row: &SeatRow| {
                let says = row.seat.output.lines().map(str::trim).find(|line| !line.is_empty());
                text(says.unwrap_or_default(), Role::Text)
            })
            .rank(1),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<SeatRow> {
        let rollouts = &ctx.store.rollouts;
        let rollout = self.which.find(ctx);
        self.sights = ctx.store.sights(&self.which.service);
        let sights = &self.sights;
        let is_old = |dc: &Dc| {
            sights.iter().any(|(it, sight)| it == dc && matches!(sight, Sight::Unclear(_)))
        };
        let mut rows = Vec::new();
        for (dc, look) in rollouts.looks(&self.which.service).filter(|(dc, _)| ctx.shows(dc)) {
            let is_old = is_old(dc);
            let part = rollout.filter(|it| it.ended.is_none()).and_then(|it| it.parts.get(dc));
            rows.extend(look.seats.seats.iter().map(|seat| SeatRow {
                dc: dc.clone(),
                seat: seat.clone(),
                is_new: rollout.is_some_and(|it| it.target == seat.version),
                failing: part.and_then(|part| part.failing_since(seat)),
                is_old,
            }));
        }
        rows
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<SeatRow>> {
        // Time alone changes no row, unless a datacenter came or went.
        let is_time = matches!(change, Change::Rollouts | Change::Datacenter(_));
        if is_time && self.sights == ctx.store.sights(&self.which.service) {
            return None;
        }
        Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn is_fault(&self, row: &SeatRow) -> bool {
        row.seat.status != Status::Passing
    }

    fn open(&self, _ctx: &Ctx, row: &SeatRow) -> Option<Place> {
        let place = Place::new("instance").at(&row.dc);
        Some(place.of(row.seat.node.as_str()).of(row.seat.id.as_str()))
    }

    fn name(&self, row: &SeatRow) -> String {
        row.seat.id.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &SeatRow) -> Value {
        let Seat { node, id, version, status, output, .. } = &row.seat;
        json!({
            "datacenter": row.dc,
            "node": node,
            "id": id,
            "version": version,
            "status": status,
            "output": output,
        })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &SeatRow) -> Option<Detail> {
        let seat = &row.seat;
        let head =
            state(ctx, row).then(format!("  {}", words::version(&seat.version)), Role::Text).then(
                format!("  on {} in {}", clean(seat.node.as_str()), clean(row.dc.as_str())),
                Role::Muted,
            );
        let mut lines = vec![head];
        lines.extend(clean_lines(&seat.output).into_iter().map(|line| Cell::new(line, Role::Text)));
        Some(Detail {
            title: cells::text(&format!(" {} ", seat.id), Role::Title),
            lines: Lines::Whole(lines),
        })
    }

    fn nothing(&self) -> &'static str {
        "no instance was told so far"
    }
}
