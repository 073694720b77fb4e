//! A row as filters see it: its text without case, and its mask.
//!
//! Made once per change of the row, never per key. Invariant: cells stand on lines of their own.

use crate::table::fuzzy::{CharMask, fold};

/// A row as filters see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowText {
    text: Box<str>,
    mask: CharMask,
}

impl RowText {
    /// From the texts of a row: what its cells show and whatever else it should be found by, such
    /// as tags and `key=value` of meta.
    pub fn new<'a>(cells: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        for (place, cell) in cells.into_iter().enumerate() {
            if place > 0 {
                text.push('\n');
            }
            text.push_str(cell);
        }
        let text = fold(&text).into_boxed_str();
        Self { mask: CharMask::of(&text), text }
    }

    /// The text, folded, a line a cell.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Which characters it has.
    pub(super) fn mask(&self) -> CharMask {
        self.mask
    }
}
