//! The service map as a table: who calls whom, where that is known from, and how well the called one
//! is, worst first.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::known::{Known, Sure, Unseen};
use super::listing::{Heading, Listing, Patch, TableView};
use super::map::{detail::known, known_of};
use super::{Ctx, Entry, Place, View, cells};
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::freshness::State;
use crate::domain::health::Status;
use crate::domain::ids::ServiceName;
use crate::domain::map::net::{Link, Net};
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::theme::Role;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "edges",
    aliases: &["map-table"],
    takes: Takes::Nothing,
    doc: "the service map as a table: from, to, where it is known from, health",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Edges::default()))
}

/// The list.
#[derive(Default)]
struct Edges {
    /// What was not seen when it was made.
    unseen: Unseen,
}

/// One edge.
#[derive(Clone, Debug)]
struct EdgeRow {
    from: ServiceName,
    to: ServiceName,
    link: Link,
    known: String,
    /// Of the one that is called; `None` where no catalog has it.
    health: Option<Known>,
}

impl EdgeRow {
    fn worst_first(&self) -> Option<Status> {
        self.health.map(|it| it.worst).or(Some(Status::Maintenance))
    }
}

impl Row for EdgeRow {
    type Key = (ServiceName, ServiceName);

    fn key(&self) -> Self::Key {
        (self.from.clone(), self.to.clone())
    }

    fn text(&self) -> RowText {
        let word = self.health.map_or("not in the catalog", |it| it.worst.word());
        RowText::new([self.from.as_str(), self.to.as_str(), &self.known, word])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Listing for Edges {
    type Row = EdgeRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let made_of = vec![List::Subject(Subject::Map), List::Services];
        Heading { what: ENTRY.name.to_owned(), made_of, is_of_all: true }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, EdgeRow>> {
        let is_whole = ctx
            .store
            .datacenters()
            .all(|(_, state)| state.freshness(&List::Services).state == State::Live);
        vec![
            Column::new("from", "from", Width::Fit(12, 40), |row: &EdgeRow| {
                cells::text(row.from.as_str(), Role::Text)
            })
            .sorts(|a: &EdgeRow, b| a.from.cmp(&b.from)),
            Column::new("to", "to", Width::Fit(12, 40), |row: &EdgeRow| {
                cells::text(row.to.as_str(), Role::Text)
            })
            .sorts(|a: &EdgeRow, b| a.to.cmp(&b.to)),
            Column::new("status", "state", Width::Fit(8, 20), move |row: &EdgeRow| {
                match row.health {
                    Some(known) => known.cell(ctx),
                    None => {
                        Cell::new(if is_whole { "not in the catalog" } else { "?" }, Role::Muted)
                    }
                }
            })
            .sorts_worst_first(|a: &EdgeRow, b| a.worst_first().cmp(&b.worst_first())),
            Column::new("source", "source", Width::Fill(10, 80), |row: &EdgeRow| {
                cells::text(&row.known, Role::Muted)
            }),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<EdgeRow> {
        self.unseen = Unseen::of(ctx);
        let all = ctx.store.datacenters();
        let net = Net::of(all.filter_map(|(dc, state)| Some((dc, state.edges.as_deref()?))));
        let row = |link: &Link| {
            let (from, to) = (net.name(link.ends.0)?.clone(), net.name(link.ends.1)?.clone());
            let health = known_of(ctx, &self.unseen, &to);
            Some(EdgeRow { known: known(link), link: link.clone(), health, from, to })
        };
        net.links().iter().filter_map(row).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<EdgeRow>> {
        match change {
            Change::Datacenter(_) if self.unseen == Unseen::of(ctx) => None,
            Change::Edges(_) | Change::Services(..) | Change::Datacenter(_) => {
                Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
            }
            _ => None,
        }
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let wanted = |(dc, _): (&_, _)| Wanted { dc: Clone::clone(dc), subject: Subject::Map };
        ctx.store.datacenters().map(wanted).collect()
    }

    fn is_fault(&self, row: &EdgeRow) -> bool {
        row.health.is_none_or(|it| it.worst != Status::Passing)
    }

    fn open(&self, _ctx: &Ctx, row: &EdgeRow) -> Option<Place> {
        Some(Place::new("map").of(row.to.as_str()))
    }

    fn name(&self, row: &EdgeRow) -> String {
        format!("{} -> {}", row.from, row.to)
    }

    fn json(&self, _ctx: &Ctx, row: &EdgeRow) -> Value {
        let told = row.link.told.iter();
        let sources: Vec<Value> =
            told.map(|(dc, source)| json!({ "datacenter": dc, "source": source })).collect();
        json!({
            "from": row.from,
            "to": row.to,
            "source": sources,
            "health": row.health.map(|it| it.worst.word()),
            "is_confirmed": row.health.map(|it| it.sure == Sure::Yes),
        })
    }

    fn nothing(&self) -> &'static str {
        "no service says whom it calls"
    }
}
