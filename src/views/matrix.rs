//! Services by datacenters: what differs between them, most different first.
//!
//! A field has the health of a service's instances in that datacenter and their versions; the words
//! say whether it is one datacenter or all. Versions are read of the rows on screen.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use super::known::{self, Known, Sure, Unseen};
use super::listing::{Heading, Listing, Patch, Seen, TableView};
use super::services::{hidden_dcs, shown_dcs};
use super::timeline::near::About;
use super::{Ctx, Entry, Place, Response, View, cells, rollout};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::catalog::ServiceHealth;
use crate::domain::feed::{Glanced, List, Versions};
use crate::domain::health::Status;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::spread::{self, Difference, Part};
use crate::store::Change;
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{clean, truncate_end, width};
use crate::ui::theme::Role;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "matrix",
    aliases: &["spread"],
    takes: Takes::Nothing,
    doc: "services by datacenters: health, versions and instances, most different first",
    is_tab: false,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(TableView::new(place.clone(), Matrix::default()))
}

/// The widest that a field gets, and the narrowest, with its gap.
const FIELD: u16 = 28;
const NARROW: u16 = 10;
/// What name and words take at least, with border and gaps.
const FIXED: u16 = 32;

/// The least that the name takes, what the words take at least and at most, and the mark with a gap.
const NAME: u16 = 12;
const WORDS: u16 = 12;
const MOST_WORDS: u16 = 60;
const BESIDE: u16 = 2;

/// The list.
#[derive(Default)]
struct Matrix {
    /// The datacenters that took no part when it was made.
    unseen: Unseen,
}

/// One service.
#[derive(Clone, Debug)]
struct SpreadRow {
    name: ServiceName,
    /// What is known of it in each datacenter that has told its services.
    fields: Vec<Field>,
    difference: Difference,
    words: String,
    known: Known,
}

/// A service in one datacenter.
#[derive(Clone, Debug)]
struct Field {
    dc: Dc,
    health: Option<Arc<ServiceHealth>>,
    versions: Option<Versions>,
    /// It is as it was last.
    is_old: bool,
}

impl Field {
    fn part(&self) -> Part<'_> {
        Part { dc: &self.dc, health: self.health.as_deref(), versions: self.versions.as_ref() }
    }

    /// Its versions, each with how many instances are of it where there are several.
    fn versions(&self) -> String {
        let all = self.versions.as_deref().unwrap_or_default();
        let one = |(version, n): &(Arc<str>, usize)| match (&**version, all.len()) {
            ("", 1) => String::new(),
            ("", _) => format!("none x{n}"),
            (version, 1) => version.to_owned(),
            (version, _) => format!("{version} x{n}"),
        };
        clean(&all.iter().map(one).collect::<Vec<_>>().join(" ")).into_owned()
    }
}

impl SpreadRow {
    /// The row of a service; `None` where no datacenter has it.
    fn make(ctx: &Ctx, unseen: &Unseen, name: &ServiceName) -> Option<Self> {
        let told = ctx.store.datacenters();
        let told = told.filter(|(dc, _)| unseen.is_old(dc) || !unseen.has(dc));
        let field = |(dc, state): (&Dc, &crate::store::Datacenter)| Field {
            dc: dc.clone(),
            health: state.services.get(name).cloned(),
            versions: state.versions.get(name).cloned(),
            is_old: unseen.is_old(dc),
        };
        let fields: Vec<Field> = told.map(field).collect();
        let (old, seen): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|it| it.is_old);
        let parts: Vec<Part> = seen.into_iter().map(Field::part).collect();
        let before: Vec<Part> = old.into_iter().map(Field::part).collect();
        let there = fields.iter().filter_map(|it| Some((&it.dc, it.health.as_deref()?)));
        let known = Known::of(unseen, there)?;
        let difference = Difference::of(&parts);
        let words = spread::words(&parts, &unseen.dcs(), &before).join("; ");
        Some(Self { name: name.clone(), difference, words, known, fields })
    }

    fn at(&self, dc: &Dc) -> Option<&Field> {
        self.fields.iter().find(|field| field.dc == *dc)
    }

    /// The datacenter where it is worst, with its state.
    fn worst_place(&self) -> Option<(&Dc, Status)> {
        let there = self.fields.iter().filter_map(|it| Some((&it.dc, it.health.as_ref()?.counts)));
        let worst = there.max_by_key(|(_, counts)| counts.badness())?;
        Some((worst.0, worst.1.worst()))
    }
}

