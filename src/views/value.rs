//! One value in one datacenter, a row for each of its lines: to be read, searched and folded.
//!
//! Above the lines stand its stamps. `/` finds lines and `esc` shows all of them again, around the one
//! that the cursor is on; enter folds what belongs to a line.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::facts::{hands, session_of, stamps};
use super::listing::{Heading, Listing, Patch, TableView};
use super::reading::{Prepared, Reading};
use super::{Ctx, Entry, Place, Response, View};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv;
use crate::editor::format::{Fold, Format, Window, hex_row, outline};
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::glyph::Sign;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, LineSource as _, Lines};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "value",
    aliases: &[],
    takes: Takes::Key,
    doc: "the lines of a key's value in one datacenter, to be searched and folded",
    is_tab: false,
    open,
};

/// How far a key moves the lines sideways.
const SIDEWAYS: usize = 16;

/// What names a line of a value.
const LINE: &str = "line ";

/// Columns that are on screen whatever its size.
const IN_SIGHT: usize = 48;

/// What names a line of a value in its place, from 1, and how many columns stand before what is
/// meant in it.
pub fn at(line: usize, column: usize) -> String {
    format!("{LINE}{line}:{column}")
}

/// The line and the columns that [`at`] names.
fn place_in(named: &str) -> Option<(usize, usize)> {
    let (line, column) = named.strip_prefix(LINE)?.split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The first column to show, so that a column is in sight.
fn sideways(column: usize) -> usize {
    let over = if column < IN_SIGHT { 0 } else { column - IN_SIGHT / 2 };
    over - over % SIDEWAYS
}

fn open(place: &Place) -> Box<dyn View> {
    let key = Key::from(place.arg(0));
    let meant = place_in(place.arg(1));
    let value = Value {
        key,
        only: place.dc.clone(),
        reading: Reading::Detected,
        shown: None,
        from: meant.map_or(0, |(_, column)| sideways(column)),
        is_shared: false,
        line: meant.map(|(line, _)| line),
    };
    Box::new(TableView::new(place.clone(), value))
}

/// The page.
pub struct Value {
    key: Key,
    /// Its datacenter; the first that has the key where none is given.
    only: Option<Dc>,
    reading: Reading,
    shown: Option<Shown>,
    /// The first column that is shown.
    from: usize,
    /// True when somebody else has a hand on the key.
    is_shared: bool,
    /// The line that it was opened for, from 1.
    line: Option<usize>,
}

/// The value that is shown.
struct Shown {
    dc: Dc,
    entry: Arc<kv::Entry>,
    prepared: Arc<Prepared>,
    folds: Vec<Fold>,
    /// The heads of the folds that are closed.
    closed: BTreeSet<usize>,
}

/// A line.
#[derive(Clone, Debug)]
pub struct LineRow {
    at: usize,
    /// The last line that can be folded behind it.
    last: Option<usize>,
    is_closed: bool,
    prepared: Arc<Prepared>,
}

impl Row for LineRow {
    type Key = usize;

    fn key(&self) -> usize {
        self.at
    }

    fn text(&self) -> RowText {
        let document = self.prepared.document();
        if document.format() == Format::Binary {
            let row = hex_row(document.bytes(), self.at).map(|row| (row.hex, row.ascii));
            let (hex, ascii) = row.unwrap_or_default();
            return RowText::new([hex.as_str(), ascii.as_str()]);
        }
        // A folded line is found by what is folded behind it.
        let last = self.last.filter(|_| self.is_closed).unwrap_or(self.at);
        RowText::new((self.at..=last).filter_map(|at| document.line(at)))
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

impl Value {
    fn is_shown(&self, ctx: &Ctx, dc: &Dc) -> bool {
        self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc)
    }

    /// Takes what is known of the key now.
    fn take(&mut self, ctx: &Ctx, is_anew: bool) {
        self.read(ctx, is_anew);
        let hands = self.entry().map(|shown| hands(ctx, &shown.dc, &shown.entry));
        self.is_shared = hands.is_some_and(|hands| !hands.is_empty());
    }

    /// Reads the value again if it is another one, or is to be read another way.
    fn read(&mut self, ctx: &Ctx, is_anew: bool) {
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.is_shown(ctx, dc));
        let mut entries =
            shown.filter_map(|(dc, state)| Some((dc, state.entries.get(&self.key)?.as_ref()?)));
        let Some((dc, entry)) = entries.next() else {
            self.shown = None;
            return;
        };
        let is_same = |shown: &Shown| shown.dc == *dc && shown.entry.value == entry.value;
        if let Some(shown) = self.shown.as_mut().filter(|shown| is_same(shown) && !is_anew) {
            shown.entry = Arc::clone(entry);
            return;
        }
        let prepared = Arc::new(Prepared::new(self.key.as_str(), &entry.value, self.reading));
        let folds = prepared.document().folds();
        let (dc, entry, closed) = (dc.clone(), Arc::clone(entry), BTreeSet::new());
        self.shown = Some(Shown { dc, entry, prepared, folds, closed });
    }

    fn toggle(&mut self, row: &LineRow) -> Response {
        if let Some(shown) = &mut self.shown
            && row.last.is_some()
            && !shown.closed.remove(&row.at)
        {
            shown.closed.insert(row.at);
        }
        Response::Changed
    }

    /// Closes all for an overview, or opens all.
    fn toggle_all(&mut self) -> Response {
        let Some(shown) = &mut self.shown else { return Response::Ignored };
        if shown.closed.is_empty() {
            let all = outline(&shown.folds, shown.prepared.document().len());
            shown.closed = all.iter().map(|fold| fold.head).collect();
        } else {
            shown.closed.clear();
        }
        Response::Changed
    }

    fn entry(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// What stands before a line: whether something is folded behind it.
    fn sign(ctx: &Ctx, row: &LineRow) -> Cell {
        let sign = match row.last {
            Some(_) if row.is_closed => ctx.look.sign(Sign::Folded),
            Some(_) => ctx.look.sign(Sign::Unfolded),
            None => "",
        };
        Cell::new(sign, Role::Muted)
    }

    fn line(&self, row: &LineRow, room: u16) -> Cell {
        let window = Window { from: self.from, width: usize::from(room) };
        let cell = row.prepared.text(row.at, window);
        match row.last.filter(|_| row.is_closed) {
            Some(last) => cell.then(format!(" .. {} lines", last - row.at), Role::Muted),
            None => cell,
        }
    }
}

impl Shown {
    /// The lines that are not folded away.
    fn rows(&self) -> Vec<LineRow> {
        let row = |at, last, is_closed| LineRow {
            at,
            last,
            is_closed,
            prepared: Arc::clone(&self.prepared),
        };
        let (mut rows, mut at) = (Vec::new(), 0);
        let mut folds = self.folds.iter().peekable();
        while at < self.prepared.len() {
            while folds.next_if(|fold| fold.head < at).is_some() {}
            let last = folds.next_if(|fold| fold.head == at).map(|fold| fold.last);
            let is_closed = self.closed.contains(&at);
            rows.push(row(at, last, is_closed));
            at = last.filter(|_| is_closed).unwrap_or(at) + 1;
        }
        rows
    }
}

impl Listing for Value {
    type Row = LineRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let dc = self.entry().map(|shown| &shown.dc).or(self.only.as_ref()).or(ctx.focus);
        let place = dc.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let what = format!("value {}{place}", self.key);
        Heading {
            what,
            made_of: vec![List::Subject(Subject::Key(self.key.clone()))],
            is_of_all: false,
        }
    }

    fn says(&self, _ctx: &Ctx) -> Option<Cell> {
        let shown = self.entry()?;
        let cell = Cell::new(format!(" {}  ", shown.prepared.label()), Role::Accent);
        let stamps = stamps(&shown.entry);
        Some(Cell { runs: cell.runs.into_iter().chain(stamps.runs).collect() })
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, room: u16) -> Vec<Column<'a, LineRow>> {
        let number = |row: &LineRow| Cell::new(row.prepared.number(row.at), Role::Muted);
        vec![
            Column::new("line", "line", Width::Fit(4, 8), number)
                .right()
                .sorts(|a: &LineRow, b| a.tie(b)),
            Column::new("fold", "", Width::Fit(1, 1), move |row: &LineRow| Self::sign(ctx, row)),
            Column::new("text", "text", Width::Fill(20, u16::MAX), move |row: &LineRow| {
                self.line(row, room)
            }),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "line"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<LineRow> {
        self.take(ctx, false);
        self.entry().map(Shown::rows).unwrap_or_default()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<LineRow>> {
        match change {
            Change::Kv(_, Subject::Key(key)) if *key == self.key => {
                let before = self.entry().map(|shown| Arc::clone(&shown.prepared));
                self.take(ctx, false);
                let now = self.entry().map(|shown| &shown.prepared);
                if before.as_ref().zip(now).is_some_and(|(a, b)| Arc::ptr_eq(a, b)) {
                    return Some(Patch::default());
                }
                let upserts = self.entry().map(Shown::rows).unwrap_or_default();
                Some(Patch { upserts, is_whole: true, ..Patch::default() })
            }
            Change::Kv(..) => {
                self.take(ctx, false);
                Some(Patch::default())
            }
            _ => None,
        }
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let shown = ctx.store.datacenters().map(|(dc, _)| dc).filter(|dc| self.is_shown(ctx, dc));
        let of = |dc: &Dc, subject| Wanted { dc: dc.clone(), subject };
        let mut wanted: Vec<Wanted> = Vec::new();
        for dc in shown {
            wanted.push(of(dc, Subject::Key(self.key.clone())));
            wanted.push(of(dc, Subject::Managers));
        }
        wanted.extend(self.entry().and_then(|shown| session_of(&shown.dc, &shown.entry)));
        wanted
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&LineRow>) -> Option<Response> {
        let response = match (action, row) {
            (Action::Open, Some(row)) => self.toggle(row),
            (Action::ExpandAll, _) => self.toggle_all(),
            (Action::NextFormat, _) => {
                let format = self.entry()?.prepared.detected();
                self.reading = self.reading.next(format);
                self.take(ctx, true);
                Response::Changed
            }
            // The rows stay what they are.
            (Action::Left, _) => {
                self.from = self.from.saturating_sub(SIDEWAYS);
                Response::Ignored
            }
            (Action::Right, _) => {
                self.from += SIDEWAYS;
                Response::Ignored
            }
            (Action::Edit, _) => {
                let shown = self.entry()?;
                let entry = kv::Entry::clone(&shown.entry);
                Response::Edit(shown.dc.clone(), self.key.clone(), Some(entry))
            }
            _ => return None,
        };
        Some(response)
    }

    fn starts_at(&self) -> Option<usize> {
        self.line?.checked_sub(1)
    }

    fn is_fault(&self, _row: &LineRow) -> bool {
        true
    }

    fn name(&self, row: &LineRow) -> String {
        let line = row.prepared.document().line(row.at);
        let hex = || hex_row(row.prepared.document().bytes(), row.at).map(|row| row.hex);
        line.map(str::to_owned).or_else(hex).unwrap_or_default()
    }

    fn json(&self, _ctx: &Ctx, row: &LineRow) -> Json {
        json!({ "key": self.key, "line": row.at + 1, "text": self.name(row) })
    }

    fn has_detail(&self) -> bool {
        self.is_shared
    }

    fn detail(&self, ctx: &Ctx, _row: &LineRow) -> Option<Detail> {
        let shown = self.entry()?;
        let lines = Lines::Whole(hands(ctx, &shown.dc, &shown.entry));
        Some(Detail { title: Cell::new(" who else ", Role::Title), lines })
    }

    fn nothing(&self) -> &'static str {
        "no value here"
    }
}
