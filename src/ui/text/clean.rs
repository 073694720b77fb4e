//! Takes from a text what would act on the terminal, or make it read otherwise than it is.
//!
//! Removed are whole escape sequences, control characters, and what is invisible: changes of the
//! writing direction, joiners, tags, variation selectors (terminals disagree about their width).
//! What an unfinished sequence would have swallowed stays visible.
//! Invariant: no control character comes out, and cleaning what is clean changes nothing.

use std::borrow::Cow;

use super::width;

/// How far apart tab stops are.
const TAB: usize = 8;
/// What begins every escape sequence.
const ESCAPE: char = '\u{1b}';

/// One line of clean text; line ends and tabs become blanks. Borrowed when it was clean.
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    strip(text, |c| out.push(if c == '\t' { ' ' } else { c }));
    Cow::Owned(out)
}

/// The lines of an output, each clean, tabs moved to stops of 8 columns. A lone carriage return
/// ends a line too; nothing gives no line.
pub fn clean_lines(text: &str) -> Vec<String> {
    text.lines().flat_map(|line| line.split('\r')).map(line).collect()
}

/// One line with its tabs at their stops.
fn line(text: &str) -> String {
    if is_clean(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    strip(text, |c| {
        if c == '\t' {
            let stop = TAB - width(&out) % TAB;
            out.extend(std::iter::repeat_n(' ', stop));
        } else {
            out.push(c);
        }
    });
    out
}

/// True when a text may be drawn as it is.
fn is_clean(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        || !text.chars().any(|c| c.is_control() || is_invisible(c) || is_line_end(c))
}

/// Gives the visible characters one by one, tabs as they are and line ends as blanks.
fn strip(text: &str, mut give: impl FnMut(char)) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match c {
            ESCAPE => after_escape(after),
            '\u{9b}' => after_csi(after),
            // DCS, SOS, OSC, PM and APC in one character.
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => after_string(after),
            _ => after,
        };
        if is_line_end(c) {
            give(' ');
        } else if c == '\t' || !(c.is_control() || is_invisible(c)) {
            give(c);
        }
    }
}

/// What follows a sequence that began with the escape character.
fn after_escape(text: &str) -> &str {
    match text.chars().next() {
        Some('[') => after_csi(text.get(1..).unwrap_or_default()),
        Some('P' | 'X' | ']' | '^' | '_') => after_string(text.get(1..).unwrap_or_default()),
        _ => {
            let rest = text.trim_start_matches(|c| matches!(c, ' '..='/'));
            rest.strip_prefix(|c| matches!(c, '0'..='~')).unwrap_or(text)
        }
    }
}

/// What follows the parameters and the final character of a control sequence.
fn after_csi(text: &str) -> &str {
    let rest = text.trim_start_matches(|c| matches!(c, ' '..='?'));
    rest.strip_prefix(|c| matches!(c, '@'..='~')).unwrap_or(text)
}

/// What follows the terminator of a string sequence; the text itself when it has none in this
/// line, so that an unfinished one hides nothing.
fn after_string(text: &str) -> &str {
    let Some(end) = text.find(['\u{7}', '\u{9c}', ESCAPE, '\n', '\r']) else {
        return text;
    };
    let (_, rest) = text.split_at_checked(end).unwrap_or(("", text));
    let ended = rest.strip_prefix("\u{1b}\\").or_else(|| rest.strip_prefix(['\u{7}', '\u{9c}']));
    ended.unwrap_or(text)
}

/// True for what ends a line.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// True for characters that take no column and change how others read.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{ffa0}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_on_the_terminal_is_gone() {
        for (text, cleaned) in [
            ("web-1", "web-1"),
            ("日本 café", "日本 café"),
            ("\u{1b}[31;1mred\u{1b}[0m", "red"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]52;c;Zm9v\u{9c}x", "x"),
            ("\u{1b}P1$r\u{1b}\\x", "x"),
            ("\u{1b}(Bx\u{1b}cy\u{1b}7z", "xyz"),
            ("a\u{7}\u{8}\u{0}b\u{7f}", "ab"),
            ("one\ntwo\tthree", "one two three"),
            ("user\u{202e}txt.exe", "usertxt.exe"),
            ("we\u{200b}b\u{2066}\u{feff}", "web"),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn an_unfinished_sequence_hides_nothing() {
        assert_eq!(clean("\u{1b}]0;all that follows"), "0;all that follows");
        assert_eq!(clean("\u{1b}["), "");
        assert_eq!(clean("\u{1b}"), "");
        assert_eq!(clean("\u{1b}]0;a\u{1b}[31mb"), "0;ab");
    }

    #[test]
    fn an_output_is_cut_into_clean_lines() {
        let lines = clean_lines("HTTP GET: 500\r\n\u{1b}[1mbody\u{1b}[0m\n\na\tb\r50%\r100%");
        assert_eq!(lines, ["HTTP GET: 500", "body", "", "a       b", "50%", "100%"]);
        assert_eq!(clean_lines(""), Vec::<String>::new());
    }

    #[test]
    fn clean_text_is_borrowed() {
        assert!(matches!(clean("web-1 é"), Cow::Borrowed(_)));
    }

    /// Text with many pieces of escape sequences.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            "\u{1b}", "[", "]", "\u{9b}", "\u{7}", "\\", "31", "m", "P", "\n", "\r", "\t", "é",
            "日", "\u{202e}", "\u{200b}", "\u{9d}", "\u{9c}", " ", "x", "\u{0}", "\u{85}",
        ]);
        prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_control_character_comes_out(text in prop_oneof![any::<String>(), hostile()]) {
            let cleaned = clean(&text);
            let bad = |c: char| c.is_control() || is_invisible(c) || is_line_end(c);
            prop_assert!(!cleaned.contains(bad));
            prop_assert!(!clean_lines(&text).iter().any(|line| line.contains(bad)));
            prop_assert_eq!(&clean(&cleaned), &cleaned);
        }
    }
}
