//! The filter of a table: plain, regex, inverted, fuzzy.

use super::fuzzy::CharMask;

/// A row as a filter sees it, made once per change of the row.
#[derive(Clone, Debug)]
pub struct RowText { text: Box<str>, mask: CharMask }
impl RowText {
    /// From the row's cells (any text may be added: tags, meta `k=v`).
    pub fn new<'a>(_cells: impl IntoIterator<Item = &'a str>) -> Self { todo!() }
}
/// Why a filter cannot be used; one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError(String);
/// A filter, understood. The default one lets everything through.
#[derive(Clone, Debug, Default)]
pub struct Filter {}
impl Filter {
    pub fn parse(_text: &str) -> Result<Self, FilterError> { todo!() }
    /// As typed.
    pub fn text(&self) -> &str { todo!() }
    /// True when it lets everything through.
    pub fn is_empty(&self) -> bool { todo!() }
    /// `None`: not shown. Else how well it fits (0 unless fuzzy).
    pub fn matches(&self, _row: &RowText) -> Option<i64> { todo!() }
    /// True when what `previous` let through includes all that this lets through.
    pub fn narrows(&self, _previous: &Self) -> bool { todo!() }
    /// Char positions of the match in a cell, for highlighting; empty when inverted or none.
    pub fn highlights(&self, _cell: &str) -> Vec<usize> { todo!() }
}
/// What typing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed { Same, Narrowed, Replaced }
/// The filter line while it is typed: a half-typed regex keeps the last good filter.
#[derive(Clone, Debug, Default)]
pub struct LiveFilter {}
impl LiveFilter {
    pub fn set(&mut self, _text: &str) -> Changed { todo!() }
    /// The last good one.
    pub fn filter(&self) -> &Filter { todo!() }
    /// As typed, good or not.
    pub fn text(&self) -> &str { todo!() }
    pub fn error(&self) -> Option<&FilterError> { todo!() }
}
