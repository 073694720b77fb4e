//! Reads of the catalog and of health: what wakes them, which index they carry, what they count.

use serde_json::{Value, json};

use super::*;
use crate::sim::{NewInstance, Status};

/// An instance of the small world that passes: its node, its service, its check.
async fn passing_instance(bench: &Bench) -> (String, String, String) {
    let checks = bench.get("/v1/health/state/passing").await.json();
    let of_service =
        |check: &&Value| check["ServiceName"] != "" && check["ServiceName"] != "consul";
    let check = checks.as_array().unwrap().iter().find(of_service).unwrap();
    let text = |field: &str| check[field].as_str().unwrap().to_owned();
    (text("Node"), text("ServiceName"), text("CheckID"))
}

#[tokio::test]
async fn failing_check_wakes_the_critical_watch() {
    let bench = Bench::new().await;
    let (node, _, check) = passing_instance(&bench).await;
    let before = bench.get("/v1/health/state/critical").await.len();
    let (index, reply) = bench.block("dc-1", "/v1/health/state/critical").await;
    assert!(bench.handle("dc-1").set_check(&node, &check, Status::Critical, "it broke"));
    let reply = reply.await.unwrap();
    assert!(reply.index.unwrap() > index);
    assert_eq!(reply.len(), before + 1);
    assert!(reply.text.contains("it broke"));
}

#[tokio::test]
async fn watches_sleep_through_changes_elsewhere() {
    let bench = Bench::new().await;
    let (node, _, check) = passing_instance(&bench).await;
    let (_, critical) = bench.block("dc-1", "/v1/health/state/critical").await;
    let (_, services) = bench.block("dc-1", "/v1/catalog/services").await;
    let (_, nodes) = bench.block("dc-1", "/v1/catalog/nodes").await;
    let handle = bench.handle("dc-1");
    handle.put_kv("a/b", "1");
    handle.set_check(&node, &check, Status::Warning, "slow");
    // All three still hang; only the summary of another request sees the new state.
    assert_eq!(handle.blocked(), 3);
    assert!(!critical.is_finished() && !services.is_finished() && !nodes.is_finished());
    handle.set_check(&node, &check, Status::Critical, "gone");
    assert!(critical.await.unwrap().text.contains("gone"));
    assert_eq!(handle.blocked(), 2);
}

#[tokio::test]
async fn time_out_answers_with_the_same_index() {
    let bench = Bench::new().await;
    let index = bench.get("/v1/catalog/nodes").await.index.unwrap();
    let reply = bench.get(&format!("/v1/catalog/nodes?index={index}&wait=10ms")).await;
    assert_eq!((reply.status, reply.index), (200, Some(index)));
}

#[tokio::test]
async fn summary_counts_checks_and_a_node_check_once_for_each_instance() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-2");
    let node = "node-0001".to_owned();
    for id in ["twin-1", "twin-2"] {
        let instance = NewInstance {
            node: node.clone(),
            id: id.to_owned(),
            service: "twin".to_owned(),
            ..NewInstance::default()
        };
        assert!(handle.register(&instance));
    }
    handle.add_check(&node, "twin-1", "twin-1-up", Status::Critical);
    handle.add_check(&node, "twin-2", "twin-2-up", Status::Passing);
    handle.add_check(&node, "", "disk", Status::Warning);
    let services = bench.get("/v1/internal/ui/services?dc=dc-2").await.json();
    let twin = services.as_array().unwrap().iter().find(|it| it["Name"] == "twin").unwrap();
    assert_eq!(twin["InstanceCount"], 2);
    assert_eq!(twin["Nodes"], json!([node, node]));
    // Twice the node's own check, and the check of the second instance.
    assert_eq!(twin["ChecksPassing"], 3);
    assert_eq!(twin["ChecksWarning"], 2);
    assert_eq!(twin["ChecksCritical"], 1);
}

#[tokio::test]
async fn last_instance_gone_leaves_an_index_that_wakes() {
    let bench = Bench::new().await;
    let (node, service, _) = passing_instance(&bench).await;
    let path = format!("/v1/health/service/{service}");
    let instances = bench.get(&path).await.json();
    let (index, reply) = bench.block("dc-1", &path).await;
    for instance in instances.as_array().unwrap() {
        let id = instance["Service"]["ID"].as_str().unwrap();
        let node = instance["Node"]["Node"].as_str().unwrap();
        bench.handle("dc-1").deregister(node, id);
    }
    assert!(reply.await.unwrap().index.unwrap() > index);
    assert_eq!(bench.get(&path).await.text, "[]");
    assert!(bench.handle("dc-1").set_node_alive(&node, false));
}

#[tokio::test]
async fn node_check_touches_every_service_on_the_node() {
    let bench = Bench::new().await;
    let (node, service, _) = passing_instance(&bench).await;
    let (_, reply) = bench.block("dc-1", &format!("/v1/health/service/{service}")).await;
    bench.handle("dc-1").set_node_alive(&node, false);
    assert!(reply.await.unwrap().text.contains("Agent not live or unreachable"));
}

#[tokio::test]
async fn restore_takes_the_index_down() {
    let bench = Bench::new().await;
    let (index, reply) = bench.block("dc-1", "/v1/catalog/nodes").await;
    bench.handle("dc-1").rewind();
    assert_eq!(reply.await.unwrap().index, Some(index));
    assert!(bench.get("/v1/catalog/nodes").await.index.unwrap() < index);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_as_consul_does() {
    let bench = Bench::new().await;
    let unknown = bench.get("/v1/peerings").await;
    assert_eq!((unknown.status, unknown.text.as_str()), (404, ""));
    let wrong = bench.delete("/v1/catalog/nodes").await;
    assert_eq!((wrong.status, wrong.text.as_str()), (405, "method DELETE not allowed"));
}
