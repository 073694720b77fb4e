//! Past the connection budget lists are polled, and the focused datacenter comes first.

use std::net::TcpStream;

use dcview::domain::feed::{List, Subject};

use crate::mirror::{Mirror, SOON, Told, config_of};
use crate::support::consul::{Check, Cluster, Instance, Plan, Status};
use crate::support::wait::wait;

const LISTS: [List; 3] = [List::Checks, List::Services, List::Nodes];

fn polled(told: &Told) -> usize {
    LISTS.iter().filter(|list| told.fresh.get(list).is_some_and(|fresh| fresh.is_polled)).count()
}

#[test]
fn the_focused_datacenter_keeps_its_connections() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1));
    let mut config = config_of(&cluster.dc("dc-1").http_addr(), None);
    // Four lists a datacenter hang on a connection each: one datacenter fits.
    config.connections = 4;
    let mirror = Mirror::start(&config);
    mirror.show(Some("dc-1"), &[]);
    let settled = |focused: &str, other: &str| {
        let whole = [focused, other].iter().all(|dc| mirror.look(dc, |told| told.is_whole()));
        whole
            && mirror.look(focused, |told| polled(told)) == 0
            && mirror.look(other, |told| polled(told)) == LISTS.len()
    };
    wait(SOON, "dc-1 watches, dc-2 polls", || settled("dc-1", "dc-2"));
    mirror.show(Some("dc-2"), &[]);
    wait(SOON, "dc-2 watches, dc-1 polls", || settled("dc-2", "dc-1"));

    let instance = Instance::new("host-1", "web", "web-1").check(Check::of_service(
        "c",
        "web-1",
        Status::Critical,
    ));
    cluster.dc("dc-1").seed(&[instance]);
    mirror.wait_dc("dc-1", "a poll finds what changed", |told| told.checks.len() == 1);
    let (used, size) = mirror.look("dc-2", |told| told.pulse.connections);
    assert!(used <= size && size == 4, "{used} of {size}");
}

/// Connections that something else on this machine holds to an agent.
fn others(address: &str, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(address).expect("a connection")).collect()
}

/// An agent that takes 20 connections, `held` of them not ours: everything comes all the same.
fn all_comes_through(held: usize) {
    let limit = "limits { http_max_conns_per_client = 20 }";
    let plan = Plan::new().hcl(limit).dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1);
    let cluster = Cluster::start(plan);
    let dcs = ["dc-1", "dc-2", "dc-3"];
    let critical =
        |id: &str| Instance::new(&format!("host-{id}"), "web", id).status(Status::Critical, "down");
    for dc in dcs {
        cluster.dc(dc).seed(&[critical("web-1")]);
    }
    let address = cluster.dc("dc-1").http_addr();
    let others = others(&address, held);
    let mirror = Mirror::of_agent(&address);
    let web = Subject::Service("web".into());
    for dc in dcs {
        mirror.wait_dc(dc, "all its lists are live", |told| {
            told.is_whole() && told.is_live(&List::Servers) && told.is_led()
        });
    }
    mirror.wait("lists are polled, and told to be", |state| {
        state.dcs.values().any(|told| polled(told) > 0)
    });
    // A page is an interactive question.
    mirror.show(Some("dc-3"), &[("dc-3", web.clone())]);
    mirror.wait_dc("dc-3", "a page", |told| {
        told.instances.get(&web).is_some_and(|rows| rows.len() == 1)
    });
    // Those that have an agent of their own to be told by: the first one's is full.
    for dc in ["dc-2", "dc-3"] {
        cluster.dc(dc).seed(&[critical("web-2")]);
        mirror.wait_dc(dc, "what changes", |told| told.checks.len() == 2);
    }
    for dc in dcs {
        let broken = mirror.look(dc, |told| told.broken.clone());
        assert!(broken.is_empty(), "{dc} looked broken: {broken:?}");
    }
    drop(others);
}

#[test]
fn six_connections_are_enough_for_three_datacenters() {
    all_comes_through(14);
}

#[test]
fn three_connections_are_enough_for_three_datacenters() {
    all_comes_through(17);
}

#[test]
fn one_connection_is_enough_for_three_datacenters() {
    all_comes_through(19);
}
