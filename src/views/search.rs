//! Lines of values that match a text, under a prefix, in all datacenters: shown while they are found.
//!
//! Values are not kept: a row is a line, and enter goes to that line of the value as it is then. At
//! most [`Quest::MOST_HITS`] lines are kept, the others counted. What could not be read is counted and
//! named.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, Response, View, cells, value};
use crate::app::command::Takes;
use crate::app::task::quest::{Hit, Quest, Seen};
use crate::app::task::{Ask, News};
use crate::domain::feed::List;
use crate::domain::ids::{Dc, Key};
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::grep::Grep;
use crate::table::row::Row;
use crate::ui::text::{bytes, clean, count};
use crate::ui::theme::Role;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "search",
    aliases: &["grep"],
    takes: Takes::Search,
    doc: "lines of values that match, under a folder: ':search FOLDER /text', '/regex/'",
    is_tab: false,
    open,
};

/// The place of a search; the pattern is as it was typed behind its slash.
pub fn place(prefix: &Key, typed: &str) -> Place {
    Place::new("search").of(prefix.as_str()).of(typed)
}

fn open(place: &Place) -> Box<dyn View> {
    let search = Search {
        prefix: Key::from(place.arg(0)),
        // Whoever opened it has said what is wrong with one that is no expression.
        grep: Grep::parse(place.arg(1)).ok().filter(|grep| !grep.as_str().is_empty()).map(Arc::new),
        parts: IndexMap::new(),
        rows: Vec::new(),
        progress: Progress::New,
    };
    Box::new(TableView::new(place.clone(), search))
}

/// The list.
pub struct Search {
    prefix: Key,
    grep: Option<Arc<Grep>>,
    parts: IndexMap<Dc, Part>,
    /// Everything that was found and kept.
    rows: Vec<LineRow>,
    progress: Progress,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    New,
    Searching,
    Over,
    Stopped,
}

/// A datacenter that is searched.
#[derive(Debug, Default)]
struct Part {
    seen: Seen,
    /// How it ended; none while it has not.
    end: Option<Result<(), String>>,
}

/// A line that matches.
#[derive(Clone, Debug)]
pub struct LineRow {
    dc: Dc,
    hit: Arc<Hit>,
}

impl Row for LineRow {
    type Key = (Dc, Key, usize);

    fn key(&self) -> (Dc, Key, usize) {
        (self.dc.clone(), self.hit.key.clone(), self.hit.line)
    }

    fn text(&self) -> RowText {
        RowText::new([self.hit.key.as_str(), &self.hit.text, self.dc.as_str()])
    }

    fn tie(&self, other: &Self) -> Ordering {
        let of = |row: &Self| (row.hit.key.clone(), row.dc.clone(), row.hit.line);
        of(self).cmp(&of(other))
    }
}

impl Search {
    /// The datacenters that are shown and were not searched yet.
    fn missing(&self, ctx: &Ctx) -> Vec<Dc> {
        let shown = ctx.store.datacenters().map(|(dc, _)| dc).filter(|dc| ctx.shows(dc));
        shown.filter(|dc| !self.parts.contains_key(*dc)).cloned().collect()
    }

    fn shown<'a>(&'a self, ctx: &'a Ctx) -> impl Iterator<Item = (&'a Dc, &'a Part)> {
        self.parts.iter().filter(|(dc, _)| ctx.shows(dc))
    }

    /// What is wrong with what is known of a datacenter, if anything is.
    fn trouble(&self, ctx: &Ctx, dc: &Dc, part: &Part) -> Option<Cell> {
        let (text, role) = match &part.end {
            Some(Err(why)) => (format!("not searched: {}", clean(why)), Role::Stale),
            Some(Ok(())) => {
                // A token that may not see every key is not told so by every server.
                if !ctx.store.dc(dc)?.freshness(&List::Services).may_be_filtered {
                    return None;
                }
                (String::from("may be filtered"), Role::Denied)
            }
            None if self.progress == Progress::Searching => {
                (format!("searching {}", bytes(part.seen.bytes as u64)), Role::Muted)
            }
            None => (String::from("not searched to the end"), Role::Stale),
        };
        Some(Cell::new(format!(" {} ", clean(dc.as_str())), Role::Muted).then(text, role))
    }
}

