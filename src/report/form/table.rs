//! A table for people: headings, columns aligned, two blanks between, nothing cut.

use super::Grid;
use crate::ui::text::{pad, pad_left, width};

/// What stands between two columns.
const GAP: &str = "  ";
/// What stands for an empty cell, so that columns can also be told apart by their blanks.
const EMPTY: &str = "-";

/// The grid as a table.
pub(crate) fn table(grid: &Grid) -> String {
    let titles: Vec<String> = grid.headings.iter().map(|head| head.title.to_uppercase()).collect();
    let mut widths: Vec<usize> = titles.iter().map(|title| width(title)).collect();
    for row in &grid.rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(shown(cell)));
        }
    }
    let mut out = String::new();
    for row in std::iter::once(&titles).chain(&grid.rows) {
        let cells =
            row.iter().zip(&widths).zip(&grid.headings).map(|((cell, columns), heading)| {
                let place = if heading.is_right { pad_left } else { pad };
                place(shown(cell), *columns)
            });
        let line = cells.collect::<Vec<_>>().join(GAP);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn shown(cell: &str) -> &str {
    if cell.trim().is_empty() { EMPTY } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::form::Column;

    #[test]
    fn words_stand_left_and_numbers_right_whatever_their_width() {
        let columns = [
            Column::new("name", |row: &(&str, usize)| row.0.to_owned()),
            Column::number("n", |row: &(&str, usize)| row.1.to_string()),
            Column::new("tags", |_: &(&str, usize)| String::new()),
        ];
        let text = table(&Grid::of(&columns, [("billing", 7), ("日本", 1_200)]));
        assert_eq!(text, "NAME        N  TAGS\nbilling     7  -\n日本     1200  -\n");
    }
}
