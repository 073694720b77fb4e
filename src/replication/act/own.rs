//! A key of dcview's own that was only made to be seen.

use super::run::Ended;
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Entry;
use crate::domain::replication::Status;

/// A key of dcview's own that was made.
pub(super) struct Made {
    pub key: Key,
    pub value: String,
    pub index: Option<u64>,
    /// The journal's id of its making.
    pub undoes: Option<String>,
}

impl Made {
    /// True for the status of a run that carried this key: it began afterwards.
    pub fn is_before(&self, status: Option<&Entry>) -> bool {
        let status = status.and_then(|status| Status::read(&status.value));
        let made = self.index.unwrap_or_default();
        status.is_some_and(|status| status.last_replicated >= made)
    }

    pub fn entry(&self, modify_index: u64) -> Entry {
        Entry {
            key: self.key.clone(),
            value: self.value.clone().into(),
            flags: 0,
            modify_index,
            create_index: modify_index,
            lock_index: 0,
            session: None,
        }
    }
}

/// A key of dcview's own that could not be taken back.
pub(super) struct Left {
    pub key: Key,
    pub dc: Dc,
    pub why: String,
}

impl Left {
    pub fn after(self, said: &str) -> Ended {
        let Self { key, dc, why } = self;
        Ended::Failed(format!("{said}; {key} may be left in {dc}: {why}"))
    }
}