/// Cells that the other columns of a hit take at most.
const OTHERS: u16 = 90;
/// The fewest characters before a match that are shown.
const LEAST_BEFORE: u16 = 8;

/// How many characters are shown before the first match, so that it is seen in so much room.
fn before(room: u16) -> usize {
    usize::from((room.saturating_sub(OTHERS) / 3).max(LEAST_BEFORE))
}

/// A line with its matches lit, without what stands further before the first of them.
fn around(text: &str, places: &[usize], before: usize) -> Cell {
    let from = places.first().map_or(0, |first| first.saturating_sub(before));
    if from == 0 {
        return cells::lit(text, places);
    }
    let rest: String = text.chars().skip(from).collect();
    let places: Vec<usize> = places.iter().map(|place| place - from).collect();
    let mut cell = Cell::new("…", Role::Muted);
    cell.runs.extend(cells::lit(&rest, &places).runs);
    cell
}

impl Listing for Search {
    type Row = LineRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let place = ctx.focus.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let under =
            if self.prefix.is_empty() { String::new() } else { format!(" under {}", self.prefix) };
        let text = self.grep.as_ref().map(|grep| grep.as_str()).unwrap_or_default();
        let what = format!("search '{text}'{under}{place}");
        Heading { what, made_of: Vec::new(), is_of_all: false }
    }

    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        let mut all = Seen::default();
        for (_, Part { seen, .. }) in self.shown(ctx) {
            all.keys += seen.keys;
            all.hits += seen.hits;
        }
        let plus = if self.progress == Progress::Over { "" } else { "+" };
        let some = |n: usize, one: &str| {
            let s = if n == 1 && plus.is_empty() { "" } else { "s" };
            format!("{}{plus} {one}{s}", count(n))
        };
        let text = format!(" {} in {}", some(all.hits, "line"), some(all.keys, "key"));
        let mut cell = Cell::new(text, Role::Accent);
        if all.hits > Quest::MOST_HITS {
            let text = format!(", {} of them shown", count(self.rows.len()));
            cell = cell.then(text, Role::Warning);
        }
        let failed = self.shown(ctx).filter(|(_, part)| matches!(part.end, Some(Err(_)))).count();
        if failed > 0 {
            let of = self.shown(ctx).count();
            cell = cell.then(format!(", {failed} of {of} datacenters not searched"), Role::Stale);
        }
        let troubles = self.shown(ctx).filter_map(|(dc, part)| self.trouble(ctx, dc, part));
        cell.runs.extend(troubles.flat_map(|trouble| trouble.runs));
        Some(cell)
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, room: u16) -> Vec<Column<'a, LineRow>> {
        let text = move |row: &LineRow| {
            let places = self.grep.as_ref().map(|grep| grep.places(&row.hit.text));
            around(&row.hit.text, &places.unwrap_or_default(), before(room))
        };
        vec![
            Column::new("dc", "dc", Width::Fit(4, 14), |row: &LineRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &LineRow, b| a.dc.cmp(&b.dc)),
            Column::new("name", "key", Width::Fill(20, 60), |row: &LineRow| {
                cells::text(row.hit.key.as_str(), Role::Text)
            })
            .sorts(|a: &LineRow, b| a.tie(b)),
            Column::new("line", "line", Width::Fit(4, 7), |row: &LineRow| {
                Cell::new(row.hit.line.to_string(), Role::Muted)
            })
            .right(),
            Column::new("text", "text", Width::Fill(20, u16::MAX), text),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<LineRow> {
        self.rows.iter().filter(|row| ctx.shows(&row.dc)).cloned().collect()
    }

    fn patch(&mut self, _ctx: &Ctx, _change: &Change) -> Option<Patch<LineRow>> {
        None
    }

    fn appears(&mut self, ctx: &Ctx) -> Response {
        if self.progress != Progress::Stopped && !self.missing(ctx).is_empty() {
            self.progress = Progress::Searching;
        }
        Response::Ignored
    }

    fn is_of_now(&self) -> bool {
        true
    }

    fn asks(&self, ctx: &Ctx) -> Option<Ask> {
        let (dcs, grep) = (self.missing(ctx), Arc::clone(self.grep.as_ref()?));
        let is_due = self.progress != Progress::Stopped && !dcs.is_empty();
        is_due.then(|| Ask::Search { dcs, quest: Quest { prefix: self.prefix.clone(), grep } })
    }

    fn renew(&mut self) {
        self.parts.clear();
        self.rows.clear();
        self.progress = Progress::New;
    }

    fn stopped(&mut self) {
        self.progress = Progress::Stopped;
    }

    fn told(&mut self, ctx: &Ctx, news: News) -> Result<Patch<LineRow>, News> {
        let mut upserts = Vec::new();
        match news {
            News::Hits { dc, hits, seen } => {
                self.parts.entry(dc.clone()).or_default().seen = seen;
                let rows = hits.into_iter().map(|hit| LineRow { dc: dc.clone(), hit: hit.into() });
                let room = Quest::MOST_HITS.saturating_sub(self.rows.len());
                let from = self.rows.len();
                self.rows.extend(rows.take(room));
                let new = self.rows.iter().skip(from).filter(|row| ctx.shows(&row.dc));
                upserts.extend(new.cloned());
            }
            News::End(dc, end) => self.parts.entry(dc).or_default().end = Some(end),
            other => return Err(other),
        }
        Ok(Patch { upserts, ..Patch::default() })
    }

    fn news(&mut self, ctx: &Ctx, news: News) -> Response {
        self.progress = Progress::Over;
        if let News::Failed(why) = news {
            return Response::Notice(why);
        }
        // Datacenters that came meanwhile.
        self.appears(ctx);
        self.asks(ctx).map_or(Response::Ignored, Response::Ask)
    }

    fn is_fault(&self, _row: &LineRow) -> bool {
        true
    }

    fn open(&self, _ctx: &Ctx, row: &LineRow) -> Option<Place> {
        let place = Place::new("value").at(&row.dc).of(row.hit.key.as_str());
        Some(place.of(&value::at(row.hit.line, row.hit.column)))
    }

    fn name(&self, row: &LineRow) -> String {
        row.hit.key.as_str().to_owned()
    }

    fn json(&self, _ctx: &Ctx, row: &LineRow) -> Value {
        let Hit { key, line, text, .. } = &*row.hit;
        json!({ "datacenter": row.dc, "key": key, "line": line, "text": text })
    }

    fn nothing(&self) -> &'static str {
        match self.progress {
            _ if self.grep.is_none() => "nothing to look for: ':search FOLDER /text'",
            Progress::New | Progress::Searching => "nothing found yet",
            Progress::Over => "no value matches",
            Progress::Stopped => "nothing found before it was stopped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_is_seen_at_the_beginning_of_what_is_shown() {
        let text = |cell: &Cell| cell.runs.iter().map(|(text, _)| &**text).collect::<String>();
        let line = format!("{}NEEDLE and more", "x".repeat(100));
        let places: Vec<usize> = (100..106).collect();
        let cell = around(&line, &places, before(78));
        assert_eq!(text(&cell), "…xxxxxxxxNEEDLE and more");
        assert!(cell.runs.contains(&("NEEDLE".into(), Role::Match)), "{cell:?}");
        assert_eq!(text(&around("a NEEDLE", &[2, 3], 8)), "a NEEDLE");
        assert_eq!(text(&around("over several lines", &[], 8)), "over several lines");
    }
}
