//! Where consumers of any service do not see what the catalog says, in all datacenters (or in the
//! focused one), worst first: an instance a row, the disagreement in words. What could not be asked
//! stands below, so that an empty list is never more than it is.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::consumers::words;
use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, View, cells, fresh};
use crate::app::command::Takes;
use crate::domain::consumers::{Found, Grade, Problem, RowKey, Swept};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, ServiceName};
use crate::store::{Change, Since};
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

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

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    dc: Dc,
    what: What,
}

/// What a line is about.
#[derive(Clone, Debug)]
enum What {
    /// An instance on which the ways disagree.
    Found(Arc<Found>),
    /// A way that could not be asked.
    Unasked(Arc<str>, Problem),
    /// So many services could not be judged.
    Unread(usize),
    /// Nothing is known of the datacenter.
    Dark,
}

/// What names a line within its datacenter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKey {
    /// Nothing is known of it.
    Dark,
    /// An instance of a service.
    Found(ServiceName, RowKey),
    /// A way, and why it could not be asked.
    Unasked(Arc<str>, Arc<str>),
    /// Services that could not be judged.
    Unread,
}

impl Line {
    fn badness(&self) -> (u8, Option<Grade>, usize) {
        match &self.what {
            What::Dark => (2, None, 0),
            What::Found(it) => (1, it.row.grade(), it.row.disagreements.len()),
            What::Unasked(..) | What::Unread(_) => (0, None, 0),
        }
    }

    fn found(&self) -> Option<&Found> {
        match &self.what {
            What::Found(found) => Some(found),
            _ => None,
        }
    }

    fn since(&self) -> Option<DateTime<Utc>> {
        match &self.what {
            What::Found(found) => found.row.since,
            What::Unasked(_, problem) => Some(problem.since),
            _ => None,
        }
    }

    /// What it says, for who reads no columns.
    fn says(&self) -> String {
        match &self.what {
            What::Found(it) => {
                it.row.disagreements.iter().map(|it| &*it.text).collect::<Vec<_>>().join("; ")
            }
            What::Unasked(way, problem) => format!("{way} cannot be asked: {}", problem.why),
            What::Unread(n) => {
                format!("{} services are not judged: the catalog did not answer", count(*n))
            }
            What::Dark => String::new(),
        }
    }
}

impl Row for Line {
    type Key = (Dc, LineKey);

    fn key(&self) -> Self::Key {
        let key = match &self.what {
            What::Dark => LineKey::Dark,
            What::Found(it) => LineKey::Found(it.service.clone(), it.row.key.clone()),
            What::Unasked(way, problem) => {
                LineKey::Unasked(Arc::clone(way), Arc::clone(&problem.why))
            }
            What::Unread(_) => LineKey::Unread,
        };
        (self.dc.clone(), key)
    }

    fn text(&self) -> RowText {
        let mut texts = vec![self.dc.to_string(), self.says()];
        if let Some(it) = self.found() {
            texts.extend([it.service.to_string(), it.row.name().to_owned()]);
            texts.extend(it.row.status().map(|it| it.word().to_owned()));
        }
        RowText::new(texts.iter().map(String::as_str))
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

fn lines(dc: &Dc, swept: &Swept) -> Vec<Line> {
    let found = swept.found.iter().map(|it| What::Found(Arc::clone(it)));
    let unasked = swept.problems.iter().map(|(way, it)| What::Unasked(Arc::clone(way), it.clone()));
    let unread = Some(swept.unread).filter(|n| *n > 0).map(What::Unread);
    let all = found.chain(unasked).chain(unread);
    all.map(|what| Line { dc: dc.clone(), what }).collect()
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
            (checked, of) if checked >= of => format!(" | {} services", count(of)),
            (checked, of) => format!(" | {} of {} services so far", count(checked), count(of)),
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
                let since = line.since().map(|at| Since { at, is_exact: true });
                cells::since(ctx.now, since)
            })
            .right()
            .rank(1)
            .sorts(|a: &Line, b| b.since().cmp(&a.since())),
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
        let place = super::consumers::place(&row.found()?.service, Some(&row.dc));
        Some(match &row.found()?.row.instance {
            Some(it) => place.of(it.node.as_str()).of(it.id.as_str()),
            None => place,
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
            "since": row.since(),
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
