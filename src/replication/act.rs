//! What an operator can do about a stream, described and not yet done.
//!
//! An [`Act`] names the keys that it changes and the requests that it sends, so that what is shown
//! before is what is done ([`carry_out`]). Every change is check-and-set and journalled; a key that
//! was only made to be seen is taken back as an undo of its making, so that nothing is left to undo.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::consul::{encode_path, write};
use crate::domain::ids::{Dc, Key};
use crate::domain::replication::{Kind, Source, StatusKey, Stream};

mod own;
mod run;
mod wait;

pub use run::{Ended, Hands, carry_out};

/// A run of consul-replicate that writes every key takes its time.
const RESYNC_WAITS: Duration = Duration::from_mins(1);
/// What the key holds that makes a replicator run.
const NUDGE: &str = "dcview";
/// git2consul looks once a minute unless told otherwise, and writes the reference last.
const GIT_WAITS: Duration = Duration::from_mins(2);
/// A key that is not carried after so long is not carried at all, or so late that it matters.
const PROBE_WAITS: Duration = Duration::from_secs(30);

/// What is done about a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Makes consul-replicate write every key again: without its status it takes nothing as done,
    /// and a new key under the source makes it run.
    Resync {
        /// The datacenter that it reads.
        source: Dc,
        /// The datacenter that it writes.
        destination: Dc,
        /// Its status, there.
        status: StatusKey,
        /// The key that makes it run.
        nudge: Key,
        /// How many keys of the destination the run deletes, as far as they were seen.
        deletes: usize,
        /// What it carries, to be missed while there is no status.
        carries: Box<Source>,
    },
    /// Measures how long consul-replicate takes to carry a key.
    Probe {
        /// The datacenter that it reads.
        source: Dc,
        /// The datacenter that it writes.
        destination: Dc,
        /// The key that is carried.
        key: Key,
        /// Its name in the destination.
        arrives: Key,
        /// What it holds: when it was asked for, in nanoseconds since 1970.
        value: String,
    },
    /// Makes git2consul write every file again: without its reference it takes nothing as done.
    Git {
        /// Where.
        dc: Dc,
        /// The reference to the commit.
        reference: StatusKey,
    },
}

