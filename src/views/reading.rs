//! A value made ready to be read: as what it is or as another format, whole or as an overview.
//!
//! Viewing only: a layout or a format that the operator chose changes what is drawn, and the title says
//! so. Lines are made as they come on screen.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use crate::editor::format::{Document, Fold, Format, Window, hex_row, hex_rows, lay_out, outline};
use crate::table::column::Cell;
use crate::ui::text::count;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{LineSource, wrap};

/// How a value is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// As what it is, byte for byte.
    #[default]
    Detected,
    /// As JSON with a line for each item.
    LaidOut,
    /// As this.
    As(Format),
}

impl Reading {
    /// The next way to read what is of a format: what would look the same is left out.
    #[must_use]
    pub fn next(self, format: Format) -> Self {
        let all = [Self::Detected, Self::LaidOut].into_iter().chain(Format::ALL.map(Self::As));
        let differs = |reading: &Self| match reading {
            Self::Detected => true,
            Self::LaidOut => format == Format::Json,
            // Bytes that are no text have but one look.
            Self::As(other) => format != Format::Binary && *other != format,
        };
        let mut ways = all.filter(differs).skip_while(|way| *way != self).skip(1);
        ways.next().unwrap_or_default()
    }
}

/// A line that is shown, and how many behind it are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    at: u32,
    hidden: u32,
}

/// A value ready to be drawn.
#[derive(Debug)]
pub struct Prepared {
    /// What it is.
    detected: Format,
    document: Document,
    is_laid_out: bool,
    /// The lines that are shown; all of them when there is no list.
    lines: Option<Vec<Line>>,
}

impl Prepared {
    /// Reads the value of a key. Linear.
    pub fn new(key: &str, value: &Bytes, reading: Reading) -> Self {
        let detected = Format::detect(key, value);
        let text = || std::str::from_utf8(value).ok().and_then(lay_out);
        let laid_out = if reading == Reading::LaidOut { text() } else { None };
        let is_laid_out = laid_out.is_some();
        let document = match (laid_out, reading) {
            (Some(text), _) => Document::new(Format::Json, text.into()),
            (None, Reading::As(format)) => Document::new(format, value.clone()),
            (None, _) => Document::new(detected, value.clone()),
        };
        Self { detected, document, is_laid_out, lines: None }
    }

    /// The same with its parts folded away.
    #[must_use]
    pub fn as_overview(self) -> Self {
        let folds = outline(&self.document.folds(), self.document.len());
        self.folded(&folds)
    }

    /// The same with these folds closed, which lie one after the other.
    #[must_use]
    pub fn folded(self, closed: &[Fold]) -> Self {
        let mut lines = Vec::new();
        let mut folds = closed.iter().peekable();
        let mut at = 0;
        while at < self.document.len() {
            let fold = folds.next_if(|fold| fold.head == at);
            let last = fold.map_or(at, |fold| fold.last);
            lines.push(Line { at: at as u32, hidden: (last - at) as u32 });
            at = last + 1;
        }
        Self { lines: Some(lines), ..self }
    }

    /// What it is.
    pub fn detected(&self) -> Format {
        self.detected
    }

    /// The value as it is read.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// How it is read, in a word or two.
    pub fn label(&self) -> Cow<'static, str> {
        let format = self.document.format();
        match format {
            _ if self.is_laid_out => Cow::Borrowed("JSON, laid out"),
            Format::Binary if self.detected != Format::Binary => Cow::Borrowed("as hex"),
            _ if format != self.detected => format!("as {}", format.label()).into(),
            _ => Cow::Borrowed(format.label()),
        }
    }

    /// The line at a place of those shown, without its number, within a window of columns.
    pub fn text(&self, at: usize, window: Window) -> Cell {
        if self.document.format() == Format::Binary {
            let Some(row) = hex_row(self.document.bytes(), at) else { return Cell::default() };
            return Cell::new(row.hex, Role::Text).then(format!("  {}", row.ascii), Role::Accent);
        }
        let line = self.line_at(at);
        let runs = self.document.runs(line.at as usize, window).into_iter();
        let mut cell = Cell { runs: runs.map(|run| (run.text.into(), run.role)).collect() };
        if line.hidden > 0 {
            cell = cell.then(format!(" .. {} lines", count(line.hidden as usize)), Role::Muted);
        }
        cell
    }

    /// The number of the line at a place of those shown; for bytes, its offset in hex.
    pub fn number(&self, at: usize) -> String {
        if self.document.format() == Format::Binary {
            return format!("{:08x}", at * crate::editor::format::HEX_WIDTH);
        }
        let digits = self.document.len().max(1).ilog10() as usize + 1;
        format!("{:>digits$}", self.line_at(at).at + 1)
    }

    fn line_at(&self, at: usize) -> Line {
        let shown = self.lines.as_ref().and_then(|lines| lines.get(at)).copied();
        shown.unwrap_or(Line { at: at as u32, hidden: 0 })
    }
}

