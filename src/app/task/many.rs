//! Work on many keys at once: what is wished, the plan made of it, and what a comparison found.
//!
//! Plain data. A wish is kept with its plan, so that the same can be wished again: the plan that is
//! then made does what is left.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key};
use crate::plan::make::Rename;
use crate::plan::{Counts, Plan};
use crate::ui::text::count;

/// What is wished of many keys. Where something else is in the way it would be replaced: the plan
/// shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Delete keys and folders.
    Delete {
        /// Where.
        dc: Dc,
        /// The keys; a name with a slash at its end is a folder.
        names: Vec<Key>,
    },
    /// Copy a key or a folder.
    Copy {
        /// From where.
        dc: Dc,
        /// To where.
        to_dc: Dc,
        /// What, and its new name.
        names: Rename,
    },
    /// Move a key or a folder.
    Move {
        /// Where.
        dc: Dc,
        /// What, and its new name.
        names: Rename,
    },
    /// Store what a file or a directory holds.
    Import {
        /// Its path.
        file: String,
        /// To where.
        dc: Dc,
        /// What is put before each of its keys.
        prefix: Key,
    },
    /// Copy some keys of a compared folder over to its other side, and delete there what this side
    /// does not have.
    Pick {
        /// From where.
        from: Side,
        /// To where.
        to_dc: Dc,
        /// Into which folder.
        to: Key,
        /// The names in the folder of those to copy.
        names: Vec<Arc<str>>,
        /// The names of those to delete.
        extra: Vec<Arc<str>>,
    },
}

/// One of two things that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// A folder of a datacenter.
    Keys {
        /// Where.
        dc: Dc,
        /// The folder; empty for everything.
        prefix: Key,
    },
    /// What a file or a directory holds of a folder.
    File {
        /// Its path.
        path: String,
        /// The folder.
        prefix: Key,
    },
}

/// Two things to be compared. What only the right one has is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// What it was.
    pub left: Side,
    /// What it is.
    pub right: Side,
}

/// A plan that may be carried out, and what it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What was wished.
    pub wish: Wish,
    /// What would be done.
    pub plan: Arc<Plan>,
    /// True when the operator wants it done although it cannot be journalled.
    pub without_journal: bool,
}

/// A plan that was made.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The plan.
    pub proposal: Proposal,
    /// Keys that somebody holds or writes too.
    pub guarded: Vec<Guarded>,
    /// What else the operator should know before, each in a sentence.
    pub remarks: Vec<String>,
}

/// Keys that ask for more care, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
    /// Why, in a sentence.
    pub why: String,
    /// The keys.
    pub keys: Vec<Key>,
}

/// A part of what a comparison found.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Keys that are not the same on both sides, found since the last part.
    pub rows: Vec<Differing>,
    /// All that was found so far.
    pub counts: Counts,
    /// How it ended.
    pub end: Option<End>,
}

/// How a comparison ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Both sides were read to their ends.
    Whole {
        /// What may be missing all the same, in a sentence.
        hidden: Option<String>,
    },
    /// It broke off; in words.
    Broken(String),
}

/// A key that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// Its name in the compared folders.
    pub name: Arc<str>,
    /// The left one.
    pub left: Option<Held>,
    /// The right one.
    pub right: Option<Held>,
}

/// What is kept of a compared value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its length in bytes.
    pub len: usize,
    /// The index of its last change; 0 in a file.
    pub modify_index: u64,
    /// The value itself and its flags, where they cannot be read again key by key: of a file.
    pub whole: Option<(Bytes, u64)>,
}

impl Wish {
    /// The datacenter that would be changed.
    pub fn dc(&self) -> &Dc {
        match self {
            Self::Delete { dc, .. } | Self::Move { dc, .. } | Self::Import { dc, .. } => dc,
            Self::Copy { to_dc, .. } | Self::Pick { to_dc, .. } => to_dc,
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delete { dc, names } => match names.as_slice() {
                [name] => write!(f, "delete {} in {dc}", shown(name)),
                names => write!(f, "delete {} keys and folders in {dc}", count(names.len())),
            },
            Self::Copy { dc, to_dc, names } if dc == to_dc => {
                write!(f, "copy {} to {} in {dc}", shown(names.from()), shown(names.to()))
            }
            Self::Copy { dc, to_dc, names } => {
                write!(
                    f,
                    "copy {} of {dc} to {} in {to_dc}",
                    shown(names.from()),
                    shown(names.to())
                )
            }
            Self::Move { dc, names } => {
                write!(f, "move {} to {} in {dc}", shown(names.from()), shown(names.to()))
            }
            Self::Import { file, dc, prefix } => {
                write!(f, "import {file} into {} in {dc}", shown(prefix))
            }
            Self::Pick { from, to_dc, to, names, extra } => {
                let (copied, deleted, to) = (keys(names.len()), keys(extra.len()), shown(to));
                match (names.is_empty(), extra.is_empty()) {
                    (true, _) => {
                        write!(f, "delete {deleted} of {to} in {to_dc} that {from} does not have")
                    }
                    (false, true) => write!(f, "copy {copied} of {from} to {to} in {to_dc}"),
                    (false, false) => write!(
                        f,
                        "copy {copied} of {from} to {to} in {to_dc}, and delete {deleted} there"
                    ),
                }
            }
        }
    }
}

