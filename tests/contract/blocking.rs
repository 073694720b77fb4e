//! When a blocking query of the catalog or of health wakes, when it sleeps on, and with which index it comes back.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::blocked::{SOON, block};
use super::pair::{Party, pair};

#[test]
fn time_out_comes_back_with_the_same_index() {
    let pair = pair();
    for party in pair.each() {
        let index = party.get("/v1/catalog/nodes").index().expect("an index");
        let started = Instant::now();
        let answer = party.get(&format!("/v1/catalog/nodes?index={index}&wait=200ms"));
        assert!(started.elapsed() >= Duration::from_millis(200), "{}", party.name);
        assert_eq!((answer.status, answer.index()), (200, Some(index)), "{}", party.name);
        let passed = party.get(&format!("/v1/catalog/nodes?index={}&wait=25s", index - 1));
        assert_eq!(passed.index(), Some(index), "{}", party.name);
        let zero = party.get("/v1/catalog/nodes?index=0&wait=25s");
        assert_eq!(zero.index(), Some(index), "{}", party.name);
    }
}

#[test]
fn check_change_wakes_what_shows_it() {
    let pair = pair();
    pair.seed("wake-a", "wake-web", &["passing"]);
    for party in pair.each() {
        let blocked = [
            "/v1/health/state/critical",
            "/v1/health/state/any",
            "/v1/health/service/wake-web",
            "/v1/health/service/wake-web?passing",
            "/v1/health/checks/wake-web",
            "/v1/health/node/wake-a",
            "/v1/internal/ui/services",
            "/v1/internal/ui/nodes",
        ]
        .map(|path| block(party, path));
        party.set_check("wake-a", "wake-web-1", "critical");
        for blocked in blocked {
            blocked.wakes();
        }
    }
}

#[test]
fn check_change_does_not_wake_lists_of_names() {
    let pair = pair();
    pair.seed("sleep-a", "sleep-web", &["passing"]);
    for party in pair.each() {
        let blocked = [
            "/v1/catalog/services",
            "/v1/catalog/nodes",
            "/v1/catalog/node-services/sleep-a",
            "/v1/session/list",
        ]
        .map(|path| block(party, path));
        party.set_check("sleep-a", "sleep-web-1", "critical");
        for blocked in &blocked {
            blocked.sleeps();
        }
    }
}

#[test]
fn rewritten_check_moves_the_table_and_nothing_else() {
    let pair = pair();
    pair.seed("same-a", "same-web", &["critical"]);
    let check = json!({ "Node": "same-a", "CheckID": "disk", "Name": "disk has room",
        "Status": "passing", "Output": "12 % used" });
    for party in pair.each() {
        let before = party.get("/v1/health/node/same-a");
        let [any, node, summary] =
            ["/v1/health/state/any", "/v1/health/node/same-a", "/v1/internal/ui/services"]
                .map(|path| block(party, path));
        let service = block(party, "/v1/health/service/same-web");
        party.write("/v1/txn", &json!([{ "Check": { "Verb": "set", "Check": check } }]));
        any.wakes();
        summary.wakes();
        assert_eq!(node.wakes().body, before.body, "{}", party.name);
        service.sleeps();
    }
}

#[test]
fn rewritten_node_and_instance_wake_nobody() {
    let pair = pair();
    pair.seed("again-a", "again-web", &["passing"]);
    let node = json!({ "Node": "again-a", "Address": "10.9.0.1", "Meta": { "rack": "r1" } });
    let service = json!({ "ID": "again-web-1", "Service": "again-web", "Port": 8001,
        "Tags": ["http", "v1"], "Meta": { "version": "1.2.3" } });
    for party in pair.each() {
        let blocked = ["/v1/catalog/nodes", "/v1/catalog/services", "/v1/health/service/again-web"]
            .map(|path| block(party, path));
        let operations = json!([
            { "Node": { "Verb": "set", "Node": node } },
            { "Service": { "Verb": "set", "Node": "again-a", "Service": service } },
        ]);
        party.write("/v1/txn", &operations);
        for blocked in &blocked {
            blocked.sleeps();
        }
    }
}

