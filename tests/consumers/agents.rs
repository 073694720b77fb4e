//! Agents that may not tell everything, or stop to answer: a server of our own answers instead.

use serde_json::json;

use super::run::asked_of;
use super::support::fault::{FaultServer, Reply};

const WEB: &str = r#"[{"Node":{"Node":"n-1","Address":"10.0.0.1"},
    "Service":{"ID":"web-1","Service":"web","Port":80},"Checks":[]}]"#;
/// HAProxy has the instance, and another one.
const STATS: &str = "# pxname,svname,status,weight,type,\nweb,web-1,UP,1,2,\nweb,web-9,UP,1,2,\n";
/// DNS is not asked.
const NO_DNS: &str = "[datacenters.dc-1]\ndns_addr = \"\"\n";

/// An agent of one datacenter with one service that answers this at `path`, and little else.
fn agent(path: &'static str, reply: Reply) -> FaultServer {
    FaultServer::start(move |request| match request.path.split('?').next().unwrap_or_default() {
        asked if asked == path => reply.clone(),
        "/v1/catalog/datacenters" => Reply::json(r#"["dc-1"]"#, 1),
        "/v1/status/leader" => Reply::json(r#""10.0.0.1:8300""#, 1),
        "/v1/catalog/services" => Reply::json(r#"{"web":[]}"#, 9),
        "/v1/health/service/web" => Reply::json(WEB, 9),
        "/v1/health/service/none" | "/v1/query" => Reply::json("[]", 9),
        "/v1/acl/token/self" => Reply::text(401, "ACL support disabled"),
        "/stats;csv" => Reply::text(200, STATS),
        _ => Reply::text(404, ""),
    })
}

/// The settings with the same server as a load balancer.
fn balanced(server: &FaultServer) -> String {
    let url = server.url();
    format!(
        "{NO_DNS}[[balancers]]\nname = \"edge\"\ndatacenter = \"dc-1\"\naddress = \"{url}/stats\"\n"
    )
}

const GET: [&str; 5] = ["get", "consumers", "web", "-o", "json"];

#[test]
fn what_a_token_may_not_see_is_never_called_absent() {
    let sees_all = agent("", Reply::Close);
    let ended = asked_of(&sees_all.url(), &balanced(&sees_all), &GET);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    let rows = ended.rows();
    assert_eq!(rows[0]["disagreements"], json!(["not in Consul, still UP in edge"]));
    assert_eq!(
        (&rows[0]["service_id"], &rows[0]["balancers"]["edge"]),
        (&json!(null), &json!("UP"))
    );
    // The same answers to a token that is not known to see everything.
    let policies = Reply::json(r#"{"Policies":[{"ID":"some","Name":"some"}]}"#, 1);
    let hides = agent("/v1/acl/token/self", policies);
    let ended = asked_of(&hides.url(), &balanced(&hides), &GET);
    assert_eq!((ended.code, ended.rows().len()), (Some(0), 1), "{ended:?}");
    assert!(ended.err.contains("the token may not see every instance"), "{}", ended.err);
    let ended = asked_of(&hides.url(), &balanced(&hides), &["get", "consumers", "none"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.err.contains("no service 'none' is listed, which proves nothing"), "{ended:?}");
    let ended = asked_of(&hides.url(), &balanced(&hides), &["check", "consumers"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("dc-1: the token may not see everything"), "{}", ended.err);
}

#[test]
fn prepared_queries_that_may_not_be_listed_are_said_to_be_unknown() {
    let denied = agent("/v1/query", Reply::text(403, "Permission denied"));
    let ended = asked_of(&denied.url(), NO_DNS, &GET);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told = "which prepared queries there are is not known: permission denied";
    assert!(ended.err.contains(told), "{}", ended.err);
}

#[test]
fn a_service_that_cannot_be_read_is_no_service_without_a_difference() {
    let denied = agent("/v1/health/service/web", Reply::text(403, "Permission denied"));
    let ended = asked_of(&denied.url(), &balanced(&denied), &["check", "consumers", "-o", "json"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), "[]\n"), "{ended:?}");
    assert!(ended.err.contains("HTTP raw cannot be asked: permission denied"), "{}", ended.err);
    let broken = agent("/v1/health/service/web", Reply::text(500, "rpc error"));
    let ended = asked_of(&broken.url(), &balanced(&broken), &["check", "consumers", "-o", "json"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), "[]\n"), "{ended:?}");
    assert!(ended.err.contains("dc-1: /v1/health/service/web: HTTP 500"), "{}", ended.err);
}
