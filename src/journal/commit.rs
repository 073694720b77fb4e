//! The one way from an intended write to a known outcome: journal, send, settle, journal.

use std::sync::Arc;

use chrono::Utc;
use tokio::sync::mpsc;

use super::{Act, Circumstances, Fate, Journal, JournalError, Record};
use crate::clock;
use crate::consul::write::{Outcome, Settled, apply, apply_lock, settle, settle_lock};
use crate::consul::{Access, ApiError, Client};
use crate::domain::event::Event;
use crate::domain::event::writes::{self, Became};
use crate::domain::feed::{Body, Feed, Report};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Op, Write};
use crate::domain::lock::LockChange;

/// Makes writes and keeps the journal of them.
#[derive(Clone, Debug)]
pub struct Committer {
    /// Any client of the agent that reaches the datacenters written to.
    pub client: Client,
    /// Where writes are kept.
    pub journal: Journal,
    /// Whether to write although the journal cannot be kept.
    pub insist: bool,
    /// Who is told of what was written, as of what else happens.
    pub told: Option<mpsc::Sender<Report>>,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// What the server said.
    pub outcome: Outcome,
    /// What reading back said, when the outcome was unknown.
    pub settled: Option<Settled>,
    /// The journal's ids of its operations; empty when it was not kept.
    pub ids: Vec<String>,
    /// What the journal could not keep, after the write was sent or because of `insist`.
    pub unkept: Option<JournalError>,
}

impl Committer {
    /// Makes a write. Takes up to some seconds longer when its outcome must be found out.
    ///
    /// # Errors
    /// When the journal cannot take the intent: nothing was sent then.
    pub async fn commit(&self, write: &Write) -> Result<Committed, JournalError> {
        self.commit_undo(write, None).await
    }

    /// As [`Committer::commit`], for a write that takes back the one with the id `undoes`.
    ///
    /// # Errors
    /// As [`Committer::commit`].
    pub async fn commit_undo(
        &self,
        write: &Write,
        undoes: Option<&str>,
    ) -> Result<Committed, JournalError> {
        if self.client.access() == Access::ReadOnly {
            return Ok(Committed::read_only());
        }
        let (intended, undoes) = (write.clone(), undoes.map(str::to_owned));
        let begin = move |journal: &Journal, agent: &str| {
            let undoes = undoes.as_deref();
            journal.begin(&intended, &Circumstances { at: Utc::now(), agent, undoes })
        };
        let begun = self.begin(begin).await?;
        let outcome = apply(&self.client, write).await;
        let settled = match &outcome {
            Outcome::Unknown(_) => Some(settle(&self.client, write).await),
            _ => None,
        };
        let committed = self.end(begun, outcome, settled).await;
        if let Some(became) = committed.became() {
            let events = writes::of_write(write, became, committed.indexes(), clock::now());
            self.tell(&write.dc, events).await;
        }
        Ok(committed)
    }

    /// As [`Committer::commit`], for a change of who holds what.
    ///
    /// # Errors
    /// As [`Committer::commit`].
    pub async fn commit_lock(&self, change: &LockChange) -> Result<Committed, JournalError> {
        if self.client.access() == Access::ReadOnly {
            return Ok(Committed::read_only());
        }
        let intended = change.clone();
        let begin = move |journal: &Journal, agent: &str| {
            let how = Circumstances { at: Utc::now(), agent, undoes: None };
            journal.begin_lock(&intended, &how)
        };
        let begun = self.begin(begin).await?;
        let outcome = apply_lock(&self.client, change).await;
        let settled = match &outcome {
            Outcome::Unknown(_) => Some(settle_lock(&self.client, change).await),
            _ => None,
        };
        let committed = self.end(begun, outcome, settled).await;
        if let Some(became) = committed.became() {
            self.tell(change.dc(), vec![writes::of_lock(change, became, clock::now())]).await;
        }
        Ok(committed)
    }

    async fn tell(&self, dc: &Dc, events: Vec<Event>) {
        let Some(told) = &self.told else { return };
        let body = Body::Events(events.into_iter().map(Arc::new).collect(), 0);
        let feed = Feed { dc: dc.clone(), ticket: 0, at: clock::now(), body };
        // Who listened is gone only when the program ends.
        let _ = told.send(Report::Feed(Box::new(feed))).await;
    }

    /// Puts an intent into the journal; without it nothing is sent, unless the operator insists.
    async fn begin(
        &self,
        begin: impl FnOnce(&Journal, &str) -> Result<Vec<String>, JournalError> + Send + 'static,
    ) -> Result<Begun, JournalError> {
        let journal = self.journal.clone();
        let agent = self.client.agent().address().clone();
        match self.on_disk(move || begin(&journal, &agent)).await {
            Ok(ids) => Ok(Begun { ids, unkept: None }),
            Err(error) if self.insist => Ok(Begun { ids: Vec::new(), unkept: Some(error) }),
            Err(error) => Err(error),
        }
    }

    /// Puts the outcome into the journal.
    async fn end(&self, begun: Begun, outcome: Outcome, settled: Option<Settled>) -> Committed {
        let Begun { ids, unkept } = begun;
        let mut committed = Committed { outcome, settled, ids, unkept };
        if let Err(error) = self.keep(&committed).await {
            committed.unkept = Some(error);
        }
        committed
    }

    async fn keep(&self, committed: &Committed) -> Result<(), JournalError> {
        let (journal, ids) = (self.journal.clone(), committed.ids.clone());
        let (fate, indexes) = (committed.fate(), committed.indexes().to_vec());
        if ids.is_empty() {
            return Ok(());
        }
        self.on_disk(move || journal.end(&ids, Utc::now(), fate, &indexes)).await
    }

