//! All keys of all datacenters, and among them those that a fragment finds: best first, each with where
//! it is, and the value of the highlighted one beside it.
//!
//! The names of all keys are read once, when the view is opened, and kept as long as it is; `ctrl-r`
//! reads them again. What could not be read is counted and named. `/` is a fuzzy query over all keys,
//! not over the hits that are shown.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::beside::{self, Beside};
use super::fresh::YOUNG;
use super::listing::{Heading, Listing, Patch, Seen, TableView};
use super::{Ctx, Entry, Place, Response, View, cells};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::app::seek::{Accepted, Answer, Hit, Index, Part, Seeker, State};
use crate::app::task::{Ask, News};
use crate::domain::feed::{Glanced, List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::store::Change;
use crate::table::column::{Align, Cell, Column, Width};
use crate::table::filter::{Filter, RowText};
use crate::table::row::Row;
use crate::ui::text::{age, clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::Detail;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "find",
    aliases: &[],
    takes: Takes::Text,
    doc: "keys of all datacenters by a fragment of their name",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    let filter = Filter::fuzzy(place.arg(0));
    let mut seeker = Seeker::default();
    seeker.set_query(filter.text());
    let find = Find {
        filter,
        seeker,
        progress: Progress::Reading,
        so_far: HashMap::new(),
        read_at: None,
        dcs: Vec::new(),
        beside: Beside::default(),
    };
    Box::new(TableView::new(place.clone(), find))
}

/// The list.
pub struct Find {
    filter: Filter,
    seeker: Seeker,
    progress: Progress,
    /// How many keys of each datacenter came, also those that are not in the index yet.
    so_far: HashMap<Dc, usize>,
    /// When keys were read last (UTC).
    read_at: Option<DateTime<Utc>>,
    /// The datacenters that are shown.
    dcs: Vec<Dc>,
    beside: Beside,
}

/// How far the names of keys are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// More come.
    Reading,
    /// All that could be read is there.
    Over,
    /// The operator stopped it.
    Stopped,
}

/// A key that was found.
#[derive(Clone, Debug)]
pub struct HitRow {
    rank: usize,
    hit: Arc<Hit>,
    /// The shown datacenters that have it.
    here: Arc<[Dc]>,
}

impl Row for HitRow {
    type Key = Key;

    fn key(&self) -> Key {
        self.hit.key.clone()
    }