impl LineSource for Arc<Prepared> {
    fn len(&self) -> usize {
        match (self.document.format(), &self.lines) {
            (Format::Binary, _) => hex_rows(self.document.bytes()),
            (_, Some(lines)) => lines.len(),
            (_, None) => self.document.len(),
        }
    }

    fn rows(&self, at: usize, width: usize, enough: usize) -> Vec<Cell> {
        let number = format!("{} ", self.number(at));
        let blank = " ".repeat(number.len());
        let room = width.saturating_sub(number.len()).max(1);
        // A row has a blank at most that it does not show.
        let window = Window { from: 0, width: (room + 1).saturating_mul(enough) };
        let rows = wrap(&[self.text(at, window)], room, enough).into_iter();
        let row = |(nth, text): (usize, Cell)| {
            let mut row =
                Cell::new(if nth == 0 { number.clone() } else { blank.clone() }, Role::Muted);
            row.runs.extend(text.runs);
            row
        };
        rows.take(enough).enumerate().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(bytes: &'static [u8], reading: Reading) -> Arc<Prepared> {
        Arc::new(Prepared::new("app/x", &Bytes::from_static(bytes), reading))
    }

    fn rows(value: &Arc<Prepared>, width: usize) -> Vec<String> {
        let text = |row: Cell| row.runs.iter().map(|(text, _)| text.to_string()).collect();
        (0..value.len()).flat_map(|at| value.rows(at, width, 99)).map(text).collect()
    }

    fn lines(value: &Arc<Prepared>) -> Vec<String> {
        rows(value, 80)
    }

    #[test]
    fn a_long_line_goes_on_below_itself() {
        let text = prepared(b"one two three\nfour", Reading::As(Format::Text));
        assert_eq!(rows(&text, 10), ["1 one two ", "  three", "2 four"]);
        let word = prepared(b"abcdefghij", Reading::As(Format::Text));
        assert_eq!(rows(&word, 6), ["1 abcd", "  efgh", "  ij"]);
        assert_eq!(word.rows(0, 6, 1).len(), 1, "no more is made than is seen");
    }

    #[test]
    fn text_has_line_numbers_and_bytes_have_offsets() {
        let json = prepared(b"{\n\"a\": 1\n}", Reading::Detected);
        assert_eq!(lines(&json), ["1 {", "2 \"a\": 1", "3 }"]);
        let hex = lines(&prepared(b"\xff\x00ab", Reading::Detected));
        assert_eq!(hex.len(), 1);
        assert!(hex[0].starts_with("00000000 ff 00 61 62") && hex[0].ends_with("..ab"), "{hex:?}");
    }

    #[test]
    fn an_escape_sequence_in_a_value_is_made_visible() {
        let shown = lines(&prepared(b"a\x1b[31mred", Reading::Detected)).join("");
        assert!(!shown.contains('\u{1b}') && shown.contains("red"), "{shown:?}");
    }

    #[test]
    fn the_ways_to_read_come_round_and_each_says_what_it_is() {
        let value: &[u8] = br#"{"a":[1,2]}"#;
        let (mut reading, mut labels) = (Reading::Detected, Vec::new());
        loop {
            let shown = prepared(value, reading);
            labels.push(shown.label().into_owned());
            reading = reading.next(shown.detected());
            if reading == Reading::Detected {
                break;
            }
        }
        let expected =
            ["JSON", "JSON, laid out", "as YAML", "as TOML", "as HCL", "as text", "as hex"];
        assert_eq!(labels, expected);
        let laid_out = lines(&prepared(value, Reading::LaidOut));
        assert_eq!(laid_out.len(), 6, "{laid_out:?}");
        assert_eq!(Reading::Detected.next(Format::Binary), Reading::Detected);
    }

    #[test]
    fn an_overview_says_how_many_lines_it_hides() {
        let value = Prepared::new(
            "x.yaml",
            &Bytes::from_static(b"a:\n  b: 1\n  c: 2\nd: 3\n"),
            Reading::Detected,
        );
        let overview = Arc::new(value.as_overview());
        assert_eq!(lines(&overview), ["1 a: .. 2 lines", "4 d: 3"]);
    }
}
