//! Instances by service and node: all that a summary tells of them, for every datacenter.
//!
//! A pair costs four bytes here and nothing before somebody searches: names are shared with the
//! catalog, and no label is made of a pair that is not drawn. Each word of a query must be in the
//! service (with its datacenter) or in the node, so that a search scores every name once and then
//! only adds up. Invariant: a pair is found however many instances it stands for, and once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;

use super::target::Target;
use crate::domain::ids::{Dc, NodeName, ServiceName};
use crate::table::fuzzy::{CharMask, Fuzzy, fold};

/// How many ranks are kept for each wanted one before the rest is dropped.
const SLACK: usize = 10;

/// A service of a datacenter and the nodes that it runs on.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The datacenter.
    pub dc: Dc,
    /// The service.
    pub service: ServiceName,
    /// Its nodes, sorted, one for each instance or each once.
    pub nodes: Arc<[NodeName]>,
}

/// Every service on each of its nodes.
#[derive(Debug, Default)]
pub struct Pairs {
    services: Vec<Placed>,
    /// Made by the first search, which is no work for the UI thread.
    index: OnceLock<Index>,
}

/// What a search goes through.
#[derive(Debug)]
struct Index {
    /// The services, sorted, and the text of each with its datacenter.
    services: Vec<(Placed, Text)>,
    /// Every node once.
    nodes: Vec<(NodeName, Text)>,
    /// The nodes of all services, service after service, each once a service.
    places: Vec<u32>,
    /// Where in `places` each service ends.
    ends: Vec<u32>,
}

/// A folded text and its mask.
#[derive(Debug)]
struct Text(Box<str>, CharMask);

impl Text {
    fn new(text: &str) -> Self {
        let folded = fold(text);
        Self(folded.as_str().into(), CharMask::of(&folded))
    }

    /// How well each word of a query fits.
    fn scores<'a>(&'a self, query: &'a Fuzzy) -> impl Iterator<Item = Option<i64>> + 'a {
        query.scores(&self.0, self.1)
    }
}

impl Pairs {
    /// From the catalog. Cost: none yet.
    pub fn new(services: Vec<Placed>) -> Self {
        Self { services, index: OnceLock::new() }
    }

    /// How many pairs there are. The first call makes the index.
    pub(super) fn count(&self) -> usize {
        self.index().places.len()
    }

    /// The pair at a place.
    pub(super) fn target(&self, place: u32) -> Option<Target> {
        let index = self.index();
        let (Placed { dc, service, .. }, _) = index.services.get(index.service_of(place))?;
        let (node, _) = index.nodes.get(index.node(place)?.0)?;
        Some(Target::Placed { dc: dc.clone(), service: service.clone(), node: node.clone() })
    }

    /// How many pairs match a query, and the best of them, best first; the shorter of equally good
    /// ones first.
    pub(super) fn search(&self, query: &Fuzzy, wanted: usize) -> (usize, Vec<(i64, u32)>) {
        let index = self.index();
        let words = query.len();
        let of_nodes: Vec<Option<i64>> =
            index.nodes.iter().flat_map(|(_, text)| text.scores(query)).collect();
        let mut total = 0;
        let mut top = Top::of(wanted);
        let mut start = 0;
        for ((_, text), end) in index.services.iter().zip(&index.ends) {
            let of_service: Vec<Option<i64>> = text.scores(query).collect();
            for place in start..*end {
                let Some((number, node)) = index.node(place) else { continue };
                let words = number * words..(number + 1) * words;
                let of_node = of_nodes.get(words).unwrap_or_default();
                if let Some(score) = sum(&of_service, of_node) {
                    total += 1;
                    top.offer((-score, text.0.len() + node.0.len(), place));
                }
            }
            start = *end;
        }
        let best = top.sorted().into_iter().map(|(worse, _, place)| (-worse, place));
        (total, best.collect())
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.services))
    }
}

/// The score of a pair: each word counts where it fits best; `None` when one fits nowhere.
fn sum(of_service: &[Option<i64>], of_node: &[Option<i64>]) -> Option<i64> {
    // `None` is less than any score.
    of_service.iter().zip(of_node).map(|(a, b)| *a.max(b)).sum()
}

impl Index {
    fn new(services: &[Placed]) -> Self {
        let mut services: Vec<&Placed> = services.iter().collect();
        services.sort_by_key(|placed| (&placed.service, &placed.dc));
        let mut numbers: HashMap<&NodeName, u32, RandomState> = HashMap::default();
        let mut index = Self {
            services: Vec::with_capacity(services.len()),
            nodes: Vec::new(),
            places: Vec::with_capacity(services.iter().map(|placed| placed.nodes.len()).sum()),
            ends: Vec::with_capacity(services.len()),
        };
        for placed in services {
            let text = Text::new(&format!("{} {}", placed.service, placed.dc));
            index.services.push((placed.clone(), text));
            for same in placed.nodes.chunk_by(|a, b| a == b) {
                let Some(node) = same.first() else { continue };
                let number = *numbers.entry(node).or_insert_with(|| {
                    index.nodes.push((node.clone(), Text::new(node.as_str())));
                    (index.nodes.len() - 1) as u32
                });
                index.places.push(number);
            }
            index.ends.push(index.places.len() as u32);
        }
        index.places.shrink_to_fit();
        index
    }

