//! Counts are instances, exactly as Consul's own health answers have them.

use std::collections::HashMap;

use dcview::domain::health::Counts;
use dcview::domain::ids::ServiceName;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::mirror::{Mirror, Told};
use crate::support::consul::{Check, Cluster, Dc, Instance, Plan, Status};

const STATES: [Status; 3] = [Status::Passing, Status::Warning, Status::Critical];

/// What `/v1/health/service/NAME` says, counted one instance at a time.
fn truth(dc: &Dc) -> HashMap<ServiceName, Counts> {
    let http = dc.http();
    let names = http.json("/v1/catalog/services");
    let names = names.as_object().expect("a map").keys();
    let count = |name: &String| {
        let mut counts = Counts::default();
        for instance in http.json(&format!("/v1/health/service/{name}")).as_array().expect("a list")
        {
            let checks = instance["Checks"].as_array().expect("a list");
            let has = |found: &dyn Fn(&Value) -> bool| checks.iter().any(found);
            let is_maintenance = |check: &Value| {
                let id = check["CheckID"].as_str().unwrap_or_default();
                let is_reserved =
                    id == "_node_maintenance" || id.starts_with("_service_maintenance:");
                is_reserved && check["Status"] == "critical"
            };
            if has(&is_maintenance) {
                counts.maintenance += 1;
            } else if has(&|check| check["Status"] == "critical") {
                counts.critical += 1;
            } else if has(&|check| check["Status"] == "warning") {
                counts.warning += 1;
            } else {
                counts.passing += 1;
            }
        }
        (ServiceName::from(name.as_str()), counts)
    };
    names.map(count).collect()
}

fn told(mirror: &Mirror) -> HashMap<ServiceName, Counts> {
    mirror.look("dc-1", |dc| dc.services.iter().map(|(k, v)| (k.clone(), v.counts)).collect())
}

#[test]
fn counts_equal_the_health_of_every_instance_in_any_catalog() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    let mirror = Mirror::of_agent(&dc.http_addr());
    mirror.wait_dc("dc-1", "the lists are live", Told::is_whole);
    let mut runner = TestRunner::deterministic();
    let placed = proptest::collection::vec((0_usize..6, 0_usize..5, 0_usize..4), 30..60);
    let nodes = proptest::collection::vec(0_usize..5, 6);
    for round in 0..6 {
        let placed = placed.new_tree(&mut runner).expect("a catalog").current();
        let nodes = nodes.new_tree(&mut runner).expect("states").current();
        // Each instance keeps its name over the rounds, so that rounds change as well as add.
        let instances: Vec<Instance> = placed
            .iter()
            .enumerate()
            .map(|(number, (node, service, state))| {
                let (node, service) = (format!("n{node}"), format!("s{service}"));
                let instance = Instance::new(&node, &service, &format!("{service}-{number}"));
                match STATES.get(*state) {
                    Some(state) => instance.status(*state, "said"),
                    None => instance,
                }
            })
            .collect();
        dc.seed(&instances);
        for (number, state) in nodes.iter().enumerate() {
            let node = format!("n{number}");
            if !instances.iter().any(|instance| instance.node == node) {
                continue;
            }
            let state = STATES.get(*state).copied();
            dc.set_check(&node, &Check::of_node("disk", state.unwrap_or(Status::Passing)));
            let maintenance = if state.is_none() { Status::Critical } else { Status::Passing };
            if round > 2 {
                dc.set_check(&node, &Check::of_node("_node_maintenance", maintenance).notes("why"));
            }
        }
        let expected = truth(dc);
        mirror.wait_dc("dc-1", "the counts are those of the health answers", |told| {
            let exact = told.services.values().all(|service| service.is_exact);
            exact
                && told.services.len() == expected.len()
                && expected.iter().all(|(name, counts)| {
                    told.services.get(name).is_some_and(|service| service.counts == *counts)
                })
        });
        assert_eq!(told(&mirror), expected);
    }
}
