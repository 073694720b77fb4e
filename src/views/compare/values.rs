//! What a compared key holds on both sides now, and the lines that say so.

use std::sync::Arc;

use bytes::Bytes;

use crate::app::edit::difference;
use crate::app::task::many::{Differing, Held, Side, Sides};
use crate::domain::feed::{List, Subject};
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
        self.left.is_read() && self.right.is_read()
    }

    /// The lines about it: what is unread or missing, else what differs.
    pub fn lines(&self, sides: &Sides) -> Vec<Cell> {
        let mut lines = vec![
            self.left.line(("- ", Role::Removed), &sides.left),
            self.right.line(("+ ", Role::Added), &sides.right),
        ];
        if self.are_read() {
            lines.extend(difference(self.left.value(), self.right.value()));
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
            Cell::new("- ", Role::Removed)
                .then(name(&sides.left), Role::Muted)
                .then("  + ", Role::Added)
                .then(name(&sides.right), Role::Muted),
        ];
        if flags != other {
            let place =
                |side: &Side| side.dc().map_or_else(|| "the file".to_owned(), ToString::to_string);
            let (left, right) = (place(&sides.left), place(&sides.right));
            let text = format!("flags {flags} in {left}, {other} in {right}");
            lines.push(Cell::new(clean(&text).into_owned(), Role::Warning));
        }
        lines.extend(difference(Some(before), Some(after)));
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

    fn is_read(&self) -> bool {
        !matches!(self, Self::Unread(_))
    }

    /// The value, where there is one and it is known.
    fn value(&self) -> Option<&[u8]> {
        match self {
            Self::Unread(_) | Self::Absent => None,
            Self::Here(value, _) => Some(value),
        }
    }

    /// What is known of it, behind the sign that its lines have in the difference.
    fn line(&self, (sign, role): (&'static str, Role), side: &Side) -> Cell {
        let name = format!("{}: ", clean(&side.to_string()));
        let mut cell = Cell::new(sign, role).then(name, Role::Muted);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(left: Now, right: Now) -> (Vec<String>, Vec<Role>) {
        let side = |dc: &str| Side::Keys { dc: dc.into(), prefix: "config/".into() };
        let sides = Sides { left: side("dc-1"), right: side("dc-3") };
        let lines = Values { left, right }.brief(&sides);
        let text = |cell: &Cell| cell.runs.iter().map(|(text, _)| text.as_ref()).collect();
        let role = |cell: &Cell| cell.runs.first().map_or(Role::Text, |(_, role)| *role);
        (lines.iter().map(text).collect(), lines.iter().map(role).collect())
    }

    fn here(value: &'static str) -> Now {
        Now::Here(Bytes::from(value), 0)
    }

    #[test]
    fn each_side_is_named_with_the_sign_that_its_lines_have() {
        let (lines, roles) = said(here("db-1\n"), Now::Absent);
        assert_eq!(lines[0], "- config/ @ dc-1: 5 B, flags 0");
        assert_eq!(lines[1], "+ config/ @ dc-3: no such key");
        assert_eq!(roles[..2], [Role::Removed, Role::Added]);
        assert_eq!(said(here("a"), here("b")).0[0], "- config/ @ dc-1  + config/ @ dc-3");
    }

    #[test]
    fn an_empty_value_that_one_side_has_is_no_equality() {
        let (lines, _) = said(here(""), Now::Absent);
        assert_eq!(lines[2..], ["an empty value"]);
        let (lines, _) = said(Now::Absent, Now::Absent);
        assert_eq!(lines.len(), 2, "neither side has it: {lines:?}");
        let (lines, _) = said(here("a"), here("a"));
        assert_eq!(lines[1..], ["the values are the same"]);
    }
}
