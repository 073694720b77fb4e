//! The timeline: what happened in all datacenters since dcview began, newest first; beside the rows
//! everything about the highlighted one.
//!
//! Consul keeps no history, so it says since when it was looked, what had to go for want of room,
//! and which lists cannot be followed now. In an earlier moment it ends with that moment.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, View, stream};
use crate::app::command::Takes;
use crate::domain::event::{Event, Object};
use crate::domain::feed::List;
use crate::domain::health::Status;
use crate::domain::json::EventJson;
use crate::store::Change;
use crate::table::column::Column;
use crate::ui::text::count;
use crate::ui::widgets::pane::Detail;

mod columns;
mod detail;
mod rows;

use rows::EventRow;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "timeline",
    aliases: &["tl", "events", "history"],
    takes: Takes::Nothing,
    doc: "what happened in all datacenters since dcview began, newest first",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Timeline::default()))
}

/// The list.
#[derive(Default)]
pub struct Timeline {
    /// The rows' events, oldest first, as far as they are needed to know which had to go.
    shown: std::collections::VecDeque<(DateTime<Utc>, u64)>,
}

impl Timeline {
    fn shows(&self, ctx: &Ctx, event: &Event) -> bool {
        ctx.shows(&event.dc) && !(ctx.is_past && event.at > ctx.now)
    }

    /// The rows whose events had to go.
    fn forget(&mut self, ctx: &Ctx) -> Vec<u64> {
        let oldest = ctx.history.oldest().map(|(number, event)| (event.at, number));
        let mut gone = Vec::new();
        while let Some(first) = self.shown.front()
            && oldest.is_none_or(|oldest| *first < oldest)
        {
            gone.push(first.1);
            self.shown.pop_front();
        }
        gone
    }

    fn note(&mut self, at: DateTime<Utc>, number: u64) {
        let place = self.shown.partition_point(|other| *other < (at, number));
        self.shown.insert(place, (at, number));
    }
}

impl Listing for Timeline {
    type Row = EventRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let begins =
            ctx.history.begins().map(|at| ctx.look.zone.local(at).format(" from %H:%M:%S"));
        let begins = begins.map(|it| it.to_string()).unwrap_or_default();
        let missing = |n: u64, what: &str| match n {
            0 => String::new(),
            n => format!(", {} {what}", count(usize::try_from(n).unwrap_or(usize::MAX))),
        };
        let dropped = missing(ctx.history.dropped(), "dropped");
        let lost = missing(ctx.history.lost(), "lost");
        Heading {
            what: format!("timeline{begins}{dropped}{lost}"),
            made_of: vec![List::Checks, List::Nodes, List::Services],
            is_of_all: false,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, _room: u16) -> Vec<Column<'a, EventRow>> {
        columns::columns(ctx, wide)
    }

    fn first_sort(&self) -> &'static str {
        "age"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<EventRow> {
        let to = ctx.is_past.then_some(ctx.now);
        let all = ctx.history.numbered(None, to).filter(|(_, event)| self.shows(ctx, event));
        let rows: Vec<EventRow> = all.rev().map(|(n, event)| EventRow::new(n, event)).collect();
        self.shown = rows.iter().rev().map(|row| (row.event.at, row.number)).collect();
        rows
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<EventRow>> {
        let Change::Events(events, _) = change else { return None };
        // They are the last that came.
        let first = ctx.history.pushed().saturating_sub(events.len() as u64);
        let numbered = (first..).zip(events).filter(|(_, event)| self.shows(ctx, event));
        let upserts: Vec<EventRow> = numbered.map(|(n, event)| EventRow::new(n, event)).collect();
        for row in &upserts {
            self.note(row.event.at, row.number);
        }
        let removed = self.forget(ctx);
        let oldest = ctx.history.oldest().map(|(number, event)| (event.at, number));
        let upserts = upserts.into_iter().filter(|row| oldest <= Some((row.event.at, row.number)));
        Some(Patch { upserts: upserts.collect(), removed, is_whole: false })
    }

    fn is_fault(&self, row: &EventRow) -> bool {
        row.event.status().is_some_and(|status| status != Status::Passing)
    }

    fn open(&self, _ctx: &Ctx, row: &EventRow) -> Option<Place> {
        place(&row.event)
    }

    fn name(&self, row: &EventRow) -> String {
        row.event.object.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &EventRow) -> Value {
        json!(EventJson::of(&row.event))
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &EventRow) -> Option<Detail> {
        Some(detail::of(ctx, &row.event))
    }

    fn nothing(&self) -> &'static str {
        "nothing happened so far"
    }
}

/// The place of what an event is about.
fn place(event: &Event) -> Option<Place> {
    let at = |view| Place::new(view).at(&event.dc);
    let instance = |node: &str, id: &str| at("instance").of(node).of(id);
    Some(match &event.object {
        Object::Datacenter => Place::new("overview"),
        Object::Node(node) => at("node").of(node.as_str()),
        Object::Service(service) => at("service").of(service.as_str()),
        Object::Instance { node, id, .. } if id.is_empty() => at("node").of(node.as_str()),
        Object::Instance { node, id, .. } => instance(node.as_str(), id.as_str()),
        Object::Check { node, service_id, .. } if service_id.is_empty() => {
            at("node").of(node.as_str())
        }
        Object::Check { node, service_id, .. } => instance(node.as_str(), service_id.as_str()),
        Object::Key(key) if key.as_str().ends_with('/') => at("kv").of(key.as_str()),
        Object::Key(key) => at("key").of(key.as_str()),
        Object::Stream(id) => stream::place(id),
        Object::UserEvent(_) => return None,
    })
}
