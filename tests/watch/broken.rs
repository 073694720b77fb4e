//! Answers that are none, and indexes that make no sense: rows stay, the reason is said.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use dcview::domain::feed::List;

use crate::mirror::{Mirror, Told};
use crate::support::fault::{FaultServer, Reply, Request};

const CRITICAL: &str = "/v1/health/state/critical";

fn check(node: &str) -> String {
    format!(
        r#"{{"Node":"{node}","CheckID":"c","Name":"c","Status":"critical","Output":"","ServiceID":"","ServiceName":"","ModifyIndex":3}}"#
    )
}

/// A datacenter of which one path is answered by a script, and then never again.
pub fn agent(scripted: &'static str, replies: Vec<Reply>) -> FaultServer {
    let script = Mutex::new(VecDeque::from(replies));
    let usual = HashMap::from([
        ("/v1/catalog/datacenters", r#"["dc-1"]"#),
        ("/v1/status/leader", r#""10.0.0.1:8300""#),
        ("/v1/operator/autopilot/health", r#"{"Healthy":true,"Servers":[]}"#),
        ("/v1/agent/self", r#"{"Config":{"Datacenter":"dc-1","NodeName":"a"}}"#),
    ]);
    FaultServer::start(move |request: &Request| {
        let path = request.path.split('?').next().unwrap_or_default();
        if path == scripted {
            let next = script.lock().expect("no panic in here").pop_front();
            next.unwrap_or(Reply::Silence)
        } else if path == "/v1/acl/token/self" {
            Reply::text(401, "ACL support disabled")
        } else if request.query("index").is_some() {
            Reply::Silence
        } else {
            Reply::json(usual.get(path).unwrap_or(&"[]"), 7)
        }
    })
}

fn asked(server: &FaultServer) -> Vec<Option<String>> {
    let requests = server.requests();
    let of_critical = requests.iter().filter(|request| request.path.starts_with(CRITICAL));
    of_critical.map(|request| request.query("index").map(str::to_owned)).collect()
}

fn nodes(told: &Told) -> Vec<String> {
    let mut nodes: Vec<String> = told.checks.keys().map(|key| key.node.to_string()).collect();
    nodes.sort();
    nodes
}

#[test]
fn an_index_that_goes_back_starts_over() {
    let (a, b) = (format!("[{}]", check("a")), format!("[{}]", check("b")));
    let server =
        agent(CRITICAL, vec![Reply::json(&a, 90), Reply::json(&b, 12), Reply::json(&b, 12)]);
    let mirror = Mirror::of_agent(&server.addr().to_string());
    mirror.wait_dc("dc-1", "the newer content is shown", |told| nodes(told) == ["b"]);
    let expected = [None, Some("90"), None, Some("12")];
    crate::support::wait::wait(crate::mirror::SOON, "four questions", || asked(&server).len() == 4);
    assert_eq!(asked(&server).iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
}

#[test]
fn answers_that_are_none_keep_the_rows_and_say_why() {
    let one = format!("[{}]", check("a"));
    let two = format!("[{},{}]", check("a"), check("b"));
    // One reset may be a connection too many; so many in a row are none.
    let resets = std::iter::repeat_n(Reply::Reset, 12);
    let script = [
        Reply::json(&one, 5),
        Reply::Truncated { body: two.clone(), after: 40 },
        Reply::text(500, "rpc error").header("X-Consul-Index", "1"),
        Reply::json(r#"[{"Node":7}]"#, 6),
        Reply::text(429, "slow down"),
    ];
    let script = script.into_iter().chain(resets).chain([Reply::json(&two, 7)]);
    let server = agent(CRITICAL, script.collect());
    let mirror = Mirror::of_agent(&server.addr().to_string());
    mirror.wait_dc("dc-1", "live again with both", |told| {
        assert!(told.seen.is_empty() || !told.checks.is_empty(), "rows were lost");
        nodes(told) == ["a", "b"] && told.is_live(&List::Checks)
    });
    let whys = mirror.look("dc-1", |told| told.whys.join(", "));
    for why in ["bad answer", "HTTP 500", "too many requests (429)", "connection reset"] {
        assert!(whys.contains(why), "'{why}' in '{whys}'");
    }
    let indexed = asked(&server).iter().skip(2).take(16).flatten().count();
    assert_eq!(indexed, 0, "after an error nothing is asked with an index");
}

#[test]
fn an_idle_datacenter_is_asked_less_than_once_a_second() {
    let server = agent(CRITICAL, vec![Reply::json("[]", 7)]);
    let mirror = Mirror::of_agent(&server.addr().to_string());
    mirror.wait_dc("dc-1", "all is live", Told::is_whole);
    // What a start still asks (who may see what, where everything is) is no idling.
    let first = mirror.look("dc-1", |told| told.pulses);
    mirror.wait_dc("dc-1", "the next pulse", |told| told.pulses > first);
    let (since, before) = (Instant::now(), server.requests().len());
    let pulses = mirror.look("dc-1", |told| told.pulses);
    mirror.wait_dc("dc-1", "four pulses", |told| told.pulses >= pulses + 4);
    let asked = server.requests().len() - before;
    let seconds = since.elapsed().as_secs_f64();
    assert!(seconds > Duration::from_secs(10).as_secs_f64(), "pulses are seldom: {seconds}");
    assert!((asked as f64) < seconds, "{asked} in {seconds} s");
}
