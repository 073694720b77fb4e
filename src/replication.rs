//! Reading both ends of every stream, and judging them.
//!
//! A [`Follower`] compares the ends of the streams of one [`Spec`] each time it is asked to look, and
//! remembers what it read, so that the next look reads only what can have changed. When to look is
//! decided by who asks: [`crate::watch`] again and again, a script once. Invariants: it writes
//! nothing; nothing is read stale; a datacenter that does not answer keeps its streams as they were
//! found, with the reason in [`Stream::problem`].

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use indexmap::IndexMap;

use crate::consul::{ApiError, Class, Client};
use crate::domain::ids::{Dc, Key};
use crate::domain::replication::{Pair, Source, Stream, Told};
use crate::journal::Journal;

mod acl;
pub mod act;
mod ca;
mod carriers;
mod compare;
mod config_entries;
mod ends;
mod federation;
mod git;
mod hang;
mod memory;
mod mirror;
mod primary;
mod propose;
mod replicate;
mod rights;
mod since;
mod statuses;

pub use carriers::Carriers;
pub use git::Branches;
pub use memory::Memory;

/// What all followers stand on.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// What the settings say.
    pub told: Arc<Told>,
    /// What the operator confirmed.
    pub memory: Memory,
    /// A client for each datacenter, which may only read.
    pub clients: Arc<IndexMap<Dc, Client>>,
    /// What was found of git2consul's branches, for those who look elsewhere.
    pub branches: Branches,
    /// The statuses that were seen, for those who miss one.
    pub carriers: Carriers,
    /// Where dcview's own writes are told from others'; nowhere when none.
    pub journal: Option<Journal>,
}

/// What one follower looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Spec {
    /// The status keys of consul-replicate in a datacenter; each is a [`Spec::Replicate`].
    Statuses(Dc),
    /// The replication into a datacenter whose status is at this key.
    Replicate {
        /// The destination.
        into: Dc,
        /// The status key there.
        status: Key,
    },
    /// A replication into a datacenter that is known to be, and whose status is not there.
    Missing {
        /// The destination.
        into: Dc,
        /// From where it should come.
        source: Source,
    },
    /// What a datacenter has from its primary: ACLs, federation states, CA roots, config entries.
    Primary(Dc),
    /// What git2consul writes in a datacenter.
    Git(Dc),
    /// A pair of prefixes of the settings.
    Compare(Pair),
}

impl Spec {
    /// The datacenters that it is about, as far as it says.
    pub fn dcs(&self) -> Vec<Dc> {
        match self {
            Self::Statuses(dc) | Self::Primary(dc) | Self::Git(dc) => vec![dc.clone()],
            Self::Replicate { into, .. } | Self::Missing { into, .. } => vec![into.clone()],
            Self::Compare(pair) => vec![pair.source.clone(), pair.destination.clone()],
        }
    }
}

impl Ground {
    /// Who follows a replication whose status is there by now, where nobody found one before.
    pub fn successor(&self, missing: &Spec, found: &[Spec]) -> Option<Spec> {
        let Spec::Missing { source, .. } = missing else { return None };
        let is_it = |spec: &&Spec| match spec {
            Spec::Replicate { into, status } => {
                self.carriers.get(into, status).is_some_and(|status| source.is_of(&status, into))
            }
            _ => false,
        };
        found.iter().find(is_it).cloned()
    }
}

/// What a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// All streams of the spec.
    pub streams: Vec<Stream>,
    /// What else there is to follow because of it; what was found before and is not here is over.
    pub found: Vec<Spec>,
    /// For how long of the look nothing was asked, which cost nobody anything.
    pub rested: Duration,
    /// True when a datacenter did not answer, which may pass at any moment: [`Follower::changed`]
    /// waits for that, and what the look took was no work.
    pub is_away: bool,
}

impl Seen {
    /// These streams, and nothing else.
    fn of(streams: Vec<Stream>) -> Self {
        Self { streams, ..Self::default() }
    }
}

/// Compares the ends of some streams.
pub trait Follower: Send {
    /// Looks once. It ends in bounded time whatever the datacenters do.
    fn look(&mut self) -> BoxFuture<'_, Seen>;

    /// Waits until something can have changed since the last look, by hanging queries. It may be
    /// dropped at any time, and may never end.
    fn changed(&mut self) -> BoxFuture<'_, ()>;
}

/// What is followed from the start.
pub fn specs(ground: &Ground) -> Vec<Spec> {
    let of_dc =
        |dc: &Dc| [Spec::Statuses(dc.clone()), Spec::Primary(dc.clone()), Spec::Git(dc.clone())];
    let pairs = ground.told.compare.iter().cloned().map(Spec::Compare);
    ground.clients.keys().flat_map(of_dc).chain(pairs).collect()
}

/// Who follows a spec.
pub fn follower(ground: &Ground, spec: &Spec) -> Box<dyn Follower> {
    match spec {
        Spec::Statuses(dc) => Box::new(statuses::Statuses::new(ground, dc)),
        Spec::Replicate { into, status } => {
            Box::new(replicate::Replicate::new(ground, into, status))
        }
        Spec::Missing { into, source } => {
            Box::new(replicate::Replicate::missing(ground, into, source))
        }
        Spec::Compare(pair) => Box::new(compare::Compare::new(ground, pair)),
        Spec::Primary(dc) => Box::new(primary::Primary::new(ground, dc)),
        Spec::Git(dc) => Box::new(git::Git::new(ground, dc)),
    }
}

/// The longest that one answer may take: above the 7 s that a server takes to say that it has no
/// leader.
const PATIENCE: Duration = Duration::from_secs(10);

/// A stream as it was, with the reason why it could not be read now.
pub fn unread(mut stream: Stream, error: &ApiError) -> Stream {
    stream.problem = Some(error.short().into());
    stream.is_denied = error.class() == Class::Denied;
    stream
}
