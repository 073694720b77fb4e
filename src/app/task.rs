//! Work that waits for a server or the disk: what is asked for, and the news that come of it.
//!
//! Plain data. The program asks by [`super::msg::Effect::Ask`]; the shell does the work and answers
//! with [`super::msg::Msg::News`] under the same id, once or many times. Invariant: a change of a
//! cluster is an [`Ask`] that was shown and confirmed as it stands.

use std::sync::Arc;

pub mod many;
pub mod quest;

use chrono::{DateTime, Utc};

use super::seek::Index;
use crate::domain::event::export::{Export, Form};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key, Write};
use crate::domain::lock::LockChange;
use crate::domain::replication::Source;
use crate::editor::machine::{Draft, Guards, WriteAnswer};
use crate::journal::Log;
use crate::plan::apply::{Progress, Report};
use crate::replication::act::Act;
use many::{Compared, Planned, Proposal, Sides, Wish};
use quest::{Hit, Quest, Seen};

/// A piece of work, to tell its news from others. Ids are never used again.
pub type TaskId = u64;

/// Keys, each as it was read; `None` for one that does not exist.
pub type AsRead = Vec<(Key, Option<Entry>)>;

/// Something to be done outside.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Journal and make this write, once; answered by [`News::Written`].
    Write(Intent),
    /// Journal and make this change of who holds what, once; answered by [`News::Written`].
    Lock(LockIntent),
    /// Do this about a stream, step by step; answered by [`News::Step`]s and how it ended.
    Stream(StreamIntent),
    /// Keep where a stream comes from for next time; answered by [`News::Remembered`].
    Remember(Source),
    /// Keep that a replication is over, so that its status is not missed any more; answered by
    /// [`News::Remembered`].
    EndSource(Source),
    /// Read a key without cache; answered by [`News::Read`].
    Read {
        /// Where.
        dc: Dc,
        /// What.
        key: Key,
    },
    /// Find out what must be asked before these keys are written; answered by [`News::Guards`].
    Guards {
        /// Where.
        dc: Dc,
        /// Each key as it was read; `None` for one that does not exist.
        keys: AsRead,
        /// True when that was long ago: whether they still are so is looked up, and told.
        is_old: bool,
    },
    /// Read the journal; answered by [`News::Journal`].
    Journal,
    /// Look for a text in values; answered by many [`News::Hits`], an [`News::End`] a datacenter and
    /// [`News::Done`].
    Search {
        /// Where.
        dcs: Vec<Dc>,
        /// What is looked for.
        quest: Quest,
    },
    /// Read the names of all keys of these datacenters; answered by [`News::Index`] as they come, and
    /// [`News::Done`].
    Index {
        /// Where.
        dcs: Vec<Dc>,
        /// What is known already.
        known: Arc<Index>,
    },
    /// Count the keys below all folders under a prefix, as far as they are not too many; answered by
    /// many [`News::Counts`], an [`News::End`] a datacenter and [`News::Done`].
    Count {
        /// Where.
        dcs: Vec<Dc>,
        /// Below which prefix keys are counted.
        page: Key,
        /// Whose folders are counted in any case.
        folders: Vec<Key>,
    },
    /// Read what is needed and make a plan; answered by [`News::Planned`].
    Plan(Wish),
    /// Carry a plan out; answered by [`News::Applied`]. It can be stopped between transactions.
    Apply(Proposal),
    /// Compare two folders, or a folder and a file; answered by [`News::Compared`].
    Compare(Sides),
    /// Write all keys under a prefix to a file or a directory, which must not be there yet; answered
    /// by [`News::Done`].
    Export {
        /// Where.
        dc: Dc,
        /// The prefix.
        prefix: Key,
        /// The path; with a slash at its end, a directory.
        file: String,
    },
    /// Write events to a file, which must not be there yet; answered by [`News::Done`].
    ExportEvents {
        /// The events and what is said about them.
        export: Box<Export>,
        /// In which form.
        form: Form,
        /// The path.
        file: String,
    },
}

/// A write and how it is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The write, check-and-set on what was read.
    pub write: Write,
    /// The journal's id of the write that it takes back.
    pub undoes: Option<String>,
    /// True when the operator wants it made although it cannot be journalled.
    pub without_journal: bool,
}

/// A change of who holds what and how it is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockIntent {
    /// The change, of what was seen.
    pub change: LockChange,
    /// True when the operator wants it made although it cannot be journalled.
    pub without_journal: bool,
}

/// What is done about a stream and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamIntent {
    /// What.
    pub act: Act,
    /// True when the operator wants it done although it cannot be journalled.
    pub without_journal: bool,
}