    fn service_of(&self, place: u32) -> usize {
        self.ends.partition_point(|end| *end <= place)
    }

    /// The number and text of the node at a place.
    fn node(&self, place: u32) -> Option<(usize, &Text)> {
        let number = *self.places.get(place as usize)? as usize;
        self.nodes.get(number).map(|(_, text)| (number, text))
    }
}

/// How a pair ranks, the least first: its score turned round, its length, its place.
type Rank = (i64, usize, u32);

/// The first few of very many.
struct Top {
    wanted: usize,
    kept: Vec<Rank>,
    /// What comes after this is not among them.
    last: Rank,
}

impl Top {
    fn of(wanted: usize) -> Self {
        Self { wanted, kept: Vec::new(), last: (i64::MAX, usize::MAX, u32::MAX) }
    }

    fn offer(&mut self, rank: Rank) {
        if rank >= self.last || self.wanted == 0 {
            return;
        }
        self.kept.push(rank);
        if self.kept.len() > self.wanted * SLACK {
            let (_, last, _) = self.kept.select_nth_unstable(self.wanted - 1);
            self.last = *last;
            self.kept.truncate(self.wanted);
        }
    }

    fn sorted(mut self) -> Vec<Rank> {
        self.kept.sort_unstable();
        self.kept.truncate(self.wanted);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn placed(dc: &str, service: &str, nodes: &[&str]) -> Placed {
        let nodes = nodes.iter().map(|node| NodeName::from(*node)).collect();
        Placed { dc: dc.into(), service: service.into(), nodes }
    }

    fn pairs() -> Pairs {
        Pairs::new(vec![
            placed("dc-1", "web", &["n-1", "n-1", "n-2"]),
            placed("dc-1", "idle", &[]),
            placed("dc-2", "web-api", &["n-2", "n-30"]),
        ])
    }

    fn found(pairs: &Pairs, query: &str) -> Vec<String> {
        let (total, top) = pairs.search(&Fuzzy::new(query), 100);
        assert_eq!(total, top.len());
        let names = top.into_iter().map(|(_, place)| pairs.target(place).unwrap().to_string());
        names.collect()
    }

    #[test]
    fn each_pair_is_found_once_by_service_node_and_datacenter() {
        let pairs = pairs();
        assert_eq!(pairs.count(), 4);
        assert_eq!(found(&pairs, "web n-1"), ["web n-1 dc-1"]);
        assert_eq!(found(&pairs, "N-30"), ["web-api n-30 dc-2"]);
        assert_eq!(found(&pairs, "dc-2 n-2"), ["web-api n-2 dc-2"]);
        assert_eq!(
            found(&pairs, "web"),
            ["web n-1 dc-1", "web n-2 dc-1", "web-api n-2 dc-2", "web-api n-30 dc-2"]
        );
        assert_eq!(found(&pairs, "idle"), [""; 0]);
    }

    #[test]
    fn only_the_wanted_are_kept_and_all_are_counted() {
        let nodes: Vec<String> = (0..500).map(|n| format!("n-{n:03}")).collect();
        let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
        let pairs =
            Pairs::new(vec![placed("dc-1", "a-long-name", &nodes), placed("dc-1", "a", &nodes)]);
        let (total, top) = pairs.search(&Fuzzy::new("n-"), 3);
        assert_eq!(total, 1000);
        let names: Vec<_> =
            top.iter().map(|(_, at)| pairs.target(*at).unwrap().to_string()).collect();
        assert_eq!(names, ["a n-000 dc-1", "a n-001 dc-1", "a n-002 dc-1"]);
        assert_eq!(pairs.search(&Fuzzy::new("n-"), 0), (1000, Vec::new()));
    }

    proptest! {
        #[test]
        fn a_pair_matches_when_each_word_is_in_one_of_its_names(
            services in prop::collection::vec(("[ab]{1,4}", prop::collection::vec("[bc]{1,4}", 0..5)), 0..5),
            query in "[abc]{1,4}( [abc]{1,4})?",
        ) {
            let services: Vec<Placed> = services.iter().map(|(service, nodes)| {
                let mut nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
                nodes.sort_unstable();
                placed("d", service, &nodes)
            }).collect();
            let has = |word: &str, name: &str| {
                Fuzzy::new(word).score(name, CharMask::of(name)).is_some()
            };
            let mut expected = 0;
            for Placed { service, nodes, .. } in &services {
                let mut nodes = nodes.to_vec();
                nodes.dedup();
                expected += nodes.iter().filter(|node| query.split(' ').all(|word| {
                    has(word, &format!("{service} d")) || has(word, node.as_str())
                })).count();
            }
            prop_assert_eq!(Pairs::new(services).search(&Fuzzy::new(&query), 7).0, expected);
        }
    }
}
