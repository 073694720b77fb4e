//! The worlds that can be simulated: what is in the three datacenters when they start.
//!
//! Common to all of them are the three servers of each datacenter and the distances between the
//! datacenters; the rest comes from [`bulk`] (large, generated).

mod bulk;
mod noise;

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

/// The datacenters: name, the digit in all its addresses, and where it lies (milliseconds).
const PLACES: [(&str, u8, [f64; 2]); 3] = [
    ("dc-1", 1, [0.0, 0.0]),
    ("dc-2", 2, [18.0, 0.0]),
    ("dc-3", 3, [0.0, 74.0]),
];
/// How many servers a datacenter has.
const SERVERS: u8 = 3;
/// The part of a round trip that lies in the machines themselves, in seconds.
const HEIGHT: f64 = 0.0001;

/// Builds all datacenters.
pub fn build(options: &Options) -> io::Result<Federation> {
    let datacenters = PLACES
        .iter()
        .map(|&(name, digit, [x, y])| {
            let mut noise = Noise::new(options.seed.wrapping_add(u64::from(digit)));
            let mut state = State::default();
            add_servers(&mut state, name, digit, &mut noise);
            match options.size {
                Size::Demo => {}
                Size::Instances(count) => bulk::fill(&mut state, count, &mut noise),
            }
            state.coordinates_index = state.index;
            Ok(Arc::new(Datacenter::new(
                name.to_owned(),
                coordinate([x, y]),
                state,
            )))
        })
        .collect::<io::Result<_>>()?;
    Ok(Federation { datacenters })
}

/// A coordinate from a position in milliseconds.
fn coordinate(at: [f64; 2]) -> Coordinate {
    let mut vec = [0.0; 8];
    for (to, from) in vec.iter_mut().zip(at) {
        *to = from / 1000.0;
    }
    Coordinate {
        vec,
        error: 0.05,
        adjustment: 0.0,
        height: HEIGHT,
    }
}

fn add_servers(state: &mut State, dc: &str, digit: u8, noise: &mut Noise) {
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let servers = (1..=SERVERS)
        .map(|number| Server {
            name: Arc::from(format!("{}-server-{number}", dc.replace('-', ""))),
            id: noise.uuid(),
            address: Arc::from(format!("10.{digit}.0.{number}")),
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
    let node = Node {
        id: Arc::clone(&server.id),
        ..gossiping_node(&server.address, noise)
    };
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
            meta.iter()
                .map(|&(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        )),
        ..Service::default()
    };
    state.write(|state, write| {
        let name = &server.name;
        state.catalog.put_node(name, node, write);
        state
            .catalog
            .put_service(&(Arc::clone(name), Arc::from("consul")), service, write);
        state.catalog.put_check(
            &(Arc::clone(name), Arc::from("serfHealth")),
            serf_health(),
            write,
        );
    });
}

/// A node as an agent registers it.
fn gossiping_node(address: &Arc<str>, noise: &mut Noise) -> Node {
    let names = ["lan", "lan_ipv4", "wan", "wan_ipv4"];
    let tagged = names
        .iter()
        .map(|name| ((*name).to_owned(), address.to_string()))
        .collect();
    let meta = [("consul-network-segment".to_owned(), String::new())]
        .into_iter()
        .collect();
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
