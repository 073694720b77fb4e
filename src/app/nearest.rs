//! The nearest right word to a misspelt one.
//!
//! It only compares; how the suggestion is worded is the caller's matter. It prefers saying
//! nothing over a far-fetched guess.

/// The candidate that `word` was most likely meant to be; `None` when none is near.
///
/// Near is: at most a third of its letters wrong (at least one), or a beginning of it. Case does
/// not count. Among equals the first wins. Cost: product of the lengths, for each candidate.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    if word.is_empty() {
        return None;
    }
    let limit = (word.len() / 3).max(1);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        // A beginning counts as the farthest of the near ones.
        let is_beginning = word.len() >= 2 && other.starts_with(&word);
        let found = if is_beginning { limit } else { distance(&word, &other) };
        // One wrong letter of one is another word, not a misspelling.
        if found <= limit && found < word.len() && best.is_none_or(|(least, _)| found < least) {
            best = Some((found, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added, dropped or swapped with a neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let changed = last[j] + usize::from(x != y);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        let words = ["services", "nodes", "checks", "overview"];
        for (slip, right) in [
            ("servces", "services"),
            ("sevrices", "services"),
            ("Nods", "nodes"),
            ("chekcs", "checks"),
            ("over", "overview"),
        ] {
            assert_eq!(nearest(slip, words), Some(right), "{slip}");
        }
    }

    #[test]
    fn a_far_word_finds_nothing() {
        assert_eq!(nearest("kubernetes", ["services", "nodes"]), None);
        assert_eq!(nearest("x", ["q"]), None);
        assert_eq!(nearest("", ["q"]), None);
    }
}
