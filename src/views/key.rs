//! One key in every datacenter that is shown: its value where it is, whether the values are equal,
//! and what Consul says of it.
//!
//! Viewing is not editing. The rows are the datacenters; the value stands beside them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::{hands, session_of};
use super::listing::{Heading, Listing, Patch, TableView};
use super::prefill::{self, Chosen};
use super::reading::{Prepared, Reading};
use super::{Ctx, Entry, Place, Response, View, cells, fresh, unlock};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::app::confirm::Confirm;
use crate::app::edit::difference;
use crate::app::task::{Ask, Intent};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv;
use crate::domain::lock::Lock;
use crate::store::{Change, Datacenter};
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{bytes, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "key",
    aliases: &[],
    takes: Takes::Key,
    doc: "one key of the KV store in all datacenters",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    let (key, only) = (Key::from(place.arg(0)), place.dc.clone());
    let reading = Reading::Detected;
    let (values, unread) = (HashMap::new(), Vec::new());
    let key = OneKey { key, only, reading, is_folded: false, values, unread };
    Box::new(TableView::new(place.clone(), key))
}

/// The page.
pub struct OneKey {
    key: Key,
    only: Option<Dc>,
    /// How the values are read.
    reading: Reading,
    is_folded: bool,
    /// The values ready to be shown, each with the index that it was made at.
    values: HashMap<Dc, (u64, Arc<Prepared>)>,
    /// The datacenters in which it could not be read.
    unread: Vec<Dc>,
}

/// The key in one datacenter.
#[derive(Clone, Debug)]
pub struct KeyRow {
    dc: Dc,
    /// The key; `None` where there is none, or none is known.
    entry: Option<Arc<kv::Entry>>,
    /// How its value and flags stand to those of the first datacenter that has it.
    against: Against,
}

/// How a value stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Against {
    Unread,
    Missing,
    Differs,
    Equal,
    First,
}

impl Row for KeyRow {
    type Key = Dc;

    fn key(&self) -> Dc {
        self.dc.clone()
    }

    fn text(&self) -> RowText {
        RowText::new([self.dc.as_str()])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.dc.cmp(&other.dc)
    }
}

impl OneKey {
    fn subject(&self) -> Subject {
        Subject::Key(self.key.clone())
    }

    fn list(&self) -> List {
        List::Subject(self.subject())
    }

    /// The shown datacenters in which it was never read, or was not there, and cannot be read now.
    fn unread(&self, ctx: &Ctx) -> Vec<Dc> {
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
        let is_there = |state: &Datacenter| matches!(state.entries.get(&self.key), Some(Some(_)));
        let never = shown.filter(|(_, state)| !is_there(state));
        let unread = never.filter(|(dc, _)| fresh::unread(ctx, dc, &self.list()).is_some());
        unread.map(|(dc, _)| dc.clone()).collect()
    }

    /// A value ready to be shown; one that did not change is not read again.
    fn value(&self, dc: &Dc, entry: &kv::Entry) -> (u64, Arc<Prepared>) {
        let index = entry.modify_index;
        if let Some((at, value)) = self.values.get(dc)
            && *at == index
        {
            return (index, Arc::clone(value));
        }
        let value = Prepared::new(self.key.as_str(), &entry.value, self.reading);
        (index, Arc::new(if self.is_folded { value.as_overview() } else { value }))
    }

    /// Shows the values another way: all are read anew.
    fn next_format(&mut self, row: &KeyRow) -> Option<Response> {
        let (_, value) = self.values.get(&row.dc)?;
        self.reading = self.reading.next(value.detected());
        self.values.clear();
        Some(Response::Changed)
    }

    fn toggle_fold(&mut self) -> Response {
        self.is_folded = !self.is_folded;
        self.values.clear();
        Response::Changed
    }

    /// The question before the key is deleted in one datacenter.
    fn delete(row: &KeyRow) -> Response {
        let Some(entry) = &row.entry else {
            return Response::Notice(format!("there is no such key in {}", row.dc));
        };
        let lines = difference(Some(&entry.value), None);
        let op = kv::Op::Delete { base: kv::Entry::clone(entry) };
        let intent = Intent::from(kv::Write::one(row.dc.clone(), op));
        let title = intent.summary();
        Response::Confirm(Box::new(Confirm::new(title, lines, Ask::Write(intent))))
    }

