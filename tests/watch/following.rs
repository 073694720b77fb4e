//! Changes reach the feed, each as it was.

use dcview::domain::feed::List;
use dcview::domain::health::{CheckKey, Status as Seen};
use dcview::domain::ids::{Dc, NodeName, ServiceName};

use crate::mirror::Mirror;
use crate::support::consul::{Check, Cluster, Instance, Plan, Status};

fn web(cluster: &Cluster, dc: &str) {
    let one = Instance::new("host-1", "web", "web-1").status(Status::Passing, "ok");
    let two = Instance::new("host-2", "web", "web-2").status(Status::Passing, "ok");
    cluster.dc(dc).seed(&[one, two]);
}

fn flip(cluster: &Cluster, dc: &str, status: Status) {
    let check = Check::of_service("service:web-1", "web-1", status).output("now");
    cluster.dc(dc).set_check("host-1", &check);
}

#[test]
fn a_flipped_check_reaches_the_feed_and_leaves_it() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1));
    web(&cluster, "dc-2");
    let mirror = Mirror::of_agent(&cluster.dc("dc-1").http_addr());
    mirror.wait("both datacenters are listed", |state| {
        state.listed.len() == 2 && state.local == Some(Dc::from("dc-1"))
    });
    mirror.wait_dc("dc-2", "all lists are live", |dc| {
        dc.is_whole() && dc.is_led() && dc.services.contains_key(&ServiceName::from("web"))
    });
    flip(&cluster, "dc-2", Status::Critical);
    mirror.wait_dc("dc-2", "the check is critical", |dc| {
        dc.check("host-1", "service:web-1") == Some(Seen::Critical)
    });
    mirror.wait_dc("dc-2", "the service and the node count it", |dc| {
        let web = &dc.services[&ServiceName::from("web")];
        let node = &dc.nodes[&NodeName::from("host-1")];
        web.counts.critical == 1
            && web.counts.passing == 1
            && web.is_exact
            && node.failing_checks == 1
            && node.status == Seen::Passing
    });
    flip(&cluster, "dc-2", Status::Passing);
    mirror.wait_dc("dc-2", "all is well again", |dc| {
        dc.checks.is_empty() && dc.services[&ServiceName::from("web")].counts.passing == 2
    });
    let other_is_untouched = mirror.look("dc-1", |dc| dc.seen.is_empty());
    assert!(other_is_untouched);
}

#[test]
fn a_check_that_changes_lists_is_never_shown_as_recovered() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    web(&cluster, "dc-1");
    let mirror = Mirror::of_agent(&cluster.dc("dc-1").http_addr());
    mirror.wait_dc("dc-1", "the checks are live", |dc| dc.is_live(&List::Checks));
    let rounds = [Status::Warning, Status::Critical];
    for round in 0..40 {
        let status = rounds[round % 2];
        flip(&cluster, "dc-1", status);
        if round % 3 == 0 {
            let expected = if status == Status::Warning { Seen::Warning } else { Seen::Critical };
            mirror.wait_dc("dc-1", "the newest state is shown", |dc| {
                dc.check("host-1", "service:web-1") == Some(expected)
            });
        }
    }
    flip(&cluster, "dc-1", Status::Passing);
    mirror.wait_dc("dc-1", "it recovered", |dc| dc.checks.is_empty());
    let key = CheckKey { node: "host-1".into(), id: "service:web-1".into() };
    let seen = mirror.look("dc-1", |dc| dc.seen[&key].clone());
    let recoveries = seen.iter().filter(|state| state.is_none()).count();
    assert_eq!(recoveries, 1, "{seen:?}");
    assert!(seen.len() > 10, "{seen:?}");
}

#[test]
fn servers_and_pulse_are_told() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 3).dc("dc-2", 1));
    let mirror = Mirror::of_agent(&cluster.dc("dc-1").http_addr());
    mirror.wait_dc("dc-1", "three servers, one leads", |dc| {
        dc.servers.healthy() == 3 && dc.servers.leader().is_some() && dc.servers.is_complete()
    });
    mirror.wait_dc("dc-1", "the lists are not doubted when ACLs are off", |dc| {
        dc.is_whole() && dc.fresh.values().all(|fresh| !fresh.may_be_filtered)
    });
    mirror.wait_dc("dc-2", "the round trip is known", |dc| dc.pulse.wan.is_some());
    mirror.wait_dc("dc-1", "the connections in use are told", |dc| {
        let (used, size) = dc.pulse.connections;
        used > 0 && used < size
    });
}

#[test]
fn a_datacenter_that_joins_and_leaves_the_list_is_followed() {
    let cluster = Cluster::start(Plan::new().unfederated().dc("dc-1", 1).dc("dc-2", 1));
    let mut config = crate::mirror::config_of(&cluster.dc("dc-1").http_addr(), None);
    let own = crate::mirror::endpoint(&cluster.dc("dc-2").http_addr(), None);
    config.datacenters.push(dcview::config::DcConfig {
        name: "dc-2".into(),
        endpoint: Some(own),
        read_only: false,
        protected: false,
        dns_addr: None,
    });
    let mirror = Mirror::start(&config);
    mirror.wait("both stand side by side", |state| {
        state.listed == [Dc::from("dc-1"), Dc::from("dc-2")]
    });
    for dc in ["dc-1", "dc-2"] {
        mirror.wait_dc(dc, "its lists are live", |dc| dc.is_whole() && dc.is_led());
    }
}
