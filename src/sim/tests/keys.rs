//! Keys: check-and-set, prefixes and their indexes, limits, transactions.

use serde_json::json;

use super::*;

#[tokio::test]
async fn check_and_set_lets_only_the_expected_index_through() {
    let bench = Bench::new().await;
    assert_eq!(bench.put("/v1/kv/a?cas=0", "1").await.text, "true");
    assert_eq!(bench.put("/v1/kv/a?cas=0", "2").await.text, "false");
    let index = bench.get("/v1/kv/a").await.index.unwrap();
    assert_eq!(bench.put(&format!("/v1/kv/a?cas={}", index + 1), "2").await.text, "false");
    assert_eq!(bench.put(&format!("/v1/kv/a?cas={index}"), "2").await.text, "true");
    assert_eq!(bench.delete(&format!("/v1/kv/a?cas={index}")).await.text, "false");
    assert_eq!(bench.get("/v1/kv/a?raw").await.text, "2");
}

#[tokio::test]
async fn prefix_has_its_own_index_and_a_missing_one_that_of_the_store() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    handle.put_kv("app/a", "1");
    let own = bench.get("/v1/kv/app/?keys").await.index;
    handle.put_kv("other", "1");
    let store = bench.get("/v1/kv/?keys").await.index;
    assert_eq!(bench.get("/v1/kv/app/?keys").await.index, own);
    let missing = bench.get("/v1/kv/nothing/?keys").await;
    assert_eq!((missing.status, missing.index), (404, store));
    handle.delete_kv("app/a");
    assert!(bench.get("/v1/kv/app/?recurse").await.index > store);
}

#[tokio::test]
async fn missing_key_blocks_until_it_is_written() {
    let bench = Bench::new().await;
    bench.handle("dc-1").put_kv("first", "1");
    let (index, reply) = bench.block("dc-1", "/v1/kv/later").await;
    bench.handle("dc-1").put_kv("later", "now");
    let reply = reply.await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.index.unwrap() > index);
}

#[tokio::test]
async fn keys_are_folded_at_the_separator() {
    let bench = Bench::new().await;
    let handle = bench.handle("dc-1");
    for key in ["a/b/c", "a/b/d", "a/e", "a/f/", "b"] {
        handle.put_kv(key, "1");
    }
    let keys = bench.get("/v1/kv/a/?keys&separator=/").await.json();
    assert_eq!(keys, json!(["a/b/", "a/e", "a/f/"]));
}

#[tokio::test]
async fn odd_keys_come_back_whole() {
    let bench = Bench::new().await;
    assert_eq!(bench.put("/v1/kv/a%20b%25/%C3%A9%3F?flags=7", "x").await.text, "true");
    let entry = bench.get("/v1/kv/a%20b%25/%C3%A9%3F").await.json();
    assert_eq!(entry[0]["Key"], "a b%/é?");
    assert_eq!(entry[0]["Flags"], 7);
    assert_eq!(entry[0]["Value"], "eA==");
}

#[tokio::test]
async fn value_past_the_limit_is_refused() {
    let bench = Bench::new().await;
    let largest = bench.put("/v1/kv/big", vec![b'x'; 512 * 1024]).await;
    assert_eq!(largest.text, "true");
    let larger = bench.put("/v1/kv/big", vec![b'x'; 512 * 1024 + 1]).await;
    assert_eq!(larger.status, 413);
    assert!(larger.text.contains("too large"));
}

#[tokio::test]
async fn refused_transaction_leaves_nothing() {
    let bench = Bench::new().await;
    bench.handle("dc-1").put_kv("b", "1");
    let operations = json!([
        { "KV": { "Verb": "set", "Key": "a", "Value": "MQ==" } },
        { "KV": { "Verb": "cas", "Key": "b", "Value": "MQ==", "Index": 1 } },
    ]);
    let reply = bench.put("/v1/txn", operations.to_string()).await;
    assert_eq!(reply.status, 409);
    let what = &reply.json()["Errors"][0];
    assert_eq!(what["OpIndex"], 1);
    assert_eq!(what["What"], "failed to set key \"b\", index is stale");
    assert_eq!(bench.get("/v1/kv/a").await.status, 404);
}
