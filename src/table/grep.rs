//! Looking for a text in values, line by line.
//!
//! ```text
//! port 80      this text, whatever its case unless it has a capital letter
//! port = \d+/  with a slash at its end, a regular expression
//! ```
//! A value is bytes and is matched as bytes. Invariant: a value that matches has at least one line to
//! show for it.

use std::borrow::Cow;

use regex::bytes::{Regex, RegexBuilder};

use super::fuzzy::{CharMask, Fuzzy, fold};

/// The most memory that a compiled expression may take: `a{9999}` must not stop the program.
const MOST_BYTES: usize = 1 << 20;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Grep {
    text: String,
    pattern: Pattern,
}

#[derive(Clone, Debug)]
enum Pattern {
    Exact(Regex),
    Fuzzy(Fuzzy),
}

impl Grep {
    /// Reads what is typed behind a slash: a text, or with a slash at its end an expression.
    ///
    /// # Errors
    /// Why it is no regular expression, in a line.
    pub fn parse(typed: &str) -> Result<Self, String> {
        match typed.strip_suffix('/').filter(|text| !text.is_empty()) {
            Some(expression) => Self::regex(expression),
            None => Self::text(typed),
        }
    }

    /// This text as it stands.
    ///
    /// # Errors
    /// It is too long to be looked for.
    pub fn text(text: &str) -> Result<Self, String> {
        Self::exact(text, &regex::escape(text))
    }

    /// What a regular expression matches; `^` and `$` are the beginning and the end of a line.
    ///
    /// # Errors
    /// Why it is none, in a line.
    pub fn regex(text: &str) -> Result<Self, String> {
        Self::exact(text, text)
    }

    /// A fuzzy query.
    pub fn fuzzy(text: &str) -> Self {
        Self { text: text.to_owned(), pattern: Pattern::Fuzzy(Fuzzy::new(text)) }
    }

    fn exact(text: &str, source: &str) -> Result<Self, String> {
        let mut builder = RegexBuilder::new(source);
        builder.case_insensitive(!text.chars().any(char::is_uppercase)).multi_line(true);
        let regex = builder.size_limit(MOST_BYTES).build().map_err(|error| {
            // The crate draws the expression above the reason.
            let text = error.to_string();
            let line = text.lines().last().unwrap_or_default().trim();
            line.strip_prefix("error: ").unwrap_or(line).to_owned()
        })?;
        Ok(Self { text: text.to_owned(), pattern: Pattern::Exact(regex) })
    }

