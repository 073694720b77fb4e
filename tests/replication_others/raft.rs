//! A datacenter of three servers, one of which stops, dies and comes back.

use std::time::Duration;

use serde_json::Value;

use crate::program::Dcview;
use crate::support::consul::{Cluster, Plan};
use crate::support::wait::{wait, wait_some};

/// Autopilot removes a dead server after some 10 s to 30 s.
const LONG: Duration = Duration::from_secs(90);

fn find<'a>(rows: &'a [Value], server: &str) -> Option<&'a Value> {
    rows.iter().find(|row| row["prefix"] == server)
}

#[test]
fn a_server_that_stops_lags_and_once_autopilot_removed_it_it_is_missing() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 3));
    let dc = cluster.dc("dc-1");
    let dcview = Dcview::of(&dc.http_addr());
    // The agent that is asked lives.
    let victim = if dc.leader() == Some(2) { 1 } else { 2 };
    let name = format!("dc-1-server-{victim}");
    let fine = wait_some(LONG, "both followers are in sync", || {
        let rows = dcview.streams("raft");
        (rows.len() == 2 && rows.iter().all(|row| row["verdict"] == "in_sync")).then_some(rows)
    });
    let row = find(&fine, &name).expect("the server");
    assert_eq!((&row["source"], &row["destination"]), (&"dc-1".into(), &"dc-1".into()));
    assert!(row["evidence"].as_str().unwrap().contains("behind, last contact"), "{row}");
    assert_eq!(
        (&row["facts"]["voter"], &row["facts"]["tolerance"]),
        (&"yes".into(), &"1 more may fail".into())
    );

    dc.stop_server(victim);
    let ended = wait_some(LONG, "it lags", || {
        let ended = dcview.run(&["--stream", "raft", "-o", "json", "--fail-on", "lag"]);
        (find(&ended.rows(), &name)?["verdict"] == "lagging").then_some(ended)
    });
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains(&format!("{name}: lag: ")), "{ended:?}");

    dc.kill_server(victim);
    let pruned = wait_some(LONG, "autopilot removed it", || {
        let rows = dcview.streams("raft");
        (find(&rows, &name)?["verdict"] == "drift").then_some(rows)
    });
    let row = find(&pruned, &name).expect("the server, by its name");
    assert_eq!(row["evidence"], "server missing: 2 of 3 are there");
    assert_eq!(row["drift"], 1);
    // What autopilot says once it has, and why it is not asked.
    wait(LONG, "autopilot calls two servers healthy", || {
        let health = dc.http().get("/v1/operator/autopilot/health").filter(|it| it.status == 200);
        health.is_some_and(|it| it.json()["Servers"].as_array().is_some_and(|all| all.len() == 2))
    });
    let ended = dcview.run(&["--stream", "raft", "--fail-on", "drift"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("DRIFT"), "{ended:?}");

    dc.restart_server(victim);
    wait_some(LONG, "all are in sync again", || {
        let ended = dcview.run(&["--stream", "raft", "-o", "json", "--fail-on", "drift,lag"]);
        let is_fine = ended.rows().iter().all(|row| row["verdict"] == "in_sync");
        (ended.code == 0 && is_fine && ended.rows().len() == 2).then_some(())
    });
}
