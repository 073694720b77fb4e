//! Streams of data between datacenters, and whether each datacenter tells the same truth.
//!
//! A stream is what one mechanism carries from one place to another: Raft to a follower,
//! consul-replicate to a prefix, the primary's ACLs to a secondary. Each is judged by comparing what
//! is there, never by index numbers or by what the mechanism says of itself; those are shown beside.
//! Plain data: who reads and compares is [`crate::replication`].

pub mod git;
mod judge;
mod lone;
pub mod raft;
mod rule;
mod status;
mod told;
mod track;
mod waits;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::ids::{Dc, Key};
pub use judge::{Held, Judged, Mark, judge};
pub use rule::Rule;
pub use status::Status;
pub use told::{Pair, Source, Told};
pub use track::{Ends, Track, gap};

/// What carries the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Raft, from the leader of a datacenter to one of its servers.
    Raft,
    /// consul-replicate, from a prefix of one datacenter to one of another.
    ConsulReplicate,
    /// git2consul, from a branch of a repository to a datacenter's keys.
    Git,
    /// ACL policies, roles and tokens, from the primary datacenter to a secondary.
    Acl,
    /// Federation states, from the primary datacenter to a secondary.
    Federation,
    /// The roots of Connect's certificate authority, from the primary datacenter to a secondary.
    Ca,
    /// Config entries and intentions, from the primary datacenter to a secondary.
    ConfigEntries,
    /// Nothing that is known: two prefixes that the settings want compared.
    Compare,
}

/// Which stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId {
    /// What carries it.
    pub kind: Kind,
    /// From where; `None` while that is not known.
    pub source: Option<Dc>,
    /// Whereto.
    pub destination: Dc,
    /// What of the source is carried: a prefix with its slash, a repository and branch, a server, a
    /// kind of config entry; empty for all there is.
    pub of: Arc<str>,
    /// Under which prefix it arrives, where there is one.
    pub to: Arc<str>,
}

/// Whether both ends are the same, worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All that should be there is there, and is the same.
    InSync,
    /// Not compared yet, or it cannot be.
    #[default]
    Unknown,
    /// The destination has what the source does not have.
    Extra,
    /// What the source has is on its way.
    Lagging,
    /// The ends differ, and will not become the same by themselves.
    Drift,
}

/// How many keys (or entries, or servers) are in which state. Exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Newer in the source than what was replicated last.
    pub pending: usize,
    /// Different, though replicated as far as the mechanism knows.
    pub drift: usize,
    /// Only in the destination.
    pub extra: usize,
    /// The same on both sides.
    pub same: usize,
}

/// Since when something that has not arrived is waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing waits.
    #[default]
    Nothing,
    /// Something waits since before dcview looked.
    Unknown,
    /// The oldest waits since then (UTC), as dcview saw it itself.
    Since(DateTime<Utc>),
}

/// What will go wrong, or is known to have gone wrong, and needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The next run deletes so many keys of so many in the destination, since the source has so few.
    MassDelete {
        /// How many keys will be deleted.
        deletes: usize,
        /// How many keys the destination has.
        of: usize,
        /// How many keys the source has.
        source: usize,
    },
    /// The status jumped back: two replicators from different sources share one status key.
    SharedStatus {
        /// What it was.
        from: u64,
        /// What it is.
        to: u64,
    },
    /// So many keys of the destination were changed there after the last run.
    EditedThere(usize),
    /// The source was restored or rebuilt: its indexes are lower than those replicated.
    SourceRestored {
        /// What was replicated last, by the status.
        last_replicated: u64,
        /// The index that the source's prefix has now.
        source_index: u64,
    },
}

/// Why a key is not the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Only in the destination: the next run deletes it.
    Extra,
    /// Newer in the source than what was replicated last.
    Pending,
    /// Different, though replicated: it stays so until this very key changes in the source.
    Drift,
}

/// A key of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its `ModifyIndex` there.
    pub modify_index: u64,
    /// The length of its value in bytes.
    pub len: usize,
    /// Its flags.
    pub flags: u64,
}

