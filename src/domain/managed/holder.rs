//! Locks, semaphores and consul-template's shared data: told by name, flags and session.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, GIT2CONSUL_CONFIG, Key, Managed, REPLICATE_STATUSES, TEMPLATE_DEDUP};

/// The flags of a lock (`consul lock`, and consul-template's shared data).
const LOCK_FLAGS: u64 = 0x2ddc_cbc0_58a5_0c18;
/// The flags of a semaphore and its contenders.
const SEMAPHORE_FLAGS: u64 = 0xe0f6_9a2b_aa41_4de0;
/// How the key is named that is a lock, or a semaphore's record.
const LOCK_NAME: &str = ".lock";

/// What a semaphore's record holds.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    limit: u64,
    #[serde(default)]
    holders: Option<Map<String, Value>>,
}

/// What a name says by itself.
pub(super) fn by_name(key: &Key) -> Option<Managed> {
    if key.as_str() == GIT2CONSUL_CONFIG {
        return Some(Managed::GitConfig);
    }
    if key.below(REPLICATE_STATUSES).is_some_and(|rest| !rest.is_empty()) {
        return Some(Managed::ReplicationStatus);
    }
    let (id, part) = key.below(TEMPLATE_DEDUP)?.split_once('/')?;
    let is_shared = matches!(part, "data" | "lock");
    is_shared.then(|| Managed::Template { id: id.to_owned() })
}

/// What flags, value and session say.
pub(super) fn by_content(entry: &Entry) -> Vec<Managed> {
    let is_template = by_name(&entry.key).is_some();
    let kind = if is_template { None } else { by_flags(entry) };
    let held = entry.session.clone().map(|session| Managed::Held { session });
    kind.into_iter().chain(held).collect()
}

/// A lock, a semaphore or a contender of one.
fn by_flags(entry: &Entry) -> Option<Managed> {
    let prefix = entry.key.parent().trim_end_matches('/').to_owned();
    let is_record = entry.key.leaf() == LOCK_NAME;
    match entry.flags {
        LOCK_FLAGS if is_record => Some(Managed::Lock { prefix }),
        SEMAPHORE_FLAGS if is_record => {
            let record: Record = serde_json::from_slice(&entry.value).ok()?;
            let holders = record.holders.map_or(0, |holders| holders.len());
            Some(Managed::Semaphore { prefix, limit: record.limit, holders })
        }
        SEMAPHORE_FLAGS => Some(Managed::Contender { prefix }),
        _ => None,
    }
}
