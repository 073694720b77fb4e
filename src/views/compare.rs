//! Two folders of keys, or a folder and a file: what only one of them has, and what differs. Beside
//! the rows stands what the highlighted key holds on both sides now.
//!
//! Names and sizes come from a comparison that is made once, and again when it is asked for; the
//! values of the highlighted key are watched. From here keys are copied to the right side.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, Response, View, cells};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::app::task::many::{Compared, Differing, End, Held, Side, Sides, Wish};
use crate::app::task::{Ask, News};
use crate::domain::feed::{Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::plan::Counts;
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{bytes, clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

pub(super) mod values;

use values::{Shared, Values};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "compare",
    aliases: &["diff"],
    takes: Takes::Sides,
    doc: "two folders of keys, or a folder and a file, key by key",
    is_tab: false,
    open,
};

/// The place of a comparison.
pub fn place(sides: &Sides) -> Place {
    let of = |place: Place, side: &Side| match side {
        Side::Keys { dc, prefix } => place.of("dc").of(dc.as_str()).of(prefix.as_str()),
        Side::File { path, prefix } => place.of("file").of(path).of(prefix.as_str()),
    };
    of(of(Place::new(ENTRY.name), &sides.left), &sides.right)
}

fn sides(place: &Place) -> Sides {
    let side = |at: usize| {
        let (name, prefix) = (place.arg(at + 1), Key::from(place.arg(at + 2)));
        match place.arg(at) {
            "file" => Side::File { path: name.to_owned(), prefix },
            _ => Side::Keys { dc: Dc::from(name), prefix },
        }
    };
    Sides { left: side(0), right: side(3) }
}

fn open(place: &Place) -> Box<dyn View> {
    let compare = Compare {
        sides: sides(place),
        is_set: place.args.len() == 6,
        rows: IndexMap::new(),
        counts: Counts::default(),
        progress: Progress::New,
        shown: None,
    };
    Box::new(TableView::new(place.clone(), compare))
}

/// The comparison.
pub struct Compare {
    sides: Sides,
    /// False where the view was opened without anything to compare.
    is_set: bool,
    rows: IndexMap<Arc<str>, Differing>,
    counts: Counts,
    progress: Progress,
    /// The difference of the values of the key that is highlighted.
    shown: Option<(Arc<str>, Arc<Vec<Cell>>)>,
}

/// How far the comparison is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    /// Not begun.
    New,
    /// Parts have come.
    Reading,
    /// The operator ended it.
    Stopped,
    /// It ended.
    Over(End),
}

impl Row for Differing {
    type Key = Arc<str>;

