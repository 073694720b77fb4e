//! Keys on real Consul agents: three federated datacenters, and the binary itself.
//!
//! Each test has a folder of keys of its own, so that all may run at once on one federation.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod acl;
mod asking;
mod commands;
mod desk;
mod edit_faults;
mod editing;
mod interrupted;
mod keys;
mod large;
mod locks;
mod logs;
mod plans;
mod program;
mod scripted;
mod writes;

use std::sync::OnceLock;

use dcview::config::{Config, Dirs, Env, Flags};
use dcview::consul::{Access, Client, kv};
use dcview::domain::kv::{Entry, Key, Op, Write};
use dcview::journal::{Committer, Journal};
use support::consul::{Cluster, Plan};

/// The federation that all tests share; it ends with the process.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    // Each dcview's queries are kept by the agent for a while after its end: many of them soon are
    // more than its 200.
    let plan = || Plan::new().hcl("limits { http_max_conns_per_client = 4000 }");
    CLUSTER.get_or_init(|| Cluster::start(plan().dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1)))
}

/// The settings that these variables make.
fn config(env: &[(&str, &str)]) -> Config {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let env: Env = env.iter().copied().collect();
    dcview::config::resolve(None, &env, &Flags::default(), &dirs).expect("good settings")
}

/// A client of the agent at this address that may write.
fn client_at(address: &str) -> Client {
    let endpoint = config(&[("CONSUL_HTTP_ADDR", address)]).agent;
    Client::new(&endpoint, Access::ReadWrite).expect("a client").in_dc(&"dc-1".into())
}

/// A client of the first datacenter's agent.
fn client() -> Client {
    client_at(&cluster().dc("dc-1").http_addr())
}

/// What a key holds.
async fn entry(client: &Client, key: &str) -> Option<Entry> {
    kv::read(client, &Key::from(key)).await.expect("readable")
}

/// Writes without looking.
async fn set(client: &Client, key: &str, value: &str) -> Entry {
    let base = entry(client, key).await;
    let op = Op::Put { key: key.into(), value: value.to_owned().into(), flags: 0, base };
    let written = dcview::consul::write::apply(client, &one(op)).await;
    assert_eq!(written.word(), "written", "{written:?}");
    entry(client, key).await.expect("there")
}

/// A write of one operation in the first datacenter.
fn one(op: Op) -> Write {
    Write::one("dc-1".into(), op)
}

/// Makes journaled writes, with the journal in this directory.
fn committer(client: &Client, dir: &tempfile::TempDir) -> Committer {
    let (client, journal) = (client.clone(), Journal::in_dir(dir.path()));
    Committer { client, journal, insist: false, told: None }
}
