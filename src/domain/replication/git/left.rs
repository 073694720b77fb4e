//! What a commit left behind, by which a key that is deleted later is missed.
//!
//! Consul keeps no name of what was deleted, and an index of it for some 15 minutes only. So the
//! names are remembered from the first look at a commit on, and so is that something was deleted
//! after it already then.

use std::collections::HashMap;

use super::Written;
use crate::domain::ids::Key;

/// The keys that a commit left, as far as dcview saw them.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// The `ModifyIndex` of the commit's `.ref`.
    marker: Option<u64>,
    /// The keys at the first look. True for one that may have come after the commit.
    names: HashMap<Key, bool>,
    is_unnamed: bool,
    /// Some may have been hidden from the token then.
    is_partial: bool,
}

/// What was deleted after a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// The keys, in the order of their names.
    pub names: Vec<Key>,
    /// Those of which nothing tells whether they were the commit's.
    pub doubtful: Vec<Key>,
    /// True when something else was: which key, and whether it was the commit's, nothing tells.
    pub is_unnamed: bool,
}

/// A look at a branch's folder.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The `ModifyIndex` of the `.ref`.
    pub marker: u64,
    /// What has a higher index came after the commit; `None` while that is not known.
    pub line: Option<u64>,
    /// The index of the newest deletion, as far as Consul remembers one.
    pub deletion: Option<u64>,
    /// The keys that the branch owns.
    pub keys: &'a [Written],
    /// True when nothing has been written for a while: no sync is going on.
    pub is_still: bool,
    /// True when the token may not see every key.
    pub is_filtered: bool,
}

impl Left {
    /// True when what the commit of this `.ref` left is known.
    pub fn is_of(&self, marker: u64) -> bool {
        self.marker == Some(marker)
    }

    /// True when more keys may have been there than were seen.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// True when a key that this commit left is not among these.
    pub fn misses(&self, marker: u64, keys: &[Written]) -> bool {
        let here = keys.iter().filter(|it| self.names.contains_key(&it.key)).count();
        self.is_of(marker) && here < self.names.len()
    }

    /// Notes a look, and says what is gone.
    pub fn note(&mut self, look: Look) -> Gone {
        let is_after = |index: u64| look.line.is_some_and(|line| index > line);
        let is_deleted = look.deletion.is_some_and(is_after);
        if self.marker != Some(look.marker) {
            if !look.is_still && (look.line.is_none() || is_deleted) {
                // A sync may be going on: what it has not deleted yet is none of the commit's.
                return Gone { is_unnamed: is_deleted, ..Gone::default() };
            }
            // Where the line is not known, what came after the marker may have come after the sync.
            let is_late = |it: &Written| it.create_index > look.line.unwrap_or(look.marker);
            let names = look.keys.iter().map(|it| (it.key.clone(), is_late(it)));
            self.names = names.collect();
            (self.marker, self.is_unnamed) = (Some(look.marker), is_deleted);
            self.is_partial = look.is_filtered;
        }
        let mut here: HashMap<_, _> = self.names.iter().map(|(key, doubt)| (key, *doubt)).collect();
        for it in look.keys {
            here.remove(&it.key);
        }
        let mut gone: Vec<(&Key, bool)> = here.into_iter().collect();
        gone.sort_unstable();
        let (doubtful, names): (Vec<_>, Vec<_>) =
            gone.into_iter().partition(|(_, is_doubtful)| *is_doubtful);
        let keys = |gone: Vec<(&Key, bool)>| gone.into_iter().map(|(key, _)| key.clone()).collect();
        Gone { names: keys(names), doubtful: keys(doubtful), is_unnamed: self.is_unnamed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::Stamp;

    fn keys(keys: &[(&str, u64)]) -> Vec<Written> {
        let stamp = Stamp { modify_index: 1, len: 1, flags: 0 };
        let written = |(key, index): &(&str, u64)| Written {
            key: (*key).into(),
            stamp,
            create_index: *index,
        };
        keys.iter().map(written).collect()
    }

    fn look(marker: u64, deletion: Option<u64>, keys: &[Written]) -> Look<'_> {
        Look { marker, line: Some(marker), deletion, keys, is_still: true, is_filtered: false }
    }

    fn named(names: &[&str]) -> Gone {
        Gone { names: names.iter().map(|it| (*it).into()).collect(), ..Gone::default() }
    }

    fn doubtful(name: &str) -> Gone {
        Gone { doubtful: vec![name.into()], ..Gone::default() }
    }

    #[test]
    fn a_key_that_was_seen_is_missed_until_it_is_back_or_another_commit_comes() {
        let (all, one) = (keys(&[("a", 1), ("b", 2), ("c", 3)]), keys(&[("b", 2)]));
        let mut left = Left::default();
        assert_eq!(left.note(look(9, None, &all)), Gone::default());
        assert_eq!(left.note(look(9, Some(12), &one)), named(&["a", "c"]));
        // Consul has forgotten the deletion; dcview has not.
        assert_eq!(left.note(look(9, None, &one)), named(&["a", "c"]));
        assert_eq!(left.note(look(9, None, &all)), Gone::default());
        assert_eq!(left.note(look(20, Some(15), &one)), Gone::default(), "the next commit's own");
    }

    #[test]
    fn a_deletion_before_the_first_look_has_no_name_and_is_not_forgotten() {
        let one = keys(&[("a", 1)]);
        let unnamed = Gone { is_unnamed: true, ..Gone::default() };
        let mut left = Left::default();
        assert_eq!(left.note(look(9, Some(12), &one)), unnamed);
        assert_eq!(left.note(look(9, None, &one)), unnamed);
        assert_eq!(left.note(look(20, None, &one)), Gone::default());
    }

    #[test]
    fn what_came_after_the_commit_and_went_was_none_of_its_keys() {
        let (one, more) = (keys(&[("a", 1)]), keys(&[("a", 1), ("mine", 11)]));
        let mut left = Left::default();
        left.note(look(9, None, &one));
        left.note(look(9, None, &more));
        assert_eq!(left.note(look(9, Some(14), &one)), Gone::default());
        // It was there at the first look: whether it replaced a key of the commit, nothing tells.
        let mut left = Left::default();
        left.note(look(9, None, &more));
        assert_eq!(left.note(look(9, Some(14), &one)), doubtful("mine"));
    }

    #[test]
    fn with_an_unknown_line_what_is_newer_than_the_commit_may_be_none_of_its_keys() {
        let (one, more) = (keys(&[("a", 1)]), keys(&[("a", 1), ("new", 11)]));
        let rooted = |keys| Look { line: None, ..look(9, None, keys) };
        let mut left = Left::default();
        left.note(rooted(&more));
        assert_eq!(left.note(rooted(&one)), doubtful("new"));
        assert_eq!(left.note(rooted(&[])), Gone { names: vec!["a".into()], ..doubtful("new") });
    }

    #[test]
    fn while_a_sync_may_go_on_nothing_is_remembered() {
        let (all, one) = (keys(&[("a", 1), ("b", 2)]), keys(&[("a", 1)]));
        let mut left = Left::default();
        let moving = Look { is_still: false, ..look(9, Some(12), &all) };
        assert!(left.note(moving).is_unnamed);
        assert_eq!(left.note(look(15, Some(12), &one)), Gone::default());
    }
}
