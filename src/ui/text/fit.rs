//! Text measured, cut and filled to display columns.
//!
//! Cutting goes by graphemes, so a wide one is never halved: what it leaves free is filled with
//! blanks by [`pad`]. Invariant: nothing that is cut is wider than asked for.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What stands for the text that was cut; one column.
const ELLIPSIS: &str = "…";

/// The display columns of a text.
pub fn width(text: &str) -> usize {
    if is_printable_ascii(text) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// True when every byte is a column.
fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Cut at the end, an ellipsis there: for prose. Borrowed when it fits.
pub fn truncate_end(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}{ELLIPSIS}", head(text, columns - 1)))
}

/// Cut in the middle, an ellipsis there: for names and paths, whose ends tell them apart. Borrowed
/// when it fits.
pub fn truncate_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let room = columns - 1;
    let head = head(text, room - room / 2);
    let tail = tail(text, room / 2);
    Cow::Owned(format!("{head}{ELLIPSIS}{tail}"))
}

/// Exactly so many columns: cut at the end or filled with blanks behind it.
pub fn pad(text: &str, columns: usize) -> String {
    let mut cut = truncate_end(text, columns).into_owned();
    let missing = columns.saturating_sub(width(&cut));
    cut.extend(std::iter::repeat_n(' ', missing));
    cut
}

/// Exactly so many columns: cut at the end or filled with blanks before it, as numbers are.
pub fn pad_left(text: &str, columns: usize) -> String {
    let cut = truncate_end(text, columns);
    let missing = columns.saturating_sub(width(&cut));
    format!("{:missing$}{cut}", "")
}

/// As much of the beginning as fits.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut end = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > columns {
            break;
        }
        end += grapheme.len();
    }
    text.get(..end).unwrap_or_default()
}

/// As much of the end as fits.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for grapheme in text.graphemes(true).rev() {
        used += grapheme.width();
        if used > columns {
            break;
        }
        start -= grapheme.len();
    }
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_are_those_of_the_screen() {
        for (text, columns) in [("", 0), ("web", 3), ("日本", 4), ("e\u{301}", 1), ("🔥", 2)] {
            assert_eq!(width(text), columns, "{text}");
        }
    }

    #[test]
    fn prose_is_cut_at_its_end() {
        for (text, columns, cut) in [
            ("connection refused", 30, "connection refused"),
            ("connection refused", 11, "connection…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("web", 1, "…"),
            ("web", 0, ""),
        ] {
            assert_eq!(truncate_end(text, columns), cut, "{text} {columns}");
        }
    }

    #[test]
    fn names_are_cut_in_their_middle() {
        for (text, columns, cut) in [
            ("web-host-000017", 9, "web-…0017"),
            ("web-host-000017", 8, "web-…017"),
            ("web", 3, "web"),
            ("webs", 2, "w…"),
            ("webs", 1, "…"),
            ("webs", 0, ""),
        ] {
            assert_eq!(truncate_middle(text, columns), cut, "{text} {columns}");
        }
    }

    #[test]
    fn filling_gives_the_exact_width() {
        assert_eq!(pad("日本語", 6), "日本語");
        assert_eq!(pad("日本語", 4), "日… ");
        assert_eq!(pad_left("42", 5), "   42");
        assert_eq!(pad_left("日本語", 4), " 日…");
    }

    proptest! {
        #[test]
        fn nothing_cut_is_wider_than_asked_for(text in any::<String>(), columns in 0..40_usize) {
            let text = crate::ui::text::clean(&text);
            prop_assert!(width(&truncate_end(&text, columns)) <= columns);
            prop_assert!(width(&truncate_middle(&text, columns)) <= columns);
            prop_assert_eq!(width(&pad(&text, columns)), columns);
            prop_assert_eq!(width(&pad_left(&text, columns)), columns);
        }
    }
}
