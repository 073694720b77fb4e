//! Everything that can happen to the program, and everything it can ask of the world.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};

use super::past::Recalled;
use super::task::{Ask, Keep, News, TaskId};
use super::{jump, seek};
use crate::domain::feed::{Report, Scope};
use crate::domain::kv::Key;
use crate::past::Wish;
use crate::table::job::{Job, Ordered};

/// Something that happened.
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// A second or so passed; the time (UTC).
    Clock(DateTime<Utc>),
    /// The watch layer has something to tell.
    Report(Report),
    /// The earlier moment that was asked for, or that there is none.
    Recalled(Box<Recalled>),
    /// A list's order was worked out, for the view with this id.
    Ordered(ViewId, Ordered),
    /// The finder's hits came.
    Found(jump::Hits),
    /// A part of a search among keys is done, for the view with this id.
    Sought(ViewId, Box<seek::Answer>),
    /// Something came of the work with this id.
    News(TaskId, News),
    /// The operator's own editor is done with this text, or could not be used; in words.
    Edited(Result<Bytes, String>),
    /// The world could not do what was asked; in words.
    Failed(String),
}

/// Which view a result is for. Ids are never used again.
pub type ViewId = u64;

/// Something that the program wants done.
pub enum Effect {
    /// Watch this, and nothing else beyond what always is.
    Scope(Scope),
    /// Work this out off the UI thread and bring it back as [`Msg::Ordered`].
    Order(ViewId, Job),
    /// Find an earlier moment, and bring it back as [`Msg::Recalled`] under this id.
    Recall(u64, Wish),
    /// Search, and bring the hits back as [`Msg::Found`].
    Find(jump::Job),
    /// Search among keys, and bring what is found back as [`Msg::Sought`].
    Seek(ViewId, seek::Job),
    /// Do this, and bring what comes of it as [`Msg::News`] under this id.
    Ask(TaskId, Ask),
    /// Nobody wants the news of this work any more: end it.
    Forget(TaskId),
    /// Stop the change with this id where it can be stopped: between two of its transactions.
    Halt(TaskId),
    /// Keep or forget the text of an open edit; only a failure comes back.
    Keep(Keep),
    /// Open the operator's own editor on a text of this key; answered by [`Msg::Edited`].
    External(Key, Bytes),
    /// Hand this to the operator's clipboard.
    Copy(String),
    /// Ask every datacenter again now.
    Refresh,
    /// Give the terminal back to the shell until the process is continued.
    Suspend,
    /// Leave.
    Exit(Exit),
}

/// How the program ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code.
    pub code: u8,
    /// What is written to stderr after the terminal was restored.
    pub message: Option<String>,
}
