//! Locks and semaphores as clients keep them in the KV store.
//!
//! ```text
//! P/.lock      a lock: its holder's session; `consul lock` deletes it after the release
//! P/.lock      a semaphore: no session, {"Limit":2,"Holders":{"<session>":true,..}}
//! P/<session>  a contender of that semaphore, locked by its own session; it holds or waits
//! ```
//!
//! Flags tell them apart; any other key with a session is a lock that somebody named otherwise.
//! Held means that there is a session: consul-template's own writes set the lock index to 0.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::kv::{Entry, Key, SessionId};

mod change;
mod judge;
pub mod words;

pub use change::LockChange;
pub use judge::{Holder, Judged, Roll, State, Waiting, judge};

/// The flags of a lock.
pub const LOCK_FLAGS: u64 = 0x2ddc_cbc0_58a5_0c18;
/// The flags of a semaphore and its contenders.
pub const SEMAPHORE_FLAGS: u64 = 0xe0f6_9a2b_aa41_4de0;
/// How the key is named that is a lock, or a semaphore's record.
pub const LOCK_NAME: &str = ".lock";

/// A key that takes part in locking. Its value is left out: it may be large, and only that of a
/// semaphore means anything here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The key.
    pub key: Key,
    /// What it is.
    pub part: Part,
    /// The session that holds the key itself.
    pub session: Option<SessionId>,
    /// How often it was taken; 0 after a write that is no lock operation.
    pub lock_index: u64,
    /// The index of its last change.
    pub modify_index: u64,
    /// The index at which it was made.
    pub create_index: u64,
}

/// What a key is in locking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A lock, held or free.
    Lock,
    /// A semaphore's record.
    Semaphore(Record),
    /// One that holds or waits for the semaphore in the same folder.
    Contender,
}

/// What a semaphore's record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How many may hold it.
    pub limit: u64,
    /// The sessions that hold it.
    pub holders: Vec<SessionId>,
}

/// What takes part in locking under a prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Where was looked.
    pub prefix: Key,
    /// What was found, in the order of the keys.
    pub locks: Vec<Arc<Lock>>,
    /// How many keys were looked at.
    pub keys: usize,
    /// The last key that was looked at, where there is more than dcview reads.
    pub cut_at: Option<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireRecord {
    limit: u64,
    #[serde(default)]
    holders: Option<Map<String, Value>>,
}

impl Record {
    /// Reads a record's value; `None` when it is none.
    pub fn read(value: &[u8]) -> Option<Self> {
        let wire: WireRecord = serde_json::from_slice(value).ok()?;
        let holders = wire.holders.unwrap_or_default();
        let holders = holders.into_iter().filter(|(_, holds)| *holds != Value::Bool(false));
        Some(Self { limit: wire.limit, holders: holders.map(|(id, _)| id.into()).collect() })
    }
}

impl Lock {
    /// A key as a part of locking; `None` when it is none.
    pub fn of(entry: &Entry) -> Option<Self> {
        let is_record = entry.key.leaf() == LOCK_NAME;
        let part = match entry.flags {
            SEMAPHORE_FLAGS if is_record => Record::read(&entry.value).map(Part::Semaphore),
            SEMAPHORE_FLAGS => Some(Part::Contender),
            LOCK_FLAGS => Some(Part::Lock),
            _ => None,
        };
        let part = part.or_else(|| entry.session.is_some().then_some(Part::Lock))?;
        Some(Self {
            key: entry.key.clone(),
            part,
            session: entry.session.clone(),
            lock_index: entry.lock_index,
            modify_index: entry.modify_index,
            create_index: entry.create_index,
        })
    }

    /// What it guards, as `consul lock` names it: the folder that it lies in, without the slash.
    pub fn guards(&self) -> &str {
        self.key.parent().trim_end_matches('/')
    }

    /// True when it is about its folder, as `consul lock` has it, and not about something of its own.
    pub fn is_of_folder(&self) -> bool {
        self.part != Part::Lock || self.key.leaf() == LOCK_NAME
    }

