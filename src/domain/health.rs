//! Checks, and what they say about an instance, a node and a service.
//!
//! Maintenance is kept apart from critical everywhere: Consul reports it as a critical check with
//! a reserved id, but an operator asked for it. Counting itself is in [`super::tally`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::{CheckId, NodeName, ServiceId, ServiceName};

/// The reserved id of a node's maintenance check.
const NODE_MAINTENANCE: &str = "_node_maintenance";
/// The reserved prefix of an instance's maintenance check; the service id follows.
const SERVICE_MAINTENANCE: &str = "_service_maintenance:";

/// The state of a check, an instance, a node or a service.
///
/// The order is the order of attention: what an operator must see first is greatest.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Healthy, or without any check.
    #[default]
    Passing,
    /// Taken out on purpose.
    Maintenance,
    /// Degraded. Consul's DNS still gives such an instance out.
    Warning,
    /// Failing.
    Critical,
}

impl Status {
    /// Reads Consul's word. A word that this program does not know is a warning, not "fine".
    pub fn parse(word: &str) -> Self {
        match word {
            "passing" => Self::Passing,
            "critical" => Self::Critical,
            "maintenance" => Self::Maintenance,
            _ => Self::Warning,
        }
    }

    /// The word shown to operators and written to JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passing => "passing",
            Self::Maintenance => "maintenance",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The state of something under both: maintenance covers all else, since whatever fails while
    /// it lasts was asked for; otherwise the worse of the two.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self == Self::Maintenance || other == Self::Maintenance {
            Self::Maintenance
        } else {
            self.max(other)
        }
    }
}

/// What names a check within its datacenter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckKey {
    /// The node that it is registered on.
    pub node: NodeName,
    /// Its id, unique on that node.
    pub id: CheckId,
}

/// One health check as the catalog holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The node that it is registered on.
    pub node: NodeName,
    /// Its id, unique on the node.
    #[serde(rename = "check_id")]
    pub id: CheckId,
    /// Its display name.
    pub name: Arc<str>,
    /// Its state; a maintenance check is `Maintenance` although Consul says critical.
    pub status: Status,
    /// The instance it belongs to; empty for a check of the node itself.
    pub service_id: ServiceId,
    /// The service of that instance; empty for a check of the node itself.
    pub service_name: ServiceName,
    /// What the check printed last, as sent: several lines and control characters included.
    pub output: Arc<str>,
    /// The operator's notes; for maintenance, the reason.
    #[serde(skip)]
    pub notes: Arc<str>,
    /// `http`, `tcp`, `ttl`..; empty where the server does not say.
    #[serde(skip)]
    pub kind: Arc<str>,
    /// The Raft index at which it was made.
    #[serde(skip)]
    pub create_index: u64,
    /// The Raft index of its last change.
    pub modify_index: u64,
}

impl Check {
    /// What names it within its datacenter.
    pub fn key(&self) -> CheckKey {
        CheckKey { node: self.node.clone(), id: self.id.clone() }
    }

    /// What it says in one line: for maintenance the reason, else the first line of its output that
    /// is not blank. As sent, control characters included.
    pub fn says(&self) -> &str {
        let text = if self.status == Status::Maintenance { &self.notes } else { &self.output };
        text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// True for a check of the node itself, which counts for every instance on it.
    pub fn is_of_node(&self) -> bool {
        self.service_id.is_empty()
    }
}

/// The state of a check with this id that Consul reports as `word`.
pub fn check_status(id: &str, word: &str) -> Status {
    let reserved = id == NODE_MAINTENANCE || id.starts_with(SERVICE_MAINTENANCE);
    if reserved && word == "critical" { Status::Maintenance } else { Status::parse(word) }
}

/// The state of something from its checks: passing when it has none.
pub fn worst<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Status {
    checks.into_iter().fold(Status::Passing, |state, check| state.merge(check.status))
}

/// How many instances are in each state. Instances, never checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Healthy instances.
    pub passing: usize,
    /// Instances whose worst check warns.
    pub warning: usize,
    /// Instances whose worst check is critical.
    pub critical: usize,
    /// Instances taken out on purpose, themselves or with their node.
    pub maintenance: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passing += other.passing;
        self.warning += other.warning;
        self.critical += other.critical;
        self.maintenance += other.maintenance;
    }
}

impl Counts {
    /// Adds `n` instances of this state.
    pub fn add(&mut self, status: Status, n: usize) {
        match status {
            Status::Passing => self.passing += n,
            Status::Maintenance => self.maintenance += n,
            Status::Warning => self.warning += n,
            Status::Critical => self.critical += n,
        }
    }

    /// All instances counted.
    pub fn total(&self) -> usize {
        self.passing + self.failing()
    }

    /// Instances that are not passing, maintenance included.
    pub fn failing(&self) -> usize {
        self.warning + self.critical + self.maintenance
    }

    /// The order of attention: the worst state first, then how many are in it.
    pub fn badness(&self) -> (Status, usize, usize, usize) {
        (self.worst(), self.critical, self.warning, self.maintenance)
    }

    /// The state that deserves attention first; passing when nothing is counted.
    pub fn worst(&self) -> Status {
        if self.critical > 0 {
            Status::Critical
        } else if self.warning > 0 {
            Status::Warning
        } else if self.maintenance > 0 {
            Status::Maintenance
        } else {
            Status::Passing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maintenance_is_not_critical() {
        assert_eq!(check_status("_node_maintenance", "critical"), Status::Maintenance);
        assert_eq!(check_status("_service_maintenance:web-1", "critical"), Status::Maintenance);
        assert_eq!(check_status("_service_maintenance:web-1", "passing"), Status::Passing);
        assert_eq!(check_status("web-http", "critical"), Status::Critical);
    }

    #[test]
    fn a_word_from_a_newer_consul_is_not_fine() {
        assert_eq!(Status::parse("unheard-of"), Status::Warning);
    }

    #[test]
    fn maintenance_covers_a_failing_check() {
        assert_eq!(Status::Critical.merge(Status::Maintenance), Status::Maintenance);
        assert_eq!(Status::Warning.merge(Status::Critical), Status::Critical);
    }
}
