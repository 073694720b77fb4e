//! Words of a line that may hold anything: keys, folders and files.
//!
//! A word ends at a blank unless it stands in quotes. In quotes `\"`, `\\`, `\n`, `\t` and `\u{..}`
//! stand for what has no other way into a line. Invariant: [`quoted`] makes a word that is read back
//! as it was.

use std::fmt::Write as _;

/// A word of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// True when it stood in quotes: then it is a name, whatever it begins with.
    pub is_quoted: bool,
}

/// The words of a line; `None` when quotes are open at its end or hold what cannot be read.
pub fn words(line: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = line.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        match rest.peek() {
            None => return Some(words),
            Some('"') => {
                rest.next();
                words.push(Word { text: in_quotes(&mut rest)?, is_quoted: true });
            }
            Some(_) => {
                let mut text = String::new();
                while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
                    text.push(c);
                }
                words.push(Word { text, is_quoted: false });
            }
        }
    }
}

/// What stands until the closing quote.
fn in_quotes(rest: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut text = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(text),
            '\\' => text.push(escaped(rest)?),
            c => text.push(c),
        }
    }
}

fn escaped(rest: &mut impl Iterator<Item = char>) -> Option<char> {
    match rest.next()? {
        'n' => Some('\n'),
        't' => Some('\t'),
        'u' => {
            let digits: String = rest.skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
        }
        c @ ('"' | '\\') => Some(c),
        _ => None,
    }
}

/// A name as a word of a line: in quotes where it needs them.
pub fn quoted(name: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '"';
    if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with('@') && !is_path(name) {
        return name.to_owned();
    }
    let mut word = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => word.extend(['\\', c]),
            '\n' => word.push_str("\\n"),
            '\t' => word.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(word, "\\u{{{:x}}}", u32::from(c));
            }
            c => word.push(c),
        }
    }
    word.push('"');
    word
}

/// True for what is a file's path and no key, unless it stands in quotes.
pub fn is_path(word: &str) -> bool {
    ["/", "./", "../", "~/"].iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_end_at_blanks_but_not_in_quotes() {
        let read = words(r#" app/  "a b\n\"c\"" @dc-2 "" "#).unwrap();
        let texts: Vec<_> = read.iter().map(|word| (&*word.text, word.is_quoted)).collect();
        assert_eq!(texts, [("app/", false), ("a b\n\"c\"", true), ("@dc-2", false), ("", true)]);
        assert_eq!(words("\"open"), None);
        assert_eq!(words(r#""\x""#), None);
    }

    #[test]
    fn a_word_is_quoted_only_where_it_must_be() {
        for (name, word) in [
            ("app/config.json", "app/config.json"),
            ("", "\"\""),
            ("@x", "\"@x\""),
            ("/x", "\"/x\""),
            ("a b", "\"a b\""),
            ("a\\b", "a\\b"),
            ("a\u{1b}", "\"a\\u{1b}\""),
        ] {
            assert_eq!(quoted(name), word, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(name in "\\PC*|[ \\t\\n\"@/\\\\~.\\x00-\\x1f]{0,6}") {
            let read = words(&quoted(&name)).unwrap();
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(&read[0].text, &name);
        }
    }
}
