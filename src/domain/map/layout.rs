//! Where the nodes of a directed graph stand, so that most edges go from left to right.
//!
//! The steps are those of layered drawing: each node gets a column after all that point to it and are
//! on no cycle with it (`layers`), long edges get a waypoint in every column between, the order within
//! the columns is improved so that few edges cross (`order`), and each node gets a line
//! (`place`). Nothing here knows what a node is, or of characters. Invariants: equal input gives
//! equal output; input that differs a little keeps its order where nothing forces another, as ties
//! are decided by the numbers of the nodes; loops, double edges and cycles are fine.

use std::cmp::Ordering;

mod layers;
mod order;
mod place;

/// A node, by its place in the list that the caller has.
pub type Node = usize;

/// Which way an edge goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From a node to one right of it.
    Right,
    /// Back to one left of it: it is part of a cycle.
    Left,
    /// To a node of the same column: it is part of a cycle.
    Beside,
}

/// An edge as it is drawn: from column to column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The edge, by its place in the list that the caller has.
    pub edge: usize,
    /// Which way it goes.
    pub way: Way,
    /// The column of its left node.
    pub column: usize,
    /// The lines that it passes, a column each, from the column of its left node to that of its right
    /// one; of an edge beside, the lines of both its nodes.
    pub lines: Vec<usize>,
}

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Column and line of each node.
    pub nodes: Vec<(usize, usize)>,
    /// The edges; loops are left out.
    pub paths: Vec<Path>,
    /// How many columns there are.
    pub columns: usize,
    /// How many lines there are.
    pub lines: usize,
}

/// One thing that stands in a column: a node, or a waypoint of a long edge.
#[derive(Clone, Debug, Default)]
struct Slot {
    /// What it is connected with in the column to the left, and to the right.
    left: Vec<usize>,
    right: Vec<usize>,
    column: usize,
    is_node: bool,
}

/// Lays out `nodes` nodes with these edges from one to another; edges to nodes that do not exist are
/// left out. About linear in the number of edges and of the columns that they pass.
pub fn layout(nodes: usize, edges: &[(Node, Node)]) -> Layout {
    let known =
        |(_, (from, to)): &(usize, (Node, Node))| *from < nodes && *to < nodes && from != to;
    let edges: Vec<(usize, (Node, Node))> =
        edges.iter().copied().enumerate().filter(known).collect();
    let pairs: Vec<(Node, Node)> = edges.iter().map(|(_, pair)| *pair).collect();
    let columns = layers::assign(nodes, &pairs);
    let mut slots: Vec<Slot> = columns
        .iter()
        .map(|column| Slot { column: *column, is_node: true, ..Slot::default() })
        .collect();
    let mut drawn: Vec<(usize, Way, Vec<usize>)> = Vec::new();
    for (edge, (from, to)) in edges {
        let (way, passed) = match columns[from].cmp(&columns[to]) {
            Ordering::Less => (Way::Right, connect(&mut slots, from, to)),
            Ordering::Greater => (Way::Left, connect(&mut slots, to, from)),
            Ordering::Equal => (Way::Beside, vec![from, to]),
        };
        drawn.push((edge, way, passed));
    }
    let width = columns.iter().max().map_or(0, |last| last + 1);
    let mut order = order::first(&slots, width);
    order::improve(&slots, &mut order);
    let lines = place::lines(&slots, &order);
    let paths = drawn
        .into_iter()
        .map(|(edge, way, passed)| {
            let column = passed.first().map_or(0, |first| slots[*first].column);
            Path { edge, way, column, lines: passed.iter().map(|slot| lines[*slot]).collect() }
        })
        .collect();
    Layout {
        nodes: columns.iter().copied().zip(lines.iter().copied()).collect(),
        paths,
        columns: width,
        lines: lines.iter().max().map_or(0, |last| last + 1),
    }
}

/// Connects two nodes by waypoints; gives all that the edge passes, both ends included.
fn connect(slots: &mut Vec<Slot>, left: usize, right: usize) -> Vec<usize> {
    let mut way = vec![left];
    let mut at = left;
    for column in slots[left].column + 1..slots[right].column {
        slots.push(Slot { column, ..Slot::default() });
        let next = slots.len() - 1;
        join(slots, at, next);
        way.push(next);
        at = next;
    }
    join(slots, at, right);
    way.push(right);
    way
}

fn join(slots: &mut [Slot], left: usize, right: usize) {
    slots[left].right.push(right);
    slots[right].left.push(left);
}

#[cfg(test)]
mod tests;
