//! The part of the support code that needs no Consul, for the program that takes the screenshots.
//!
//! `tests/shot` includes it by its path: a module included so finds its own modules beside it.
#![allow(
    dead_code,
    reason = "a screenshot needs less of the terminal than the tests do"
)]

pub mod screen;
pub mod svg;
pub mod wait;
