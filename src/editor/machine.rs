//! The edit of one key, from reading it to knowing what became of the write.
//!
//! ```text
//! Reading -> Editing -> Reviewing -> Confirming -> Saving -> Saved
//!               ^           ^            |            |----> Conflict -> Editing | Reviewing | Reading
//!               |___________|____________|            |----> Unknown  -> Saved | Reviewing | Conflict
//! ```
//!
//! [`Machine::step`] takes an [`Input`] and gives the [`EditorEffect`]s to be done; nothing else
//! happens. Invariants: a write names the index that was read when the edit began (or that a
//! conflict showed), is sent once, and only from a reviewed state; a write without an answer is
//! *unknown* and is read back, never sent again unasked; flags stay as they were.

mod conflict;
mod effect;
mod guard;
mod input;
mod saving;
mod step;
#[cfg(test)]
mod tests;

use bytes::Bytes;

use super::diff::Diff;
use super::format::Format;
use super::merge::Merge;
use super::syntax::Problem;
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key};

pub use effect::{Draft, EditorEffect};
pub use guard::{Guards, Reason};
pub use input::{Input, Resolution, WriteAnswer};

/// A request of the machine, to tell its answer from a late one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReqId(pub u64);

/// Where an edit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The value is looked at; what the server has now replaces it.
    Reading,
    /// The text is being changed; the base no longer moves.
    Editing,
    /// The change is shown before it is saved.
    Reviewing {
        /// What would be written.
        mine: Bytes,
        /// What that changes of the base.
        diff: Diff,
        /// What is wrong with it.
        problem: Option<Problem>,
        /// True once the operator asked to save it although something is wrong with it.
        has_insisted: bool,
        /// Why the last try came back here.
        refusal: Option<String>,
    },
    /// One more question before the write.
    Confirming {
        /// What would be written.
        mine: Bytes,
        /// Why it is asked.
        reasons: Vec<Reason>,
        /// True after a wrong name was typed.
        was_wrong: bool,
    },
    /// The write is on its way.
    Saving {
        /// Its request.
        req: ReqId,
        /// What is written.
        mine: Bytes,
    },
    /// It is written.
    Saved {
        /// The index that the write made.
        index: u64,
    },
    /// The key is not what was read any more; nothing was written.
    Conflict {
        /// What is there now; `None` when it was deleted.
        theirs: Option<Entry>,
        /// What the operator made of the base.
        mine: Bytes,
        /// Both brought together.
        merged: Merge,
    },
    /// A write went out and no answer came: it is read back, or waits to be.
    Unknown {
        /// What may have been written.
        mine: Bytes,
        /// The reading under way; `None` when it failed too and the operator may ask again.
        req: Option<ReqId>,
        /// Why nothing is known.
        why: String,
        /// True when the write is known to have been refused as not current, so that what is
        /// read is a conflict and not perhaps a success.
        is_lost: bool,
    },
}

/// What became of a key while it was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It has another index.
    Changed(Entry),
    /// It does not exist any more.
    Deleted,
}

/// The edit of one key in one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    dc: Dc,
    key: Key,
    base: Option<Entry>,
    /// Those that a write keeps: the base's, and those of a base that was deleted meanwhile.
    flags: u64,
    format: Format,
    guards: Guards,
    stage: Stage,
    /// The text as it was last seen; the base's value before the first change.
    mine: Bytes,
    /// What the server has, when that is not the base any more.
    moved: Option<Moved>,
    last_req: u64,
    without_journal: bool,
}

impl Machine {
    /// Looks at a key as it was read (`None`: it does not exist).
    pub fn new(dc: Dc, key: Key, entry: Option<Entry>) -> Self {
        let mine = value(entry.as_ref());
        Self {
            dc,
            format: Format::detect(key.as_str(), &mine),
            key,
            flags: entry.as_ref().map_or(0, |entry| entry.flags),
            base: entry,
            guards: Guards::default(),
            stage: Stage::Reading,
            mine,
            moved: None,
            last_req: 0,
            without_journal: false,
        }
    }

    /// Takes up an edit that was left open: its text, standing on what it stood on.
    pub fn resume(draft: Draft) -> Self {
        let Draft { dc, key, base, mine } = draft;
        Self { mine, stage: Stage::Editing, ..Self::new(dc, key, base) }
    }

    /// Says what must be asked before this key is written: protection, lock, managers.
    pub fn guard(&mut self, guards: Guards) {
        self.guards = guards;
    }

    /// Reacts to an input; what has no meaning in the present stage changes nothing.
    pub fn step(&mut self, input: Input) -> Vec<EditorEffect> {
        let mut effects = Vec::new();
        step::step(self, input, &mut effects);
        effects
    }

    /// Where the edit stands.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The datacenter.
    pub fn dc(&self) -> &Dc {
        &self.dc
    }

    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What the edit stands on; `None` when the key did not exist.
    pub fn base(&self) -> Option<&Entry> {
        self.base.as_ref()
    }

    /// How the value is read.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Chooses another way to read the value.
    pub fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// The text as the machine last saw it.
    pub fn mine(&self) -> &Bytes {
        &self.mine
    }

    /// True when the text differs from the base.
    pub fn is_changed(&self) -> bool {
        self.mine != value(self.base.as_ref())
    }

    /// What became of the key on the server since the edit began: saving will meet a conflict.
    pub fn moved(&self) -> Option<&Moved> {
        self.moved.as_ref()
    }
}

/// The value of a key; empty for one that does not exist.
fn value(entry: Option<&Entry>) -> Bytes {
    entry.map_or_else(Bytes::new, |entry| entry.value.clone())
}

/// The index of a key, as check-and-set names it: 0 for one that does not exist.
fn index(entry: Option<&Entry>) -> u64 {
    entry.map_or(0, |entry| entry.modify_index)
}
