//! What a key's name says by itself: its folder, its last segment, whether it is a folder.
//!
//! Nothing is normalised: `a//b`, a leading `/`, blanks and control characters are parts of names.
//! Invariant: `folder()` followed by `last()` is the key.

use super::Key;

impl Key {
    /// The folder it is in, with its final `/`; empty at the top. A folder's folder is its parent.
    pub fn folder(&self) -> &str {
        self.split().0
    }

    /// Its last segment; a folder's ends with `/`. Empty for the empty key only.
    pub fn last(&self) -> &str {
        self.split().1
    }

    /// True when it ends with `/`: a folder, or the key that marks one.
    pub fn is_folder_marker(&self) -> bool {
        self.as_str().ends_with('/')
    }

    /// What follows a prefix in its name; `None` when it does not begin with it.
    pub fn below(&self, prefix: &str) -> Option<&str> {
        self.as_str().strip_prefix(prefix)
    }

    /// How many folders it is in.
    pub fn depth(&self) -> usize {
        self.folder().matches('/').count()
    }

    /// The folders it is in, outermost first, without the top itself.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        let folder = self.folder();
        folder.match_indices('/').map(|(at, _)| folder.get(..=at).unwrap_or_default())
    }

    /// Folder and last segment. The `/` that ends a folder's name belongs to the segment.
    fn split(&self) -> (&str, &str) {
        let text = self.as_str();
        let body = text.strip_suffix('/').unwrap_or(text);
        let end = body.rfind('/').map_or(0, |at| at + 1);
        text.split_at_checked(end).unwrap_or(("", text))
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
    fn a_key_is_cut_after_its_last_folder() {
        for (key, folder, last) in [
            ("", "", ""),
            ("a", "", "a"),
            ("a/", "", "a/"),
            ("a/b", "a/", "b"),
            ("a/b/", "a/", "b/"),
            ("a//b", "a//", "b"),
            ("a//", "a/", "/"),
            ("/", "", "/"),
            ("//", "/", "/"),
            ("/a", "/", "a"),
            ("a b/%2F?#/\n", "a b/%2F?#/", "\n"),
        ] {
            let key = Key::from(key);
            assert_eq!((key.folder(), key.last()), (folder, last), "{key:?}");
        }
    }

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
        fn folder_and_last_make_the_key(text in "[a/é]{0,12}") {
            let key = Key::from(text.as_str());
            prop_assert_eq!(format!("{}{}", key.folder(), key.last()), text);
            prop_assert_eq!(key.depth(), key.parents().count());
        }
    }
}
