//! Rows on screen: which are shown, in which order, and under which filter.

pub mod filter;
pub mod fuzzy;
