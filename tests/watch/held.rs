//! Sessions and locks, followed while they are shown.

use dcview::domain::feed::{List, Subject};
use dcview::domain::freshness::State;
use dcview::domain::ids::SessionId;
use dcview::domain::lock::{Locks, SEMAPHORE_FLAGS};
use serde_json::{Value, json};

use crate::mirror::{Mirror, Told};
use crate::support::consul::{Cluster, Http, Plan};

fn started() -> (Cluster, Mirror) {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let mirror = Mirror::of_agent(&cluster.dc("dc-1").http_addr());
    mirror.wait_dc("dc-1", "the lists are live", Told::is_whole);
    (cluster, mirror)
}

fn session(http: &Http, body: &Value) -> String {
    let made = http.put("/v1/session/create", body).expect("an answer").json();
    made["ID"].as_str().expect("an id").to_owned()
}

fn put(http: &Http, path: &str, value: &str) {
    let answer = http.put_text(&format!("/v1/kv/{path}"), value).expect("an answer");
    assert_eq!(answer.body.trim(), "true", "{path}");
}

/// The holder of each lock, in the order of the keys.
fn holders(locks: Option<&std::sync::Arc<Locks>>) -> Vec<(&str, Option<&str>)> {
    let all = locks.into_iter().flat_map(|locks| &locks.locks);
    all.map(|lock| (lock.key.as_str(), lock.session.as_ref().map(SessionId::as_str))).collect()
}

#[test]
fn sessions_come_and_go_on_the_screen_as_they_do_in_the_datacenter() {
    let (cluster, mirror) = started();
    let http = cluster.dc("dc-1").http();
    let first = session(&http, &json!({ "Name": "first", "TTL": "60s", "LockDelay": "1s" }));
    mirror.show(Some("dc-1"), &[("dc-1", Subject::Sessions)]);
    let list = List::Subject(Subject::Sessions);
    mirror.wait_dc("dc-1", "the first is there and live", |told| {
        told.is_live(&list) && told.sessions.len() == 1
    });
    let (ttl, delay) = mirror.look("dc-1", |told| {
        let row = told.sessions.values().next().expect("a session");
        (row.ttl.to_string(), row.lock_delay.as_millis())
    });
    assert_eq!((ttl.as_str(), delay), ("60s", 1000));
    let second = session(&http, &json!({ "Name": "second" }));
    let has = |told: &Told, id: &str| told.sessions.contains_key(id);
    mirror.wait_dc("dc-1", "the second came", |told| has(told, &second));
    http.put(&format!("/v1/session/destroy/{first}"), &json!({})).expect("an answer");
    mirror.wait_dc("dc-1", "the first went", |told| !has(told, &first) && has(told, &second));
}

#[test]
fn locks_under_a_small_prefix_are_followed() {
    let (cluster, mirror) = started();
    let http = cluster.dc("dc-1").http();
    let id = session(&http, &json!({ "Name": "holder" }));
    put(&http, "job/plain", "no lock");
    put(&http, "other/.lock?flags=3304740253564472344", "elsewhere");
    put(&http, &format!("job/sem/.lock?flags={SEMAPHORE_FLAGS}"), r#"{"Limit":2,"Holders":{}}"#);
    let locks = Subject::Locks("job/".into());
    mirror.show(None, &[("dc-1", locks.clone())]);
    mirror.wait_dc("dc-1", "the semaphore is there", |told| {
        told.is_live(&List::Subject(locks.clone()))
            && holders(told.locks.as_ref()) == [("job/sem/.lock", None)]
            && told.locks.as_ref().is_some_and(|locks| locks.keys == 2)
    });
    put(&http, &format!("job/a/.lock?acquire={id}"), "");
    let both = [("job/a/.lock", Some(id.as_str())), ("job/sem/.lock", None)];
    mirror.wait_dc("dc-1", "the lock is taken", |told| holders(told.locks.as_ref()) == both);
    http.put(&format!("/v1/session/destroy/{id}"), &json!({})).expect("an answer");
    let freed = [("job/sem/.lock", None)];
    mirror.wait_dc("dc-1", "the lock is free", |told| holders(told.locks.as_ref()) == freed);
}

#[test]
fn locks_under_a_large_prefix_are_read_once_and_it_says_so() {
    let (cluster, mirror) = started();
    let http = cluster.dc("dc-1").http();
    let id = session(&http, &json!({}));
    let large = "x".repeat(400 << 10);
    for key in ["a", "b", "c"] {
        put(&http, &format!("big/{key}"), &large);
    }
    put(&http, &format!("big/lock?acquire={id}"), "");
    let locks = Subject::Locks("big/".into());
    let list = List::Subject(locks.clone());
    mirror.show(None, &[("dc-1", locks)]);
    let is_once = |told: &Told| matches!(told.state(&list), State::Stale { why, .. } if why.contains("read once"));
    mirror.wait_dc("dc-1", "the lock, read once", |told| {
        is_once(told) && holders(told.locks.as_ref()) == [("big/lock", Some(id.as_str()))]
    });
    put(&http, &format!("big/second?acquire={id}"), "");
    // Nothing follows it; the operator asks.
    mirror.handle.as_ref().expect("it runs").refresh();
    mirror.wait_dc("dc-1", "read again", |told| holders(told.locks.as_ref()).len() == 2);
}
