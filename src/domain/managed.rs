//! Who else writes a key: replicators, configuration repositories, templates, locks.
//!
//! Read from entries that are there anyway: consul-replicate's status keys, git2consul's own
//! configuration, and the flags and names that consul-template and `consul lock` leave. An edit of
//! a managed key is overwritten, or breaks something; [`Managed`] says which, in a sentence.
//! Nothing is guessed: an entry that does not read as what its name says is no manager.

mod git;
mod holder;
pub(crate) mod replicate;
#[cfg(test)]
mod tests;

use std::fmt;

use super::kv::{Entry, Key};
pub use git::{Mapping, mappings, owner};
use replicate::Status;

/// Where consul-replicate keeps its statuses unless told otherwise.
pub const REPLICATE_STATUSES: &str = "service/consul-replicate/statuses/";
/// Where git2consul keeps its configuration unless told otherwise.
pub const GIT2CONSUL_CONFIG: &str = "git2consul/config";
/// Where consul-template keeps what it shares unless told otherwise.
pub const TEMPLATE_DEDUP: &str = "consul-template/dedup/";

/// One that writes a key besides the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Managed {
    /// It lies under the destination of a replication.
    Replicated {
        /// The prefix in the source.
        source: String,
        /// The prefix here.
        destination: String,
        /// The status key.
        status: Key,
    },
    /// It is a replication's status.
    ReplicationStatus,
    /// A configuration repository writes it.
    Git {
        /// The repository's name.
        repo: String,
        /// The branch.
        branch: String,
        /// The file in it, or the part of the name that stands for it.
        path: String,
    },
    /// It marks the commit that a repository was last brought in at.
    GitMarker {
        /// The repository's name.
        repo: String,
        /// The branch.
        branch: String,
    },
    /// It configures git2consul.
    GitConfig,
    /// consul-template's instances share a template's data in it.
    Template {
        /// The template's id, the MD5 of its text.
        id: String,
    },
    /// It is the lock of `consul lock`.
    Lock {
        /// What the lock guards.
        prefix: String,
    },
    /// It is a semaphore's record of its holders.
    Semaphore {
        /// What the semaphore guards.
        prefix: String,
        /// How many may hold it.
        limit: u64,
        /// How many do.
        holders: usize,
    },
    /// It is one contender of a semaphore.
    Contender {
        /// What the semaphore guards.
        prefix: String,
    },
    /// A session holds it.
    Held {
        /// The session.
        session: super::ids::SessionId,
    },
}

/// The managers of a datacenter's keys, read once from its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Managers {
    pub(crate) replications: Vec<Status>,
    pub(crate) repos: Vec<Mapping>,
}

impl Managers {
    /// Reads the managers from entries: those under [`REPLICATE_STATUSES`] and at
    /// [`GIT2CONSUL_CONFIG`] say something, the rest is passed over.
    pub fn read<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut managers = Self::default();
        for entry in entries {
            if entry.key.below(REPLICATE_STATUSES).is_some() {
                managers.replications.extend(Status::read(entry));
            } else if entry.key.as_str() == GIT2CONSUL_CONFIG {
                managers.repos = git::mappings(&entry.value);
            }
        }
        managers
    }

    /// Who manages a key, by its name alone.
    pub fn of_key(&self, key: &Key) -> Vec<Managed> {
        let replicated = self.replications.iter().filter_map(|status| status.manages(key));
        let git = self.repos.iter().filter_map(|mapping| mapping.manages(key));
        let named = holder::by_name(key);
        replicated.chain(git).chain(named).collect()
    }

    /// Who manages a key, by its name and by what it holds.
    pub fn of(&self, entry: &Entry) -> Vec<Managed> {
        let mut found = self.of_key(&entry.key);
        found.extend(holder::by_content(entry));
        found
    }
}

impl Managed {
    /// What writes it, in a word; `None` for what only holds it.
    pub fn writer(&self) -> Option<&'static str> {
        match self {
            Self::Replicated { .. } | Self::ReplicationStatus => Some("consul-replicate"),
            Self::Git { .. } | Self::GitMarker { .. } | Self::GitConfig => Some("git2consul"),
            Self::Template { .. } => Some("consul-template"),
            Self::Lock { .. }
            | Self::Semaphore { .. }
            | Self::Contender { .. }
            | Self::Held { .. } => None,
        }
    }
}

impl fmt::Display for Managed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replicated { source, destination, .. } => write!(
                f,
                "consul-replicate copies '{source}' of another datacenter to '{destination}': \
                 an edit here makes the two differ until the source changes, and is then lost"
            ),
            Self::ReplicationStatus => f.write_str(
                "consul-replicate keeps in it how far it has come: a change makes it copy again or skip",
            ),
            Self::Git { repo, branch, path } => write!(
                f,
                "git2consul writes it from '{path}' of {repo}, branch {branch}: \
                 an edit here is lost when that file changes"
            ),
            Self::GitMarker { repo, branch } => write!(
                f,
                "it marks the commit of {repo}, branch {branch}, that git2consul brought in last: \
                 deleting it makes git2consul write every file again"
            ),
            Self::GitConfig => f.write_str("it is the configuration of git2consul"),
            Self::Template { id } => write!(
                f,
                "consul-template shares the data of template {id} in it, and writes it again"
            ),
            Self::Lock { prefix } => write!(f, "it is the lock of '{prefix}'"),
            Self::Semaphore { prefix, limit, holders } => write!(
                f,
                "it is the semaphore of '{prefix}', held by {holders} of {limit}: \
                 an edit can let in too many or shut all out"
            ),
            Self::Contender { prefix } => {
                write!(f, "it stands for one that holds or waits for the semaphore of '{prefix}'")
            }
            Self::Held { session } => write!(f, "session {session} holds its lock"),
        }
    }
}
