//! The gate of writes: conflicts, limits, locks, and what read-only lets through.

use bytes::Bytes;
use dcview::consul::write::{Outcome, apply, apply_lock};
use dcview::consul::{Access, Client, kv};
use dcview::domain::kv::{Op, SessionId, Write};
use dcview::domain::lock::LockChange;
use serde_json::json;

use super::support::fault::Proxy;
use super::{client, cluster, config, entry, one, set};

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_one_loses_and_no_value_disappears() {
    let client = client();
    let base = set(&client, "race/a", "base").await;
    let (mine, theirs) = (one(Op::edit(base.clone(), "mine")), one(Op::edit(base, "theirs")));
    let (a, b) = tokio::join!(apply(&client, &mine), apply(&client, &theirs));
    let (winner, loser) = if a.word() == "written" { ("mine", b) } else { ("theirs", a) };
    assert!(matches!(&loser, Outcome::Lost { key, .. } if key.as_str() == "race/a"), "{loser:?}");
    assert_eq!(&*entry(&client, "race/a").await.expect("there").value, winner.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_or_deleted_by_others_is_a_conflict() {
    let client = client();
    let base = set(&client, "others/a", "1").await;
    let create = apply(&client, &one(Op::create("others/a".into(), "mine", 0))).await;
    assert_eq!(create.word(), "lost");
    cluster().dc("dc-1").http().delete("/v1/kv/others/a").expect("an answer");
    assert_eq!(apply(&client, &one(Op::edit(base.clone(), "2"))).await.word(), "lost");
    set(&client, "others/a", "theirs").await;
    assert_eq!(apply(&client, &one(Op::Delete { base })).await.word(), "lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_operations_happen_all_or_not_at_all() {
    let client = client();
    let base = set(&client, "all/b", "1").await;
    set(&client, "all/b", "2").await;
    let ops = vec![Op::create("all/a".into(), "x", 0), Op::edit(base, "mine")];
    let outcome = apply(&client, &Write { dc: "dc-1".into(), ops }).await;
    assert!(
        matches!(&outcome, Outcome::Lost { key, .. } if key.as_str() == "all/b"),
        "{outcome:?}"
    );
    assert_eq!(entry(&client, "all/a").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_value_is_stored_and_a_larger_one_is_too_large() {
    let client = client();
    let largest = Bytes::from(vec![0xA5; 512 << 10]);
    let op = Op::create("size/largest".into(), largest.clone(), 9);
    let Outcome::Written { indexes } = apply(&client, &one(op)).await else { panic!("written") };
    let there = entry(&client, "size/largest").await.expect("there");
    assert_eq!((indexes, there.flags), (vec![Some(there.modify_index)], 9));
    assert_eq!(there.value, largest);
    let again = apply(&client, &one(Op::create("size/largest".into(), largest, 9))).await;
    assert_eq!(again.word(), "lost");
    let op = Op::edit(there, vec![1; (512 << 10) + 1]);
    assert_eq!(apply(&client, &one(op)).await.word(), "too-large");
    let op = Op::create("size//odd".into(), vec![1; 512 << 10], 0);
    assert_eq!(apply(&client, &one(op)).await.word(), "too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_refuses_without_a_byte_on_the_wire() {
    let network = Proxy::to(&cluster().dc("dc-1").http_addr());
    let endpoint = config(&[("CONSUL_HTTP_ADDR", &network.url())]).agent;
    let reader = Client::new(&endpoint, Access::ReadOnly).expect("a client");
    let outcome = apply(&reader, &one(Op::create("ro/a".into(), "x", 0))).await;
    assert_eq!(outcome.word(), "refused");
    let id = SessionId::from("14d4d3c3-ed5d-1a2d-5a80-03a59851d332");
    assert_eq!(apply_lock(&reader, &destroy(&id)).await.word(), "refused");
    assert_eq!(network.made(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_released_and_a_session_destroyed() {
    let (client, http) = (client(), cluster().dc("dc-1").http());
    let made = http.put("/v1/session/create", &json!({ "Name": "deploy", "TTL": "60s" }));
    let id = made.expect("an answer").json()["ID"].as_str().expect("an id").to_owned();
    http.put_text(&format!("/v1/kv/lock/a?acquire={id}&flags=7"), "held").expect("an answer");
    let locked = entry(&client, "lock/a").await.expect("there");
    assert_eq!(locked.session, Some(SessionId::from(id.as_str())));
    let (session, _) = kv::session(&id.as_str().into()).fetch(&client).await.expect("an answer");
    assert_eq!(&*session.expect("a session").name, "deploy");

    let release = |session: &str, modify_index| LockChange::Release {
        dc: "dc-1".into(),
        key: "lock/a".into(),
        session: session.into(),
        modify_index,
    };
    let index = locked.modify_index;
    for old in [release(&id, index - 1), release("another", index)] {
        assert_eq!(apply_lock(&client, &old).await.word(), "lost");
    }
    let Outcome::Written { indexes } = apply_lock(&client, &release(&id, index)).await else {
        panic!("released")
    };
    let free = entry(&client, "lock/a").await.expect("there");
    assert_eq!((free.session.clone(), indexes), (None, vec![Some(free.modify_index)]));
    assert!(free.holds(b"held", 7));
    assert_eq!(apply_lock(&client, &release(&id, free.modify_index)).await.word(), "lost");

    let id = SessionId::from(id);
    assert_eq!(apply_lock(&client, &destroy(&id)).await.word(), "written");
    let (gone, _) = kv::session(&id).fetch(&client).await.expect("an answer");
    assert_eq!(gone, None);
}

fn destroy(id: &SessionId) -> LockChange {
    LockChange::Destroy { dc: "dc-1".into(), session: id.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_leaves_the_lock_to_its_holder() {
    let (client, http) = (client(), cluster().dc("dc-1").http());
    let made = http.put("/v1/session/create", &json!({})).expect("an answer").json();
    let id = made["ID"].as_str().expect("an id");
    http.put_text(&format!("/v1/kv/lock/b?acquire={id}"), "held").expect("an answer");
    let locked = entry(&client, "lock/b").await.expect("there");
    assert_eq!(apply(&client, &one(Op::edit(locked.clone(), "new"))).await.word(), "written");
    assert_eq!(entry(&client, "lock/b").await.expect("there").session, locked.session);
}
