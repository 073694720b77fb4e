//! JSON, judged by `serde_json`. Numbers of any size and double names are well-formed.

use serde::de::IgnoredAny;

use super::Problem;

/// What is wrong with a JSON text.
pub(super) fn problem(text: &str) -> Option<Problem> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let what = error.to_string();
    let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what).to_owned();
    let line = error.line().max(1);
    // serde_json counts bytes; what is shown counts characters.
    let of_line = text.split('\n').nth(line - 1).unwrap_or_default();
    let before = of_line.get(..of_line.floor_char_boundary(error.column())).unwrap_or(of_line);
    let is_comma = what.starts_with("key must be") && before.ends_with('}');
    let what = if is_comma { "trailing comma".to_owned() } else { what };
    Some(Problem { line, column: before.chars().count().max(1), what })
}
