//! The timeline: what happened in all datacenters since dcview began, newest first; beside the rows
//! everything about the highlighted one. Many events alike are one line until that is unfolded.
//!
//! Consul keeps no history, so it says since when it was looked, what had to go for want of room,
//! and which lists cannot be followed now. In an earlier moment it ends with that moment.

use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, Response, View, fresh, stream};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::event::export::Export;
use crate::domain::event::{Event, Object};
use crate::domain::feed::List;
use crate::domain::health::Status;
use crate::domain::json::EventJson;
use crate::domain::track::Since;
use crate::store::Change;
use crate::table::column::{Cell, Column};
use crate::table::filter::Filter;
use crate::ui::text::count;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::Detail;

mod columns;
mod detail;
mod folded;
pub mod near;
mod rows;

pub use columns::clock;
use folded::Folded;
use near::About;
use rows::EventRow;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "timeline",
    aliases: &["tl", "events", "history"],
    takes: Takes::Events,
    doc: "what happened in all datacenters since dcview began, newest first",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Timeline::new(place)))
}

/// The list.
pub struct Timeline {
    /// What is asked for, as it was typed.
    typed: String,
    folded: Folded,
    /// True where something happened, be it asked for or not.
    has_events: bool,
}

impl Timeline {
    fn new(place: &Place) -> Self {
        let typed = place.arg(0).to_owned();
        Self { typed, folded: Folded::new(place), has_events: false }
    }

    /// Notes whether anything happened up to the moment that is shown.
    fn note_events(&mut self, ctx: &Ctx) {
        let to = ctx.is_past.then_some(ctx.now);
        self.has_events = ctx.history.entries(None, to).next().is_some();
    }

    /// What it shows, and of which span.
    fn what(&self, ctx: &Ctx) -> String {
        let clock = |at| columns::clock(ctx, at);
        if let (Some(about), (Some(from), Some(to))) = (&self.folded.about, self.folded.span) {
            // Of what was before it began, dcview knows nothing.
            let begins = ctx.history.begins().filter(|begins| *begins > from);
            if let Some(begins) = begins.filter(|begins| *begins > to) {
                let about = &about.what;
                return format!(
                    "nothing is known of before {about}, only from {} on",
                    clock(begins)
                );
            }
            let from = match begins {
                Some(begins) => format!("known from {}", clock(begins)),
                None => clock(from),
            };
            return format!("{from} to {}, before {}", clock(to), about.what);
        }
        let place = ctx.focus.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let typed = if self.typed.is_empty() { "" } else { " " };
        let begins = ctx.history.begins().map(|at| format!(" from {}", clock(at)));
        format!("timeline{place}{typed}{}{}", self.typed, begins.unwrap_or_default())
    }
}

