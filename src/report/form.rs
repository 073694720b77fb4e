//! The three forms of an answer: a table for people, CSV and JSON for programs.
//!
//! Tables and CSV hold no control characters. JSON holds every text as it is, but escaped, so that
//! none of the three can act on a terminal.

mod csv;
mod grid;
mod json;
mod table;

pub(super) use csv::csv;
pub(crate) use grid::{Column, Grid};
pub(super) use json::json;
pub(crate) use json::json_line;
pub(crate) use table::table;
