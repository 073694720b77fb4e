//! Sessions and locks as JSON.

use std::sync::Arc;

use serde::Serialize;

use crate::domain::ids::{Dc, Key, NodeName, SessionId};
use crate::domain::kv::Session;
use crate::domain::lock::{Holder, Judged, Part};

/// A session in its datacenter.
#[derive(Clone, Debug, Serialize)]
pub struct SessionJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// Its id.
    pub id: &'a SessionId,
    /// Its name; often empty.
    pub name: &'a str,
    /// Its node.
    pub node: &'a NodeName,
    /// What becomes of its keys when it ends: `release` or `delete`.
    pub behavior: &'static str,
    /// Its TTL in Consul's own words; empty for none.
    pub ttl: &'a str,
    /// Its lock delay in milliseconds.
    pub lock_delay_ms: u64,
    /// The checks that it dies with.
    pub checks: &'a [Arc<str>],
    /// The index at which it was made.
    pub create_index: u64,
    /// The keys that it holds; `null` where none were looked for.
    pub keys: Option<&'a [Key]>,
    /// The prefix under which they were looked for; `null` where none were.
    pub keys_under: Option<&'a Key>,
}

/// A lock in its datacenter.
#[derive(Clone, Debug, Serialize)]
pub struct LockJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// The key.
    pub key: &'a Key,
    /// `lock`, `semaphore` or `contender`.
    pub kind: &'static str,
    /// How it stands, in words.
    pub state: String,
    /// The session that holds the key itself.
    pub session: Option<&'a SessionId>,
    /// Who holds it.
    pub holders: Vec<HolderJson<'a>>,
    /// The sessions that wait for it.
    pub waiting: &'a [SessionId],
    /// True when those are only guessed from the names of sessions.
    pub is_waiting_guessed: bool,
    /// How many may hold a semaphore.
    pub limit: Option<u64>,
    /// How often it was taken.
    pub lock_index: u64,
    /// The index of its last change.
    pub modify_index: u64,
}

/// One that holds a lock.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HolderJson<'a> {
    /// Its session.
    pub session: &'a SessionId,
    /// The session's name; `null` when it is not listed.
    pub name: Option<&'a str>,
    /// The session's node; `null` when it is not listed.
    pub node: Option<&'a NodeName>,
}

impl<'a> SessionJson<'a> {
    /// A session of a datacenter, with the keys that were found under a prefix.
    pub fn of(
        datacenter: &'a Dc,
        session: &'a Session,
        keys: Option<(&'a Key, &'a [Key])>,
    ) -> Self {
        Self {
            datacenter,
            id: &session.id,
            name: &session.name,
            node: &session.node,
            behavior: session.behavior.word(),
            ttl: &session.ttl,
            lock_delay_ms: u64::try_from(session.lock_delay.as_millis()).unwrap_or(u64::MAX),
            checks: &session.checks,
            create_index: session.create_index,
            keys: keys.map(|(_, keys)| keys),
            keys_under: keys.map(|(prefix, _)| prefix),
        }
    }
}

impl<'a> LockJson<'a> {
    /// A lock of a datacenter.
    pub fn of(datacenter: &'a Dc, judged: &'a Judged) -> Self {
        let lock = &judged.lock;
        Self {
            datacenter,
            key: &lock.key,
            kind: lock.kind(),
            state: judged.state.words(),
            session: lock.session.as_ref(),
            holders: judged.holders.iter().map(HolderJson::of).collect(),
            waiting: judged.waiting.ids(),
            is_waiting_guessed: judged.waiting.is_guess(),
            limit: match &lock.part {
                Part::Semaphore(record) => Some(record.limit),
                Part::Lock | Part::Contender => None,
            },
            lock_index: lock.lock_index,
            modify_index: lock.modify_index,
        }
    }
}

impl<'a> HolderJson<'a> {
    fn of(holder: &'a Holder) -> Self {
        let session = holder.session.as_ref();
        Self {
            session: &holder.id,
            name: session.map(|session| &*session.name),
            node: session.map(|session| &session.node),
        }
    }
}
