//! Sessions: made, listed, ended, and what becomes of their locks.

use std::time::Duration;

use serde_json::{Value, json};

use super::blocked::{block, block_through};
use super::compare::{same, settle};
use super::pair::{Pair, Party, pair};
use crate::support::wait::wait;

/// Makes a session and gives its id.
#[track_caller]
fn session(party: &Party, body: &Value) -> String {
    let answer = party.put("/v1/session/create", body);
    assert_eq!(answer.status, 200, "{}: {}", party.name, answer.body);
    answer.json()["ID"].as_str().expect("an id").to_owned()
}

fn destroy(party: &Party, id: &str) {
    let answer = party.put_text(&format!("/v1/session/destroy/{id}"), "");
    assert_eq!((answer.status, answer.body.trim()), (200, "true"), "{}", party.name);
}

fn is_alive(party: &Party, id: &str) -> bool {
    party.get(&format!("/v1/session/info/{id}")).len() == 1
}

/// The key's holder and value.
fn key(party: &Party, key: &str) -> (Option<String>, Value) {
    let entry = party.get(&format!("/v1/kv/{key}")).json()[0].clone();
    (entry["Session"].as_str().map(str::to_owned), entry["Value"].clone())
}

fn acquires(party: &Party, key: &str, id: &str) -> bool {
    party.put_text(&format!("/v1/kv/{key}?acquire={id}"), "v").body.trim() == "true"
}

/// A node with a check and no agent, the same in both.
fn node(pair: &Pair, name: &str) {
    pair.seed(name, &format!("{name}-web"), &["passing"]);
}

#[test]
fn what_a_session_is_made_of_reads_alike() {
    let pair = pair();
    node(&pair, "ses-a");
    for body in [
        json!({ "Node": "ses-a", "NodeChecks": ["disk"] }),
        json!({ "Name": "n", "Node": "ses-a", "NodeChecks": [], "TTL": "30s",
            "Behavior": "delete", "LockDelay": "1500ms" }),
        json!({ "Node": "ses-a", "NodeChecks": ["disk"], "LockDelay": 5,
            "ServiceChecks": [{ "ID": "check-ses-a-web-1" }] }),
        json!({ "Node": "ses-a", "NodeChecks": [], "LockDelay": 2_000_000 }),
    ] {
        let [real, sim] = pair.each().map(|party| {
            let id = session(party, &body);
            let one = party.get(&format!("/v1/session/info/{id}"));
            let list = party.get("/v1/session/list").json();
            let in_list = list.as_array().expect("a list").iter().find(|it| it["ID"] == *id);
            assert_eq!(in_list, Some(&one.json()[0]), "{}", party.name);
            // Other tests compare the whole list.
            destroy(party, &id);
            let mut one = one.json();
            settle(&mut one);
            one[0]["ID"].take();
            one
        });
        assert_eq!(sim, real, "{body}");
    }
}

#[test]
fn a_session_that_names_nothing_lives_with_the_agents_node() {
    let pair = pair();
    for party in pair.each() {
        let id = session(party, &json!({}));
        let one = party.get(&format!("/v1/session/info/{id}")).json()[0].clone();
        let agent = party.get("/v1/agent/self").json()["Config"]["NodeName"].clone();
        assert_eq!(one["Node"], agent, "{}", party.name);
        assert_eq!(one["NodeChecks"], json!(["serfHealth"]), "{}", party.name);
        destroy(party, &id);
    }
}

#[test]
fn what_cannot_be_a_session_is_refused_alike() {
    let pair = pair();
    pair.seed("ses-bad", "ses-bad-web", &["critical"]);
    for body in [
        json!({ "Node": "ses-nobody" }),
        json!({ "Behavior": "keep" }),
        json!({ "TTL": "1s" }),
        json!({ "TTL": "xx" }),
        json!({ "NodeChecks": ["ses-no-check"] }),
        json!({ "Node": "ses-bad", "NodeChecks": [],
            "ServiceChecks": [{ "ID": "check-ses-bad-web-1" }] }),
    ] {
        pair.same_put("/v1/session/create", &body);
    }
    pair.same_put_text("/v1/session/create", "{");
    let nobody = "00000000-0000-0000-0000-000000000000";
    for path in ["nope", nobody, ""] {
        pair.same_get(&format!("/v1/session/info/{path}"));
        pair.same_put_text(&format!("/v1/session/destroy/{path}"), "");
        pair.same_get(&format!("/v1/session/destroy/{path}"));
    }
    pair.same_get("/v1/session/create");
    pair.same_get(&format!("/v1/session/info/{nobody}?dc=dc-3"));
}

