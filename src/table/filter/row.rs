//! A row as filters see it: its text without case, and its mask.
//!
//! Made once per change of the row, never per key; cloning one shares its text. A row that stands
//! for several others shares theirs. Invariant: cells stand on lines of their own.

use std::sync::Arc;

use crate::table::fuzzy::{CharMask, fold};

/// A row as filters see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowText(Texts);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Texts {
    One(Folded),
    AnyOf(Arc<[Folded]>),
}

/// A text without case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    /// A line a cell.
    pub text: Arc<str>,
    /// Which characters it has.
    pub mask: CharMask,
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
        let text = fold(&text);
        Self(Texts::One(Folded { mask: CharMask::of(&text), text: text.into() }))
    }

    /// Of a row that stands for several others: it is shown when one of them would be. Cost: one
    /// pointer each.
    pub fn any_of<'a>(rows: impl IntoIterator<Item = &'a Self>) -> Self {
        Self(Texts::AnyOf(rows.into_iter().flat_map(|row| row.texts().iter().cloned()).collect()))
    }

    /// The texts of which one must match.
    pub(super) fn texts(&self) -> &[Folded] {
        match &self.0 {
            Texts::One(text) => std::slice::from_ref(text),
            Texts::AnyOf(texts) => texts,
        }
    }
}
