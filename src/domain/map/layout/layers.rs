//! Which column each node stands in.
//!
//! What lies on a common cycle is one group. Groups form no cycle: each begins one column right of the
//! last node that points to it, or, where nothing points to it, just left of the first that it points
//! to. Within a group a node stands as many columns from its entrance as there are steps on the
//! shortest way to it: so a knot of many nodes takes few columns, and its edges point to the right, to
//! the left, or to the same column.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Node;

/// A column for each node.
pub(super) fn assign(nodes: usize, edges: &[(Node, Node)]) -> Vec<usize> {
    let mut next: Vec<Vec<Node>> = vec![Vec::new(); nodes];
    for (from, to) in edges {
        next[*from].push(*to);
    }
    let (group_of, groups) = groups(nodes, edges);
    let steps = steps(&next, edges, &group_of, &groups);
    // Groups come in the order in which none points to an earlier one.
    let mut column = vec![0_usize; nodes];
    let mut has_callers = vec![false; groups.len()];
    for (group, members) in groups.iter().enumerate() {
        let begins = members.iter().map(|node| column[*node]).max().unwrap_or(0);
        for node in members {
            column[*node] = begins + steps[*node];
            for to in next[*node].iter().filter(|to| group_of[**to] != group) {
                has_callers[group_of[*to]] = true;
                column[*to] = column[*to].max(column[*node] + 1);
            }
        }
    }
    for (group, members) in groups.iter().enumerate() {
        let [node] = members.as_slice() else { continue };
        if !has_callers[group] {
            let nearest = next[*node].iter().map(|to| column[*to]).min();
            column[*node] = nearest.map_or(0, |right| right.saturating_sub(1));
        }
    }
    column
}

/// How many steps each node is from the entrance of its group: from the nodes that others point to,
/// or else from its first one.
fn steps(
    next: &[Vec<Node>],
    edges: &[(Node, Node)],
    group_of: &[usize],
    groups: &[Vec<Node>],
) -> Vec<usize> {
    let mut is_entrance = vec![false; next.len()];
    for (from, to) in edges {
        is_entrance[*to] |= group_of[*from] != group_of[*to];
    }
    let mut steps = vec![usize::MAX; next.len()];
    for (group, members) in groups.iter().enumerate() {
        let mut front: Vec<Node> =
            members.iter().copied().filter(|node| is_entrance[*node]).collect();
        if front.is_empty() {
            front.extend(members.iter().min());
        }
        let mut step = 0;
        while !front.is_empty() {
            for node in &front {
                steps[*node] = step;
            }
            step += 1;
            let mut reached: Vec<Node> = front
                .iter()
                .flat_map(|node| next[*node].iter().copied())
                .filter(|to| group_of[*to] == group && steps[*to] == usize::MAX)
                .collect();
            reached.sort_unstable();
            reached.dedup();
            front = reached;
        }
    }
    steps
}

/// The nodes that lie on common cycles, a group each: the group of each node, and the groups so that
/// none points to an earlier one.
fn groups(nodes: usize, edges: &[(Node, Node)]) -> (Vec<usize>, Vec<Vec<Node>>) {
    let mut graph = DiGraph::<(), (), usize>::with_capacity(nodes, edges.len());
    for _ in 0..nodes {
        graph.add_node(());
    }
    graph.extend_with_edges(edges);
    // It does not recurse, however long a chain is; last comes what nothing points to.
    let mut groups: Vec<Vec<Node>> = kosaraju_scc(&graph)
        .into_iter()
        .rev()
        .map(|group| group.into_iter().map(NodeIndex::index).collect())
        .collect();
    let mut group_of = vec![0; nodes];
    for (group, members) in groups.iter_mut().enumerate() {
        members.sort_unstable();
        for node in members {
            group_of[*node] = group;
        }
    }
    (group_of, groups)
}
