//! The worlds that can be simulated: what is in the three datacenters when they start.
//!
//! Common to all of them are the three servers of each datacenter and the distances between the
//! datacenters; the rest comes from [`demo`] (the file `assets/demo.toml`) or [`bulk`] (large,
//! generated).

mod bulk;
mod demo;
mod lock;
mod noise;
mod replicate;
mod script;
mod timeline;

use std::io;
use std::sync::Arc;

use chrono::{SecondsFormat, Utc};

use super::Options;
use super::datacenter::Datacenter;
use super::federation::Federation;
use super::model::{Check, Coordinate, Node, Service, Stamp, Status};
use super::raft::{Raft, Server, ServerState, VERSION};
use super::size::Size;
use super::state::State;
use noise::Noise;
use script::Script;

pub use lock::Lock;
pub use replicate::Replication;
pub use timeline::{Action, Moment, Timeline};

/// The datacenters. dc-2 is some 18 ms from dc-1, dc-3 some 74 ms from both.
const SITES: [Site; 3] = [
    Site { name: "dc-1", digit: 1, at_ms: [0.0, 0.0] },
    Site { name: "dc-2", digit: 2, at_ms: [18.0, 0.0] },
    Site { name: "dc-3", digit: 3, at_ms: [0.0, 74.0] },
];
/// How many servers a datacenter has.
const SERVERS: u8 = 3;
/// The part of a round trip that lies in the machines themselves, in seconds.
const HEIGHT: f64 = 0.0001;

/// One datacenter's name and place.
pub struct Site {
    name: &'static str,
    /// The digit in all its addresses.
    digit: u8,
    /// Where it lies, in milliseconds.
    at_ms: [f64; 2],
}

impl Site {
    /// The full name of a node.
    fn node(&self, name: &str) -> Arc<str> {
        Arc::from(format!("{}-{name}", self.name.replace('-', "")))
    }

    /// The full name of a server.
    fn server(&self, number: u8) -> String {
        self.node(&format!("server-{number}")).to_string()
    }
}

/// Builds all datacenters.
///
/// # Errors
/// `InvalidData` when the demo's file cannot be read.
pub fn build(options: &Options) -> io::Result<Federation> {
    let script = match options.size {
        Size::Demo => Some(Script::load()?),
        Size::Instances(_) => None,
    };
    let datacenters = SITES.iter().map(|site| {
        let mut noise = Noise::new(options.seed.wrapping_add(u64::from(site.digit)));
        let mut state = State::default();
        add_servers(&mut state, site, &mut noise);
        if let Some(script) = &script {
            demo::fill(&mut state, script, site, &mut noise);
        }
        if let Size::Instances(count) = options.size {
            bulk::fill(&mut state, count, &mut noise);
        }
        state.coordinates_index = state.index;
        Arc::new(Datacenter::new(site.name.to_owned(), coordinate(site.at_ms), state))
    });
    Ok(Federation { datacenters: datacenters.collect() })
}

/// The incident of the demo.
///
/// # Errors
/// `InvalidData` when the demo's file cannot be read, or names something that is not there.
pub fn scenario() -> io::Result<Timeline> {
    timeline::resolve(&Script::load()?, &SITES)
}

/// A coordinate from a position in milliseconds.
fn coordinate(at: [f64; 2]) -> Coordinate {
    let mut vec = [0.0; 8];
    for (to, from) in vec.iter_mut().zip(at) {
        *to = from / 1000.0;
    }
    Coordinate { vec, error: 0.05, adjustment: 0.0, height: HEIGHT }
}

fn add_servers(state: &mut State, site: &Site, noise: &mut Noise) {
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let servers = (1..=SERVERS)
        .map(|number| Server {
            name: Arc::from(site.server(number)),
            id: noise.uuid(),
            address: Arc::from(format!("10.{}.0.{number}", site.digit)),
            state: ServerState::Healthy,
            stable_since: now.clone(),
        })
        .collect::<Vec<_>>();
    for server in &servers {
        add_server_node(state, server, noise);
    }
    state.raft = Raft::new(servers);
}

fn add_server_node(state: &mut State, server: &Server, noise: &mut Noise) {
    let node = Node { id: Arc::clone(&server.id), ..gossiping_node(&server.address, noise) };
    let meta = [
        ("non_voter", "false"),
        ("raft_version", "3"),
        ("serf_protocol_current", "2"),
        ("serf_protocol_max", "5"),
        ("serf_protocol_min", "1"),
        ("version", VERSION),
    ];
    let service = Service {
        name: Arc::from("consul"),
        port: 8300,
        meta: Some(Arc::new(
            meta.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect(),
        )),
        ..Service::default()
    };
    state.write(|state, write| {
        let name = &server.name;
        state.catalog.put_node(name, node, write);
        state.catalog.put_service(&(Arc::clone(name), Arc::from("consul")), service, write);
        state.catalog.put_check(&(Arc::clone(name), Arc::from("serfHealth")), serf_health(), write);
    });
}

/// A node as an agent registers it.
fn gossiping_node(address: &Arc<str>, noise: &mut Noise) -> Node {
    let names = ["lan", "lan_ipv4", "wan", "wan_ipv4"];
    let tagged = names.iter().map(|name| ((*name).to_owned(), address.to_string())).collect();
    let meta = [("consul-network-segment".to_owned(), String::new())].into_iter().collect();
    Node {
        id: noise.uuid(),
        address: Arc::clone(address),
        tagged: Some(Arc::new(tagged)),
        meta: Some(Arc::new(meta)),
        coordinate: Some(coordinate([noise.unit() * 0.6, noise.unit() * 0.6])),
        ..Node::default()
    }
}

/// The check that gossip keeps for a node that lives.
fn serf_health() -> Check {
    Check {
        name: Arc::from("Serf Health Status"),
        status: Status::Passing,
        notes: Arc::default(),
        output: Arc::from("Agent alive and reachable"),
        service_id: Arc::default(),
        service_name: Arc::default(),
        service_tags: Arc::default(),
        kind: Arc::default(),
        stamp: Stamp::default(),
    }
}
