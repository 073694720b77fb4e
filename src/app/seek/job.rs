//! One part of a search among all keys, as a value that any thread can run.

use std::sync::Arc;

use super::SHOWN;
use super::index::Index;
use crate::domain::kv::{Key, Presence};
use crate::table::fuzzy::{CharMask, Fuzzy, Haystack, Search, fold};

/// How many keys one part looks at: some ten milliseconds.
const PART: usize = 125_000;

/// One part of a search. It owns or shares all it needs.
#[derive(Clone, Debug)]
pub struct Job {
    pub(super) generation: u64,
    pub(super) query: Fuzzy,
    pub(super) index: Arc<Index>,
    /// In which datacenters keys are looked for, by position.
    pub(super) among: Presence,
    /// The places that all hits are among, as an earlier search found.
    pub(super) within: Option<Arc<[u32]>>,
    search: Search,
}

/// What a search found so far.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) generation: u64,
    pub(super) query: Fuzzy,
    pub(super) index: Arc<Index>,
    /// The best hits, best first.
    pub hits: Vec<Hit>,
    /// How many keys match.
    pub total: usize,
    /// The rest of the search; none when it is over.
    pub(super) rest: Option<Job>,
    /// The places of all that match, once the search is over; none when that is every key.
    pub(super) survivors: Option<Arc<[u32]>>,
}

/// A key that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The key.
    pub key: Key,
    /// Where it is, by position of the index.
    pub here: Presence,
    /// The places of the matched characters of its name, ascending.
    pub indices: Vec<usize>,
}

/// The keys of some datacenters.
struct Among<'a> {
    index: &'a Index,
    among: Presence,
}

impl Among<'_> {
    fn has(&self, place: u32) -> bool {
        self.among.overlaps(self.index.here(place))
    }
}

impl Haystack for Among<'_> {
    fn len(&self) -> usize {
        self.index.len()
    }

    fn text(&self, place: u32) -> Option<(&str, CharMask)> {
        if self.has(place) { self.index.text(place) } else { None }
    }

    /// Short names first.
    fn tie(&self, place: u32) -> usize {
        self.index.key(place).map_or(usize::MAX, str::len)
    }
}

impl Job {
    /// The first part of a search.
    pub(super) fn new(
        generation: u64,
        query: Fuzzy,
        index: Arc<Index>,
        among: Presence,
        within: Option<Arc<[u32]>>,
    ) -> Self {
        Self { generation, query, index, among, within, search: Search::new(SHOWN) }
    }

    /// Searches on for one part.
    pub fn run(mut self) -> Answer {
        if self.query.is_empty() {
            return self.everything();
        }
        let among = Among { index: &self.index, among: self.among };
        self.search.go_on(&self.query, &among, self.within.as_deref(), PART);
        let top = self.search.top(&among);
        let hits = top.into_iter().filter_map(|(_, place)| self.hit(place)).collect();
        let total = self.search.survivors().len();
        let (generation, query, index) =
            (self.generation, self.query.clone(), Arc::clone(&self.index));
        let (rest, survivors) = if self.search.is_done() {
            (None, Some(self.search.into_survivors().into()))
        } else {
            (Some(self), None)
        };
        Answer { generation, query, index, hits, total, rest, survivors }
    }

    /// All keys, as nothing is looked for.
    fn everything(self) -> Answer {
        let among = Among { index: &self.index, among: self.among };
        let places = || (0..self.index.len() as u32).filter(|place| among.has(*place));
        let hits = places().take(SHOWN).filter_map(|place| self.hit(place)).collect();
        let total = places().count();
        let Self { generation, query, index, .. } = self;
        Answer { generation, query, index, hits, total, rest: None, survivors: None }
    }

    fn hit(&self, place: u32) -> Option<Hit> {
        let key = self.index.key(place)?;
        let (key, here) = (Key::from(key), self.index.here(place));
        let indices = self.query.indices(&fold(key.as_str()));
        Some(Hit { key, here, indices })
    }
}
