//! Faults on the way and in the answer: each is its own error, with a text that helps.

use std::time::Duration;

use dcview::consul::{ApiError, Class, Request, Why};

use super::raw::{self, Bytes};
use super::support::fault::{FaultServer, Reply, refused_addr};
use super::{ask, client};

const PATH: &str = "/v1/catalog/datacenters";

/// The error that asking a server ends with which replies so.
async fn error_of(reply: Reply) -> ApiError {
    let server = FaultServer::script(vec![reply]);
    error_at(&server.url()).await
}

/// The same for a server that sends these bytes.
async fn error_of_bytes(bytes: Bytes) -> ApiError {
    error_at(&raw::serve(bytes)).await
}

async fn error_at(address: &str) -> ApiError {
    ask(&client(&[("CONSUL_HTTP_ADDR", address)])).await.expect_err("a fault")
}

fn why(error: &ApiError) -> &Why {
    match error {
        ApiError::Unreachable { why, .. } => why,
        other => panic!("reached: {other:?}"),
    }
}

#[tokio::test]
async fn nobody_listening_is_refused() {
    let address = refused_addr().to_string();
    let error = error_at(&address).await;
    assert_eq!(why(&error), &Why::Refused);
    assert_eq!(error.class(), Class::Retry);
    let text = error.to_string();
    assert!(text.contains(&address) && text.contains("connection refused"), "{text}");
}

#[tokio::test]
async fn a_missing_socket_says_so() {
    let text = error_at("unix:///no/such/consul.sock").await.to_string();
    assert!(text.contains("unix:///no/such/consul.sock") && text.contains("not found"), "{text}");
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    assert_eq!(why(&error_at("no-such-host.invalid:8500").await), &Why::Dns);
}

#[tokio::test]
async fn silence_ends_in_a_time_out() {
    let server = FaultServer::script(vec![Reply::Silence]);
    let client = client(&[("CONSUL_HTTP_ADDR", &server.url())]);
    let request = Request::get(PATH).timeout(Duration::from_millis(100));
    assert_eq!(why(&client.send(request).await.expect_err("silence")), &Why::Timeout);
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    assert_eq!(why(&error_of(Reply::Reset).await), &Why::Reset);
}

#[tokio::test]
async fn an_end_before_the_answer_is_a_closed_connection() {
    assert_eq!(why(&error_of(Reply::Close).await), &Why::Closed);
}

#[tokio::test]
async fn a_truncated_answer_names_the_endpoint_and_the_byte() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n[\"dc";
    let truncated = Reply::Truncated { body: r#"["dc-1"]"#.to_owned(), after: 4 };
    for error in [error_of(truncated).await, error_of_bytes(Bytes::Just(chunked)).await] {
        assert!(matches!(error, ApiError::BadAnswer { .. }), "{error:?}");
        assert_eq!(error.class(), Class::Retry);
        let text = error.to_string();
        assert!(text.contains(PATH) && text.contains("byte 4"), "{text}");
    }
}

#[tokio::test]
async fn wrong_json_names_the_endpoint_and_the_byte() {
    let server = FaultServer::script(vec![Reply::json("[1, oops", 9)]);
    let client = client(&[("CONSUL_HTTP_ADDR", &server.url())]);
    let error = ask(&client).await.expect("a body").json::<Vec<u8>>().expect_err("no JSON");
    let text = error.to_string();
    assert!(text.contains(PATH) && text.contains("byte 5"), "{text}");
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let error = error_of_bytes(Bytes::Just("220 mail.example.com ESMTP\r\n")).await;
    assert_eq!(error.class(), Class::Retry);
    assert!(error.to_string().contains("cannot reach the agent"), "{error}");
}

#[tokio::test]
async fn an_error_text_is_shown_cleaned() {
    let error = error_of(Reply::text(500, "rpc\x1b[2J error\r\nbad")).await;
    let text = "rpc [2J error bad".to_owned();
    assert_eq!(error, ApiError::Status { code: 500, path: PATH.to_owned(), text });
    assert_eq!(error.class(), Class::Retry);
}

#[tokio::test]
async fn a_datacenter_without_a_leader_may_be_asked_for_stale_data() {
    let error = error_of(Reply::text(500, "rpc error making call: No cluster leader")).await;
    assert_eq!(error, ApiError::NoLeader { dc: None });
    assert_eq!(error.class(), Class::Stale);
}

#[tokio::test]
async fn too_many_requests_are_told_from_an_unhealthy_raft() {
    assert!(matches!(error_of(Reply::text(429, "slow down")).await, ApiError::TooMany { .. }));

    let raft = Reply::text(429, r#"{"Healthy":false}"#).header("X-Consul-Index", "1");
    let server = FaultServer::script(vec![raft]);
    let client = client(&[("CONSUL_HTTP_ADDR", &server.url())]);
    let answer = client.send(Request::get("/v1/operator/autopilot/health")).await.expect("answer");
    assert_eq!(answer.status, 429);
    assert_eq!(answer.index, None, "an index of a non-200 answer means nothing");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = FaultServer::script(vec![Reply::json("[]", 1)]);
    let location = format!("{}/v1/x?token=s3cr3t", other.url());
    let error = error_of(Reply::text(302, "").header("Location", &location)).await;
    let text = error.to_string();
    assert!(text.contains(&other.url()) && !text.contains("s3cr3t"), "{text}");
    assert!(other.requests().is_empty(), "a token would have travelled");
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let endless = Bytes::Endless("HTTP/1.1 200 OK\r\n\r\n");
    let announced = Bytes::Just("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n");
    for bytes in [endless, announced] {
        let error = error_of_bytes(bytes).await;
        assert!(matches!(error, ApiError::TooLarge { limit_mb: 256, .. }), "{error:?}");
    }
}
