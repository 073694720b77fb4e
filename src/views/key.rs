//! One key in every datacenter that is shown: its value where it is, whether the values are equal,
//! and what Consul says of it.
//!
//! Viewing is not editing. The rows are the datacenters; the value stands beside them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, Response, View, cells, unlock};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::app::confirm::Confirm;
use crate::app::edit::difference;
use crate::app::task::{Ask, Intent};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::{Dc, Key};
use crate::domain::kv;
use crate::domain::lock::Lock;
use crate::editor::diff::Diff;
use crate::editor::format::Document;
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{bytes, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

mod value;

use value::Value as ShownValue;

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
    let key = OneKey { key, only, documents: HashMap::new() };
    Box::new(TableView::new(place.clone(), key))
}

/// The page.
pub struct OneKey {
    key: Key,
    only: Option<Dc>,
    /// The values ready to be shown, each with the index that it was made at.
    documents: HashMap<Dc, (u64, Arc<Document>)>,
}

/// The key in one datacenter.
#[derive(Clone, Debug)]
pub struct KeyRow {
    dc: Dc,
    /// The key; `None` where there is none.
    entry: Option<Arc<kv::Entry>>,
    /// How its value and flags stand to those of the first datacenter that has it.
    against: Against,
}

/// How a value stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Against {
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

    /// A value ready to be shown; one that did not change is not read again.
    fn document(&self, dc: &Dc, entry: &kv::Entry) -> (u64, Arc<Document>) {
        let index = entry.modify_index;
        match self.documents.get(dc) {
            Some((at, document)) if *at == index => (index, Arc::clone(document)),
            _ => (index, Arc::new(Document::detect(self.key.as_str(), entry.value.clone()))),
        }
    }

    /// The question before the key is deleted in one datacenter.
    fn delete(row: &KeyRow) -> Response {
        let Some(entry) = &row.entry else {
            return Response::Notice(format!("there is no such key in {}", row.dc));
        };
        let lines = difference(&Diff::of(&entry.value, &[]));
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
            made_of: vec![List::Subject(self.subject())],
            is_of_all: false,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, KeyRow>> {
        let of = |show: fn(&kv::Entry) -> String| {
            move |row: &KeyRow| {
                let text = row.entry.as_ref().map(|entry| show(entry));
                Cell::new(text.unwrap_or_else(|| String::from("-")), Role::Text)
            }
        };
        let against = |row: &KeyRow| match row.against {
            Against::Missing => Cell::new("missing", Role::Warning),
            Against::Differs => Cell::new("differs", Role::Critical),
            Against::Equal => Cell::new("equal", Role::Passing),
            Against::First => Cell::new("the first", Role::Muted),
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
            Column::new("status", "value", Width::Fit(7, 9), against)
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
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
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
        self.documents = known
            .iter()
            .filter_map(|(dc, entry)| Some(((*dc).clone(), self.document(dc, entry.as_deref()?))))
            .collect();
        let row = |(dc, entry): &(&Dc, Option<Arc<kv::Entry>>)| KeyRow {
            dc: (*dc).clone(),
            entry: entry.clone(),
            against: against(dc, entry.as_deref()),
        };
        known.iter().map(row).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<KeyRow>> {
        match change {
            Change::Kv(_, subject) if *subject == self.subject() => {
                // One row changes what the others are equal to.
                Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() })
            }
            _ => None,
        }
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let shown = ctx.store.datacenters().filter(|(dc, _)| self.shows(ctx, dc));
        shown.map(|(dc, _)| Wanted { dc: dc.clone(), subject: self.subject() }).collect()
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&KeyRow>) -> Option<Response> {
        match (action, row) {
            (Action::Edit, Some(row)) => {
                let entry = row.entry.as_deref().cloned();
                Some(Response::Edit(row.dc.clone(), self.key.clone(), entry))
            }
            (Action::Delete, Some(row)) => Some(Self::delete(row)),
            (Action::Release, Some(row)) => Some(Self::release(ctx, row)),
            _ => None,
        }
    }

    fn is_fault(&self, row: &KeyRow) -> bool {
        matches!(row.against, Against::Missing | Against::Differs)
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
            "exists": entry.is_some(),
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

    fn detail(&self, _ctx: &Ctx, row: &KeyRow) -> Option<Detail> {
        let name = format!(" {} @ {} ", clean(self.key.leaf()), clean(row.dc.as_str()));
        let mut title = Cell::new(name, Role::Title);
        let say = |text: &'static str, role| Lines::Whole(vec![Cell::new(text, role)]);
        let lines = match (&row.entry, self.documents.get(&row.dc)) {
            (None, _) => say("there is no such key here", Role::Warning),
            (Some(entry), _) if entry.value.is_empty() => say("the value is empty", Role::Muted),
            (Some(_), None) => say("loading", Role::Muted),
            (Some(_), Some((_, document))) => {
                title.runs.push((format!("{} ", document.format().label()).into(), Role::Muted));
                Lines::Lazy(Box::new(ShownValue(Arc::clone(document))))
            }
        };
        Some(Detail { title, lines })
    }

    fn nothing(&self) -> &'static str {
        "no such key"
    }
}
