//! The gate: without write access nothing but GET leaves the process, and never too much at once.

use std::time::Duration;

use dcview::consul::{Access, ApiError, Class, Client, Request};
use dcview::domain::ids::Dc;

use super::support::consul::{Cluster, Plan};
use super::support::fault::{FaultServer, Proxy, Reply};
use super::{ask, client, config};

#[tokio::test(flavor = "multi_thread")]
async fn read_only_sends_no_byte_of_a_write() {
    let cluster = Cluster::start(Plan::new().dc("ams", 1));
    let network = Proxy::to(&cluster.dc("ams").http_addr());
    let endpoint = config(&[("CONSUL_HTTP_ADDR", &network.url())]).agent;
    let born = Client::new(&endpoint, Access::ReadOnly).expect("a client");
    let made = client(&[("CONSUL_HTTP_ADDR", &network.url())]).read_only();
    for reader in [born.clone(), born.in_dc(&Dc::from("ams")), made] {
        for write in [Request::put("/v1/kv/a", "x"), Request::delete("/v1/kv/a")] {
            let error = reader.send(write).await.expect_err("refused");
            assert!(matches!(error, ApiError::ReadOnly { .. }), "{error:?}");
            assert_eq!(error.class(), Class::Fatal);
        }
    }
    assert_eq!(network.made(), 0, "no connection was even made");
    born.send(Request::get("/v1/kv/a")).await.expect("reading is free");
    assert_eq!(network.made(), 1);
}

#[tokio::test]
async fn write_access_sends_the_write_with_its_body() {
    let server = FaultServer::script(vec![Reply::json("true", 1)]);
    let writer = client(&[("CONSUL_HTTP_ADDR", &server.url())]).in_dc(&Dc::from("dc-2"));
    writer.send(Request::put("/v1/kv/a", "xyz").query("cas", "7")).await.expect("sent");
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!((&*requests[0].method, &*requests[0].path), ("PUT", "/v1/kv/a?dc=dc-2&cas=7"));
    assert_eq!(requests[0].body, b"xyz");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_queue_before_they_exhaust_the_agents_connections() {
    let slow = Reply::Drip { body: "[\"dc-1\"]".to_owned(), every: Duration::from_millis(5) };
    let server = FaultServer::script(vec![slow]);
    let network = Proxy::to(&server.addr().to_string());
    let client = client(&[("CONSUL_HTTP_ADDR", &network.url())]);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..150 {
        let client = client.in_dc(&Dc::from(format!("dc-{number}")));
        calls.spawn(async move { ask(&client).await.map(|answer| answer.body) });
    }
    for result in calls.join_all().await {
        assert_eq!(result.expect("every call is answered"), r#"["dc-1"]"#);
    }
    // 64, and those that are just closing.
    assert!(network.peak() < 100, "{} at once", network.peak());
}
