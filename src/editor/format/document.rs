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
