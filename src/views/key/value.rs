//! A value as the lines beside its key: coloured text with line numbers, or rows of hex.

use std::sync::Arc;

use crate::editor::format::{Document, Format, Window, hex_row, hex_rows};
use crate::table::column::Cell;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::LineSource;

/// A value; its lines are made as they come on screen.
pub struct Value(pub Arc<Document>);

impl LineSource for Value {
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
        let value = Value(Arc::new(Document::detect("app/x", bytes.into())));
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
