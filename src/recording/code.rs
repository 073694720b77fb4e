//! How what is recorded is written as bytes, and read back.
//!
//! Compact and exact: what is read equals what was written. Texts stand once in a table before the
//! rest, and are numbers after it, so that a name that a thousand rows have costs its bytes once
//! and one allocation when it is read. Every type is written by its fields in their order, by the
//! macros of [`shape`]: a field that is added to a type does not compile until it stands there too.
//! Invariant: bytes from outside never panic and never take more memory than they are long, times
//! the size of a row.

mod consumers;
mod feed;
mod health;
mod kv;
mod plain;
mod rollouts;
pub(super) mod shape;
mod store;
mod streams;
#[cfg(test)]
pub(super) mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

/// The number of the form in which this program writes. It grows with each change of a type: then
/// what is new says since when it is there ([`shape`]), and older recordings can still be read.
pub const FORMAT: u8 = 2;

/// Bytes that do not read as what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it does not read as {0}")]
pub struct Garbled(pub &'static str);

/// What can be written and read back.
pub trait Coded: Sized {
    /// Writes it.
    fn put(&self, out: &mut Output);

    /// Reads it.
    ///
    /// # Errors
    /// [`Garbled`] when the bytes are none of it.
    fn take(from: &mut Input<'_>) -> Result<Self, Garbled>;
}

/// Where things are written.
#[derive(Default)]
pub struct Output {
    bytes: Vec<u8>,
    /// What is written apart, and shares the texts.
    apart: Vec<u8>,
    texts: Vec<Arc<str>>,
    /// How many bytes the texts take.
    weight: usize,
    places: HashMap<Arc<str>, u64, FixedState>,
}

impl Output {
    /// How many bytes it takes by now, texts included.
    pub fn len(&self) -> usize {
        self.bytes.len() + self.apart.len() + self.weight
    }

    /// A number; small ones take one byte.
    pub fn number(&mut self, number: u64) {
        number_to(&mut self.bytes, number);
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// A text, which costs its bytes once.
    pub fn text(&mut self, text: &str) {
        let next = self.texts.len() as u64;
        let place = match self.places.get(text) {
            Some(place) => *place,
            None => {
                let shared: Arc<str> = Arc::from(text);
                self.weight += text.len() + 2;
                self.texts.push(Arc::clone(&shared));
                self.places.insert(shared, next);
                next
            }
        };
        self.number(place);
    }

    /// Writes something apart from the rest, which can be read without it.
    pub fn apart(&mut self, write: impl FnOnce(&mut Self)) {
        std::mem::swap(&mut self.bytes, &mut self.apart);
        write(self);
        std::mem::swap(&mut self.bytes, &mut self.apart);
    }

    /// True when something was written apart.
    pub fn has_apart(&self) -> bool {
        !self.apart.is_empty()
    }

    /// All of it in two parts: the table of texts, what was written, and what was written apart. It is
    /// empty afterwards.
    pub fn finish_both(&mut self) -> Vec<u8> {
        let (bytes, apart) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.apart));
        self.raw(&bytes);
        self.bytes.extend(apart);
        self.finish()
    }

    /// All of it: the table of texts, then what was written. It is empty afterwards.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.len() + 8);
        number_to(&mut all, self.texts.len() as u64);
        for text in self.texts.drain(..) {
            number_to(&mut all, text.len() as u64);
            all.extend_from_slice(text.as_bytes());
        }
        self.places.clear();
        self.weight = 0;
        all.append(&mut self.bytes);
        all
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn number_to(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Where things are read from.
pub struct Input<'a> {
    bytes: &'a [u8],
    texts: Vec<Arc<str>>,
    format: u8,
}

impl<'a> Input<'a> {
    /// What [`Output::finish`] gave, in the form of this number.
    ///
    /// # Errors
    /// [`Garbled`] when the table of texts is none.
    pub fn new(bytes: &'a [u8], format: u8) -> Result<Self, Garbled> {
        let mut input = Self { bytes, texts: Vec::new(), format };
        let count = input.count()?;
        let mut texts = Vec::with_capacity(count);
        for _ in 0..count {
            let text = std::str::from_utf8(input.raw()?).map_err(|_| Garbled("a text"))?;
            texts.push(Arc::from(text));
        }
        input.texts = texts;
        Ok(input)
    }

    /// Two parts, as [`Output::finish_both`] wrote them: the first, and what was written apart.
    ///
    /// # Errors
    /// [`Garbled`] when the first is longer than all.
    pub fn split(mut self) -> Result<(Self, Self), Garbled> {
        let bytes = self.raw()?;
        let (texts, format) = (self.texts.clone(), self.format);
        Ok((Self { bytes, texts, format }, self))
    }

    /// True when all was read.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The number of the form that it was written in.
    pub fn format(&self) -> u8 {
        self.format
    }

    /// A number.
    pub fn number(&mut self) -> Result<u64, Garbled> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Garbled("a number"))
    }

    /// How many of something follow: never more than there are bytes, as each takes one.
    pub fn count(&mut self) -> Result<usize, Garbled> {
        let count = usize::try_from(self.number()?).map_err(|_| Garbled("a count"))?;
        if count > self.bytes.len() { Err(Garbled("a count")) } else { Ok(count) }
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Garbled> {
        let (byte, rest) = self.bytes.split_first().ok_or(Garbled("anything: it is too short"))?;
        self.bytes = rest;
        Ok(*byte)
    }

    /// Bytes as they are.
    pub fn raw(&mut self) -> Result<&'a [u8], Garbled> {
        let count = self.count()?;
        let (raw, rest) = self.bytes.split_at_checked(count).ok_or(Garbled("bytes"))?;
        self.bytes = rest;
        Ok(raw)
    }

    /// A text.
    pub fn text(&mut self) -> Result<Arc<str>, Garbled> {
        let place = usize::try_from(self.number()?).map_err(|_| Garbled("a text"))?;
        self.texts.get(place).map(Arc::clone).ok_or(Garbled("a text"))
    }
}