/// What came of a piece of work.
#[derive(Clone, Debug)]
pub enum News {
    /// What became of a write.
    Written(WriteAnswer),
    /// The key as it is now, or why it could not be read.
    Read(Result<Option<Entry>, String>),
    /// What must be asked before a key is written.
    Guards(Guards),
    /// The journal, or why it could not be read.
    Journal(Result<Arc<Log>, String>),
    /// Lines of values that match.
    Hits {
        /// Where.
        dc: Dc,
        /// Those that are new.
        hits: Vec<Hit>,
        /// How far it is.
        seen: Seen,
    },
    /// The keys that are known now, and how far each datacenter is read.
    Index(Arc<Index>),
    /// Keys that were counted so far.
    Counts {
        /// Where.
        dc: Dc,
        /// How many are below these folders.
        folders: Vec<(Key, usize)>,
        /// How many there are altogether.
        all: usize,
    },
    /// Nothing more comes from a datacenter: it is whole, or why it is not.
    End(Dc, Result<(), String>),
    /// So many keys were read so far.
    Gathered(usize),
    /// The plan.
    Planned(Box<Planned>),
    /// How far a plan is.
    Progress(Progress),
    /// How far a plan came.
    Applied(Box<Report>),
    /// A part of a comparison; its last one says how it ended.
    Compared(Compared),
    /// How far it is; in words.
    Step(String),
    /// What is known of a stream is kept; in words.
    Remembered(String),
    /// It is done; in words.
    Done(String),
    /// It could not be done, or died; in words.
    Failed(String),
}

impl News {
    /// True when nothing more comes of the work.
    pub fn is_last(&self) -> bool {
        match self {
            Self::Hits { .. }
            | Self::Index(_)
            | Self::Counts { .. }
            | Self::End(..)
            | Self::Gathered(_)
            | Self::Step(_)
            | Self::Progress(_) => false,
            Self::Compared(part) => part.end.is_some(),
            _ => true,
        }
    }
}

/// What is to be done with the text of an edit that is open.
#[derive(Clone, Debug)]
pub enum Keep {
    /// Keep it for the case that the program ends.
    Save(Box<Draft>),
    /// Forget it.
    Drop(Dc, Key),
    /// Forget the text of this key that another process, which is gone, left behind: it is kept
    /// under this one now.
    Adopt(u32, Dc, Key),
}

/// An edit that was left open when its process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOpen {
    /// When its text was kept last (UTC).
    pub at: DateTime<Utc>,
    /// The process.
    pub pid: u32,
    /// What it was.
    pub draft: Draft,
}

impl Ask {
    /// True for what changes a cluster: it is not ended once it was begun.
    pub fn is_change(&self) -> bool {
        self.changes().is_some()
    }

    /// The datacenter that it changes.
    pub fn changes(&self) -> Option<&Dc> {
        match self {
            Self::Write(intent) => Some(&intent.write.dc),
            Self::Lock(intent) => Some(intent.change.dc()),
            Self::Apply(proposal) => Some(proposal.wish.dc()),
            Self::Stream(intent) => Some(intent.act.changes().0),
            _ => None,
        }
    }

    /// The other datacenter that it changes.
    pub fn also_changes(&self) -> Option<&Dc> {
        match self {
            Self::Stream(intent) => intent.act.changes().1,
            _ => None,
        }
    }

    /// What stays behind where, if dcview ends before it does.
    pub fn leaves(&self) -> Option<String> {
        match self {
            Self::Stream(intent) => Some(format!("{}: {}", self.summary(), intent.act.leaves())),
            _ => None,
        }
    }

    /// What it changes, in a few words.
    pub fn summary(&self) -> String {
        match self {
            Self::Write(intent) => intent.summary(),
            Self::Lock(intent) => intent.summary(),
            Self::Stream(intent) => intent.act.summary(),
            _ => String::new(),
        }
    }

    /// The same change, made although it cannot be journalled.
    #[must_use]
    pub fn without_journal(self) -> Self {
        match self {
            Self::Write(intent) => Self::Write(Intent { without_journal: true, ..intent }),
            Self::Lock(intent) => Self::Lock(LockIntent { without_journal: true, ..intent }),
            Self::Stream(intent) => Self::Stream(StreamIntent { without_journal: true, ..intent }),
            other => other,
        }
    }

    /// The keys that it would change, as they were read, and where.
    pub fn keys(&self) -> Option<(&Dc, AsRead)> {
        let Self::Write(Intent { write, .. }) = self else { return None };
        let keys = write.ops.iter().map(|op| (op.key().clone(), op.base().cloned()));
        Some((&write.dc, keys.collect()))
    }
}

impl Intent {
    /// What it does, in a few words.
    pub fn summary(&self) -> String {
        let (dc, ops) = (&self.write.dc, &self.write.ops);
        let undo = if self.undoes.is_some() { "undo: " } else { "" };
        match ops.as_slice() {
            [op] => {
                let verb = match (op.base(), op.after()) {
                    (None, _) => "create",
                    (_, Some(_)) => "change",
                    (_, None) => "delete",
                };
                format!("{undo}{verb} {} in {dc}", op.key())
            }
            ops => format!("{undo}change {} keys in {dc}", ops.len()),
        }
    }
}

impl LockIntent {
    /// What it does, in a few words.
    pub fn summary(&self) -> String {
        match &self.change {
            LockChange::Release { dc, key, .. } => format!("release {key} in {dc}"),
            LockChange::Destroy { dc, session } => format!("destroy session {session} in {dc}"),
        }
    }
}

impl From<Write> for Intent {
    fn from(write: Write) -> Self {
        Self { write, undoes: None, without_journal: false }
    }
}