impl Row for SpreadRow {
    type Key = ServiceName;

    fn key(&self) -> ServiceName {
        self.name.clone()
    }

    fn text(&self) -> RowText {
        let versions: Vec<String> = self.fields.iter().map(Field::versions).collect();
        let words = [self.name.as_str(), self.known.worst.word(), &self.words];
        RowText::new(words.into_iter().chain(versions.iter().map(AsRef::as_ref)))
    }

    fn tie(&self, other: &Self) -> Ordering {
        other.known.worst.cmp(&self.known.worst).then_with(|| self.name.cmp(&other.name))
    }
}

impl Listing for Matrix {
    type Row = SpreadRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        let what = String::from("services by datacenters");
        Heading { what, made_of: vec![List::Services, List::Checks], is_of_all: true }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, _wide: bool, room: u16) -> Vec<Column<'a, SpreadRow>> {
        let name = Column::new("name", "service", Width::Fill(NAME, 40), |row: &SpreadRow| {
            cells::text(row.name.as_str(), Role::Text)
        });
        let mut columns = vec![name.sorts(|a: &SpreadRow, b| a.name.cmp(&b.name))];
        let unseen = Arc::new(Unseen::of(ctx));
        let dcs = shown_dcs(ctx, room, (FIXED, NARROW));
        // What is not seen is said whole: versions are cut for it.
        let least = FIXED.saturating_add(u16::try_from(width(&unseen.words())).unwrap_or(u16::MAX));
        let count = u16::try_from(dcs.len().max(1)).unwrap_or(u16::MAX);
        let share = room.saturating_sub(least) / count;
        let most = share.saturating_sub(1).clamp(NARROW - 1, FIELD);
        columns.extend(dcs.iter().map(|dc| dc_column(ctx, &unseen, dc, most)));
        let hidden = ctx.store.len() - dcs.len();
        columns.extend(hidden_dcs(hidden));
        let others = BESIDE + NAME + if hidden > 0 { NARROW } else { 0 };
        let left = room.saturating_sub(others.saturating_add(count.saturating_mul(most + 1)));
        let left = left.clamp(WORDS, MOST_WORDS);
        let has_unseen = !unseen.dcs().is_empty();
        let words = Width::Fit(WORDS, MOST_WORDS);
        let words = Column::new("differs", "differs", words, move |row: &SpreadRow| {
            let is_bad = row.known.worst != Status::Passing && !row.difference.is_none();
            let role = match row.known.sure {
                Sure::Yes if is_bad => Role::Critical,
                Sure::Yes => Role::Text,
                Sure::Partly | Sure::No => Role::Stale,
            };
            let words =
                if has_unseen { shortened(&row.words, left) } else { row.words.as_str().into() };
            cells::text(&words, role)
        });
        columns.push(words.sorts_worst_first(|a: &SpreadRow, b| a.difference.cmp(&b.difference)));
        columns
    }

    fn first_sort(&self) -> &'static str {
        "differs"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<SpreadRow> {
        self.unseen = Unseen::of(ctx);
        let all = ctx.store.datacenters().flat_map(|(_, state)| state.services.keys());
        let mut names: Vec<&ServiceName> = all.collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter_map(|name| SpreadRow::make(ctx, &self.unseen, name)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<SpreadRow>> {
        let names = match change {
            Change::Services(_, names) => names,
            Change::Datacenter(_) if self.unseen != Unseen::of(ctx) => {
                return Some(Patch { upserts: self.load(ctx), is_whole: true, ..Patch::default() });
            }
            _ => return None,
        };
        let mut patch = Patch::default();
        for name in names {
            match SpreadRow::make(ctx, &self.unseen, name) {
                Some(row) => patch.upserts.push(row),
                None => patch.removed.push(name.clone()),
            }
        }
        Some(patch)
    }

    fn glanced(&self, _ctx: &Ctx, seen: &Seen<'_, SpreadRow>) -> Glanced {
        let services = seen.rows.iter().map(|row| row.name.clone()).collect();
        Glanced { services, ..Glanced::default() }
    }

    fn act(&mut self, ctx: &Ctx, action: Action, row: Option<&SpreadRow>) -> Option<Response> {
        match action {
            Action::WatchRollout => Some(rollout::watch(row.map(|row| &row.name))),
            Action::WhatChanged => {
                let row = row?;
                let (dc, status) = row.worst_place()?;
                let since = ctx.store.dc(dc)?.service_since(&row.name, status);
                Some(About::service(dc, row.name.as_str(), status).before(ctx, since))
            }
            _ => None,
        }
    }

    fn is_fault(&self, row: &SpreadRow) -> bool {
        row.known.worst != Status::Passing || !row.difference.is_none()
    }

    fn open(&self, _ctx: &Ctx, row: &SpreadRow) -> Option<Place> {
        Some(Place::new("service").of(row.name.as_str()))
    }

    fn consumers(&self, row: &SpreadRow) -> Option<Place> {
        Some(super::consumers::place(&row.name, None))
    }

    fn name(&self, row: &SpreadRow) -> String {
        row.name.to_string()
    }

    fn json(&self, _ctx: &Ctx, row: &SpreadRow) -> Value {
        let field = |it: &Field| {
            json!({
                "datacenter": it.dc,
                "instances": it.health.as_ref().and_then(|it| it.instances),
                "passing": it.health.as_ref().map(|it| it.counts.passing),
                "failing": it.health.as_ref().map(|it| it.counts.failing()),
                "is_old": it.is_old,
                "versions": it.versions.as_ref().map(|all| {
                    all.iter().map(|(version, n)| json!({ "version": version, "instances": n })).collect::<Vec<_>>()
                }),
            })
        };
        let datacenters: Vec<Value> = row.fields.iter().map(field).collect();
        json!({ "name": row.name, "differs": row.words, "datacenters": datacenters })
    }

    fn nothing(&self) -> &'static str {
        "no services"
    }
}

