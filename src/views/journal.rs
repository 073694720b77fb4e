//! The changes of keys that dcview made on this machine, newest first, and what became of each;
//! beside them what was changed. From here a change is taken back.
//!
//! It is read from the journal when it is shown; every datacenter's changes are in it.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::listing::{Heading, Listing, Patch, TableView};
use super::{Ctx, Entry, Place, Response, View, cells};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::app::confirm::Confirm;
use crate::app::edit::difference;
use crate::app::task::{Ask, Intent, News};
use crate::journal::{Act, Agents, Fate, Log, Record, Stored, undo};
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{age, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "journal",
    aliases: &["changes"],
    takes: Takes::Nothing,
    doc: "the changes of keys that dcview made, and taking one back",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Journal::default()))
}

/// The list.
#[derive(Default)]
pub struct Journal {
    log: Option<Arc<Log>>,
    /// Why it cannot be read.
    trouble: Option<String>,
    /// True when only the changes of one datacenter are shown.
    is_limited: bool,
}

/// A change of one key.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// Its place in the journal.
    place: usize,
    record: Arc<Record>,
    /// What became of it, in a word.
    fate: &'static str,
}

impl Row for ChangeRow {
    type Key = Arc<str>;

    fn key(&self) -> Arc<str> {
        Arc::from(self.record.id.as_str())
    }

    fn text(&self) -> RowText {
        let record = &self.record;
        RowText::new([record.name(), record.dc.as_str(), self.fate, verb(record)])
    }

    /// Newest first.
    fn tie(&self, other: &Self) -> Ordering {
        other.place.cmp(&self.place)
    }
}

fn verb(record: &Record) -> &'static str {
    if record.undoes.is_some() { "undo" } else { record.verb() }
}

fn fate(log: &Log, record: &Record) -> &'static str {
    match record.outcome {
        Some(Fate::Written) if log.is_undone(&record.write) => "undone",
        Some(fate) => fate.word(),
        None => "interrupted",
    }
}

fn fate_role(fate: &str) -> Role {
    match fate {
        "written" => Role::Passing,
        "unknown" | "interrupted" => Role::Critical,
        "conflict" | "not-written" => Role::Warning,
        _ => Role::Muted,
    }
}

/// The question before a write is taken back, with everything of it.
pub(crate) fn take_back(log: &Log, agents: &Agents, write: &str) -> Response {
    if log.is_undone(write) {
        return Response::Notice(String::from("it is undone already"));
    }
    let back = match undo(&log.of_write(write)) {
        Ok(back) => back,
        Err(error) => return Response::Notice(error.to_string()),
    };
    let mut lines = Vec::new();
    for op in &back.ops {
        lines.push(Cell::new(clean(op.key().as_str()).into_owned(), Role::Accent));
        let before = op.base().map(|base| &base.value[..]);
        lines.extend(difference(before, op.after().map(|(value, _)| &value[..])));
    }
    let dc = back.dc.clone();
    let intent = Intent { undoes: Some(write.to_owned()), ..Intent::from(back) };
    let mut confirm = Confirm::new(intent.summary(), lines, Ask::Write(intent));
    if let Some(other) = log.of_write(write).iter().find(|record| !agents.made(record)) {
        // It may be another cluster with keys of the same names.
        let (then, now) = (clean(&other.agent), agents.of(&dc));
        confirm
            .reasons
            .push(format!("it was made through {then}, and {dc} is reached by {now} now"));
        confirm.protected = Some(dc);
    }
    Response::Confirm(Box::new(confirm))
}

/// The question before the last write that was not undone is taken back.
pub(crate) fn take_last_back(log: &Log, agents: &Agents) -> Response {
    match log.last_to_undo(|record| agents.made(record)) {
        Ok(write) => take_back(log, agents, write),
        Err(why) => Response::Notice(format!("{why}; ':journal' has all changes")),
    }
}

