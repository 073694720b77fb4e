//! What views draw with: each a plain function over a buffer.
//!
//! Nothing here keeps state; nothing draws outside of its area, which may be empty.

pub mod line;
pub mod pane;
pub mod spark;
pub mod stack;
pub mod table;