/// A key that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// Its name below the prefixes.
    pub name: Arc<str>,
    /// Why.
    pub class: Class,
    /// It in the source.
    pub source: Option<Stamp>,
    /// It in the destination.
    pub destination: Option<Stamp>,
    /// True when it was changed in the destination after the status was written.
    pub is_edited_there: bool,
    /// When dcview first saw it as it is in the source (UTC); `None` when it was so before.
    pub since: Option<DateTime<Utc>>,
}

/// A replicator's own record of how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusKey {
    /// The key, in the destination.
    pub key: Key,
    /// Its `ModifyIndex`, which a resync deletes it by.
    pub modify_index: u64,
}

/// A stream as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Which one.
    pub id: StreamId,
    /// The verdict.
    pub verdict: Verdict,
    /// How long it has not moved although something waits; `None` while it moves or nothing waits. Of
    /// keys this is some from [`Told::stall_after`] on, see [`Stream::is_stalled`]; a follower is silent
    /// after a second, and a replicator of ACLs says itself that it fails.
    pub stalled_for: Option<Duration>,
    /// What the verdict stands on, in one line.
    pub evidence: Arc<str>,
    /// How many are in which state.
    pub counts: Counts,
    /// Since when something waits.
    pub waiting: Waiting,
    /// What needs a person, worst first.
    pub alarms: Vec<Alarm>,
    /// The index that the mechanism says it is at, in the source's terms.
    pub last_replicated: Option<u64>,
    /// The source's own index.
    pub source_index: Option<u64>,
    /// What else is to be said, as label and text, in the order in which it is shown.
    pub facts: Vec<(&'static str, String)>,
    /// The keys that differ, by name; at most [`MOST_DIFFERING`] of them.
    pub differing: Arc<[Differing]>,
    /// The replicator's status, where there is one.
    pub status: Option<StatusKey>,
    /// True when the source was not told but found as the best match: the operator has to confirm it.
    pub is_proposed: bool,
    /// What the keys begin with in the source, where [`StreamId::of`] is no prefix.
    pub prefix: Option<Arc<str>>,
    /// When the ends were compared (UTC); `None` when they never were.
    pub at: Option<DateTime<Utc>>,
    /// When every key of both ends was read last (UTC).
    pub whole_at: Option<DateTime<Utc>>,
    /// Why the ends cannot be compared now; what is said then is as of [`Stream::at`].
    pub problem: Option<Arc<str>>,
    /// True when the problem is that the token may not.
    pub is_denied: bool,
}

/// More differing keys than this are counted and not listed.
pub const MOST_DIFFERING: usize = 10_000;

impl Stream {
    /// A stream that was not compared yet.
    pub fn new(id: StreamId) -> Self {
        Self {
            id,
            verdict: Verdict::Unknown,
            stalled_for: None,
            evidence: Arc::from(""),
            counts: Counts::default(),
            waiting: Waiting::Nothing,
            alarms: Vec::new(),
            last_replicated: None,
            source_index: None,
            facts: Vec::new(),
            differing: Arc::default(),
            status: None,
            is_proposed: false,
            prefix: None,
            at: None,
            whole_at: None,
            problem: None,
            is_denied: false,
        }
    }

    /// True when keys wait that do not move, for longer than a replicator that runs would let them.
    pub fn is_stalled(&self) -> bool {
        self.id.kind.has_keys() && self.problem.is_none() && self.stalled_for.is_some()
    }

    /// True for a replication that has no status, as far as that could be seen: nothing but dcview's
    /// memory says that it is there.
    pub fn has_no_status(&self) -> bool {
        // Without a source there is nothing to compare, but the status was looked for.
        let is_seen = (self.at.is_some() || self.id.source.is_none()) && self.problem.is_none();
        self.id.kind == Kind::ConsulReplicate && self.status.is_none() && is_seen
    }

    /// How long the oldest that has not arrived waits; `None` when nothing waits or it is not known.
    pub fn lag(&self, now: DateTime<Utc>) -> Option<Duration> {
        match self.waiting {
            Waiting::Since(since) => Some((now - since).to_std().unwrap_or_default()),
            Waiting::Nothing | Waiting::Unknown => None,
        }
    }

