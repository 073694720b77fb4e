//! What a filter looks for, without the `!` before it.
//!
//! Invariant: [`Pattern::narrows`] is never wrong when true.

use regex::{Regex, RegexBuilder};

use super::{FilterError, Folded};
use crate::table::fuzzy::{CharMask, Fuzzy, fold};

/// What makes a text a regular expression.
const META: &[char] = &['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'];
/// The word that makes a filter fuzzy.
const FUZZY: &str = "-f";
/// The most memory that a compiled expression may take: `a{9999}` must not stop the program.
const MOST_BYTES: usize = 1 << 20;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(super) enum Pattern {
    /// Nothing: everything matches.
    #[default]
    All,
    /// A text without blanks, folded, and its mask.
    Plain(String, CharMask),
    /// A regular expression.
    Regex(Regex),
    /// A fuzzy query.
    Fuzzy(Fuzzy),
}

impl Pattern {
    /// Reads what stands behind the `!`.
    pub(super) fn parse(text: &str) -> Result<Self, FilterError> {
        if let Some(query) = text.strip_prefix(FUZZY)
            && (query.is_empty() || query.starts_with(char::is_whitespace))
        {
            return Ok(Self::fuzzy(query));
        }
        if text.is_empty() {
            Ok(Self::All)
        } else if text.contains(META) {
            compile(text).map(Self::Regex)
        } else if text.contains(char::is_whitespace) {
            // A blank also stands for the border between two cells.
            let words: Vec<_> = text.split_whitespace().map(regex::escape).collect();
            compile(&words.join(r"\s+")).map(Self::Regex)
        } else {
            let text = fold(text);
            Ok(Self::Plain(text.clone(), CharMask::of(&text)))
        }
    }

    /// A fuzzy query.
    pub(super) fn fuzzy(query: &str) -> Self {
        let query = Fuzzy::new(query);
        if query.is_empty() { Self::All } else { Self::Fuzzy(query) }
    }

    /// True when everything matches.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::All)
    }

    /// True when a text holds it.
    pub(super) fn matches(&self, row: &Folded) -> bool {
        match self {
            Self::All => true,
            Self::Plain(text, mask) => row.mask.covers(*mask) && row.text.contains(text.as_str()),
            Self::Regex(regex) => regex.is_match(&row.text),
            Self::Fuzzy(query) => query.score(&row.text, row.mask).is_some(),
        }
    }

    /// True when everything that this matches is sure to match `wider`.
    pub(super) fn narrows(&self, wider: &Self) -> bool {
        match (self, wider) {
            (_, Self::All) => true,
            (Self::Plain(text, _), Self::Plain(wider, _)) => text.contains(wider),
            (Self::Regex(regex), Self::Regex(wider)) => regex.as_str() == wider.as_str(),
            (Self::Fuzzy(query), Self::Fuzzy(wider)) => query.narrows(wider),
            _ => false,
        }
    }

    /// The places of the matching characters of a cell, ascending.
    pub(super) fn places(&self, cell: &str) -> Vec<usize> {
        match self {
            Self::All => Vec::new(),
            Self::Plain(text, _) => {
                let folded = fold(cell);
                let spans = folded.match_indices(text).map(|(at, part)| (at, at + part.len()));
                chars_of(&folded, spans)
            }
            Self::Regex(regex) => {
                chars_of(cell, regex.find_iter(cell).map(|found| (found.start(), found.end())))
            }
            Self::Fuzzy(query) => query.indices(&fold(cell)),
        }
    }
}

/// The expression for a text; what means nothing in one stays as it is, to be read well.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if META.contains(&c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Compiles an expression for folded rows.
fn compile(text: &str) -> Result<Regex, FilterError> {
    RegexBuilder::new(text)
        .case_insensitive(true)
        .multi_line(true)
        .dot_matches_new_line(true)
        .size_limit(MOST_BYTES)
        .build()
        .map_err(|error| FilterError(reason(&error)))
}

/// The reason in one line; the crate draws the expression above it.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default().trim();
    match error {
        regex::Error::CompiledTooBig(_) => "the expression is too big".to_owned(),
        _ => line.strip_prefix("error: ").unwrap_or(line).to_owned(),
    }
}

/// The character places that byte spans of a text cover. Spans ascend.
fn chars_of(text: &str, spans: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut places = Vec::new();
    let mut chars = text.char_indices().enumerate().peekable();
    for (start, end) in spans {
        while let Some(&(place, (at, _))) = chars.peek().filter(|(_, (at, _))| *at < end) {
            if at >= start {
                places.push(place);
            }
            chars.next();
        }
    }
    places
}