    /// Runs what waits for the disk where it holds nobody up.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|died| {
            let file = self.journal.file().to_owned();
            Err(JournalError { what: "write", file, why: died.to_string() })
        })
    }
}

/// An intent that is in the journal, or cannot be.
struct Begun {
    ids: Vec<String>,
    unkept: Option<JournalError>,
}

impl Committed {
    /// What is worth telling of it: nothing where it surely was not written.
    fn became(&self) -> Option<Became> {
        match self.fate() {
            Fate::Written => Some(Became::Written),
            Fate::Unknown => Some(Became::Unknown),
            Fate::Lost | Fate::NotWritten => None,
        }
    }

    /// The gate would refuse it too, but then the journal would tell of a try.
    fn read_only() -> Self {
        let (method, path) = ("PUT".to_owned(), "/v1/txn".to_owned());
        let outcome = Outcome::Refused(ApiError::ReadOnly { method, path });
        Self { outcome, settled: None, ids: Vec::new(), unkept: None }
    }

    /// Why it was not made, or why that is not known, in words; nothing when it was made.
    pub fn trouble(&self) -> Option<String> {
        Some(match (&self.outcome, &self.settled) {
            (Outcome::Written { .. }, _) | (_, Some(Settled::Written { .. })) => return None,
            (Outcome::Lost { key, what }, _) => {
                format!("'{key}' changed since it was read; nothing was written ({what})")
            }
            (Outcome::Denied(error) | Outcome::TooLarge(error) | Outcome::Refused(error), _) => {
                format!("nothing was written: {error}")
            }
            (Outcome::Unknown(error), Some(Settled::NotWritten)) => {
                format!("{error}; read back: nothing was written")
            }
            (Outcome::Unknown(error), Some(Settled::Overtaken { key })) => {
                format!("{error}; whether it was written cannot be known: '{key}' changed since")
            }
            (Outcome::Unknown(error), Some(Settled::StillUnknown(why))) => {
                format!("{error}; it is not known whether it was written: {why}")
            }
            (Outcome::Unknown(error), None) => error.to_string(),
        })
    }

    /// What became of it in the end.
    pub fn fate(&self) -> Fate {
        match (&self.outcome, &self.settled) {
            (Outcome::Written { .. }, _) | (_, Some(Settled::Written { .. })) => Fate::Written,
            (Outcome::Unknown(_), Some(Settled::NotWritten)) => Fate::NotWritten,
            (Outcome::Unknown(_), _) => Fate::Unknown,
            (Outcome::Lost { .. }, _) => Fate::Lost,
            _ => Fate::NotWritten,
        }
    }

    /// The journal's id of the whole write; none when it was not kept.
    pub fn write_id(&self) -> Option<&str> {
        let first = self.ids.first()?;
        first.rsplit_once('.').map(|(write, _)| write)
    }

    /// The index that the first operation's key has now, where that is known.
    pub fn index(&self) -> Option<u64> {
        self.indexes().first().copied().flatten()
    }

    /// The index that each operation's key has now, where that is known.
    pub fn indexes(&self) -> &[Option<u64>] {
        match (&self.outcome, &self.settled) {
            (Outcome::Written { indexes }, _) | (_, Some(Settled::Written { indexes })) => indexes,
            _ => &[],
        }
    }
}

/// Finds out what became of a write that dcview did not see end (its records, all of one write), and
/// puts it into the journal.
///
/// # Errors
/// When the journal cannot take it.
pub async fn settle_interrupted(
    client: &Client,
    journal: &Journal,
    records: &[&Record],
) -> Result<Fate, JournalError> {
    let Some(first) = records.first() else { return Ok(Fate::Unknown) };
    let settled = match lock_change(first) {
        Some(change) => settle_lock(client, &change).await,
        None => {
            let ops = records.iter().map(|record| intended(record)).collect();
            settle(client, &Write { dc: first.dc.clone(), ops }).await
        }
    };
    let (fate, indexes) = match settled {
        Settled::Written { indexes } => (Fate::Written, indexes),
        Settled::NotWritten => (Fate::NotWritten, Vec::new()),
        Settled::Overtaken { .. } => (Fate::Unknown, Vec::new()),
        // Another day, perhaps.
        Settled::StillUnknown(_) => return Ok(Fate::Unknown),
    };
    let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
    journal.end(&ids, Utc::now(), fate, &indexes)?;
    Ok(fate)
}

/// The change of who holds what that a record tells of; `None` when it is none.
fn lock_change(record: &Record) -> Option<LockChange> {
    let (dc, session) = (record.dc.clone(), record.session.clone()?);
    match record.act {
        Act::Store => None,
        Act::Release => {
            let (key, modify_index) = (record.key.clone(), record.index_before);
            Some(LockChange::Release { dc, key, session, modify_index })
        }
        Act::Destroy => Some(LockChange::Destroy { dc, session }),
    }
}

/// The operation that a record tells of.
fn intended(record: &Record) -> Op {
    let base = record.before.as_ref().map(|before| Entry {
        key: record.key.clone(),
        value: before.value.clone(),
        flags: before.flags,
        modify_index: record.index_before,
        create_index: 0,
        lock_index: 0,
        session: None,
    });
    match (&record.after, base) {
        (None, Some(base)) => Op::Delete { base },
        (after, base) => {
            let (value, flags) =
                after.as_ref().map(|it| (it.value.clone(), it.flags)).unwrap_or_default();
            Op::Put { key: record.key.clone(), value, flags, base }
        }
    }
}
