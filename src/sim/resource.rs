//! The things a client can read with a blocking query: which index each has, what wakes it, and
//! which headers its endpoint sends.
//!
//! The bodies are written in [`body`] and [`keys`]. Invariant: [`Resource::index`] never moves without a write
//! that touches [`Resource::interest`], or that Consul, too, lets pass unnoticed (an index is that
//! of a table, a watch only of the part that was read).

mod body;
mod keys;

use std::sync::Arc;

use super::model::Status;
use super::state::State;
use super::wake::Interest;

/// One thing to read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// `/v1/catalog/nodes`
    Nodes,
    /// `/v1/catalog/services`
    Services,
    /// The same with `?node-meta=KEY:VALUE`: those on nodes that have all of these
    ServicesOn(Vec<(Arc<str>, Arc<str>)>),
    /// `/v1/catalog/node/NAME`
    Node(Arc<str>),
    /// `/v1/catalog/node-services/NAME`
    NodeServices(Arc<str>),
    /// `/v1/catalog/service/NAME`, with `?tag=` those that have all of these
    CatalogService(Arc<str>, Tags),
    /// `/v1/health/state/STATE`; `None` is `any`
    Checks(Option<Status>),
    /// `/v1/health/state/` with a word that is no state
    NoChecks,
    /// `/v1/health/node/NAME`
    ChecksOfNode(Arc<str>),
    /// `/v1/health/checks/NAME`
    ChecksOfService(Arc<str>),
    /// `/v1/health/service/NAME`, all instances or only those that pass, and have all of these
    HealthService(Arc<str>, Instances, Tags),
    /// `/v1/internal/ui/services`
    Summary,
    /// `/v1/internal/ui/nodes`
    UiNodes,
    /// `/v1/session/list`
    Sessions,
    /// `/v1/session/info/ID`
    Session(Arc<str>),
    /// `/v1/coordinate/nodes`
    Coordinates,
    /// `/v1/kv/KEY`
    Key(String),
    /// `/v1/kv/KEY?raw`
    RawKey(String),
    /// `/v1/kv/PREFIX?recurse`
    Entries(String),
    /// `/v1/kv/PREFIX?keys`, folded at a separator unless that is empty
    Keys(String, String),
}

/// Tags that are asked for, in small letters.
pub type Tags = Vec<Arc<str>>;

/// Which instances of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instances {
    /// All.
    All,
    /// Those all of whose checks pass.
    Passing,
}

impl Resource {
    /// The index that its answer carries.
    pub fn index(&self, state: &State) -> u64 {
        let catalog = &state.catalog;
        let tables = &catalog.tables;
        let index = match self {
            Self::Nodes => tables.nodes,
            Self::Services => tables.services,
            Self::ServicesOn(_) => tables.nodes.max(tables.services),
            Self::Node(name) | Self::NodeServices(name) => {
                if catalog.nodes.contains_key(name) {
                    tables.nodes.max(tables.services)
                } else {
                    0
                }
            }
            Self::CatalogService(name, _) => catalog.service_index(name, false),
            Self::HealthService(name, ..) => catalog.service_index(name, true),
            Self::Checks(_) | Self::NoChecks | Self::ChecksOfNode(_) | Self::ChecksOfService(_) => {
                tables.checks
            }
            Self::Summary | Self::UiNodes => catalog.index(),
            Self::Sessions | Self::Session(_) => state.sessions_index,
            Self::Coordinates => state.coordinates_index,
            Self::Key(key) | Self::RawKey(key) => state.kv.key_index(key),
            Self::Entries(prefix) | Self::Keys(prefix, _) => state.kv.prefix_index(prefix),
        };
        // Zero would make clients spin.
        index.max(1)
    }

    /// What wakes a blocked query for it.
    pub fn interest(&self) -> Interest {
        match self {
            // Of services Consul watches only those on nodes that it found.
            Self::Nodes | Self::ServicesOn(_) => Interest::Nodes,
            Self::Services => Interest::Services,
            Self::Node(name) | Self::NodeServices(name) => Interest::Node(Arc::clone(name)),
            Self::CatalogService(name, _) | Self::HealthService(name, ..) => {
                Interest::Service(Arc::clone(name))
            }
            Self::Checks(status) => Interest::Checks(*status),
            Self::NoChecks | Self::Coordinates => Interest::Nothing,
            Self::Sessions => Interest::Sessions,
            Self::Session(id) => Interest::Session(Arc::clone(id)),
            Self::ChecksOfNode(name) => Interest::ChecksOfNode(Arc::clone(name)),
            Self::ChecksOfService(name) => Interest::ChecksOfService(Arc::clone(name)),
            Self::Summary | Self::UiNodes => Interest::Catalog,
            Self::Key(key) | Self::RawKey(key) => Interest::Key(key.clone()),
            Self::Entries(prefix) | Self::Keys(prefix, _) => Interest::Prefix(prefix.clone()),
        }
    }

    /// Whether its answer says `X-Consul-Effective-Consistency`.
    pub fn tells_consistency(&self) -> bool {
        let is_silent = matches!(
            self,
            Self::Summary | Self::UiNodes | Self::Sessions | Self::Session(_) | Self::Coordinates
        );
        !is_silent && !self.is_kv()
    }

    /// Whether it reads keys. These endpoints send no index with an error.
    pub fn is_kv(&self) -> bool {
        matches!(self, Self::Key(_) | Self::RawKey(_) | Self::Entries(_) | Self::Keys(..))
    }

    /// Whether its answer is worth keeping: it can be large, and many ask for it.
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Nodes | Self::Services | Self::Checks(_) | Self::Summary)
    }

    /// Whether a token that may see nothing gets an empty list rather than a denial.
    pub fn is_list(&self) -> bool {
        !self.is_kv() && !matches!(self, Self::Node(_) | Self::NodeServices(_))
    }
}
