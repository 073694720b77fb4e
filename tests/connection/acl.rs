//! Tokens and what they may do, on a real agent with ACLs.

use dcview::consul::{ApiError, Class, Request};
use serde_json::{Value, json};

use super::client;
use super::support::consul::{Cluster, Dc, Instance, Plan, Status};

#[tokio::test(flavor = "multi_thread")]
async fn acls() {
    let cluster = Cluster::start(Plan::new().acl().dc("ams", 1));
    let ams = cluster.dc("ams");
    ams.seed(&[Instance::new("web-1", "web", "web-1").status(Status::Critical, "down")]);

    a_token_comes_from_the_environment(ams, cluster.token()).await;
    a_rotated_token_file_is_read_again(ams, cluster.token()).await;
    a_wrong_token_is_not_known(ams).await;
    one_object_without_permission_is_denied(ams).await;
    a_list_without_permission_is_short_and_not_an_error(ams).await;
}

async fn a_token_comes_from_the_environment(ams: &Dc, token: &str) {
    let env = [("CONSUL_HTTP_ADDR", &*ams.http_addr()), ("CONSUL_HTTP_TOKEN", token)];
    let answer = client(&env).send(Request::get("/v1/acl/token/self")).await.expect("known");
    let own: Value = answer.json().expect("a token");
    assert_eq!(own["SecretID"], token);
}

async fn a_rotated_token_file_is_read_again(ams: &Dc, token: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("token");
    std::fs::write(&file, "11111111-2222-3333-4444-555555555555\n").expect("a token file");
    let path = file.to_str().expect("a path");
    let client =
        client(&[("CONSUL_HTTP_ADDR", &ams.http_addr()), ("CONSUL_HTTP_TOKEN_FILE", path)]);
    let ask = || client.send(Request::get("/v1/acl/token/self"));
    assert_eq!(ask().await.expect_err("expired"), ApiError::TokenUnknown { dc: None });
    std::fs::write(&file, token).expect("a token file");
    assert_eq!(ask().await.expect("the new token").status, 200);
}

async fn a_wrong_token_is_not_known(ams: &Dc) {
    let wrong = "99999999-2222-3333-4444-555555555555";
    let client = client(&[("CONSUL_HTTP_ADDR", &*ams.http_addr()), ("CONSUL_HTTP_TOKEN", wrong)]);
    let error = client.send(Request::get("/v1/catalog/nodes")).await.expect_err("403");
    assert_eq!(error, ApiError::TokenUnknown { dc: None });
    assert_eq!(error.class(), Class::Denied);
    let text = error.to_string();
    assert!(text.contains("CONSUL_HTTP_TOKEN") && !text.contains(wrong), "{text}");
}

/// A token that may read the keys under `open/` and nothing else.
fn narrow_token(ams: &Dc) -> String {
    let rules = json!({ "Name": "narrow", "Rules": r#"key_prefix "open/" { policy = "read" }"# });
    let policy = ams.http().put("/v1/acl/policy", &rules).expect("an answer").json();
    let token = json!({ "Policies": [{ "ID": policy["ID"] }] });
    let token = ams.http().put("/v1/acl/token", &token).expect("an answer").json();
    token["SecretID"].as_str().expect("a token").to_owned()
}

async fn one_object_without_permission_is_denied(ams: &Dc) {
    let token = narrow_token(ams);
    let client = client(&[("CONSUL_HTTP_ADDR", &*ams.http_addr()), ("CONSUL_HTTP_TOKEN", &token)]);
    let open = client.send(Request::get("/v1/kv/open/a")).await.expect("may be read");
    assert_eq!(open.status, 404);
    let error = client.send(Request::get("/v1/kv/closed/a")).await.expect_err("403");
    assert!(matches!(&error, ApiError::Denied { path, .. } if path == "/v1/kv/closed/a"));
    assert_eq!(error.class(), Class::Denied);
    let error = client.send(Request::put("/v1/kv/open/a", "x")).await.expect_err("403");
    assert!(error.to_string().contains("Permission denied"), "{error}");
}

async fn a_list_without_permission_is_short_and_not_an_error(ams: &Dc) {
    let client = client(&[("CONSUL_HTTP_ADDR", &*ams.http_addr())]);
    let path = "/v1/health/state/critical";
    let answer = client.send(Request::get(path)).await.expect("200 for nobody");
    let seen: Vec<Value> = answer.json().expect("a list");
    assert_eq!(seen.len(), 0);
    assert_eq!(ams.http().json(path).as_array().map(Vec::len), Some(1), "there is one to see");
}
