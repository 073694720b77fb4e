//! What can be found, with the text it is found by.
//!
//! Labels, their folded form and masks are made once per change of the catalog. Cloning
//! [`Targets`] shares them.

use std::fmt;
use std::sync::Arc;

use super::placed::Pairs;
use crate::domain::catalog::InstanceKey;
use crate::domain::health::CheckKey;
use crate::domain::ids::{Dc, NodeName, ServiceName};
use crate::table::fuzzy::{CharMask, Haystack, fold};

/// Something that can be gone to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A datacenter.
    Datacenter(Dc),
    /// A service, in one datacenter or in all.
    Service {
        /// The datacenter; `None` for all.
        dc: Option<Dc>,
        /// Its name.
        name: ServiceName,
    },
    /// A node.
    Node {
        /// Its datacenter.
        dc: Dc,
        /// Its name.
        name: NodeName,
    },
    /// An instance.
    Instance {
        /// Its datacenter.
        dc: Dc,
        /// Its service.
        service: ServiceName,
        /// Its node and id.
        key: InstanceKey,
    },
    /// The instances of a service on a node, known without their ids.
    Placed {
        /// Their datacenter.
        dc: Dc,
        /// Their service.
        service: ServiceName,
        /// Their node.
        node: NodeName,
    },
    /// A failing check.
    Check {
        /// Its datacenter.
        dc: Dc,
        /// Its node and id.
        key: CheckKey,
        /// Its display name.
        name: Arc<str>,
    },
}

impl Target {
    /// The word for what it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Datacenter(_) => "datacenter",
            Self::Service { .. } => "service",
            Self::Node { .. } => "node",
            Self::Instance { .. } | Self::Placed { .. } => "instance",
            Self::Check { .. } => "check",
        }
    }

    /// Its place among equally good hits: what holds more goes first.
    fn rank(&self) -> usize {
        match self {
            Self::Datacenter(_) => 0,
            Self::Service { .. } => 1,
            Self::Node { .. } => 2,
            Self::Instance { .. } => 3,
            Self::Check { .. } => 4,
            Self::Placed { .. } => 5,
        }
    }
}

/// The text it is found by, its own name first.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Datacenter(dc) => write!(f, "{dc}"),
            Self::Service { dc: None, name } => write!(f, "{name}"),
            Self::Service { dc: Some(dc), name } => write!(f, "{name} {dc}"),
            Self::Node { dc, name } => write!(f, "{name} {dc}"),
            // An id usually begins with its service; then the service would only be said twice.
            Self::Instance { dc, service, key } if key.id.as_str().contains(service.as_str()) => {
                write!(f, "{} {} {dc}", key.id, key.node)
            }
            Self::Instance { dc, service, key } => {
                write!(f, "{service} {} {} {dc}", key.id, key.node)
            }
            Self::Placed { dc, service, node } => write!(f, "{service} {node} {dc}"),
            Self::Check { dc, key, name } => write!(f, "{name} {} {} {dc}", key.id, key.node),
        }
    }
}

/// A target and what is needed to find it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) target: Target,
    /// The text it is found by and drawn as.
    pub(super) label: Box<str>,
    /// The label without case, where that differs.
    folded: Option<Box<str>>,
    pub(super) mask: CharMask,
}

impl Entry {
    /// The label without case.
    pub(super) fn folded(&self) -> &str {
        self.folded.as_deref().unwrap_or(&self.label)
    }

    /// The order while nothing is searched for: what holds more first, then by name.
    pub(super) fn order(&self) -> (usize, &str) {
        (self.target.rank(), &self.label)
    }

    /// What decides among hits with one score, the least first: short labels, then what holds more.
    pub(super) fn tie(&self) -> usize {
        self.label.len() * 8 + self.target.rank()
    }
}

impl From<Target> for Entry {
    fn from(target: Target) -> Self {
        // Character for character, so that the places of a match stay what they are.
        let label = target.to_string().replace(char::is_control, "\u{fffd}").into_boxed_str();
        let folded = fold(&label).into_boxed_str();
        let mask = CharMask::of(&folded);
        let folded = (folded != label).then_some(folded);
        Self { target, label, folded, mask }
    }
}

/// Everything that can be found.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    entries: Arc<[Entry]>,
    pairs: Arc<Pairs>,
}

impl Targets {
    /// From the catalog. Cost: one label each.
    pub fn new(targets: impl IntoIterator<Item = Target>) -> Self {
        let entries = targets.into_iter().map(Entry::from).collect();
        Self { entries, pairs: Arc::default() }
    }

    /// These, and the instances that are known by service and node only.
    #[must_use]
    pub fn with(self, pairs: Pairs) -> Self {
        Self { pairs: Arc::new(pairs), ..self }
    }

    /// How many have a label of their own.
    pub(super) fn labelled(&self) -> u32 {
        self.entries.len() as u32
    }

    /// The others.
    pub(super) fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// The entry at a place.
    pub(super) fn get(&self, place: u32) -> Option<&Entry> {
        self.entries.get(place as usize)
    }

    /// True when both share their entries.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entries, &other.entries) && Arc::ptr_eq(&self.pairs, &other.pairs)
    }
}

impl Haystack for Targets {
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn text(&self, place: u32) -> Option<(&str, CharMask)> {
        self.get(place).map(|entry| (entry.folded(), entry.mask))
    }

    fn tie(&self, place: u32) -> usize {
        self.get(place).map_or(usize::MAX, Entry::tie)
    }
}
