use super::*;
use crate::domain::map::layout::layout;

/// The drawing of a graph whose nodes are letters: `a-b a-c`, a row a line.
fn draw(text: &str) -> String {
    let node = |name: &str| usize::from(name.as_bytes()[0] - b'a');
    let edges: Vec<(usize, usize)> = text
        .split_whitespace()
        .map(|edge| edge.split_once('-').map(|(from, to)| (node(from), node(to))).unwrap())
        .collect();
    let nodes = edges.iter().map(|(from, to)| from.max(to) + 1).max().unwrap_or(0);
    let layout = layout(nodes, &edges);
    let wiring = wire(&layout, &vec![1; layout.columns], |_| 0);
    let mut rows = vec![vec![' '; wiring.width]; layout.lines];
    for ((row, x), cell) in &wiring.cells {
        rows[*row][*x] = sign(*cell);
    }
    for (node, (column, line)) in layout.nodes.iter().enumerate() {
        rows[*line][wiring.columns[*column]] = char::from(b'a' + node as u8);
    }
    let lines: Vec<String> =
        rows.into_iter().map(|row| String::from_iter(row).trim_end().to_owned()).collect();
    lines.join("\n")
}

fn sign(cell: Cell) -> char {
    match cell.arrow {
        Some(Arrow::Right) => '▶',
        Some(Arrow::Left) => '◀',
        Some(Arrow::Both) => '◆',
        None => "?───│┘└┴│┐┌┬│┤├┼".chars().nth(usize::from(cell.arms)).unwrap(),
    }
}

fn assert_drawn(graph: &str, rows: &[&str]) {
    assert_eq!(draw(graph), rows.join("\n"), "{graph}:\n{}", draw(graph));
}

#[test]
fn an_edge_is_a_line_with_an_arrow() {
    assert_drawn("a-b", &["a──▶b"]);
}

#[test]
fn edges_of_one_node_leave_it_together() {
    assert_drawn("a-b a-c", &["a─┬─▶b", "  └─▶c"]);
}

#[test]
fn a_long_edge_passes_beside_what_lies_between() {
    assert_drawn("a-b b-c a-c", &["a─┬─▶b─┐", "  └────┴─▶c"]);
}

#[test]
fn what_calls_back_has_an_arrow_at_its_own_end() {
    assert_drawn("a-b b-c c-b", &["a──▶b◀─▶c"]);
}

#[test]
fn nodes_of_one_column_are_connected_on_their_right() {
    assert_drawn("a-b a-c b-c", &["a─┬─▶b─┐", "  └────┴─▶c"]);
    assert_drawn("a-b a-c b-c c-b b-a", &["a◀┬─▶b◀┬┐", "  └─▶c◀┴┘"]);
}
