//! Which version is newer, and the versions of a service in their order.
//!
//! Numbers decide where both are written as versions usually are (`v2`, `1.14.2`, `2026.11.3-rc1`);
//! all others are as old as their first sight. Invariant: a version stands in the order once.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::domain::seat::Seats;
use crate::domain::version::is_version;

/// So many versions of a service are remembered.
const REMEMBERED: usize = 32;

/// Compares two versions; `None` where their texts do not say which one is newer.
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    if !is_version(a) || !is_version(b) {
        return None;
    }
    let parts = |text| -> (String, String) {
        let text: &str = text;
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text.find(['-', '+', '_']).unwrap_or(text.len());
        let (core, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        (core.to_owned(), rest.to_owned())
    };
    let ((core_a, rest_a), (core_b, rest_b)) = (parts(a), parts(b));
    let rests = || match (&*rest_a, &*rest_b) {
        // What is before a release has a dash: 2.0.0-rc1 comes before 2.0.0.
        ("", rest) if rest.starts_with('-') => Ordering::Greater,
        (rest, "") if rest.starts_with('-') => Ordering::Less,
        _ => natural(&rest_a, &rest_b),
    };
    Some(natural(&core_a, &core_b).then_with(rests))
}

/// Compares texts in which numbers count as such.
fn natural(a: &str, b: &str) -> Ordering {
    let chunks = |text: &str| -> Vec<(Option<u64>, String)> {
        let mut chunks: Vec<String> = Vec::new();
        let mut was_digit = None;
        for c in text.chars() {
            let is_digit = c.is_ascii_digit();
            match chunks.last_mut() {
                Some(last) if was_digit == Some(is_digit) => last.push(c),
                _ => chunks.push(String::from(c)),
            }
            was_digit = Some(is_digit);
        }
        chunks.into_iter().map(|text| (text.parse().ok(), text)).collect()
    };
    chunks(a).cmp(&chunks(b))
}

/// Puts a version into the order, oldest first, unless it is there.
pub fn insert(order: &mut Vec<Arc<str>>, version: &Arc<str>) {
    if order.contains(version) {
        return;
    }
    let is_newer = |other: &Arc<str>| compare(other, version) == Some(Ordering::Greater);
    let after = order.iter().rposition(|other| !is_newer(other)).map_or(0, |at| at + 1);
    order.insert(after, Arc::clone(version));
    if order.len() > REMEMBERED {
        order.remove(0);
    }
}

/// Puts the versions of these instances into the order. Those that are new together are as old as
/// most of their registrations.
pub fn insert_all(order: &mut Vec<Arc<str>>, seats: &Seats) {
    let registered = |version: &Arc<str>| {
        let of_it = seats.seats.iter().filter(|seat| seat.version == *version);
        let mut indexes: Vec<u64> = of_it.map(|seat| seat.modify_index).collect();
        indexes.sort_unstable();
        indexes.get(indexes.len() / 2).copied().unwrap_or_default()
    };
    let mut versions: Vec<&Arc<str>> = seats.versions().into_iter().collect();
    versions.retain(|version| !order.contains(version));
    if versions.len() > 1 {
        versions.sort_by_cached_key(|version| registered(version));
    }
    for version in versions {
        insert(order, version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_say_which_version_is_newer() {
        for (older, newer) in [
            ("v1", "v2"),
            ("v9", "v10"),
            ("1.14.2", "2.0.0"),
            ("1.9.0", "1.14.2"),
            ("2.0.0-rc1", "2.0.0"),
            ("2.0.0-rc9", "2.0.0-rc10"),
            ("1.2", "1.2.1"),
            ("2026.11.3", "2026.12.1"),
            ("1.2.3", "1.2.3+build5"),
        ] {
            assert_eq!(compare(older, newer), Some(Ordering::Less), "{older} {newer}");
            assert_eq!(compare(newer, older), Some(Ordering::Greater), "{older} {newer}");
        }
        assert_eq!(compare("blue", "green"), None);
        assert_eq!(compare("4f2a91c", "v2"), None);
        assert_eq!(compare("", "v2"), None);
    }

    #[test]
    fn a_version_whose_text_says_nothing_is_as_old_as_its_first_sight() {
        let mut order = Vec::new();
        for version in ["v2", "blue", "v1", "green", "v3", "blue"] {
            insert(&mut order, &Arc::from(version));
        }
        let order: Vec<&str> = order.iter().map(AsRef::as_ref).collect();
        assert_eq!(order, ["v2", "blue", "v1", "green", "v3"]);
        let mut numbered = Vec::new();
        for version in ["v2", "v3", "v1"] {
            insert(&mut numbered, &Arc::from(version));
        }
        assert_eq!(numbered.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["v1", "v2", "v3"]);
    }
}
