//! HCL: blocks and attributes, texts with `${ }` inside, heredocs, comments of three kinds.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::cursor::Cursor;
use super::{State, word_role};
use crate::ui::theme::Role;

/// The words of HCL.
const WORDS: &[&str] = &["true", "false", "null", "for", "in", "if"];

/// Gives the pieces of a line.
pub(super) fn lex(cursor: &mut Cursor<'_, '_>, state: State) -> State {
    match state {
        State::Heredoc(marker) => {
            let is_end = hash(cursor.rest().trim()) == marker;
            cursor.take_rest(Role::CodeString);
            return if is_end { State::Plain } else { state };
        }
        State::Comment if !finish_comment(cursor) => return state,
        _ => {}
    }
    let mut is_first = true;
    loop {
        cursor.blanks();
        match cursor.peek() {
            None => return State::Plain,
            Some('#') => cursor.take_rest(Role::CodeComment),
            Some('/') if cursor.at("//") => cursor.take_rest(Role::CodeComment),
            Some('/') if cursor.at("/*") => {
                if !finish_comment(cursor) {
                    return State::Comment;
                }
            }
            Some('<') if cursor.at("<<") => return heredoc(cursor),
            Some('"') => {
                let len = text_len(cursor.rest());
                let after = cursor.rest().get(len..).unwrap_or_default();
                cursor.take(len, if is_name(after) { Role::CodeKey } else { Role::CodeString });
            }
            Some(c) if c.is_alphanumeric() || c == '_' || c == '-' => word(cursor, is_first),
            Some(_) => cursor.take(1, Role::CodeMark),
        }
        is_first = false;
    }
}

/// Takes a comment up to its end; false when that is not in this line.
fn finish_comment(cursor: &mut Cursor<'_, '_>) -> bool {
    let end = cursor.rest().find("*/");
    cursor.take(end.map_or(usize::MAX, |at| at + 2), Role::CodeComment);
    end.is_some()
}

/// `<<MARKER` or `<<-MARKER`: the text begins in the next line.
fn heredoc(cursor: &mut Cursor<'_, '_>) -> State {
    let marker = cursor.rest().trim_start_matches('<').trim_start_matches('-').trim();
    let state = if marker.is_empty() { State::Plain } else { State::Heredoc(hash(marker)) };
    cursor.take_rest(Role::CodeMark);
    state
}

/// A marker as a number, so that a state stays small.
fn hash(marker: &str) -> u64 {
    FixedState::default().hash_one(marker)
}

/// The length of a text that begins here; quotes inside `${ }` do not end it.
fn text_len(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '$' | '%' if chars.next_if(|(_, next)| *next == '{').is_some() => depth += 1,
            '{' if depth > 0 => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '"' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// True when `=` or `:` follows, but not `==`.
fn is_name(after: &str) -> bool {
    let after = after.trim_start();
    after.starts_with(':') || (after.starts_with('=') && !after.starts_with("=="))
}

/// A name, the kind of a block (the first word of a line before `{` or a label), a number, a word.
fn word(cursor: &mut Cursor<'_, '_>, is_first: bool) {
    let len = cursor.len_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let (word, after) = cursor.rest().split_at_checked(len).unwrap_or_default();
    let is_block = is_first && after.trim_start().starts_with(['{', '"']);
    let role = if is_name(after) || is_block { Role::CodeKey } else { word_role(word, WORDS) };
    cursor.take(len, role);
}
