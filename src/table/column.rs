//! Columns: what a list shows of a row, how wide, and how it sorts.
//!
//! Cells are made for rows on screen only. Colours are roles; the theme decides what they look like.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::row::{Compare, Sort};
use crate::ui::theme::Role;

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// As wide as the widest cell on screen, between these bounds.
    Fit(u16, u16),
    /// At least this wide, and its share of what is left up to the second.
    Fill(u16, u16),
}

/// Where a cell's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left, as text does.
    Left,
    /// At the right, as numbers do.
    Right,
}

/// What one cell shows: runs of text, each with a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The runs, left to right. Text is clean: without control characters.
    pub runs: Vec<(Cow<'static, str>, Role)>,
}

impl Cell {
    /// A cell of one run.
    pub fn new(text: impl Into<Cow<'static, str>>, role: Role) -> Self {
        Self { runs: vec![(text.into(), role)] }
    }

    /// Adds a run.
    #[must_use]
    pub fn then(mut self, text: impl Into<Cow<'static, str>>, role: Role) -> Self {
        self.runs.push((text.into(), role));
        self
    }
}

/// Makes a row's cell.
pub type Render<'a, R> = Box<dyn Fn(&R) -> Cell + 'a>;

/// One column of a list of rows `R`.
pub struct Column<'a, R> {
    /// Its stable name, by which it is sorted.
    pub id: Arc<str>,
    /// Its heading.
    pub title: Cow<'static, str>,
    /// How wide it is.
    pub width: Width,
    /// Where its text stands.
    pub align: Align,
    /// 0 for a column that is always there; the greatest goes first when it gets narrow.
    pub rank: u8,
    /// What it shows.
    pub cell: Render<'a, R>,
    /// Compares two rows by it, ascending; `None` when it cannot be sorted.
    pub compare: Option<Compare<R>>,
    /// True when sorting by it starts with the greatest.
    pub is_worst_first: bool,
}

impl<'a, R> Column<'a, R> {
    /// A column of text at the left that is always there.
    pub fn new(
        id: &str,
        title: &'static str,
        width: Width,
        cell: impl Fn(&R) -> Cell + 'a,
    ) -> Self {
        Self {
            id: Arc::from(id),
            title: Cow::Borrowed(title),
            width,
            align: Align::Left,
            rank: 0,
            cell: Box::new(cell),
            compare: None,
            is_worst_first: false,
        }
    }

    /// With its text at the right.
    #[must_use]
    pub fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }

    /// That goes when it gets narrow; the greatest rank first.
    #[must_use]
    pub fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// That sorts, least first.
    #[must_use]
    pub fn sorts(mut self, compare: impl Fn(&R, &R) -> Ordering + Send + Sync + 'static) -> Self {
        self.compare = Some(Arc::new(compare));
        self
    }

    /// That sorts, greatest first.
    #[must_use]
    pub fn sorts_worst_first(
        self,
        compare: impl Fn(&R, &R) -> Ordering + Send + Sync + 'static,
    ) -> Self {
        Self { is_worst_first: true, ..self.sorts(compare) }
    }

    /// Sorting by this column, in its own direction or the other one.
    pub fn sort(&self, is_reversed: bool) -> Option<Sort<R>> {
        let compare = self.compare.clone()?;
        Some(Sort {
            column: Arc::clone(&self.id),
            descending: self.is_worst_first != is_reversed,
            compare,
        })
    }
}

/// The columns that fit, and the width of each, in `room` cells with a blank between two.
///
/// `widest` tells the widest cell on screen of a column, its heading included.
pub fn layout<R>(
    mut columns: Vec<Column<'_, R>>,
    room: u16,
    widest: impl Fn(&Column<'_, R>) -> u16,
) -> Vec<(Column<'_, R>, u16)> {
    let least = |column: &Column<'_, R>| match column.width {
        Width::Fit(low, high) => widest(column).clamp(low, high.max(low)),
        Width::Fill(low, _) => low,
    };
    let mut widths: Vec<u16> = columns.iter().map(least).collect();
    loop {
        let gaps = columns.len().saturating_sub(1) as u16;
        let needed = widths.iter().sum::<u16>().saturating_add(gaps);
        let last = (0..columns.len()).max_by_key(|at| columns.get(*at).map_or(0, |c| c.rank));
        match last {
            Some(at) if needed > room && columns.get(at).is_some_and(|c| c.rank > 0) => {
                columns.remove(at);
                widths.remove(at);
            }
            _ => {
                spread(&columns, &mut widths, room.saturating_sub(needed));
                break;
            }
        }
    }
    columns.into_iter().zip(widths).collect()
}

/// Gives what is left to the columns that fill, in equal shares as far as each can take its own;
/// what the first cannot take goes to the next.
fn spread<R>(columns: &[Column<'_, R>], widths: &mut [u16], left: u16) {
    let most = |column: &Column<'_, R>| match column.width {
        Width::Fill(_, high) => Some(high),
        Width::Fit(..) => None,
    };
    let mut waiting = columns.iter().filter_map(most).count() as u16;
    let mut rest = left;
    for (column, width) in columns.iter().zip(widths) {
        if let Some(high) = most(column) {
            let share = rest.div_ceil(waiting.max(1)).min(high.saturating_sub(*width));
            *width += share;
            rest -= share;
            waiting -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column<'static, ()>> {
        let cell = |(): &()| Cell::default();
        vec![
            Column::new("a", "a", Width::Fit(3, 5), cell),
            Column::new("b", "b", Width::Fill(4, 90), cell),
            Column::new("c", "c", Width::Fit(6, 6), cell).rank(2),
        ]
    }

    fn laid(room: u16) -> Vec<(String, u16)> {
        let all = layout(columns(), room, |_| 9);
        all.into_iter().map(|(column, width)| (column.id.to_string(), width)).collect()
    }

    #[test]
    fn what_is_left_goes_to_the_column_that_fills() {
        assert_eq!(laid(30), [("a".into(), 5), ("b".into(), 17), ("c".into(), 6)]);
    }

    #[test]
    fn a_column_of_rank_goes_when_it_gets_narrow() {
        assert_eq!(laid(16), [("a".into(), 5), ("b".into(), 10)]);
    }
}
