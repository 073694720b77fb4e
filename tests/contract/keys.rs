//! Keys: values, flags, listings, check-and-set, limits, and what blocks on them.

use super::blocked::block;
use super::pair::pair;

#[test]
fn values_and_listings_read_alike() {
    let pair = pair();
    for (key, value) in [
        ("read/a", "1"),
        ("read/b/c?flags=7", "two\nlines"),
        ("read/b/d", ""),
        ("read/folder/", ""),
        ("read/a%20b%25%3F/%C3%A9", "odd"),
        ("read/z%23", "hash"),
    ] {
        pair.same_put_text(&format!("/v1/kv/{key}"), value);
    }
    for path in [
        "/v1/kv/read/a",
        "/v1/kv/read/b/c",
        "/v1/kv/read/b/d",
        "/v1/kv/read/a?raw",
        "/v1/kv/read/b/d?raw",
        "/v1/kv/read/a%20b%25%3F/%C3%A9",
        "/v1/kv/read/?recurse",
        "/v1/kv/read/b?recurse",
        "/v1/kv/read/?keys",
        "/v1/kv/read/?keys&separator=/",
        "/v1/kv/read?keys&separator=/",
        "/v1/kv/read/b/?keys&separator=/",
        "/v1/kv/read/missing",
        "/v1/kv/read/missing?raw",
        "/v1/kv/read/missing?recurse",
        "/v1/kv/read/missing?keys",
        "/v1/kv/read/a?stale",
    ] {
        pair.same_get(path);
    }
}

#[test]
fn check_and_set() {
    let pair = pair();
    for (path, value) in [
        ("/v1/kv/cas/a?cas=0", "1"),
        ("/v1/kv/cas/a?cas=0", "2"),
        ("/v1/kv/cas/a?cas=1", "2"),
        ("/v1/kv/cas/missing?cas=7", "2"),
        ("/v1/kv/cas/a?cas=x", "2"),
        ("/v1/kv/cas/a?flags=x", "2"),
    ] {
        pair.same_put_text(path, value);
    }
    for party in pair.each() {
        let index = party.get("/v1/kv/cas/a").index().expect("an index");
        let path = format!("/v1/kv/cas/a?cas={index}");
        assert_eq!(party.put_text(&path, "3").body, "true", "{}", party.name);
        assert_eq!(party.put_text(&path, "4").body, "false", "{}", party.name);
    }
    pair.same_get("/v1/kv/cas/a");
    for path in [
        "/v1/kv/cas/a?cas=1",
        "/v1/kv/cas/a?cas=0",
        "/v1/kv/cas/missing?cas=7",
        "/v1/kv/cas/missing?cas=0",
        "/v1/kv/cas/missing",
        "/v1/kv/cas/?recurse&cas=3",
        "/v1/kv/cas/?recurse",
    ] {
        pair.same_delete(path);
    }
    pair.same_get("/v1/kv/cas/a");
}

#[test]
fn refused_writes_leave_the_index_alone() {
    let pair = pair();
    for party in pair.each() {
        party.put_text("/v1/kv/still/a", "1");
        let index = party.get("/v1/kv/?keys").index();
        party.put_text("/v1/kv/still/a?cas=0", "2");
        party.http.delete("/v1/kv/still/missing").expect("an answer");
        assert_eq!(party.get("/v1/kv/?keys").index(), index, "{}", party.name);
    }
}

#[test]
fn deleted_key_gives_its_prefix_a_newer_index() {
    let pair = pair();
    for party in pair.each() {
        party.put_text("/v1/kv/grave/a", "1");
        party.put_text("/v1/kv/grave/b", "1");
        party.put_text("/v1/kv/elsewhere", "1");
        let store = party.get("/v1/kv/elsewhere").index();
        assert!(party.get("/v1/kv/grave/?keys").index() < store, "{}", party.name);
        party.http.delete("/v1/kv/grave/a").expect("an answer");
        assert!(party.get("/v1/kv/grave/?keys").index() > store, "{}", party.name);
        assert!(party.get("/v1/kv/grave/b").index() < store, "{}", party.name);
    }
}

#[test]
fn values_have_a_limit() {
    let pair = pair();
    pair.same_put_text("/v1/kv/limit/a", &"x".repeat(512 * 1024));
    pair.same_put_text("/v1/kv/limit/a", &"x".repeat(512 * 1024 + 1));
    pair.same_put_text("/v1/kv/", "x");
    pair.same_delete("/v1/kv/");
}

#[test]
fn keys_wake_no_health_watch_and_no_other_prefix() {
    let pair = pair();
    for party in pair.each() {
        party.put_text("/v1/kv/grain/a/x", "1");
        party.put_text("/v1/kv/grain/b/x", "1");
        let health = block(party, "/v1/health/state/any");
        let prefix = block(party, "/v1/kv/grain/a/?recurse");
        let keys = block(party, "/v1/kv/grain/a/?keys&separator=/");
        let key = block(party, "/v1/kv/grain/a/x");
        party.put_text("/v1/kv/grain/b/x", "2");
        for blocked in [&health, &prefix, &keys, &key] {
            blocked.sleeps();
        }
        party.put_text("/v1/kv/grain/a/x", "2");
        for blocked in [prefix, keys, key] {
            blocked.wakes();
        }
        health.sleeps();
    }
}

#[test]
fn missing_key_blocks_and_wakes_when_it_is_written() {
    let pair = pair();
    for party in pair.each() {
        party.put_text("/v1/kv/late/other", "1");
        let blocked = block(party, "/v1/kv/late/key");
        party.put_text("/v1/kv/late/key", "1");
        assert_eq!(blocked.wakes().status, 200, "{}", party.name);
    }
}

#[test]
fn deleted_key_wakes_with_404_and_an_index() {
    let pair = pair();
    for party in pair.each() {
        party.put_text("/v1/kv/gone/key", "1");
        let (key, prefix) = (block(party, "/v1/kv/gone/key"), block(party, "/v1/kv/gone/?keys"));
        party.http.delete("/v1/kv/gone/key").expect("an answer");
        assert_eq!(key.wakes().status, 404, "{}", party.name);
        assert_eq!(prefix.wakes().status, 404, "{}", party.name);
    }
}
