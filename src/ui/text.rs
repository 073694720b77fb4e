//! Text made fit for a cell: cleaned, measured, cut, and numbers and ages written short.
//!
//! Whatever came from a server goes through [`clean()`] or [`clean_lines`] before it is drawn: names
//! and outputs may hold escape sequences. Widths are display columns, summed over graphemes, as
//! ratatui draws them.

mod clean;
mod fit;
mod quantity;

pub use clean::{clean, clean_lines};
pub use fit::{pad, pad_left, truncate_end, truncate_middle, width};
pub use quantity::{age, at_least, bytes, compact, count, long_age, millis};
