//! One key: what it holds now, and who else writes it.

use indexmap::IndexMap;

use super::Ways;
use super::again::again;
use crate::consul::{Class, Client, kv};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, SessionId};
use crate::domain::managed::{Managed, Managers};
use crate::editor::machine::Guards;

/// Reads a key without cache.
pub(super) async fn read(ways: &Ways, dc: &Dc, key: &Key) -> Result<Option<Entry>, String> {
    let client = ways.client(dc);
    again(|| kv::read(&client, key)).await.map_err(|error| error.to_string())
}

/// Finds out what must be asked before keys are written. What cannot be found out is a reason to ask,
/// not to be silent.
pub(super) async fn guards(ways: &Ways, dc: &Dc, keys: &[(Key, Option<Entry>)]) -> Guards {
    let client = ways.client(dc);
    let mut guards = Guards::default();
    let held =
        keys.iter().filter_map(|(key, entry)| Some((key, entry.as_ref()?.session.as_ref()?)));
    let held: Vec<_> = held.collect();
    if let Some((key, session)) = held.first() {
        let more = if held.len() > 1 {
            format!("; {} more keys are locked", held.len() - 1)
        } else {
            String::new()
        };
        guards.lock = Some(format!("'{key}': {}{more}", holder(&client, session).await));
    }
    match again(|| kv::managers(&client)).await {
        Ok(managers) => guards.managers = managed(&managers, keys),
        Err(error) => guards.managers.push(format!(
            "whether consul-replicate or git2consul writes it is not known: {}",
            error.short()
        )),
    }
    guards
}

/// Who else writes these keys, each sentence once.
fn managed(managers: &Managers, keys: &[(Key, Option<Entry>)]) -> Vec<String> {
    let mut found: IndexMap<String, usize> = IndexMap::new();
    for (key, entry) in keys {
        let all = entry.as_ref().map_or_else(|| managers.of_key(key), |entry| managers.of(entry));
        // The session that holds it is told apart, with its node.
        for it in all.iter().filter(|it| !matches!(it, Managed::Held { .. })) {
            *found.entry(it.to_string()).or_default() += 1;
        }
    }
    let sentence = |(text, of): (String, usize)| match of {
        1 => text,
        of => format!("{of} keys: {text}"),
    };
    found.into_iter().map(sentence).collect()
}

/// A session in a sentence.
async fn holder(client: &Client, id: &SessionId) -> String {
    let query = kv::session(id);
    match again(|| query.fetch(client)).await {
        Ok((Some(session), _)) => format!("its lock is held: {session}"),
        Ok((None, _)) => format!("its lock is held by session {id}, which is gone"),
        Err(error) if error.class() == Class::Denied => {
            format!("its lock is held by session {id}, which the token may not read")
        }
        Err(error) => format!("its lock is held by session {id} ({})", error.short()),
    }
}
