//! What consumers of one service see, in all datacenters (or in one): an instance a row, with a
//! column for each way of finding it. Rows on which the ways disagree are on top, in words; what is
//! true of the service as a whole stands below the instances.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, View, fresh};
use crate::app::command::Takes;
use crate::domain::catalog::InstanceKey;
use crate::domain::consumers::{Consumers, Row as Seen, RowKey};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::json::ConsumerJson;
use crate::store::Change;
use crate::table::column::{Cell, Column};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::count;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

mod columns;
pub(super) mod detail;
pub(super) mod words;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "consumers",
    aliases: &["who", "seen"],
    takes: Takes::Service,
    doc: "what consumers of a service see: DNS, HTTP, prepared queries, load balancers",
    is_tab: false,
    open,
};

/// The place of a service's consumers.
pub fn place(service: &ServiceName, dc: Option<&Dc>) -> Place {
    Place::new(ENTRY.name).perhaps_at(dc).of(service.as_str())
}

/// The same, with the cursor on an instance at first.
pub fn place_on(service: &ServiceName, dc: &Dc, on: &InstanceKey) -> Place {
    // What is shown comes last: that is what a place is called by.
    let place = Place::new(ENTRY.name).at(dc).of(on.node.as_str()).of(on.id.as_str());
    place.of(service.as_str())
}

fn open(place: &Place) -> Box<dyn View> {
    let (name, starts_at) = match place.args.as_slice() {
        [node, id, service] => {
            let key = InstanceKey { node: Arc::clone(node).into(), id: Arc::clone(id).into() };
            (ServiceName::from(Arc::clone(service)), Some(RowKey::Instance(key)))
        }
        _ => (ServiceName::from(place.arg(0)), None),
    };
    let view = Service { name, only: place.dc.clone(), starts_at };
    Box::new(TableView::new(place.clone(), view))
}

/// The list.
pub struct Service {
    name: ServiceName,
    only: Option<Dc>,
    starts_at: Option<RowKey>,
}

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKey {
    /// A datacenter of which nothing can be read.
    Unread,
    /// An instance, or what a load balancer takes for one.
    Row(RowKey),
    /// A way that cannot be asked, or something that is easily overlooked.
    Note(usize),
}

/// One line of one datacenter.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its datacenter.
    pub dc: Dc,
    /// What it is about.
    pub key: LineKey,
    /// What was seen there; `None` where nothing can be read.
    pub consumers: Option<Arc<Consumers>>,
    /// The place of its row.
    at: usize,
}

impl Line {
    /// Its row.
    pub fn row(&self) -> Option<&Seen> {
        let rows = self.consumers.as_ref().map(|it| it.rows.as_slice()).unwrap_or_default();
        rows.get(self.at).filter(|_| matches!(self.key, LineKey::Row(_)))
    }

    /// What it is called.
    fn name(&self) -> &str {
        match (&self.key, self.row()) {
            (LineKey::Row(_), Some(row)) => row.name(),
            (LineKey::Note(_), _) => "",
            _ => self.dc.as_str(),
        }
    }

    /// What is not known comes before the worst that is, and notes come last.
    fn badness(&self) -> (u8, Option<crate::domain::consumers::Grade>, usize, Option<Status>) {
        match self.row() {
            Some(row) => (1, row.grade(), row.disagreements.len(), row.status()),
            None if self.key == LineKey::Unread => (2, None, 0, None),
            None => (0, None, 0, None),
        }
    }
}

impl Row for Line {
    type Key = (Dc, LineKey);

    fn key(&self) -> Self::Key {
        (self.dc.clone(), self.key.clone())
    }

    fn text(&self) -> RowText {
        let mut texts = vec![self.dc.to_string(), self.name().to_owned()];
        if let Some(row) = self.row() {
            texts.extend(row.status().map(|it| it.word().to_owned()));
            texts.extend(row.instance.iter().flat_map(|it| [it.node.to_string(), it.endpoint()]));
            texts.extend(row.disagreements.iter().map(|it| it.text.to_string()));
        }
        RowText::new(texts.iter().map(String::as_str))
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// The lines of a datacenter.
fn lines(dc: &Dc, consumers: &Arc<Consumers>) -> Vec<Line> {
    let line = |key, at| Line { dc: dc.clone(), key, consumers: Some(Arc::clone(consumers)), at };
    let rows = consumers.rows.iter().enumerate();
    let rows = rows.map(|(at, row)| line(LineKey::Row(row.key.clone()), at));
    let notes = (0..words::notes(consumers).len()).map(|at| line(LineKey::Note(at), at));
    rows.chain(notes).collect()
}

impl Service {
    fn shows(&self, ctx: &Ctx, dc: &Dc) -> bool {
        self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc)
    }

    fn subject(&self) -> Subject {
        Subject::Consumers(self.name.clone())
    }

    fn list(&self) -> List {
        List::Subject(self.subject())
    }

    /// What was seen in the datacenters that are shown.
    fn seen<'a>(&self, ctx: &Ctx<'a>) -> Vec<(&'a Dc, Option<&'a Arc<Consumers>>)> {
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
        shown.map(|(dc, state)| (dc, state.consumers.get(&self.name))).collect()
    }
}

