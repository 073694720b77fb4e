//! Where a watch stands: the index to ask with next, and whether an answer brought anything new.
//!
//! Pure. Over [`next_index`] it adds the content's hash (equal content under a new index is no
//! change) and sees a server that answers blocking queries at once, which must be polled instead.

use std::hash::BuildHasher;
use std::time::Duration;

use foldhash::fast::FixedState;

use crate::consul::next_index;

/// A blocking query that comes back sooner than this without a new index did not block.
const TOO_SOON: Duration = Duration::from_secs(1);

/// What is known of the list that is watched.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    index: Option<u64>,
    content: Option<u64>,
}

/// What an answer brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The content differs from the one before.
    pub is_new: bool,
    /// The server does not block (no index, or one that stands still): ask seldom.
    pub is_spinning: bool,
}

impl Cursor {
    /// The index to block with; `None` means to ask without blocking.
    pub fn index(&self) -> Option<u64> {
        self.index
    }

    /// Asks without blocking next, keeping in mind what the content was.
    pub fn restart(&mut self) {
        self.index = None;
    }

    /// Forgets the content too: it could not be read.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Takes an answer to the query with [`Cursor::index`]. Never call it for an error: those
    /// carry an index that means nothing.
    pub fn accept(&mut self, got: Option<u64>, body: &[u8], took: Duration) -> Verdict {
        let asked = self.index;
        self.index = next_index(asked, got);
        let content = FixedState::default().hash_one(body);
        let is_new = self.content.replace(content) != Some(content);
        let stands_still = asked.is_some() && self.index == asked && took < TOO_SOON;
        Verdict { is_new, is_spinning: stands_still }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(5);

    fn accept(cursor: &mut Cursor, got: u64, body: &str) -> Verdict {
        cursor.accept(Some(got), body.as_bytes(), LONG)
    }

    #[test]
    fn equal_content_under_a_new_index_is_no_change() {
        let mut cursor = Cursor::default();
        assert!(accept(&mut cursor, 5, "[]").is_new);
        assert!(!accept(&mut cursor, 9, "[]").is_new);
        assert_eq!(cursor.index(), Some(9));
        assert!(accept(&mut cursor, 12, "[1]").is_new);
    }

    #[test]
    fn an_index_that_falls_is_followed_by_a_query_that_does_not_block() {
        let mut cursor = Cursor::default();
        accept(&mut cursor, 90, "[]");
        assert!(accept(&mut cursor, 12, "[1]").is_new);
        assert_eq!(cursor.index(), None);
        assert!(!accept(&mut cursor, 12, "[1]").is_new);
        assert_eq!(cursor.index(), Some(12));
    }

    #[test]
    fn a_wait_that_ran_out_is_no_change_and_no_spinning() {
        let mut cursor = Cursor::default();
        accept(&mut cursor, 5, "[]");
        assert_eq!(accept(&mut cursor, 5, "[]"), Verdict { is_new: false, is_spinning: false });
    }

    #[test]
    fn a_server_that_does_not_block_is_seen() {
        let mut cursor = Cursor::default();
        let soon = Duration::from_millis(2);
        assert!(!cursor.accept(None, b"[]", soon).is_spinning);
        assert_eq!(cursor.index(), Some(1));
        assert!(cursor.accept(None, b"[]", soon).is_spinning);
        assert!(cursor.accept(Some(0), b"[1]", soon).is_spinning);
        assert!(!cursor.accept(Some(4), b"[2]", soon).is_spinning);
    }

    #[test]
    fn a_restart_keeps_the_content_in_mind() {
        let mut cursor = Cursor::default();
        accept(&mut cursor, 5, "[]");
        cursor.restart();
        assert_eq!(cursor.index(), None);
        assert!(!accept(&mut cursor, 5, "[]").is_new);
        cursor.forget();
        assert!(accept(&mut cursor, 5, "[]").is_new);
    }
}
