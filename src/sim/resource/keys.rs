//! The bodies of key reads: entries with their values in base64, and lists of names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;

use super::body::list;
use crate::sim::answer::to_bytes;
use crate::sim::kv::{Entry, Kv};

/// One key as the JSON of `/v1/kv`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntryView<'a> {
    lock_index: u64,
    key: &'a str,
    flags: u64,
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    create_index: u64,
    modify_index: u64,
}

fn entry_view<'a>(key: &'a str, entry: &'a Entry) -> EntryView<'a> {
    EntryView {
        lock_index: entry.lock_index,
        key,
        flags: entry.flags,
        // Consul writes an empty value as null.
        value: (!entry.value.is_empty()).then(|| STANDARD.encode(&entry.value)),
        session: entry.session.as_deref(),
        create_index: entry.stamp.create,
        modify_index: entry.stamp.modify,
    }
}

/// The entries as a list; `None` when there are none.
pub fn entries<'a>(entries: impl IntoIterator<Item = (&'a String, &'a Entry)>) -> Option<Bytes> {
    let mut entries = entries.into_iter().peekable();
    entries.peek()?;
    Some(list(entries.map(|(key, entry)| entry_view(key, entry))))
}

/// The names under a prefix, folded at a separator unless that is empty; `None` when there are none.
pub fn keys(prefix: &str, separator: &str, kv: &Kv) -> Option<Bytes> {
    let mut names: Vec<&str> = Vec::new();
    for (key, _) in kv.under(prefix) {
        let name = fold(key, prefix, separator);
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| to_bytes(&names))
}

/// The part of a key up to the first separator after the prefix.
fn fold<'a>(key: &'a str, prefix: &str, separator: &str) -> &'a str {
    if separator.is_empty() {
        return key;
    }
    let end = key
        .get(prefix.len()..)
        .and_then(|rest| rest.find(separator))
        .map_or(key.len(), |at| prefix.len() + at + separator.len());
    key.get(..end).unwrap_or(key)
}