    /// How many seconds it is behind, for a trend; `None` while that is not known.
    pub fn behind(&self, now: DateTime<Utc>) -> Option<usize> {
        if self.at.is_none() || self.problem.is_some() {
            return None;
        }
        match self.waiting {
            Waiting::Nothing => Some(0),
            Waiting::Unknown => None,
            Waiting::Since(_) => self.lag(now).map(|lag| lag.as_secs() as usize),
        }
    }
}

impl StreamId {
    /// Under which prefix it arrives, where that says more than what is carried.
    pub fn renamed(&self) -> Option<&str> {
        let to = match self.kind {
            // A branch lies in a folder of its name, unless the settings say otherwise.
            Kind::Git => self.to.strip_suffix('/').unwrap_or(&self.to),
            _ => &self.to,
        };
        (!to.is_empty() && *to != *self.of).then_some(&self.to)
    }

    /// The datacenters at its ends, as far as they are known.
    pub fn ends(&self) -> impl Iterator<Item = &Dc> {
        self.source.iter().chain(std::iter::once(&self.destination))
    }
}

impl Counts {
    /// How many are not the same.
    pub fn differing(&self) -> usize {
        self.pending + self.drift + self.extra
    }

    /// What they mean: DRIFT before LAGGING before EXTRA before IN SYNC.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self { drift: 1.., .. } => Verdict::Drift,
            Self { pending: 1.., .. } => Verdict::Lagging,
            Self { extra: 1.., .. } => Verdict::Extra,
            _ => Verdict::InSync,
        }
    }
}

impl Verdict {
    /// The word that is shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::InSync => "IN SYNC",
            Self::Unknown => "UNKNOWN",
            Self::Extra => "EXTRA",
            Self::Lagging => "LAGGING",
            Self::Drift => "DRIFT",
        }
    }
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Raft,
        Self::ConsulReplicate,
        Self::Git,
        Self::Acl,
        Self::Federation,
        Self::Ca,
        Self::ConfigEntries,
        Self::Compare,
    ];

    /// The kind of this word, or the first whose word has it in it; `None` for an unknown one.
    pub fn named(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let is = |kind: &Self| kind.word() == word;
        let has = |kind: &Self| !word.is_empty() && kind.word().contains(&word);
        Self::ALL.into_iter().find(is).or_else(|| Self::ALL.into_iter().find(has))
    }

    /// True for what carries keys: then there are keys that differ, and counts are of keys.
    pub fn has_keys(self) -> bool {
        matches!(self, Self::ConsulReplicate | Self::Git | Self::Compare)
    }

    /// The word for it, on screen and in scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Raft => "raft",
            Self::ConsulReplicate => "consul-replicate",
            Self::Git => "git",
            Self::Acl => "acl",
            Self::Federation => "federation",
            Self::Ca => "ca",
            Self::ConfigEntries => "config-entries",
            Self::Compare => "compare",
        }
    }
}

impl Alarm {
    /// True for what is about to destroy keys.
    pub fn is_ahead(&self) -> bool {
        matches!(self, Self::MassDelete { .. })
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MassDelete { deletes, of, source } => write!(
                f,
                "the next run will delete {deletes} of {of} keys: the source has {source}"
            ),
            Self::SharedStatus { from, to } => write!(
                f,
                "the status jumped back from {from} to {to}: two sources share one status key \
                 and delete each other's keys, or the source was rebuilt"
            ),
            Self::EditedThere(1) => {
                f.write_str("1 key was edited in the destination, not by the replicator")
            }
            Self::EditedThere(keys) => {
                write!(f, "{keys} keys were edited in the destination, not by the replicator")
            }
            Self::SourceRestored { last_replicated, source_index } => write!(
                f,
                "the source was restored or rebuilt, or another source wrote the status: its index \
                 is {source_index}, and {last_replicated} was replicated; keys below that are \
                 skipped for good"
            ),
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.as_ref().map_or("?", |dc| dc.as_str());
        write!(f, "{} {source} -> {}", self.kind.word(), self.destination)?;
        match (&*self.of, self.renamed()) {
            ("", _) => Ok(()),
            (of, None) => write!(f, " {of}"),
            (of, Some(to)) => write!(f, " {of} -> {to}"),
        }
    }
}

impl Serialize for Alarm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
