//! Locks, semaphores and consul-template's shared data: told by name, flags and session.

use super::{Entry, GIT2CONSUL_CONFIG, Key, Managed, REPLICATE_STATUSES, TEMPLATE_DEDUP};
use crate::domain::lock::{LOCK_FLAGS, LOCK_NAME, Record, SEMAPHORE_FLAGS};

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
            let Record { limit, holders } = Record::read(&entry.value)?;
            Some(Managed::Semaphore { prefix, limit, holders: holders.len() })
        }
        SEMAPHORE_FLAGS => Some(Managed::Contender { prefix }),
        _ => None,
    }
}
