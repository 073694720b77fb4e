//! Whether a text is well-formed in its format, and if not where and why.
//!
//! JSON is judged by `serde_json`, TOML by `toml`, YAML by `saphyr-parser`, HCL by `hcl-edit`: parsers
//! of the whole language, so that right text is never called wrong. What is not understood for sure
//! (templates, HCL 1) passes. Plain text and binary values are always well-formed.

mod hcl;
mod json;
mod template;
#[cfg(test)]
mod tests;
mod toml;
mod yaml;

use std::fmt;

use super::format::Format;

/// The deepest nesting that is judged. Parsers recurse and stop somewhere, or run out of stack;
/// people nest a tenth of it.
const DEEPEST: usize = 100;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong: lower case, no full stop. May quote the text: clean it before drawing.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.what)
    }
}

/// The first thing that is wrong with a text in its format; `None` when it is well-formed.
pub fn problem(format: Format, bytes: &[u8]) -> Option<Problem> {
    let text = match (format, std::str::from_utf8(bytes)) {
        (Format::Text | Format::Binary, _) => return None,
        (_, Ok(text)) => text,
        (_, Err(error)) => return Some(not_text(bytes, error.valid_up_to())),
    };
    if template::is_template(text) || depth(text) > DEEPEST {
        return None;
    }
    match format {
        Format::Json => json::problem(text),
        Format::Yaml => yaml::problem(text),
        Format::Toml => toml::problem(text),
        Format::Hcl => hcl::problem(text),
        Format::Text | Format::Binary => None,
    }
}

/// How deep brackets nest, those inside texts and comments counted too.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The problem of bytes that are no text from `at` on.
fn not_text(bytes: &[u8], at: usize) -> Problem {
    let before = bytes.get(..at).and_then(|head| std::str::from_utf8(head).ok()).unwrap_or("");
    at_byte(before, before.len(), "not UTF-8 from here on".to_owned())
}

/// The problem at a byte of the text.
fn at_byte(text: &str, at: usize, what: String) -> Problem {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Problem { line, column, what }
}
