//! What can be broken on purpose in a simulated datacenter.
//!
//! Only the description; [`super::serve()`] and [`super::route`] act on it. The absence of a leader
//! is not here: it follows from the servers ([`super::raft`]), as in life.

use std::time::Duration;

/// How a request is answered instead of properly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 403 `Permission denied`.
    Denied,
    /// This status with this text.
    Status(u16, String),
    /// 200 with something that is not JSON.
    Garbage,
    /// The true answer, cut off in the middle.
    Truncated,
}

/// Everything that is broken.
#[derive(Clone, Debug)]
pub struct Faults {
    /// The agent resets every connection; other datacenters have no way to it.
    pub dark: bool,
    /// Each answer comes this much later.
    pub latency: Duration,
    /// For how long a request waits for a leader before it fails. Consul's own 7 s by default.
    pub leader_wait: Duration,
    /// Lists come back empty and single objects are denied, as under a token that may see nothing.
    pub hidden: bool,
    /// Requests whose path starts with the text are answered so; the first that fits counts.
    pub paths: Vec<(String, Fault)>,
    /// How many connections a client may hold to the agent; the next is reset.
    pub max_connections: usize,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            dark: false,
            latency: Duration::ZERO,
            leader_wait: Duration::from_secs(7),
            hidden: false,
            paths: Vec::new(),
            max_connections: 200,
        }
    }
}

impl Faults {
    /// How a request for this path is answered, if not properly.
    pub fn on(&self, path: &str) -> Option<&Fault> {
        self.paths.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, fault)| fault)
    }
}
