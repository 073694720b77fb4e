//! Tokens that may not see everything: said as such, never as "all fine".

use dcview::domain::feed::List;
use dcview::domain::freshness::State;
use serde_json::json;

use crate::mirror::{Mirror, config_of};
use crate::support::consul::{Cluster, Instance, Plan, Status};

fn started() -> Cluster {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1));
    cluster.dc("dc-1").seed(&[
        Instance::new("host-1", "web", "web-1").status(Status::Critical, "down"),
        Instance::new("host-1", "db", "db-1").status(Status::Critical, "down"),
    ]);
    cluster
}

fn token(cluster: &Cluster, rules: &str) -> String {
    let http = cluster.dc("dc-1").http();
    let policy = json!({ "Name": format!("p{}", rules.len()), "Rules": rules });
    let policy = http.put("/v1/acl/policy", &policy).expect("an answer").json();
    let token = json!({ "Policies": [{ "ID": policy["ID"] }] });
    let token = http.put("/v1/acl/token", &token).expect("an answer").json();
    token["SecretID"].as_str().expect("a secret").to_owned()
}

#[test]
fn an_empty_list_under_a_weak_token_may_be_filtered() {
    let cluster = started();
    let weak = token(&cluster, r#"operator = "read""#);
    let config = config_of(&cluster.dc("dc-1").http_addr(), Some(&weak));
    let mirror = Mirror::start(&config);
    mirror.wait_dc("dc-1", "empty, live and doubted", |told| {
        told.is_live(&List::Checks)
            && told.fresh[&List::Checks].may_be_filtered
            && told.fresh.get(&List::Services).is_some_and(|fresh| fresh.may_be_filtered)
    });
    assert!(mirror.look("dc-1", |told| told.checks.is_empty()));
}

#[test]
fn the_management_token_sees_everything() {
    let cluster = started();
    let config = config_of(&cluster.dc("dc-1").http_addr(), Some(cluster.token()));
    let mirror = Mirror::start(&config);
    mirror.wait_dc("dc-1", "whole and not doubted", |told| {
        told.is_whole()
            && told.checks.len() == 2
            && [List::Checks, List::Services, List::Nodes]
                .iter()
                .all(|list| !told.fresh[list].may_be_filtered)
    });
}

#[test]
fn a_part_that_is_denied_is_said_and_the_rest_is_followed() {
    let cluster = started();
    let weak = token(
        &cluster,
        r#"node_prefix "" { policy = "read" } service_prefix "" { policy = "read" }"#,
    );
    let config = config_of(&cluster.dc("dc-1").http_addr(), Some(&weak));
    let mirror = Mirror::start(&config);
    mirror.wait_dc("dc-1", "autopilot is denied, checks are live", |told| {
        matches!(told.state(&List::Servers), State::Denied { .. })
            && told.is_whole()
            && told.checks.len() == 2
    });
}

#[test]
fn a_token_that_nobody_knows_is_told() {
    let cluster = started();
    let addr = cluster.dc("dc-1").http_addr();
    let config = config_of(&addr, Some("6d2b8f5e-0000-4000-8000-000000000000"));
    let mirror = Mirror::start(&config);
    mirror.wait_dc("dc-1", "denied, by name", |told| {
        told.state(&List::Checks) == State::Denied { why: "token not known".into() }
    });
}
