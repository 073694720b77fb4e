//! Folders and keys of the KV store over all datacenters (or one) as a tree: for each in which
//! datacenters it exists and whether the values are equal, and the value under the cursor beside it.
//!
//! Every open folder's listing is live and may hold 200,000 keys; where a row is and how its values
//! compare is looked up for what is drawn. Values are read for the rows on screen only.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::beside::{self, Beside};
use super::listing::{Heading, Listing, Patch, Seen, TableView};
use super::prefill::{self, Chosen};
use super::{Ctx, Entry, Place, Response, View};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::app::task::{Ask, News};
use crate::domain::feed::{Glanced, List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::store::Change;
use crate::table::column::{Align, Cell, Column, Width};
use crate::table::row::Row as _;
use crate::ui::glyph::Sign;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

mod counts;
mod equal;
mod rows;

use counts::Counts;
use equal::Values;
use rows::Listings;
pub use rows::{Kind, KvRow};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "kv",
    aliases: &["keys"],
    takes: Takes::Folder,
    doc: "folders and keys of the KV store over all datacenters, and their values",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    let page = folder_of(place.arg(0));
    let kv = Kv {
        only: place.dc.clone(),
        open: BTreeSet::new(),
        listings: Listings::of(&page),
        beside: Beside::default(),
        counts: Counts::default(),
        page,
    };
    Box::new(TableView::new(place.clone(), kv))
}

/// The folder that was meant: typed without its slash it gets one.
pub fn folder_of(typed: &str) -> Key {
    let slash = if typed.is_empty() || typed.ends_with('/') { "" } else { "/" };
    Key::from(format!("{typed}{slash}"))
}

/// The list.
pub struct Kv {
    /// The folder whose page it is; empty for the top.
    page: Key,
    only: Option<Dc>,
    /// The folders below it that are unfolded.
    open: BTreeSet<Key>,
    listings: Listings,
    beside: Beside,
    counts: Counts,
}

impl Kv {
    fn shown(&self, ctx: &Ctx) -> Vec<Dc> {
        let is_shown = |dc: &&Dc| self.only.as_ref().map_or_else(|| ctx.shows(dc), |it| it == *dc);
        ctx.store.datacenters().map(|(dc, _)| dc).filter(is_shown).cloned().collect()
    }

    /// Learns which datacenters may hide keys; false when that is as it was.
    fn doubt(&mut self, ctx: &Ctx) -> bool {
        let list = List::Subject(Subject::Folder(self.page.clone()));
        let may_hide =
            |dc: &Dc| ctx.store.dc(dc).is_some_and(|state| state.freshness(&list).may_be_filtered);
        self.listings.doubt(may_hide)
    }

    /// The folders whose rows are shown: the page's and those unfolded in shown ones.
    fn folders(&self) -> impl Iterator<Item = Key> {
        let depth = self.page.as_str().len();
        let is_shown = move |folder: &&Key| {
            let mut above = folder.parents().filter(|parent| parent.len() > depth);
            above.all(|parent| self.open.contains(parent))
        };
        std::iter::once(self.page.clone()).chain(self.open.iter().filter(is_shown).cloned())
    }

    fn is_open(&self, row: &KvRow) -> bool {
        row.kind == Kind::Folder && self.open.contains(&row.path)
    }

    fn unfold(&mut self, row: &KvRow, is_open: bool) -> Response {
        if is_open {
            self.open.insert(row.path.clone());
        } else {
            self.open.remove(&row.path);
        }
        Response::Changed
    }

    fn count(&mut self) -> Response {
        self.counts.begin();
        let (dcs, folders) = (self.listings.dcs.clone(), self.folders().collect());
        Response::Ask(Ask::Count { dcs, page: self.page.clone(), folders })
    }

