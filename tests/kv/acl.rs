//! What a token may not do is told apart from a conflict.

use dcview::consul::kv;
use dcview::consul::write::{Outcome, apply};
use dcview::consul::{Access, ApiError, Client};
use dcview::domain::kv::Op;
use serde_json::json;

use super::program::Program;
use super::support::consul::{Cluster, Dc, Plan};
use super::{config, one};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_only_read_is_denied_and_never_in_conflict() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1));
    let dc = cluster.dc("dc-1");
    dc.http().put_text("/v1/kv/open/a", "1").expect("an answer");
    dc.http().put_text("/v1/kv/closed/a", "1").expect("an answer");
    let token = reading_token(dc);
    let env = [("CONSUL_HTTP_ADDR", &*dc.http_addr()), ("CONSUL_HTTP_TOKEN", &token)];
    let client = Client::new(&config(&env).agent, Access::ReadWrite).expect("a client");

    let base = kv::read(&client, &"open/a".into()).await.expect("readable").expect("there");
    for op in [
        Op::edit(base.clone(), "2"),
        Op::edit(base.clone(), vec![1; 450 << 10]),
        Op::create("open//odd".into(), "2", 0),
        Op::Delete { base },
    ] {
        let outcome = apply(&client, &one(op)).await;
        assert!(matches!(outcome, Outcome::Denied(ApiError::Denied { .. })), "{outcome:?}");
    }
    let hidden = kv::read(&client, &"closed/a".into()).await;
    assert!(matches!(hidden, Err(ApiError::Denied { .. })), "{hidden:?}");
    let hidden = kv::read(&client, &"closed//a".into()).await;
    assert!(!matches!(hidden, Ok(Some(_))), "{hidden:?}");
    let mut listing = kv::keys(&client, &"".into()).await.expect("a listing");
    assert_eq!(listing.next().await.expect("a key").expect("one").as_str(), "open/a");
    assert_eq!(listing.next().await, Ok(None), "what is hidden is left out");

    let program = Program::at(&dc.http_addr()).env("CONSUL_HTTP_TOKEN", &token);
    let put = program.run(&["--dc", "dc-1", "kv", "put", "open/a", "2", "--force"]);
    assert_eq!(put.code, 4, "{put:?}");
    let ls = program.run(&["--dc", "dc-1", "kv", "ls"]);
    assert!(ls.code == 0 && ls.err.contains("may not see"), "{ls:?}");
}

/// A token that may read the keys under `open/` and nothing else.
fn reading_token(dc: &Dc) -> String {
    let rules = json!({ "Name": "reader", "Rules": r#"key_prefix "open/" { policy = "read" }"# });
    let policy = dc.http().put("/v1/acl/policy", &rules).expect("an answer").json();
    let token = json!({ "Policies": [{ "ID": policy["ID"] }] });
    let token = dc.http().put("/v1/acl/token", &token).expect("an answer").json();
    token["SecretID"].as_str().expect("a token").to_owned()
}
