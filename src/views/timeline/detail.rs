//! Everything about one event, as lines.

use super::columns::{change, clock, kind, lasted, subject, turned};
use super::rows::Head;
use crate::domain::event::{Event, Kind, Object};
use crate::table::column::Cell;
use crate::ui::text::{clean, clean_lines, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::{Ctx, cells};

/// What stands beside the rows about an event.
pub fn of(ctx: &Ctx, event: &Event) -> Detail {
    let name = format!(" {} @ {} ", clean(&event.object.to_string()), clean(event.dc.as_str()));
    Detail { title: Cell::new(name, Role::Title), lines: Lines::Whole(lines(ctx, event)) }
}

/// Events of a storm that are named beside it.
const NAMED: usize = 50;

/// What stands beside the rows about a storm.
pub fn storm(ctx: &Ctx, head: &Head) -> Detail {
    let dc = clean(head.alike.dc.as_str()).into_owned();
    let title = Cell::new(format!(" {} @ {dc} ", clean(&subject(head))), Role::Title);
    let mut lines = vec![sentence(ctx, head)];
    if let Some((first, last)) = head.ends() {
        let span = format!("{} to {}", clock(ctx, first.at), clock(ctx, last.at));
        let events = format!(", {} events; enter or x unfolds them", count(head.members.len()));
        lines.push(Cell::new(span, Role::Text).then(events, Role::Muted));
    }
    for member in head.members.iter().rev().take(NAMED) {
        let event = &member.event;
        let name = clean(&event.object.to_string()).into_owned();
        let line = Cell::new(format!("{}  ", clock(ctx, event.at)), Role::Muted);
        let mut line = line.then(name, Role::Text).then("  ", Role::Muted);
        line.runs.extend(change(event).runs);
        lines.push(line);
    }
    let more = head.members.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push(Cell::new(format!("and {} more", count(more)), Role::Muted));
    }
    Detail { title, lines: Lines::Whole(lines) }
}

/// A storm as one would say it: `97 checks on n-1 critical in 3s`.
fn sentence(ctx: &Ctx, head: &Head) -> Cell {
    let what = format!("{} {} {}", subject(head), turned(head), lasted(ctx, head));
    let sign = head.members.last().map(|last| kind(ctx, &last.event)).unwrap_or_default();
    let sign = sign.runs.into_iter().take(1).collect();
    Cell { runs: sign }.then(clean(&what).into_owned(), Role::Text)
}

fn lines(ctx: &Ctx, event: &Event) -> Vec<Cell> {
    let mut head = kind(ctx, event).then("  ", Role::Muted);
    head.runs.extend(change(event).runs);
    let mut lines = vec![head, when(ctx, event)];
    lines.extend(clean_lines(&event.detail).into_iter().map(|line| Cell::new(line, Role::Text)));
    lines.push(Cell::default());
    lines.extend(object(&event.object));
    if event.index > 0 {
        lines.push(field("index", &event.index.to_string()));
    }
    lines
}

/// When it was, by the operator's clock and in UTC.
fn when(ctx: &Ctx, event: &Event) -> Cell {
    let local = ctx.look.zone.local(event.at);
    let utc = event.at.format("%Y-%m-%dT%H:%M:%SZ");
    let clocks = format!("{} ({}), {utc}", clock(ctx, event.at), local.format("%:z"));
    let Some(after) = event.after else { return Cell::new(clocks, Role::Text) };
    let between = format!("between {} and ", clock(ctx, after));
    Cell::new(between, Role::Stale)
        .then(clocks, Role::Text)
        .then(format!("; {}", meanwhile(event.kind)), Role::Muted)
}

/// Why it is not known better.
fn meanwhile(kind: Kind) -> &'static str {
    match kind {
        // Nothing tells of a stream: it is compared.
        Kind::Replication => "the stream was not compared meanwhile",
        _ => "dcview could not look meanwhile",
    }
}

fn object(object: &Object) -> Vec<Cell> {
    match object {
        Object::Check { node, id, name, service, service_id } => {
            let mut lines =
                vec![field("check", &format!("{name} ({id})")), field("node", node.as_str())];
            if !service_id.is_empty() {
                lines.push(field("service", &format!("{service} ({service_id})")));
            }
            lines
        }
        Object::Instance { service, node, id } => {
            vec![field("service", &format!("{service} ({id})")), field("node", node.as_str())]
        }
        Object::Node(node) => vec![field("node", node.as_str())],
        Object::Service(service) => vec![field("service", service.as_str())],
        Object::Key(key) => vec![field("key", key.as_str())],
        Object::Stream(id) => vec![field("stream", &id.to_string())],
        Object::UserEvent(name) => vec![field("event", name)],
        Object::Datacenter => Vec::new(),
    }
}

fn field(name: &'static str, value: &str) -> Cell {
    let mut cell = Cell::new(format!("{name:<9}"), Role::Muted);
    cell.runs.extend(cells::text(value, Role::Text).runs);
    cell
}
