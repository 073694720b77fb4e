//! One stream: the keys that are not the same on both sides, and why each is not. Beside them stands
//! what the highlighted key holds on both sides now.
//!
//! From here keys are copied to the destination, and something is done about the stream as a whole.
//! What is listed comes with the stream; the values of the highlighted key are watched.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::compare::values::{Shared, Values};
use super::listing::{Heading, Listing, Patch, Seen, TableView};
use super::reading::{Prepared, Reading};
use super::replication::{self, words};
use super::{Ctx, Entry, Place, Response, View};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::app::task::many::{self, Side, Sides};
use crate::domain::feed::{Glanced, Subject, Wanted};
use crate::domain::ids::Dc;
use crate::domain::replication::{
    Class, Differing, Kind, MOST_DIFFERING, Stream, StreamId, Verdict,
};
use crate::store::Change;
use crate::table::column::{Cell, Column};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{age, clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

mod columns;
mod mend;
mod places;

use places::Places;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "stream",
    aliases: &[],
    takes: Takes::Nothing,
    doc: "the keys of a stream that are not the same on both sides; enter in :replication opens it",
    is_tab: false,
    open,
};

/// The place of a stream.
pub fn place(id: &StreamId) -> Place {
    let source = id.source.as_ref().map_or("", |dc| dc.as_str());
    let place = Place::new(ENTRY.name).of(id.kind.word()).of(source);
    place.of(id.destination.as_str()).of(&id.of).of(&id.to)
}

/// The stream of a place; none where the view was opened without one.
fn stream_id(place: &Place) -> Option<StreamId> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == place.arg(0))?;
    let arg = |n: usize| place.args.get(n).cloned().unwrap_or_default();
    let source = Some(place.arg(1)).filter(|name| !name.is_empty()).map(Dc::from);
    Some(StreamId { kind, source, destination: Dc::from(place.arg(2)), of: arg(3), to: arg(4) })
}

fn open(place: &Place) -> Box<dyn View> {
    let list = StreamKeys { id: stream_id(place), last: None, shown: None };
    Box::new(TableView::new(place.clone(), list))
}

/// The list.
pub struct StreamKeys {
    id: Option<StreamId>,
    /// The stream as it was found last; it stays when the stream is gone.
    last: Option<Arc<Stream>>,
    /// What is seen of the key that is highlighted.
    shown: Option<(Arc<str>, Shown)>,
}

/// What is seen of a key once it is read.
enum Shown {
    /// The difference of its values.
    Difference(Arc<Vec<Cell>>),
    /// Its value, where there is no other.
    Value(Arc<Prepared>),
}

/// One key.
#[derive(Clone, Debug)]
pub struct DiffRow(Differing);

impl Row for DiffRow {
    type Key = Arc<str>;

    fn key(&self) -> Arc<str> {
        Arc::clone(&self.0.name)
    }

    fn text(&self) -> RowText {
        let edited = if self.0.is_edited_there { "edited" } else { "" };
        let class = match self.0.class {
            Class::Drift => "drift",
            Class::Pending => "pending",
            Class::Extra => "extra",
        };
        RowText::new([&*self.0.name, class, edited])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.0.name.cmp(&other.0.name)
    }
}

impl StreamKeys {
    /// The stream as it is known now.
    fn now(&self, ctx: &Ctx) -> Option<Arc<Stream>> {
        let id = self.id.as_ref()?;
        ctx.store.stream_now(id).or_else(|| self.last.clone())
    }

    fn is_gone(&self, ctx: &Ctx) -> bool {
        self.last.is_some() && self.id.as_ref().is_none_or(|id| !ctx.store.streams.contains_key(id))
    }

    fn places(&self) -> Option<Places> {
        self.last.as_ref().and_then(|stream| Places::of(stream))
    }

    fn sides(&self) -> Option<Sides> {
        self.places()?.sides()
    }

    /// The highlighted key's values as lines.
    fn values(&self, ctx: &Ctx, row: &DiffRow) -> Option<(Values, Sides)> {
        let places = self.places()?;
        let (sides, name) = (places.sides()?, places.named(&row.0.name));
        let named = many::Differing { name, left: None, right: None };
        Some((Values::now(ctx, &sides, &named), sides))
    }

