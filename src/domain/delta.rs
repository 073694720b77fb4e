//! The difference between two states of a list.
//!
//! Invariant: applying `diff(a, b)` to `a` gives `b`.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// What changed in a list whose rows have keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta<K, V> {
    /// Rows that are new or differ.
    pub upserts: Vec<(K, Arc<V>)>,
    /// Keys that are gone.
    pub removed: Vec<K>,
}

impl<K, V> Default for Delta<K, V> {
    fn default() -> Self {
        Self { upserts: Vec::new(), removed: Vec::new() }
    }
}

impl<K, V> Delta<K, V> {
    /// True when nothing changed.
    pub fn is_empty(&self) -> bool {
        self.upserts.is_empty() && self.removed.is_empty()
    }
}

/// A list of rows by key.
pub type Rows<K, V> = HashMap<K, Arc<V>>;

/// Replaces `old` by `new` and tells the difference. A row that is equal keeps its old allocation.
pub fn replace<K, V>(old: &mut Rows<K, V>, new: impl IntoIterator<Item = (K, V)>) -> Delta<K, V>
where
    K: Clone + Eq + Hash,
    V: PartialEq,
{
    let mut delta = Delta::default();
    let mut next = Rows::with_capacity(old.len());
    for (key, value) in new {
        let row = match old.remove(&key) {
            Some(row) if *row == value => row,
            _ => {
                let row = Arc::new(value);
                delta.upserts.push((key.clone(), Arc::clone(&row)));
                row
            }
        };
        next.insert(key, row);
    }
    delta.removed = old.drain().map(|(key, _)| key).filter(|key| !next.contains_key(key)).collect();
    *old = next;
    delta
}

/// Applies a difference.
pub fn apply<K: Eq + Hash + Clone, V>(rows: &mut Rows<K, V>, delta: &Delta<K, V>) {
    for key in &delta.removed {
        rows.remove(key);
    }
    rows.extend(delta.upserts.iter().map(|(key, row)| (key.clone(), Arc::clone(row))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn applying_the_difference_gives_the_new_list(
            a in proptest::collection::hash_map(0_u8..20, 0_u8..4, 0..20),
            b in proptest::collection::hash_map(0_u8..20, 0_u8..4, 0..20),
        ) {
            let mut old: Rows<u8, u8> = a.into_iter().map(|(k, v)| (k, Arc::new(v))).collect();
            let mut patched = old.clone();
            let delta = replace(&mut old, b.clone());
            apply(&mut patched, &delta);
            prop_assert_eq!(&patched, &old);
            prop_assert_eq!(patched.len(), b.len());
            prop_assert!(replace(&mut old, b).is_empty());
        }
    }
}
