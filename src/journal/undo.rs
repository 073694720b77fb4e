//! Taking a write back.
//!
//! Pure: it makes the opposite write out of the journal's records, check-and-set on the index that
//! dcview wrote, so that it fails when anybody changed the key since.

use thiserror::Error;

use super::{Act, Fate, Record, Stored};
use crate::domain::kv::{Entry, Op, Write};

/// Why a write cannot be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CannotUndo {
    /// There is no such write.
    #[error("there is no such write in the journal")]
    Absent,
    /// Nothing was changed, or all of it is taken back.
    #[error("there is nothing to undo")]
    Nothing,
    /// The last change is of a lock or a session.
    #[error("the last change, a {0}, cannot be taken back")]
    Last(&'static str),
    /// It was never made, or it is not known whether it was.
    #[error("'{0}' was not written (or it is not known)")]
    NotWritten(String),
    /// Who loses a lock or a session has learnt of it.
    #[error("a lock that was released or a session that was destroyed cannot be brought back")]
    Final,
    /// Somebody replaced a value before dcview knew its index.
    #[error("the index that dcview wrote to '{0}' is not known")]
    IndexUnknown(String),
}

/// The write that takes back a whole write ([`super::Log::of_write`]): an old value is written
/// again, a made key deleted, a deleted one made again.
///
/// # Errors
/// When one of the records cannot be taken back.
pub fn undo(records: &[&Record]) -> Result<Write, CannotUndo> {
    let dc = records.first().ok_or(CannotUndo::Absent)?.dc.clone();
    let ops = records.iter().rev().map(|record| opposite(record)).collect::<Result<_, _>>()?;
    Ok(Write { dc, ops })
}

fn opposite(record: &Record) -> Result<Op, CannotUndo> {
    let key = record.key.clone();
    if record.act != Act::Store {
        return Err(CannotUndo::Final);
    }
    if record.outcome != Some(Fate::Written) {
        return Err(CannotUndo::NotWritten(key.as_str().to_owned()));
    }
    let now = match &record.after {
        Some(after) => {
            let index = record.index_after;
            let index = index.ok_or_else(|| CannotUndo::IndexUnknown(key.as_str().to_owned()))?;
            Some(entry(record, after, index))
        }
        None => None,
    };
    match (&record.before, now) {
        (Some(Stored { value, flags }), base) => {
            Ok(Op::Put { key, value: value.clone(), flags: *flags, base })
        }
        (None, Some(base)) => Ok(Op::Delete { base }),
        (None, None) => Err(CannotUndo::NotWritten(key.as_str().to_owned())),
    }
}

/// The key as dcview left it.
fn entry(record: &Record, stored: &Stored, modify_index: u64) -> Entry {
    Entry {
        key: record.key.clone(),
        value: stored.value.clone(),
        flags: stored.flags,
        modify_index,
        create_index: 0,
        lock_index: 0,
        session: None,
    }
}
