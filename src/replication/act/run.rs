//! Carrying out what was confirmed about a stream.
//!
//! Invariants: each wait ends; whatever goes wrong on the way, keys that were only made to be seen
//! are taken back, or it is said which may be left and where.

use std::time::{Duration, Instant};

use super::own::{Left, Made};
use super::wait::{Wait, until};
use super::{Act, NUDGE, prefix};
use crate::consul::kv;
use crate::consul::write::Outcome;
use crate::domain::ids::{Dc, Key};
use crate::domain::kv::{Entry, Op, Write};
use crate::domain::replication::git::commit as commit_of;
use crate::domain::replication::{Status, StatusKey};
use crate::journal::{Committed, Committer};

/// How long the destination has to take a key back that the source does not have any more.
const CLEARS: Duration = Duration::from_secs(10);
/// A status moves with every run: so often its deletion is tried at the index that it has then.
const TRIES: usize = 8;

/// Who writes to the datacenters of an act.
#[derive(Clone, Debug)]
pub struct Hands {
    /// To where the data comes from.
    pub source: Committer,
    /// To where it goes.
    pub destination: Committer,
    /// How long is waited for what should come ([`Act::waits`]).
    pub waits: Duration,
}

/// How an act ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As it should; in words.
    Done(String),
    /// Otherwise: what became of it, and what may be left behind where.
    Failed(String),
    /// Nothing was sent, since the journal cannot be kept; in words.
    NotJournalled(String),
}

/// Does it, and tells how far it is.
pub async fn carry_out(act: &Act, hands: &Hands, tell: impl Fn(String)) -> Ended {
    let done = match act {
        Act::Resync { source, destination, status, nudge, .. } => {
            let ends = Ends { source, destination, hands };
            ends.resync(status, nudge, &tell).await
        }
        Act::Probe { source, destination, key, arrives, value } => {
            let ends = Ends { source, destination, hands };
            ends.probe(key, arrives, value, &tell).await
        }
        Act::Git { dc, reference } => git(dc, reference, hands, &tell).await,
    };
    done.map_or_else(|stop| stop, Ended::Done)
}

/// Both ends of a stream.
struct Ends<'a> {
    source: &'a Dc,
    destination: &'a Dc,
    hands: &'a Hands,
}

impl Ends<'_> {
    async fn resync(
        &self,
        status: &StatusKey,
        nudge: &Key,
        tell: &impl Fn(String),
    ) -> Result<String, Ended> {
        let Self { source, destination, .. } = self;
        delete(&self.hands.destination, destination, &status.key).await?;
        let deleted = format!("the status is deleted in {destination}");
        let made = match self.make(nudge, NUDGE).await {
            Ok(made) => made,
            // The first half is done: nothing may say that nothing was sent.
            Err(stop) => return Err(Ended::Failed(format!("{deleted}; {}", stop.text()))),
        };
        tell(format!("status deleted in {destination}, nudged in {source}; waiting for the run"));
        let began = Instant::now();
        let client = self.hands.destination.client.in_dc(destination);
        let run = until(&client, &status.key, self.hands.waits, Option::is_some).await;
        let took = began.elapsed();
        let cleared = self.take_back(&made).await;
        let why = match run {
            Wait::Came(now) if made.is_before(now.as_ref()) => {
                let what = prefix(nudge);
                let said = format!("{what} resynced into {destination} in {}", seconds(took));
                return ended(said, cleared);
            }
            // A run that was under way when its status was deleted wrote it again.
            Wait::Came(_) => {
                String::from("a run that was under way wrote it again: once more, please")
            }
            Wait::Over(why) => {
                let limit = seconds(self.hands.waits);
                format!(
                    "no run ended in {limit}{why}: is it running? Its next run writes every key"
                )
            }
        };
        Err(failed(format!("{deleted}, but {why}"), cleared))
    }

    async fn probe(
        &self,
        key: &Key,
        arrives: &Key,
        value: &str,
        tell: &impl Fn(String),
    ) -> Result<String, Ended> {
        let Self { source, destination, .. } = self;
        let client = self.hands.destination.client.in_dc(destination);
        let made = self.make(key, value).await?;
        let began = Instant::now();
        tell(format!("made in {source}; waiting for it in {destination}"));
        let is_ours = |entry: &Option<Entry>| {
            entry.as_ref().is_some_and(|entry| entry.value.as_ref() == value.as_bytes())
        };
        let came = until(&client, arrives, self.hands.waits, is_ours).await;
        let took = began.elapsed();
        let cleared = self.take_back(&made).await;
        let said = match &came {
            Wait::Came(_) => {
                format!("{}: arrived in {destination} after {}", prefix(key), millis(took))
            }
            Wait::Over(why) => {
                let limit = seconds(self.hands.waits);
                format!("not in {destination} within {limit}{why}: is the replicator running?")
            }
        };
        if matches!(came, Wait::Over(_)) {
            return Err(failed(said, cleared));
        }
        let said = ended(said, cleared)?;
        tell(format!("{said}; removing it"));
        match until(&client, arrives, CLEARS, Option::is_none).await {
            Wait::Came(_) => Ok(format!("{said}; removed from both")),
            Wait::Over(_) => {
                Ok(format!("{said}; removed from {source}, in {destination} by the next run"))
            }
        }
    }

    /// Makes a key of dcview's own in the source, where there must be none.
    async fn make(&self, key: &Key, value: &str) -> Result<Made, Ended> {
        let op = Op::create(key.clone(), value.to_owned(), 0);
        let write = Write::one(self.source.clone(), op);
        let committed = commit(&self.hands.source, &write, None).await?;
        if let Outcome::Lost { .. } = committed.outcome {
            let text = format!("{key} is in {} already, from before: delete it first", self.source);
            return Err(Ended::Failed(text));
        }
        fine(&committed)?;
        let undoes = committed.write_id().map(str::to_owned);
        Ok(Made { key: key.clone(), value: value.to_owned(), index: committed.index(), undoes })
    }

    /// Takes it back, as the undo of its making.
    async fn take_back(&self, made: &Made) -> Result<(), Left> {
        let left = |why: String| Left { key: made.key.clone(), dc: self.source.clone(), why };
        let client = self.hands.source.client.in_dc(self.source);
        let base = match made.index {
            Some(index) => Some(made.entry(index)),
            // Its index got lost on the way: what is there is ours as long as it says what we said.
            None => kv::read(&client, &made.key)
                .await
                .map_err(|error| left(error.to_string()))?
                .filter(|entry| entry.value.as_ref() == made.value.as_bytes()),
        };
        let Some(base) = base else { return Ok(()) };
        let write = Write::one(self.source.clone(), Op::Delete { base });
        let done = commit(&self.hands.source, &write, made.undoes.as_deref()).await;
        let done = done.and_then(|committed| fine(&committed));
        done.map_err(|stop| left(stop.text()))
    }
}

