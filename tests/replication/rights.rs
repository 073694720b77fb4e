//! What a token may not see is never called the same.

use std::sync::Arc;

use dcview::config::{Dirs, Env, Flags};
use dcview::consul::{Access, Client};
use dcview::domain::ids::Dc;
use dcview::domain::replication::{Pair, Source, Stream, Told, Verdict};
use dcview::replication::{Ground, Spec, follower};
use serde_json::json;

use super::scene::put;
use super::support::consul::{Cluster, Plan};
use super::support::runtime::runtime;

/// One datacenter, which stands for two, seen with a token.
fn ground(address: &str, token: &str) -> Ground {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let env: Env =
        [("CONSUL_HTTP_ADDR", address), ("CONSUL_HTTP_TOKEN", token)].into_iter().collect();
    let config = dcview::config::resolve(None, &env, &Flags::default(), &dirs);
    let client = Client::new(&config.expect("good settings").agent, Access::ReadOnly);
    let client = client.expect("a client").in_dc(&"dc-1".into());
    let clients = ["here", "there"].map(|dc| (Dc::from(dc), client.clone()));
    Ground { clients: Arc::new(clients.into_iter().collect()), ..Ground::default() }
}

/// Compares two prefixes.
fn compare(ground: &Ground) -> Stream {
    let pair = Pair {
        source: "here".into(),
        prefix: "left/".into(),
        destination: "there".into(),
        to: Some("right/".into()),
    };
    let mut follower = follower(ground, &Spec::Compare(pair));
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

    let all = compare(&ground(&dc.http_addr(), cluster.token()));
    assert_eq!((all.verdict, all.counts.drift, all.counts.same), (Verdict::Drift, 1, 1));
    let reader = token["SecretID"].as_str().expect("a token");
    let some = compare(&ground(&dc.http_addr(), reader));
    assert_eq!((some.verdict, some.counts.same), (Verdict::Unknown, 1), "{some:#?}");
    assert!(some.facts.iter().any(|(label, _)| *label == "doubt"), "{some:#?}");

    // A replication that the settings name is there, though the token sees no status of it.
    let named = |token: &str| {
        let source = Source {
            prefix: "left/".into(),
            source: "here".into(),
            destination: Some("there".into()),
            exclude: Vec::new(),
        };
        let told = Arc::new(Told { sources: vec![source], ..Told::default() });
        let ground = Ground { told, ..ground(&dc.http_addr(), token) };
        let mut follower = follower(&ground, &Spec::Statuses("there".into()));
        runtime().block_on(follower.look()).streams
    };
    let unseen = named(reader);
    assert!(unseen.len() == 1 && unseen[0].is_denied && unseen[0].problem.is_some(), "{unseen:?}");
    assert!(named(cluster.token()).is_empty(), "who sees all sees that there is none");
}
