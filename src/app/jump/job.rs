//! One search, as a value that any thread can run.
//!
//! Cost: a pass over the entries, or over the survivors of a search that it narrows, and one over
//! the instances that are known by service and node; places of matched characters are only worked
//! out for the hits that are drawn. Such instances are many and alike: they come after everything
//! else that was found.

use std::sync::Arc;

use super::SHOWN;
use super::target::{Entry, Target, Targets};
use crate::table::fuzzy::{Fuzzy, Search};

/// One search. It owns or shares all it needs.
#[derive(Clone, Debug)]
pub struct Job {
    generation: u64,
    query: Fuzzy,
    targets: Targets,
    /// An answer whose survivors hold all hits of this search.
    within: Option<Arc<Hits>>,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Hits {
    /// The question that this answers.
    pub generation: u64,
    /// The best hits, best first.
    pub top: Vec<Hit>,
    query: Fuzzy,
    pub(super) targets: Targets,
    /// The places of all hits with a label of their own, ascending.
    survivors: Survivors,
    /// How many of the others were found.
    pairs: usize,
}

/// The places that a search left over.
#[derive(Clone, Debug)]
enum Survivors {
    /// All of them: nothing was searched for.
    All,
    /// These.
    Some(Vec<u32>),
}

/// One hit, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What was found.
    pub target: Target,
    /// Its text, without control characters.
    pub label: String,
    /// The places of the matched characters of the label, ascending.
    pub indices: Vec<usize>,
    /// How well it fits.
    pub score: i64,
}

impl Hits {
    /// How many hits there are.
    pub fn total(&self) -> usize {
        let labelled = match &self.survivors {
            Survivors::All => self.targets.labelled() as usize,
            Survivors::Some(places) => places.len(),
        };
        labelled + self.pairs
    }
}

impl Job {
    /// A search; `answered` is an answer over the same targets that it may narrow.
    pub(super) fn new(
        generation: u64,
        query: &str,
        targets: Targets,
        answered: Option<Arc<Hits>>,
    ) -> Self {
        let query = Fuzzy::new(query);
        let within = answered.filter(|hits| query.narrows(&hits.query));
        Self { generation, query, targets, within }
    }

    /// The number of the question, for whoever runs the newest only.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Searches. Blocks for as long as it takes: milliseconds for 100,000 entries.
    pub fn run(self) -> Hits {
        if self.query.is_empty() {
            return self.all();
        }
        let within = match self.within.as_ref().map(|hits| &hits.survivors) {
            Some(Survivors::Some(places)) => Some(places.as_slice()),
            _ => None,
        };
        let mut search = Search::new(SHOWN);
        search.go_on(&self.query, &self.targets, within, usize::MAX);
        let labelled = search.top(&self.targets);
        let (total, pairs) = self.targets.pairs().search(&self.query, SHOWN - labelled.len());
        let labelled = labelled.into_iter().filter_map(|(score, place)| self.hit(score, place));
        let pairs = pairs.into_iter().filter_map(|(score, place)| self.pair(score, place));
        let top = labelled.chain(pairs).collect();
        self.hits(top, Survivors::Some(search.into_survivors()), total)
    }

    /// Nothing is searched for: what holds most goes first, then by name.
    fn all(self) -> Hits {
        let pairs = self.targets.pairs().count();
        let mut places: Vec<u32> = (0..self.targets.labelled()).collect();
        let order = |place: &u32| self.targets.get(*place).map(Entry::order);
        if places.len() > SHOWN {
            places.select_nth_unstable_by(SHOWN, |a, b| order(a).cmp(&order(b)));
            places.truncate(SHOWN);
        }
        places.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        let top = places.into_iter().filter_map(|place| self.hit(0, place)).collect();
        self.hits(top, Survivors::All, pairs)
    }

    fn hits(self, top: Vec<Hit>, survivors: Survivors, pairs: usize) -> Hits {
        let Self { generation, query, targets, .. } = self;
        Hits { generation, top, query, targets, survivors, pairs }
    }

    /// What is drawn of the hit at a place.
    fn hit(&self, score: i64, place: u32) -> Option<Hit> {
        Some(self.draw(score, self.targets.get(place)?))
    }

    /// What is drawn of the pair at a place.
    fn pair(&self, score: i64, place: u32) -> Option<Hit> {
        Some(self.draw(score, &Entry::from(self.targets.pairs().target(place)?)))
    }

    fn draw(&self, score: i64, entry: &Entry) -> Hit {
        Hit {
            target: entry.target.clone(),
            label: entry.label.to_string(),
            indices: self.query.indices(entry.folded()),
            score,
        }
    }
}
