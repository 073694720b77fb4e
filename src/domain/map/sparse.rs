//! Which edges of a picture others imply: where `a` calls `b` and `b` calls `c`, that `a` calls `c` too
//! tells no other way for trouble to come. A picture without them can be read where the whole is a knot.
//!
//! Invariant: whoever can be reached in the whole can be reached in what is left, on cycles too, since
//! each edge is judged by those that are still there.

use super::layout::Node;

/// Of each edge whether others imply it; one that `matters` is kept, whatever the others are. Cost: the
/// edges, squared at worst.
pub fn implied(
    nodes: usize,
    edges: &[(Node, Node)],
    matters: impl Fn((Node, Node)) -> bool,
) -> Vec<bool> {
    let mut calls: Vec<Vec<Node>> = vec![Vec::new(); nodes];
    for (from, to) in edges {
        if let Some(all) = calls.get_mut(*from) {
            all.push(*to);
        }
    }
    let mut is_implied = Vec::with_capacity(edges.len());
    for (from, to) in edges {
        let is_long = from != to && !matters((*from, *to)) && is_reached(&calls, *from, *to);
        if is_long && let Some(all) = calls.get_mut(*from) {
            all.retain(|it| it != to);
        }
        is_implied.push(is_long);
    }
    is_implied
}

/// True when there is a way that is longer than the edge itself.
fn is_reached(calls: &[Vec<Node>], from: Node, to: Node) -> bool {
    let next = |node: Node| calls.get(node).into_iter().flatten().copied();
    let mut seen = vec![false; calls.len()];
    let mut open: Vec<Node> = next(from).filter(|it| *it != to && *it != from).collect();
    while let Some(node) = open.pop() {
        if node == to {
            return true;
        }
        match seen.get_mut(node) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        open.extend(next(node).filter(|it| *it != from));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(nodes: usize, edges: &[(Node, Node)], kept: &[(Node, Node)]) -> Vec<(Node, Node)> {
        let implied = implied(nodes, edges, |edge| kept.contains(&edge));
        edges.iter().zip(implied).filter(|(_, is)| !is).map(|(edge, _)| *edge).collect()
    }

    fn reached(nodes: usize, edges: &[(Node, Node)], from: Node) -> Vec<bool> {
        let mut seen = vec![false; nodes];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            for (_, to) in edges.iter().filter(|(from, _)| *from == node) {
                if !std::mem::replace(&mut seen[*to], true) {
                    open.push(*to);
                }
            }
        }
        seen
    }

    #[test]
    fn an_edge_beside_a_longer_way_goes_unless_it_matters() {
        let chain = [(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)];
        assert_eq!(left(4, &chain, &[]), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(left(4, &chain, &[(0, 3)]), [(0, 1), (1, 2), (2, 3), (0, 3)]);
        assert_eq!(left(1, &[(0, 0)], &[]), [(0, 0)]);
    }

    #[test]
    fn whoever_can_be_reached_is_still_reached() {
        // A fixed pseudo-random sequence.
        let mut state = 7_u64;
        let mut next = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for _ in 0..200 {
            let nodes = 2 + next(12);
            let mut edges: Vec<_> = (0..next(40)).map(|_| (next(nodes), next(nodes))).collect();
            edges.sort_unstable();
            edges.dedup();
            let kept = left(nodes, &edges, &[]);
            for node in 0..nodes {
                assert_eq!(reached(nodes, &kept, node), reached(nodes, &edges, node), "{edges:?}");
            }
        }
    }
}
