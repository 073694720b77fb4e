//! One word of a fuzzy query.
//!
//! A word that stands together in the text fits better than one whose letters are scattered, however
//! they are: so most texts need no dear score. One or two letters fit almost everywhere as a
//! subsequence and say nothing; they must stand together. Invariants: [`Word::implies`] is never wrong
//! when true; a word that stands together scores more than one whose letters are scattered.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use memchr::memmem;

use super::mask::{CharMask, fold};

/// Words up to this many characters must stand together in the text.
const SHORT: usize = 2;
/// The most that the matcher gives a character: the match, and the best that its place can add.
const PER_CHAR: i64 = 16 + 8;
/// What standing together adds: more than the words of a long query can differ by otherwise.
const TOGETHER: i64 = 128;
/// What standing at the beginning of the text adds, and at the beginning of a word in it.
const AT_START: i64 = 16;
const AT_WORD: i64 = 8;

/// One word, folded.
#[derive(Clone, Debug)]
pub(super) struct Word {
    text: String,
    len: usize,
    mask: CharMask,
    finder: memmem::Finder<'static>,
}

/// How a word fits a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It stands together, and scores this.
    Together(i64),
    /// Its letters come in their order, with others between.
    Scattered,
}

impl Word {
    /// The word without its case.
    pub(super) fn new(text: &str) -> Self {
        let text = fold(text);
        let finder = memmem::Finder::new(text.as_bytes()).into_owned();
        Self { len: text.chars().count(), mask: CharMask::of(&text), text, finder }
    }

    /// True when it must stand together.
    fn is_short(&self) -> bool {
        self.len <= SHORT
    }

    /// How it fits; `None` when it does not. Cheap.
    pub(super) fn fit(&self, folded: &str, mask: CharMask) -> Option<Fit> {
        if !mask.covers(self.mask) {
            return None;
        }
        if let Some(at) = self.finder.find(folded.as_bytes()) {
            return Some(Fit::Together(self.together(folded, at)));
        }
        (!self.is_short() && is_subsequence(folded, &self.text)).then_some(Fit::Scattered)
    }

    /// How well it fits; `None` when it does not.
    pub(super) fn score(&self, folded: &str, mask: CharMask) -> Option<i64> {
        match self.fit(folded, mask)? {
            Fit::Together(score) => Some(score),
            Fit::Scattered => Some(self.scattered(folded)),
        }
    }

    /// How well its scattered letters fit. Dear: some microseconds.
    pub(super) fn scattered(&self, folded: &str) -> i64 {
        matcher().fuzzy_match(folded, &self.text).unwrap_or_default()
    }

    /// The places of its characters; `None` when it does not fit.
    pub(super) fn indices(&self, folded: &str) -> Option<Vec<usize>> {
        if let Some(at) = self.finder.find(folded.as_bytes()) {
            let first = folded.get(..at)?.chars().count();
            return Some((first..first + self.len).collect());
        }
        if self.is_short() {
            return None;
        }
        matcher().fuzzy_indices(folded, &self.text).map(|(_, places)| places)
    }

    /// The score of the word where it stands together at a byte of the text.
    fn together(&self, folded: &str, at: usize) -> i64 {
        let before = folded.get(..at).and_then(|head| head.chars().next_back());
        let place = match before {
            None => AT_START,
            Some(c) if !c.is_alphanumeric() => AT_WORD,
            Some(_) => 0,
        };
        TOGETHER + PER_CHAR * self.len as i64 + place
    }

    /// True when every text that has this word has `other` too.
    pub(super) fn implies(&self, other: &Self) -> bool {
        if other.is_short() {
            // Standing together: only a short word that holds it promises that.
            self.is_short() && self.text.contains(&other.text)
        } else {
            is_subsequence(&self.text, &other.text)
        }
    }
}

/// A matcher that has seen nothing. One that is used again finds in its cache what the last text left
/// there, so that a score would depend on what was scored before (seen once in some ten thousand
/// searches); what cannot match never comes here, so few are made.
fn matcher() -> SkimMatcherV2 {
    // Folded texts are compared: case is settled before.
    SkimMatcherV2::default().respect_case()
}

/// True when the characters of `needle` come in `text` in their order.
fn is_subsequence(text: &str, needle: &str) -> bool {
    if needle.is_ascii() {
        // Bytes of other characters are none of ASCII.
        let mut rest = text.as_bytes();
        return needle.bytes().all(|wanted| match memchr::memchr(wanted, rest) {
            Some(at) => {
                rest = rest.get(at + 1..).unwrap_or_default();
                true
            }
            None => false,
        });
    }
    let mut rest = text.chars();
    needle.chars().all(|wanted| rest.any(|c| c == wanted))
}
