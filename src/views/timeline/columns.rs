//! The columns of the timeline.

use chrono::{DateTime, Utc};

use super::near::Near;
use super::rows::{EventRow, Head};
use crate::domain::event::{Event, Kind, Object};
use crate::domain::health::Status;
use crate::domain::ids::Dc;
use crate::domain::storm::{Shared, Turn};
use crate::table::column::{Cell, Column, Width};
use crate::ui::glyph::Sign;
use crate::ui::text::{age, clean, count, truncate_middle};
use crate::ui::theme::Role;
use crate::views::{Ctx, cells};

/// From this width on an uncertain time is shown with both its ends.
const ROOMY: u16 = 120;
/// Columns of the prefix of a stream where there is little room: its datacenters have some too.
const CARRIED: usize = 20;

/// What decides which columns there are.
pub struct Columns<'a> {
    /// What is read.
    pub ctx: &'a Ctx<'a>,
    /// True for all there is to show.
    pub wide: bool,
    /// The room for them.
    pub room: u16,
    /// True where events are near to something.
    pub has_near: bool,
}

impl<'a> Columns<'a> {
    /// The columns.
    pub fn all(&self) -> Vec<Column<'a, EventRow>> {
        let (ctx, room) = (self.ctx, self.room);
        let time = Column::new("age", "time", Width::Fit(8, 32), move |row: &EventRow| {
            when(ctx, row, room)
        });
        let mut columns = vec![
            time.right().sorts_worst_first(|a: &EventRow, b| a.anchor().0.cmp(&b.anchor().0)),
            Column::new("dc", "dc", Width::Fit(4, 12), |row: &EventRow| {
                cells::dc(ctx, &row.event.dc)
            })
            .sorts(|a: &EventRow, b| a.event.dc.cmp(&b.event.dc)),
            Column::new("status", "kind", Width::Fit(7, 13), |row: &EventRow| {
                kind(ctx, &row.event)
            })
            .sorts_worst_first(|a: &EventRow, b| {
                let of = |row: &EventRow| (row.event.status(), row.event.kind);
                of(a).cmp(&of(b))
            }),
            Column::new("name", "object", Width::Fill(20, 60), move |row: &EventRow| {
                object(ctx, row, room)
            })
            .sorts(|a: &EventRow, b| a.name().cmp(&b.name())),
            Column::new("change", "change", Width::Fit(10, 28), |row: &EventRow| {
                row.as_head().map_or_else(|| change(&row.event), |head| happened(ctx, head))
            }),
            Column::new("detail", "detail", Width::Fill(12, u16::MAX), detail).rank(2),
        ];
        if self.has_near {
            let near = |row: &EventRow| Cell::new(row.near.word(), near_role(row.near));
            let near = Column::new("near", "related", Width::Fit(7, 9), near);
            let by = |a: &EventRow, b: &EventRow| a.nearness().cmp(&b.nearness());
            columns.insert(2, near.sorts_worst_first(by));
        }
        if self.wide {
            let utc = |row: &EventRow| {
                let at = row.as_head().map_or(row.event.at, |head| head.anchor.0);
                Cell::new(at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), Role::Muted)
            };
            columns.insert(1, Column::new("utc", "UTC", Width::Fit(20, 20), utc).rank(1));
            let index = |row: &EventRow| match row.event.index {
                0 => Cell::new("-", Role::Muted),
                index => Cell::new(index.to_string(), Role::Muted),
            };
            columns.push(Column::new("index", "index", Width::Fit(5, 12), index).right().rank(3));
        }
        columns
    }
}

fn near_role(near: Near) -> Role {
    match near {
        Near::Itself => Role::Critical,
        Near::Service | Near::Node => Role::Accent,
        _ => Role::Muted,
    }
}

/// When it happened, in local time: the day too where that is not today, and `~` or both ends where
/// it was at some time between two.
fn when(ctx: &Ctx, row: &EventRow, room: u16) -> Cell {
    let head = row.as_head();
    let at = head.map_or(row.event.at, |head| head.anchor.0);
    let text = match head.map_or(row.event.after, Head::after) {
        Some(after) if head.is_none() && room >= ROOMY => {
            format!("{} to {}", clock(ctx, after), clock(ctx, at))
        }
        Some(_) => format!("~{}", clock(ctx, at)),
        None => clock(ctx, at),
    };
    Cell::new(text, Role::Text)
}

/// A time on the operator's clock, with the day where that is not today.
pub fn clock(ctx: &Ctx, at: DateTime<Utc>) -> String {
    let (local, now) = (ctx.look.zone.local(at), ctx.look.zone.local(ctx.now));
    let is_today = local.date_naive() == now.date_naive();
    let format = if is_today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    local.format(format).to_string()
}

/// The kind of an event, with the sign of the state that it came to.
pub fn kind(ctx: &Ctx, event: &Event) -> Cell {
    let (sign, role) = match event.status() {
        Some(status) => (ctx.look.status(status), cells::role(status)),
        None => (ctx.look.sign(Sign::Bullet), Role::Muted),
    };
    let is_bad = event.status().is_some_and(|status| status != Status::Passing);
    Cell::new(format!("{sign} "), role)
        .then(event.kind.word(), if is_bad { role } else { Role::Text })
}

/// What it happened to: of a storm how many, with its fold sign.
fn object(ctx: &Ctx, row: &EventRow, room: u16) -> Cell {
    let Some(head) = row.as_head() else {
        let indent = if row.storm.is_some() { "    " } else { "" };
        let (owner, check) = named(&row.event.object, room);
        let cell = Cell::new(format!("{indent}{}", clean(&owner)), Role::Text);
        return cell
            .then(check.map(|name| format!("  {}", clean(name))).unwrap_or_default(), Role::Muted);
    };
    let sign = if head.is_open { Sign::Unfolded } else { Sign::Folded };
    Cell::new(format!("{} ", ctx.look.sign(sign)), Role::Muted)
        .then(clean(&subject(head)).into_owned(), Role::Text)
}

