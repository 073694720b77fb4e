//! A value ready to be shown: where its lines are, and what each begins inside of.

use std::ops::Range;

use bytes::Bytes;

use super::fold::{Fold, folds};
use super::lex::{State, lex};
use super::paint::{Painter, Run, Window};
use super::{Ends, Format};

/// The states that lines begin in, so that any line can be coloured by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    format: Format,
    states: Vec<State>,
}

impl Highlight {
    /// Reads the lines once; linear, builds nothing for the screen.
    pub fn of<'a>(format: Format, lines: impl IntoIterator<Item = &'a str>) -> Self {
        if matches!(format, Format::Text | Format::Binary) {
            return Self { format, states: Vec::new() };
        }
        let begins = |state: &mut State, line: &'a str| {
            let before = *state;
            *state = lex(format, before, line, &mut |_, _| ());
            Some(before)
        };
        Self { format, states: lines.into_iter().scan(State::Plain, begins).collect() }
    }

    /// The runs of a line, within a window of columns. The line must be the one that was read at
    /// this place; a place beyond the text is coloured as if it began in nothing.
    pub fn runs(&self, at: usize, line: &str, window: Window) -> Vec<Run> {
        let state = self.states.get(at).copied().unwrap_or_default();
        let mut painter = Painter::new(window);
        lex(self.format, state, line, &mut |piece, role| painter.push(piece, role));
        painter.runs
    }
}

/// A value to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    format: Format,
    bytes: Bytes,
    ends: Ends,
    lines: Vec<Range<usize>>,
    highlight: Highlight,
}

impl Document {
    /// Reads a value as this format. Bytes that are not UTF-8 are always read as binary.
    pub fn new(format: Format, bytes: Bytes) -> Self {
        let text = std::str::from_utf8(&bytes).ok().filter(|_| format != Format::Binary);
        let Some(text) = text else {
            let highlight = Highlight::of(Format::Binary, []);
            let (format, ends) = (Format::Binary, Ends::default());
            return Self { format, bytes, ends, lines: Vec::new(), highlight };
        };
        let lines = line_ranges(text);
        let line = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        let highlight = Highlight::of(format, lines.iter().map(line));
        Self { format, ends: Ends::of(text), lines, highlight, bytes }
    }

    /// Reads a value as what it is.
    pub fn detect(key: &str, bytes: Bytes) -> Self {
        Self::new(Format::detect(key, &bytes), bytes)
    }

    /// How it is read.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The value.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// How its lines end.
    pub fn ends(&self) -> Ends {
        self.ends
    }

    /// True when its last line has an end. False for the empty value.
    pub fn has_final_newline(&self) -> bool {
        self.bytes.ends_with(b"\n")
    }

    /// How many lines there are; a final newline begins none. Binary values have rows of hex
    /// instead ([`super::hex_rows`]).
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True for an empty or binary value.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line without its end. Not cleaned.
    pub fn line(&self, at: usize) -> Option<&str> {
        let bytes = self.lines.get(at).and_then(|range| self.bytes.get(range.clone()))?;
        std::str::from_utf8(bytes).ok()
    }

    /// The runs of a line within a window of columns; empty beyond the value.
    pub fn runs(&self, at: usize, window: Window) -> Vec<Run> {
        self.line(at).map_or_else(Vec::new, |line| self.highlight.runs(at, line, window))
    }

    /// What can be folded, by first line. Linear: ask once a value.
    pub fn folds(&self) -> Vec<Fold> {
        folds(self.format, (0..self.len()).filter_map(|at| self.line(at)))
    }

    /// The lines that a search finds, from `from` on.
    pub fn find<'a>(
        &'a self,
        pattern: &'a regex::Regex,
        from: usize,
    ) -> impl Iterator<Item = usize> {
        (from..self.len()).filter(|at| self.line(*at).is_some_and(|line| pattern.is_match(line)))
    }
}

/// Where the lines are, without their ends (`\n` or `\r\n`).
fn line_ranges(text: &str) -> Vec<Range<usize>> {
    let mut from = 0;
    let range = |line: &str| {
        let start = from;
        from += line.len();
        let body =
            line.strip_suffix('\n').map_or(line, |body| body.strip_suffix('\r').unwrap_or(body));
        start..start + body.len()
    };
    text.split_inclusive('\n').map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Role;

    fn text(document: &Document, at: usize, window: Window) -> String {
        document.runs(at, window).into_iter().map(|run| run.text).collect()
    }

    #[test]
    fn lines_are_counted_without_their_ends() {
        for (value, lines, ends, has_final) in [
            ("", vec![], Ends::Lf, false),
            ("a", vec!["a"], Ends::Lf, false),
            ("a\n\n", vec!["a", ""], Ends::Lf, true),
            ("a\r\nb\r\n", vec!["a", "b"], Ends::CrLf, true),
            ("a\rb\nc\r\n", vec!["a\rb", "c"], Ends::Mixed, true),
        ] {
            let document = Document::new(Format::Text, value.to_owned().into());
            let found: Vec<&str> = (0..document.len()).filter_map(|at| document.line(at)).collect();
            assert_eq!((found, document.ends()), (lines, ends), "{value:?}");
            assert_eq!(document.has_final_newline(), has_final);
        }
    }

    #[test]
    fn a_line_is_coloured_by_itself_though_it_began_before() {
        let value = "a: |\n  b: 1\nc: 2\n";
        let document = Document::detect("x.yaml", value.to_owned().into());
        let run = |text: &str, role| Run { text: text.to_owned(), role };
        assert_eq!(document.runs(1, Window::ALL), [run("  b: 1", Role::CodeString)]);
        assert_eq!(document.runs(2, Window::ALL)[0], run("c", Role::CodeKey));
        assert_eq!(document.runs(9, Window::ALL), []);
    }

    #[test]
    fn a_window_of_a_long_line_is_what_the_whole_has_there() {
        let value = format!("{{{}}}", "\"k\\u001b\": \"日本\u{7}\",".repeat(500));
        let document = Document::new(Format::Json, value.into());
        let whole = text(&document, 0, Window::ALL);
        let part = text(&document, 0, Window { from: 1001, width: 40 });
        assert!(whole.contains(part.trim()) && part.len() >= 40, "{part:?}");
    }

    #[test]
    fn bytes_that_are_no_text_are_binary_whatever_is_asked() {
        let document = Document::new(Format::Json, Bytes::from_static(b"\xff\n"));
        assert_eq!((document.format(), document.len()), (Format::Binary, 0));
    }

    #[test]
    fn a_search_finds_lines() {
        let document = Document::new(Format::Text, "ab\nb\nab".to_owned().into());
        let pattern = regex::Regex::new("^a").unwrap();
        assert_eq!(document.find(&pattern, 0).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(document.find(&pattern, 1).collect::<Vec<_>>(), [2]);
    }
}
