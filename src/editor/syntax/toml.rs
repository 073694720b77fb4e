//! TOML, judged by `toml`.

use super::{Problem, at_byte};

/// What is wrong with a TOML text.
pub(super) fn problem(text: &str) -> Option<Problem> {
    let error = text.parse::<toml::Table>().err()?;
    let at = error.span().map_or(0, |span| span.start);
    let what =
        error.message().lines().next().unwrap_or("not TOML").trim_end_matches('.').to_owned();
    Some(at_byte(text, at, what))
}