/// The name of an object; of a check whose it is before what it is called, which may be long, and of a
/// stream what it carries before what carries it, which many streams share.
fn named(object: &Object, room: u16) -> (String, Option<&str>) {
    match object {
        Object::Stream(id) if !id.of.is_empty() => {
            let most = if room >= ROOMY { usize::MAX } else { CARRIED };
            let of = truncate_middle(&id.of, most);
            let of = id.renamed().map_or_else(|| of.to_string(), |to| format!("{of} -> {to}"));
            let source = id.source.as_ref().map_or("?", Dc::as_str);
            (format!("{of}  {source} -> {}", id.destination), Some(id.kind.word()))
        }
        Object::Check { node, name, service_id, .. } if service_id.is_empty() => {
            (node.to_string(), Some(name))
        }
        Object::Check { node, name, service_id, .. } => {
            (format!("{service_id} on {node}"), Some(name))
        }
        other => (other.to_string(), None),
    }
}

/// What a storm happened to: `312 instances of billing`.
pub fn subject(head: &Head) -> String {
    let (n, alike) = (count(head.objects), &head.alike);
    let plural = |one: &str, many: &str| String::from(if head.objects == 1 { one } else { many });
    let things = match alike.kind {
        Kind::Check => plural("check", "checks"),
        Kind::Maintenance => plural("maintenance", "maintenances"),
        Kind::Instance => plural("instance", "instances"),
        Kind::Node => plural("node", "nodes"),
        Kind::Version => plural("version", "versions"),
        Kind::Kv | Kind::Write => plural("key", "keys"),
        Kind::UserEvent => plural("user event", "user events"),
        other => format!("{} events", other.word()),
    };
    match &alike.shared {
        Shared::Service(service) => format!("{n} {things} of {service}"),
        Shared::Node(node) => format!("{n} {things} on {node}"),
        Shared::Check(name) => format!("{n} times {name}"),
        Shared::Folder(folder) if folder.is_empty() => format!("{n} {things} at the top"),
        Shared::Folder(folder) => format!("{n} {things} in {folder}"),
        Shared::Kind | Shared::Any => format!("{n} {things}"),
    }
}

/// What happened in a storm, and how fast: `registered in 40s`.
fn happened(ctx: &Ctx, head: &Head) -> Cell {
    let status = head.members.last().and_then(|last| last.event.status());
    let role = status.map_or(Role::Text, cells::role);
    Cell::new(turned(head), role).then(format!(" {}", lasted(ctx, head)), Role::Muted)
}

/// What the events of a storm came to, in words.
pub fn turned(head: &Head) -> String {
    match (head.alike.kind, &head.alike.turn) {
        (Kind::Instance, Turn::Came) => String::from("registered"),
        (Kind::Instance, Turn::Went) => String::from("deregistered"),
        (Kind::Kv, Turn::Came) => String::from("created"),
        (Kind::Kv, Turn::Went) => String::from("deleted"),
        (Kind::UserEvent, _) => String::from("fired"),
        (_, Turn::Came) => String::from("came"),
        (_, Turn::Went) => String::from("gone"),
        (_, Turn::Changed) => String::from("changed"),
        (_, Turn::To(to)) if to.is_empty() => String::from("gone"),
        (_, Turn::To(to)) => clean(to).into_owned(),
    }
}

/// How long a storm lasted, at least a second: `in 9s`; or since when it may have happened.
pub fn lasted(ctx: &Ctx, head: &Head) -> String {
    if let Some(after) = head.after() {
        return format!("after {}", clock(ctx, after));
    }
    let span = head.ends().map(|(first, last)| last.at - first.at).unwrap_or_default();
    let span = span.to_std().unwrap_or_default().max(std::time::Duration::from_secs(1));
    format!("in {}", age(span))
}

/// The states before and after: of `registered v1` and `registered v2` the first word once.
pub fn change(event: &Event) -> Cell {
    let role = event.status().map_or(Role::Text, cells::role);
    let (from, to) = (&*event.from, &*event.to);
    let mut cell = Cell::default();
    if !from.is_empty() {
        cell = cell.then(clean(from).into_owned(), Role::Muted).then(" -> ", Role::Muted);
    }
    let word = |text: &str| text.split_once(' ').map(|(word, rest)| (word.len(), rest.to_owned()));
    let rest = word(to).filter(|(len, _)| from.get(..*len + 1) == to.get(..*len + 1));
    match (to, rest) {
        ("", _) if from.is_empty() => cell,
        ("", _) if event.kind == Kind::Maintenance => cell.then("over", role),
        ("", _) => cell.then("gone", Role::Muted),
        (_, Some((_, rest))) => cell.then(clean(&rest).into_owned(), role),
        (to, None) => cell.then(clean(to).into_owned(), role),
    }
}

/// The first line of what else is known; of a storm, of its newest event that says something.
fn detail(row: &EventRow) -> Cell {
    let first =
        |event: &Event| event.detail.lines().map(str::trim).find(|it| !it.is_empty()).map(clean_up);
    let text = match row.as_head() {
        Some(head) => head.members.iter().rev().find_map(|it| first(&it.event)),
        None => first(&row.event),
    };
    Cell::new(text.unwrap_or_default(), Role::Muted)
}

fn clean_up(line: &str) -> String {
    clean(line).into_owned()
}
