//! Cutting a plan into transactions.

use std::ops::Range;

use super::Step;
use crate::domain::kv::{Op, Write};

/// A server with default settings takes 512 KiB; some of it is left for what is not counted.
const MOST_BYTES: usize = 480 << 10;
/// What an operation's JSON takes beside its key and value.
const FRAME: usize = 160;

/// How many of the first steps fit into one transaction: at least one.
pub(super) fn fitting(steps: &[Step]) -> usize {
    let (mut ops, mut bytes) = (0, 0);
    let fits = |step: &&Step| {
        ops += step.0.len();
        bytes += step.0.iter().map(size).sum::<usize>();
        ops <= Write::MOST_OPS && bytes <= MOST_BYTES
    };
    steps.iter().take_while(fits).count().max(1).min(steps.len())
}

/// Where the requests of a plan begin and end, as places of its steps.
pub(super) fn requests(steps: &[Step]) -> Vec<Range<usize>> {
    let (mut all, mut from) = (Vec::new(), 0);
    while let Some(rest) = steps.get(from..).filter(|rest| !rest.is_empty()) {
        let to = from + fitting(rest);
        all.push(from..to);
        from = to;
    }
    all
}

/// About how much of a transaction's JSON an operation takes; not less.
fn size(op: &Op) -> usize {
    let value = op.after().map_or(0, |(value, _)| value.len().div_ceil(3) * 4);
    // The worst that JSON does to a byte of text is six.
    let escaped = op.key().as_str().bytes().map(|byte| match byte {
        b'"' | b'\\' => 2,
        0..=31 => 6,
        _ => 1,
    });
    FRAME + value + escaped.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(ops: usize, bytes: usize) -> Step {
        let op = |number: usize| Op::create(format!("k{number}").into(), vec![0; bytes], 0);
        Step((0..ops).map(op).collect())
    }

    #[test]
    fn steps_stay_whole_within_64_operations() {
        assert_eq!(fitting(&vec![step(1, 1); 100]), 64);
        assert_eq!(fitting(&vec![step(2, 1); 100]), 32);
        let mut steps = vec![step(1, 1); 63];
        steps.push(step(2, 1));
        assert_eq!(fitting(&steps), 63);
    }

    #[test]
    fn every_step_is_in_one_request() {
        assert_eq!(requests(&vec![step(1, 1); 130]), [0..64, 64..128, 128..130]);
        assert!(requests(&[]).is_empty());
    }

    #[test]
    fn large_values_go_in_fewer_and_the_largest_alone() {
        assert_eq!(fitting(&vec![step(1, 100 << 10); 10]), 3);
        assert_eq!(fitting(&vec![step(1, 512 << 10); 3]), 1);
        assert_eq!(fitting(&[]), 0);
    }
}
