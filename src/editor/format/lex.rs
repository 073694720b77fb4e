//! The lexers: pieces of a line with their roles, and the state that the next line begins in.
//!
//! One line at a time, so that only what is drawn is coloured. A lexer never fails: what it does not
//! know is text. Pieces come in order, without gaps, and make up the line.

mod cursor;
mod hcl;
mod json;
#[cfg(test)]
mod tests;
mod toml;
mod yaml;

use super::Format;
use crate::ui::theme::Role;
use cursor::Cursor;

/// What a line begins inside of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    #[default]
    Plain,
    /// A comment between `/*` and `*/`.
    Comment,
    /// A quoted text over several lines, up to this quote (three of them in TOML).
    Quoted(char),
    /// An indented block of text: lines indented by at least this much belong to it.
    Block(usize),
    /// A text up to a line that is the marker of this hash.
    Heredoc(u64),
}

/// Gives the pieces of a line that begins in a state, and the state of the next.
pub(super) fn lex<'a>(
    format: Format,
    state: State,
    line: &'a str,
    give: &mut dyn FnMut(&'a str, Role),
) -> State {
    let mut cursor = Cursor::new(line, give);
    match format {
        Format::Json => json::lex(&mut cursor),
        Format::Yaml => return yaml::lex(&mut cursor, state),
        Format::Toml => return toml::lex(&mut cursor, state),
        Format::Hcl => return hcl::lex(&mut cursor, state),
        Format::Text | Format::Binary => cursor.take_rest(Role::Text),
    }
    State::Plain
}

/// What a bare word is: a number or date, a word of the format, or text.
fn word_role(word: &str, words: &[&str]) -> Role {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | ':'))
        && digits
            .chars()
            .filter(char::is_ascii_alphabetic)
            .all(|c| "xobeETZtzabcdfABCDF".contains(c));
    if words.contains(&word) {
        Role::CodeWord
    } else if is_number {
        Role::CodeNumber
    } else {
        Role::Text
    }
}