    /// What was typed, without what makes it an expression.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when it is in these bytes.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        match &self.pattern {
            Pattern::Exact(regex) => regex.is_match(bytes),
            Pattern::Fuzzy(fuzzy) => {
                let folded = fold(&String::from_utf8_lossy(bytes));
                fuzzy.score(&folded, CharMask::of(&folded)).is_some()
            }
        }
    }

    /// The lines of a value that match, with their numbers from 1. A match over several lines counts
    /// for the first line of the value.
    pub fn lines<'a>(&self, value: &'a [u8]) -> Vec<(usize, &'a [u8])> {
        if !self.is_in(value) {
            return Vec::new();
        }
        let lines = || value.split(|byte| *byte == b'\n').enumerate();
        let mut hits: Vec<(usize, &[u8])> = lines().filter(|(_, line)| self.is_in(line)).collect();
        if hits.is_empty() {
            hits.extend(lines().next());
        }
        hits.into_iter().map(|(at, line)| (at + 1, line)).collect()
    }

    /// What stands in a line before the first match.
    pub fn before<'a>(&self, line: &'a [u8]) -> Cow<'a, str> {
        String::from_utf8_lossy(line.get(..self.start(line)).unwrap_or_default())
    }

    /// The byte of a line at which the first match begins.
    fn start(&self, line: &[u8]) -> usize {
        match &self.pattern {
            Pattern::Exact(regex) => regex.find(line).map_or(0, |found| found.start()),
            Pattern::Fuzzy(_) => 0,
        }
    }

    /// A line without the blanks around it; of a long one, so many bytes around the first match.
    pub fn excerpt(&self, line: &[u8], most: usize) -> String {
        let line = line.trim_ascii();
        if line.len() <= most {
            return String::from_utf8_lossy(line).into_owned();
        }
        let start = self.start(line).saturating_sub(most / 4).min(line.len() - most);
        // No character is cut in two.
        let is_inside = |at: &usize| line.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
        let start = (start..line.len()).find(|at| !is_inside(at)).unwrap_or(start);
        let end = (start + most).min(line.len());
        let end = (start..=end).rev().find(|at| !is_inside(at)).unwrap_or(end);
        let text = String::from_utf8_lossy(line.get(start..end).unwrap_or_default());
        let before = if start > 0 { "…" } else { "" };
        let after = if end < line.len() { "…" } else { "" };
        format!("{before}{text}{after}")
    }

    /// The places of the characters of a text that match, ascending.
    pub fn places(&self, text: &str) -> Vec<usize> {
        let regex = match &self.pattern {
            Pattern::Exact(regex) => regex,
            Pattern::Fuzzy(fuzzy) => return fuzzy.indices(&fold(text)),
        };
        let found: Vec<_> = regex.find_iter(text.as_bytes()).map(|found| found.range()).collect();
        let is_in = |at: usize| found.iter().any(|range| range.contains(&at));
        let chars = text.char_indices().enumerate();
        chars.filter(|(_, (at, _))| is_in(*at)).map(|(place, _)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(typed: &str, value: &str) -> Vec<(usize, String)> {
        let grep = Grep::parse(typed).unwrap();
        let text = |(at, line): (usize, &[u8])| (at, String::from_utf8_lossy(line).into_owned());
        grep.lines(value.as_bytes()).into_iter().map(text).collect()
    }

    #[test]
    fn a_text_is_taken_as_it_stands_and_an_expression_between_slashes() {
        let value = "port = 80\nPORT = 443\nport.80";
        assert_eq!(lines("port = 80", value), [(1, "port = 80".to_owned())]);
        assert_eq!(lines("port.80", value), [(3, "port.80".to_owned())]);
        assert_eq!(lines("port", value).len(), 3);
        assert_eq!(lines("PORT", value), [(2, "PORT = 443".to_owned())]);
        assert_eq!(lines(r"^port = \d+$/", value).len(), 2);
        assert_eq!(lines("nothing", value), []);
        assert!(Grep::parse("a(/").unwrap_err().contains("unclosed"));
        assert_eq!(Grep::parse("a(").unwrap().as_str(), "a(");
    }

    #[test]
    fn a_match_over_several_lines_is_shown_by_the_first() {
        assert_eq!(lines(r"a\nb/", "x\na\nb"), [(1, "x".to_owned())]);
    }

    #[test]
    fn of_a_long_line_what_stands_around_the_match_is_shown() {
        let grep = Grep::parse("needle").unwrap();
        let line = format!("  {}needle{}", "ü".repeat(500), "x".repeat(500));
        let shown = grep.excerpt(line.as_bytes(), 40);
        assert!(shown.starts_with("…ü") && shown.ends_with("x…"), "{shown}");
        assert!(shown.contains("needle") && shown.len() <= 46, "{shown}");
        assert_eq!(grep.before(line.as_bytes()).chars().count(), 502);
        assert_eq!(grep.before(b"nothing"), "");
        assert_eq!(grep.excerpt(b" a needle ", 40), "a needle");
        assert!(!grep.excerpt("ü".repeat(300).as_bytes(), 41).contains('\u{fffd}'));
    }

    #[test]
    fn places_are_those_of_characters() {
        assert_eq!(Grep::parse("ü").unwrap().places("aüüb"), [1, 2]);
        assert_eq!(Grep::fuzzy("ab").places("xab"), [1, 2]);
    }
}
