//! What a compared key holds on both sides now, and the lines that say so.

use std::sync::Arc;

use bytes::Bytes;

use crate::app::edit::difference;
use crate::app::task::many::{Differing, Held, Side, Sides};
use crate::domain::feed::{List, Subject};
use crate::editor::diff::Diff;
use crate::table::column::Cell;
use crate::ui::text::{bytes, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{LineSource, wrap};
use crate::views::{Ctx, fresh};

/// A key's values, as far as they are known.
pub struct Values {
    left: Now,
    right: Now,
}

/// What is known of a key on one side.
enum Now {
    /// Nothing yet, for this reason.
    Unread(Cell),
    /// It is not there.
    Absent,
    /// Its value and flags.
    Here(Bytes, u64),
}

impl Values {
    /// What is watched of a key, or was in a file.
    pub fn now(ctx: &Ctx, sides: &Sides, row: &Differing) -> Self {
        Self {
            left: Now::of(ctx, &sides.left, &row.name, row.left.as_ref()),
            right: Now::of(ctx, &sides.right, &row.name, row.right.as_ref()),
        }
    }

    /// True when both sides are known.
    pub fn are_read(&self) -> bool {
        self.left.value().is_some() && self.right.value().is_some()
    }

    /// The lines about it: what is unread or missing, else what differs.
    pub fn lines(&self, sides: &Sides) -> Vec<Cell> {
        let mut lines = vec![self.left.line(&sides.left), self.right.line(&sides.right)];
        if let (Some(before), Some(after)) = (self.left.value(), self.right.value()) {
            lines.extend(difference(&Diff::of(before, after)));
        }
        lines
    }

    /// [`Values::lines`] where there is little room: which side is which in a line, and their flags
    /// only where they differ.
    pub fn brief(&self, sides: &Sides) -> Vec<Cell> {
        let (Now::Here(before, flags), Now::Here(after, other)) = (&self.left, &self.right) else {
            return self.lines(sides);
        };
        let name = |side: &Side| clean(&side.to_string()).into_owned();
        let mut lines = vec![
            Cell::new("-", Role::Removed)
                .then(name(&sides.left), Role::Muted)
                .then("  +", Role::Added)
                .then(name(&sides.right), Role::Muted),
        ];
        if flags != other {
            let place =
                |side: &Side| side.dc().map_or_else(|| "the file".to_owned(), ToString::to_string);
            let (left, right) = (place(&sides.left), place(&sides.right));
            let text = format!("flags {flags} in {left}, {other} in {right}");
            lines.push(Cell::new(clean(&text).into_owned(), Role::Warning));
            if before == after {
                lines.push(Cell::new("the values are the same", Role::Muted));
                return lines;
            }
        }
        lines.extend(difference(&Diff::of(before, after)));
        lines
    }
}

impl Now {
    fn of(ctx: &Ctx, side: &Side, name: &str, held: Option<&Held>) -> Self {
        let Side::Keys { dc, .. } = side else {
            let whole = held.and_then(|held| held.whole.clone());
            return whole.map_or(Self::Absent, |(value, flags)| Self::Here(value, flags));
        };
        let (key, state) = (side.key(name), ctx.store.dc(dc));
        match state.and_then(|state| state.entries.get(&key)) {
            Some(Some(entry)) => Self::Here(entry.value.clone(), entry.flags),
            Some(None) => Self::Absent,
            None => {
                let list = List::Subject(Subject::Key(key));
                let words = state.map(|state| fresh::words(ctx, &state.freshness(&list)));
                Self::Unread(words.unwrap_or_else(|| Cell::new("loading", Role::Muted)))
            }
        }
    }

    /// The value; empty where there is none, and nothing while it is not known.
    fn value(&self) -> Option<&[u8]> {
        match self {
            Self::Unread(_) => None,
            Self::Absent => Some(&[]),
            Self::Here(value, _) => Some(value),
        }
    }

    fn line(&self, side: &Side) -> Cell {
        let mut cell = Cell::new(format!("{}: ", clean(&side.to_string())), Role::Muted);
        match self {
            Self::Unread(words) => {
                cell.runs.extend(words.runs.iter().cloned());
                cell
            }
            Self::Absent => cell.then("no such key", Role::Warning),
            Self::Here(value, flags) => {
                cell.then(format!("{}, flags {flags}", bytes(value.len() as u64)), Role::Text)
            }
        }
    }
}

/// Lines that are kept elsewhere.
pub struct Shared(pub Arc<Vec<Cell>>);

impl LineSource for Shared {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn rows(&self, at: usize, width: usize, enough: usize) -> Vec<Cell> {
        self.0
            .get(at)
            .map(|line| wrap(std::slice::from_ref(line), width, enough))
            .unwrap_or_default()
    }
}
