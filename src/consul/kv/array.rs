//! Splits a JSON array into its items while it arrives.
//!
//! It finds only where an item ends; what an item is is its parser's business, and one that is no
//! JSON fails there. Invariant: it holds no more than one unfinished item and the last piece.

use std::ops::Range;

/// A longer item is none of Consul's: a value has 512 KiB by default.
const LONGEST: usize = 16 << 20;

/// Cuts pieces of bytes into items.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    held: Vec<u8>,
    /// Where the item begins that is looked for; before it is done with.
    start: usize,
    /// How far it was looked.
    seen: usize,
    place: Place,
    depth: usize,
    in_text: bool,
    is_escaped: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Before,
    Inside,
    After,
}

/// Why it is no array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    NoArray,
    TooLong,
}

impl Splitter {
    /// Takes what arrived.
    pub fn feed(&mut self, piece: &[u8]) {
        self.held.drain(..self.start);
        self.seen -= self.start;
        self.start = 0;
        self.held.extend_from_slice(piece);
    }

    /// The next whole item; `None` when more must arrive first, or after the last one.
    pub fn item(&mut self) -> Result<Option<&[u8]>, Broken> {
        loop {
            let Some(place) = self.cut()? else { return Ok(None) };
            // Only '[]' has nothing between its brackets.
            if self.held.get(place.clone()).is_some_and(|item| !item.trim_ascii().is_empty()) {
                return Ok(self.held.get(place));
            }
        }
    }

    /// Where the next item lies.
    fn cut(&mut self) -> Result<Option<Range<usize>>, Broken> {
        while let Some(&byte) = self.held.get(self.seen) {
            if self.in_text {
                self.text();
                continue;
            }
            let at = self.seen;
            self.seen += 1;
            match (self.place, byte) {
                (_, b' ' | b'\n' | b'\r' | b'\t') => {}
                (Place::Before, b'[') => {
                    self.place = Place::Inside;
                    self.start = self.seen;
                }
                (Place::Before | Place::After, _) => return Err(Broken::NoArray),
                (Place::Inside, b',' | b']') if self.depth == 0 => {
                    if byte == b']' {
                        self.place = Place::After;
                    }
                    let start = std::mem::replace(&mut self.start, self.seen);
                    return Ok(Some(start..at));
                }
                (Place::Inside, b'"') => self.in_text = true,
                (Place::Inside, b'{' | b'[') => self.depth += 1,
                (Place::Inside, b'}' | b']') => {
                    self.depth = self.depth.checked_sub(1).ok_or(Broken::NoArray)?;
                }
                (Place::Inside, _) => {}
            }
        }
        if self.held.len() - self.start > LONGEST { Err(Broken::TooLong) } else { Ok(None) }
    }

    /// Goes on within a text to its end, or to the end of what is held.
    fn text(&mut self) {
        let rest = self.held.get(self.seen..).unwrap_or_default();
        if std::mem::take(&mut self.is_escaped) {
            self.seen += 1;
            return;
        }
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(place) => {
                self.is_escaped = rest.get(place) == Some(&b'\\');
                self.in_text = self.is_escaped;
                self.seen += place + 1;
            }
            None => self.seen = self.held.len(),
        }
    }

    /// True when the array is whole, or nothing came at all.
    pub fn is_whole(&self) -> bool {
        self.place == Place::After || (self.place == Place::Before && self.held.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn split(text: &[u8], step: usize) -> Result<Vec<Value>, Broken> {
        let mut splitter = Splitter::default();
        let mut items = Vec::new();
        for piece in text.chunks(step) {
            splitter.feed(piece);
            while let Some(item) = splitter.item()? {
                items.push(serde_json::from_slice(item).map_err(|_| Broken::NoArray)?);
            }
        }
        if splitter.is_whole() { Ok(items) } else { Err(Broken::NoArray) }
    }

    #[test]
    fn items_are_found_wherever_the_pieces_end() {
        let list = json!([{"a": "]}\",\\", "b": [1, {"c": null}]}, "x\\\"", 7, null, []]);
        let text = format!(" {list:#} \n");
        for step in 1..text.len() {
            assert_eq!(split(text.as_bytes(), step).unwrap(), *list.as_array().unwrap());
        }
    }

    #[test]
    fn an_empty_array_and_an_empty_body_have_no_items() {
        for text in ["[]", " [ \n] ", ""] {
            assert_eq!(split(text.as_bytes(), 1), Ok(Vec::new()), "{text:?}");
        }
    }

    #[test]
    fn what_breaks_off_or_is_no_array_is_told() {
        for text in ["[1, 2", "{}", "[}]", "[1] x", "[\"a]", "No cluster leader"] {
            assert_eq!(split(text.as_bytes(), 3), Err(Broken::NoArray), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_keys_come_back(keys: Vec<String>, step in 1_usize..40) {
            let text = serde_json::to_string(&keys).unwrap();
            let items = split(text.as_bytes(), step).unwrap();
            prop_assert_eq!(items, keys.into_iter().map(Value::from).collect::<Vec<_>>());
        }
    }
}
