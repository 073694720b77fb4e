//! One key: what it holds now, and who else writes it.

use indexmap::IndexMap;

use super::Ways;
use super::again::again;
use crate::app::task::many::Guarded;
use crate::consul::{Class, Client, kv};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, SessionId};
use crate::domain::managed::Managed;
use crate::editor::machine::Guards;

/// As many sessions are looked up for one question; of the others only the id is told.
const LOOKED_UP: usize = 16;

/// Reads a key without cache.
pub(super) async fn read(ways: &Ways, dc: &Dc, key: &Key) -> Result<Option<Entry>, String> {
    let client = ways.client(dc);
    again(|| kv::read(&client, key)).await.map_err(|error| error.to_string())
}

/// Finds out what must be asked before keys are written. What cannot be found out is a reason to ask,
/// not to be silent.
pub(super) async fn guards(
    ways: &Ways,
    dc: &Dc,
    keys: &[(Key, Option<Entry>)],
    is_old: bool,
) -> Guards {
    let client = ways.client(dc);
    let (mut now, mut moved) = (keys.to_vec(), Vec::new());
    if is_old {
        moved = kv::moved_on(&client, &mut now).await;
    }
    let keys = now.as_slice();
    let held = held(&client, keys).await;
    let locks: Vec<String> = held.iter().map(ToString::to_string).collect();
    let lock = (!locks.is_empty()).then(|| locks.join("; "));
    let of_managers = managed(&client, keys).await;
    // Of one key it need not be said which it is.
    let sentence = |it: Guarded| if keys.len() == 1 { it.why } else { it.to_string() };
    let managers = moved.into_iter().chain(of_managers.into_iter().map(sentence)).collect();
    Guards { lock, managers, ..Guards::default() }
}

/// The keys that somebody holds or writes too, by the reason.
pub(super) async fn guarded(client: &Client, keys: &[(Key, Option<Entry>)]) -> Vec<Guarded> {
    let mut all = held(client, keys).await;
    all.extend(managed(client, keys).await);
    all
}

/// The keys whose lock is held, by its holder.
async fn held(client: &Client, keys: &[(Key, Option<Entry>)]) -> Vec<Guarded> {
    let mut sessions: IndexMap<&SessionId, Vec<Key>> = IndexMap::new();
    for (key, entry) in keys {
        if let Some(session) = entry.as_ref().and_then(|entry| entry.session.as_ref()) {
            sessions.entry(session).or_default().push(key.clone());
        }
    }
    let mut all = Vec::new();
    for (number, (session, keys)) in sessions.into_iter().enumerate() {
        let why = if number < LOOKED_UP {
            holder(client, session).await
        } else {
            format!("its lock is held by session {session}")
        };
        all.push(Guarded { why, keys });
    }
    all
}

/// The keys that somebody else writes, by the sentence that says who.
async fn managed(client: &Client, keys: &[(Key, Option<Entry>)]) -> Vec<Guarded> {
    let managers = match again(|| kv::managers(client)).await {
        Ok(managers) => managers,
        Err(error) => {
            let why = format!(
                "whether consul-replicate or git2consul writes it is not known: {}",
                error.short()
            );
            return vec![Guarded { why, keys: keys.iter().map(|(key, _)| key.clone()).collect() }];
        }
    };
    let mut found: IndexMap<String, Vec<Key>> = IndexMap::new();
    for (key, entry) in keys {
        let all = entry.as_ref().map_or_else(|| managers.of_key(key), |entry| managers.of(entry));
        // The session that holds it is told apart, with its node.
        for it in all.iter().filter(|it| !matches!(it, Managed::Held { .. })) {
            found.entry(it.to_string()).or_default().push(key.clone());
        }
    }
    found.into_iter().map(|(why, keys)| Guarded { why, keys }).collect()
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