    fn text(&self) -> RowText {
        RowText::new([self.hit.key.as_str()])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

/// True when the token may not see everything in a datacenter.
fn may_hide(ctx: &Ctx, dc: &Dc) -> bool {
    ctx.store.dc(dc).is_some_and(|state| state.freshness(&List::Services).may_be_filtered)
}

impl Find {
    fn index(&self) -> &Arc<Index> {
        self.seeker.index()
    }

    /// What is known of a datacenter.
    fn part(&self, dc: &Dc) -> Option<&Part> {
        self.index().parts().iter().find(|part| part.dc == *dc)
    }

    /// The datacenters whose keys are not known to the end.
    fn missing(&self, ctx: &Ctx) -> Vec<Dc> {
        let is_whole = |dc: &Dc| self.part(dc).is_some_and(|part| part.state == State::Whole);
        let shown = ctx.store.datacenters().map(|(dc, _)| dc).filter(|dc| ctx.shows(dc));
        shown.filter(|dc| !is_whole(dc)).cloned().collect()
    }

    /// Searches in these keys from now on, among those of the datacenters that are shown.
    fn search_in(&mut self, ctx: &Ctx, index: Arc<Index>) -> Response {
        let among = index.among(|dc| ctx.shows(dc));
        Response::Seek(self.seeker.set_index(index, among))
    }

    /// Whether a datacenter has a key: not known while it is not read to the end, or may hide keys.
    fn there(&self, ctx: &Ctx, dc: &Dc, row: &HitRow) -> Cell {
        let is_whole =
            self.part(dc).is_some_and(|part| part.state == State::Whole) && !may_hide(ctx, dc);
        if row.here.contains(dc) {
            let is_everywhere = row.here.len() == self.dcs.len();
            Cell::new("yes", if is_everywhere { Role::Muted } else { Role::Text })
        } else if is_whole {
            Cell::new("missing", Role::Warning)
        } else {
            Cell::new("?", Role::Muted)
        }
    }

    /// What is wrong with what is known of a datacenter, if anything is.
    fn trouble(&self, ctx: &Ctx, dc: &Dc) -> Option<Cell> {
        let state = self.part(dc).map(|part| &part.state);
        let (text, role) = match state {
            Some(State::Failed(why)) => (format!("not read: {}", clean(why)), Role::Stale),
            Some(State::Whole) => {
                // A token that may not see every key is not told so by every server.
                if !may_hide(ctx, dc) {
                    return None;
                }
                (String::from("may be filtered"), Role::Denied)
            }
            _ if self.progress == Progress::Reading => {
                let so_far = self.so_far.get(dc).copied().unwrap_or_default();
                (format!("reading {}", count(so_far)), Role::Muted)
            }
            _ => (String::from("not read to the end"), Role::Stale),
        };
        Some(Cell::new(format!(" {} ", clean(dc.as_str())), Role::Muted).then(text, role))
    }
}

impl Listing for Find {
    type Row = HitRow;

    fn heading(&self, ctx: &Ctx) -> Heading {
        let place = ctx.focus.map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let what = match self.seeker.query() {
            "" => format!("find{place}"),
            query => format!("find '{query}'{place}"),
        };
        Heading { what, made_of: Vec::new(), is_of_all: false }
    }

    fn says(&self, ctx: &Ctx) -> Option<Cell> {
        let all = count(self.index().len());
        let sign = if self.seeker.is_searching() { "+" } else { "" };
        let found = count(self.seeker.total());
        let text = if self.filter.is_empty() {
            format!(" {found} keys")
        } else {
            format!(" {found}{sign} of {all} keys")
        };
        let mut cell = Cell::new(text, Role::Accent);
        let troubles: Vec<Cell> = self.dcs.iter().filter_map(|dc| self.trouble(ctx, dc)).collect();
        let failed = |dc: &&Dc| matches!(self.part(dc), Some(Part { state: State::Failed(_), .. }));
        let failed = self.dcs.iter().filter(failed).count();
        if failed > 0 {
            let text = format!(", {failed} of {} datacenters not read", self.dcs.len());
            cell = cell.then(text, Role::Stale);
        }
        if let (Some(at), Progress::Over) = (self.read_at, self.progress) {
            let old = (ctx.now - at).to_std().unwrap_or_default();
            if old >= YOUNG {
                cell = cell.then(format!(", as of {} ago", age(old)), Role::Muted);
            }
        }
        cell.runs.extend(troubles.into_iter().flat_map(|trouble| trouble.runs));
        Some(cell)
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, HitRow>> {
        let name = |row: &HitRow| cells::lit(row.hit.key.as_str(), &row.hit.indices);
        let mut columns = vec![
            Column::new("rank", "key", Width::Fill(20, 120), name).sorts(|a: &HitRow, b| a.tie(b)),
        ];
        for dc in &self.dcs {
            let there = |row: &HitRow| self.there(ctx, dc, row);
            let column = Column::new(dc.as_str(), "", Width::Fit(7, 14), there);
            let title = clean(dc.as_str()).into_owned();
            columns.push(Column { title: title.into(), align: Align::Left, ..column });
        }
        columns
    }

    fn first_sort(&self) -> &'static str {
        "rank"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<HitRow> {
        self.dcs =
            ctx.store.datacenters().map(|(dc, _)| dc).filter(|dc| ctx.shows(dc)).cloned().collect();
        let parts = self.index().parts();
        let row = |(rank, hit): (usize, &Hit)| {
            let here = parts.iter().enumerate().filter(|(at, _)| hit.here.has(*at));
            let here = here.map(|(_, part)| part.dc.clone()).filter(|dc| self.dcs.contains(dc));
            HitRow { rank, hit: Arc::new(hit.clone()), here: here.collect() }
        };
        self.seeker.hits().iter().enumerate().map(row).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<HitRow>> {
        match change {
            Change::Kv(_, Subject::Key(key)) => {
                self.beside.take(ctx, &self.dcs, key);
                Some(Patch::default())
            }
            Change::Kv(..) => Some(Patch::default()),
            Change::Datacenters => {
                let upserts = self.load(ctx);
                Some(Patch { upserts, is_whole: true, ..Patch::default() })
            }
            _ => None,
        }
    }

    fn subjects(&self, _ctx: &Ctx) -> Vec<Wanted> {
        let wanted = |dc: &Dc| Wanted { dc: dc.clone(), subject: Subject::Managers };
        self.dcs.iter().map(wanted).collect()
    }

    fn glanced(&self, ctx: &Ctx, seen: &Seen<'_, HitRow>) -> Glanced {
        let passing = seen.beside.map(|row| beside::wanted(ctx, &row.here, &row.hit.key));
        Glanced { passing: passing.unwrap_or_default(), ..Glanced::default() }
    }

    fn is_of_now(&self) -> bool {
        true
    }

    fn asks(&self, ctx: &Ctx) -> Option<Ask> {
        let dcs = self.missing(ctx);
        let is_due = self.progress != Progress::Stopped && !dcs.is_empty();
        is_due.then(|| Ask::Index { dcs, known: Arc::clone(self.index()) })
    }

    fn renew(&mut self) {
        self.seeker.set_index(Arc::default(), crate::domain::kv::Presence::default());
        self.so_far.clear();
        self.progress = Progress::Reading;
    }

    fn stopped(&mut self) {
        self.progress = Progress::Stopped;
    }

    fn news(&mut self, ctx: &Ctx, news: News) -> Response {
        match news {
            News::Index(index) => {
                self.read_at = Some(ctx.now);
                return self.search_in(ctx, index);
            }
            News::Counts { dc, all, .. } => drop(self.so_far.insert(dc, all)),
            News::Failed(why) => {
                self.progress = Progress::Over;
                return Response::Notice(why);
            }
            _ => {
                // Datacenters that came meanwhile.
                let new: Vec<Dc> =
                    self.missing(ctx).into_iter().filter(|dc| self.part(dc).is_none()).collect();
                if !new.is_empty() {
                    let known = Arc::clone(self.index());
                    return Response::Ask(Ask::Index { dcs: new, known });
                }
                self.progress = Progress::Over;
            }
        }
        Response::Ignored
    }

    fn query(&self) -> Option<&Filter> {
        Some(&self.filter)
    }

    fn seek(&mut self, query: Filter) -> Response {
        let job = self.seeker.set_query(query.text());
        self.filter = query;
        Response::Seek(job)
    }

    fn appears(&mut self, ctx: &Ctx) -> Response {
        if self.progress != Progress::Stopped && !self.missing(ctx).is_empty() {
            self.progress = Progress::Reading;
        }
        let among = self.index().among(|dc| ctx.shows(dc));
        self.seeker.set_among(among).map_or(Response::Ignored, Response::Seek)
    }

    fn sought(&mut self, _ctx: &Ctx, answer: Answer) -> Response {
        match self.seeker.accept(answer) {
            Accepted::Late => Response::Ignored,
            Accepted::Whole => Response::Changed,
            Accepted::Part(rest) => Response::Seek(rest),
        }
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&HitRow>) -> Option<Response> {
        match (action, row) {
            (Action::Edit, Some(row)) => Some(Beside::edit(ctx, &row.here, &row.hit.key)),
            // The rows stay what they are.
            (Action::NextFormat, _) => self.beside.next_format().then_some(Response::Ignored),
            _ => None,
        }
    }

    fn is_fault(&self, row: &HitRow) -> bool {
        row.here.len() < self.dcs.len()
    }

    fn open(&self, _ctx: &Ctx, row: &HitRow) -> Option<Place> {
        Some(Place::new("key").of(row.hit.key.as_str()))
    }

    fn name(&self, row: &HitRow) -> String {
        row.hit.key.as_str().to_owned()
    }

    fn json(&self, _ctx: &Ctx, row: &HitRow) -> Value {
        json!({ "key": row.hit.key, "datacenters": &*row.here })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &HitRow) -> Option<Detail> {
        Some(self.beside.detail(ctx, &row.here, &row.hit.key))
    }

    fn nothing(&self) -> &'static str {
        match self.progress {
            Progress::Reading => "no key yet; reading the names of all",
            Progress::Over => "no key matches",
            Progress::Stopped => "no key matches, of those that were read before it was stopped",
        }
    }
}
