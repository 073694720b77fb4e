//! CSV as RFC 4180 has it: a header, a line for each row, every line ended by CR LF.

use super::Grid;

/// The grid as CSV.
pub(in crate::report) fn csv(grid: &Grid) -> String {
    let mut out = String::new();
    line(&mut out, grid.headings.iter().map(|heading| heading.title.as_str()));
    for row in &grid.rows {
        line(&mut out, row.iter().map(String::as_str));
    }
    out
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::form::Column;

    #[test]
    fn commas_and_quotes_are_quoted_and_nothing_else() {
        let columns = [
            Column::new("name", |row: &(&str, &str)| row.0.to_owned()),
            Column::new("output", |row: &(&str, &str)| row.1.to_owned()),
        ];
        let rows = [("a b", "it said \"no\""), ("c", "1,2"), ("", "plain")];
        let expected = "name,output\r\na b,\"it said \"\"no\"\"\"\r\nc,\"1,2\"\r\n,plain\r\n";
        assert_eq!(csv(&Grid::of(&columns, rows)), expected);
    }

    #[test]
    fn without_rows_the_header_stays() {
        let columns = [Column::new("name", |(): &()| String::new())];
        assert_eq!(csv(&Grid::of(&columns, [])), "name\r\n");
    }
}
