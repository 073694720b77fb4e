//! The KV store and sessions: what can be asked.
//!
//! [`folder`] and [`entry`] are queries that can block; [`Listing`] streams what is too large to be
//! held. Everything here is a GET, so it works read-only, and is exact for every key: those that
//! no URL path can carry ([`plain_prefix`]) are found by listing the nearest prefix that one can,
//! and one of them alone ([`read`]) through a transaction where the client may write.

mod array;
mod beginning;
mod carry;
mod kept;
mod listing;
mod locks;
mod moved;

use super::read::{Meta, Query};
use super::write::look;
use super::{Access, ApiError, Client, encode_path, encode_segment, wire};
use crate::domain::kv::{Entry, Folder, Key, Session, SessionId};
use crate::domain::managed::{GIT2CONSUL_CONFIG, Managers, REPLICATE_STATUSES};

pub use beginning::beginning;
pub use carry::plain_prefix;
pub use kept::{Depth, kept};
pub use listing::{Listing, keys, recurse, recurse_with};
pub use locks::{Looked, locks, look_for_locks};
pub use moved::moved_on;

/// What lies directly under `prefix` (empty, or with a slash at its end). There is no error for a
/// prefix that does not exist: it is empty, and its answer can block all the same.
pub fn folder(prefix: &Key) -> Query<Folder> {
    let wanted = prefix.clone();
    let plain = plain_prefix(prefix.as_str());
    let is_plain = plain.len() == prefix.as_str().len();
    let query = Query::new(path_of(plain), move |text, _| wire::folder(&wanted, text));
    query.with(|request| {
        let request = request.flag("keys");
        // Below a shorter prefix the separator would hide what is wanted.
        if is_plain { request.query("separator", "/") } else { request }
    })
}

/// The names that begin with `prefix`, each cut behind the first `separator` after the prefix, in the
/// order of their bytes. The server counts in the index every key that begins so.
pub fn names(prefix: &Key, separator: &str) -> Query<Vec<Key>> {
    let wanted = prefix.clone();
    let plain = plain_prefix(prefix.as_str());
    let is_plain = plain.len() == prefix.as_str().len();
    let query = Query::new(path_of(plain), move |text, _| {
        let mut names: Vec<Key> =
            if text.is_empty() { vec![] } else { serde_json::from_str(text)? };
        // A prefix that no path can carry was asked for by a shorter one.
        names.retain(|name| name.below(wanted.as_str()).is_some());
        Ok(names)
    });
    query.with(|request| {
        let request = request.flag("keys");
        if is_plain { request.query("separator", separator) } else { request }
    })
}

/// One key; `None` when there is no such key, which is an answer that can block too. A key that no
/// path can carry costs as much as the prefix that can.
pub fn entry(key: &Key) -> Query<Option<Entry>> {
    let wanted = key.clone();
    let plain = plain_prefix(key.as_str());
    let is_plain = plain.len() == key.as_str().len() && !plain.is_empty();
    let query = Query::new(path_of(plain), move |text, _| {
        Ok(wire::entries(text)?.into_iter().find(|entry| entry.key == wanted))
    });
    if is_plain { query } else { query.with(|request| request.flag("recurse")) }
}

/// One key, once, at the least cost: as [`entry`], but through a transaction when no path can carry
/// the key and the client may write.
///
/// # Errors
/// As [`Client::send`].
pub async fn read(client: &Client, key: &Key) -> Result<Option<Entry>, ApiError> {
    let is_plain = plain_prefix(key.as_str()).len() == key.as_str().len();
    if !is_plain && client.access() == Access::ReadWrite {
        return look(client, key).await;
    }
    entry(key).fetch(client).await.map(|(entry, _): (_, Meta)| entry)
}

/// Who replicates or writes keys of the datacenter: two requests, small ones.
///
/// # Errors
/// As [`Client::send`].
pub async fn managers(client: &Client) -> Result<Managers, ApiError> {
    let config = Key::from(GIT2CONSUL_CONFIG);
    let statuses = async {
        let mut listing = recurse(client, &Key::from(REPLICATE_STATUSES)).await?;
        let mut all = Vec::new();
        while let Some(page) = listing.page().await? {
            all.extend(page);
        }
        Ok::<_, ApiError>(all)
    };
    let (mut entries, config) = tokio::try_join!(statuses, read(client, &config))?;
    entries.extend(config);
    Ok(Managers::read(&entries))
}

/// All sessions of the datacenter that the token may see.
pub fn sessions() -> Query<Vec<Session>> {
    Query::new("/v1/session/list", wire::sessions)
}

/// One session; `None` when it is gone.
pub fn session(id: &SessionId) -> Query<Option<Session>> {
    let path = format!("/v1/session/info/{}", encode_segment(id.as_str()));
    Query::new(path, |text, names| Ok(wire::sessions(text, names)?.into_iter().next()))
}

/// The URL path of a key or prefix.
pub(super) fn path_of(key: &str) -> String {
    format!("/v1/kv/{}", encode_path(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<T: Send + 'static>(query: &Query<T>) -> String {
        format!("{:?}", query.request())
    }

    #[test]
    fn a_plain_key_is_asked_by_its_path() {
        let text = asked(&entry(&"a b/ü?".into()));
        assert!(text.contains("/v1/kv/a%20b/%C3%BC%3F") && !text.contains("recurse"), "{text}");
        assert!(asked(&folder(&"a/".into())).contains("separator"));
    }

    #[test]
    fn a_key_that_no_path_carries_is_looked_for_under_the_nearest_that_one_does() {
        let text = asked(&entry(&"a//b".into()));
        assert!(text.contains("\"/v1/kv/a/\"") && text.contains("recurse"), "{text}");
        let text = asked(&folder(&"/a/".into()));
        assert!(text.contains("\"/v1/kv/\"") && !text.contains("separator"), "{text}");
    }
}
