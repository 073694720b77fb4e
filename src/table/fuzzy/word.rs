//! One word of a fuzzy query.
//!
//! One or two letters fit almost everywhere as a subsequence and say nothing, so they must stand
//! together: that is also many times faster. Invariant: [`Word::implies`] is never wrong when true.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::mask::{CharMask, fold};

/// Words up to this many characters must stand together in the text.
const SHORT: usize = 2;
/// What a character of a short word counts; the matcher counts as much.
const PER_CHAR: i64 = 16;
/// What standing at the beginning of the text adds, and at the beginning of a word in it.
const AT_START: i64 = 16;
const AT_WORD: i64 = 8;

/// One word, folded.
#[derive(Clone, Debug)]
pub(super) struct Word {
    text: String,
    len: usize,
    mask: CharMask,
}

impl Word {
    /// The word without its case.
    pub(super) fn new(text: &str) -> Self {
        let text = fold(text);
        Self { len: text.chars().count(), mask: CharMask::of(&text), text }
    }

    /// True when it must stand together.
    fn is_short(&self) -> bool {
        self.len <= SHORT
    }

    /// How well it fits; `None` when it does not.
    pub(super) fn score(&self, folded: &str, mask: CharMask) -> Option<i64> {
        if !mask.covers(self.mask) {
            return None;
        }
        if self.is_short() {
            return folded.find(&self.text).map(|at| self.short_score(folded, at));
        }
        if !is_subsequence(folded, &self.text) {
            return None;
        }
        matcher().fuzzy_match(folded, &self.text)
    }

    /// The places of its characters; `None` when it does not fit.
    pub(super) fn indices(&self, folded: &str) -> Option<Vec<usize>> {
        if self.is_short() {
            let at = folded.find(&self.text)?;
            let first = folded.get(..at)?.chars().count();
            return Some((first..first + self.len).collect());
        }
        matcher().fuzzy_indices(folded, &self.text).map(|(_, places)| places)
    }

    /// The score of a short word found at a byte of the text.
    fn short_score(&self, folded: &str, at: usize) -> i64 {
        let before = folded.get(..at).and_then(|head| head.chars().next_back());
        let place = match before {
            None => AT_START,
            Some(c) if !c.is_alphanumeric() => AT_WORD,
            Some(_) => 0,
        };
        PER_CHAR * self.len as i64 + place
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
    let mut rest = text.chars();
    needle.chars().all(|wanted| rest.any(|c| c == wanted))
}
