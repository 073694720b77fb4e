//! A search over many texts that can be done in parts, so that what was found first is seen early.
//!
//! Pure: how much a part does is counted in work, not in time. Texts in which every word stands together
//! go before all others, so once there are enough of those the dear scores are left out; how many texts
//! match is counted all the same.

use super::{CharMask, Fit, Fuzzy, best};

/// What is searched.
pub trait Haystack {
    /// How many texts there are.
    fn len(&self) -> usize;

    /// True when there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The folded text at a place and its mask; `None` for one that is left out.
    fn text(&self, place: u32) -> Option<(&str, CharMask)>;

    /// What decides among texts with one score, the least first.
    fn tie(&self, place: u32) -> usize;
}

/// As many texts can be looked at as one can be scored whose letters are scattered.
const SCORE: usize = 64;

/// What was found so far.
#[derive(Clone, Debug)]
pub struct Search {
    /// How many of the best are wanted.
    wanted: usize,
    /// How many texts, or survivors of the search before, were looked at.
    seen: usize,
    /// The best so far, and some more, unordered.
    top: Vec<(i64, u32)>,
    /// How many of all are made of words that stand together.
    together: usize,
    /// The places of all that match, ascending.
    survivors: Vec<u32>,
    is_done: bool,
}

impl Search {
    /// A search for so many of the best.
    pub fn new(wanted: usize) -> Self {
        Self {
            wanted,
            seen: 0,
            top: Vec::new(),
            together: 0,
            survivors: Vec::new(),
            is_done: false,
        }
    }

    /// Goes on for about so much work: a text is one. `within` are the places that the hits are
    /// among; all of them when there is no such list.
    pub fn go_on(
        &mut self,
        query: &Fuzzy,
        haystack: &impl Haystack,
        within: Option<&[u32]>,
        work: usize,
    ) {
        let all = within.map_or_else(|| haystack.len(), <[u32]>::len);
        let mut left = work;
        while self.seen < all && left > 0 {
            let at = self.seen;
            let place = within.map_or(Some(at as u32), |places| places.get(at).copied());
            self.seen += 1;
            left -= 1;
            let text = place.and_then(|place| Some((place, haystack.text(place)?)));
            let Some((place, (folded, mask))) = text else { continue };
            match query.fit(folded, mask) {
                None => continue,
                Some(Fit::Together(score)) => {
                    self.together += 1;
                    self.top.push((score, place));
                }
                Some(Fit::Scattered) if self.together < self.wanted => {
                    left = left.saturating_sub(SCORE);
                    self.top.push((query.score(folded, mask).unwrap_or_default(), place));
                }
                Some(Fit::Scattered) => {}
            }
            self.survivors.push(place);
            if self.top.len() > 8 * self.wanted.max(64) {
                self.top = best(std::mem::take(&mut self.top), self.wanted, |p| haystack.tie(p));
            }
        }
        self.is_done = self.seen >= all;
    }

    /// True when everything was looked at.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// How many were looked at.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The best so far, best first.
    pub fn top(&self, haystack: &impl Haystack) -> Vec<(i64, u32)> {
        best(self.top.clone(), self.wanted, |place| haystack.tie(place))
    }

    /// The places of all that match so far, ascending.
    pub fn survivors(&self) -> &[u32] {
        &self.survivors
    }

    /// The same, when the search is over.
    pub fn into_survivors(self) -> Vec<u32> {
        self.survivors
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold;
    use super::*;

    struct Names(Vec<String>);

    impl Haystack for Names {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn text(&self, place: u32) -> Option<(&str, CharMask)> {
            self.0.get(place as usize).map(|text| (text.as_str(), CharMask::of(text)))
        }

        fn tie(&self, place: u32) -> usize {
            self.0.get(place as usize).map_or(0, String::len)
        }
    }

    fn whole(query: &Fuzzy, names: &Names, work: usize) -> (Vec<(i64, u32)>, Vec<u32>) {
        let mut search = Search::new(5);
        while !search.is_done() {
            search.go_on(query, names, None, work);
        }
        (search.top(names), search.survivors().to_vec())
    }

    #[test]
    fn a_part_does_as_much_as_it_is_given_and_the_next_goes_on() {
        let names = Names((0..100).map(|n| format!("key-{n}")).collect());
        let mut search = Search::new(3);
        search.go_on(&Fuzzy::new("key"), &names, None, 40);
        assert_eq!((search.seen(), search.is_done(), search.survivors().len()), (40, false, 40));
        search.go_on(&Fuzzy::new("key"), &names, None, 60);
        assert!(search.is_done());
        let top: Vec<u32> = search.top(&names).into_iter().map(|(_, place)| place).collect();
        assert_eq!(top, [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn parts_find_what_the_whole_and_a_full_sort_find(
            names in prop::collection::vec("[abcA-C/-]{1,9}", 0..60),
            query in "[abc ]{1,5}",
            work in 1_usize..70,
        ) {
            let names = Names(names.iter().map(|name| fold(name)).collect());
            let query = Fuzzy::new(&query);
            let found = whole(&query, &names, usize::MAX);
            prop_assert_eq!(&whole(&query, &names, work), &found);
            let score = |place: u32| {
                let (text, mask) = names.text(place)?;
                Some((query.score(text, mask)?, place))
            };
            let scored: Vec<(i64, u32)> = (0..names.len() as u32).filter_map(score).collect();
            prop_assert_eq!(found.1, scored.iter().map(|(_, place)| *place).collect::<Vec<_>>());
            prop_assert_eq!(found.0, best(scored, 5, |place| names.tie(place)));
        }
    }
}