impl Listing for Service {
    type Row = Line;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let place = self.only.as_ref().map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let what = format!("consumers of {}{place}", self.name);
        Heading { what, made_of: vec![self.list()], is_of_all: false }
    }

    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        let (mut rows, mut disagree) = (0, 0);
        for seen in self.seen(ctx).into_iter().filter_map(|(_, seen)| seen) {
            rows += seen.rows.len();
            disagree += seen.disagreeing().count();
        }
        let cell = Cell::new(format!(" | {} instances", count(rows)), Role::Muted);
        let text = format!(", {} disagree", count(disagree));
        Some(if disagree > 0 { cell.then(text, Role::Warning) } else { cell })
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, Line>> {
        let seen: Vec<&Consumers> =
            self.seen(ctx).into_iter().filter_map(|(_, seen)| Some(&**seen?)).collect();
        let mut columns = columns::all(ctx, self, &seen, wide);
        // The words need room before the ways that the others are compared with.
        let words = (room / 3).clamp(20, 56);
        columns.push(columns::words(ctx, self, words));
        columns
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn starts_at(&self) -> Option<(Dc, LineKey)> {
        Some((self.only.clone()?, LineKey::Row(self.starts_at.clone()?)))
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<Line> {
        let all = self.seen(ctx);
        let is_anywhere = all.iter().any(|(_, seen)| seen.is_some_and(|it| !it.rows.is_empty()));
        let of_dc = |(dc, seen): (&Dc, Option<&Arc<Consumers>>)| match seen {
            // Of a datacenter that simply does not have it nothing is to be noted.
            Some(seen) if is_anywhere && seen.rows.is_empty() => Vec::new(),
            Some(seen) => lines(dc, seen),
            None if fresh::unread(ctx, dc, &self.list()).is_some() => {
                vec![Line { dc: dc.clone(), key: LineKey::Unread, consumers: None, at: 0 }]
            }
            None => Vec::new(),
        };
        all.into_iter().flat_map(of_dc).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<Line>> {
        let is_mine = match change {
            Change::Consumers(dc, service) => *service == self.name && self.shows(ctx, dc),
            Change::Datacenter(_) | Change::Datacenters => true,
            _ => false,
        };
        is_mine.then(|| Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let all = self.seen(ctx).into_iter();
        all.map(|(dc, _)| Wanted { dc: dc.clone(), subject: self.subject() }).collect()
    }

    fn is_fault(&self, row: &Line) -> bool {
        match row.row() {
            Some(row) => !row.disagreements.is_empty(),
            None => row.key == LineKey::Unread,
        }
    }

    fn open(&self, _ctx: &Ctx, row: &Line) -> Option<Place> {
        let it = row.row()?.instance.as_ref()?;
        let place = Place::new("instance").at(&row.dc).of(it.node.as_str());
        Some(place.of(it.id.as_str()))
    }

    fn name(&self, row: &Line) -> String {
        match (row.row(), &row.consumers) {
            (Some(row), _) => words::endpoint(row),
            (None, Some(seen)) => note(&row.key, seen),
            (None, None) => row.dc.to_string(),
        }
    }

    fn json(&self, _ctx: &Ctx, line: &Line) -> Value {
        match (line.row(), &line.consumers) {
            (Some(row), Some(seen)) => json!(ConsumerJson::of(&line.dc, seen, row)),
            (None, Some(seen)) => {
                json!({ "datacenter": line.dc, "note": note(&line.key, seen) })
            }
            _ => json!({ "datacenter": line.dc, "instances": null }),
        }
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, line: &Line) -> Option<Detail> {
        let Some(seen) = &line.consumers else {
            let title = super::cells::text(&format!(" {} ", line.dc), Role::Title);
            let why = fresh::unread(ctx, &line.dc, &self.list()).unwrap_or_default();
            return Some(Detail { title, lines: Lines::Whole(vec![why]) });
        };
        Some(match line.row() {
            Some(row) => detail::of_row(ctx, seen, row),
            None => detail::of_service(ctx, seen, &note(&line.key, seen)),
        })
    }

    fn nothing(&self) -> &'static str {
        "no instance of this service"
    }
}

/// The text of a note.
fn note(key: &LineKey, seen: &Consumers) -> String {
    let LineKey::Note(at) = key else { return String::new() };
    words::notes(seen).into_iter().nth(*at).map(|(text, _)| text).unwrap_or_default()
}
