//! Rollouts over three real Consul datacenters: watched on the screen to their end, and waited for by
//! the command that a pipeline uses.
//!
//! All tests share the datacenters; each has a service of its own.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod fleet;
mod program;
mod watched;

use std::sync::OnceLock;

use support::consul::{Cluster, Plan};

/// The federation that the tests share.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let plan = || Plan::new().hcl("limits { http_max_conns_per_client = 4000 }");
    CLUSTER.get_or_init(|| Cluster::start(plan().dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1)))
}
