//! Every change of a key that dcview makes, kept on disk: what was, what is, what became of it.
//!
//! An append-only file of JSON lines in the user's state directory, 0600. An intent line is on disk
//! before its write is sent, an outcome line follows it; an intent without one was interrupted.
//! Invariant: a line once written is never changed, and a damaged one costs only itself.

mod agents;
mod append;
mod commit;
pub mod drafts;
mod line;
mod undo;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::domain::ids::{Dc, Key};
use crate::domain::kv::Write;
use crate::domain::lock::LockChange;
use line::Line;

pub use agents::Agents;
pub use commit::{Committed, Committer, settle_interrupted};
pub use line::{Act, Fate, Record, Stored};
pub use undo::{CannotUndo, undo};

/// The journal of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    file: PathBuf,
}

/// What the journal holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Every change of a key, oldest first.
    pub records: Vec<Record>,
    /// How many lines cannot be read: the machine went down, or the disk was full.
    pub damaged: usize,
}

/// Why the journal cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cannot {what} the journal '{}': {why}", file.display())]
pub struct JournalError {
    what: &'static str,
    file: PathBuf,
    why: String,
}

/// Where and for what a write is made.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// The agent's address.
    pub agent: &'a str,
    /// The record that it takes back.
    pub undoes: Option<&'a str>,
}

impl Journal {
    /// The journal in this directory, which need not exist yet.
    pub fn in_dir(state: &Path) -> Self {
        Self { file: state.join("journal.jsonl") }
    }

    /// Where it is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Puts the intent of a write on disk, a line for each operation; gives their ids. Blocks until
    /// the disk has it.
    ///
    /// # Errors
    /// When it is not safely on disk; the journal is then as it was.
    pub fn begin(
        &self,
        write: &Write,
        how: &Circumstances<'_>,
    ) -> Result<Vec<String>, JournalError> {
        let id = line::new_id(how.at);
        let lines: Vec<Line> = line::intents(&id, write, how);
        let ids = lines.iter().map(|line| line.id().to_owned()).collect();
        self.append(&lines)?;
        Ok(ids)
    }

    /// As [`Journal::begin`], for a change of who holds what.
    ///
    /// # Errors
    /// As [`Journal::begin`].
    pub fn begin_lock(
        &self,
        change: &LockChange,
        how: &Circumstances<'_>,
    ) -> Result<Vec<String>, JournalError> {
        let line = line::lock_intent(&line::new_id(how.at), change, how);
        let ids = vec![line.id().to_owned()];
        self.append(&[line])?;
        Ok(ids)
    }

    /// Puts the outcome of these intents on disk, with the index that each key has now.
    ///
    /// # Errors
    /// As [`Journal::begin`].
    pub fn end(
        &self,
        ids: &[String],
        at: DateTime<Utc>,
        fate: Fate,
        indexes: &[Option<u64>],
    ) -> Result<(), JournalError> {
        let lines: Vec<Line> = ids
            .iter()
            .enumerate()
            .map(|(place, id)| Line::Outcome {
                id: id.clone(),
                at,
                outcome: fate,
                index_after: indexes.get(place).copied().flatten(),
            })
            .collect();
        self.append(&lines)
    }

    /// Reads all of it. A journal that does not exist is empty.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self) -> Result<Log, JournalError> {
        let file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Log::default()),
            Err(error) => return Err(self.error("read", &error)),
        };
        let mut log = Log::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        for text in BufReader::new(file).split(b'\n') {
            let text = text.map_err(|error| self.error("read", &error))?;
            if text.is_empty() {
                continue;
            }
            match serde_json::from_slice::<Line>(&text) {
                Ok(Line::Intent(record)) => {
                    places.insert(record.id.clone(), log.records.len());
                    log.records.push(*record);
                }
                Ok(Line::Outcome { id, outcome, index_after, .. }) => {
                    let record = places.get(&id).and_then(|place| log.records.get_mut(*place));
                    if let Some(record) = record {
                        record.outcome = Some(outcome);
                        record.index_after = index_after;
                    }
                }
                Err(_) => log.damaged += 1,
            }
        }
        Ok(log)
    }

    fn append(&self, lines: &[Line]) -> Result<(), JournalError> {
        append::append(&self.file, lines).map_err(|error| self.error("write", &error))
    }

    fn error(&self, what: &'static str, error: &io::Error) -> JournalError {
        JournalError { what, file: self.file.clone(), why: error.to_string() }
    }
}

impl Log {
    /// The records of one write, by its id or that of one of them; oldest first.
    pub fn of_write(&self, id: &str) -> Vec<&Record> {
        let write = self.records.iter().find(|record| record.id == id).map(|r| r.write.as_str());
        let write = write.unwrap_or(id);
        self.records.iter().filter(|record| record.write == write).collect()
    }

    /// The id of the newest write that was made and neither is an undo nor was undone, of those
    /// whose records may be taken back.
    ///
    /// # Errors
    /// When there is none, or something else was changed since that cannot be taken back.
    pub fn last_to_undo(&self, may: impl Fn(&Record) -> bool) -> Result<&str, CannotUndo> {
        let is_candidate = |record: &&Record| {
            may(record)
                && record.outcome == Some(Fate::Written)
                && record.undoes.is_none()
                && !self.is_undone(&record.write)
        };
        let last = self.records.iter().rev().find(is_candidate).ok_or(CannotUndo::Nothing)?;
        if last.act.is_store() { Ok(&last.write) } else { Err(CannotUndo::Last(last.verb())) }
    }

    /// The index that a key had before dcview deleted it and put it back as it was, as often as it did
    /// that; `index`, which it has now, where somebody else wrote it. `place` is the datacenter and the
    /// address of the agent that it is reached by.
    pub fn origin(&self, place: (&Dc, &str), key: &Key, index: u64) -> u64 {
        let is_here = |it: &&Record| (&it.dc, &*it.agent) == place && it.key == *key;
        let mut index = index;
        for record in self.records.iter().rev().filter(is_here) {
            let is_last =
                record.outcome == Some(Fate::Written) && record.index_after == Some(index);
            let Some(undone) = record.undoes.as_deref().filter(|_| is_last) else { continue };
            let deletion =
                self.of_write(undone).into_iter().filter(is_here).find(|it| {
                    it.act.is_store() && it.after.is_none() && it.before == record.after
                });
            index = deletion.map_or(index, |deletion| deletion.index_before);
        }
        index
    }

    /// True when a later write took this one back.
    pub fn is_undone(&self, write: &str) -> bool {
        self.records.iter().any(|record| {
            record.undoes.as_deref() == Some(write) && record.outcome == Some(Fate::Written)
        })
    }
}

#[cfg(test)]
mod tests;
