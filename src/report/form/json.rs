//! JSON: one array, an object a line; or a line by itself.
//!
//! JSON lets DEL and the C1 control characters stand as they are, but some terminals act on them,
//! and on marks that turn the writing direction; they are escaped. A parser reads the same text.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

/// These rows as an array.
///
/// # Errors
/// When a row cannot be JSON, which none of ours is.
pub(in crate::report) fn json<T: Serialize>(
    rows: impl IntoIterator<Item = T>,
) -> serde_json::Result<String> {
    let mut out = Vec::from(*b"[");
    for (place, row) in rows.into_iter().enumerate() {
        out.extend(if place == 0 { &b"\n"[..] } else { b",\n" });
        write(&row, &mut out)?;
    }
    out.extend(if out.len() > 1 { &b"\n]\n"[..] } else { b"]\n" });
    String::from_utf8(out).map_err(serde::ser::Error::custom)
}

/// One row by itself, in a line.
///
/// # Errors
/// As [`json`].
pub(crate) fn json_line<T: Serialize>(row: &T) -> serde_json::Result<String> {
    let mut out = Vec::new();
    write(row, &mut out)?;
    String::from_utf8(out).map_err(serde::ser::Error::custom)
}

fn write<T: Serialize>(row: &T, out: &mut Vec<u8>) -> serde_json::Result<()> {
    row.serialize(&mut serde_json::Serializer::with_formatter(out, Escaping))
}

/// Compact, with more escapes.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| acts(*c)) {
            let (before, from) = rest.split_at(at);
            write!(writer, "{before}\\u{:04x}", u32::from(c))?;
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// True for what a terminal may act on; all of it is in the basic plane.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_stands_as_it_is() {
        let evil = "a\u{1b}[2J\u{9b}2J\u{7f}\u{202e}\n\t\"é\u{0}";
        let text = json([evil]).unwrap();
        assert!(!text.trim_end().chars().any(|c| c != '\n' && acts(c)), "{text:?}");
        assert_eq!(text.matches('\n').count(), 3);
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), [evil]);
    }

    #[test]
    fn no_rows_are_an_empty_array() {
        assert_eq!(json::<()>([]).unwrap(), "[]\n");
    }
}
