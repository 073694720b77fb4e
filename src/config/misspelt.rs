//! Says what is wrong in a settings file: the line, the field, and the name that was meant.
//!
//! It never quotes a value of the file, which may be a secret, and so not the parser's own
//! picture of the faulty line either.

use std::path::Path;

use anyhow::{Error, anyhow};

/// The text for the user of a parser's error.
pub(super) fn explain(error: &toml::de::Error, path: &Path, text: &str) -> Error {
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or_default();
    let place = format!("{}:{}", path.display(), line_of(text, at));
    let Some((field, known)) = unknown_field(error.message()) else {
        return anyhow!("{place}: {}", error.message().lines().next().unwrap_or_default());
    };
    let section = section_of(before).map(|name| format!(" in [{name}]")).unwrap_or_default();
    let nearest = known.iter().min_by_key(|name| distance(field, name));
    let hint = match nearest {
        Some(name) if distance(field, name) <= field.chars().count().div_ceil(2) => {
            format!("did you mean '{name}'?")
        }
        _ => format!("known are {}", known.join(", ")),
    };
    anyhow!("{place}: unknown field '{field}'{section}; {hint}")
}

/// The line, from 1, of a place in a text.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// The field and the known ones, out of serde's "unknown field `a`, expected one of `b`, `c`".
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (field, rest) = rest.split_once('`')?;
    Some((field, rest.split('`').skip(1).step_by(2).collect()))
}

/// The last section header before a place.
fn section_of(before: &str) -> Option<&str> {
    before
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix('[')?.split_once(']').map(|(name, _)| name))
}

/// How many characters to add, drop, change or swap with a neighbour to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous: Option<char> = None;
    for (row, here) in from.chars().enumerate() {
        let mut next = vec![row + 1];
        for (column, &there) in to.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = cell(&last, column) + usize::from(here != there);
            best = best.min(cell(&last, column + 1) + 1).min(cell(&next, column) + 1);
            let left = column.checked_sub(1).and_then(|left| to.get(left));
            if left == Some(&here) && previous == Some(there) {
                best = best.min(cell(&before_last, column - 1) + 1);
            }
            next.push(best);
        }
        before_last = std::mem::replace(&mut last, next);
        previous = Some(here);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_a_swap_once() {
        assert_eq!(distance("theme", "theme"), 0);
        assert_eq!(distance("tehme", "theme"), 1);
        assert_eq!(distance("adress", "address"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn the_section_is_the_last_header_before() {
        assert_eq!(section_of("a = 1\n[agent]\nx = 1\n"), Some("agent"));
        assert_eq!(section_of("a = 1\n"), None);
    }
}
