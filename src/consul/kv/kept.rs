//! What is kept of all keys under a prefix to see which of them changed, as queries that can block.
//!
//! Only a listing with values tells each key's index; the values are forgotten at once. Where that is
//! too much, there are the names, and where those are too many, what lies directly under the prefix:
//! each of them has the prefix's index.

use std::collections::{HashMap, HashSet};

use super::{path_of, plain_prefix};
use crate::consul::read::Query;
use crate::consul::wire;
use crate::domain::event::keys::{Keys, Mark};
use crate::domain::kv::{Entry, Key};

/// How closely keys are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// Each key's index and length: what costs all values to be read.
    #[default]
    Marks,
    /// Each key's name.
    Names,
    /// What lies directly under the prefix.
    Top,
}

impl Depth {
    /// The next that costs less, if there is one.
    pub fn less(self) -> Option<Self> {
        match self {
            Self::Marks => Some(Self::Names),
            Self::Names => Some(Self::Top),
            Self::Top => None,
        }
    }
}

/// All keys that begin with `prefix`. The answer is given up when it is longer than `longest` bytes.
pub fn kept(prefix: &Key, depth: Depth, longest: usize) -> Query<Keys> {
    let wanted = prefix.clone();
    let plain = plain_prefix(prefix.as_str());
    let is_plain = plain.len() == prefix.as_str().len();
    let query = Query::new(path_of(plain), move |text, _| {
        // A prefix that no path can carry was asked for by a shorter one.
        let is_wanted = |key: &Key| key.below(wanted.as_str()).is_some();
        if depth == Depth::Marks {
            let entries = wire::entries(text)?.into_iter().filter(|entry| is_wanted(&entry.key));
            return Ok(Keys::Marks(entries.map(mark).collect::<HashMap<_, _>>()));
        }
        let mut names: HashSet<Key> =
            if text.is_empty() { HashSet::new() } else { serde_json::from_str(text)? };
        names.retain(is_wanted);
        Ok(if depth == Depth::Names { Keys::Names(names) } else { Keys::Top(names) })
    });
    query.with(|request| {
        let request = request.longest(longest);
        match depth {
            Depth::Marks => request.flag("recurse"),
            Depth::Top if is_plain => request.flag("keys").query("separator", "/"),
            Depth::Names | Depth::Top => request.flag("keys"),
        }
    })
}

fn mark(entry: Entry) -> (Key, Mark) {
    let mark = Mark {
        modify_index: entry.modify_index,
        create_index: entry.create_index,
        len: entry.value.len(),
        flags: entry.flags,
        session: entry.session,
    };
    (entry.key, mark)
}
