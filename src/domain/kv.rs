//! Keys, values, sessions, and changes of them that are not yet made.
//!
//! Plain data. A key is kept byte for byte and a value is bytes, whatever they hold; cleaning is
//! the job of whoever draws them. Invariant: a change knows what it replaces, so it can always be
//! made check-and-set and can always be undone.

mod compare;
mod folder;
mod key;
mod presence;
mod session;
mod texts;
mod write;

use bytes::Bytes;

pub use super::ids::{Key, SessionId};
pub use compare::{Cell, Print, Verdict, verdict};
pub use folder::{Folder, FolderBuilder, Row, union};
pub use key::join;
pub use presence::{MAX_DCS, Presence};
pub use session::{Behavior, Session};
pub use texts::Texts;
pub use write::{Op, Write};

/// A key with its value and its stamps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The bytes; empty for a folder marker.
    pub value: Bytes,
    /// The number that clients may store beside the value. It needs all 64 bits.
    pub flags: u64,
    /// The index of its last change.
    pub modify_index: u64,
    /// The index at which it was made.
    pub create_index: u64,
    /// How often its lock was taken. Consul sets it to 0 at every write that is no lock operation.
    pub lock_index: u64,
    /// The session that holds its lock.
    pub session: Option<SessionId>,
}

impl Entry {
    /// True when a writer stored exactly this value with these flags.
    pub fn holds(&self, value: &[u8], flags: u64) -> bool {
        self.value == value && self.flags == flags
    }
}

impl Key {
    /// True for a folder marker: a real key whose name ends in a slash.
    pub fn is_marker(&self) -> bool {
        self.as_str().ends_with('/')
    }

    /// The folder that it lies in, with its slash; empty for the top one. Of a marker, the folder
    /// that holds the folder.
    pub fn parent(&self) -> &str {
        let name = self.as_str();
        let name = name.strip_suffix('/').unwrap_or(name);
        name.rsplit_once('/').map_or("", |(parent, _)| {
            // The slash is the one byte after the parent.
            self.as_str().get(..=parent.len()).unwrap_or(parent)
        })
    }

    /// Its name within its folder; a marker keeps its slash.
    pub fn leaf(&self) -> &str {
        self.as_str().strip_prefix(self.parent()).unwrap_or(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_parent_and_its_leaf() {
        for (key, parent, leaf) in [
            ("a", "", "a"),
            ("a/b", "a/", "b"),
            ("a/b/", "a/", "b/"),
            ("a//b", "a//", "b"),
            ("a//", "a/", "/"),
            ("/a", "/", "a"),
            ("/", "", "/"),
            ("", "", ""),
            ("ü/ß\n", "ü/", "ß\n"),
        ] {
            let key = Key::from(key);
            assert_eq!((key.parent(), key.leaf()), (parent, leaf), "{key}");
        }
    }
}