#[test]
fn changed_node_wakes_its_services() {
    let pair = pair();
    pair.seed("moved-a", "moved-web", &["passing"]);
    for party in pair.each() {
        let blocked = [
            "/v1/health/service/moved-web",
            "/v1/catalog/service/moved-web",
            "/v1/catalog/node-services/moved-a",
        ]
        .map(|path| block(party, path));
        let node = json!({ "Node": "moved-a", "Address": "10.9.0.99" });
        party.write("/v1/txn", &json!([{ "Node": { "Verb": "set", "Node": node } }]));
        for blocked in blocked {
            blocked.wakes();
        }
    }
}

#[test]
fn critical_watch_sleeps_through_a_warning_and_keeps_its_index() {
    let pair = pair();
    pair.seed("warn-a", "warn-web", &["critical", "passing"]);
    for party in pair.each() {
        // A query that arrives after the write finds a newer index and answers at once; a party
        // that woke for the write would do so every time.
        let kept = (0..20).any(|_| keeps_its_index(party));
        assert!(kept, "{}: a warning wakes the critical watch", party.name);
    }
}

/// Whether a blocked query for critical checks came back by time-out, with the index that it
/// started from, although a check had changed to another state meanwhile.
fn keeps_its_index(party: &Party) -> bool {
    let path = "/v1/health/state/critical";
    let index = party.get(path).index();
    let url = format!("{path}?index={}&wait=500ms", index.expect("an index"));
    let (done, answer) = channel();
    let http = party.http.clone();
    thread::spawn(move || {
        let _ = done.send(http.get(&url));
    });
    for status in ["warning", "passing"] {
        party.set_check("warn-a", "warn-web-2", status);
    }
    let answer = answer.recv_timeout(SOON).ok().flatten().expect("an answer");
    answer.index() == index && party.get(path).index() > index
}

#[test]
fn registrations_wake_the_lists_they_change() {
    let pair = pair();
    for party in pair.each() {
        let nodes = block(party, "/v1/catalog/nodes");
        let services = block(party, "/v1/catalog/services");
        let instances = block(party, "/v1/health/service/new-web");
        let registration = json!({ "Node": "new-a", "Address": "10.9.0.5",
            "Service": { "ID": "new-web-1", "Service": "new-web" } });
        party.write("/v1/catalog/register", &registration);
        nodes.wakes();
        services.wakes();
        assert_eq!(instances.wakes().len(), 1, "{}", party.name);
        let instances = block(party, "/v1/health/service/new-web");
        let node = block(party, "/v1/catalog/node-services/new-a");
        let gone = json!({ "Node": "new-a", "ServiceID": "new-web-1" });
        party.write("/v1/catalog/deregister", &gone);
        assert_eq!(instances.wakes().len(), 0, "{}", party.name);
        node.wakes();
    }
}

#[test]
fn node_check_wakes_the_services_on_the_node() {
    let pair = pair();
    pair.seed("disk-a", "disk-web", &["passing"]);
    for party in pair.each() {
        let blocked = block(party, "/v1/health/service/disk-web");
        let check = json!({ "Node": "disk-a", "CheckID": "disk", "Name": "disk has room",
            "Status": "critical" });
        party.write("/v1/txn", &json!([{ "Check": { "Verb": "set", "Check": check } }]));
        blocked.wakes();
    }
}

#[test]
fn another_datacenter_blocks_through_this_one() {
    let pair = pair();
    for party in pair.each() {
        let blocked = block(party, "/v1/catalog/nodes?dc=dc-3");
        let node = json!({ "Datacenter": "dc-3", "Node": "far-b", "Address": "10.9.0.6" });
        party.write("/v1/catalog/register?dc=dc-3", &node);
        blocked.wakes();
    }
}
