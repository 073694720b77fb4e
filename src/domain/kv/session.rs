//! Sessions: who holds locks, and what becomes of the locks when it goes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::SessionId;
use crate::domain::ids::NodeName;

/// A session of a datacenter. Consul tells neither its age nor what is left of its TTL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its name; often empty.
    pub name: Arc<str>,
    /// The node that it lives and dies with.
    pub node: NodeName,
    /// What becomes of its keys when it ends.
    pub behavior: Behavior,
    /// The TTL in Consul's own words (`15s`); empty for none.
    pub ttl: Arc<str>,
    /// How long others cannot take its locks after it was destroyed.
    pub lock_delay: Duration,
    /// The checks of the node and of services that it dies with.
    pub checks: Vec<Arc<str>>,
    /// The index at which it was made.
    pub create_index: u64,
}

impl Session {
    /// True when nothing but an operator ends it: it has no TTL, and dies with no check.
    pub fn is_endless(&self) -> bool {
        self.ttl.is_empty() && self.checks.is_empty()
    }

    /// Its lock delay, exactly: `15s`, `1ms`, `0s`.
    pub fn delay(&self) -> String {
        match self.lock_delay.subsec_nanos() {
            0 => format!("{}s", self.lock_delay.as_secs()),
            _ => format!("{}ms", self.lock_delay.as_millis()),
        }
    }

    /// Itself in a line: `batch on host-1, TTL 15s, lock delay 15s`.
    pub fn about(&self) -> String {
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        let ttl = if self.ttl.is_empty() { "none" } else { &self.ttl };
        format!("{name} on {}, TTL {ttl}, lock delay {}", self.node, self.delay())
    }
}

/// What becomes of the keys of a session that ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    /// Their locks are released.
    #[default]
    Release,
    /// They are deleted.
    Delete,
}

/// What tells it from others, in a few words.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, node, ttl, .. } = self;
        let name = if name.is_empty() { "no name" } else { name };
        let ttl = if ttl.is_empty() { "none" } else { ttl };
        write!(f, "session {id} ({name}) of node {node}, TTL {ttl}")
    }
}

impl Behavior {
    /// Consul's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Delete => "delete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_delay_is_told_exactly() {
        for (millis, text) in [(0, "0s"), (1, "1ms"), (1_500, "1500ms"), (90_000, "90s")] {
            let lock_delay = Duration::from_millis(millis);
            assert_eq!(Session { lock_delay, ..Session::default() }.delay(), text);
        }
    }
}
