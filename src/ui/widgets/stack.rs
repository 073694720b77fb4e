//! Stacked bars: parts of a whole beside one another, in a few columns.

use crate::table::column::Cell;
use crate::ui::theme::Role;

/// A part of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How much of the whole it is.
    pub count: usize,
    /// What it is filled with: one column.
    pub fill: &'static str,
    /// How that looks.
    pub role: Role,
}

/// A bar of parts, so many columns wide; what is missing of the whole is filled with `rest`. Any part
/// that is there is seen, while there are as many columns.
pub fn stack(parts: &[Part], whole: usize, width: usize, rest: &'static str) -> Cell {
    let counts: Vec<usize> = parts.iter().map(|part| part.count).collect();
    let shares = shares(&counts, whole, width);
    let mut cell = Cell::default();
    for (part, share) in parts.iter().zip(&shares).filter(|(_, share)| **share > 0) {
        cell = cell.then(part.fill.repeat(*share), part.role);
    }
    let left = width.saturating_sub(shares.iter().sum());
    if left > 0 { cell.then(rest.repeat(left), Role::Muted) } else { cell }
}

/// How many of `width` columns each count gets of the whole: the remainders decide who gets the last
/// ones, and who has more than one column gives to those who would have none.
fn shares(counts: &[usize], whole: usize, width: usize) -> Vec<usize> {
    let all: usize = counts.iter().sum();
    let whole = whole.max(all).max(1);
    let exact = |count: usize| (count * width / whole, count * width % whole);
    let mut shares: Vec<usize> = counts.iter().map(|count| exact(*count).0).collect();
    let filled = (all * width).div_ceil(whole);
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(counts.get(*at).map(|count| exact(*count).1)));
    let short = filled.saturating_sub(shares.iter().sum());
    for at in order.into_iter().take(short) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    for (at, count) in counts.iter().enumerate() {
        if *count == 0 || shares.get(at) != Some(&0) {
            continue;
        }
        let richest = (0..shares.len()).max_by_key(|at| shares.get(*at).copied());
        let richest = richest.and_then(|at| shares.get_mut(at)).filter(|share| **share > 1);
        if let Some(share) = richest {
            *share -= 1;
        } else if shares.iter().sum::<usize>() >= width {
            continue;
        }
        if let Some(share) = shares.get_mut(at) {
            *share = 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_part_of_the_whole() {
        let part = |count, fill| Part { count, fill, role: Role::Text };
        let bar = |parts: &[Part], whole, width| {
            let cell = stack(parts, whole, width, "-");
            cell.runs.into_iter().map(|(text, _)| text.into_owned()).collect::<String>()
        };
        let two = [part(10, "#"), part(30, ".")];
        assert_eq!(bar(&two, 40, 8), "##......");
        assert_eq!(bar(&two, 80, 8), "#...----");
        assert_eq!(bar(&[part(0, "#"), part(40, ".")], 40, 8), "........");
        assert_eq!(bar(&[part(1, "#"), part(999, ".")], 1_000, 8), "#.......", "one is seen");
        assert_eq!(bar(&[part(999, "#"), part(1, ".")], 1_000, 8), "#######.");
        assert_eq!(bar(&[], 0, 4), "----");
    }

    proptest! {
        #[test]
        fn a_bar_has_its_width_and_hides_no_part(
            counts in proptest::collection::vec(0_usize..500, 0..9),
            more in 0_usize..100,
            width in 0_usize..60,
        ) {
            let whole = counts.iter().sum::<usize>() + more;
            let shares = shares(&counts, whole, width);
            let there = counts.iter().filter(|count| **count > 0).count();
            prop_assert!(shares.iter().sum::<usize>() <= width);
            if there <= width {
                for (count, share) in counts.iter().zip(&shares) {
                    prop_assert_eq!(*count > 0, *share > 0, "{:?}", shares);
                }
            }
            if more == 0 && there > 0 {
                prop_assert_eq!(shares.iter().sum::<usize>(), width);
            }
        }
    }
}
