//! The streams that are not consul-replicate's, and `dcview replication`, on real Consul agents.
//!
//! Raft, what a secondary has from its primary, and git2consul, each broken and mended; and the exit
//! codes that a monitor goes by.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod carried;
mod codes;
mod followers;
mod git;
mod primary;
mod program;
mod raft;

use std::sync::OnceLock;

use support::consul::{Cluster, Plan};

/// Two federated datacenters that some tests share; they end with the process.
fn pair() -> &'static Cluster {
    static PAIR: OnceLock<Cluster> = OnceLock::new();
    PAIR.get_or_init(|| Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1)))
}