    fn name(&self, ctx: &Ctx, row: &KvRow) -> Cell {
        let leaf = row.path.leaf();
        let above = row.name().strip_suffix(leaf).unwrap_or_default();
        let sign = match row.kind {
            Kind::Folder if self.is_open(row) => ctx.look.sign(Sign::Unfolded),
            Kind::Folder => ctx.look.sign(Sign::Folded),
            _ => " ",
        };
        let role = if row.kind == Kind::Folder { Role::Accent } else { Role::Text };
        let mut cell = Cell::new(format!("{sign} "), Role::Muted)
            .then(clean(above).into_owned(), Role::Muted)
            .then(clean(leaf).into_owned(), role);
        if row.kind == Kind::Marker {
            cell = cell.then("  the folder's own key", Role::Muted);
        }
        match equal::managed(ctx, &self.listings, row) {
            Some(text) => cell.then(format!("  {text}"), Role::Warning),
            None => cell,
        }
    }

    /// What stands in a datacenter's column.
    fn there(&self, ctx: &Ctx, at: usize, row: &KvRow) -> Cell {
        let Some((dc, is_here)) = self.listings.here(row).nth(at) else { return Cell::default() };
        match is_here {
            None => Cell::new("?", Role::Muted),
            Some(false) => Cell::new("missing", Role::Warning),
            Some(true) => {
                let role =
                    if self.listings.is_missing_somewhere(row) { Role::Text } else { Role::Muted };
                if row.kind == Kind::Folder {
                    let counted = self.counts.of(dc, &row.path);
                    return Cell::new(counted.unwrap_or_else(|| String::from("yes")), role);
                }
                match equal::against_first(ctx, &self.listings, row, at) {
                    Some(false) => Cell::new("differs", Role::Critical),
                    _ => Cell::new("yes", role),
                }
            }
        }
    }
}

