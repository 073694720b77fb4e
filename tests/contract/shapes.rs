//! The bodies that dcview reads, field by field.

use serde_json::{Value, json};

use super::compare::{same, same_headers, same_shape, settle, shape};
use super::pair::{Pair, pair};

/// The elements of a list that a test has put there, recognised by the text they hold.
fn seeded(list: &Value, mark: &str) -> Vec<Value> {
    let mut list = list.clone();
    settle(&mut list);
    let items = list.as_array().expect("a list").iter();
    items.filter(|item| item.to_string().contains(mark)).cloned().collect()
}

/// Both parties list the same of what the test has put there.
#[track_caller]
fn same_seeded(pair: &Pair, path: &str, mark: &str, count: usize) {
    let [real, sim] = pair.each().map(|party| party.get(path));
    same_headers(path, &real, &sim);
    let (real, sim) = (seeded(&real.json(), mark), seeded(&sim.json(), mark));
    assert_eq!(sim, real, "{path}");
    assert_eq!(real.len(), count, "{path}");
}

#[test]
fn a_seeded_node_and_its_instances_read_alike() {
    let pair = pair();
    pair.seed("shape-a", "shape-web", &["passing", "critical", "warning"]);
    for path in [
        "/v1/catalog/node/shape-a",
        "/v1/catalog/node-services/shape-a",
        "/v1/catalog/service/shape-web",
        "/v1/health/node/shape-a",
        "/v1/health/checks/shape-web",
        "/v1/health/service/shape-web",
        "/v1/health/service/shape-web?passing",
        "/v1/health/service/shape-web?stale",
        "/v1/health/service/shape-web?consistent",
    ] {
        pair.same_get(path);
    }
    same_seeded(&pair, "/v1/catalog/nodes", "shape-a", 1);
    same_seeded(&pair, "/v1/health/state/critical", "shape-web", 1);
    same_seeded(&pair, "/v1/health/state/warning", "shape-web", 1);
    same_seeded(&pair, "/v1/health/state/passing", "shape-web", 1);
    same_seeded(&pair, "/v1/health/state/any", "shape-a", 4);
    same_seeded(&pair, "/v1/internal/ui/nodes", "shape-a", 1);
    same_seeded(&pair, "/v1/internal/ui/services", "shape-web", 1);
    for party in pair.each() {
        let services = party.get("/v1/catalog/services").json();
        // Consul gathers a service's tags in a map: their order changes from answer to answer.
        let mut tags = services["shape-web"].as_array().cloned().unwrap_or_default();
        tags.sort_by_key(ToString::to_string);
        assert_eq!(tags, [json!("http"), json!("v1")], "{}", party.name);
    }
}

#[test]
fn instances_are_told_by_tags_and_services_by_their_nodes_meta_data() {
    let pair = pair();
    pair.seed("tags-a", "tags-web", &["passing", "critical"]);
    for path in [
        "/v1/catalog/service/tags-web?tag=http",
        "/v1/catalog/service/tags-web?tag=HTTP&tag=v1",
        "/v1/catalog/service/tags-web?tag=v1&tag=v2",
        "/v1/catalog/service/tags-web?tag=no:one",
        "/v1/health/service/tags-web?tag=v1",
        "/v1/health/service/tags-web?tag=no:one",
        "/v1/health/service/tags-web?passing&tag=v1",
        "/v1/catalog/services?node-meta=no:where",
    ] {
        pair.same_get(path);
    }
    for party in pair.each() {
        let services = party.get("/v1/catalog/services?node-meta=rack:r1").json();
        let names = services.as_object().expect("a map");
        assert!(names.contains_key("tags-web"), "{}", party.name);
        assert!(!names.contains_key("consul"), "{}: a server's node has none", party.name);
    }
}

/// An index alone is had for nothing: of all registrations, and of one service.
#[test]
fn an_empty_answer_carries_the_index_of_what_was_looked_through() {
    let pair = pair();
    pair.seed("probe-a", "probe-web", &["passing"]);
    pair.seed("probe-b", "probe-other", &["passing"]);
    for party in pair.each() {
        let indexes = || {
            let of = |path: &str| party.get(path).index().expect("an index");
            [
                of("/v1/catalog/services?node-meta=no:where"),
                of("/v1/catalog/service/probe-web?tag=no:one"),
                of("/v1/catalog/service/probe-other?tag=no:one"),
            ]
        };
        let [start, web, other] = indexes();
        party.set_check("probe-a", "probe-web-1", "critical");
        let [registrations, checked, _] = indexes();
        assert_eq!(registrations, start, "{}: a check is no registration", party.name);
        assert!(checked > web, "{}: it is one of the service's", party.name);
        let service = json!({ "ID": "probe-web-1", "Service": "probe-web", "Tags": ["http", "v1"],
            "Port": 8001, "Meta": { "version": "2.0.0" } });
        let set = json!([{ "Service": { "Verb": "set", "Node": "probe-a", "Service": service } }]);
        party.write("/v1/txn", &set);
        let [registrations, changed, same] = indexes();
        assert!(registrations > start && changed > checked, "{}", party.name);
        assert_eq!(registrations, changed, "{}: it was that one", party.name);
        assert_eq!(same, other, "{}: and no other", party.name);
        let whole = party.get("/v1/health/service/probe-web");
        assert_eq!(whole.index(), Some(changed), "{}: as its instances have it", party.name);
    }
}

