//! The filter of a table: plain text, a regular expression, inverted, or fuzzy.
//!
//! ```text
//! web          rows with this text, whatever its case
//! ^web-\d+$    a regular expression; ^ and $ are the beginning and the end of any cell
//! !web         the rows that it does not match
//! -f wbapi     fuzzy
//! ```
//! It says whether a row is shown, never in which order. Invariant: when a filter narrows another,
//! filtering the other's survivors gives what filtering all rows gives.

mod live;
mod pattern;
mod row;

pub use live::{Changed, LiveFilter};
use pattern::Pattern;
use row::Folded;
pub use row::RowText;

/// Why a filter cannot be used, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FilterError(String);

/// A filter that can be used. The default one lets everything through.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    is_inverted: bool,
    pattern: Pattern,
}

impl Filter {
    /// Reads a filter as typed, without its `/`.
    ///
    /// # Errors
    /// The text is no regular expression, or one too big to be run.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let text = text.trim();
        let inverted = text.strip_prefix('!');
        let pattern = Pattern::parse(inverted.unwrap_or(text).trim_start())?;
        // A lone '!' would hide everything while the rest is being typed.
        let is_inverted = inverted.is_some() && !pattern.is_empty();
        Ok(Self { text: text.to_owned(), is_inverted, pattern })
    }

    /// The rows that have a cell of exactly this text, whatever its case.
    pub fn of_cell(text: &str) -> Self {
        // Escaped and anchored, it is always an expression, and a small one.
        Self::parse(&format!("^{}$", pattern::escape(text))).unwrap_or_default()
    }

    /// The whole text as a fuzzy query, for a list in which nothing else is looked for.
    pub fn fuzzy(text: &str) -> Self {
        let pattern = Pattern::fuzzy(text);
        Self { text: text.trim().to_owned(), is_inverted: false, pattern }
    }

    /// The text as typed, without blanks around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.pattern.is_empty()
    }

    /// True when a row is shown; one that stands for several, when one of them is.
    pub fn matches(&self, row: &RowText) -> bool {
        let shows = |text: &Folded| self.pattern.matches(text) != self.is_inverted;
        row.texts().iter().any(shows)
    }

    /// True when everything that this lets through is sure to be among what `previous` lets
    /// through, so that only its survivors need a look. False says nothing.
    pub fn narrows(&self, previous: &Self) -> bool {
        if previous.is_empty() {
            return true;
        }
        match (self.is_inverted, previous.is_inverted) {
            (false, false) => self.pattern.narrows(&previous.pattern),
            (true, true) => previous.pattern.narrows(&self.pattern),
            _ => false,
        }
    }

    /// The places of the characters of a cell that match, ascending, for highlighting; empty when
    /// the filter is inverted, or when the row matches elsewhere.
    pub fn highlights(&self, cell: &str) -> Vec<usize> {
        if self.is_inverted { Vec::new() } else { self.pattern.places(cell) }
    }
}

#[cfg(test)]
mod tests;
