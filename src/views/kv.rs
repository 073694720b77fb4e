//! One folder of the KV store over all datacenters (or one): folders and keys, and for each in
//! which datacenters it exists.
//!
//! A folder's listing is live and may hold 200,000 keys. Values are read only when a key is opened.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::prefill::{self, Chosen};
use super::{Ctx, Entry, Place, Response, View, cells};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::store::Change;
use crate::table::column::{Align, Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::clean;
use crate::ui::theme::Role;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "kv",
    aliases: &["keys"],
    takes: Takes::Folder,
    doc: "a folder of the KV store over all datacenters",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    let (prefix, only) = (folder_of(place.arg(0)), place.dc.clone());
    Box::new(TableView::new(place.clone(), Kv { prefix, only, here: HashMap::new() }))
}

/// The folder that was meant: typed without its slash it gets one.
pub fn folder_of(typed: &str) -> Key {
    let slash = if typed.is_empty() || typed.ends_with('/') { "" } else { "/" };
    Key::from(format!("{typed}{slash}"))
}

/// In which datacenters something is: a bit for each, in the store's order.
type Presence = u64;

/// The list.
pub struct Kv {
    prefix: Key,
    only: Option<Dc>,
    /// What is listed, to tell what a new listing changes.
    here: HashMap<Arc<str>, Presence>,
}

/// A folder or a key.
#[derive(Clone, Debug)]
pub struct KvRow {
    path: Arc<str>,
    /// Bytes of the path before its name.
    above: usize,
    presence: Presence,
}

impl KvRow {
    fn name(&self) -> &str {
        self.path.get(self.above..).unwrap_or_default()
    }

    fn is_folder(&self) -> bool {
        self.path.ends_with('/')
    }

    /// True when the datacenter at this place of the store has it.
    fn is_in(&self, place: usize) -> bool {
        self.presence & (1 << place.min(63)) != 0
    }

    /// True when it is in all of so many datacenters.
    fn is_everywhere(&self, dcs: usize) -> bool {
        self.presence.count_ones() as usize == dcs
    }
}

impl Row for KvRow {
    type Key = Arc<str>;

    fn key(&self) -> Arc<str> {
        Arc::clone(&self.path)
    }

    fn text(&self) -> RowText {
        RowText::new([self.name()])
    }

    /// Folders first, then by the bytes of the key, as Consul orders them.
    fn tie(&self, other: &Self) -> Ordering {
        (!self.is_folder(), &self.path).cmp(&(!other.is_folder(), &other.path))
    }
}

impl Kv {
    fn subject(&self) -> Subject {
        Subject::Folder(self.prefix.clone())
    }

    fn shown<'a>(&'a self, ctx: &Ctx<'a>) -> impl Iterator<Item = (usize, &'a Dc)> {
        let ctx = *ctx;
        let is_shown =
            move |dc: &Dc| self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc);
        let all = ctx.store.datacenters().map(|(dc, _)| dc).enumerate();
        all.filter(move |(_, dc)| is_shown(dc))
    }

    /// What the datacenters list now.
    fn listed(&self, ctx: &Ctx) -> HashMap<Arc<str>, Presence> {
        let mut here: HashMap<Arc<str>, Presence> = HashMap::new();
        for (place, dc) in self.shown(ctx) {
            let folder = ctx.store.dc(dc).and_then(|state| state.folders.get(&self.prefix));
            for row in folder.iter().flat_map(|folder| folder.rows()) {
                // The datacenters past the 64th are not told apart.
                let bit = 1 << place.min(63);
                match here.get_mut(row.path) {
                    Some(presence) => *presence |= bit,
                    None => drop(here.insert(Arc::from(row.path), bit)),
                }
            }
        }
        here
    }

    fn row(&self, path: &Arc<str>, presence: Presence) -> KvRow {
        KvRow { path: Arc::clone(path), above: self.prefix.as_str().len(), presence }
    }
}

impl Listing for Kv {
    type Row = KvRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let place = self.only.as_ref().map(|dc| format!(" @ {dc}")).unwrap_or_default();
        let what = format!(
            "kv {}{place}",
            if self.prefix.is_empty() { "/" } else { self.prefix.as_str() }
        );
        Heading { what, made_of: vec![List::Subject(self.subject())], is_of_all: false }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, KvRow>> {
        let name = |row: &KvRow| {
            let role = if row.is_folder() { Role::Accent } else { Role::Text };
            cells::text(row.name(), role)
        };
        let mut columns = vec![
            Column::new("name", "key", Width::Fill(20, 80), name).sorts(|a: &KvRow, b| a.tie(b)),
        ];
        let all = self.shown(ctx).count();
        for (place, dc) in self.shown(ctx) {
            let is_there = move |row: &KvRow| match (row.is_in(place), row.is_everywhere(all)) {
                (true, true) => Cell::new("yes", Role::Muted),
                (true, false) => Cell::new("yes", Role::Text),
                (false, _) => Cell::new("missing", Role::Warning),
            };
            let column = Column::new(dc.as_str(), "", Width::Fit(7, 14), is_there);
            let title = clean(dc.as_str()).into_owned();
            columns.push(Column { title: title.into(), align: Align::Left, ..column });
        }
        columns
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<KvRow> {
        self.here = self.listed(ctx);
        self.here.iter().map(|(path, presence)| self.row(path, *presence)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<KvRow>> {
        match change {
            Change::Kv(_, subject) if *subject == self.subject() => {}
            _ => return None,
        }
        let now = self.listed(ctx);
        let mut patch = Patch::default();
        for (path, presence) in &now {
            if self.here.get(path) != Some(presence) {
                patch.upserts.push(self.row(path, *presence));
            }
        }
        patch.removed = self.here.keys().filter(|path| !now.contains_key(*path)).cloned().collect();
        self.here = now;
        Some(patch)
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let wanted = |(_, dc): (_, &Dc)| Wanted { dc: dc.clone(), subject: self.subject() };
        self.shown(ctx).map(wanted).collect()
    }

    fn act_on(&mut self, ctx: &Ctx, action: Action, rows: &[KvRow]) -> Option<Response> {
        let shown: Vec<_> = self.shown(ctx).collect();
        let is_in = |place: usize| rows.iter().any(|row| row.is_in(place));
        let chosen = Chosen {
            names: rows.iter().map(|row| &*row.path).collect(),
            dcs: shown.iter().filter(|(place, _)| is_in(*place)).map(|(_, dc)| *dc).collect(),
            shown: shown.iter().map(|(_, dc)| *dc).collect(),
            folder: self.prefix.as_str(),
        };
        prefill::response(action, &chosen)
    }

    /// A key that not all datacenters have.
    fn is_fault(&self, row: &KvRow) -> bool {
        self.here.values().any(|presence| presence | row.presence != row.presence)
    }

    fn open(&self, _ctx: &Ctx, row: &KvRow) -> Option<Place> {
        let view = if row.is_folder() { "kv" } else { "key" };
        Some(Place::new(view).perhaps_at(self.only.as_ref()).of(&row.path))
    }

    fn name(&self, row: &KvRow) -> String {
        row.path.to_string()
    }

    fn json(&self, ctx: &Ctx, row: &KvRow) -> Value {
        let is_there = |(place, _): &(usize, &Dc)| row.is_in(*place);
        let dcs: Vec<&Dc> = self.shown(ctx).filter(is_there).map(|(_, dc)| dc).collect();
        json!({ "key": &*row.path, "datacenters": dcs })
    }

    fn nothing(&self) -> &'static str {
        "no keys here"
    }
}
