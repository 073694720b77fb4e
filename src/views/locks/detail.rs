//! One lock beside the list: every holder, everyone who waits, and what the key is.

use super::LockRow;
use crate::domain::ids::SessionId;
use crate::domain::kv::Session;
use crate::domain::lock::Part;
use crate::domain::managed::Managers;
use crate::store::Datacenter;
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::{Ctx, cells};

/// What stands beside the list about a lock.
pub(super) fn of(ctx: &Ctx, row: &LockRow) -> Detail {
    let (judged, lock) = (&row.judged, &row.judged.lock);
    let title = format!(" {} @ {} ", clean(lock.key.as_str()), clean(row.dc.as_str()));
    let mut lines =
        vec![Cell::new(format!("{}: {}", lock.kind(), judged.state.words()), Role::Text)];
    if let (Some(last), Some(_)) = (lines.last_mut(), row.since) {
        last.runs.push((" for ".into(), Role::Muted));
        last.runs.append(&mut cells::since(ctx.now, row.since).runs);
    }
    for holder in &judged.holders {
        lines.push(session("held by", &holder.id, holder.session.as_deref()));
    }
    lines.extend(waiting(ctx, row));
    match &lock.part {
        Part::Semaphore(record) => lines.push(field("limit", &record.limit.to_string())),
        Part::Lock | Part::Contender => {}
    }
    if lock.is_of_folder() {
        lines.push(field("guards", lock.guards()));
    }
    let managers = Managers::default().of_key(&lock.key);
    lines.extend(managers.iter().map(|manager| field("managed", &manager.to_string())));
    let (index, modify) = (lock.lock_index, lock.modify_index);
    lines.push(field(
        "indexes",
        &format!("lock {index}, modify {modify}, create {}", lock.create_index),
    ));
    Detail { title: Cell::new(title, Role::Title), lines: Lines::Whole(lines) }
}

/// Those that wait, or perhaps wait.
fn waiting(ctx: &Ctx, row: &LockRow) -> Vec<Cell> {
    let waiting = &row.judged.waiting;
    let state = ctx.store.dc(&row.dc);
    let name = if waiting.is_guess() { "may wait" } else { "waits" };
    let mut lines: Vec<Cell> =
        waiting.ids().iter().map(|id| session(name, id, known(state, id))).collect();
    if waiting.is_guess() && !waiting.ids().is_empty() {
        let text = "a guess from the names of sessions: Consul does not say who waits for a lock";
        lines.push(Cell::new(label(""), Role::Muted).then(text, Role::Muted));
    }
    lines
}

fn known<'a>(state: Option<&'a Datacenter>, id: &SessionId) -> Option<&'a Session> {
    state.and_then(|state| state.held.sessions.get(id)).map(AsRef::as_ref)
}

/// A session in a line: its name, its node and what ends it, then its id.
fn session(label_: &str, id: &SessionId, session: Option<&Session>) -> Cell {
    let cell = Cell::new(label(label_), Role::Muted);
    let cell = match session {
        Some(it) => {
            let name = if it.name.is_empty() { "(no name)".into() } else { clean(&it.name) };
            let ttl = if it.ttl.is_empty() { "no TTL".into() } else { format!("TTL {}", it.ttl) };
            cell.then(name.into_owned(), Role::Text)
                .then(format!(" on {}", clean(it.node.as_str())), Role::Text)
                .then(format!(", {}, lock delay {}", clean(&ttl), it.delay()), Role::Muted)
        }
        None => cell.then("a session that is not listed", Role::Warning),
    };
    cell.then(format!(" {}", clean(id.as_str())), Role::Muted)
}

fn label(name: &str) -> String {
    format!("{name:<9}")
}

fn field(name: &str, value: &str) -> Cell {
    Cell::new(label(name), Role::Muted).then(clean(value).into_owned(), Role::Text)
}
