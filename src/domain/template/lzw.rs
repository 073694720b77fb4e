//! LZW as Go's `compress/lzw` writes it: least significant bits first, literals of eight bits.
//!
//! Whatever is wrong ends it: what came so far is given back.

/// Begins the dictionary anew.
const CLEAR: usize = 256;
/// Ends the stream.
const END: usize = 257;
/// The widest code.
const WIDEST: u32 = 12;
/// How many codes there are.
const CODES: usize = 1 << WIDEST;

/// The plain bytes, at most so many.
pub(super) fn unpack(packed: &[u8], most: usize) -> Vec<u8> {
    let mut reader = Reader { packed, bits: 0, held: 0 };
    let mut book = Book::default();
    let mut plain = Vec::new();
    while let Some(code) = reader.code(book.width) {
        match code {
            CLEAR => book = Book::default(),
            END => break,
            code => {
                let Some(word) = book.word(code) else { break };
                plain.extend_from_slice(&word);
                book.learn(code, &word);
            }
        }
        if plain.len() >= most {
            plain.truncate(most);
            break;
        }
    }
    plain
}

/// The bits that are left.
struct Reader<'a> {
    packed: &'a [u8],
    bits: u32,
    held: u32,
}

impl Reader<'_> {
    fn code(&mut self, width: u32) -> Option<usize> {
        while self.held < width {
            let (first, rest) = self.packed.split_first()?;
            self.bits |= u32::from(*first) << self.held;
            self.held += 8;
            self.packed = rest;
        }
        let code = self.bits & ((1 << width) - 1);
        self.bits >>= width;
        self.held -= width;
        usize::try_from(code).ok()
    }
}

/// The words that codes stand for: the one before, and one byte more.
struct Book {
    words: Vec<(usize, u8)>,
    width: u32,
    last: Option<usize>,
    /// The newest code.
    newest: usize,
}

impl Default for Book {
    fn default() -> Self {
        Self { words: vec![(0, 0); CODES], width: 9, last: None, newest: END }
    }
}

impl Book {
    /// What a code stands for; `None` for one that has no meaning yet.
    fn word(&self, code: usize) -> Option<Vec<u8>> {
        let is_next = code == self.newest && code > END;
        // The newest code is only known by the word that it begins with.
        let mut at = match self.last {
            Some(last) if is_next => last,
            None if is_next => return None,
            _ if code > self.newest => return None,
            _ => code,
        };
        let mut word = Vec::new();
        while at > END {
            let (before, byte) = *self.words.get(at)?;
            word.push(byte);
            at = before;
            if word.len() > CODES {
                return None;
            }
        }
        word.push(u8::try_from(at).ok()?);
        word.reverse();
        if is_next {
            word.extend(word.first().copied());
        }
        Some(word)
    }

    /// Gives the next code its meaning.
    fn learn(&mut self, code: usize, word: &[u8]) {
        if let (Some(last), Some(first), Some(slot)) =
            (self.last, word.first(), self.words.get_mut(self.newest))
        {
            *slot = (last, *first);
        }
        self.last = Some(code);
        self.newest += 1;
        if self.newest >= 1 << self.width {
            if self.width == WIDEST {
                self.last = None;
                self.newest -= 1;
            } else {
                self.width += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs with literals only, as far as the width stays nine bits.
    fn literals(text: &[u8]) -> Vec<u8> {
        let codes = [CLEAR].into_iter().chain(text.iter().map(|b| usize::from(*b))).chain([END]);
        let (mut out, mut bits, mut held) = (Vec::new(), 0_usize, 0);
        for code in codes {
            bits |= code << held;
            held += 9;
            while held >= 8 {
                out.push((bits & 0xff) as u8);
                bits >>= 8;
                held -= 8;
            }
        }
        out.push((bits & 0xff) as u8);
        out
    }

    #[test]
    fn literals_are_unpacked_and_bounded() {
        assert_eq!(unpack(&literals(b"hello hello"), 100), b"hello hello");
        assert_eq!(unpack(&literals(b"hello"), 2), b"he");
    }

    #[test]
    fn a_code_for_itself_is_its_word_and_the_first_byte_again() {
        // 'a', then the code that is just being made: "a" + "aa".
        let codes = [CLEAR, usize::from(b'a'), 258, END];
        let (mut out, mut bits, mut held) = (Vec::new(), 0_usize, 0);
        for code in codes {
            bits |= code << held;
            held += 9;
            while held >= 8 {
                out.push((bits & 0xff) as u8);
                bits >>= 8;
                held -= 8;
            }
        }
        out.push((bits & 0xff) as u8);
        assert_eq!(unpack(&out, 100), b"aaa");
    }

    #[test]
    fn what_is_cut_off_gives_what_came() {
        let packed = literals(b"hello");
        assert_eq!(unpack(&packed[..4], 100), b"he");
    }
}