impl Act {
    /// The resync of a stream.
    ///
    /// # Errors
    /// Why it has none, in a sentence.
    pub fn resync(stream: &Stream) -> Result<Self, &'static str> {
        let status = stream.status.clone();
        // Elsewhere the status is that of the replicator which brings it.
        let is_brought_in = stream.id.source.as_ref() == Some(&stream.id.destination);
        match (stream.id.kind, status) {
            (Kind::Git, _) if !is_brought_in => {
                Err("it comes by consul-replicate: 's' on that stream, or where git2consul runs")
            }
            (Kind::Git, Some(reference)) => {
                Ok(Self::Git { dc: stream.id.destination.clone(), reference })
            }
            (Kind::Git, None) => Err("there is no reference to a commit to delete"),
            (Kind::ConsulReplicate, Some(status)) => Ok(Self::Resync {
                source: source(stream)?,
                destination: stream.id.destination.clone(),
                status,
                nudge: below(&stream.id.of, "nudge"),
                deletes: stream.counts.extra,
                carries: Box::new(carried(stream)?),
            }),
            (Kind::ConsulReplicate, None) => {
                Err("it has no status: its next run writes every key, and 't' makes it run")
            }
            _ => Err("only what consul-replicate and git2consul carry is resynced"),
        }
    }

    /// The probe of a stream, asked for at `now`.
    ///
    /// # Errors
    /// Why it has none, in a sentence.
    pub fn probe(stream: &Stream, now: DateTime<Utc>) -> Result<Self, &'static str> {
        if stream.id.kind != Kind::ConsulReplicate {
            return Err("only what consul-replicate carries is probed");
        }
        Ok(Self::Probe {
            source: source(stream)?,
            destination: stream.id.destination.clone(),
            key: below(&stream.id.of, "probe"),
            arrives: below(&stream.id.to, "probe"),
            value: now.timestamp_nanos_opt().unwrap_or_default().to_string(),
        })
    }

    /// The datacenters that it changes itself.
    pub fn changes(&self) -> (&Dc, Option<&Dc>) {
        match self {
            Self::Resync { source, destination, .. } => (destination, Some(source)),
            Self::Probe { source, .. } => (source, None),
            Self::Git { dc, .. } => (dc, None),
        }
    }

    /// Where the data comes from, and where it goes.
    pub fn ends(&self) -> (&Dc, &Dc) {
        match self {
            Self::Resync { source, destination, .. } | Self::Probe { source, destination, .. } => {
                (source, destination)
            }
            Self::Git { dc, .. } => (dc, dc),
        }
    }

    /// What is to be remembered before it is done: of a replication without a status nobody else says
    /// that it is there.
    pub fn leaves_to_remember(&self) -> Option<Source> {
        match self {
            Self::Resync { carries, .. } => Some(Source::clone(carries)),
            Self::Probe { .. } | Self::Git { .. } => None,
        }
    }

    /// How long is waited for what should come of it.
    pub fn waits(&self) -> Duration {
        match self {
            Self::Resync { .. } => RESYNC_WAITS,
            Self::Probe { .. } => PROBE_WAITS,
            Self::Git { .. } => GIT_WAITS,
        }
    }

    /// What it does, in a few words.
    pub fn summary(&self) -> String {
        match self {
            Self::Resync { source, destination, nudge, .. } => {
                format!("resync {} of {source} into {destination}", prefix(nudge))
            }
            Self::Probe { source, destination, key, .. } => {
                format!("probe {} from {source} to {destination}", prefix(key))
            }
            Self::Git { dc, reference } => format!("resync from git: {} in {dc}", reference.key),
        }
    }

    /// The requests that it sends, in their order, and what comes of them. `query` gives what the
    /// query of every request to a datacenter begins with.
    pub fn lines(&self, query: impl Fn(&Dc) -> String) -> Vec<String> {
        let change = |dc: &Dc| write::shown(&[], &query(dc));
        match self {
            Self::Resync { source, destination, status, nudge, deletes, .. } => vec![
                change(destination),
                deleted(status),
                String::from("  or at the index that it has by then: the replicator may run"),
                change(source),
                format!("  cas {nudge} at index 0: {NUDGE}, which makes it run"),
                waited(&status.key, &query(destination)),
                format!("  until it is there again, for {} s at most", self.waits().as_secs()),
                change(source),
                taken_back(nudge),
                String::from("The run writes every key again,"),
                format!(
                    "and deletes in {destination} what {source} does not have: {deletes} keys now."
                ),
                String::from("If dcview ends before that, undo it in :journal:"),
                format!("  {}", self.leaves()),
            ],
            Self::Probe { source, destination, key, arrives, value } => vec![
                change(source),
                format!("  cas {key} at index 0: {value}"),
                waited(arrives, &query(destination)),
                format!("  until it is there, for {} s at most", self.waits().as_secs()),
                change(source),
                taken_back(key),
                String::from("If dcview ends before that, undo it in :journal:"),
                format!("  {}", self.leaves()),
            ],
            Self::Git { dc, reference } => vec![
                change(dc),
                deleted(reference),
                waited(&reference.key, &query(dc)),
                format!("  until it is there again, for {} s at most", self.waits().as_secs()),
                String::from(
                    "git2consul writes every file again at its next look; extra keys stay.",
                ),
            ],
        }
    }

    /// What stays behind where, if it is interrupted.
    pub fn leaves(&self) -> String {
        match self {
            Self::Resync { source, nudge: key, .. } | Self::Probe { source, key, .. } => {
                format!("{key} stays in {source}")
            }
            Self::Git { .. } => String::from("nothing stays behind"),
        }
    }
}

/// A key that is deleted as it was seen.
fn deleted(StatusKey { key, modify_index }: &StatusKey) -> String {
    format!("  delete-cas {key} at index {modify_index}")
}

