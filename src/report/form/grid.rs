//! Rows of text under headings, not yet in any form.
//!
//! Invariant: no cell and no heading holds a control character, and each row has a cell for each
//! heading.

use serde::Serialize;
use serde_json::Value;

use crate::ui::text::clean;

/// Rows of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(super) headings: Vec<Heading>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A column's heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub title: String,
    /// True for numbers, which stand at the right.
    pub is_right: bool,
}

/// A column of rows of type `T`.
pub(crate) struct Column<'a, T> {
    title: String,
    is_right: bool,
    text: Box<dyn Fn(&T) -> String + 'a>,
}

impl<'a, T> Column<'a, T> {
    /// A column of words.
    pub fn new(title: impl Into<String>, text: impl Fn(&T) -> String + 'a) -> Self {
        Self { title: title.into(), is_right: false, text: Box::new(text) }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<String>, text: impl Fn(&T) -> String + 'a) -> Self {
        Self { is_right: true, ..Self::new(title, text) }
    }
}

impl Grid {
    /// What these columns show of these rows.
    pub fn of<T>(columns: &[Column<'_, T>], rows: impl IntoIterator<Item = T>) -> Self {
        let heading = |column: &Column<'_, T>| Heading {
            title: clean(&column.title).into_owned(),
            is_right: column.is_right,
        };
        let cells = |row: T| {
            let cell = |column: &Column<'_, T>| clean(&(column.text)(&row)).into_owned();
            columns.iter().map(cell).collect()
        };
        Self {
            headings: columns.iter().map(heading).collect(),
            rows: rows.into_iter().map(cells).collect(),
        }
    }

    /// These fields of what the rows are as JSON: lists with blanks between, objects as
    /// `key=value`, `null` as nothing.
    pub fn of_json<T: Serialize>(fields: &[&str], rows: impl IntoIterator<Item = T>) -> Self {
        let columns: Vec<_> = fields
            .iter()
            .map(|field| {
                Column::new(*field, move |row: &Value| {
                    row.get(field).map_or_else(String::new, text)
                })
            })
            .collect();
        Self::of(
            &columns,
            rows.into_iter().map(|row| serde_json::to_value(row).unwrap_or_default()),
        )
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => {
            let field = |(key, value)| format!("{key}={}", text(value));
            fields.iter().map(field).collect::<Vec<_>>().join(" ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_field_becomes_clean_text() {
        let row = json!({
            "a": null, "b": ["x", "y"], "c": { "k": "v", "l": 1 }, "d": true, "e": "\u{1b}[2Jred\nline",
        });
        let grid = Grid::of_json(&["a", "b", "c", "d", "e", "gone"], [row]);
        assert_eq!(grid.rows, [["", "x y", "k=v l=1", "true", "red line", ""]]);
    }
}
