//! One session beside the list: everything that Consul says of it, what ends it, and its keys.

use super::SessionRow;
use crate::domain::ids::Key;
use crate::domain::kv::{Behavior, Session};
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::{Ctx, cells};

/// What stands beside the list about a session.
pub(super) fn of(ctx: &Ctx, row: &SessionRow, prefix: Option<&Key>) -> Detail {
    let session = &row.session;
    let title = format!(" {} @ {} ", clean(session.id.as_str()), clean(row.dc.as_str()));
    let mut lines = vec![keys_line(ctx, row, prefix)];
    let keys = row.keys.iter().flat_map(|keys| keys.iter());
    lines.extend(keys.map(|key| Cell::new(format!("  {}", clean(key.as_str())), Role::Accent)));
    lines.push(field("ends", &ends(session)));
    lines.push(field("its keys", fate(session.behavior)));
    lines.push(field("after it", &after(session)));
    lines.push(field("node", session.node.as_str()));
    lines.push(field("name", &session.name));
    let mut seen = cells::since(ctx.now, row.since);
    seen.runs.insert(0, (label("seen for").into(), Role::Muted));
    lines.push(seen.then("; Consul tells no age", Role::Muted));
    lines.push(field("index", &session.create_index.to_string()));
    Detail { title: Cell::new(title, Role::Title), lines: Lines::Whole(lines) }
}

/// How many keys it holds, as far as was looked.
fn keys_line(ctx: &Ctx, row: &SessionRow, prefix: Option<&Key>) -> Cell {
    let Some(prefix) = prefix else {
        let text = "not looked for; ':sessions FOLDER' looks for those under a folder";
        return Cell::new(label("keys"), Role::Muted).then(text, Role::Muted);
    };
    let looked = ctx.store.dc(&row.dc).and_then(|state| state.held.under(prefix));
    let (Some(looked), Some(keys)) = (looked, &row.keys) else {
        return Cell::new(label("keys"), Role::Muted).then("looking", Role::Muted);
    };
    let text = format!("{}; it holds {} of them", looked.looked(), keys.len());
    let role = if keys.is_empty() { Role::Muted } else { Role::Accent };
    Cell::new(label("keys"), Role::Muted).then(clean(&text).into_owned(), role)
}

/// What ends a session.
fn ends(session: &Session) -> String {
    if session.is_endless() {
        return String::from("never by itself: it has no TTL and no check");
    }
    let ttl = (!session.ttl.is_empty()).then(|| {
        // Consul waits up to twice the TTL before it ends one.
        format!("within twice its TTL of {} unless renewed", session.ttl)
    });
    let checks: Vec<&str> = session.checks.iter().map(AsRef::as_ref).collect();
    let checks = (!checks.is_empty()).then(|| format!("when {} fails", checks.join(" or ")));
    let all: Vec<String> = ttl.into_iter().chain(checks).collect();
    all.join(", and ")
}

fn fate(behavior: Behavior) -> &'static str {
    match behavior {
        Behavior::Release => "are released when it ends; their values stay",
        Behavior::Delete => "are deleted when it ends",
    }
}

fn after(session: &Session) -> String {
    if session.lock_delay.is_zero() {
        return String::from("others take its locks at once (no lock delay)");
    }
    format!("others cannot take its locks for {} (lock delay)", session.delay())
}

fn label(name: &str) -> String {
    format!("{name:<10}")
}

fn field(name: &str, value: &str) -> Cell {
    Cell::new(label(name), Role::Muted).then(clean(value).into_owned(), Role::Text)
}
