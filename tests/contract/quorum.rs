//! A server lost, then quorum lost. These parties are this test's own: it breaks them.

use std::time::Duration;

use dcview::sim::ServerState;

use super::compare::{same, same_headers, same_shape};
use super::pair::{Party, http, real, simulated};
use crate::support::wait::wait;

const SOON: Duration = Duration::from_secs(60);

#[test]
fn lost_servers_look_alike() {
    let (cluster, sim) = (real(), simulated());
    let (dc, handle) = (cluster.dc("dc-1"), sim.handle("dc-1").expect("dc-1"));
    let real = Party { name: "consul", http: dc.http() };
    let sim = Party { name: "sim", http: http(&sim, "dc-1") };

    let health = "/v1/operator/autopilot/health";
    dc.kill_server(2);
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

    dc.kill_server(1);
    handle.set_server(&handle.servers()[1], ServerState::Down);
    wait(SOON, "the leader is lost", || real.get("/v1/status/leader").body == "\"\"");
    for path in ["/v1/status/leader", "/v1/catalog/nodes", "/v1/kv/a", "/v1/session/list", health] {
        let [was, is] = [&real, &sim].map(|party| party.get(path));
        same(path, &was, &is);
    }
    let [was, is] = [&real, &sim].map(|party| party.put_text("/v1/kv/a", "1"));
    same("a write", &was, &is);
    let stale = "/v1/catalog/nodes?stale";
    let [was, is] = [&real, &sim].map(|party| party.get(stale));
    same_headers(stale, &was, &is);
    for answer in [&was, &is] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-consul-knownleader"), Some("false"));
    }
}
