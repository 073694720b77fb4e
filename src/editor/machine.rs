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
mod guard;
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
use crate::domain::kv::{Entry, Key, Write};

pub use guard::{Guards, Reason};

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

/// What happens to an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The server has this now (`None`: the key does not exist).
    Loaded(Option<Entry>),
    /// Begin to edit, or return to the text.
    Edit,
    /// The text has changed to this; worth keeping as a draft.
    Typed(Bytes),
    /// Edit in `$EDITOR` instead, from this text.
    External(Bytes),
    /// `$EDITOR` is done with this text, or could not be used.
    ExternalDone(Result<Bytes, String>),
    /// Show what saving this text would change.
    Review(Bytes),
    /// Go on: from the review to the write or the question; with something wrong, twice.
    Accept,
    /// The answer to the question: what was typed (the datacenter's name where it is protected).
    Confirm(String),
    /// The answer to a write.
    Answered(ReqId, WriteAnswer),
    /// The answer to a reading back.
    ReadBack(ReqId, Result<Option<Entry>, String>),
    /// Read back again, after a reading that failed.
    Retry,
    /// Out of a conflict: go on with a text, standing on what is there now.
    Resolve(Resolution),
    /// One step back; the text is kept.
    Back,
    /// Give the edit up, with its text.
    Abandon,
}

/// How a conflict is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Review the merged text; only where nothing is in conflict.
    Merged,
    /// Edit the merged text, conflicts written out between markers.
    EditMerged,
    /// Review the operator's text against what is there now.
    Mine,
    /// Leave what is there, drop the operator's text.
    Theirs,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteAnswer {
    /// Written; the key's new index, where the answer told it.
    Written {
        /// The index; `None` when the answer did not tell it, and it must be read.
        index: Option<u64>,
    },
    /// The check-and-set was lost: the key has another index than the base.
    NotCurrent,
    /// The server refused it, or it was never sent; nothing was written.
    Refused(String),
    /// The journal could not be written, so nothing was sent; the operator may insist.
    NotJournalled(String),
    /// It was sent and no answer came.
    NoAnswer(String),
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditorEffect {
    /// Journal and write, once; answer with [`Input::Answered`].
    Write {
        /// The request.
        req: ReqId,
        /// The write, check-and-set on what the edit stands on, flags kept.
        write: Write,
        /// True when the operator wants it sent although it cannot be journalled.
        without_journal: bool,
    },
    /// Read the key without cache; answer with [`Input::ReadBack`].
    ReadBack {
        /// The request.
        req: ReqId,
        /// Where.
        dc: Dc,
        /// What.
        key: Key,
    },
    /// Keep the text for the case that the program ends.
    SaveDraft(Box<Draft>),
    /// Forget the kept text.
    DropDraft {
        /// Where.
        dc: Dc,
        /// What.
        key: Key,
    },
    /// Open `$EDITOR` on this text; answer with [`Input::ExternalDone`].
    OpenExternal {
        /// The key, for the file's name ending.
        key: Key,
        /// The text.
        text: Bytes,
    },
}

/// An edit that can be taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Where.
    pub dc: Dc,
    /// What.
    pub key: Key,
    /// What it stands on; `None` when the key did not exist.
    pub base: Option<Entry>,
    /// The text.
    pub mine: Bytes,
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
    moved: Option<Option<Entry>>,
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

    /// What the server has now (inside: `None` for a deleted key), when the key has moved on since
    /// the edit began: saving will meet a conflict.
    pub fn moved(&self) -> Option<Option<&Entry>> {
        self.moved.as_ref().map(Option::as_ref)
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
