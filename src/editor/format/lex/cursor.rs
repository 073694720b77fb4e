//! A place in a line, from which pieces are taken and given away with a role.

use crate::ui::theme::Role;

/// What is left of a line.
pub(super) struct Cursor<'a, 'g> {
    rest: &'a str,
    give: &'g mut dyn FnMut(&'a str, Role),
}

impl<'a, 'g> Cursor<'a, 'g> {
    pub(super) fn new(line: &'a str, give: &'g mut dyn FnMut(&'a str, Role)) -> Self {
        Self { rest: line, give }
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next character.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// True when what is left begins so.
    pub(super) fn at(&self, start: &str) -> bool {
        self.rest.starts_with(start)
    }

    /// Gives the next `len` bytes away; a length inside a character means the whole character.
    pub(super) fn take(&mut self, len: usize, role: Role) {
        let len = self.rest.ceil_char_boundary(len.min(self.rest.len()));
        let (piece, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        if !piece.is_empty() {
            (self.give)(piece, role);
        }
    }

    /// Gives away all that is left.
    pub(super) fn take_rest(&mut self, role: Role) {
        self.take(self.rest.len(), role);
    }

    /// Gives away what is next as long as it is like this; how much that was.
    pub(super) fn take_while(&mut self, role: Role, is_in: impl Fn(char) -> bool) -> usize {
        let len = self.len_while(is_in);
        self.take(len, role);
        len
    }

    /// How many bytes are like this.
    pub(super) fn len_while(&self, is_in: impl Fn(char) -> bool) -> usize {
        self.rest.find(|c| !is_in(c)).unwrap_or(self.rest.len())
    }

    /// Blanks and tabs.
    pub(super) fn blanks(&mut self) {
        self.take_while(Role::Text, |c| c == ' ' || c == '\t');
    }

    /// The length of a quoted text that begins here, quotes included; `None` when it does not end
    /// in this line. A backslash takes the next character with it where `escapes` says so.
    pub(super) fn quoted_len(&self, quote: char, escapes: bool) -> Option<usize> {
        end_of_quoted(self.rest.get(quote.len_utf8()..)?, quote, escapes)
            .map(|len| len + quote.len_utf8())
    }

    /// Takes a text begun on a line before, up to and with the quote that ends it, or else the
    /// line; true when it ended.
    pub(super) fn finish_quoted(&mut self, quote: char, escapes: bool) -> bool {
        let end = end_of_quoted(self.rest, quote, escapes);
        self.take(end.unwrap_or(self.rest.len()), Role::CodeString);
        end.is_some()
    }
}

/// The length of a text up to and with the quote that ends it.
pub(super) fn end_of_quoted(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote {
            return Some(at + c.len_utf8());
        }
    }
    None
}
