//! The line of each slot: near the middle of its neighbours, in the order of its column.

use super::Slot;

/// How often lines are drawn towards their neighbours.
const ROUNDS: usize = 4;

/// A line for each slot. In one column lines differ, and their order is that of the column.
pub(super) fn lines(slots: &[Slot], order: &[Vec<usize>]) -> Vec<usize> {
    let mut line: Vec<isize> = vec![0; slots.len()];
    for column in order {
        for (at, slot) in column.iter().enumerate() {
            line[*slot] = at as isize;
        }
    }
    for round in 0..ROUNDS {
        let width = order.len();
        for step in 0..width {
            let at = if round % 2 == 0 { step } else { width - 1 - step };
            settle(&order[at], slots, round % 2 == 0, &mut line);
        }
    }
    let top = line.iter().min().copied().unwrap_or(0);
    line.into_iter().map(|line| line.saturating_sub(top).unsigned_abs()).collect()
}

/// Moves each slot of a column towards the middle of its neighbours on one side. Slots that want the
/// same lines form a block around the middle of what all of it want.
fn settle(column: &[usize], slots: &[Slot], looks_left: bool, line: &mut [isize]) {
    // Blocks of neighbours: the sum of what they want less their place in the block, their number.
    let mut blocks: Vec<(isize, isize)> = Vec::new();
    let start = |(sum, n): (isize, isize)| sum.div_euclid(n.max(1));
    for slot in column {
        let mut block = (wish(&slots[*slot], *slot, looks_left, line), 1);
        while let Some(above) = blocks.last().copied() {
            if start(above) + above.1 <= start(block) {
                break;
            }
            blocks.pop();
            // In the joined block each of the lower ones stands below all of the upper ones.
            block = (above.0 + block.0 - above.1 * block.1, above.1 + block.1);
        }
        blocks.push(block);
    }
    let mut slots_left = column.iter();
    for block in blocks {
        let first = start(block);
        for at in 0..block.1 {
            if let Some(slot) = slots_left.next() {
                line[*slot] = first + at;
            }
        }
    }
}

/// The line that a slot would like: the median of its neighbours', or where it is.
fn wish(slot: &Slot, own: usize, looks_left: bool, line: &[isize]) -> isize {
    let neighbours = if looks_left { &slot.left } else { &slot.right };
    // A waypoint keeps its edge straight; a node looks at both sides once the first is settled.
    let mut wanted: Vec<isize> = neighbours.iter().map(|other| line[*other]).collect();
    if wanted.is_empty() {
        return line[own];
    }
    if slot.is_node && wanted.len() == 1 {
        return wanted[0];
    }
    wanted.sort_unstable();
    let middle = wanted.len() / 2;
    if wanted.len() % 2 == 1 {
        wanted[middle]
    } else {
        (wanted[middle - 1] + wanted[middle]).div_euclid(2)
    }
}
