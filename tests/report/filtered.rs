//! What servers newer than the tests' Consul say, and servers that say nonsense: a server of our
//! own answers instead.

use serde_json::{Value, json};

use crate::run::Dcview;
use crate::support::fault::{FaultServer, Reply};

const CRITICAL: &str = "/v1/health/state/critical";
/// A check of the node itself: whatever runs there fails.
const NODE_CHECK: &str = r#"[{"Node":"n-1","CheckID":"disk","Name":"disk","Status":"critical",
    "Notes":"","Output":"full","ServiceID":"","ServiceName":"","ModifyIndex":7}]"#;
/// Five instances, and each node named once, as newer servers have it.
const SUMMARY: &str = r#"[{"Name":"web","Nodes":["n-1","n-2"],"InstanceCount":5}]"#;
const ON_NODE: &str = r#"{"Node":{"Node":"n-1"},"Services":[{"ID":"web-1","Service":"web"},
    {"ID":"web-2","Service":"web"},{"ID":"web-3","Service":"web"}]}"#;
const CHECK: &str = r#"[{"Node":"n-1","CheckID":"c","Name":"c","Status":"critical","Notes":"",
    "Output":"down","ServiceID":"web-1","ServiceName":"web","ModifyIndex":7}]"#;

/// An agent of one datacenter that answers this at `path`, and little else.
fn agent(path: &'static str, reply: Reply) -> FaultServer {
    FaultServer::start(move |request| match request.path.split('?').next().unwrap_or_default() {
        asked if asked == path => reply.clone(),
        "/v1/catalog/datacenters" => Reply::json(r#"["dc-1"]"#, 1),
        "/v1/status/leader" => Reply::json(r#""10.0.0.1:8300""#, 1),
        "/v1/health/state/critical" => Reply::json(NODE_CHECK, 9),
        "/v1/health/state/warning" => Reply::json("[]", 9),
        "/v1/internal/ui/services" => Reply::json(SUMMARY, 9),
        "/v1/catalog/services" => Reply::json(r#"{"web":["v1"]}"#, 9),
        "/v1/catalog/nodes" => Reply::json(r#"[{"Node":"n-1"},{"Node":"n-2"}]"#, 9),
        "/v1/catalog/node-services/n-1" => Reply::json(ON_NODE, 9),
        "/v1/acl/token/self" => Reply::text(401, "ACL support disabled"),
        _ => Reply::text(404, ""),
    })
}

#[test]
fn a_server_that_says_that_it_filtered_is_believed() {
    let reply = Reply::json(CHECK, 9).header("X-Consul-Results-Filtered-By-ACLs", "true");
    let server = agent(CRITICAL, reply);
    let ended = Dcview::of(&server.url()).get(&["checks", "-o", "json"]);
    assert_eq!((ended.code, ended.rows().len()), (Some(0), 1), "{ended:?}");
    assert_eq!(ended.err, "dcview: dc-1: the server left out what the token may not see\n");
}

#[test]
fn a_wrong_answer_is_said_and_names_its_list() {
    let server = agent(CRITICAL, Reply::json("[{\"Node\":", 9));
    let ended = Dcview::of(&server.url()).get(&["checks", "-o", "json"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), "[]\n"), "{ended:?}");
    let line = "dcview: dc-1: no checks: /v1/health/state/critical: bad answer: ";
    assert!(ended.err.starts_with(line) && ended.err.lines().count() == 1, "{}", ended.err);
}

#[test]
fn the_older_of_two_lists_is_asked_for_again() {
    let server = agent(CRITICAL, Reply::json(CHECK, 5));
    Dcview::of(&server.url()).get(&["checks"]);
    let asked = |state: &str| {
        let path = format!("/v1/health/state/{state}");
        server.requests().iter().filter(|request| request.path.starts_with(&path)).count()
    };
    assert_eq!((asked("critical"), asked("warning")), (2, 1));
}

#[test]
fn a_count_that_the_summary_does_not_tell_is_read_from_the_failing_node() {
    let server = agent("", Reply::Close);
    let row = Dcview::of(&server.url()).rows(&["services"]).remove(0);
    let expected = json!([{ "datacenter": "dc-1", "instances": 5, "passing": 2, "warning": 0,
        "critical": 3, "maintenance": 0, "is_exact": true }]);
    assert_eq!(row["datacenters"], expected);
}

#[test]
fn where_the_summary_is_blocked_names_are_printed_and_no_count_is_claimed() {
    let blocked = Reply::text(403, "Endpoint is blocked by agent configuration");
    let server = agent("/v1/internal/ui/services", blocked);
    let ended = Dcview::of(&server.url()).get(&["services", "-o", "json"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let place = &ended.rows()[0]["datacenters"][0];
    assert_eq!((&place["instances"], &place["is_exact"]), (&Value::Null, &json!(false)));
    let line = "dcview: dc-1: no instances of services: /v1/internal/ui/services: ";
    assert!(ended.err.starts_with(line), "{}", ended.err);
}

#[test]
fn without_checks_nothing_is_called_passing() {
    let server = agent("/v1/health/state/warning", Reply::text(500, "rpc error"));
    let dcview = Dcview::of(&server.url());
    let ended = dcview.get(&["services", "-o", "json"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let place = &ended.rows()[0]["datacenters"][0];
    assert_eq!((&place["passing"], &place["is_exact"]), (&json!(0), &json!(false)));
    assert_eq!(dcview.get(&["nodes", "-o", "json"]).out, "[]\n");
}

#[test]
fn a_silent_datacenter_is_given_up() {
    let server = agent("/v1/status/leader", Reply::Silence);
    let ended = Dcview::of(&server.url()).get(&["checks"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.err.contains("no answer in time"), "{}", ended.err);
}
