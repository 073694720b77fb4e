//! Fuzzy matching made fast: a character mask, a look for the word as it stands, a subsequence test,
//! and only then a score.
//!
//! The score of scattered letters is `fuzzy-matcher`'s. It is the dear part (20 ms and more for 100,000
//! rows), so whatever cannot match, or stands together, never reaches it. A query is a list of words, each of which must match, in
//! any order. Texts are folded ([`fold`]) once, when they come, never per key.
//! Invariant: when a query narrows another, everything it matches is among the other's matches.

mod mask;
mod search;
mod word;

pub use mask::{CharMask, fold, is_folded};
pub use search::{Haystack, Search};
use word::{Fit, Word};

/// A fuzzy query. The empty one matches everything.
#[derive(Clone, Debug)]
pub struct Fuzzy {
    words: Vec<Word>,
}

impl Default for Fuzzy {
    fn default() -> Self {
        Self::new("")
    }
}

impl Fuzzy {
    /// A query for these words, whatever their case.
    pub fn new(query: &str) -> Self {
        let words = query.split_whitespace().map(Word::new).collect();
        Self { words }
    }

    /// True when it matches everything.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well a folded text with this mask fits, more is better; `None` when it does not.
    pub fn score(&self, folded: &str, mask: CharMask) -> Option<i64> {
        self.scores(folded, mask).sum()
    }

    /// Whether a text fits, and whether all words stand together in it.
    fn fit(&self, folded: &str, mask: CharMask) -> Option<Fit> {
        let (mut score, mut is_together) = (0, true);
        for word in &self.words {
            match word.fit(folded, mask)? {
                Fit::Together(of_word) => score += of_word,
                Fit::Scattered => is_together = false,
            }
        }
        Some(if is_together { Fit::Together(score) } else { Fit::Scattered })
    }

    /// How many words it has.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// How well each word fits, in their order; what [`Self::score`] adds up.
    pub fn scores<'a>(
        &'a self,
        folded: &'a str,
        mask: CharMask,
    ) -> impl Iterator<Item = Option<i64>> + 'a {
        self.words.iter().map(move |word| word.score(folded, mask))
    }

    /// The places of the matched characters in a folded text, ascending; empty when it does not
    /// match. As dear as a score without a mask: for what is shown only.
    pub fn indices(&self, folded: &str) -> Vec<usize> {
        let found: Option<Vec<Vec<usize>>> =
            self.words.iter().map(|word| word.indices(folded)).collect();
        let mut places = found.unwrap_or_default().concat();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// True when everything that this matches is sure to be among what `previous` matches.
    pub fn narrows(&self, previous: &Self) -> bool {
        previous.words.iter().all(|old| self.words.iter().any(|new| new.implies(old)))
    }
}

/// The `n` best of scored places, best first; equal scores go by `tie`, then by place.
///
/// Only the `n` are sorted: choosing them costs one pass.
pub fn best(mut scored: Vec<(i64, u32)>, n: usize, tie: impl Fn(u32) -> usize) -> Vec<(i64, u32)> {
    let rank = |&(score, place): &(i64, u32)| (-score, tie(place), place);
    if n == 0 {
        return Vec::new();
    }
    if scored.len() > n {
        scored.select_nth_unstable_by_key(n - 1, rank);
        scored.truncate(n);
    }
    scored.sort_unstable_by_key(rank);
    scored
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn score(query: &str, text: &str) -> Option<i64> {
        let folded = fold(text);
        Fuzzy::new(query).score(&folded, CharMask::of(&folded))
    }

    #[test]
    fn letters_in_order_match_and_others_do_not() {
        assert!(score("pmtapi", "payment-api").is_some());
        assert!(score("PMTAPI", "Payment-API").is_some());
        assert!(score("ipa", "payment-api").is_none());
        assert!(score("paymentz", "payment-api").is_none());
    }

    #[test]
    fn every_word_must_match_in_any_order() {
        assert!(score("dc-2 web", "web-1 dc-2").is_some());
        assert!(score("dc-3 web", "web-1 dc-2").is_none());
    }

    #[test]
    fn one_or_two_letters_must_stand_together() {
        assert!(score("pa", "payment").is_some());
        assert!(score("pm", "payment").is_none());
    }

    #[test]
    fn a_word_that_begins_the_text_goes_before_one_inside() {
        assert!(score("we", "web") > score("we", "tower"));
        assert!(score("web", "web-api") > score("web", "wide-elbow"));
    }

    #[test]
    fn words_that_stand_together_go_before_scattered_ones() {
        assert!(score("pay api", "x-payment-xapi") > score("pay api", "p/a/y/api"));
        assert!(score("abc", "xabcx") > score("abc", "a/b/c"));
        assert!(score("a b c abc", "xaxbxcxabc") > score("a b c abc", "a/b/c/abxc"));
    }

    #[test]
    fn places_are_those_of_the_matched_characters() {
        assert_eq!(Fuzzy::new("pay").indices("payment"), [0, 1, 2]);
        assert_eq!(Fuzzy::new("ay").indices("payment"), [1, 2]);
        assert_eq!(Fuzzy::new("é").indices("café"), [3]);
        assert_eq!(Fuzzy::new("zzz").indices("payment"), Vec::<usize>::new());
    }

    #[test]
    fn the_best_are_those_that_sorting_all_would_give() {
        let scored = vec![(1, 0), (5, 1), (3, 2), (5, 3), (4, 4)];
        assert_eq!(best(scored.clone(), 3, |_| 0), [(5, 1), (5, 3), (4, 4)]);
        assert_eq!(best(scored.clone(), 0, |_| 0), []);
        assert_eq!(best(scored, 9, |_| 0).len(), 5);
    }

    proptest! {
        #[test]
        fn whatever_a_narrower_query_matches_the_wider_one_matches(
            text in "[a-dA-D é/-]{0,12}",
            wide in "[a-d é]{0,5}",
            narrow in "[a-d é]{0,8}",
            extend in any::<bool>(),
        ) {
            let narrow = if extend { format!("{wide}{narrow}") } else { narrow };
            let (wider, narrower) = (Fuzzy::new(&wide), Fuzzy::new(&narrow));
            let folded = fold(&text);
            let mask = CharMask::of(&folded);
            if narrower.narrows(&wider) && narrower.score(&folded, mask).is_some() {
                prop_assert!(wider.score(&folded, mask).is_some());
            }
        }

        #[test]
        fn no_scattered_word_scores_as_much_as_one_that_stands_together(
            word in "[a-d]{3,6}",
            between in "[/x-]{1,2}",
            around in "[x/]{0,2}",
        ) {
            let scattered: Vec<String> = word.chars().map(String::from).collect();
            let scattered = scattered.join(&between);
            let together = score(&word, &format!("{around}{word}"));
            prop_assert!(score(&word, &scattered) < together, "{:?}", scattered);
        }

        #[test]
        fn a_match_has_places_and_a_miss_has_none(text in "[a-d é/-]{0,12}", query in "[a-d]{1,5}") {
            let fuzzy = Fuzzy::new(&query);
            let folded = fold(&text);
            let is_match = fuzzy.score(&folded, CharMask::of(&folded)).is_some();
            prop_assert_eq!(!fuzzy.indices(&folded).is_empty(), is_match);
        }
    }
}
