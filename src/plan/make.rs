//! Making plans. Pure: entries in, a plan out.
//!
//! Made again after a part was done, each gives a plan for the rest: what is already as it should be
//! is counted and left alone.

use std::collections::HashMap;

use bytes::Bytes;
use indexmap::IndexMap;
use thiserror::Error;

use super::read::is_folder;
use super::{OnConflict, Plan, Step};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, Op};

/// Whether a plan may replace what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// It may; the plan shows it as changed.
    Replace,
    /// It may not; the plan names the keys as blocked.
    Keep,
}

/// A key or a folder, and what it is to be called elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    from: Key,
    to: Key,
}

/// Why something cannot be called so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CannotRename {
    /// One is a key and the other a folder.
    #[error("'{0}' and '{1}' must both end with '/', or neither")]
    Kinds(Key, Key),
    /// The keys moved would be moved again.
    #[error("'{0}' and '{1}' lie within each other")]
    Nested(Key, Key),
    /// A key has a name.
    #[error("a key needs a name")]
    Nameless,
}

/// A key's new value, from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Bytes,
    /// The flags.
    pub flags: u64,
}

impl Rename {
    /// A folder (ending in a slash, or empty for everything) or a key under another name.
    ///
    /// # Errors
    /// When one is a folder and the other is not.
    pub fn new(from: Key, to: Key) -> Result<Self, CannotRename> {
        if is_folder(&from) != is_folder(&to) {
            return Err(if from.is_empty() || to.is_empty() {
                CannotRename::Nameless
            } else {
                CannotRename::Kinds(from, to)
            });
        }
        Ok(Self { from, to })
    }

    /// True for a folder.
    pub fn is_folder(&self) -> bool {
        is_folder(&self.from)
    }

    /// What it was called.
    pub fn from(&self) -> &Key {
        &self.from
    }

    /// What it is to be called.
    pub fn to(&self) -> &Key {
        &self.to
    }

    fn apply(&self, key: &Key) -> Option<Key> {
        let rest = key.as_str().strip_prefix(self.from.as_str())?;
        (self.is_folder() || rest.is_empty()).then(|| Key::from(format!("{}{rest}", self.to)))
    }
}

/// Copies entries to another name or datacenter; `there` is what the target holds now.
pub fn copy(dc: &Dc, source: &[Entry], rename: &Rename, there: &[Entry], clash: Clash) -> Plan {
    let incoming = source.iter().filter_map(|entry| {
        let key = rename.apply(&entry.key)?;
        Some(Incoming { key, value: entry.value.clone(), flags: entry.flags })
    });
    import(dc, incoming, there, clash)
}

/// Moves entries within a datacenter: each key is there under exactly one of the names at any time.
///
/// # Errors
/// When the names lie within each other.
pub fn rename(
    dc: &Dc,
    source: &[Entry],
    rename: &Rename,
    there: &[Entry],
    clash: Clash,
) -> Result<Plan, CannotRename> {
    let (from, to) = (rename.from.as_str(), rename.to.as_str());
    if from == to || (rename.is_folder() && (from.starts_with(to) || to.starts_with(from))) {
        return Err(CannotRename::Nested(rename.from.clone(), rename.to.clone()));
    }
    let there = by_key(there);
    let mut plan = Plan::empty(dc, OnConflict::Stop);
    for entry in source {
        let Some(key) = rename.apply(&entry.key) else { continue };
        let delete = Op::Delete { base: entry.clone() };
        let incoming = Incoming { key, value: entry.value.clone(), flags: entry.flags };
        match fit(incoming, &there, clash) {
            Fit::Same => plan.steps.push(Step(vec![delete])),
            Fit::Put(put) => plan.steps.push(Step(vec![put, delete])),
            Fit::Blocked(key) => plan.blocked.push(key),
        }
    }
    Ok(plan)
}

/// Deletes exactly these entries; one that changes meanwhile is left.
pub fn delete(dc: &Dc, entries: Vec<Entry>) -> Plan {
    let steps = entries.into_iter().map(|base| Step(vec![Op::Delete { base }])).collect();
    Plan { steps, ..Plan::empty(dc, OnConflict::Leave) }
}

impl Plan {
    /// The same, and these entries are deleted.
    #[must_use]
    pub fn deleting(mut self, entries: Vec<Entry>) -> Self {
        self.steps.extend(entries.into_iter().map(|base| Step(vec![Op::Delete { base }])));
        self
    }
}

