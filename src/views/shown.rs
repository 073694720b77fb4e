//! A key as it is shown beside a list: what Consul says of it, who else has a hand on it, and the
//! value's lines: coloured text with line numbers, or rows of hex.

use std::sync::Arc;

use super::{Ctx, fresh};
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::freshness::State;
use crate::domain::ids::Dc;
use crate::domain::kv::Entry;
use crate::editor::format::{Document, Format, Window, hex_row, hex_rows};
use crate::table::column::Cell;
use crate::ui::text::{bytes, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::LineSource;

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
                None if matches!(it, crate::domain::managed::Managed::Held { .. }) => None,
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
    let text = match state.sessions.get(id) {
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

/// A value; its lines are made as they come on screen.
pub struct Shown(pub Arc<Document>);

impl LineSource for Shown {
    fn len(&self) -> usize {
        match self.0.format() {
            Format::Binary => hex_rows(self.0.bytes()),
            _ => self.0.len(),
        }
    }

    fn line(&self, at: usize, width: u16) -> Cell {
        if self.0.format() == Format::Binary {
            let Some(row) = hex_row(self.0.bytes(), at) else { return Cell::default() };
            return Cell::new(format!("{:08x}  ", row.offset), Role::Muted)
                .then(row.hex, Role::Text)
                .then(format!("  {}", row.ascii), Role::Accent);
        }
        let digits = self.0.len().max(1).ilog10() as usize + 1;
        let mut cell = Cell::new(format!("{:>digits$} ", at + 1), Role::Muted);
        let window = Window { from: 0, width: usize::from(width).saturating_sub(digits + 1) };
        cell.runs
            .extend(self.0.runs(at, window).into_iter().map(|run| (run.text.into(), run.role)));
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &'static [u8]) -> Vec<String> {
        let value = Shown(Arc::new(Document::detect("app/x", bytes.into())));
        let text = |at| value.line(at, 80).runs.iter().map(|(text, _)| text.to_string()).collect();
        (0..value.len()).map(text).collect()
    }

    #[test]
    fn text_has_line_numbers_and_bytes_have_offsets() {
        assert_eq!(lines(b"{\n\"a\": 1\n}"), ["1 {", "2 \"a\": 1", "3 }"]);
        let hex = lines(b"\xff\x00ab");
        assert_eq!(hex.len(), 1);
        assert!(hex[0].starts_with("00000000  ff 00 61 62") && hex[0].ends_with("..ab"), "{hex:?}");
    }

    #[test]
    fn an_escape_sequence_in_a_value_is_made_visible() {
        let shown = lines(b"a\x1b[31mred").join("");
        assert!(!shown.contains('\u{1b}') && shown.contains("red"), "{shown:?}");
    }
}