impl Listing for Kv {
    type Row = KvRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let place = self.only.as_ref().map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let folder = if self.page.is_empty() { "/" } else { self.page.as_str() };
        let made_of = self.folders().map(|folder| List::Subject(Subject::Folder(folder))).collect();
        Heading { what: format!("kv {folder}{place}"), made_of, is_of_all: false }
    }

    fn says(&self, _ctx: &Ctx) -> Option<Cell> {
        self.counts.says()
    }

    fn begun(&self) -> Vec<Dc> {
        self.listings.begun()
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, KvRow>> {
        let name = |row: &KvRow| self.name(ctx, row);
        let mut columns = vec![
            Column::new("name", "key", Width::Fill(20, 80), name).sorts(|a: &KvRow, b| a.tie(b)),
        ];
        for (at, dc) in self.listings.dcs.iter().enumerate() {
            let there = move |row: &KvRow| self.there(ctx, at, row);
            let column = Column::new(dc.as_str(), "", Width::Fit(7, 14), there);
            let title = clean(dc.as_str()).into_owned();
            columns.push(Column { title: title.into(), align: Align::Left, ..column });
        }
        if self.listings.dcs.len() > 1 {
            let values = |row: &KvRow| match equal::values(ctx, &self.listings, row) {
                None => Cell::default(),
                Some(Values::Equal) => Cell::new("equal", Role::Passing),
                Some(Values::Differ) => Cell::new("differ", Role::Critical),
                Some(Values::Unread) => Cell::new("not read", Role::Muted),
            };
            columns.push(Column::new("values", "values", Width::Fit(8, 8), values));
        }
        columns
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn hide(&mut self) {
        self.listings.forget_large();
    }

    fn forget(&mut self) {
        self.listings = Listings::of(&self.page);
        self.beside.forget();
        self.counts = Counts::default();
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<KvRow> {
        let (dcs, folders) = (self.shown(ctx), self.folders().collect::<Vec<_>>());
        self.listings.set(dcs, folders.into_iter(), |dc, folder| {
            ctx.store.dc(dc)?.folders.get(folder).cloned()
        });
        self.doubt(ctx);
        self.listings.rows()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<KvRow>> {
        if self.shown(ctx) != self.listings.dcs {
            let upserts = self.load(ctx);
            return Some(Patch { upserts, is_whole: true, ..Patch::default() });
        }
        let is_doubt_new = self.doubt(ctx);
        match change {
            Change::Kv(dc, Subject::Folder(folder)) => {
                let listing = ctx.store.dc(dc)?.folders.get(folder)?;
                self.listings.take(dc, listing)
            }
            Change::Kv(_, Subject::Key(key)) => {
                self.beside.take(ctx, &self.listings.dcs, key);
                Some(Patch::default())
            }
            // What is looked up when it is drawn.
            Change::Kv(..) | Change::Prints(_) => Some(Patch::default()),
            _ => is_doubt_new.then(Patch::default),
        }
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for dc in self.shown(ctx) {
            let of_dc = |subject| Wanted { dc: dc.clone(), subject };
            wanted.extend(self.folders().map(Subject::Folder).map(of_dc));
            wanted.push(of_dc(Subject::Managers));
        }
        wanted
    }

    fn glanced(&self, ctx: &Ctx, seen: &Seen<'_, KvRow>) -> Glanced {
        let keys = seen.rows.iter().flat_map(|row| equal::compared(&self.listings, row)).collect();
        let key = seen.beside.filter(|row| row.kind != Kind::Folder);
        let passing = key.map(|row| beside::wanted(ctx, &self.listings.having(row), &row.path));
        Glanced { keys, passing: passing.unwrap_or_default(), ..Glanced::default() }
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&KvRow>) -> Option<Response> {
        let folder = row.filter(|row| row.kind == Kind::Folder);
        match (action, folder) {
            (Action::Edit, None) => {
                row.map(|row| Beside::edit(ctx, &self.listings.having(row), &row.path))
            }
            (Action::Count, _) => Some(self.count()),
            // The rows stay what they are.
            (Action::NextFormat, _) if self.beside.next_format() => Some(Response::Ignored),
            (Action::Right, Some(row)) if !self.is_open(row) => Some(self.unfold(row, true)),
            (Action::Left, Some(row)) if self.is_open(row) => Some(self.unfold(row, false)),
            (Action::ExpandAll, _) if !self.open.is_empty() => {
                self.open.clear();
                Some(Response::Changed)
            }
            _ => None,
        }
    }

    fn told(&mut self, _ctx: &Ctx, news: News) -> Result<Patch<KvRow>, News> {
        match news {
            News::Counts { dc, folders, all } => self.counts.add(dc, folders, all),
            News::End(dc, end) => self.counts.end(dc, end.err()),
            News::Done(_) => self.counts.stop(),
            other => return Err(other),
        }
        Ok(Patch::default())
    }

    fn news(&mut self, _ctx: &Ctx, news: News) -> Response {
        self.counts.stop();
        match news {
            News::Failed(why) => Response::Notice(why),
            _ => Response::Ignored,
        }
    }

    fn stopped(&mut self) {
        self.counts.stop();
    }

    fn act_on(&mut self, ctx: &Ctx, action: Action, rows: &[KvRow]) -> Option<Response> {
        let shown = self.shown(ctx);
        let has_any = |dc: &&Dc| rows.iter().any(|row| self.listings.having(row).contains(dc));
        let chosen = Chosen {
            names: rows.iter().map(|row| row.path.as_str()).collect(),
            has_marker: rows.iter().any(|row| row.kind == Kind::Marker),
            dcs: shown.iter().filter(has_any).collect(),
            shown: shown.iter().collect(),
            folder: self.page.as_str(),
        };
        prefill::response(action, &chosen)
    }

    /// A key that not all datacenters have.
    fn is_fault(&self, row: &KvRow) -> bool {
        self.listings.is_missing_somewhere(row)
    }

    fn open(&self, _ctx: &Ctx, row: &KvRow) -> Option<Place> {
        let view = if row.kind == Kind::Folder { "kv" } else { "key" };
        Some(Place::new(view).perhaps_at(self.only.as_ref()).of(row.path.as_str()))
    }

    fn name(&self, row: &KvRow) -> String {
        row.path.as_str().to_owned()
    }

    fn json(&self, _ctx: &Ctx, row: &KvRow) -> Value {
        json!({ "key": row.path, "datacenters": self.listings.having(row) })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &KvRow) -> Option<Detail> {
        if row.kind != Kind::Folder {
            return Some(self.beside.detail(ctx, &self.listings.having(row), &row.path));
        }
        let title = Cell::new(format!(" {} ", clean(row.path.leaf())), Role::Title);
        let line = Cell::new("enter goes into the folder, right unfolds it here", Role::Muted);
        Some(Detail { title, lines: Lines::Whole(vec![line]) })
    }

    fn nothing(&self) -> &'static str {
        "no keys here"
    }
}