/// Stores values; `there` is what the target holds now. Of a key that comes twice the last counts.
pub fn import(
    dc: &Dc,
    incoming: impl IntoIterator<Item = Incoming>,
    there: &[Entry],
    clash: Clash,
) -> Plan {
    let there = by_key(there);
    let mut plan = Plan::empty(dc, OnConflict::Stop);
    let each: IndexMap<Key, Incoming> =
        incoming.into_iter().map(|incoming| (incoming.key.clone(), incoming)).collect();
    for incoming in each.into_values() {
        match fit(incoming, &there, clash) {
            Fit::Same => plan.same += 1,
            Fit::Put(put) => plan.steps.push(Step(vec![put])),
            Fit::Blocked(key) => plan.blocked.push(key),
        }
    }
    plan
}

enum Fit {
    Same,
    Put(Op),
    Blocked(Key),
}

fn fit(incoming: Incoming, there: &HashMap<&Key, &Entry>, clash: Clash) -> Fit {
    let Incoming { key, value, flags } = incoming;
    match there.get(&key) {
        Some(now) if now.holds(&value, flags) => Fit::Same,
        Some(_) if clash == Clash::Keep => Fit::Blocked(key),
        base => Fit::Put(Op::Put { key, value, flags, base: base.map(|base| (*base).clone()) }),
    }
}

fn by_key(entries: &[Entry]) -> HashMap<&Key, &Entry> {
    entries.iter().map(|entry| (&entry.key, entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Counts;

    fn entry(key: &str, value: &'static str, modify_index: u64) -> Entry {
        Entry {
            key: key.into(),
            value: Bytes::from_static(value.as_bytes()),
            flags: 5,
            modify_index,
            create_index: 1,
            lock_index: 0,
            session: None,
        }
    }

    fn names(from: &str, to: &str) -> Rename {
        Rename::new(from.into(), to.into()).unwrap()
    }

    #[test]
    fn a_copy_adds_changes_and_leaves_what_is_the_same() {
        let source = [entry("a/x", "1", 3), entry("a/y", "2", 4), entry("a/z", "3", 5)];
        let there = [entry("b/y", "old", 7), entry("b/z", "3", 8)];
        let plan = copy(&"dc-2".into(), &source, &names("a/", "b/"), &there, Clash::Replace);
        let counts = Counts { added: 1, changed: 1, removed: 0, same: 1 };
        assert_eq!(plan.counts(), counts);
        let cas: Vec<_> = plan.ops().map(|op| (op.key().as_str(), op.cas())).collect();
        assert_eq!(cas, [("b/x", 0), ("b/y", 7)]);
        assert!(plan.ops().all(|op| op.after().is_some_and(|(_, flags)| flags == 5)));
        let plan = copy(&"dc-2".into(), &source, &names("a/", "b/"), &there, Clash::Keep);
        assert_eq!(plan.blocked, [Key::from("b/y")]);
    }

    #[test]
    fn a_move_deletes_what_it_put_in_the_same_step() {
        let source = [entry("a/x", "1", 3), entry("a/y", "2", 4)];
        let there = [entry("b/y", "2", 7)];
        let plan = rename(&"dc".into(), &source, &names("a/", "b/"), &there, Clash::Keep).unwrap();
        assert_eq!(plan.steps.iter().map(|step| step.0.len()).collect::<Vec<_>>(), [2, 1]);
        assert!(matches!(&plan.steps[1].0[0], Op::Delete { base } if base.modify_index == 4));
    }

    #[test]
    fn names_that_lie_within_each_other_are_refused() {
        for (from, to) in [("a/", "a/b/"), ("a/b/", "a/"), ("a/", "a/"), ("a", "a"), ("", "a/")] {
            assert!(rename(&"dc".into(), &[], &names(from, to), &[], Clash::Keep).is_err());
        }
        assert!(rename(&"dc".into(), &[], &names("a", "ab"), &[], Clash::Keep).is_ok());
        assert!(Rename::new("a/".into(), "b".into()).is_err());
        assert!(Rename::new("a".into(), "".into()).is_err());
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts() {
        let incoming = ["first", "last"].map(|value| Incoming {
            key: "a".into(),
            value: Bytes::from_static(value.as_bytes()),
            flags: 0,
        });
        let plan = import(&"dc".into(), incoming, &[], Clash::Keep);
        let values: Vec<_> = plan.ops().filter_map(|op| op.after()).collect();
        assert_eq!(values, [(&Bytes::from_static(b"last"), 0)]);
    }

    #[test]
    fn a_single_key_takes_no_others_with_it() {
        let source = [entry("a", "1", 3), entry("ab", "2", 4)];
        let plan = copy(&"dc".into(), &source, &names("a", "b"), &[], Clash::Keep);
        assert_eq!(plan.ops().map(|op| op.key().as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_plan_made_again_does_what_is_left() {
        let source = [entry("a/x", "1", 3), entry("a/y", "2", 4)];
        let there = [entry("b/x", "1", 9)];
        let plan = copy(&"dc".into(), &source, &names("a/", "b/"), &there, Clash::Keep);
        assert_eq!((plan.steps.len(), plan.same), (1, 1));
    }
}
