//! Drawing: colours, glyphs, and text made fit for a cell.

pub mod clipboard;
pub mod glyph;
pub mod text;
pub mod theme;
