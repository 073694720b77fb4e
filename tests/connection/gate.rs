//! The gate of read-only: without write access nothing but GET leaves the process.

use dcview::consul::{Access, ApiError, Class, Client, Request};
use dcview::domain::ids::Dc;

use super::stand_in::{Deed, StandIn};
use super::{client, config};

const FINE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ntrue";

#[tokio::test]
async fn read_only_sends_no_byte_of_a_write() {
    let server = StandIn::start(Deed::Say(FINE));
    let endpoint = config(&[("CONSUL_HTTP_ADDR", server.address())]).agent;
    let born = Client::new(&endpoint, Access::ReadOnly).expect("a client");
    let made = client(&[("CONSUL_HTTP_ADDR", server.address())]).read_only();
    for reader in [born.clone(), born.in_dc(&Dc::from("dc-2")), made] {
        for write in [Request::put("/v1/kv/a", "x"), Request::delete("/v1/kv/a")] {
            let error = reader.send(write).await.expect_err("refused");
            assert!(matches!(error, ApiError::ReadOnly { .. }), "{error:?}");
            assert_eq!(error.class(), Class::Fatal);
        }
    }
    assert_eq!(server.heard(), [""; 0]);
    born.send(Request::get("/v1/kv/a"))
        .await
        .expect("reading is free");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn write_access_sends_the_write_with_its_body() {
    let server = StandIn::start(Deed::Say(FINE));
    let writer = client(&[("CONSUL_HTTP_ADDR", server.address())]).in_dc(&Dc::from("dc-2"));
    writer
        .send(Request::put("/v1/kv/a", "xyz").query("cas", "7"))
        .await
        .expect("sent");
    let heard = server.heard().concat();
    assert!(
        heard.starts_with("PUT /v1/kv/a?dc=dc-2&cas=7 HTTP/1.1"),
        "{heard}"
    );
    assert!(heard.contains("content-length: 3"), "{heard}");
}
