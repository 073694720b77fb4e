//! What consumers see, on real Consul agents with their DNS, and a real HAProxy that is left stale.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod agents;
mod dns;
mod map;
mod nomad;
mod run;
mod screen;
mod scripted;
mod stale;

use std::sync::OnceLock;

use support::consul::{Cluster, Dc, Instance, Plan, Status};

/// Two federated datacenters with DNS that the tests share; they end with the process.
fn pair() -> &'static Cluster {
    static PAIR: OnceLock<Cluster> = OnceLock::new();
    PAIR.get_or_init(|| {
        let pair = Cluster::start(Plan::new().dns().dc("dc-1", 1).dc("dc-2", 1));
        web(pair.dc("dc-1"));
        pair
    })
}

/// Four instances of `web` on one node: passing, warning, critical, passing.
fn web(dc: &Dc) {
    let states = [Status::Passing, Status::Warning, Status::Critical, Status::Passing];
    let all: Vec<Instance> = (1_u16..)
        .zip(states)
        .map(|(n, status)| {
            let it = Instance::new("host-1", "web", &format!("web-{n}")).status(status, "says so");
            Instance { port: 8100 + n, ..it }
        })
        .collect();
    dc.seed(&all);
}
