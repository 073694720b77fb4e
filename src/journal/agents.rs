//! Through which agent a datacenter is reached.
//!
//! Two clusters may have datacenters and keys of the same names, and one journal: a change or an
//! edit belongs to the cluster that it was made in, which nothing names but the agent's address.

use super::Record;
use super::drafts::Draft;
use crate::domain::ids::Dc;

/// The addresses of the agents, as they are written to the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agents {
    /// That of every datacenter without one of its own.
    pub usual: String,
    /// Datacenters with one of their own.
    pub own: Vec<(Dc, String)>,
}

impl Agents {
    /// The address through which a datacenter is reached.
    pub fn of(&self, dc: &Dc) -> &str {
        let own = self.own.iter().find(|(name, _)| name == dc);
        own.map_or(&self.usual, |(_, address)| address)
    }

    /// True when a change was made through the agent that its datacenter is reached by now.
    pub fn made(&self, record: &Record) -> bool {
        record.agent == self.of(&record.dc)
    }

    /// True when an edit was begun so.
    pub fn began(&self, draft: &Draft) -> bool {
        draft.agent == self.of(&draft.dc)
    }
}
