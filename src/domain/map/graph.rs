//! Who depends on whom: the questions that an incident asks of a graph.
//!
//! Nodes are numbers; an edge goes from the one that calls to the one that is called. Nothing here
//! knows what a node is. Invariants: cycles, loops and double edges are fine; equal input gives equal
//! output, as ties go to the lower number.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A node's number.
pub type Node = usize;

/// The graph.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    calls: Vec<Vec<Node>>,
    called_by: Vec<Vec<Node>>,
}

impl Graph {
    /// A graph of so many nodes; edges to nodes that do not exist, or to the node itself, are left
    /// out.
    pub fn new(nodes: usize, edges: impl IntoIterator<Item = (Node, Node)>) -> Self {
        let mut graph = Self { calls: vec![Vec::new(); nodes], called_by: vec![Vec::new(); nodes] };
        for (from, to) in edges {
            if from < nodes && to < nodes && from != to {
                graph.calls[from].push(to);
                graph.called_by[to].push(from);
            }
        }
        for list in graph.calls.iter_mut().chain(&mut graph.called_by) {
            list.sort_unstable();
            list.dedup();
        }
        graph
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// True without any node.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Whom a node calls.
    pub fn calls(&self, node: Node) -> &[Node] {
        self.calls.get(node).map_or(&[], Vec::as_slice)
    }

    /// Who calls a node.
    pub fn called_by(&self, node: Node) -> &[Node] {
        self.called_by.get(node).map_or(&[], Vec::as_slice)
    }

    /// The nodes at most so many steps towards callers, and so many towards the called, sorted, the
    /// node itself among them.
    pub fn around(&self, node: Node, up: usize, down: usize) -> Vec<Node> {
        let mut near = steps(&self.called_by, node, up);
        near.extend(steps(&self.calls, node, down));
        near.sort_unstable();
        near.dedup();
        near
    }

    /// How many nodes stand behind a node: all that call it, directly or not; itself not counted.
    pub fn behind(&self, node: Node) -> usize {
        steps(&self.called_by, node, usize::MAX).len().saturating_sub(1)
    }

    /// The failing node nearest to the root of the trouble, seen from a node: one that fails and
    /// depends on nothing else that fails.
    ///
    /// Where the node itself fails, it is followed down to what fails under it; otherwise the nearest
    /// failing node below it is the begin, or else the failing node with most behind it. Failing nodes
    /// that depend on each other in a ring count as one: of them the one with most behind it is named.
    pub fn root_of_trouble(
        &self,
        from: Option<Node>,
        is_failing: impl Fn(Node) -> bool,
    ) -> Option<Node> {
        let failing: Vec<Node> = (0..self.len()).filter(|node| is_failing(*node)).collect();
        let begin = from.and_then(|from| {
            steps(&self.calls, from, usize::MAX).into_iter().find(|node| is_failing(*node))
        });
        let roots = self.roots(&failing, &is_failing);
        let worst = |nodes: &mut dyn Iterator<Item = Node>| {
            nodes.max_by_key(|node| (self.behind(*node), std::cmp::Reverse(*node)))
        };
        let Some(begin) = begin else { return worst(&mut roots.into_iter()) };
        // Along what fails only: what passes does not carry the trouble on.
        let below = self.steps_among(begin, &is_failing);
        let near = below.into_iter().find(|node| roots.contains(node));
        near.or_else(|| worst(&mut roots.into_iter()))
    }

    /// Failing nodes under which nothing else fails, one for each ring of them.
    fn roots(&self, failing: &[Node], is_failing: &impl Fn(Node) -> bool) -> Vec<Node> {
        let mut graph = DiGraph::<Node, (), usize>::default();
        let mut place = vec![None; self.len()];
        for node in failing {
            place[*node] = Some(graph.add_node(*node));
        }
        for node in failing {
            for to in self.calls(*node).iter().filter(|to| is_failing(**to)) {
                if let (Some(from), Some(to)) = (place[*node], place[*to]) {
                    graph.add_edge(from, to, ());
                }
            }
        }
        let name = |index: &NodeIndex<usize>| graph.node_weight(*index).copied();
        let mut roots: Vec<Node> = kosaraju_scc(&graph)
            .iter()
            .filter_map(|ring| {
                let members: Vec<Node> = ring.iter().filter_map(name).collect();
                let leaves = |node: &Node| {
                    self.calls(*node).iter().any(|to| is_failing(*to) && !members.contains(to))
                };
                if members.iter().any(leaves) {
                    return None;
                }
                members.iter().copied().max_by_key(|it| (self.behind(*it), std::cmp::Reverse(*it)))
            })
            .collect();
        roots.sort_unstable();
        roots
    }

    /// The nodes below one that can be reached through such nodes only, nearest first.
    fn steps_among(&self, from: Node, is_in: &impl Fn(Node) -> bool) -> Vec<Node> {
        let mut found = vec![from];
        let mut seen = vec![false; self.len()];
        seen[from] = true;
        let mut at = 0;
        while let Some(node) = found.get(at).copied() {
            at += 1;
            for to in self.calls(node) {
                if is_in(*to) && !std::mem::replace(&mut seen[*to], true) {
                    found.push(*to);
                }
            }
        }
        found
    }
}

/// The nodes at most so many steps away, nearest first, the first one among them.
fn steps(next: &[Vec<Node>], from: Node, most: usize) -> Vec<Node> {
    if from >= next.len() {
        return Vec::new();
    }
    let mut found = vec![from];
    let mut seen = vec![false; next.len()];
    seen[from] = true;
    let mut front = 0..1;
    let mut step = 0;
    while step < most && !front.is_empty() {
        let end = found.len();
        for at in front {
            for to in &next[found[at]] {
                if !std::mem::replace(&mut seen[*to], true) {
                    found.push(*to);
                }
            }
        }
        front = end..found.len();
        step += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain with a branch: 0 -> 1 -> 2 -> 3, and 4 -> 2.
    fn chain() -> Graph {
        Graph::new(5, [(0, 1), (1, 2), (2, 3), (4, 2), (9, 0)])
    }

    #[test]
    fn what_is_near_goes_both_ways() {
        assert_eq!(chain().around(2, 1, 1), [1, 2, 3, 4]);
        assert_eq!(chain().around(2, 3, 0), [0, 1, 2, 4]);
        assert_eq!(chain().around(9, 3, 3), [0_usize; 0]);
    }

    #[test]
    fn the_radius_counts_all_callers_once() {
        assert_eq!([3, 2, 0].map(|node| chain().behind(node)), [4, 3, 0]);
    }

    #[test]
    fn the_root_is_the_failing_one_that_depends_on_nothing_failing() {
        let failing = |node: Node| [0, 1, 2, 3].contains(&node);
        assert_eq!(chain().root_of_trouble(Some(0), failing), Some(3));
        assert_eq!(chain().root_of_trouble(None, failing), Some(3));
        let upper = |node: Node| [0, 1].contains(&node);
        assert_eq!(chain().root_of_trouble(Some(0), upper), Some(1), "what passes ends the way");
    }

    #[test]
    fn from_one_that_passes_the_nearest_trouble_below_is_the_begin() {
        assert_eq!(chain().root_of_trouble(Some(4), |node| node == 3), Some(3));
        assert_eq!(chain().root_of_trouble(Some(4), |node| node == 0), Some(0), "or any other");
        assert_eq!(chain().root_of_trouble(Some(4), |_| false), None);
    }

    #[test]
    fn a_ring_of_failing_ones_is_one_trouble() {
        let ring = Graph::new(4, [(0, 1), (1, 2), (2, 1), (3, 2)]);
        assert_eq!(ring.root_of_trouble(Some(0), |_| true), Some(1));
    }
}
