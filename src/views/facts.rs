//! What is said of a key beside its value: its stamps, the session that holds its lock, and what else
//! writes it.

use super::{Ctx, fresh};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::freshness::State;
use crate::domain::ids::Dc;
use crate::domain::kv::Entry;
use crate::domain::managed::Managed;
use crate::table::column::Cell;
use crate::ui::text::{bytes, clean};
use crate::ui::theme::Role;

/// Size, indexes and flags in a line.
pub fn stamps(entry: &Entry) -> Cell {
    let Entry { value, modify_index, create_index, flags, .. } = entry;
    let size = bytes(value.len() as u64);
    Cell::new(size, Role::Text)
        .then(format!("  index {modify_index}, created {create_index}"), Role::Muted)
        .then(format!("  flags {flags}"), Role::Muted)
}

/// Who else has a hand on a key: the session that holds its lock, and what writes it.
pub fn hands(ctx: &Ctx, dc: &Dc, entry: &Entry) -> Vec<Cell> {
    let Some(state) = ctx.store.dc(dc) else { return Vec::new() };
    let mut lines: Vec<Cell> = holder(ctx, dc, entry).into_iter().collect();
    match &state.managers {
        Some(managers) => {
            let all = managers.of(entry).into_iter();
            lines.extend(all.filter_map(|it| match it.writer() {
                Some(_) => {
                    Some(Cell::new(format!("managed: {}", clean(&it.to_string())), Role::Warning))
                }
                // The session that holds it is told apart.
                None if matches!(it, Managed::Held { .. }) => None,
                None => Some(Cell::new(clean(&it.to_string()).into_owned(), Role::Warning)),
            }));
        }
        None => {
            let freshness = state.freshness(&List::Subject(Subject::Managers));
            if freshness.state != State::Loading {
                let unknown = "whether another tool writes it is not known: ";
                let mut line = Cell::new(unknown, Role::Muted);
                line.runs.extend(fresh::words(ctx, &freshness).runs);
                lines.push(line);
            }
        }
    }
    lines
}

/// The session that holds its lock.
fn holder(ctx: &Ctx, dc: &Dc, entry: &Entry) -> Option<Cell> {
    let id = entry.session.as_ref()?;
    let state = ctx.store.dc(dc)?;
    let text = match state.holders.get(id) {
        Some(Some(session)) => format!("locked by {session}"),
        Some(None) => format!("locked by session {id}, which is gone"),
        None => {
            let denied = state.freshness(&List::Subject(Subject::Session(id.clone())));
            let is_denied = matches!(denied.state, State::Denied { .. });
            let but = if is_denied { ", which the token may not read" } else { "" };
            format!("locked by session {id}{but}")
        }
    };
    Some(Cell::new(clean(&text).into_owned(), Role::Warning))
}

/// The session that must be known to say who holds a key.
pub fn session_of(dc: &Dc, entry: &Entry) -> Option<Wanted> {
    let subject = Subject::Session(entry.session.clone()?);
    Some(Wanted { dc: dc.clone(), subject })
}