impl Side {
    /// The folder.
    pub fn prefix(&self) -> &Key {
        match self {
            Self::Keys { prefix, .. } | Self::File { prefix, .. } => prefix,
        }
    }

    /// The datacenter; none for a file.
    pub fn dc(&self) -> Option<&Dc> {
        match self {
            Self::Keys { dc, .. } => Some(dc),
            Self::File { .. } => None,
        }
    }

    /// The whole key of a name in the folder.
    pub fn key(&self, name: &str) -> Key {
        Key::from(format!("{}{name}", self.prefix()))
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys { dc, prefix } => write!(f, "{} @ {dc}", shown(prefix)),
            Self::File { path, .. } => f.write_str(path),
        }
    }
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, key) in self.keys.iter().take(NAMED).enumerate() {
            write!(f, "{}'{key}'", if place == 0 { "" } else { ", " })?;
        }
        let more = self.keys.len().saturating_sub(NAMED);
        if more > 0 {
            write!(f, " and {} more", count(more))?;
        }
        write!(f, ": {}", self.why)
    }
}

/// As many keys as are named for one reason; the list shows the others.
const NAMED: usize = 3;

impl Held {
    /// What is kept of an entry of a datacenter.
    pub fn of(entry: &Entry) -> Self {
        Self { len: entry.value.len(), modify_index: entry.modify_index, whole: None }
    }

    /// What is kept of an entry of a file.
    pub fn of_file(entry: &Entry) -> Self {
        Self { whole: Some((entry.value.clone(), entry.flags)), ..Self::of(entry) }
    }
}

/// So many keys.
pub fn keys(of: usize) -> String {
    if of == 1 { String::from("1 key") } else { format!("{} keys", count(of)) }
}

/// A name as it is said: that of the top has no letters.
pub fn shown(name: &Key) -> &str {
    if name.is_empty() { "everything" } else { name.as_str() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_says_what_where() {
        let names = Rename::new("app/".into(), "old/".into()).unwrap();
        let copy = Wish::Copy { dc: "dc-1".into(), to_dc: "dc-2".into(), names: names.clone() };
        assert_eq!(copy.to_string(), "copy app/ of dc-1 to old/ in dc-2");
        let wish = Wish::Move { dc: "dc-1".into(), names };
        assert_eq!(wish.to_string(), "move app/ to old/ in dc-1");
        let all = Wish::Delete { dc: "dc-1".into(), names: vec![Key::default()] };
        assert_eq!(all.to_string(), "delete everything in dc-1");
    }

    #[test]
    fn what_is_deleted_is_said_beside_what_is_copied() {
        let from = Side::Keys { dc: "dc-1".into(), prefix: "a/".into() };
        let wish = |names: &[&str], extra: &[&str]| {
            let all = |all: &[&str]| all.iter().map(|name| Arc::from(*name)).collect();
            let (to_dc, to, from) = ("dc-2".into(), "b/".into(), from.clone());
            Wish::Pick { from, to_dc, to, names: all(names), extra: all(extra) }.to_string()
        };
        assert_eq!(wish(&["x"], &[]), "copy 1 key of a/ @ dc-1 to b/ in dc-2");
        assert_eq!(
            wish(&["x"], &["y", "z"]),
            "copy 1 key of a/ @ dc-1 to b/ in dc-2, and delete 2 keys there"
        );
        assert_eq!(wish(&[], &["y"]), "delete 1 key of b/ in dc-2 that a/ @ dc-1 does not have");
    }

    #[test]
    fn guarded_keys_are_named_up_to_three() {
        let keys = ["a", "b", "c", "d", "e"].map(Key::from).to_vec();
        let guarded = Guarded { why: "locked".into(), keys };
        assert_eq!(guarded.to_string(), "'a', 'b', 'c' and 2 more: locked");
    }
}