    fn key(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn text(&self) -> RowText {
        RowText::new([&*self.name, word(self).0])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

/// What became of a key from left to right.
fn word(row: &Differing) -> (&'static str, Role) {
    match (&row.left, &row.right) {
        (None, _) => ("added", Role::Added),
        (_, None) => ("removed", Role::Removed),
        _ => ("changed", Role::Warning),
    }
}

impl Compare {
    /// The row of a key that is watched in a datacenter.
    fn row_of(&self, dc: &Dc, key: &Key) -> Option<&Differing> {
        let sides = [&self.sides.left, &self.sides.right].into_iter();
        let sides = sides.filter(|side| side.dc() == Some(dc));
        let mut names = sides.filter_map(|side| key.as_str().strip_prefix(side.prefix().as_str()));
        names.find_map(|name| self.rows.get(name))
    }

    /// The copy of these rows to the right side, as a plan.
    fn copy(&self, rows: &[Differing]) -> Response {
        let Side::Keys { dc, prefix } = &self.sides.right else {
            let text = "keys are not copied into a file; '=' turns the sides round";
            return Response::Notice(String::from(text));
        };
        if rows.iter().all(|row| row.left.is_none()) {
            let text = "what only the right side has is not copied; '=' turns the sides round";
            return Response::Notice(String::from(text));
        }
        Response::Wish(Wish::Pick {
            from: self.sides.left.clone(),
            to_dc: dc.clone(),
            to: prefix.clone(),
            names: rows.iter().map(|row| Arc::clone(&row.name)).collect(),
            extra: Vec::new(),
        })
    }

    /// How far the comparison is, in words; empty when it is whole.
    fn state(&self) -> String {
        match &self.progress {
            _ if !self.is_set => String::new(),
            Progress::New | Progress::Reading => String::from("; comparing"),
            Progress::Stopped => String::from("; stopped"),
            Progress::Over(End::Whole { hidden: None }) => String::new(),
            Progress::Over(End::Whole { hidden: Some(why) }) => format!("; may be filtered: {why}"),
            Progress::Over(End::Broken(why)) => format!("; broke off: {why}"),
        }
    }
}

impl Listing for Compare {
    type Row = Differing;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let Counts { added, removed, changed, same } = self.counts;
        let counts = format!(
            "{} added, {} removed, {} changed, {} equal",
            count(added),
            count(removed),
            count(changed),
            count(same)
        );
        let what = if self.is_set {
            let Sides { left, right } = &self.sides;
            format!("compare {left} with {right}: {counts}{}", self.state())
        } else {
            String::from("compare")
        };
        Heading { what, made_of: Vec::new(), is_of_all: true }
    }

    fn columns<'a>(&'a self, _ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, Differing>> {
        let size = |held: Option<&Held>| match held {
            Some(held) => Cell::new(bytes(held.len as u64), Role::Text),
            None => Cell::new("-", Role::Muted),
        };
        let status = |row: &Differing| {
            let (word, role) = word(row);
            Cell::new(word, role)
        };
        vec![
            Column::new("status", "", Width::Fit(7, 7), status)
                .sorts(|a: &Differing, b| word(a).0.cmp(word(b).0)),
            Column::new("name", "key", Width::Fill(20, 90), |row: &Differing| {
                cells::text(&row.name, Role::Text)
            })
            .sorts(|a: &Differing, b| a.name.cmp(&b.name)),
            Column::new("left", "left", Width::Fit(6, 9), move |row: &Differing| {
                size(row.left.as_ref())
            })
            .right(),
            Column::new("right", "right", Width::Fit(6, 9), move |row: &Differing| {
                size(row.right.as_ref())
            })
            .right(),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, _ctx: &Ctx) -> Vec<Differing> {
        self.rows.values().cloned().collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<Differing>> {
        let Change::Kv(dc, Subject::Key(key)) = change else { return None };
        let row = self.row_of(dc, key)?;
        let lines = Values::now(ctx, &self.sides, row).lines(&self.sides);
        self.shown = Some((Arc::clone(&row.name), Arc::new(lines)));
        Some(Patch::default())
    }

    fn watched(&self, row: &Differing) -> Vec<Wanted> {
        let sides = [&self.sides.left, &self.sides.right].into_iter();
        let wanted = |side: &Side| {
            let subject = Subject::Key(side.key(&row.name));
            Some(Wanted { dc: side.dc()?.clone(), subject })
        };
        sides.filter_map(wanted).collect()
    }

    fn act_on(&mut self, _ctx: &Ctx, action: Action, rows: &[Differing]) -> Option<Response> {
        match action {
            Action::KvCopy => Some(self.copy(rows)),
            Action::KvCompare => {
                let Sides { left, right } = self.sides.clone();
                Some(Response::Open(place(&Sides { left: right, right: left })))
            }
            _ => None,
        }
    }

    fn is_of_now(&self) -> bool {
        true
    }

    fn asks(&self, _ctx: &Ctx) -> Option<Ask> {
        let is_wanted = self.is_set && self.progress == Progress::New;
        is_wanted.then(|| Ask::Compare(self.sides.clone()))
    }

    fn news(&mut self, _ctx: &Ctx, news: News) -> Response {
        let part = match news {
            News::Compared(part) => part,
            News::Failed(why) => {
                let end = Some(End::Broken(why));
                Compared { counts: self.counts, end, rows: Vec::new() }
            }
            _ => return Response::Ignored,
        };
        if self.progress == Progress::New {
            self.rows.clear();
        }
        self.counts = part.counts;
        self.rows.extend(part.rows.into_iter().map(|row| (Arc::clone(&row.name), row)));
        self.progress = part.end.map_or(Progress::Reading, Progress::Over);
        Response::Changed
    }

    fn renew(&mut self) {
        self.progress = Progress::New;
    }

    fn stopped(&mut self) {
        if matches!(self.progress, Progress::New | Progress::Reading) {
            self.progress = Progress::Stopped;
        }
    }

    fn is_fault(&self, _row: &Differing) -> bool {
        true
    }

    fn open(&self, _ctx: &Ctx, row: &Differing) -> Option<Place> {
        let Sides { left, right } = &self.sides;
        let (side, is_both) = match (&row.left, left.prefix() == right.prefix()) {
            (Some(_), is_both) => (left, is_both),
            (None, is_both) => (right, is_both),
        };
        let place = Place::new("key").of(side.key(&row.name).as_str());
        Some(if is_both { place } else { place.perhaps_at(side.dc()) })
    }

    fn name(&self, row: &Differing) -> String {
        row.name.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &Differing) -> Value {
        let side = |side: &Side, held: Option<&Held>| {
            held.map(|held| {
                json!({
                    "datacenter": side.dc(),
                    "key": side.key(&row.name),
                    "size": held.len,
                    "modify_index": held.modify_index,
                })
            })
        };
        json!({
            "name": row.name,
            "difference": word(row).0,
            "left": side(&self.sides.left, row.left.as_ref()),
            "right": side(&self.sides.right, row.right.as_ref()),
        })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &Differing) -> Option<Detail> {
        let title = Cell::new(format!(" {} ", clean(&row.name)), Role::Title);
        let values = Values::now(ctx, &self.sides, row);
        let lines = match &self.shown {
            Some((name, lines)) if values.are_read() && *name == row.name => {
                Lines::Lazy(Vec::new(), Box::new(Shared(Arc::clone(lines))))
            }
            _ => Lines::Whole(values.lines(&self.sides)),
        };
        Some(Detail { title, lines })
    }

    fn nothing(&self) -> &'static str {
        match &self.progress {
            _ if !self.is_set => "compare two folders with ':compare FOLDER @dc-1 @dc-2'",
            Progress::New | Progress::Reading => "comparing",
            Progress::Stopped => "stopped before a difference was found",
            Progress::Over(End::Whole { hidden: None }) => "no difference",
            Progress::Over(End::Whole { hidden: Some(_) }) => {
                "no difference in what the token may see"
            }
            Progress::Over(End::Broken(_)) => "broke off before a difference was found",
        }
    }
}
