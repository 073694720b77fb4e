use proptest::prelude::*;

use super::*;

/// A graph, its nodes named by letters in the order of their numbers: `a-b a-c`.
fn of(text: &str) -> (usize, Vec<(Node, Node)>) {
    let node = |name: &str| usize::from(name.as_bytes()[0] - b'a');
    let edges: Vec<(Node, Node)> = text
        .split_whitespace()
        .map(|edge| edge.split_once('-').map(|(from, to)| (node(from), node(to))).unwrap())
        .collect();
    let nodes = edges.iter().map(|(from, to)| from.max(to) + 1).max().unwrap_or(0);
    (nodes, edges)
}

fn columns(text: &str) -> Vec<usize> {
    let (nodes, edges) = of(text);
    layout(nodes, &edges).nodes.into_iter().map(|(column, _)| column).collect()
}

#[test]
fn a_node_stands_right_of_all_that_point_to_it() {
    assert_eq!(columns("a-b b-c a-c"), [0, 1, 2]);
    assert_eq!(columns("a-b b-c d-c"), [0, 1, 2, 1], "what nothing points to stands near");
}

#[test]
fn a_cycle_is_cut_where_it_leads_back() {
    let (nodes, edges) = of("a-b b-c c-b");
    let out = layout(nodes, &edges);
    assert_eq!(out.nodes.iter().map(|(column, _)| *column).collect::<Vec<_>>(), [0, 1, 2]);
    let ways: Vec<Way> = out.paths.iter().map(|it| it.way).collect();
    assert_eq!(ways, [Way::Right, Way::Right, Way::Left]);
}

#[test]
fn two_that_are_as_far_on_a_cycle_stand_in_one_column() {
    let (nodes, edges) = of("a-b a-c b-c c-b b-a");
    let out = layout(nodes, &edges);
    assert_eq!(out.nodes.iter().map(|(column, _)| *column).collect::<Vec<_>>(), [0, 1, 1]);
    let ways: Vec<Way> = out.paths.iter().map(|it| it.way).collect();
    assert_eq!(ways, [Way::Right, Way::Right, Way::Beside, Way::Beside, Way::Left]);
}

#[test]
fn a_chain_is_a_straight_line() {
    let (nodes, edges) = of("a-b b-c c-d");
    let lines: Vec<usize> = layout(nodes, &edges).nodes.iter().map(|(_, line)| *line).collect();
    assert_eq!(lines, [0, 0, 0, 0]);
}

#[test]
fn edges_that_need_not_cross_do_not() {
    let (nodes, edges) = of("a-d b-c");
    let out = layout(nodes, &edges);
    let line = |node: usize| out.nodes[node].1;
    assert_eq!(line(0) < line(1), line(3) < line(2));
}

#[test]
fn nothing_and_loops_are_fine() {
    assert_eq!(layout(0, &[]), Layout::default());
    let out = layout(1, &[(0, 0), (0, 7)]);
    assert_eq!((out.columns, out.lines, out.paths.len()), (1, 1, 0));
}

proptest! {
    #[test]
    fn whatever_the_graph_every_node_has_a_place_of_its_own(
        nodes in 1_usize..30,
        pairs in proptest::collection::vec((0_usize..30, 0_usize..30), 0..90),
    ) {
        let edges: Vec<(Node, Node)> =
            pairs.into_iter().map(|(a, b)| (a % nodes, b % nodes)).collect();
        let out = layout(nodes, &edges);
        let mut places = out.nodes.clone();
        places.sort_unstable();
        places.dedup();
        prop_assert_eq!(places.len(), nodes);
        for path in &out.paths {
            let (from, to) = edges[path.edge];
            let (left, right) = if path.way == Way::Left { (to, from) } else { (from, to) };
            prop_assert_eq!(path.column, out.nodes[left].0);
            let passed = if path.way == Way::Beside { 0 } else { path.lines.len() - 1 };
            prop_assert_eq!(path.column + passed, out.nodes[right].0);
            prop_assert_eq!(path.lines.first(), Some(&out.nodes[left].1));
            prop_assert_eq!(path.lines.last(), Some(&out.nodes[right].1));
        }
        let loops = edges.iter().filter(|(a, b)| a == b).count();
        prop_assert_eq!(out.paths.len() + loops, edges.len());
        prop_assert_eq!(layout(nodes, &edges), out);
    }
}