/// A key of dcview's own that is deleted.
fn taken_back(key: &Key) -> String {
    format!("  delete-cas {key} at the index that it was made with")
}

/// A blocking query for a key.
fn waited(key: &Key, query: &str) -> String {
    let (path, wait) = (encode_path(key.as_str()), wait::HANG.as_millis());
    format!("GET /v1/kv/{path}?{query}&index=..&wait={wait}ms")
}

/// The source of a stream, which must be certain.
fn source(stream: &Stream) -> Result<Dc, &'static str> {
    match &stream.id.source {
        Some(_) if stream.is_proposed => Err("its source is only a guess: 'a' takes it as right"),
        Some(dc) => Ok(dc.clone()),
        None => Err("it is not known where it comes from: name it in [[replication.source]]"),
    }
}

/// What a stream carries, from a source that is certain.
fn carried(stream: &Stream) -> Result<Source, &'static str> {
    source(stream)?;
    Source::confirming(&stream.id).ok_or("it is not known where it comes from")
}

/// A key of dcview's own under a prefix, which may have no slash at its end.
fn below(prefix: &str, name: &str) -> Key {
    Key::from(format!("{prefix}.dcview/{name}"))
}

/// The prefix that a key of dcview's own is under.
fn prefix(key: &Key) -> &str {
    let key = key.as_str();
    key.rfind(".dcview/").and_then(|at| key.get(..at)).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::replication::StreamId;

    fn stream(kind: Kind) -> Stream {
        let id = StreamId {
            kind,
            source: Some("dc-1".into()),
            destination: "dc-2".into(),
            of: "global".into(),
            to: "backup".into(),
        };
        let status = Some(StatusKey { key: "statuses/x".into(), modify_index: 57 });
        Stream { status, ..Stream::new(id) }
    }

    #[test]
    fn keys_of_its_own_stand_right_behind_the_prefix_of_each_side() {
        let act = Act::probe(&stream(Kind::ConsulReplicate), DateTime::UNIX_EPOCH).unwrap();
        let Act::Probe { key, arrives, value, .. } = &act else { panic!("{act:?}") };
        assert_eq!(
            (key.as_str(), arrives.as_str()),
            ("global.dcview/probe", "backup.dcview/probe")
        );
        assert_eq!(value, "0");
        assert_eq!(act.summary(), "probe global from dc-1 to dc-2");
    }

    #[test]
    fn both_ends_of_a_resync_are_changed_and_one_of_a_probe() {
        let act = Act::resync(&stream(Kind::ConsulReplicate)).unwrap();
        assert_eq!(act.changes(), (&"dc-2".into(), Some(&"dc-1".into())));
        let lines = act.lines(|dc| format!("dc={dc}&ns=team"));
        let told = lines.join("\n");
        for said in [
            "PUT /v1/txn?dc=dc-2&ns=team\n  delete-cas statuses/x at index 57",
            "PUT /v1/txn?dc=dc-1&ns=team\n  cas global.dcview/nudge at index 0: dcview",
            "GET /v1/kv/statuses/x?dc=dc-2&ns=team&index=..&wait=5000ms",
        ] {
            assert!(told.contains(said), "'{said}':\n{told}");
        }
        let mut git = stream(Kind::Git);
        assert!(Act::resync(&git).is_err(), "that status is the replicator's");
        git.id.source = Some("dc-2".into());
        assert_eq!(Act::resync(&git).unwrap().changes(), (&"dc-2".into(), None));
    }

    #[test]
    fn nothing_is_written_to_a_datacenter_that_was_only_guessed() {
        let guessed = Stream { is_proposed: true, ..stream(Kind::ConsulReplicate) };
        assert!(Act::resync(&guessed).is_err());
        assert!(Act::probe(&guessed, DateTime::UNIX_EPOCH).is_err());
        assert!(Act::resync(&stream(Kind::Acl)).is_err());
        assert!(Act::probe(&stream(Kind::Git), DateTime::UNIX_EPOCH).is_err());
    }
}
