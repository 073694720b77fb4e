//! Thousands of keys, of which only those that can have changed are read again.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dcview::domain::replication::{Pair, Verdict};
use dcview::replication::{Spec, follower};
use serde_json::{Value, json};

use super::scene::{SOON, Scene, cluster, delete, put};
use super::support::consul::Http;
use super::support::runtime::runtime;

const KEYS: usize = 6_000;

fn name(number: usize) -> String {
    match number % 3 {
        0 => format!("app-{:02}/key-{number:05}", number % 40),
        1 => format!("flat/{number:05}"),
        _ => format!("flat/{number:05}-more"),
    }
}

fn seed(dc: &str, prefix: &str) {
    let op = |number: usize| {
        let (key, value) = (format!("{prefix}{}", name(number)), STANDARD.encode("1"));
        json!({ "KV": { "Verb": "set", "Key": key, "Value": value } })
    };
    cluster().dc(dc).transact(&(0..KEYS).map(op).collect::<Vec<_>>());
}

/// What lies under a prefix, as Consul says it.
fn there(http: &Http, prefix: &str) -> BTreeMap<String, (Value, Value)> {
    let all = http.json(&format!("/v1/kv/{prefix}?recurse"));
    let all = all.as_array().cloned().unwrap_or_default().into_iter();
    all.map(|pair| {
        let key = pair["Key"].as_str().unwrap_or_default().to_owned();
        (key, (pair["Value"].clone(), pair["Flags"].clone()))
    })
    .collect()
}

#[test]
fn each_look_agrees_with_a_full_comparison() {
    let scene = Scene::new("many/");
    seed("dc-1", "many/");
    seed("dc-2", "many/");
    let pair = Pair {
        source: "dc-1".into(),
        prefix: "many/".into(),
        destination: "dc-2".into(),
        to: None,
    };
    let mut compare = follower(&scene.ground(), &Spec::Compare(pair));
    let mut look = || runtime().block_on(compare.look()).streams.remove(0);
    let stream = look();
    assert_eq!((stream.verdict, stream.counts.same), (Verdict::InSync, KEYS), "{stream:#?}");
    let whole_at = stream.whole_at;
    let (source, destination) = (&scene.source, &scene.destination);
    for round in 0..60_usize {
        let key = format!("many/{}", name(round * 997 % KEYS));
        match round % 6 {
            0 => put(source, &key, &round.to_string()),
            1 => delete(source, &key),
            2 => put(destination, &format!("many/new-{round}/key"), "1"),
            3 => put(source, &format!("many/flat/{round:05}-new"), "1"),
            4 => delete(destination, &key),
            _ => {
                delete(source, &format!("many/app-{:02}/?recurse", round % 40));
                put(destination, &key, &round.to_string());
            }
        }
        let stream = look();
        let (left, right) = (there(source, "many/"), there(destination, "many/"));
        let same = left.iter().filter(|(key, value)| right.get(*key) == Some(value)).count();
        let extra = right.keys().filter(|key| !left.contains_key(*key)).count();
        let counts = (stream.counts.same, stream.counts.drift, stream.counts.extra);
        assert_eq!(counts, (same, left.len() - same, extra), "round {round}");
        assert_eq!(stream.whole_at, whole_at, "it was not read anew");
    }
    // Its tombstone is of the shorter prefix, and moves no index of a longer one.
    delete(source, &format!("many/{}", name(1)));
    look();
    delete(source, "man?recurse");
    let stream = look();
    let all = there(destination, "many/").len();
    assert_eq!((stream.counts.same, stream.counts.drift, stream.counts.extra), (0, 0, all));
}

#[test]
fn a_list_that_is_too_long_to_be_read_wakes_all_the_same() {
    let scene = Scene::new("long/");
    let op = |number: usize| json!({ "KV": { "Verb": "set", "Key": format!("long/{number:08}-{number:08}"), "Value": "MQ==" } });
    cluster().dc("dc-1").transact(&(0..4_000).map(op).collect::<Vec<_>>());
    let (source, prefix) = ("dc-1".into(), "long/".into());
    let pair = Pair { source, prefix, destination: "dc-2".into(), to: None };
    let mut compare = follower(&scene.ground(), &Spec::Compare(pair));
    runtime().block_on(compare.look());
    put(&scene.source, "long/new", "1");
    let woken = async { tokio::time::timeout(SOON, compare.changed()).await };
    runtime().block_on(woken).expect("woken");
}
