//! Streams of data between datacenters, and from leaders to their followers: one row each, worst
//! first, with the verdict, the evidence, its age and the trend of its lag.
//!
//! Followers that are in sync share a row for their datacenter until they are unfolded, and so does
//! what was never read. Beside the rows stands what is known of the highlighted stream: alarms whole, counts, indexes, facts.

use std::sync::Arc;

use serde_json::Value;

use super::listing::{Heading, Listing, Patch, Seen, TableView};
use super::{Ctx, Entry, Place, Response, View};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::Glanced;
use crate::domain::ids::Dc;
use crate::domain::replication::{Kind, Stream};
use crate::store::Change;
use crate::table::column::{Cell, Column};
use crate::ui::widgets::pane::Detail;

mod act;
mod columns;
mod delivery;
mod detail;
mod problems;
mod rows;
pub mod words;

pub(super) use act::{act, guessed, hints};
pub(super) use detail::lines;
pub(super) use problems::problems;
pub use rows::StreamRow;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "replication",
    aliases: &["repl", "streams"],
    takes: Takes::Kind,
    doc: "every stream of data between datacenters: in sync, lagging, drifted",
    is_tab: true,
    open,
};

/// The place of the streams from one datacenter to another.
pub fn between(from: &Dc, to: &Dc) -> Place {
    Place::new(ENTRY.name).of("").of(from.as_str()).of(to.as_str())
}

fn open(place: &Place) -> Box<dyn View> {
    let dc = |n| Some(place.arg(n)).filter(|name| !name.is_empty()).map(Dc::from);
    let list = Replication {
        kind: Kind::ALL.into_iter().find(|kind| kind.word() == place.arg(0)),
        pair: dc(1).zip(dc(2)),
        is_unfolded: false,
        away: Vec::new(),
    };
    Box::new(TableView::new(place.clone(), list))
}

/// The list.
pub struct Replication {
    /// The only kind that is shown.
    kind: Option<Kind>,
    /// The only datacenters whose streams are shown, from and to.
    pair: Option<(Dc, Dc)>,
    /// True while each stream has a row of its own.
    is_unfolded: bool,
    /// The datacenters that did not answer when the rows were made.
    away: Vec<Dc>,
}

impl Replication {
    fn shows(&self, ctx: &Ctx, stream: &Stream) -> bool {
        let id = &stream.id;
        let is_kind = self.kind.is_none_or(|kind| kind == id.kind);
        match &self.pair {
            Some((from, to)) => {
                is_kind && id.source.as_ref() == Some(from) && id.destination == *to
            }
            None => is_kind && id.ends().any(|dc| ctx.shows(dc)),
        }
    }

    fn shown(&self, ctx: &Ctx) -> Vec<Arc<Stream>> {
        ctx.store.streams_now().filter(|stream| self.shows(ctx, stream)).collect()
    }
}

impl Listing for Replication {
    type Row = StreamRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let mut what = String::from(ENTRY.name);
        if let Some(kind) = self.kind {
            what = format!("{what} {}", kind.word());
        }
        match (&self.pair, ctx.focus) {
            (Some((from, to)), _) => what = format!("{what} {from} -> {to}"),
            (None, Some(dc)) => what = format!("{what} @ {dc}"),
            (None, None) => {}
        }
        // Streams say themselves how old they are, each its own.
        Heading { what, made_of: Vec::new(), is_of_all: true }
    }

    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        problems(ctx, &self.shown(ctx))
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, _room: u16) -> Vec<Column<'a, StreamRow>> {
        columns::all(ctx, wide)
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<StreamRow> {
        self.away = ctx.store.away().cloned().collect();
        let is_folded = !self.is_unfolded && self.kind.is_none();
        rows::of(self.shown(ctx).iter(), is_folded)
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<StreamRow>> {
        let is_other = match change {
            Change::Streams(_) | Change::Datacenters => true,
            // What goes to one that does not answer is old from now on.
            Change::Datacenter(_) => !ctx.store.away().eq(&self.away),
            _ => false,
        };
        is_other.then(|| Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
    }

    fn glanced(&self, _ctx: &Ctx, _seen: &Seen<'_, StreamRow>) -> Glanced {
        Glanced { replication: true, ..Glanced::default() }
    }

    fn is_fault(&self, row: &StreamRow) -> bool {
        words::is_fault(&row.stream)
    }

    fn open(&self, _ctx: &Ctx, row: &StreamRow) -> Option<Place> {
        if row.is_folded() {
            return Some(Place::new(ENTRY.name).of(row.stream.id.kind.word()));
        }
        let id = &row.stream.id;
        // A server has no keys that differ: what runs on it is what is wanted to know.
        let is_server = id.kind == Kind::Raft;
        let node = || Place::new("node").at(&id.destination).of(&id.of);
        Some(if is_server { node() } else { super::stream::place(id) })
    }

    fn hints(&self, ctx: &Ctx, row: Option<&StreamRow>) -> Vec<(Action, &'static str)> {
        row.map(|row| hints(ctx, &row.stream)).unwrap_or_default()
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&StreamRow>) -> Option<Response> {
        if action == Action::ExpandAll {
            self.is_unfolded = !self.is_unfolded;
            return Some(Response::Changed);
        }
        act(ctx, action, row.map(|row| &*row.stream))
    }

    fn act_on(&mut self, _ctx: &Ctx, action: Action, _rows: &[StreamRow]) -> Option<Response> {
        let text = "enter opens the stream; there its differing keys are copied, one or the marked";
        (action == Action::KvCopy).then(|| Response::Notice(String::from(text)))
    }

    fn name(&self, row: &StreamRow) -> String {
        row.stream.id.to_string()
    }

    fn json(&self, ctx: &Ctx, row: &StreamRow) -> Value {
        words::json(&row.stream, ctx.now)
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &StreamRow) -> Option<Detail> {
        Some(detail::of(ctx, row))
    }

    fn nothing(&self) -> &'static str {
        match self.kind {
            Some(_) => "no stream of this kind is known",
            None => "no stream is known: nothing replicates here, or it was not looked at yet",
        }
    }
}