/// The words in so many cells: the last of them, which say what is not seen, whole.
fn shortened(words: &str, room: u16) -> Cow<'_, str> {
    let room = usize::from(room);
    let Some(end) = words.rfind("; ").filter(|_| width(words) > room) else { return words.into() };
    let (others, last) = words.split_at(end);
    let left = room.saturating_sub(width(last));
    if left == 0 {
        return last.trim_start_matches("; ").to_owned().into();
    }
    format!("{}{last}", truncate_end(others, left)).into()
}

fn dc_column<'a>(ctx: &'a Ctx, unseen: &Arc<Unseen>, dc: &Dc, most: u16) -> Column<'a, SpreadRow> {
    let (shown, sorted, unseen) = (dc.clone(), dc.clone(), Arc::clone(unseen));
    let show = move |row: &SpreadRow| {
        let Some(field) = row.at(&shown) else { return Cell::new("?", Role::Muted) };
        let cell = known::health(ctx, &unseen, &shown, field.health.as_deref());
        let versions = field.versions();
        if versions.is_empty() { cell } else { cell.then(format!(" {versions}"), Role::Muted) }
    };
    let of = move |row: &SpreadRow| {
        row.at(&sorted).and_then(|field| field.health.as_ref()).map(|it| it.counts.badness())
    };
    let column = Column::new(dc.as_str(), "", Width::Fit(NARROW - 1, most), show)
        .sorts_worst_first(move |a: &SpreadRow, b| of(a).cmp(&of(b)));
    Column { title: clean(dc.as_str()).into_owned().into(), ..column }
}
