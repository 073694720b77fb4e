//! What a list needs to know of its rows, and how they are sorted.
//!
//! Every order is total: rows that a column calls equal are told apart by [`Row::tie`].

use std::cmp::Ordering;
use std::hash::Hash;
use std::sync::Arc;

use super::filter::RowText;

/// What a list needs to know of its rows. Cloning one must be cheap.
pub trait Row: Clone + Send + Sync + 'static {
    /// What names the row; two rows with one key are the same row at two moments.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// Its key.
    fn key(&self) -> Self::Key;
    /// Everything that a filter looks at.
    fn text(&self) -> RowText;
    /// How many texts that is: more than one for a row that stands for others.
    fn weight(&self) -> usize {
        1
    }
    /// The order among rows that the sort column calls equal. Total.
    fn tie(&self, other: &Self) -> Ordering;
}

/// Compares two rows by a column, ascending.
pub type Compare<R> = Arc<dyn Fn(&R, &R) -> Ordering + Send + Sync>;

/// How a list is sorted.
pub struct Sort<R> {
    /// The column's id.
    pub column: Arc<str>,
    /// Greatest first.
    pub descending: bool,
    /// The column's comparison.
    pub compare: Compare<R>,
}

impl<R> Clone for Sort<R> {
    fn clone(&self) -> Self {
        let (column, compare) = (Arc::clone(&self.column), Arc::clone(&self.compare));
        Self { column, descending: self.descending, compare }
    }
}

impl<R: Row> Sort<R> {
    /// The order of two rows under this sort.
    pub fn order(&self, a: &R, b: &R) -> Ordering {
        let by_column = (self.compare)(a, b);
        let by_column = if self.descending { by_column.reverse() } else { by_column };
        by_column.then_with(|| a.tie(b))
    }
}
