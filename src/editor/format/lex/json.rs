//! JSON: names, texts, numbers, words and marks. No text goes over a line's end.

use super::cursor::Cursor;
use super::word_role;
use crate::ui::theme::Role;

/// The words of JSON.
const WORDS: &[&str] = &["true", "false", "null"];

/// Gives the pieces of a line.
pub(super) fn lex(cursor: &mut Cursor<'_, '_>) {
    loop {
        cursor.blanks();
        match cursor.peek() {
            None => return,
            Some('"') => quoted(cursor),
            Some('{' | '}' | '[' | ']' | ',' | ':') => cursor.take(1, Role::CodeMark),
            Some(_) => word(cursor),
        }
    }
}

/// A text, or the name of a member when a colon follows.
fn quoted(cursor: &mut Cursor<'_, '_>) {
    let Some(len) = cursor.quoted_len('"', true) else { return cursor.take_rest(Role::CodeString) };
    let after = cursor.rest().get(len..).unwrap_or_default();
    let is_name = after.trim_start_matches([' ', '\t']).starts_with(':');
    cursor.take(len, if is_name { Role::CodeKey } else { Role::CodeString });
}

/// A number, a word, or what should not be there.
fn word(cursor: &mut Cursor<'_, '_>) {
    let len =
        cursor.len_while(|c| !matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | '"' | ' ' | '\t'));
    let word = cursor.rest().get(..len).unwrap_or_default();
    cursor.take(len.max(1), word_role(word, WORDS));
}
