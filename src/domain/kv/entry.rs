//! One key with its value and what Consul keeps about it.

use bytes::Bytes;

use super::{Key, SessionId};

/// A key as one datacenter holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name, whole.
    pub key: Key,
    /// Its value, byte for byte; empty for Consul's `null`.
    pub value: Bytes,
    /// The client's own number; all 64 bits count.
    pub flags: u64,
    /// The index at which it was created.
    pub create_index: u64,
    /// The index of its last change; what a check-and-set names.
    pub modify_index: u64,
    /// How often its lock was taken. Whether it is held says [`Self::is_locked`] alone.
    pub lock_index: u64,
    /// The session that holds its lock.
    pub session: Option<SessionId>,
}

impl Entry {
    /// True while a session holds its lock.
    pub fn is_locked(&self) -> bool {
        self.session.is_some()
    }
}
