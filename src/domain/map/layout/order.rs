//! The order within each column, so that few edges cross.
//!
//! Columns are gone through to and fro; each is sorted by the middle of its neighbours in the column
//! gone through before. The best order seen is kept, so that it never gets worse.

use super::Slot;

/// How often all columns are gone through: more rounds rarely find a better order.
const ROUNDS: usize = 6;

/// The columns with their slots in the order of their numbers.
pub(super) fn first(slots: &[Slot], width: usize) -> Vec<Vec<usize>> {
    let mut order = vec![Vec::new(); width];
    for (slot, Slot { column, .. }) in slots.iter().enumerate() {
        order[*column].push(slot);
    }
    order
}

/// Improves the order.
pub(super) fn improve(slots: &[Slot], order: &mut Vec<Vec<usize>>) {
    let mut best = order.clone();
    let mut fewest = crossings(slots, &best);
    let mut rank = vec![0_usize; slots.len()];
    for column in order.iter() {
        number(column, &mut rank);
    }
    for round in 0..ROUNDS {
        if fewest == 0 {
            break;
        }
        let width = order.len();
        for step in 0..width {
            let at = if round % 2 == 0 { step } else { width - 1 - step };
            let looks_left = round % 2 == 0;
            sort(&mut order[at], slots, looks_left, &rank);
            number(&order[at], &mut rank);
        }
        let now = crossings(slots, order);
        if now < fewest {
            fewest = now;
            best.clone_from(order);
        }
    }
    *order = best;
}

fn number(column: &[usize], rank: &mut [usize]) {
    for (at, slot) in column.iter().enumerate() {
        rank[*slot] = at;
    }
}

/// Sorts a column by its neighbours on one side; what has none there stays where it is.
fn sort(column: &mut [usize], slots: &[Slot], looks_left: bool, rank: &[usize]) {
    let mut keyed: Vec<(f64, usize)> = column
        .iter()
        .map(|slot| {
            let neighbours = if looks_left { &slots[*slot].left } else { &slots[*slot].right };
            let sum: usize = neighbours.iter().map(|other| rank[*other]).sum();
            let middle = if neighbours.is_empty() {
                rank[*slot] as f64
            } else {
                sum as f64 / neighbours.len() as f64
            };
            (middle, *slot)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(rank[a.1].cmp(&rank[b.1])));
    for (place, (_, slot)) in column.iter_mut().zip(keyed) {
        *place = slot;
    }
}

/// How many edges cross, between all columns: inversions, counted in a tree of sums.
fn crossings(slots: &[Slot], order: &[Vec<usize>]) -> usize {
    let mut rank = vec![0_usize; slots.len()];
    for column in order {
        number(column, &mut rank);
    }
    let mut all = 0;
    for pair in order.windows(2) {
        let [left, right] = pair else { continue };
        let mut tree = vec![0_usize; right.len() + 1];
        let mut inserted = 0;
        for slot in left {
            let mut ends: Vec<usize> = slots[*slot].right.iter().map(|it| rank[*it]).collect();
            ends.sort_unstable();
            // Those of one slot do not cross each other: all are counted before any is noted.
            for end in &ends {
                all += inserted - sum(&tree, *end);
            }
            for end in ends {
                note(&mut tree, end);
                inserted += 1;
            }
        }
    }
    all
}

/// How many of those noted are at `end` or before.
fn sum(tree: &[usize], end: usize) -> usize {
    let mut at = end + 1;
    let mut total = 0;
    while at > 0 {
        total += tree[at];
        at &= at - 1;
    }
    total
}

fn note(tree: &mut [usize], end: usize) {
    let mut at = end + 1;
    while at < tree.len() {
        tree[at] += 1;
        at += at & at.wrapping_neg();
    }
}
