//! Faults on the way and in the answer: each is its own error, with a text that helps.

use std::time::Duration;

use dcview::consul::{ApiError, Class, Request, Why};

use super::stand_in::{Deed, StandIn};
use super::{ask, client};

async fn error_of(deed: Deed) -> ApiError {
    let server = StandIn::start(deed);
    ask(&client(&[("CONSUL_HTTP_ADDR", server.address())]))
        .await
        .expect_err("a fault")
}

async fn error_of_answer(answer: &'static str) -> ApiError {
    error_of(Deed::Say(answer)).await
}

fn why(error: &ApiError) -> &Why {
    match error {
        ApiError::Unreachable { why, .. } => why,
        other => panic!("reached: {other:?}"),
    }
}

#[tokio::test]
async fn nobody_listening_is_refused() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let error = ask(&client(&[("CONSUL_HTTP_ADDR", &address)]))
        .await
        .expect_err("refused");
    assert_eq!(why(&error), &Why::Refused);
    assert_eq!(error.class(), Class::Retry);
    let text = error.to_string();
    assert!(
        text.contains(&address) && text.contains("connection refused"),
        "{text}"
    );
}

#[tokio::test]
async fn a_missing_socket_says_so() {
    let client = client(&[("CONSUL_HTTP_ADDR", "unix:///no/such/consul.sock")]);
    let error = ask(&client).await.expect_err("no socket");
    let text = error.to_string();
    assert!(
        text.contains("unix:///no/such/consul.sock") && text.contains("not found"),
        "{text}"
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    let client = client(&[("CONSUL_HTTP_ADDR", "no-such-host.invalid:8500")]);
    assert_eq!(
        why(&ask(&client).await.expect_err("no such name")),
        &Why::Dns
    );
}

#[tokio::test]
async fn silence_ends_in_a_time_out() {
    let server = StandIn::start(Deed::Silence);
    let client = client(&[("CONSUL_HTTP_ADDR", server.address())]);
    let request = Request::get("/v1/status/leader").timeout(Duration::from_millis(100));
    assert_eq!(
        why(&client.send(request).await.expect_err("silence")),
        &Why::Timeout
    );
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    assert_eq!(why(&error_of(Deed::Reset).await), &Why::Reset);
}

#[tokio::test]
async fn an_end_before_the_answer_is_a_closed_connection() {
    assert_eq!(why(&error_of_answer("").await), &Why::Closed);
}

#[tokio::test]
async fn a_truncated_answer_names_the_endpoint_and_the_byte() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[\"dc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n[\"dc",
    ] {
        let error = error_of_answer(answer).await;
        assert!(matches!(error, ApiError::BadAnswer { .. }), "{error:?}");
        assert_eq!(error.class(), Class::Retry);
        let text = error.to_string();
        assert!(
            text.contains("/v1/catalog/datacenters") && text.contains("byte 4"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn wrong_json_names_the_endpoint_and_the_byte() {
    let server = StandIn::start(Deed::Say(
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1, oops",
    ));
    let client = client(&[("CONSUL_HTTP_ADDR", server.address())]);
    let error = ask(&client)
        .await
        .expect("a body")
        .json::<Vec<u8>>()
        .expect_err("no JSON");
    let text = error.to_string();
    assert!(
        text.contains("/v1/catalog/datacenters") && text.contains("byte 5"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let error = error_of_answer("220 mail.example.com ESMTP\r\n").await;
    assert_eq!(error.class(), Class::Retry);
    assert!(
        error.to_string().contains("cannot reach the agent"),
        "{error}"
    );
}

#[tokio::test]
async fn an_error_text_is_shown_cleaned() {
    let error =
        error_of_answer("HTTP/1.1 500 X\r\nConnection: close\r\n\r\nrpc\x1b[2J error\r\nbad").await;
    assert_eq!(
        error,
        ApiError::Status {
            code: 500,
            path: "/v1/catalog/datacenters".to_owned(),
            text: "rpc [2J error bad".to_owned()
        }
    );
    assert_eq!(error.class(), Class::Retry);
}

#[tokio::test]
async fn an_index_of_an_error_never_gets_out() {
    let error = error_of_answer(
        "HTTP/1.1 500 X\r\nX-Consul-Index: 1\r\nConnection: close\r\n\r\nNo cluster leader",
    )
    .await;
    assert_eq!(error, ApiError::NoLeader { dc: None });
    assert_eq!(error.class(), Class::Stale);
}

#[tokio::test]
async fn too_many_requests_are_told_from_an_unhealthy_raft() {
    let busy = "HTTP/1.1 429 X\r\nConnection: close\r\n\r\nslow down";
    assert!(matches!(
        error_of_answer(busy).await,
        ApiError::TooMany { .. }
    ));

    let server = StandIn::start(Deed::Say(
        "HTTP/1.1 429 X\r\nX-Consul-Index: 9\r\nConnection: close\r\n\r\n{\"Healthy\":false}",
    ));
    let client = client(&[("CONSUL_HTTP_ADDR", server.address())]);
    let answer = client
        .send(Request::get("/v1/operator/autopilot/health"))
        .await
        .expect("answer");
    assert_eq!((answer.status, answer.index), (429, None));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = StandIn::start(Deed::Say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]"));
    let answer = format!(
        "HTTP/1.1 302 X\r\nLocation: http://{}/v1/x?token=s3cr3t\r\nConnection: close\r\n\r\n",
        other.address()
    );
    let error = error_of_answer(answer.leak()).await;
    let text = error.to_string();
    assert!(
        text.contains(other.address()) && !text.contains("s3cr3t"),
        "{text}"
    );
    assert!(
        other.heard().is_empty(),
        "a token would have travelled: {:?}",
        other.heard()
    );
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let error = error_of(Deed::Flood).await;
    assert!(
        matches!(error, ApiError::TooLarge { limit_mb: 256, .. }),
        "{error:?}"
    );
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n";
    assert!(matches!(
        error_of_answer(announced).await,
        ApiError::TooLarge { .. }
    ));
}
