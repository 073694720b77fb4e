//! Where consumers of any service do not see what the catalog says, in all datacenters (or in the
//! focused one), worst first: an instance a row, the disagreement in words. What could not be asked
//! stands below, so that an empty list is never more than it is.

use serde_json::{Value, json};

use super::consumers::detail::shown;
use super::consumers::words;
use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, View, cells, fresh};
use crate::app::command::Takes;
use crate::domain::consumers::{Found, RowKey};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::Dc;
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::row::Row;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

mod line;

use line::{Line, What, lines};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "disagreements",
    aliases: &["disagree", "dis"],
    takes: Takes::Nothing,
    doc: "where DNS or load balancers give something else than the catalog, over all services",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Disagreements { only: place.dc.clone() }))
}

/// The list.
pub struct Disagreements {
    only: Option<Dc>,
}

/// The freshness that all of it has.
fn list() -> List {
    List::Subject(Subject::Disagreements)
}

impl Disagreements {
    fn shows(&self, ctx: &Ctx, dc: &Dc) -> bool {
        self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc)
    }

    fn shown<'a>(
        &'a self,
        ctx: &Ctx<'a>,
    ) -> impl Iterator<Item = (&'a Dc, &'a crate::store::Datacenter)> {
        let ctx = *ctx;
        ctx.store.datacenters().filter(move |(dc, _)| self.shows(&ctx, dc))
    }
}

impl Listing for Disagreements {
    type Row = Line;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let dc = self.only.as_ref().or(ctx.focus);
        let place = dc.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        Heading { what: format!("{}{place}", ENTRY.name), made_of: vec![list()], is_of_all: false }
    }

    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        let all = self.shown(ctx).filter_map(|(_, state)| state.swept.as_ref());
        let (checked, of) =
            all.fold((0, 0), |(checked, of), it| (checked + it.checked, of + it.of));
        let text = match (checked, of) {
            (_, 0) => return None,
            (checked, of) if checked >= of => format!(" | {} services, by datacenter", count(of)),
            (checked, of) => {
                format!(" | {} of {} services so far, by datacenter", count(checked), count(of))
            }
        };
        Some(Cell::new(text, Role::Muted))
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, Line>> {
        let of = |show: fn(&Found) -> Cell| {
            move |line: &Line| line.found().map(show).unwrap_or_default()
        };
        vec![
            Column::new("dc", "dc", Width::Fit(4, 12), |line: &Line| cells::dc(ctx, &line.dc))
                .sorts(|a: &Line, b| a.dc.cmp(&b.dc)),
            Column::new("status", "state", Width::Fit(8, 13), |line: &Line| state(ctx, line))
                .sorts_worst_first(|a: &Line, b| a.badness().cmp(&b.badness())),
            Column::new(
                "name",
                "service",
                Width::Fit(8, 30),
                of(|it| cells::text(it.service.as_str(), Role::Text)),
            )
            .sorts(|a: &Line, b| a.key().1.cmp(&b.key().1)),
            Column::new(
                "instance",
                "instance",
                Width::Fit(8, 30),
                of(|it| cells::text(it.row.name(), Role::Muted)),
            )
            .rank(2),
            Column::new("age", "since", Width::Fit(5, 7), |line: &Line| {
                cells::since(ctx.now, line.since().map(shown))
            })
            .right()
            .rank(1)
            .sorts(|a: &Line, b| b.since().map(|it| it.at).cmp(&a.since().map(|it| it.at))),
            Column::new("says", "disagreement", Width::Fill(20, u16::MAX), |line: &Line| {
                says(ctx, line)
            }),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<Line> {
        let of_dc = |(dc, state): (&Dc, &crate::store::Datacenter)| match &state.swept {
            Some(swept) => lines(dc, swept),
            None if fresh::unread(ctx, dc, &list()).is_some() => {
                vec![Line { dc: dc.clone(), what: What::Dark }]
            }
            None => Vec::new(),
        };
        self.shown(ctx).flat_map(of_dc).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<Line>> {
        let is_mine = match change {
            Change::Disagreements(dc) | Change::Datacenter(dc) => self.shows(ctx, dc),
            Change::Datacenters => true,
            _ => false,
        };
        is_mine.then(|| Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let wanted = |(dc, _): (&Dc, _)| Wanted { dc: dc.clone(), subject: Subject::Disagreements };
        self.shown(ctx).map(wanted).collect()
    }

    fn is_fault(&self, row: &Line) -> bool {
        !matches!(row.what, What::Unread(_))
    }

    fn open(&self, _ctx: &Ctx, row: &Line) -> Option<Place> {
        let found = row.found()?;
        Some(match &found.row.key {
            RowKey::Instance(key) => super::consumers::place_on(&found.service, &row.dc, key),
            RowKey::Server(..) => super::consumers::place(&found.service, Some(&row.dc)),
        })
    }

    fn consumers(&self, row: &Line) -> Option<Place> {
        Some(super::consumers::place(&row.found()?.service, Some(&row.dc)))
    }

    fn name(&self, row: &Line) -> String {
        row.found().map_or_else(|| row.dc.to_string(), |it| words::endpoint(&it.row))
    }

    fn json(&self, _ctx: &Ctx, row: &Line) -> Value {
        let it = row.found();
        let instance = it.and_then(|it| it.row.instance.as_ref());
        json!({
            "datacenter": row.dc,
            "service": it.map(|it| &it.service),
            "service_id": instance.map(|it| &it.id),
            "node": instance.map(|it| &it.node),
            "says": row.says(),
            "since": row.since().map(|it| it.at),
        })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &Line) -> Option<Detail> {
        let title = row.found().map_or_else(|| row.dc.to_string(), |it| it.service.to_string());
        let mut lines = match row.found() {
            Some(it) => it
                .row
                .disagreements
                .iter()
                .map(|it| Cell::new(format!("! {}", clean(&it.text)), words::role(it)))
                .collect(),
            None => vec![says(ctx, row)],
        };
        if let Some(it) = row.found() {
            let at = format!("{} {}", words::endpoint(&it.row), clean(it.row.name()));
            lines.push(Cell::new(at, Role::Text));
            lines.push(Cell::new("enter shows the answer of each way", Role::Muted));
        }
        let title = Cell::new(format!(" {} ", clean(&title)), Role::Title);
        Some(Detail { title, lines: Lines::Whole(lines) })
    }

    fn nothing(&self) -> &'static str {
        "every way that was asked gives what the catalog says"
    }
}

/// The state in the catalog.
fn state(ctx: &Ctx, line: &Line) -> Cell {
    match line.found() {
        Some(it) => match it.row.status() {
            Some(status) => cells::status(ctx, status),
            None => Cell::new("not there", Role::Critical),
        },
        None => Cell::new("?", Role::Stale),
    }
}

fn says(ctx: &Ctx, line: &Line) -> Cell {
    match &line.what {
        What::Found(it) => words::disagreements(&it.row),
        What::Dark => fresh::unread(ctx, &line.dc, &list()).unwrap_or_default(),
        _ => Cell::new(clean(&line.says()).into_owned(), Role::Stale),
    }
}