#[test]
fn a_session_that_ends_releases_its_keys_or_deletes_them_and_delays_their_locks() {
    let pair = pair();
    let delay = json!("1s");
    for party in pair.each() {
        let name = party.name;
        let releases = session(party, &json!({ "LockDelay": delay }));
        let deletes = session(party, &json!({ "LockDelay": delay, "Behavior": "delete" }));
        let at_once = session(party, &json!({ "LockDelay": "0s" }));
        let other = session(party, &json!({}));
        for (key, id) in [("a", &releases), ("b", &deletes), ("c", &at_once)] {
            assert!(acquires(party, &format!("ses-kv/{key}"), id), "{name}");
            destroy(party, id);
        }
        assert_eq!(key(party, "ses-kv/a"), (None, json!("dg==")), "{name}");
        assert_eq!(party.get("/v1/kv/ses-kv/b").status, 404, "{name}");
        assert!(acquires(party, "ses-kv/c", &other), "{name}");
        for key in ["ses-kv/a", "ses-kv/b"] {
            assert!(!acquires(party, key, &other), "{name}: {key} is delayed");
        }
        let lock = json!([{ "KV": { "Verb": "lock", "Key": "ses-kv/a", "Session": other } }]);
        let refused = party.put("/v1/txn", &lock).json();
        let what = refused["Errors"][0]["What"].as_str().unwrap_or_default();
        assert_eq!(what, "failed to lock key \"ses-kv/a\" due to lock delay", "{name}");
        wait(Duration::from_secs(20), "the delay is over", || acquires(party, "ses-kv/a", &other));
        destroy(party, &other);
    }
    // What is left agrees, its lock index too.
    let [real, sim] = pair.each().map(|party| party.get("/v1/kv/ses-kv/a"));
    same("a key after its session", &real, &sim);
}

#[test]
fn a_released_lock_is_taken_at_once() {
    let pair = pair();
    for party in pair.each() {
        let (one, two) = (session(party, &json!({})), session(party, &json!({})));
        assert!(acquires(party, "ses-free", &one), "{}", party.name);
        assert!(!acquires(party, "ses-free", &two), "{}", party.name);
        party.put_text(&format!("/v1/kv/ses-free?release={one}"), "v");
        assert!(acquires(party, "ses-free", &two), "{}", party.name);
        destroy(party, &one);
        destroy(party, &two);
    }
}

#[test]
fn a_session_ends_with_its_check_and_with_its_node() {
    let pair = pair();
    node(&pair, "ses-die");
    for party in pair.each() {
        let make = |body: Value| session(party, &body);
        let own = json!({ "Node": "ses-die", "NodeChecks": ["disk"], "LockDelay": "0s" });
        let of_service = json!({ "Node": "ses-die", "NodeChecks": [],
            "ServiceChecks": [{ "ID": "check-ses-die-web-1" }] });
        let unchecked = json!({ "Node": "ses-die", "NodeChecks": [] });
        let (own, of_service, unchecked) = (make(own), make(of_service), make(unchecked));
        assert!(acquires(party, "ses-die/lock", &own), "{}", party.name);
        party.set_check("ses-die", "ses-die-web-1", "warning");
        assert!(is_alive(party, &of_service), "{}", party.name);
        party.set_check("ses-die", "ses-die-web-1", "critical");
        assert!(!is_alive(party, &of_service) && is_alive(party, &own), "{}", party.name);
        let check = json!({ "Node": "ses-die", "CheckID": "disk", "Name": "disk has room",
            "Status": "critical" });
        party.write("/v1/txn", &json!([{ "Check": { "Verb": "set", "Check": check } }]));
        assert!(!is_alive(party, &own) && is_alive(party, &unchecked), "{}", party.name);
        assert_eq!(key(party, "ses-die/lock").0, None, "{}", party.name);
        party.write("/v1/catalog/deregister", &json!({ "Node": "ses-die" }));
        assert!(!is_alive(party, &unchecked), "{}", party.name);
    }
}

#[test]
fn sessions_wake_their_list_and_themselves_and_an_end_wakes_the_keys() {
    let pair = pair();
    for party in pair.each() {
        let list = block(party, "/v1/session/list");
        let one = session(party, &json!({ "LockDelay": "0s" }));
        list.wakes();
        assert!(acquires(party, "ses-wake", &one), "{}", party.name);
        let mut others = Vec::new();
        let info = block_through(party, &format!("/v1/session/info/{one}"), || {
            others.push(session(party, &json!({})));
        });
        let (list, lock) = (block(party, "/v1/session/list"), block(party, "/v1/kv/ses-wake"));
        destroy(party, &one);
        assert_eq!(info.wakes().len(), 0, "{}", party.name);
        list.wakes();
        lock.wakes();
        for other in &others {
            destroy(party, other);
        }
    }
}