    /// The question before the key's lock is taken from its session.
    fn release(ctx: &Ctx, row: &KeyRow) -> Response {
        match row.entry.as_deref().and_then(Lock::of) {
            Some(lock) => unlock::release(ctx, &row.dc, &lock),
            None => Response::Notice(String::from("no session holds it")),
        }
    }

    fn shows(&self, ctx: &Ctx, dc: &Dc) -> bool {
        self.only.as_ref().map_or_else(|| ctx.shows(dc), |only| only == dc)
    }
}

impl Listing for OneKey {
    type Row = KeyRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let place = self.only.as_ref().map(|dc| format!(" @ {dc}")).unwrap_or_default();
        Heading {
            what: format!("key {}{place}", self.key),
            made_of: vec![self.list()],
            is_of_all: false,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, KeyRow>> {
        let of = |show: fn(&kv::Entry) -> String| {
            move |row: &KeyRow| {
                if row.against == Against::Unread {
                    return Cell::new("?", Role::Muted);
                }
                let text = row.entry.as_ref().map(|entry| show(entry));
                Cell::new(text.unwrap_or_else(|| String::from("-")), Role::Text)
            }
        };
        let against = |row: &KeyRow| {
            let (word, role) = match row.against {
                Against::Unread => return Cell::new("?", Role::Stale),
                Against::Missing => ("missing", Role::Warning),
                Against::Differs => ("differs", Role::Critical),
                Against::Equal => ("equal", Role::Passing),
                Against::First => ("the first", Role::Muted),
            };
            if fresh::is_old(ctx, &row.dc, &self.list()) {
                return cells::past(ctx, word);
            }
            Cell::new(word, role)
        };
        let lock = |entry: &kv::Entry| {
            let held = entry.session.as_ref();
            held.map_or_else(
                || String::from("free"),
                |session| clean(session.as_str()).into_owned(),
            )
        };
        vec![
            Column::new("name", "dc", Width::Fit(4, 14), |row: &KeyRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &KeyRow, b| a.dc.cmp(&b.dc)),
            Column::new("status", "value", Width::Fit(7, 15), against)
                .sorts(|a: &KeyRow, b| a.against.cmp(&b.against)),
            Column::new(
                "size",
                "size",
                Width::Fit(6, 9),
                of(|entry| bytes(entry.value.len() as u64)),
            )
            .right(),
            Column::new(
                "modify",
                "modify index",
                Width::Fit(7, 12),
                of(|entry| entry.modify_index.to_string()),
            )
            .right(),
            Column::new(
                "create",
                "create index",
                Width::Fit(7, 12),
                of(|entry| entry.create_index.to_string()),
            )
            .right()
            .rank(2),
            Column::new("flags", "flags", Width::Fit(5, 20), of(|entry| entry.flags.to_string()))
                .right()
                .rank(1),
            Column::new("lock", "locked by", Width::Fit(6, 36), of(lock)).rank(3),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<KeyRow> {
        self.unread = self.unread(ctx);
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
        let shown = shown.filter(|(dc, _)| !self.unread.contains(dc));
        let known =
            shown.filter_map(|(dc, state)| Some((dc, state.entries.get(&self.key)?.clone())));
        let known: Vec<_> = known.collect();
        let first = known.iter().find_map(|(dc, entry)| Some((*dc, entry.clone()?)));
        let against = |dc: &Dc, entry: Option<&kv::Entry>| match (&first, entry) {
            (_, None) | (None, _) => Against::Missing,
            (Some((other, _)), Some(_)) if *other == dc => Against::First,
            (Some((_, first)), Some(entry)) if entry.holds(&first.value, first.flags) => {
                Against::Equal
            }
            _ => Against::Differs,
        };
        self.values = known
            .iter()
            .filter_map(|(dc, entry)| Some(((*dc).clone(), self.value(dc, entry.as_deref()?))))
            .collect();
        let row = |(dc, entry): &(&Dc, Option<Arc<kv::Entry>>)| KeyRow {
            dc: (*dc).clone(),
            entry: entry.clone(),
            against: against(dc, entry.as_deref()),
        };
        let unread = self.unread.iter().cloned();
        let unread = unread.map(|dc| KeyRow { dc, entry: None, against: Against::Unread });
        known.iter().map(row).chain(unread).collect()
    }

    fn forget(&mut self) {
        self.values.clear();
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<KeyRow>> {
        match change {
            Change::Kv(_, subject) if *subject == self.subject() => {
                // One row changes what the others are equal to.
                Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
            }
            Change::Datacenter(_) | Change::Datacenters if self.unread(ctx) != self.unread => {
                Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
            }
            // Who else has a hand on it is looked up when it is drawn.
            Change::Kv(..) => Some(Patch::default()),
            _ => None,
        }
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for (dc, state) in ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc)) {
            wanted.push(Wanted { dc: dc.clone(), subject: self.subject() });
            wanted.push(Wanted { dc: dc.clone(), subject: Subject::Managers });
            let entry = state.entries.get(&self.key).and_then(Option::as_ref);
            wanted.extend(entry.and_then(|entry| session_of(dc, entry)));
        }
        wanted
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&KeyRow>) -> Option<Response> {
        match (action, row) {
            (Action::Edit | Action::Delete | Action::Release, Some(row))
                if row.against == Against::Unread =>
            {
                Some(Response::Notice(format!("it could not be read in {}", row.dc)))
            }
            (Action::NextFormat, Some(row)) => self.next_format(row),
            (Action::ExpandAll, _) => Some(self.toggle_fold()),
            (Action::Edit, Some(row)) => {
                let entry = row.entry.as_deref().cloned();
                Some(Response::Edit(row.dc.clone(), self.key.clone(), entry))
            }
            (Action::Delete, Some(row)) => Some(Self::delete(row)),
            (Action::Release, Some(row)) => Some(Self::release(ctx, row)),
            _ => None,
        }
    }

    fn act_on(&mut self, ctx: &Ctx, action: Action, rows: &[KeyRow]) -> Option<Response> {
        if action == Action::Delete {
            return None;
        }
        let shown = ctx.store.datacenters().map(|(dc, _)| dc).filter(|dc| self.shows(ctx, dc));
        let chosen = Chosen {
            names: vec![self.key.as_str()],
            has_marker: self.key.is_marker(),
            dcs: rows.iter().map(|row| &row.dc).collect(),
            shown: shown.collect(),
            folder: self.key.parent(),
        };
        prefill::response(action, &chosen)
    }

    fn is_fault(&self, row: &KeyRow) -> bool {
        matches!(row.against, Against::Unread | Against::Missing | Against::Differs)
    }

    fn open(&self, _ctx: &Ctx, row: &KeyRow) -> Option<Place> {
        row.entry.as_ref()?;
        Some(Place::new("value").at(&row.dc).of(self.key.as_str()))
    }

    fn name(&self, row: &KeyRow) -> String {
        let value =
            row.entry.as_ref().map(|entry| String::from_utf8_lossy(&entry.value).into_owned());
        value.unwrap_or_default()
    }

    fn json(&self, _ctx: &Ctx, row: &KeyRow) -> Value {
        let entry = row.entry.as_ref();
        json!({
            "datacenter": row.dc,
            "key": self.key,
            "exists": (row.against != Against::Unread).then_some(entry.is_some()),
            "value": entry.map(|entry| String::from_utf8_lossy(&entry.value).into_owned()),
            "flags": entry.map(|entry| entry.flags),
            "modify_index": entry.map(|entry| entry.modify_index),
            "create_index": entry.map(|entry| entry.create_index),
            "session": entry.and_then(|entry| entry.session.as_ref()),
        })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, ctx: &Ctx, row: &KeyRow) -> Option<Detail> {
        let name = format!(" {} @ {} ", clean(self.key.leaf()), clean(row.dc.as_str()));
        let mut title = Cell::new(name, Role::Title);
        let Some(entry) = &row.entry else {
            let why = fresh::unread(ctx, &row.dc, &self.list());
            let why = why.filter(|_| row.against == Against::Unread);
            let missing = || Cell::new("there is no such key here", Role::Warning);
            let line = why.unwrap_or_else(missing);
            return Some(Detail { title, lines: Lines::Whole(vec![line]) });
        };
        let mut head = hands(ctx, &row.dc, entry);
        let lines = match self.values.get(&row.dc) {
            Some((_, value)) if !entry.value.is_empty() => {
                title.runs.push((format!("{} ", value.label()).into(), Role::Muted));
                Lines::Lazy(head, Box::new(Arc::clone(value)))
            }
            _ => {
                head.push(Cell::new("the value is empty", Role::Muted));
                Lines::Whole(head)
            }
        };
        Some(Detail { title, lines })
    }

    fn nothing(&self) -> &'static str {
        "no such key"
    }
}