    /// What is seen of a key now that it was read.
    fn read(&self, ctx: &Ctx, row: &DiffRow) -> Option<Shown> {
        if let Some((values, sides)) = self.values(ctx, row) {
            return Some(Shown::Difference(Arc::new(values.brief(&sides))));
        }
        let places = self.places()?;
        let (dc, key) = (places.destination().dc()?, places.destination().key(&row.0.name));
        let entry = ctx.store.dc(dc)?.entries.get(&key)?.as_ref()?;
        let value = Prepared::new(key.as_str(), &entry.value, Reading::Detected);
        Some(Shown::Value(Arc::new(value)))
    }
}

impl Listing for StreamKeys {
    type Row = DiffRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let what = self.id.as_ref().map_or_else(|| String::from("stream"), ToString::to_string);
        Heading { what, made_of: Vec::new(), is_of_all: true }
    }

    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        if self.is_gone(ctx) {
            return Some(Cell::new(" | it is not there any more; as it was", Role::Stale));
        }
        let stream = &self.now(ctx)?;
        let mut cell = Cell::new(" ", Role::Muted);
        cell.runs.extend(words::verdict(ctx, stream).runs);
        let (listed, all) = (stream.differing.len(), stream.counts.differing());
        if listed < all && listed >= MOST_DIFFERING {
            let text = format!(", only {} of {} listed", count(listed), count(all));
            cell = cell.then(text, Role::Warning);
        }
        if stream.at.is_some() && stream.id.kind.has_keys() {
            cell = cell.then(": ", Role::Muted);
            cell.runs.extend(words::counted_short(stream, !stream.is_stalled()).runs);
        }
        // What is the same has to wait for that: a small screen has no room for both.
        if let Some(still) = stream.stalled_for.filter(|_| stream.is_stalled()) {
            cell = cell.then(format!(", stalled {}", age(still)), Role::Critical);
        }
        for alarm in stream.alarms.iter().filter(|alarm| alarm.is_ahead()) {
            cell = cell.then(format!(", {alarm}"), Role::Critical);
        }
        cell.runs.extend(
            replication::problems(ctx, std::slice::from_ref(stream)).unwrap_or_default().runs,
        );
        Some(cell)
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, _room: u16) -> Vec<Column<'a, DiffRow>> {
        columns::all(ctx, wide)
    }

    fn first_sort(&self) -> &'static str {
        "status"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<DiffRow> {
        self.last = self.now(ctx);
        let all = self.last.as_ref().map(|stream| stream.differing.iter().cloned().map(DiffRow));
        all.into_iter().flatten().collect()
    }

    fn forget(&mut self) {
        (self.last, self.shown) = (None, None);
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<DiffRow>> {
        match change {
            Change::Streams(ids) if self.id.as_ref().is_some_and(|id| ids.contains(id)) => {
                Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
            }
            Change::Kv(dc, Subject::Key(key)) => {
                let places = self.places()?;
                let side = places.all().find(|it| it.dc() == Some(dc))?;
                let name = key.as_str().strip_prefix(side.prefix().as_str())?;
                let all = &self.last.as_ref()?.differing;
                let row = all.iter().find(|it| &*places.named(&it.name) == name)?;
                let row = DiffRow(row.clone());
                self.shown = self.read(ctx, &row).map(|shown| (row.0.name, shown));
                Some(Patch::default())
            }
            _ => None,
        }
    }

    fn watched(&self, row: &DiffRow) -> Vec<Wanted> {
        let Some(places) = self.places() else { return Vec::new() };
        let wanted = |side: &Side| {
            let subject = Subject::Key(side.key(&places.named(&row.0.name)));
            Some(Wanted { dc: side.dc()?.clone(), subject })
        };
        places.all().filter_map(wanted).collect()
    }

    fn glanced(&self, _ctx: &Ctx, _seen: &Seen<'_, DiffRow>) -> Glanced {
        Glanced { replication: true, ..Glanced::default() }
    }

    fn is_fault(&self, row: &DiffRow) -> bool {
        row.0.class != Class::Pending
    }

    fn open(&self, _ctx: &Ctx, row: &DiffRow) -> Option<Place> {
        let places = self.places()?;
        let name = places.named(&row.0.name);
        let destination = places.destination();
        if places.sides().is_some() && places.is_one_name() {
            return Some(Place::new("key").of(destination.key(&name).as_str()));
        }
        let is_there = row.0.destination.is_some();
        let side = places.all().next().filter(|_| !is_there).unwrap_or(destination);
        Some(Place::new("key").at(side.dc()?).of(side.key(&name).as_str()))
    }

    fn hints(&self, ctx: &Ctx, row: Option<&DiffRow>) -> Vec<(Action, &'static str)> {
        let Some(stream) = self.now(ctx).filter(|_| !self.is_gone(ctx)) else { return Vec::new() };
        let mut hints = replication::hints(ctx, &stream);
        let is_copied = row.is_some() && self.sides().is_some() && !stream.is_proposed;
        if is_copied && !ctx.rules.refuses(&stream.id.destination) {
            let is_extra = row.is_some_and(|row| row.0.source.is_none());
            hints.insert(0, (Action::KvCopy, if is_extra { "delete" } else { "copy" }));
        }
        hints
    }

    fn act(&mut self, ctx: &Ctx, action: Action, _row: Option<&DiffRow>) -> Option<Response> {
        let stream = self.now(ctx).filter(|_| !self.is_gone(ctx));
        replication::act(ctx, action, stream.as_deref())
    }

    fn act_on(&mut self, _ctx: &Ctx, action: Action, rows: &[DiffRow]) -> Option<Response> {
        match (action, self.sides()) {
            (Action::KvCopy, _) => Some(self.mend(rows)),
            (Action::Delete, _) => Some(self.delete(rows)),
            (Action::KvCompare, Some(sides)) => Some(Response::Open(super::compare::place(&sides))),
            _ => None,
        }
    }

    fn name(&self, row: &DiffRow) -> String {
        row.0.name.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &DiffRow) -> Value {
        let row = &row.0;
        let stamp = |it: Option<crate::domain::replication::Stamp>| {
            it.map(
                |it| json!({ "modify_index": it.modify_index, "size": it.len, "flags": it.flags }),
            )
        };
        json!({
            "name": row.name,
            "class": row.class,
            "source": stamp(row.source),
            "destination": stamp(row.destination),
            "is_edited_there": row.is_edited_there,
            "first_seen": row.since,
        })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &DiffRow) -> Option<Detail> {
        let title = Cell::new(format!(" {} ", clean(&row.0.name)), Role::Title);
        let head = columns::why(ctx, self.last.as_ref()?, &row.0);
        let shown = self.shown.as_ref().filter(|(name, _)| *name == row.0.name);
        let lines = match (shown.map(|(_, shown)| shown), self.values(ctx, row)) {
            (Some(Shown::Difference(lines)), Some((values, _))) if values.are_read() => {
                Lines::Lazy(head, Box::new(Shared(Arc::clone(lines))))
            }
            (Some(Shown::Value(value)), None) => Lines::Lazy(head, Box::new(Arc::clone(value))),
            (_, Some((values, sides))) => {
                Lines::Whole(head.into_iter().chain(values.brief(&sides)).collect())
            }
            (_, None) => {
                let told = self.now(ctx).map(|stream| replication::lines(ctx, &stream));
                Lines::Whole(head.into_iter().chain(told.into_iter().flatten()).collect())
            }
        };
        Some(Detail { title, lines })
    }

    fn nothing(&self) -> &str {
        match (&self.id, &self.last) {
            (None, _) => "open a stream with enter in ':replication'",
            (_, None) => "no such stream is known; it may not have been looked at yet",
            (_, Some(stream)) if stream.at.is_none() => "the ends were not compared yet",
            (_, Some(stream)) if stream.problem.is_some() => {
                "no difference when it was compared last"
            }
            // What it waits for or doubts is none of the keys.
            (_, Some(stream)) if stream.verdict != Verdict::InSync => &stream.evidence,
            (_, Some(_)) => "no difference",
        }
    }
}
