//! TOML: table heads, names before `=`, texts (also over several lines), numbers, dates, comments.

use super::cursor::Cursor;
use super::{State, word_role};
use crate::ui::theme::Role;

/// The words of TOML.
const WORDS: &[&str] = &["true", "false", "inf", "nan"];

/// Gives the pieces of a line.
pub(super) fn lex(cursor: &mut Cursor<'_, '_>, state: State) -> State {
    if let State::Quoted(quote) = state
        && !finish_long(cursor, quote)
    {
        return state;
    }
    if matches!(state, State::Plain) && is_table_head(cursor.rest()) {
        let len = cursor.rest().rfind(']').map_or(0, |at| at + 1);
        cursor.take(len, Role::CodeKey);
    }
    loop {
        cursor.blanks();
        match cursor.peek() {
            None => return State::Plain,
            Some('#') => cursor.take_rest(Role::CodeComment),
            Some(quote @ ('"' | '\'')) => {
                if let Some(state) = quoted(cursor, quote) {
                    return state;
                }
            }
            Some('{' | '}' | '[' | ']' | ',' | '=') => cursor.take(1, Role::CodeMark),
            Some(_) => word(cursor),
        }
    }
}

/// `[a.b]` or `[[a.b]]` alone on its line: a bracket at its very beginning, a name inside.
fn is_table_head(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or(line).trim();
    let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    !name.is_empty() && !name.contains([',', '='])
}

/// A text; the state when it goes on in the next line.
fn quoted(cursor: &mut Cursor<'_, '_>, quote: char) -> Option<State> {
    let three = quote.to_string().repeat(3);
    if cursor.at(&three) {
        cursor.take(3, Role::CodeString);
        return (!finish_long(cursor, quote)).then_some(State::Quoted(quote));
    }
    match cursor.quoted_len(quote, quote == '"') {
        Some(len) => {
            let after = cursor.rest().get(len..).unwrap_or_default();
            cursor.take(len, if is_name(after) { Role::CodeKey } else { Role::CodeString });
        }
        None => cursor.take_rest(Role::CodeString),
    }
    None
}

/// Takes a long text up to its three quotes; false when they are not in this line.
fn finish_long(cursor: &mut Cursor<'_, '_>, quote: char) -> bool {
    let three = quote.to_string().repeat(3);
    let mut from = 0;
    while let Some(rest) = cursor.rest().get(from..) {
        let Some(at) = rest.find(&three) else { break };
        let is_escaped = quote == '"' && ends_in_escape(rest.get(..at).unwrap_or_default());
        if !is_escaped {
            cursor.take(from + at + 3, Role::CodeString);
            cursor.take_while(Role::CodeString, |c| c == quote);
            return true;
        }
        from += at + 1;
    }
    cursor.take_rest(Role::CodeString);
    false
}

/// True when an odd number of backslashes ends a text.
fn ends_in_escape(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) % 2 == 1
}

/// True when what follows makes a name of what was before: `=` or a dot.
fn is_name(after: &str) -> bool {
    after.trim_start().starts_with(['=', '.'])
}

/// A name, a number, a date, a word.
fn word(cursor: &mut Cursor<'_, '_>) {
    let is_end = |c| matches!(c, '{' | '}' | '[' | ']' | ',' | '=' | '"' | '\'' | '#' | ' ' | '\t');
    let len = cursor.len_while(|c| !is_end(c)).max(1);
    let (word, after) = cursor.rest().split_at_checked(len).unwrap_or_default();
    let role = if is_name(after) { Role::CodeKey } else { word_role(word, WORDS) };
    cursor.take(len, role);
}
