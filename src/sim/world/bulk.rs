//! A large datacenter, generated: 2,000 services on 5,000 nodes with as many instances as wanted.
//!
//! Each node has one check and each instance one; about 1 % of the latter fail. Every tenth
//! service runs two instances to a node. Names and texts are shared, so that 100,000 instances
//! take some tens of megabytes.

use std::sync::Arc;

use super::noise::Noise;
use super::{gossiping_node, serf_health};
use crate::sim::catalog::Write;
use crate::sim::model::{Check, Pairs, Service, Stamp, Status, Tags};
use crate::sim::state::State;

/// The most services.
const SERVICES: usize = 2000;
/// The most nodes.
const NODES: usize = 5000;
/// A step through the nodes that shares no factor with their number and so visits all of them.
const STRIDE: usize = 101;
/// How many of 1,000 instances are critical, and how many warn.
const CRITICAL: u64 = 7;
const WARNING: u64 = 3;

const AREAS: [&str; 8] =
    ["billing", "catalog", "checkout", "identity", "ledger", "media", "search", "shipping"];
const ROLES: [&str; 5] = ["api", "worker", "cache", "indexer", "gateway"];

/// One service's shared parts.
struct Kind {
    name: Arc<str>,
    tags: Tags,
    meta: Pairs,
    check_name: Arc<str>,
    port: u16,
}

/// Texts that all checks share.
struct Texts {
    passing: Arc<str>,
    warning: Arc<str>,
    critical: Arc<str>,
    http: Arc<str>,
    empty: Arc<str>,
}

/// Fills a datacenter with that many instances.
pub fn fill(state: &mut State, instances: usize, noise: &mut Noise) {
    let nodes = add_nodes(state, NODES.min(instances), noise);
    let kinds: Vec<_> = (0..SERVICES.min(instances)).map(kind).collect();
    let texts = Texts {
        passing: Arc::from("HTTP GET http://127.0.0.1:8080/health: 200 OK Output: ok"),
        warning: Arc::from("HTTP GET http://127.0.0.1:8080/health: 429 Too Many Requests"),
        critical: Arc::from("Get \"http://127.0.0.1:8080/health\": dial tcp: connection refused"),
        http: Arc::from("http"),
        empty: Arc::default(),
    };
    for number in 0..instances {
        let (which, copy) = (number % kinds.len(), number / kinds.len());
        let slot = if which % 10 == 0 { copy / 2 } else { copy };
        let node = nodes.get((which * 7 + slot * STRIDE) % nodes.len());
        if let (Some(kind), Some(node)) = (kinds.get(which), node) {
            add_instance(state, (node, kind, copy), &texts, noise);
        }
    }
}

fn add_nodes(state: &mut State, count: usize, noise: &mut Noise) -> Vec<Arc<str>> {
    let names: Vec<Arc<str>> = (1..=count).map(|n| Arc::from(format!("node-{n:04}"))).collect();
    for (number, name) in names.iter().enumerate() {
        let address = Arc::from(format!("10.64.{}.{}", number / 250, number % 250 + 1));
        let node = gossiping_node(&address, noise);
        quietly(state, |state, write| {
            state.catalog.put_node(name, node, write);
            let at = (Arc::clone(name), Arc::from("serfHealth"));
            state.catalog.put_check(&at, serf_health(), write);
        });
    }
    names
}

fn kind(number: usize) -> Kind {
    let area = AREAS.get(number % AREAS.len()).copied().unwrap_or_default();
    let role = ROLES.get(number / AREAS.len() % ROLES.len()).copied().unwrap_or_default();
    let version = format!("{}.{}.{}", 1 + number % 3, number % 20, number % 7);
    Kind {
        name: Arc::from(format!("{area}-{role}-{number:04}")),
        tags: [Arc::from(area), Arc::from(role)].into(),
        meta: Arc::new([("version".to_owned(), version)].into_iter().collect()),
        check_name: Arc::from(format!("{area}-{role} answers")),
        port: 8000 + (number % 2000) as u16,
    }
}

fn add_instance(
    state: &mut State,
    (node, kind, copy): (&Arc<str>, &Kind, usize),
    texts: &Texts,
    noise: &mut Noise,
) {
    let (status, output) = if noise.happens(CRITICAL) {
        (Status::Critical, &texts.critical)
    } else if noise.happens(WARNING) {
        (Status::Warning, &texts.warning)
    } else {
        (Status::Passing, &texts.passing)
    };
    let id: Arc<str> = Arc::from(format!("{}-{copy}", kind.name));
    let service = Service {
        name: Arc::clone(&kind.name),
        tags: Arc::clone(&kind.tags),
        address: Arc::clone(&texts.empty),
        port: kind.port,
        meta: Some(Arc::clone(&kind.meta)),
        stamp: Stamp::default(),
    };
    let check = Check {
        name: Arc::clone(&kind.check_name),
        status,
        notes: Arc::clone(&texts.empty),
        output: Arc::clone(output),
        service_id: Arc::clone(&id),
        service_name: Arc::clone(&kind.name),
        service_tags: Arc::clone(&kind.tags),
        kind: Arc::clone(&texts.http),
        stamp: Stamp::default(),
    };
    quietly(state, |state, write| {
        let check_at = (Arc::clone(node), Arc::from(format!("service:{id}")));
        state.catalog.put_service(&(Arc::clone(node), id), service, write);
        state.catalog.put_check(&check_at, check, write);
    });
}

/// A write before anybody can be blocked.
fn quietly(state: &mut State, change: impl FnOnce(&mut State, &mut Write)) {
    state.write(change);
}