impl Listing for Journal {
    type Row = ChangeRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let what = match (&self.log, &self.trouble) {
            (_, Some(why)) => format!("journal: {why}"),
            (Some(log), None) if log.damaged > 0 => {
                format!("journal, {} lines damaged", log.damaged)
            }
            (Some(_), None) => String::from("journal"),
            (None, None) => String::from("journal, reading"),
        };
        Heading { what, made_of: Vec::new(), is_of_all: true }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, _room: u16) -> Vec<Column<'a, ChangeRow>> {
        let since = |row: &ChangeRow| (ctx.now - row.record.at).to_std().unwrap_or_default();
        let old = move |row: &ChangeRow| Cell::new(age(since(row)), Role::Text);
        let index = |row: &ChangeRow| {
            let after = row.record.index_after.map_or_else(|| String::from("-"), |i| i.to_string());
            Cell::new(format!("{} > {after}", row.record.index_before), Role::Muted)
        };
        vec![
            Column::new("age", "age", Width::Fit(3, 5), old)
                .right()
                .sorts(|a: &ChangeRow, b| a.tie(b)),
            Column::new("dc", "dc", Width::Fit(4, 14), |row: &ChangeRow| {
                cells::dc(ctx, &row.record.dc)
            })
            .sorts(|a: &ChangeRow, b| a.record.dc.cmp(&b.record.dc)),
            Column::new("change", "change", Width::Fit(6, 7), |row: &ChangeRow| {
                Cell::new(verb(&row.record), Role::Text)
            }),
            Column::new("name", "key", Width::Fill(20, 80), |row: &ChangeRow| {
                cells::text(row.record.name(), Role::Text)
            })
            .sorts(|a: &ChangeRow, b| a.record.name().cmp(b.record.name())),
            Column::new("index", "index", Width::Fit(9, 21), index).right().rank(1),
            Column::new("status", "outcome", Width::Fit(7, 11), |row: &ChangeRow| {
                Cell::new(row.fate, fate_role(row.fate))
            })
            .sorts(|a: &ChangeRow, b| a.fate.cmp(b.fate)),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "age"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<ChangeRow> {
        self.is_limited = ctx.focus.is_some();
        let Some(log) = &self.log else { return Vec::new() };
        let shown = log.records.iter().enumerate().filter(|(_, record)| ctx.shows(&record.dc));
        let row = |(place, record): (usize, &Record)| ChangeRow {
            place,
            fate: fate(log, record),
            record: Arc::new(record.clone()),
        };
        shown.map(row).collect()
    }

    fn patch(&mut self, _ctx: &Ctx, _change: &Change) -> Option<Patch<ChangeRow>> {
        None
    }

    fn is_of_now(&self) -> bool {
        true
    }

    fn asks(&self, _ctx: &Ctx) -> Option<Ask> {
        Some(Ask::Journal)
    }

    fn news(&mut self, _ctx: &Ctx, news: News) -> Response {
        match news {
            News::Journal(Ok(log)) => (self.log, self.trouble) = (Some(log), None),
            News::Journal(Err(why)) | News::Failed(why) => self.trouble = Some(why),
            _ => return Response::Ignored,
        }
        Response::Changed
    }

    /// A change of which it is not known what became.
    fn is_fault(&self, row: &ChangeRow) -> bool {
        matches!(row.fate, "unknown" | "interrupted" | "conflict" | "not-written")
    }

    fn open(&self, _ctx: &Ctx, row: &ChangeRow) -> Option<Place> {
        if row.record.act == Act::Destroy {
            return Some(Place::new("sessions").at(&row.record.dc));
        }
        Some(Place::new("key").at(&row.record.dc).of(row.record.key.as_str()))
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&ChangeRow>) -> Option<Response> {
        let agents = &ctx.rules.agents;
        let back = |log: &Arc<Log>| row.map(|row| take_back(log, agents, &row.record.write));
        let is_undo = action == Action::Undo;
        is_undo.then(|| self.log.as_ref().and_then(back).unwrap_or(Response::Changed))
    }

    fn name(&self, row: &ChangeRow) -> String {
        row.record.name().to_owned()
    }

    fn json(&self, _ctx: &Ctx, row: &ChangeRow) -> Value {
        json!({ "change": *row.record, "outcome": row.fate, "index_after": row.record.index_after })
    }

    fn has_detail(&self) -> bool {
        true
    }

    fn detail(&self, _ctx: &Ctx, row: &ChangeRow) -> Option<Detail> {
        let record = &row.record;
        let value = |stored: &Option<Stored>| stored.as_ref().map(|it| it.value.clone());
        let (before, after) = (value(&record.before), value(&record.after));
        let at = record.at.format("%Y-%m-%d %H:%M:%SZ");
        let mut lines = vec![
            Cell::new(format!("{at}  {}", record.id), Role::Muted),
            Cell::new(format!("sent to {}", clean(&record.agent)), Role::Muted),
        ];
        let parts = self.log.as_ref().map_or(1, |log| log.of_write(&record.write).len());
        if parts > 1 {
            let text = format!("one of {parts} changes made together; u takes all of them back");
            lines.push(Cell::new(text, Role::Muted));
        }
        if let Some(session) = &record.session {
            let text = format!("from session {session}; there is no undo");
            lines.push(Cell::new(clean(&text).into_owned(), Role::Muted));
        }
        lines.extend(difference(before.as_deref(), after.as_deref()));
        let title = Cell::new(format!(" {} ", clean(record.name())), Role::Title)
            .then(format!("{} ", row.fate), fate_role(row.fate));
        Some(Detail { title, lines: Lines::Whole(lines) })
    }

    fn nothing(&self) -> &'static str {
        if self.is_limited {
            "dcview changed nothing here so far"
        } else {
            "dcview changed nothing so far"
        }
    }
}
