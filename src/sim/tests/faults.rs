//! Everything that can be broken on purpose.

use std::time::Instant;

use super::*;
use crate::sim::{Fault, ServerState};

#[tokio::test]
async fn without_a_leader_only_stale_reads_are_answered() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    handle.lose_leader(Duration::ZERO);
    let read = bench.get("/v1/catalog/nodes").await;
    assert_eq!((read.status, read.text.as_str()), (500, "No cluster leader"));
    assert_eq!(read.index, Some(1));
    assert_eq!(bench.get("/v1/status/leader").await.text, "\"\"");
    assert_eq!(bench.put("/v1/kv/a", "1").await.status, 500);
    let stale = bench.get("/v1/catalog/nodes?stale").await;
    assert_eq!((stale.status, stale.known_leader.as_deref()), (200, Some("false")));
    handle.regain_leader();
    let read = bench.get("/v1/catalog/nodes").await;
    assert_eq!((read.status, read.known_leader.as_deref()), (200, Some("true")));
}

#[tokio::test]
async fn leader_that_loses_its_followers_lets_blocked_queries_sleep_on() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    let (_, blocked) = bench.block("dc-1", "/v1/catalog/nodes").await;
    handle.lose_leader(Duration::ZERO);
    assert_eq!(handle.blocked(), 1);
    blocked.abort();
}

#[tokio::test]
async fn leader_that_dies_takes_blocked_queries_of_a_follower_along() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    let servers = handle.servers();
    // The agent is the first server; a short absence costs it the lead.
    for state in [ServerState::Down, ServerState::Healthy] {
        handle.set_server(&servers[0], state);
    }
    let (_, blocked) = bench.block("dc-1", "/v1/catalog/services").await;
    for server in [&servers[2], &servers[1]] {
        handle.set_server(server, ServerState::Down);
    }
    let blocked = blocked.await.unwrap();
    assert_eq!((blocked.status, blocked.text.as_str()), (500, "No cluster leader"));
}

#[tokio::test]
async fn request_waits_for_a_leader_that_returns() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    handle.lose_leader(PATIENCE);
    let before = handle.blocked();
    let sent = bench.http.get(bench.url("/v1/catalog/nodes")).send();
    let sent = tokio::spawn(sent);
    let deadline = Instant::now() + PATIENCE;
    while handle.blocked() <= before && Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    handle.regain_leader();
    assert_eq!(sent.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn one_server_down_makes_autopilot_unhealthy_and_keeps_the_leader() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    let servers = handle.servers();
    handle.set_server(&servers[0], ServerState::Down);
    let health = bench.get("/v1/operator/autopilot/health").await;
    assert_eq!(health.status, 429);
    let health = health.json();
    assert_eq!(health["Healthy"], false);
    assert_eq!(health["FailureTolerance"], 0);
    assert_eq!(health["Servers"][0]["SerfStatus"], "failed");
    assert_eq!(health["Servers"][1]["Leader"], true);
    handle.set_server(&servers[0], ServerState::Behind(4000));
    let health = bench.get("/v1/operator/autopilot/health").await.json();
    assert_eq!(health["Servers"][0]["Healthy"], false);
    handle.set_server(&servers[0], ServerState::Healthy);
    assert_eq!(bench.get("/v1/operator/autopilot/health").await.status, 200);
}

#[tokio::test]
async fn dark_agent_resets_and_others_find_no_way_to_it() {
    let bench = Bench::new().await;
    let (_, blocked) = bench.block("dc-1", "/v1/catalog/nodes").await;
    bench.handle("dc-2").set_dark(true);
    let remote = bench.get("/v1/catalog/nodes?dc=dc-2").await;
    assert_eq!(remote.text, "Remote DC has no server currently reachable");
    blocked.abort();
    bench.handle("dc-1").set_dark(true);
    assert!(bench.try_get("/v1/catalog/nodes").await.is_err());
    bench.handle("dc-1").set_dark(false);
    assert_eq!(bench.get("/v1/catalog/nodes").await.status, 200);
}

#[tokio::test]
async fn unknown_datacenter_is_a_500() {
    let bench = Bench::new().await;
    let reply = bench.get("/v1/catalog/nodes?dc=dc-9").await;
    assert_eq!((reply.status, reply.text.as_str()), (500, "No path to datacenter"));
    assert_eq!(reply.index, Some(1));
}

#[tokio::test]
async fn one_path_can_be_broken_in_several_ways() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    handle.break_path("/v1/internal/", Fault::Denied);
    handle.break_path("/v1/catalog/nodes", Fault::Garbage);
    handle.break_path("/v1/catalog/services", Fault::Status(429, "slow down".to_owned()));
    handle.break_path("/v1/health/state/", Fault::Truncated);
    let denied = bench.get("/v1/internal/ui/services").await;
    assert_eq!((denied.status, denied.text.as_str()), (403, "Permission denied"));
    assert!(serde_json::from_str::<Value>(&bench.get("/v1/catalog/nodes").await.text).is_err());
    assert_eq!(bench.get("/v1/catalog/services").await.status, 429);
    assert!(bench.try_get("/v1/health/state/any").await.is_err());
    handle.mend_paths();
    assert_eq!(bench.get("/v1/internal/ui/services").await.status, 200);
}

#[tokio::test]
async fn hidden_lists_are_empty_and_objects_denied() {
    let bench = Bench::new().await;
    bench.handle("dc-1").set_hidden(true);
    let list = bench.get("/v1/health/state/critical").await;
    assert_eq!((list.status, list.text.as_str()), (200, "[]"));
    assert_eq!(bench.get("/v1/kv/a").await.status, 403);
    assert_eq!(bench.get("/v1/acl/token/self").await.status, 200);
}

#[tokio::test]
async fn latency_delays_every_answer() {
    let bench = Bench::new().await;
    bench.handle("dc-1").set_latency(Duration::from_millis(40));
    let started = Instant::now();
    bench.get("/v1/status/leader").await;
    assert!(started.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn connection_past_the_limit_is_reset() {
    let bench = Bench::new().await;
    let (_, blocked) = bench.block("dc-1", "/v1/catalog/nodes").await;
    bench.handle("dc-1").limit_connections(1);
    // A client of its own, without an idle connection from before.
    let other = reqwest::Client::builder().no_proxy().build().unwrap();
    let refused = other.get(bench.url("/v1/status/leader")).send().await;
    assert!(refused.is_err());
    blocked.abort();
}

#[tokio::test]
async fn nobody_answers_once_it_is_dropped() {
    let bench = Bench::new().await;
    let url = bench.url("/v1/status/leader");
    drop(bench.sim);
    let deadline = Instant::now() + PATIENCE;
    while bench.http.get(&url).send().await.is_ok() {
        assert!(Instant::now() < deadline, "it still answers");
        tokio::task::yield_now().await;
    }
}
