//! A server lost, then quorum lost. These parties are this test's own: it breaks them.

use std::thread;
use std::time::Duration;

use dcview::sim::ServerState;

use super::compare::{same, same_headers, same_shape};
use super::pair::{Party, address, http, real, simulated};
use crate::support::wait::wait;

const SOON: Duration = Duration::from_mins(1);

#[test]
fn lost_servers_look_alike() {
    let ((cluster, leader), sim) = (real(), simulated());
    let (dc, handle) = (cluster.dc("dc-1"), sim.handle("dc-1").expect("dc-1"));
    let real = Party { name: "consul", http: dc.http_of(leader), address: dc.server_addr(leader) };
    let sim = Party { name: "sim", http: http(&sim, "dc-1"), address: address(&sim, "dc-1") };

    let health = "/v1/operator/autopilot/health";
    let [first, second] = [(leader + 1) % 3, (leader + 2) % 3];
    dc.kill_server(first);
    handle.set_server(&handle.servers()[2], ServerState::Down);
    wait(SOON, "autopilot sees the loss", || {
        let answer = real.get(health);
        let lost = |server: &serde_json::Value| server["SerfStatus"] == "failed";
        answer.status == 429
            && answer.json()["Servers"].as_array().is_some_and(|s| s.iter().any(lost))
    });
    let [was, is] = [&real, &sim].map(|party| party.get(health));
    same_shape(health, &was, &is);
    for answer in [&was, &is] {
        assert_eq!(answer.json()["Healthy"], false);
        assert_eq!(answer.json()["FailureTolerance"], 0);
    }

    let blocked = [&real, &sim].map(|party| {
        let nodes = "/v1/catalog/nodes";
        let index = party.get(nodes).index().expect("an index");
        let (http, url) = (party.http.clone(), format!("{nodes}?index={index}&wait=5s"));
        thread::spawn(move || http.get(&url).expect("an answer"))
    });
    wait(SOON, "the simulated query is blocked", || handle.blocked() == 1);
    dc.kill_server(second);
    handle.set_server(&handle.servers()[1], ServerState::Down);
    wait(SOON, "the leader is lost", || real.get("/v1/status/leader").body == "\"\"");
    let [was, is] = blocked.map(|query| query.join().unwrap());
    same_shape("a query that was blocked", &was, &is);

    // Each waits 7 s for a leader: all of them at once.
    let kv = "/v1/kv/a";
    thread::scope(|scope| {
        for path in ["/v1/status/leader", "/v1/catalog/nodes", kv, "/v1/session/list", health] {
            let [was, is] = [&real, &sim].map(|party| scope.spawn(move || party.get(path)));
            scope.spawn(move || same(path, &was.join().unwrap(), &is.join().unwrap()));
        }
        let [was, is] = [&real, &sim].map(|party| scope.spawn(|| party.put_text(kv, "1")));
        scope.spawn(move || same("a write", &was.join().unwrap(), &is.join().unwrap()));
    });
    let stale = "/v1/catalog/nodes?stale";
    let [was, is] = [&real, &sim].map(|party| party.get(stale));
    same_headers(stale, &was, &is);
    for answer in [&was, &is] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-consul-knownleader"), Some("false"));
    }
}