#[test]
fn what_is_empty_is_written_alike() {
    let pair = pair();
    pair.write("/v1/catalog/register", &json!({ "Node": "bare", "Address": "10.9.0.2" }));
    pair.write(
        "/v1/catalog/register",
        &json!({ "Node": "bare", "Address": "10.9.0.2", "Service": { "Service": "bare-web" } }),
    );
    pair.write("/v1/catalog/register", &json!({ "Node": "barest", "Address": "10.9.0.3" }));
    for path in [
        "/v1/catalog/node/bare",
        "/v1/catalog/node/barest",
        "/v1/catalog/node/nobody",
        "/v1/catalog/node-services/bare",
        "/v1/catalog/node-services/barest",
        "/v1/catalog/node-services/nobody",
        "/v1/catalog/service/bare-web",
        "/v1/catalog/service/nothing",
        "/v1/health/service/bare-web",
        "/v1/health/service/bare-web?passing",
        "/v1/health/service/nothing",
        "/v1/health/node/bare",
        "/v1/health/node/nobody",
        "/v1/health/checks/bare-web",
        "/v1/health/state/nonsense",
        "/v1/session/list",
        "/v1/event/list",
    ] {
        pair.same_get(path);
    }
    same_seeded(&pair, "/v1/internal/ui/nodes", "\"bare", 2);
    same_seeded(&pair, "/v1/internal/ui/services", "bare-web", 1);
}

#[test]
fn checks_are_counted_alike_and_a_node_is_listed_once_for_each_instance() {
    let pair = pair();
    pair.seed("count-a", "count-web", &["warning", "critical"]);
    pair.seed("count-b", "count-web", &["passing"]);
    let disk = json!({ "Node": "count-a", "CheckID": "disk", "Name": "disk has room",
        "Status": "warning" });
    pair.write("/v1/txn", &json!([{ "Check": { "Verb": "set", "Check": disk } }]));
    same_seeded(&pair, "/v1/internal/ui/services", "count-web", 1);
    for party in pair.each() {
        let list = party.get("/v1/internal/ui/services").json();
        let summary = &seeded(&list, "count-web")[0];
        let counts = ["InstanceCount", "ChecksPassing", "ChecksWarning", "ChecksCritical"]
            .map(|name| summary[name].as_u64());
        // On count-a the node's warning counts twice, for two instances.
        assert_eq!(counts, [Some(3), Some(2), Some(3), Some(1)], "{}", party.name);
        assert_eq!(summary["Nodes"], json!(["count-a", "count-a", "count-b"]), "{}", party.name);
    }
}

#[test]
fn servers_and_places_have_the_same_shape() {
    let pair = pair();
    for path in [
        "/v1/status/leader",
        "/v1/status/leader?dc=dc-2",
        "/v1/status/peers",
        "/v1/operator/autopilot/health",
        "/v1/operator/raft/configuration",
        "/v1/coordinate/datacenters",
        "/v1/agent/members",
        "/v1/agent/members?wan=1",
    ] {
        let [real, sim] = pair.each().map(|party| party.get(path));
        same_shape(path, &real, &sim);
    }
    for party in pair.each() {
        let mut names: Vec<String> =
            serde_json::from_str(&party.get("/v1/catalog/datacenters").body).expect("names");
        assert_eq!(names.first().map(String::as_str), Some("dc-1"), "{}", party.name);
        names.sort();
        assert_eq!(names, ["dc-1", "dc-2", "dc-3"], "{}", party.name);
    }
}

#[test]
fn a_server_is_registered_alike() {
    let pair = pair();
    let [real, sim] = pair.each().map(|party| party.get("/v1/health/service/consul"));
    same_shape("the consul service", &real, &sim);
}

#[test]
fn what_the_agent_says_of_itself_is_part_of_what_consul_says() {
    let pair = pair();
    let [real, sim] = pair.each().map(|party| party.get("/v1/agent/self"));
    same_headers("/v1/agent/self", &real, &sim);
    let (real, sim) = (shape(&real.json()), shape(&sim.json()));
    for (path, types) in &sim {
        assert_eq!(Some(types), real.get(path), "{path}");
    }
}

#[test]
fn another_datacenter_is_read_through_this_one() {
    let pair = pair();
    let there = json!({ "Datacenter": "dc-2", "Node": "far", "Address": "10.9.0.4",
        "Service": { "ID": "far-1", "Service": "far-web", "Port": 80 } });
    pair.write("/v1/catalog/register?dc=dc-2", &there);
    let path = "/v1/health/service/far-web?dc=dc-2";
    let [real, sim] = pair.each().map(|party| party.get(path));
    same(path, &real, &sim);
    assert_eq!(real.json()[0]["Node"]["Datacenter"], "dc-2");
    pair.same_get("/v1/health/service/far-web");
}
