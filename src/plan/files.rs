//! Entries in files: an export, or a directory of files, whichever a path is.

use std::path::Path;
use std::{fs, io};

use super::make::Incoming;
use super::{directory, export};
use crate::domain::kv::{Entry, Key};

/// What a file or a directory holds, each key below `prefix`.
///
/// # Errors
/// When it cannot be read, or is no export; in words that name it.
pub fn incoming(path: &Path, prefix: &Key) -> Result<Vec<Incoming>, String> {
    let unusable = |error: io::Error| format!("cannot read '{}': {error}", path.display());
    if path.is_dir() {
        return directory::read(path, prefix).map_err(unusable);
    }
    let text = fs::read(path).map_err(unusable)?;
    export::parse(&text, prefix)
        .map_err(|error| format!("'{}' is no export of keys: {error}", path.display()))
}

/// What a file or a directory holds of a folder. The keys of an export are whole keys, those of a
/// directory names in the folder.
///
/// # Errors
/// As [`incoming`].
pub fn under(path: &Path, prefix: &Key) -> Result<Vec<Entry>, String> {
    let below = if path.is_dir() { prefix.clone() } else { Key::default() };
    let mut all = incoming(path, &below)?;
    all.retain(|it| it.key.as_str().starts_with(prefix.as_str()));
    Ok(all.into_iter().map(entry).collect())
}

/// An entry that no datacenter has given an index.
pub fn entry(it: Incoming) -> Entry {
    let Incoming { key, value, flags } = it;
    Entry { key, value, flags, modify_index: 0, create_index: 0, lock_index: 0, session: None }
}
