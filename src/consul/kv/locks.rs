//! The locks under a prefix: entries that take part in locking, and how many keys were looked at.
//!
//! Consul has no list of locks, so every entry is read. [`look_for_locks`] streams them and keeps
//! only locks; [`locks`] is for a prefix that is small enough to be followed.

use super::{path_of, plain_prefix, recurse};
use crate::consul::read::Query;
use crate::consul::{ApiError, Client, wire};
use crate::domain::kv::Key;
use crate::domain::lock::Locks;

/// What looking for locks found, and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The locks.
    pub locks: Locks,
    /// How many bytes were read.
    pub bytes: usize,
    /// True when the server says that it left out what the token may not see.
    pub is_filtered: bool,
}

/// The locks under a prefix, as a query that can block. Its answer is given up when it is longer
/// than `longest` bytes.
pub fn locks(prefix: &Key, longest: usize) -> Query<Locks> {
    let wanted = prefix.clone();
    let query = Query::new(path_of(plain_prefix(prefix.as_str())), move |text, _| {
        let mut locks = Locks::under(&wanted);
        for entry in wire::entries(text)? {
            // A prefix that no path can carry was asked for by a shorter one.
            if entry.key.below(wanted.as_str()).is_some() {
                locks.look(&entry);
            }
        }
        Ok(locks)
    });
    query.with(|request| request.flag("recurse").longest(longest))
}

/// Looks at all keys under a prefix, once, but reads no further than `most` bytes.
///
/// # Errors
/// As [`Client::send`].
pub async fn look_for_locks(
    client: &Client,
    prefix: &Key,
    most: usize,
) -> Result<Looked, ApiError> {
    let mut entries = recurse(client, prefix).await?;
    let mut locks = Locks::under(prefix);
    while let Some(page) = entries.page().await? {
        for entry in &page {
            locks.look(entry);
        }
        if entries.bytes() > most {
            let has_more = entries.next().await?.is_some();
            locks.cut_at = page.last().filter(|_| has_more).map(|entry| entry.key.clone());
            break;
        }
    }
    Ok(Looked { locks, bytes: entries.bytes(), is_filtered: entries.is_filtered() })
}
