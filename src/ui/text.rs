//! Text made fit for a cell.
use std::{borrow::Cow, time::Duration};
/// One line: no control characters, no escape sequences, no bidi tricks.
pub fn clean(_text: &str) -> Cow<'_, str> {
    todo!()
}
/// Lines of an output, each clean; `\r\n` and `\n` end a line.
pub fn clean_lines(_text: &str) -> Vec<String> {
    todo!()
}
/// `42s`, `3m`, `2d`.
pub fn age(_age: Duration) -> String {
    todo!()
}
/// An age that may be longer: `>= 4m`.
pub fn at_least(_age: Duration) -> String {
    todo!()
}
/// `1,234`.
pub fn count(_n: usize) -> String {
    todo!()
}
/// `12.3k`.
pub fn compact(_n: usize) -> String {
    todo!()
}
/// `1.2 MB`.
pub fn bytes(_n: u64) -> String {
    todo!()
}
/// `0.8ms`, `18ms`, `1.2s`.
pub fn millis(_d: Duration) -> String {
    todo!()
}
/// Display columns.
pub fn width(_text: &str) -> usize {
    todo!()
}
/// Cut at the end, for prose.
pub fn truncate_end(_text: &str, _width: usize) -> Cow<'_, str> {
    todo!()
}
/// Cut in the middle, for names and paths.
pub fn truncate_middle(_text: &str, _width: usize) -> Cow<'_, str> {
    todo!()
}
/// Exactly so many columns: cut or filled at the right.
pub fn pad(_text: &str, _width: usize) -> String {
    todo!()
}
/// Exactly so many columns: cut or filled at the left (numbers).
pub fn pad_left(_text: &str, _width: usize) -> String {
    todo!()
}
