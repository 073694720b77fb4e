//! Names of keys put together and taken apart, beyond a key's parent and leaf.
//!
//! Nothing is normalised: `a//b`, a leading `/`, blanks and control characters are parts of names.

use super::Key;

impl Key {
    /// What follows a prefix in its name; `None` when it does not begin with it.
    pub fn below(&self, prefix: &str) -> Option<&str> {
        self.as_str().strip_prefix(prefix)
    }

    /// How many folders it is in.
    pub fn depth(&self) -> usize {
        self.parent().matches('/').count()
    }

    /// The folders it is in, outermost first, without the top itself.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        let folder = self.parent();
        folder.match_indices('/').map(|(at, _)| folder.get(..=at).unwrap_or_default())
    }
}

/// The key named `name` in `folder`, which is empty or ends with `/` (one is added otherwise).
pub fn join(folder: &str, name: &str) -> Key {
    let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
    Key::from(format!("{folder}{slash}{name}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parents_lead_from_the_top_to_the_folder() {
        let key = Key::from("a//b/c");
        assert_eq!(key.parents().collect::<Vec<_>>(), ["a/", "a//", "a//b/"]);
        assert_eq!(key.depth(), 3);
        assert_eq!(Key::from("a/").parents().count(), 0);
    }

    #[test]
    fn joining_needs_no_slash_and_adds_none_at_the_top() {
        assert_eq!(join("", "a").as_str(), "a");
        assert_eq!(join("a/", "b").as_str(), "a/b");
        assert_eq!(join("a", "b/").as_str(), "a/b/");
    }

    #[test]
    fn what_is_below_a_prefix_is_the_rest() {
        assert_eq!(Key::from("a/b/c").below("a/"), Some("b/c"));
        assert_eq!(Key::from("a/b/c").below("b/"), None);
    }

    proptest! {
        #[test]
        fn parent_and_leaf_make_the_key(text in "[a/é]{0,12}") {
            let key = Key::from(text.as_str());
            prop_assert_eq!(join(key.parent(), key.leaf()), key.clone());
            prop_assert_eq!(key.depth(), key.parents().count());
        }
    }
}
