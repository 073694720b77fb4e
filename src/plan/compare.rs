//! Comparing two prefixes, or a prefix and a file, key by key.
//!
//! Both sides are read at once and in order, so memory is bounded by a page of each however large
//! they are. Keys are compared by their names below the prefixes, values byte for byte with their
//! flags.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::Counts;
use crate::consul::kv::{self, Listing};
use crate::consul::{ApiError, Client};
use crate::domain::kv::{Entry, Key};

/// One of the two things compared.
#[derive(Debug)]
pub struct Side {
    prefix: Key,
    source: Source,
    ahead: VecDeque<Entry>,
    last: Option<Key>,
}

#[derive(Debug)]
enum Source {
    Live(Box<Listing<Entry>>),
    Whole,
}

/// A key that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name below the prefixes.
    pub name: String,
    /// What the left side holds.
    pub left: Option<Entry>,
    /// What the right side holds.
    pub right: Option<Entry>,
}

/// A comparison on its way.
#[derive(Debug)]
pub struct Compare {
    left: Side,
    right: Side,
    counts: Counts,
}

impl Side {
    /// The keys under a prefix, as they are now.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn live(client: &Client, prefix: &Key) -> Result<Self, ApiError> {
        let source = Source::Live(Box::new(kv::recurse(client, prefix).await?));
        Ok(Self { prefix: prefix.clone(), source, ahead: VecDeque::new(), last: None })
    }

    /// Entries that are here already, in any order; those outside of the prefix are left out.
    pub fn whole(mut entries: Vec<Entry>, prefix: &Key) -> Self {
        entries.retain(|entry| entry.key.as_str().starts_with(prefix.as_str()));
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let (prefix, source) = (prefix.clone(), Source::Whole);
        Self { prefix, source, ahead: entries.into(), last: None }
    }

    /// Reads ahead, if nothing is there; false at the end.
    async fn fill(&mut self) -> Result<bool, ApiError> {
        if self.ahead.is_empty()
            && let Source::Live(listing) = &mut self.source
            && let Some(page) = listing.page().await?
        {
            for entry in &page {
                if self.last.as_ref().is_some_and(|last| *last >= entry.key) {
                    let what = "its keys are not in order".to_owned();
                    return Err(ApiError::BadAnswer { path: "/v1/kv/".to_owned(), what });
                }
                self.last = Some(entry.key.clone());
            }
            self.ahead = page.into();
        }
        Ok(!self.ahead.is_empty())
    }

    fn is_filtered(&self) -> bool {
        matches!(&self.source, Source::Live(listing) if listing.is_filtered())
    }

    /// The next key's name below the prefix.
    fn name(&self) -> Option<&str> {
        let key = self.ahead.front()?.key.as_str();
        Some(key.strip_prefix(self.prefix.as_str()).unwrap_or(key))
    }
}

impl Compare {
    /// Compares two sides: what only the right one has is added.
    pub fn new(left: Side, right: Side) -> Self {
        Self { left, right, counts: Counts::default() }
    }

    /// The next difference; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// As the way to an agent gives cause.
    pub async fn next(&mut self) -> Result<Option<Difference>, ApiError> {
        loop {
            let (left, right) = tokio::try_join!(self.left.fill(), self.right.fill())?;
            let order = match (left, right) {
                (false, false) => return Ok(None),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (true, true) => self.left.name().cmp(&self.right.name()),
            };
            let name =
                if order == Ordering::Greater { self.right.name() } else { self.left.name() };
            let name = name.unwrap_or_default().to_owned();
            let left = if order.is_le() { self.left.ahead.pop_front() } else { None };
            let right = if order.is_ge() { self.right.ahead.pop_front() } else { None };
            match (&left, &right) {
                (Some(left), Some(right)) if right.holds(&left.value, left.flags) => {
                    self.counts.same += 1;
                    continue;
                }
                (Some(_), Some(_)) => self.counts.changed += 1,
                (Some(_), None) => self.counts.removed += 1,
                (None, _) => self.counts.added += 1,
            }
            return Ok(Some(Difference { name, left, right }));
        }
    }

    /// True when a server said that it left out what the token may not see.
    pub fn is_filtered(&self) -> bool {
        self.left.is_filtered() || self.right.is_filtered()
    }

    /// What was found so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn side(prefix: &str, entries: &[(&str, &'static str, u64)]) -> Side {
        let entry = |&(key, value, flags): &(&str, &'static str, u64)| Entry {
            key: key.into(),
            value: Bytes::from_static(value.as_bytes()),
            flags,
            modify_index: 1,
            create_index: 1,
            lock_index: 0,
            session: None,
        };
        Side::whole(entries.iter().map(entry).collect(), &prefix.into())
    }

    #[tokio::test]
    async fn differences_are_told_by_name_and_counted() {
        let left = side("a/", &[("a/z", "1", 0), ("a/b", "1", 0), ("a/c", "1", 0), ("x", "", 0)]);
        let right = side("b/", &[("b/b", "1", 0), ("b/c", "1", 7), ("b/y", "2", 0)]);
        let mut compare = Compare::new(left, right);
        let mut told = Vec::new();
        while let Some(it) = compare.next().await.unwrap() {
            told.push((it.name, it.left.is_some(), it.right.is_some()));
        }
        let expected = [("c", true, true), ("y", false, true), ("z", true, false)];
        let expected = expected.map(|(name, left, right)| (name.to_owned(), left, right));
        assert_eq!(told, expected);
        let counts = Counts { added: 1, removed: 1, changed: 1, same: 1 };
        assert_eq!(compare.counts(), counts);
    }
}
