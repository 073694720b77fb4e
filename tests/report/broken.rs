//! Datacenters that do not answer, or cannot decide: the others are printed all the same.

use std::time::Duration;

use serde_json::{Value, json};

use crate::run::Dcview;
use crate::support::consul::{Cluster, Instance, Load, Plan, Status};
use crate::support::fault::{Proxy, refused_addr};
use crate::support::wait::wait;

/// How long it may take until the others see that a server is gone.
const SOON: Duration = Duration::from_mins(1);

#[test]
fn a_dead_datacenter_costs_only_its_own_rows() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1));
    for dc in cluster.dcs() {
        dc.seed(&[
            Instance::new("n-1", "web", "web-1").status(Status::Critical, "down"),
            Instance::new("n-1", "well", "well-1").meta("upstreams", "well-too"),
            Instance::new("n-1", "well-too", "well-too-1"),
        ]);
    }
    cluster.dc("dc-2").kill_server(0);
    let dcview = Dcview::of(&cluster.dc("dc-1").http_addr());
    let ended = dcview.get(&["services", "-o", "json"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let web = ended.rows().remove(0);
    let dcs: Vec<Value> = web["datacenters"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|at| at["datacenter"].clone())
        .collect();
    assert_eq!(dcs, ["dc-1", "dc-3"]);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    assert!(ended.err.starts_with("dcview: dc-2: "), "{}", ended.err);

    let overview = dcview.get(&["overview", "-o", "json"]);
    assert_eq!((overview.code, overview.rows().len()), (Some(3), 3));
    let dark = &overview.rows()[1];
    assert_eq!((&dark["state"], &dark["nodes"]), (&json!("unreachable"), &Value::Null));
    assert!(dark["problem"].is_string(), "{dark}");
    assert_eq!(dark["round_trip_ms"], Value::Null);
    // Where it was not read, it may fail.
    let table = dcview.get(&["services"]).out;
    let line = |name: &str| table.lines().find(|it| it.starts_with(name)).unwrap_or_default();
    assert!(line("well ").contains("passing?") && line("web ").contains("critical "), "{table}");
    let edge = dcview.get(&["map", "-o", "json"]).rows().remove(0);
    assert_eq!((&edge["health"], &edge["is_confirmed"]), (&json!("passing"), &json!(false)));
    let edge = dcview.rows(&["map", "--dc", "dc-1"]).remove(0);
    assert_eq!(edge["is_confirmed"], true, "{edge}");
    let alone = dcview.get(&["checks", "--dc", "dc-2", "-o", "csv"]);
    assert_eq!((alone.code, alone.out.lines().count()), (Some(3), 1));
    let other = dcview.rows(&["checks", "--dc", "dc-3"]);
    assert_eq!(other.len(), 1, "who asks for another one does not notice");
    a_rollout_is_not_done_while_it_is_dead(&dcview);
}

/// All that answers has one version: that is no more than a part.
fn a_rollout_is_not_done_while_it_is_dead(dcview: &Dcview) {
    for wait in [&["--wait", "--timeout", "1s"][..], &[]] {
        let ended = dcview.run(&[&["rollout", "web", "-o", "json"], wait].concat());
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.err.contains("dcview: dc-2: "), "{}", ended.err);
        assert!(ended.out.contains("\"state\":\"unknown\""), "{}", ended.out);
        assert!(ended.out.contains("\"unclear\":[{\"datacenter\":\"dc-2\""), "{}", ended.out);
    }
    assert_eq!(dcview.run(&["rollout", "web", "--wait", "--dc", "dc-3"]).code, Some(0));
}

#[test]
fn without_a_leader_the_answer_is_stale_and_says_so() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 3));
    let dc = cluster.dc("dc-2");
    dc.seed(&[Instance::new("n-1", "web", "web-1").status(Status::Critical, "down")]);
    // What is read stale is read from the one server that stays, which must have it.
    wait(SOON, "the seed reached the first server", || {
        let path = "/v1/health/state/critical?stale";
        dc.http().get(path).is_some_and(|answer| answer.len() == 1)
    });
    dc.kill_server(1);
    dc.kill_server(2);
    wait(SOON, "the leader is lost for a second", || {
        let answer = dc.http().get("/v1/health/state/critical?stale");
        answer.is_some_and(|answer| {
            let header = |name| answer.header(name).unwrap_or_default().to_owned();
            header("x-consul-knownleader") == "false"
                && header("x-consul-lastcontact").parse::<u64>().is_ok_and(|ms| ms > 1_000)
        })
    });
    let dcview = Dcview::of(&dc.http_addr());
    let ended = dcview.get(&["checks", "-o", "json", "--dc", "dc-2"]);
    assert_eq!((ended.code, ended.rows().len()), (Some(0), 1), "{ended:?}");
    let line = ended.err.trim_end();
    let age = line.strip_prefix("dcview: dc-2: no leader; the answer is stale, ");
    assert!(age.is_some_and(|age| age.ends_with("s old")), "{line}");
    let overview = dcview.get(&["overview", "-o", "json", "--dc", "dc-2"]).rows().remove(0);
    assert_eq!((&overview["state"], &overview["leader"]), (&json!("no leader"), &Value::Null));
    assert!(overview["stale_ms"].as_f64().is_some_and(|ms| ms > 1_000.0), "{overview}");
    assert_eq!((&overview["checks_critical"], &overview["nodes"]), (&json!(1), &json!(4)));
}

#[test]
fn a_wrong_address_is_said_in_one_line() {
    let addr = refused_addr();
    for (form, empty) in [("json", "[]\n"), ("csv", "name,datacenter,instances,passing,")] {
        let ended = Dcview::of(&addr.to_string()).get(&["services", "-o", form]);
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.out.starts_with(empty), "{ended:?}");
        let line = format!("dcview: cannot reach the agent at http://{addr}: connection refused;");
        assert!(ended.err.starts_with(&line) && ended.err.lines().count() == 1, "{}", ended.err);
    }
    for more in [&["--wait"][..], &["--wait", "--version", "v2"], &[]] {
        let dcview = Dcview::of(&addr.to_string());
        let ended = dcview.run(&[&["rollout", "web", "-o", "json"], more].concat());
        assert_eq!(ended.code, Some(3), "{ended:?}");
    }
}

#[test]
fn settings_that_cannot_be_used_are_a_usage_error() {
    let dcview = Dcview::of("127.0.0.1:1").env("CONSUL_HTTP_TOKEN_FILE", "/nonexistent/token");
    let ended = dcview.get(&["checks"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
    assert!(ended.err.contains("/nonexistent/token"), "{}", ended.err);
}

#[test]
fn over_a_long_way_lists_come_compressed() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    dc.synthetic(Load { services: 10, nodes: 20, instances: 300, failing: 300 });
    let plain = dc.http().get("/v1/health/state/critical").expect("an answer").body.len();
    let way = Proxy::to(&dc.http_addr());
    way.delay(Duration::from_millis(15));
    let rows = Dcview::of(&way.url()).rows(&["checks"]);
    assert_eq!(rows.len(), 300);
    let heads = way.heads();
    let zipped: Vec<&String> =
        heads.iter().filter(|head| head.contains("accept-encoding: gzip")).collect();
    assert!(zipped.iter().any(|head| head.contains("/v1/health/state/critical")), "{heads:?}");
    assert!(way.delivered() < plain / 2, "{} of {plain} bytes", way.delivered());
}
