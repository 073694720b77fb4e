//! Fuzzy matching made fast: character mask, subsequence test, then a score.
/// Which characters a text has, in 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CharMask(u64);
/// A fuzzy query.
#[derive(Clone, Debug)]
pub struct Fuzzy {}
impl Fuzzy {
    pub fn new(_query: &str) -> Self { todo!() }
    pub fn score(&self, _folded: &str, _mask: CharMask) -> Option<i64> { todo!() }
    pub fn indices(&self, _folded: &str) -> Vec<usize> { todo!() }
    pub fn narrows(&self, _previous: &Self) -> bool { todo!() }
}
