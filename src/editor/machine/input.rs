//! What can happen to an edit: the operator's steps, and the answers to its effects.

use bytes::Bytes;

use super::ReqId;
use crate::domain::kv::Entry;

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
