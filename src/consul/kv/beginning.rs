//! The first rows of a folder, read from the beginning of a long listing.

use super::array::Splitter;
use crate::domain::kv::{Folder, Key};

/// Fewer rows than a large terminal shows are no beginning.
const SCREENFUL: usize = 256;

/// What the answer to a [`folder`](super::folder) begins with, while it is not whole; `None` when that
/// is less than a screenful, all of it, or no listing.
pub fn beginning(prefix: &Key, bytes: &[u8]) -> Option<Folder> {
    let mut splitter = Splitter::default();
    splitter.feed(bytes);
    let mut builder = Folder::builder(prefix, bytes.len());
    while let Some(item) = splitter.item().ok()? {
        let path: String = serde_json::from_slice(item).ok()?;
        builder.add(&path);
    }
    let folder = builder.build();
    let is_worth_it = folder.len() >= SCREENFUL && !splitter.is_whole();
    is_worth_it.then(|| folder.begun())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(rows: usize) -> String {
        let names: Vec<String> = (0..rows).map(|row| format!("a/{row:04}\u{fc}")).collect();
        serde_json::to_string(&names).unwrap()
    }

    #[test]
    fn only_what_came_whole_is_in_it_wherever_the_bytes_end() {
        let text = listing(300);
        let one = text.len() / 300;
        for end in text.len() - 3 * one..text.len() - 1 {
            let folder = beginning(&"a/".into(), &text.as_bytes()[..end]).unwrap();
            assert!(folder.is_beginning());
            assert!((297..300).contains(&folder.len()), "{}", folder.len());
            assert!(folder.rows().all(|row| row.name.ends_with('\u{fc}')));
        }
    }

    #[test]
    fn a_whole_a_short_and_no_listing_are_no_beginnings() {
        let text = listing(300);
        for bytes in [text.as_bytes(), &text.as_bytes()[..500], b"No cluster leader", b""] {
            assert_eq!(beginning(&"a/".into(), bytes), None);
        }
        let entries = format!("[{}", r#"{"Key":"a/b"},"#.repeat(300));
        assert_eq!(beginning(&"a/".into(), entries.as_bytes()), None);
        // Nothing of what came lies under the prefix.
        assert_eq!(beginning(&"b/".into(), &text.as_bytes()[..text.len() - 2]), None);
    }
}