impl Ended {
    fn text(self) -> String {
        match self {
            Self::Done(text) | Self::Failed(text) | Self::NotJournalled(text) => text,
        }
    }
}

/// The end of what went well, unless a key of its own is left.
fn ended(said: String, cleared: Result<(), Left>) -> Result<String, Ended> {
    match cleared {
        Ok(()) => Ok(said),
        Err(left) => Err(left.after(&said)),
    }
}

/// The end of what did not, with a key of its own that is left.
fn failed(said: String, cleared: Result<(), Left>) -> Ended {
    match cleared {
        Ok(()) => Ended::Failed(said),
        Err(left) => left.after(&said),
    }
}

/// Deletes the reference to a commit, as it was shown, and waits for git2consul to write it again.
async fn git(
    dc: &Dc,
    reference: &StatusKey,
    hands: &Hands,
    tell: &impl Fn(String),
) -> Result<String, Ended> {
    let committer = &hands.destination;
    let client = committer.client.in_dc(dc);
    let now = kv::read(&client, &reference.key).await;
    let now = now.map_err(|error| Ended::Failed(error.to_string()))?;
    let seen = now.filter(|entry| entry.modify_index == reference.modify_index);
    let Some(base) = seen else {
        let text = format!("{} changed since it was shown; nothing was written", reference.key);
        return Err(Ended::Failed(text));
    };
    let write = Write::one(dc.clone(), Op::Delete { base });
    fine(&commit(committer, &write, None).await?)?;
    let key = &reference.key;
    tell(format!("{key} is deleted in {dc}; waiting for git2consul to write every file"));
    let began = Instant::now();
    // One that is empty says that it has only begun.
    let is_written = |now: &Option<Entry>| now.as_ref().and_then(commit_of).is_some();
    match until(&client, key, hands.waits, is_written).await {
        Wait::Came(_) => {
            Ok(format!("git2consul wrote {key} in {dc} again after {}", seconds(began.elapsed())))
        }
        Wait::Over(why) => {
            let limit = seconds(hands.waits);
            Err(Ended::Failed(format!(
                "{key} is deleted in {dc}, and not written again in {limit}{why}: is git2consul \
                 running? Its next look writes every file"
            )))
        }
    }
}

/// Deletes a status at whatever index it has: its replicator may run at any time.
async fn delete(committer: &Committer, dc: &Dc, key: &Key) -> Result<(), Ended> {
    let client = committer.client.in_dc(dc);
    for _ in 0..TRIES {
        let now = kv::read(&client, key).await;
        let Some(base) = now.map_err(|error| Ended::Failed(error.to_string()))? else {
            return Ok(());
        };
        if Status::read(&base.value).is_none() {
            return Err(Ended::Failed(format!("{key} in {dc} is no status; nothing was written")));
        }
        let write = Write::one(dc.clone(), Op::Delete { base });
        let committed = commit(committer, &write, None).await?;
        if !matches!(committed.outcome, Outcome::Lost { .. }) {
            return fine(&committed);
        }
    }
    let text = format!("{key} in {dc} moved each time; nothing was written: try again");
    Err(Ended::Failed(text))
}

async fn commit(
    committer: &Committer,
    write: &Write,
    undoes: Option<&str>,
) -> Result<Committed, Ended> {
    let committed = committer.commit_undo(write, undoes).await;
    committed.map_err(|error| Ended::NotJournalled(error.to_string()))
}

fn fine(committed: &Committed) -> Result<(), Ended> {
    committed.trouble().map_or(Ok(()), |why| Err(Ended::Failed(why)))
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

fn millis(took: Duration) -> String {
    format!("{} ms", took.as_millis())
}
