//! 200,000 keys in one folder.

use std::time::Instant;

use dcview::consul::kv::{self, keys, recurse};
use dcview::consul::{Access, Client, Request};
use dcview::plan::compare::{Compare, Side};

use super::config;
use super::support::consul::{Cluster, Plan};

const KEYS: usize = 200_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_200_000_keys_is_listed_streamed_and_compared() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    let operations: Vec<_> = (0..KEYS)
        .map(|number| {
            let key = format!("big/{:06}/{}", number, "x".repeat(12)).replacen("/x", "-x", 1);
            serde_json::json!({ "KV": { "Verb": "set", "Key": key, "Value": "eHl6" } })
        })
        .collect();
    dc.transact(&operations);
    let endpoint = config(&[("CONSUL_HTTP_ADDR", &dc.http_addr())]).agent;
    let client = Client::new(&endpoint, Access::ReadOnly).expect("a client");

    let started = Instant::now();
    let bare = Request::get("/v1/kv/big/").flag("keys").query("separator", "/");
    client.send(bare).await.expect("an answer");
    let bare = started.elapsed();
    let started = Instant::now();
    let (folder, _) = kv::folder(&"big/".into()).fetch(&client).await.expect("a folder");
    println!("folder: {:?}, bare request {bare:?}", started.elapsed());
    assert_eq!(folder.len(), KEYS);

    let started = Instant::now();
    let mut listing = keys(&client, &"big/".into()).await.expect("a listing");
    listing.next().await.expect("a key").expect("one");
    let first = started.elapsed();
    let (mut count, mut largest) = (1, 0);
    while let Some(page) = listing.page().await.expect("keys") {
        largest = largest.max(page.len());
        count += page.len();
    }
    println!("keys: first after {first:?}, all after {:?}, page <= {largest}", started.elapsed());
    assert_eq!(count, KEYS);
    assert!(largest < KEYS / 4, "a page is a piece of the answer, not all of it");

    let started = Instant::now();
    client.send(Request::get("/v1/kv/big/").flag("recurse")).await.expect("an answer");
    let bare = started.elapsed();
    let started = Instant::now();
    let mut listing = recurse(&client, &"big/".into()).await.expect("a listing");
    let mut count = 0;
    while let Some(page) = listing.page().await.expect("entries") {
        count += page.len();
    }
    println!("recurse: {:?}, bare request {bare:?}", started.elapsed());
    assert_eq!(count, KEYS);

    let started = Instant::now();
    let side = async || Side::live(&client, &"big/".into()).await.expect("a side");
    let mut compare = Compare::new(side().await, side().await);
    assert_eq!(compare.next().await, Ok(None));
    println!("compare: {:?}, twice the bare request {:?}", started.elapsed(), bare * 2);
    assert_eq!(compare.counts().same, KEYS);
}
