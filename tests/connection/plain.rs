//! Plain HTTP and the unix socket of real agents.

use std::time::{Duration, Instant};

use dcview::consul::{ApiError, Client, Request, encode_path, next_index};
use dcview::domain::ids::Dc;

use super::support::consul::{Cluster, Plan};
use super::{ask, client};

#[tokio::test(flavor = "multi_thread")]
async fn plain_http() {
    let cluster = Cluster::start(Plan::new().unix_socket().dc("ams", 1).dc("nyc", 1));
    let ams = cluster.dc("ams");
    let client = client(&[("CONSUL_HTTP_ADDR", &ams.http_addr())]);

    any_form_of_the_address_reaches_the_agent(ams).await;
    a_datacenter_is_reached_through_another_ones_agent(&client).await;
    an_unknown_datacenter_is_no_path(&client).await;
    headers_of_consul_are_read(&client).await;
    a_blocking_query_wakes_at_the_change(&client).await;
    a_blocking_query_ends_with_its_wait(&client).await;
    odd_keys_come_back_as_they_went(&client).await;
    a_key_that_no_url_can_carry_is_never_another_key(&client).await;
    compressed_answers_are_read(&client).await;
    an_endpoint_that_this_version_lacks_is_absent(&client).await;
    a_namespace_of_an_enterprise_server_is_sent(&ams.http_addr()).await;
}

async fn any_form_of_the_address_reaches_the_agent(ams: &super::support::consul::Dc) {
    let plain = ams.http_addr();
    let forms =
        [plain.clone(), format!("http://{plain}"), format!("unix://{}", ams.socket().display())];
    for form in forms {
        let answer = ask(&client(&[("CONSUL_HTTP_ADDR", &form)])).await.expect(&form);
        let mut dcs: Vec<String> = answer.json().expect("names");
        dcs.sort();
        assert_eq!(dcs, ["ams", "nyc"], "{form}");
    }
}

async fn a_datacenter_is_reached_through_another_ones_agent(client: &Client) {
    let nyc = client.in_dc(&Dc::from("nyc"));
    nyc.send(Request::put("/v1/kv/where", "nyc")).await.expect("a write");
    let read = |client: Client| async move {
        client.send(Request::get("/v1/kv/where").flag("raw")).await.expect("an answer")
    };
    assert_eq!(read(nyc).await.body, "nyc");
    assert_eq!(read(client.clone()).await.status, 404, "it was written elsewhere");
}

async fn an_unknown_datacenter_is_no_path(client: &Client) {
    let nowhere = client.in_dc(&Dc::from("nowhere"));
    let error = nowhere.send(Request::get("/v1/catalog/nodes")).await.expect_err("no such place");
    assert!(matches!(error, ApiError::NoPath { .. }), "{error:?}");
    assert!(error.to_string().contains("'nowhere'"), "{error}");
}

async fn headers_of_consul_are_read(client: &Client) {
    let answer = client.send(Request::get("/v1/health/state/critical").stale()).await.expect("ok");
    assert!(answer.index.is_some_and(|index| index > 0));
    assert_eq!(answer.known_leader, Some(true));
    assert!(answer.last_contact.is_some());
    assert!(!answer.filtered);
    assert!(answer.to_first_byte <= answer.elapsed);

    let absent = client.send(Request::get("/v1/kv/no/such/key")).await.expect("404 is an answer");
    assert_eq!(absent.status, 404);
    assert!(absent.index.is_some(), "and one that can block");
}

async fn a_blocking_query_wakes_at_the_change(client: &Client) {
    let path = "/v1/kv/flips";
    client.send(Request::put(path, "before")).await.expect("a write");
    let first = client.send(Request::get(path)).await.expect("ok");
    let index = next_index(None, first.index).expect("an index");
    let wait = Duration::from_mins(1);
    let blocked = client.send(Request::get(path).flag("raw").block(index, wait));
    let write = client.send(Request::put(path, "after"));
    let started = Instant::now();
    let (woken, written) = tokio::join!(blocked, write);
    written.expect("a write");
    let woken = woken.expect("ok");
    assert_eq!(woken.body, "after");
    assert!(woken.index > first.index);
    assert!(started.elapsed() < wait / 2, "it did not wait for the end");
}

async fn a_blocking_query_ends_with_its_wait(client: &Client) {
    let path = "/v1/kv/still";
    client.send(Request::put(path, "x")).await.expect("a write");
    let first = client.send(Request::get(path)).await.expect("ok");
    let wait = Duration::from_millis(200);
    let block = Request::get(path).block(first.index.expect("an index"), wait);
    let again = client.send(block).await.expect("an unchanged answer");
    assert_eq!(again.index, first.index);
    assert!(again.elapsed >= wait, "{:?}", again.elapsed);
}

async fn odd_keys_come_back_as_they_went(client: &Client) {
    for key in ["a b?#%&+=", "ü/ß/日本", "trailing/", ".hidden/x.y", "a:b@c!$'()*,;"] {
        let path = format!("/v1/kv/{}", encode_path(key));
        client.send(Request::put(path.clone(), "v")).await.expect(key);
        let keys: Vec<String> = client
            .send(Request::get(path.clone()).flag("keys"))
            .await
            .and_then(|answer| answer.json())
            .expect(key);
        assert!(keys.iter().any(|found| found == key), "{key}: {keys:?}");
        client.send(Request::delete(path)).await.expect(key);
    }
}

async fn a_key_that_no_url_can_carry_is_never_another_key(client: &Client) {
    for key in ["a/../b", "a/./b", "..", "a//b", "/a"] {
        let path = format!("/v1/kv/{}", encode_path(key));
        let result = client.send(Request::put(path, "v")).await;
        assert!(
            matches!(result, Err(ApiError::Setup(_) | ApiError::Status { code: 301, .. })),
            "{result:?}"
        );
    }
    let keys = client.send(Request::get("/v1/kv/").flag("keys")).await.expect("keys");
    let keys: Vec<String> = keys.json().expect("names");
    assert!(!keys.iter().any(|key| key == "b" || key == "a" || key == "a/b"), "{keys:?}");
}

async fn compressed_answers_are_read(client: &Client) {
    let path = "/v1/kv/large";
    client.send(Request::put(path, "x".repeat(100_000))).await.expect("a write");
    for gzip in [false, true] {
        let answer = client.send(Request::get(path).flag("raw").gzip(gzip)).await.expect("ok");
        assert_eq!(answer.body.len(), 100_000, "gzip {gzip}");
    }
}

async fn an_endpoint_that_this_version_lacks_is_absent(client: &Client) {
    let error = client.send(Request::get("/v1/no/such/endpoint")).await.expect_err("404");
    assert_eq!(error, ApiError::NotFound { path: "/v1/no/such/endpoint".to_owned() });
}

async fn a_namespace_of_an_enterprise_server_is_sent(address: &str) {
    let client = client(&[
        ("CONSUL_HTTP_ADDR", address),
        ("CONSUL_NAMESPACE", "team-a"),
        ("CONSUL_PARTITION", "part-a"),
    ]);
    // Other servers ignore both where they can and refuse a namespace by name where they cannot.
    ask(&client).await.expect("ignored");
    let refused = client.send(Request::get("/v1/health/state/critical")).await;
    let error = refused.expect_err("an enterprise feature").to_string();
    assert!(error.contains("Namespaces are a Consul Enterprise feature"), "{error}");
}
