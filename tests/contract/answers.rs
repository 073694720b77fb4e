//! Errors and refusals: status, text and headers.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::pair::{Party, pair};

#[test]
fn unknown_datacenter() {
    let pair = pair();
    for path in [
        "/v1/catalog/nodes?dc=dc-9",
        "/v1/catalog/services?dc=dc-9",
        "/v1/catalog/service/web?dc=dc-9",
        "/v1/catalog/node/a?dc=dc-9",
        "/v1/catalog/node-services/a?dc=dc-9",
        "/v1/health/state/critical?dc=dc-9",
        "/v1/health/service/web?dc=dc-9",
        "/v1/health/node/a?dc=dc-9",
        "/v1/internal/ui/services?dc=dc-9",
        "/v1/internal/ui/nodes?dc=dc-9",
        "/v1/session/list?dc=dc-9",
        "/v1/coordinate/nodes?dc=dc-9",
        "/v1/kv/a?dc=dc-9",
        "/v1/kv/?keys&dc=dc-9",
        "/v1/status/leader?dc=dc-9",
        "/v1/status/peers?dc=dc-9",
        "/v1/operator/autopilot/health?dc=dc-9",
        "/v1/operator/raft/configuration?dc=dc-9",
    ] {
        pair.same_get(path);
    }
    pair.same_put_text("/v1/kv/a?dc=dc-9", "1");
    pair.same_delete("/v1/kv/a?dc=dc-9");
}

#[test]
fn unknown_path_and_root() {
    let pair = pair();
    for path in ["/v1/nothing", "/v1/peerings", "/v1/operator/usage", "/v1/catalog/", "/"] {
        pair.same_get(path);
    }
}

#[test]
fn wrong_method() {
    let pair = pair();
    for path in ["/v1/catalog/register", "/v1/catalog/deregister", "/v1/txn"] {
        pair.same_get(path);
    }
    for path in ["/v1/catalog/nodes", "/v1/health/state/any", "/v1/status/leader"] {
        pair.same_delete(path);
        pair.same_put_text(path, "");
    }
}

#[test]
fn parameters_that_cannot_be_read() {
    let pair = pair();
    for path in [
        "/v1/catalog/nodes?index=x",
        "/v1/catalog/nodes?index=-1",
        "/v1/catalog/nodes?index=1&wait=soon",
        "/v1/catalog/nodes?index=1&wait=5",
        "/v1/catalog/nodes?stale&consistent",
        "/v1/kv/a?index=x",
        "/v1/internal/ui/services?index=x",
    ] {
        pair.same_get(path);
    }
}

#[test]
fn missing_names() {
    let pair = pair();
    for path in [
        "/v1/catalog/node/",
        "/v1/catalog/node-services/",
        "/v1/catalog/service/",
        "/v1/health/node/",
        "/v1/health/service/",
        "/v1/health/checks/",
        "/v1/health/state/",
        "/v1/kv/",
    ] {
        pair.same_get(path);
    }
}

#[test]
fn access_control_is_off() {
    pair().same_get("/v1/acl/token/self");
}

#[test]
fn index_of_a_missing_thing_is_real_and_not_zero() {
    let pair = pair();
    for party in pair.each() {
        for path in ["/v1/kv/missing", "/v1/catalog/node/missing", "/v1/health/service/missing"] {
            assert!(party.get(path).index() >= Some(1), "{}: {path}", party.name);
        }
    }
}

#[test]
fn paths_that_are_not_clean_are_sent_elsewhere() {
    let pair = pair();
    for path in [
        "/v1/kv//a",
        "/v1/kv/a//b?raw&x=1",
        "/v1/kv/a%2F%2Fb%20c%3F",
        "/v1/kv/a%2F..%2Fb",
        "/v1/kv/a/./b",
        "/v1/kv/a//",
        "/v1/kv",
        "/v1//catalog/nodes",
    ] {
        for method in ["GET", "PUT"] {
            let [real, sim] = pair.each().map(|party| bare(party, method, path));
            assert_eq!(sim, real, "{method} {path}");
        }
    }
}

/// The status line, the headers that matter, and the body of a request whose path is sent as it
/// is: an ordinary client tidies it up first.
fn bare(party: &Party, method: &str, path: &str) -> Vec<String> {
    let mut stream = TcpStream::connect(&party.address).expect("the agent");
    let request = format!("{method} {path} HTTP/1.1\r\nHost: agent\r\nContent-Length: 0\r\n");
    write!(stream, "{request}Connection: close\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let lines = answer.lines().map(str::to_lowercase);
    let mut lines: Vec<_> = lines.filter(|line| !line.starts_with("date:")).collect();
    lines.sort();
    lines
}
