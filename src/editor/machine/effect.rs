//! What an edit wants done outside, as data. The shell does it and answers with an input.

use bytes::Bytes;

use super::ReqId;
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, Write};

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditorEffect {
    /// Journal and write, once; answer with [`super::Input::Answered`].
    Write {
        /// The request.
        req: ReqId,
        /// The write, check-and-set on what the edit stands on, flags kept.
        write: Write,
        /// True when the operator wants it sent although it cannot be journalled.
        without_journal: bool,
    },
    /// Read the key without cache; answer with [`super::Input::ReadBack`].
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
    /// Open `$EDITOR` on this text; answer with [`super::Input::ExternalDone`].
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
