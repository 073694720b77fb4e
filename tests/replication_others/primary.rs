//! A secondary and its primary: what is carried, a replication token that is revoked, and a primary
//! that is gone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::pair;
use crate::program::Dcview;
use crate::support::consul::{Cluster, Dc, Plan};
use crate::support::wait::wait_some;

/// A secondary asks again some time after a failure, later and later.
const LONG: Duration = Duration::from_secs(90);
const KINDS: &str = "acl,federation,ca,config-entries";

fn of<'a>(rows: &'a [Value], stream: &str, prefix: &str) -> Option<&'a Value> {
    rows.iter().find(|row| row["stream"] == stream && row["prefix"] == prefix)
}

/// The streams once this one has this verdict.
#[track_caller]
fn until(dcview: &Dcview, (stream, prefix): (&str, &str), verdict: &str) -> Value {
    wait_some(LONG, &format!("{stream} {prefix} is {verdict}"), || {
        let rows = dcview.streams(KINDS);
        of(&rows, stream, prefix).filter(|row| row["verdict"] == verdict).cloned()
    })
}

fn put(dc: &Dc, path: &str, body: &Value) -> Value {
    let answer = dc.http().put(path, body).expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

#[test]
fn datacenters_that_share_no_primary_have_no_streams() {
    let dcview = Dcview::of(&pair().dc("dc-1").http_addr());
    let ended = dcview.run(&["--stream", KINDS, "-o", "json", "--fail-on", "drift,lag,extra"]);
    assert_eq!((ended.code, ended.rows()), (0, Vec::new()), "{ended:?}");
}

#[test]
fn without_acls_a_secondary_has_states_roots_entries_and_intentions() {
    let shared = "primary_datacenter = \"dc-1\"\nconnect { enabled = true }";
    let cluster = Cluster::start(Plan::new().hcl(shared).dc("dc-1", 1).dc("dc-2", 1));
    let (first, second) = (cluster.dc("dc-1"), cluster.dc("dc-2"));
    let dcview = Dcview::of(&first.http_addr());
    let row = until(&dcview, ("federation", ""), "in_sync");
    assert_eq!((&row["source"], &row["destination"]), (&"dc-1".into(), &"dc-2".into()));
    let row = until(&dcview, ("ca", ""), "in_sync");
    assert!(row["facts"]["trust domain"].as_str().unwrap().ends_with(".consul"), "{row}");
    // Neither has ACLs or entries, and the primary has no streams of its own.
    let rows = dcview.streams(KINDS);
    assert_eq!(rows.len(), 2, "{rows:?}");

    put(
        first,
        "/v1/config",
        &json!({ "Kind": "service-defaults", "Name": "web", "Protocol": "http" }),
    );
    let body = json!({ "SourceName": "a", "DestinationName": "b", "Action": "deny", "SourceType": "consul" });
    let made = first.http().post("/v1/connect/intentions", &body).expect("an answer");
    assert_eq!(made.status, 200, "{}", made.body);
    let row = until(&dcview, ("config-entries", "service-defaults"), "in_sync");
    assert_eq!((&row["same"], &row["evidence"]), (&1.into(), &"the one entry is the same".into()));
    let intentions = wait_some(LONG, "the intention is the same", || {
        let rows = dcview.streams("config-entries");
        let named = ["intentions", "service-intentions"];
        let row = rows.iter().find(|row| named.iter().any(|it| row["prefix"] == **it))?;
        (row["verdict"] == "in_sync").then(|| row.clone())
    });
    assert_eq!(intentions["same"], 1, "{intentions}");

    // The primary is gone: what it has is not known, and nothing is called fine.
    first.kill_server(0);
    let dcview = Dcview::of(&second.http_addr());
    let args = ["--dc", "dc-2", "--stream", KINDS, "-o", "json"];
    let ended = dcview.run(&args);
    assert_eq!(ended.code, 3, "{ended:?}");
    let rows = ended.rows();
    let row = of(&rows, "federation", "").expect("still a secondary");
    assert_eq!((&row["verdict"], &row["source"]), (&"unknown".into(), &"dc-1".into()));
    assert!(row["problem"].is_string() && row["pending"].is_null(), "{row}");
    let entries: Vec<_> = rows.iter().filter(|row| row["stream"] == "config-entries").collect();
    assert_eq!(entries.len(), 1, "nobody knows which kinds there are: {entries:?}");
}

#[test]
fn a_revoked_replication_token_is_seen_though_replication_says_it_runs() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1).dc("dc-2", 1));
    let (first, second) = (cluster.dc("dc-1"), cluster.dc("dc-2"));
    let dcview = Dcview::of(&first.http_addr()).token(cluster.token());
    let row = until(&dcview, ("acl", ""), "in_sync");
    assert_eq!((&row["source"], &row["destination"]), (&"dc-1".into(), &"dc-2".into()));
    assert!(row["evidence"].as_str().unwrap().starts_with("policies "), "{row}");

    // A token for replication alone, which then is taken away.
    let rules = "acl = \"write\"\noperator = \"write\"";
    put(first, "/v1/acl/policy", &json!({ "Name": "carry", "Rules": rules }));
    let made = put(first, "/v1/acl/token", &json!({ "Policies": [{ "Name": "carry" }] }));
    let token = |text: &str| json!({ "Token": text });
    let secret = made["SecretID"].as_str().expect("a token");
    let set = second.http().put("/v1/agent/token/replication", &token(secret)).expect("an answer");
    assert_eq!(set.status, 200);
    put(first, "/v1/acl/role", &json!({ "Name": "seen", "Policies": [{ "Name": "carry" }] }));
    until(&dcview, ("acl", ""), "in_sync");
    let accessor = made["AccessorID"].as_str().expect("its name");
    let gone = first.http().delete(&format!("/v1/acl/token/{accessor}")).expect("an answer");
    assert_eq!(gone.status, 200);

    let row = wait_some(LONG, "it fails", || {
        let rows = dcview.streams("acl");
        let row = of(&rows, "acl", "")?;
        row["evidence"].as_str()?.starts_with("it fails: the last error").then(|| row.clone())
    });
    assert_eq!(
        (&row["verdict"], &row["facts"]["says it runs"]),
        (&"lagging".into(), &"yes".into())
    );
    assert!(row["stalled_seconds"].is_number(), "{row}");
    assert_eq!(dcview.run(&["--stream", "acl", "--fail-on", "lag"]).code, 1);
    assert_eq!(dcview.run(&["--stream", "acl", "--max-lag", "2s"]).code, 1);

    let set = second.http().put("/v1/agent/token/replication", &token(cluster.token()));
    assert_eq!(set.expect("an answer").status, 200);
    until(&dcview, ("acl", ""), "in_sync");
    assert_eq!(dcview.run(&["--stream", "acl", "--fail-on", "lag,stall"]).code, 0);

    // Who may ask nothing is told so.
    let ended = Dcview::of(&first.http_addr()).run(&["-o", "json"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.rows().iter().all(|row| row["verdict"] == "unknown"), "{ended:?}");
    assert!(ended.err.contains("permission denied"), "{ended:?}");

    // A secondary that is dark from the first look on has the streams that it should have, once it
    // made itself known to its primary.
    until(&dcview, ("federation", ""), "in_sync");
    second.kill_server(0);
    let ended = dcview.run(&["--stream", KINDS, "-o", "json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let rows = ended.rows();
    for kind in ["acl", "federation"] {
        let row = of(&rows, kind, "").unwrap_or_else(|| panic!("{kind}: {rows:#?}"));
        assert_eq!((&row["verdict"], &row["source"]), (&"unknown".into(), &"dc-1".into()));
        assert!(row["problem"].is_string(), "{row}");
    }
}