    /// The word for what it is.
    pub fn kind(&self) -> &'static str {
        match self.part {
            Part::Lock => "lock",
            Part::Semaphore(_) => "semaphore",
            Part::Contender => "contender",
        }
    }
}

impl Locks {
    /// Nothing found yet under this prefix.
    pub fn under(prefix: &Key) -> Self {
        Self { prefix: prefix.clone(), ..Self::default() }
    }

    /// The same with one more key looked at.
    pub fn look(&mut self, entry: &Entry) {
        self.keys += 1;
        self.locks.extend(Lock::of(entry).map(Arc::new));
    }

    /// The keys that each session holds.
    pub fn by_session(&self) -> HashMap<SessionId, Vec<Key>> {
        let mut held: HashMap<SessionId, Vec<Key>> = HashMap::new();
        for lock in &self.locks {
            if let Some(id) = &lock.session {
                held.entry(id.clone()).or_default().push(lock.key.clone());
            }
        }
        held
    }

    /// Where was looked, in words: `looked at 12 keys under service/`.
    pub fn looked(&self) -> String {
        let place = if self.prefix.is_empty() { "/" } else { self.prefix.as_str() };
        let text = format!("looked at {} keys under {place}", self.keys);
        match &self.cut_at {
            Some(key) => format!("{text} up to {key}, not at the rest"),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locks(json: &str) -> Locks {
        let entries: Vec<Entry> = serde_json::from_str(json).unwrap();
        let mut locks = Locks::default();
        for entry in &entries {
            locks.look(entry);
        }
        locks
    }

    #[test]
    fn what_consul_lock_leaves_is_told_apart() {
        // Consul 1.8.7, GET /v1/kv/service/runner/?recurse.
        let locks = locks(include_str!("../../tests/fixtures/locks-kv.json"));
        let kinds: Vec<_> = locks.locks.iter().map(|lock| lock.kind()).collect();
        assert_eq!(kinds, ["lock", "semaphore", "contender", "contender", "contender"]);
        let semaphore = &locks.locks[1];
        assert_eq!(semaphore.guards(), "service/runner/sem");
        let Part::Semaphore(record) = &semaphore.part else { panic!("a semaphore") };
        assert_eq!((record.limit, record.holders.len()), (2, 2));
        let held = locks.by_session();
        assert_eq!(held.len(), 4);
        let leader = &held["36d03f23-b0f2-3086-2a6a-b62751c3f553"];
        assert_eq!(leader, &[Key::from("service/runner/leader/.lock")]);
    }

    #[test]
    fn a_templates_shared_data_is_held_though_its_lock_index_is_0() {
        // Consul 1.8.7 with consul-template 0.20.1, GET /v1/kv/consul-template/?recurse.
        let locks = locks(include_str!("../../tests/fixtures/ct-dedup-kv.json"));
        assert_eq!((locks.locks[0].kind(), locks.locks[0].lock_index), ("lock", 0));
        assert!(locks.locks[0].session.is_some());
    }

    #[test]
    fn a_plain_key_is_looked_at_and_no_lock() {
        let plain = r#"[{"Key":"a/.lock","Flags":0,"Value":"e30=","CreateIndex":1,"ModifyIndex":1},
            {"Key":"b","Flags":0,"Value":null,"Session":"s","CreateIndex":1,"ModifyIndex":1},
            {"Key":"c","Flags":3304740253564472344,"Value":null,"CreateIndex":1,"ModifyIndex":1}]"#;
        let locks = locks(plain);
        let found: Vec<_> = locks.locks.iter().map(|lock| lock.key.as_str()).collect();
        assert_eq!((locks.keys, found), (3, vec!["b", "c"]));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_no_semaphore() {
        assert_eq!(Record::read(b"{}"), None);
        let record = Record::read(br#"{"Limit":3,"Holders":null}"#).unwrap();
        assert_eq!((record.limit, record.holders.len()), (3, 0));
        let record = Record::read(br#"{"Limit":1,"Holders":{"a":true,"b":false}}"#).unwrap();
        assert_eq!(record.holders, ["a".into()]);
    }
}
