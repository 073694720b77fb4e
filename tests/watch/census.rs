//! Instances and versions: what happened to them is told, each once and nothing else.

use std::time::{Duration, Instant as Clock};

use dcview::domain::event::{Kind, Object};
use dcview::domain::ids::ServiceName;
use serde_json::json;

use crate::mirror::{Mirror, Told};
use crate::support::consul::{Cluster, Dc, Instance, Plan};

/// What happened to the instances and versions of a service, in short and in order.
fn told(told: &Told, service: &str) -> Vec<String> {
    let service = ServiceName::from(service);
    let is_of = |kind| matches!(kind, Kind::Instance | Kind::Version);
    let events = told.events.iter().filter(|it| is_of(it.kind));
    events
        .filter(|it| it.object.service() == Some(&service))
        .map(|it| match &it.object {
            Object::Service(_) => format!("version: {} -> {}", it.from, it.to),
            object => format!("{object}: {} -> {}", it.from, it.to),
        })
        .collect()
}

fn web(node: &str, id: &str, version: &str) -> Instance {
    let service = id.split('-').next().expect("a service");
    Instance::new(node, service, id).meta("version", version)
}

/// A service of two versions, which is read last of all: when it is told, all are known.
fn last() -> [Instance; 2] {
    [web("n1", "zz-1", "v1"), web("n1", "zz-2", "v2")]
}

fn is_known(told: &Told) -> bool {
    told.seats.contains_key(&ServiceName::from("zz"))
}

fn deregister(dc: &Dc, node: &str, id: &str) {
    let answer = dc.http().put("/v1/catalog/deregister", &json!({ "Node": node, "ServiceID": id }));
    assert_eq!(answer.expect("an answer").status, 200);
}

#[test]
fn instances_that_come_go_and_change_are_told_each_once() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    dc.seed(&[web("n1", "old-1", "v1"), web("n2", "old-2", "v1"), web("n1", "other-1", "v1")]);
    dc.seed(&last());
    let mirror = Mirror::of_agent(&dc.http_addr());
    mirror.wait_dc("dc-1", "all instances are known", is_known);
    dc.seed(&[web("n1", "new-1", "v1")]);
    mirror.wait_dc("dc-1", "a new service", |it| told(it, "new").len() == 2);
    let started = Clock::now();
    dc.seed(&[web("n2", "old-2", "v2")]);
    mirror.wait_dc("dc-1", "a change in place", |it| told(it, "old").len() == 2);
    eprintln!("in place after {:?}", started.elapsed());
    deregister(dc, "n1", "old-1");
    mirror.wait_dc("dc-1", "one that went", |it| told(it, "old").len() == 4);
    let (old, new, other) =
        mirror.look("dc-1", |it| (told(it, "old"), told(it, "new"), told(it, "other")));
    assert_eq!(new, ["new-1 on n1:  -> registered v1", "version:  -> v1"]);
    assert_eq!(
        old,
        [
            "old-2 on n2: registered v1 -> registered v2",
            "version:  -> v2",
            "old-1 on n1: registered v1 -> ",
            "version: v1 -> ",
        ]
    );
    assert!(other.is_empty(), "{other:?}");
    assert!(started.elapsed() < Duration::from_secs(30));
}
