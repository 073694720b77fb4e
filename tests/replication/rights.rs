//! What a token may not see is never called the same.

use std::sync::Arc;

use dcview::config::{Dirs, Env, Flags};
use dcview::consul::{Access, Client};
use dcview::domain::ids::Dc;
use dcview::domain::replication::{Pair, Stream, Verdict};
use dcview::replication::{Ground, Spec, follower};
use serde_json::json;

use super::scene::put;
use super::support::consul::{Cluster, Plan};
use super::support::runtime::runtime;

/// Compares two prefixes of one datacenter, which stands for both, with a token.
fn compare(address: &str, token: &str) -> Stream {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let env: Env =
        [("CONSUL_HTTP_ADDR", address), ("CONSUL_HTTP_TOKEN", token)].into_iter().collect();
    let config = dcview::config::resolve(None, &env, &Flags::default(), &dirs);
    let client = Client::new(&config.expect("good settings").agent, Access::ReadOnly);
    let client = client.expect("a client").in_dc(&"dc-1".into());
    let clients = ["here", "there"].map(|dc| (Dc::from(dc), client.clone()));
    let ground = Ground { clients: Arc::new(clients.into_iter().collect()), ..Ground::default() };
    let pair = Pair {
        source: "here".into(),
        prefix: "left/".into(),
        destination: "there".into(),
        to: Some("right/".into()),
    };
    let mut follower = follower(&ground, &Spec::Compare(pair));
    runtime().block_on(follower.look()).streams.remove(0)
}

#[test]
fn what_a_token_may_not_see_is_in_doubt() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    for key in ["left/open/a", "right/open/a", "left/closed/a"] {
        put(&dc.http(), key, "1");
    }
    let rules = r#"key_prefix "left/open/" { policy = "read" }
        key_prefix "right/" { policy = "read" }"#;
    let policy = json!({ "Name": "reader", "Rules": rules });
    let policy = dc.http().put("/v1/acl/policy", &policy).expect("an answer").json();
    let token = json!({ "Policies": [{ "ID": policy["ID"] }] });
    let token = dc.http().put("/v1/acl/token", &token).expect("an answer").json();

    let all = compare(&dc.http_addr(), cluster.token());
    assert_eq!((all.verdict, all.counts.drift, all.counts.same), (Verdict::Drift, 1, 1));
    let some = compare(&dc.http_addr(), token["SecretID"].as_str().expect("a token"));
    assert_eq!((some.verdict, some.counts.same), (Verdict::Unknown, 1), "{some:#?}");
    assert!(some.facts.iter().any(|(label, _)| *label == "doubt"), "{some:#?}");
}
