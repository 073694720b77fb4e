//! Who leads a datacenter, told by an agent that stays while the leader dies.

use serde_json::Value;

use crate::support::consul::{Cluster, Plan, START};
use crate::support::wait::wait;
use crate::told::Told;

#[test]
fn a_leader_that_dies_is_told_with_who_follows_it_and_nothing_else_is() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 3));
    let dc = cluster.dc("dc-1");
    let name = |server: usize| format!("dc-1-server-{server}");
    let first = dc.leader().expect("it has one");
    let asked = (0..3).find(|server| *server != first).expect("another server");
    // By what names its servers go autopilot says, once it has looked at them.
    wait(START, "autopilot knows all three", || {
        let health = dc.http_of(asked).get("/v1/operator/autopilot/health").map(|it| it.json());
        let servers = health.as_ref().and_then(|it| it["Servers"].as_array());
        let is_named = |it: &Value| it["Name"].as_str().is_some_and(|name| !name.is_empty());
        servers.is_some_and(|all| all.len() == 3 && all.iter().all(is_named))
    });
    let told = Told::by(&dc.server_addr(asked), "", 1);

    dc.kill_server(first);
    let next = told.wait("another one leads", |it| {
        it["kind"] == "leader" && it["to"] != "none" && it["to"] != name(first).as_str()
    });
    let next = next["to"].as_str().expect("a name").to_owned();
    assert_eq!(dc.leader().map(name), Some(next.clone()));

    // Between the two there may have been a moment without one.
    let lines: Vec<String> =
        told.lines().into_iter().filter(|line| line.starts_with("leader ")).collect();
    let (first, all) = (name(first), lines.join("\n"));
    let direct = format!("leader datacenter: {first} > {next}");
    let between = format!("leader datacenter: {first} > none\nleader datacenter: none > {next}");
    assert!(all == direct || all == between, "{all}");
}
