//! Rows on screen: which are shown, in which order, under which filter, and where the cursor is.
//!
//! Generic over what a row is: it knows nothing of Consul.

pub mod column;
mod cursor;
pub mod filter;
pub mod fuzzy;
pub mod grep;
pub mod job;
pub mod model;
pub mod row;
mod slots;
