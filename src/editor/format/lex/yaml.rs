//! YAML: keys, texts (quoted ones over several lines, blocks by indent), words, anchors, comments.

use super::cursor::Cursor;
use super::{State, word_role};
use crate::ui::theme::Role;

/// The words of YAML, of both its versions: to an operator `yes` is not a text.
const WORDS: &[&str] = &[
    "true", "false", "null", "~", "yes", "no", "on", "off", "True", "False", "Null", "Yes", "No",
    "On", "Off", "TRUE", "FALSE", "NULL",
];

/// Gives the pieces of a line.
pub(super) fn lex(cursor: &mut Cursor<'_, '_>, state: State) -> State {
    let indent = cursor.len_while(|c| c == ' ');
    match state {
        State::Block(least) if indent >= least || cursor.rest().trim().is_empty() => {
            cursor.take_rest(Role::CodeString);
            return state;
        }
        State::Quoted(quote) if !cursor.finish_quoted(quote, quote == '"') => return state,
        State::Quoted(_) => return values(cursor, 0),
        _ => {}
    }
    if cursor.at("---") || cursor.at("...") {
        cursor.take(3, Role::CodeMark);
        return values(cursor, 0);
    }
    if cursor.at("%") {
        cursor.take_rest(Role::CodeWord);
    }
    cursor.blanks();
    let mut least = indent;
    while cursor.at("- ") || cursor.rest() == "-" {
        let before = cursor.rest().len();
        cursor.take(1, Role::CodeMark);
        cursor.blanks();
        least += before - cursor.rest().len();
    }
    // A block's lines are indented deeper than its key, or than its last dash.
    let is_item = least > indent;
    match key_len(cursor.rest()) {
        Some(len) => {
            cursor.take(len, Role::CodeKey);
            cursor.blanks();
            cursor.take(1, Role::CodeMark);
            values(cursor, least + 1)
        }
        None => values(cursor, if is_item { indent + 1 } else { indent }),
    }
}

/// The length of a key that begins here: a plain or quoted text before `: ` or a final `:`.
fn key_len(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let len = super::cursor::end_of_quoted(text.get(1..)?, quote, quote == '"')? + 1;
        return is_colon(text.get(len..)?.trim_start()).then_some(len);
    }
    if text.starts_with(['#', '{', '[', '|', '>', ']', '}', ',']) {
        return None;
    }
    let (at, _) = text.match_indices(':').find(|(at, _)| text.get(*at..).is_some_and(is_colon))?;
    let key = text.get(..at)?.trim_end();
    (!key.is_empty() && !key.contains(" #")).then_some(key.len())
}

/// True for a colon that separates.
fn is_colon(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// What follows a key or a dash. A block of text would be indented by `least`.
fn values(cursor: &mut Cursor<'_, '_>, least: usize) -> State {
    loop {
        let blanks = cursor.rest().len();
        cursor.blanks();
        let is_apart = cursor.rest().len() < blanks;
        match cursor.peek() {
            None => return State::Plain,
            Some('#') if is_apart || least == 0 => cursor.take_rest(Role::CodeComment),
            Some('|' | '>') if is_block_head(cursor.rest()) => {
                block_head(cursor);
                return State::Block(least);
            }
            Some(quote @ ('"' | '\'')) => match cursor.quoted_len(quote, quote == '"') {
                Some(len) => flow_text(cursor, len),
                None => {
                    cursor.take_rest(Role::CodeString);
                    return State::Quoted(quote);
                }
            },
            Some('{' | '}' | '[' | ']' | ',' | ':') => cursor.take(1, Role::CodeMark),
            Some('&' | '*' | '!') => {
                cursor.take_while(Role::CodeWord, |c| !matches!(c, ' ' | ',' | ']' | '}'));
            }
            Some(_) => scalar(cursor),
        }
    }
}

/// A quoted text, or a key of a map in braces.
fn flow_text(cursor: &mut Cursor<'_, '_>, len: usize) {
    let after = cursor.rest().get(len..).unwrap_or_default();
    cursor.take(len, if is_colon(after) { Role::CodeKey } else { Role::CodeString });
}

/// `|`, `>-`, `|2`, with at most a comment behind.
fn is_block_head(text: &str) -> bool {
    let head = text.split(" #").next().unwrap_or(text).trim_end();
    head.chars().skip(1).all(|c| matches!(c, '-' | '+' | '0'..='9'))
}

fn block_head(cursor: &mut Cursor<'_, '_>) {
    cursor.take_while(Role::CodeMark, |c| c != ' ');
    cursor.blanks();
    cursor.take_rest(Role::CodeComment);
}

/// A plain text up to a comment, or to what ends it in brackets.
fn scalar(cursor: &mut Cursor<'_, '_>) {
    let rest = cursor.rest();
    let end = [" #", ", ", "]", "}", ": "].iter().filter_map(|end| rest.find(end)).min();
    let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest).trim_end();
    let after = rest.get(text.len()..).unwrap_or_default();
    let role = if is_colon(after) { Role::CodeKey } else { word_role(text, WORDS) };
    cursor.take(text.len().max(1), role);
}
