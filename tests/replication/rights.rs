//! What a token may not see is never called the same.

use std::sync::Arc;

use dcview::config::{Dirs, Env, Flags};
use dcview::consul::{Access, Client};
use dcview::domain::replication::{Pair, Source, Stream, Told, Verdict};
use dcview::replication::{Ground, Spec, follower};
use serde_json::json;

use super::scene::put;
use super::support::consul::{Cluster, Dc, Plan};
use super::support::runtime::runtime;

/// One datacenter, which stands for two, seen with a token.
fn ground(address: &str, token: &str) -> Ground {
    let dirs = Dirs { config: "nowhere".into(), state: "nowhere".into() };
    let env: Env =
        [("CONSUL_HTTP_ADDR", address), ("CONSUL_HTTP_TOKEN", token)].into_iter().collect();
    let config = dcview::config::resolve(None, &env, &Flags::default(), &dirs);
    let client = Client::new(&config.expect("good settings").agent, Access::ReadOnly);
    let client = client.expect("a client").in_dc(&"dc-1".into());
    let clients = ["here", "there"].map(|dc| (dc.into(), client.clone()));
    Ground { clients: Arc::new(clients.into_iter().collect()), ..Ground::default() }
}

/// What git2consul brought in, here.
fn brought_in(ground: &Ground) -> Stream {
    let mut follower = follower(ground, &Spec::Git("here".into()));
    runtime().block_on(follower.look()).streams.remove(0)
}

#[test]
fn what_is_deleted_where_a_token_sees_nothing_is_not_claimed_of_a_commit() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    let config = json!({ "repos": [{ "name": "p", "branches": ["main"] }] }).to_string();
    put(&dc.http(), "git2consul/config", &config);
    for key in ["p/main/open/a", "p/main/open/b", "p/main/closed/a", "p/main/closed/b"] {
        put(&dc.http(), key, "1");
    }
    put(&dc.http(), "p/main.ref", "7d7af742d4fbd52e1d0b9846d4e264ad36ed0046");
    let delete = |key: &str| dc.http().delete(&format!("/v1/kv/{key}")).expect("an answer");
    assert_eq!(delete("p/main/closed/b").status, 200);
    let all = brought_in(&ground(&dc.http_addr(), cluster.token()));
    assert!(all.evidence.contains("a key here was deleted"), "{all:#?}");

    let reader = reader(
        dc,
        r#"key_prefix "p/main/open/" { policy = "read" }
        key "p/main.ref" { policy = "read" } key "git2consul/config" { policy = "read" }"#,
    );
    let ground = ground(&dc.http_addr(), &reader);
    let mut follower = follower(&ground, &Spec::Git("here".into()));
    let mut look = || runtime().block_on(follower.look()).streams.remove(0);
    let some = look();
    assert_eq!(some.verdict, Verdict::Unknown, "{some:#?}");
    assert!(some.evidence.contains("2 keys, none written after it"), "{some:#?}");
    assert_eq!(delete("p/main/open/b").status, 200);
    let some = look();
    assert_eq!((some.verdict, some.counts.drift), (Verdict::Unknown, 0), "{some:#?}");
    assert!(some.evidence.contains("('open/b') not listed any more: deleted, or"), "{some:#?}");
}

/// A token with a policy of these rules.
fn reader(dc: &Dc, rules: &str) -> String {
    let policy = json!({ "Name": "reader", "Rules": rules });
    let policy = dc.http().put("/v1/acl/policy", &policy).expect("an answer").json();
    let token = json!({ "Policies": [{ "ID": policy["ID"] }] });
    let token = dc.http().put("/v1/acl/token", &token).expect("an answer").json();
    token["SecretID"].as_str().expect("a token").to_owned()
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
    let reader = &reader(dc, rules);
    let all = compare(&ground(&dc.http_addr(), cluster.token()));
    assert_eq!((all.verdict, all.counts.drift, all.counts.same), (Verdict::Drift, 1, 1));
    let some = compare(&ground(&dc.http_addr(), reader));
    assert_eq!((some.verdict, some.counts.same), (Verdict::Unknown, 1), "{some:#?}");
    assert!(some.facts.iter().any(|(label, _)| *label == "doubt"), "{some:#?}");

    // A replication that the settings name is there, though the token sees no status of it.
    let named = |token: &str| {
        let source = Source {
            prefix: "left/".into(),
            source: "here".into(),
            destination: Some("there".into()),
            to: None,
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
