//! Everything about one event, as lines.

use super::columns::{change, clock, kind};
use crate::domain::event::{Event, Object};
use crate::table::column::Cell;
use crate::ui::text::{clean, clean_lines};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::{Ctx, cells};

/// What stands beside the rows about an event.
pub fn of(ctx: &Ctx, event: &Event) -> Detail {
    let name = format!(" {} @ {} ", clean(&event.object.to_string()), clean(event.dc.as_str()));
    Detail { title: Cell::new(name, Role::Title), lines: Lines::Whole(lines(ctx, event)) }
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
        .then("; dcview could not look meanwhile", Role::Muted)
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
