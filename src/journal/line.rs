//! A line of the journal. The names of its fields are a public, stable interface.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Circumstances;
use crate::domain::ids::Dc;
use crate::domain::kv::{Key, SessionId, Write};
use crate::domain::lock::LockChange;

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line {
    /// A change that is about to be sent.
    Intent(Box<Record>),
    /// What became of one.
    Outcome { id: String, at: DateTime<Utc>, outcome: Fate, index_after: Option<u64> },
}

/// A change of one key, or of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its id, unique in the journal.
    pub id: String,
    /// The id of the write that it is part of; all parts of one were made together.
    pub write: String,
    /// When it was about to be sent (UTC).
    pub at: DateTime<Utc>,
    /// The datacenter.
    pub dc: Dc,
    /// The address of the agent that it was sent to.
    pub agent: String,
    /// What is done.
    #[serde(default, skip_serializing_if = "Act::is_store")]
    pub act: Act,
    /// The session that loses its lock or its life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// The key; empty for a session, whose keys are not known.
    pub key: Key,
    /// The check-and-set index; 0 when there must be no such key.
    pub index_before: u64,
    /// What was there.
    pub before: Option<Stored>,
    /// What should be there; `None` for a deletion, and where the value is not touched.
    pub after: Option<Stored>,
    /// The id of the write that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// What became of it; `None` when dcview was gone before it knew.
    #[serde(default, skip_serializing)]
    pub outcome: Option<Fate>,
    /// The index that the key had after it, where it is known.
    #[serde(default, skip_serializing)]
    pub index_after: Option<u64>,
}

/// What a record tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// A key is stored or deleted.
    #[default]
    Store,
    /// A lock is taken from its session. There is no undo.
    Release,
    /// A session is ended. There is no undo.
    Destroy,
}

/// What a key held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The bytes; base64 in the file.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub value: Bytes,
    /// The flags.
    pub flags: u64,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It was made.
    Written,
    /// Somebody was there first; nothing was changed.
    #[serde(rename = "conflict", alias = "lost")]
    Lost,
    /// It was not made, for another reason.
    NotWritten,
    /// It cannot be known.
    Unknown,
}

impl Act {
    /// True for keys that are stored or deleted.
    pub fn is_store(&self) -> bool {
        *self == Self::Store
    }
}

impl Fate {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Lost => "conflict",
            Self::NotWritten => "not-written",
            Self::Unknown => "unknown",
        }
    }
}

impl Record {
    /// What is done, in a word.
    pub fn verb(&self) -> &'static str {
        match (self.act, &self.before, &self.after) {
            (Act::Release, ..) => "release",
            (Act::Destroy, ..) => "destroy",
            (Act::Store, None, _) => "create",
            (Act::Store, Some(_), Some(_)) => "change",
            (Act::Store, Some(_), None) => "delete",
        }
    }

    /// What it is about: the key, or the session that is ended.
    pub fn name(&self) -> &str {
        match &self.session {
            Some(session) if self.act == Act::Destroy => session.as_str(),
            _ => self.key.as_str(),
        }
    }
}

impl Line {
    pub fn id(&self) -> &str {
        match self {
            Self::Intent(record) => &record.id,
            Self::Outcome { id, .. } => id,
        }
    }
}

/// An id that no other write of this user has: time, process, count.
pub(super) fn new_id(at: DateTime<Utc>) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{:x}-{count:x}", at.timestamp_micros(), std::process::id())
}

/// The intents of a write, one for each operation.
pub(super) fn intents(write_id: &str, write: &Write, how: &Circumstances<'_>) -> Vec<Line> {
    let stored = |value: &Bytes, flags| Stored { value: value.clone(), flags };
    let record = |(place, op): (usize, &crate::domain::kv::Op)| Record {
        id: format!("{write_id}.{place}"),
        write: write_id.to_owned(),
        at: how.at,
        dc: write.dc.clone(),
        agent: how.agent.to_owned(),
        act: Act::Store,
        session: None,
        key: op.key().clone(),
        index_before: op.cas(),
        before: op.base().map(|base| stored(&base.value, base.flags)),
        after: op.after().map(|(value, flags)| stored(value, flags)),
        undoes: how.undoes.map(str::to_owned),
        outcome: None,
        index_after: None,
    };
    write.ops.iter().enumerate().map(|op| Line::Intent(Box::new(record(op)))).collect()
}

/// The intent of a change of who holds what.
pub(super) fn lock_intent(write_id: &str, change: &LockChange, how: &Circumstances<'_>) -> Line {
    let (act, key, index_before) = match change {
        LockChange::Release { key, modify_index, .. } => (Act::Release, key.clone(), *modify_index),
        LockChange::Destroy { .. } => (Act::Destroy, Key::default(), 0),
    };
    Line::Intent(Box::new(Record {
        id: format!("{write_id}.0"),
        write: write_id.to_owned(),
        at: how.at,
        dc: change.dc().clone(),
        agent: how.agent.to_owned(),
        act,
        session: Some(change.session().clone()),
        key,
        index_before,
        before: None,
        after: None,
        undoes: None,
        outcome: None,
        index_after: None,
    }))
}

fn to_base64<S: Serializer>(value: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(value))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map(Bytes::from).map_err(serde::de::Error::custom)
}
