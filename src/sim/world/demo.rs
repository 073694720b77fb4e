//! The demo's world as it is before the incident: everything passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::lock::Lock;
use super::noise::Noise;
use super::script::{KeyLine, LockLine, NodeLine, Script, ServiceLine};
use super::{Site, gossiping_node, serf_health};
use crate::sim::model::{Check, Service, Stamp, Status};
use crate::sim::sessions::{self, Session};
use crate::sim::state::State;

/// Fills a datacenter from the script.
pub fn fill(state: &mut State, script: &Script, site: &Site, noise: &mut Noise) {
    for (number, line) in (1..).zip(&script.node) {
        let address = Arc::from(format!("10.{}.1.{number}", site.digit));
        add_node(state, &site.node(&line.name), line, &address, noise);
    }
    for line in script.service.iter().filter(|line| is_in(site.name, &line.datacenters)) {
        for (number, node) in (1..).zip(&line.on) {
            add_instance(state, line, &site.node(node), number);
        }
    }
    for line in script.kv.iter().filter(|line| is_in(site.name, &line.datacenters)) {
        add_key(state, line, site);
    }
    for line in script.lock.iter().filter(|line| is_in(site.name, &line.datacenters)) {
        lock(line, site).open(state);
    }
}

/// Whether a datacenter is meant; no list means all.
pub fn is_in(dc: &str, datacenters: &[String]) -> bool {
    datacenters.is_empty() || datacenters.iter().any(|name| name == dc)
}

/// A lock with the full names of its nodes.
pub fn lock(line: &LockLine, site: &Site) -> Lock {
    Lock {
        prefix: line.prefix.clone(),
        limit: line.limit,
        name: line.name.clone(),
        nodes: line.nodes.iter().map(|node| site.node(node)).collect(),
    }
}

/// The id of an instance.
pub fn instance_id(service: &str, number: usize) -> String {
    format!("{service}-{number}")
}

/// The id of an instance's check.
pub fn check_id(instance: &str) -> String {
    format!("service:{instance}")
}

fn add_node(
    state: &mut State,
    name: &Arc<str>,
    line: &NodeLine,
    address: &Arc<str>,
    noise: &mut Noise,
) {
    let mut node = gossiping_node(address, noise);
    if let Some(meta) = &mut node.meta {
        Arc::make_mut(meta).extend(line.meta.clone());
    }
    state.write(|state, write| {
        state.catalog.put_node(name, node, write);
        let at = (Arc::clone(name), Arc::from("serfHealth"));
        state.catalog.put_check(&at, serf_health(), write);
    });
}

fn add_instance(state: &mut State, line: &ServiceLine, node: &Arc<str>, number: usize) {
    let id: Arc<str> = Arc::from(instance_id(&line.name, number));
    let mut meta: BTreeMap<String, String> =
        [("version".to_owned(), line.version.clone())].into_iter().collect();
    if !line.upstreams.is_empty() {
        meta.insert("upstreams".to_owned(), line.upstreams.join(", "));
    }
    let service = Service {
        name: Arc::from(line.name.as_str()),
        tags: line.tags.iter().map(|tag| Arc::from(tag.as_str())).collect(),
        address: Arc::default(),
        port: line.port,
        meta: Some(Arc::new(meta)),
        stamp: Stamp::default(),
    };
    let check = Check {
        name: Arc::from(line.check.as_str()),
        status: Status::Passing,
        notes: Arc::default(),
        output: Arc::from(line.output.as_str()),
        service_id: Arc::clone(&id),
        service_name: Arc::default(),
        service_tags: Arc::default(),
        kind: Arc::from("http"),
        stamp: Stamp::default(),
    };
    state.write(|state, write| {
        let check_at = (Arc::clone(node), Arc::from(check_id(&id)));
        state.catalog.put_service(&(Arc::clone(node), id), service, write);
        state.catalog.put_check(&check_at, check, write);
    });
}

fn add_key(state: &mut State, line: &KeyLine, site: &Site) {
    let value = Bytes::from(line.value.clone());
    state.write(|state, write| state.kv.put(&line.key, value, 0, write));
    let Some(holder) = &line.session else {
        return;
    };
    let node = site.node(&holder.node);
    let id = sessions::add(state, Session::of_node(&holder.name, &node, "15s"));
    state.write(|state, write| state.kv.lock(&line.key, &id, true, write));
}