impl Listing for Timeline {
    type Row = EventRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let missing = |n: u64, what: &str| match n {
            0 => String::new(),
            n => format!(", {} {what}", count(usize::try_from(n).unwrap_or(usize::MAX))),
        };
        let dropped = missing(ctx.history.dropped(), "dropped");
        let lost = missing(ctx.history.lost(), "lost");
        Heading {
            what: format!("{}{dropped}{lost}", self.what(ctx)),
            made_of: MADE_OF.map(|(list, _)| list).into(),
            is_of_all: self.folded.is_of_all(),
        }
    }

    fn says(&self, _ctx: &Ctx) -> Option<Cell> {
        let events = self.folded.events();
        let text = || format!(" {} events", count(events));
        self.folded.has_storms().then(|| Cell::new(text(), Role::Muted))
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, EventRow>> {
        columns::Columns { ctx, wide, room, has_near: self.folded.about.is_some() }.all()
    }

    fn first_sort(&self) -> &'static str {
        if self.folded.about.is_some() { "near" } else { "age" }
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<EventRow> {
        self.note_events(ctx);
        self.folded.load(ctx)
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<EventRow>> {
        let Change::Events(events, _) = change else { return None };
        self.note_events(ctx);
        Some(self.folded.patch(ctx, events))
    }

    fn hide(&mut self) {
        self.folded.forget();
    }

    fn is_fault(&self, row: &EventRow) -> bool {
        row.event.status().is_some_and(|status| status != Status::Passing)
    }

    fn open(&self, _ctx: &Ctx, row: &EventRow) -> Option<Place> {
        place(&row.event)
    }

    fn name(&self, row: &EventRow) -> String {
        row.as_head().map_or_else(|| row.event.object.to_string(), columns::subject)
    }

    fn json(&self, _ctx: &Ctx, row: &EventRow) -> Value {
        match row.as_head() {
            Some(head) => head.members.iter().map(|it| json!(EventJson::of(&it.event))).collect(),
            None => json!(EventJson::of(&row.event)),
        }
    }

    fn events(
        &self,
        ctx: &Ctx,
        rows: &[&EventRow],
        filter: &Filter,
    ) -> Result<Box<Export>, String> {
        let mut events = rows::events(rows, filter);
        if events.is_empty() {
            return Err(String::from("no event is shown"));
        }
        events.sort_by_key(|(number, event)| (event.at, *number));
        events.dedup_by_key(|(number, _)| *number);
        let filtered =
            if filter.is_empty() { String::new() } else { format!(" /{}", filter.text()) };
        let place = ctx.focus.map(|dc| format!(" of {dc}")).unwrap_or_default();
        let typed = if self.typed.is_empty() { "" } else { ", " };
        let what = match &self.folded.about {
            Some(about) => format!("before {}", about.what),
            None => format!("timeline{place}{typed}{}", self.typed),
        };
        Ok(Box::new(Export {
            what: format!("{what}{filtered}"),
            events: events.into_iter().map(|(_, event)| event).collect(),
            span: self.folded.span,
            begins: ctx.history.begins(),
            missing: ctx.history.dropped() + ctx.history.lost(),
            unfollowed: unfollowed(ctx),
            at: ctx.now,
            zone: ctx.look.zone.clone(),
        }))
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &EventRow) -> Option<Detail> {
        Some(row.as_head().map_or_else(|| detail::of(ctx, &row.event), |it| detail::storm(ctx, it)))
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&EventRow>) -> Option<Response> {
        let storm = row.and_then(|row| row.storm.as_deref());
        let is_head = row.is_some_and(|row| row.is_head);
        match (action, storm) {
            (Action::WhatChanged, _) => {
                let event = &row?.event;
                let since = Since { at: event.at, is_exact: event.after.is_none() };
                return Some(About::event(event).before(ctx, Some(since)));
            }
            (Action::TimelineExport, _) => {
                return Some(Response::Command(String::from("export-events ./incident.md")));
            }
            (Action::ExpandAll, _) => self.folded.toggle_all(),
            (Action::Open, Some(storm)) if is_head => self.folded.toggle(storm.id),
            (Action::Right, Some(storm)) if is_head && !storm.is_open => {
                self.folded.toggle(storm.id);
            }
            (Action::Left, Some(storm)) if storm.is_open => self.folded.toggle(storm.id),
            _ => return None,
        }
        Some(Response::Changed)
    }

    fn nothing(&self) -> &'static str {
        match (&self.folded.about, self.typed.is_empty()) {
            (Some(_), _) => "nothing that dcview saw happened then",
            (None, false) if self.has_events => {
                "nothing that happened so far matches; ':timeline' shows all of it"
            }
            (None, _) => "nothing happened so far",
        }
    }
}

/// The lists that events are made of.
const MADE_OF: [(List, &str); 3] =
    [(List::Checks, "checks"), (List::Nodes, "nodes"), (List::Services, "services")];

/// The lists that cannot be followed now, each with its reason.
fn unfollowed(ctx: &Ctx) -> Vec<String> {
    let all = ctx.store.datacenters().flat_map(|(dc, _)| MADE_OF.iter().map(move |it| (dc, it)));
    let unread = all.filter_map(|(dc, (list, name))| {
        let why = fresh::unread(ctx, dc, list)?;
        let why: String = why.runs.iter().map(|(text, _)| text.as_ref()).collect();
        Some(format!("{name} of {dc}: {why}"))
    });
    unread.collect()
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
