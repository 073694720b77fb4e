//! Tokens that are unknown, or may not see everything.

use serde_json::json;

use crate::run::Dcview;
use crate::support::consul::{Cluster, Instance, Plan, Status};

#[test]
fn tokens() {
    let cluster = Cluster::start(Plan::new().acl().dc("dc-1", 1).dc("dc-2", 1));
    for dc in cluster.dcs() {
        dc.seed(&[
            Instance::new("n-1", "web", "web-1").status(Status::Critical, "down"),
            Instance::new("n-1", "db", "db-1").status(Status::Critical, "down"),
        ]);
    }
    the_management_token_sees_all_without_a_word(&cluster);
    a_token_that_nobody_knows_is_denied(&cluster);
    a_token_that_sees_a_part_is_warned(&cluster);
    an_empty_list_that_proves_nothing_is_not_fine(&cluster);
    what_acls_may_hide_is_not_said_to_be_missing(&cluster);
    a_part_that_is_denied_is_said_and_the_rest_is_printed(&cluster);
    a_rollout_of_which_a_part_may_be_hidden_is_not_done(&cluster);
}

fn with(cluster: &Cluster, token: &str) -> Dcview {
    Dcview::of(&cluster.dc("dc-1").http_addr()).env("CONSUL_HTTP_TOKEN", token)
}

fn token(cluster: &Cluster, name: &str, rules: &str) -> String {
    let http = cluster.dc("dc-1").http();
    let policy = json!({ "Name": name, "Rules": rules });
    let policy = http.put("/v1/acl/policy", &policy).expect("an answer").json();
    // Known in this datacenter at once, in others only when it was replicated.
    let token = json!({ "Policies": [{ "ID": policy["ID"] }], "Local": true });
    let token = http.put("/v1/acl/token", &token).expect("an answer").json();
    token["SecretID"].as_str().expect("a secret").to_owned()
}

fn the_management_token_sees_all_without_a_word(cluster: &Cluster) {
    let dcview = with(cluster, cluster.token());
    assert_eq!(dcview.rows(&["checks"]).len(), 4);
    assert_eq!(dcview.rows(&["overview"])[0]["may_be_filtered"], false);
}

fn a_token_that_nobody_knows_is_denied(cluster: &Cluster) {
    let secret = "6d2b8f5e-0000-4000-8000-000000000000";
    for what in ["overview", "services", "nodes", "checks"] {
        let ended = with(cluster, secret).get(&[what, "-o", "json"]);
        assert_eq!(ended.code, Some(4), "{what}: {ended:?}");
        let lines: Vec<&str> = ended.err.lines().collect();
        assert_eq!(lines.len(), 2, "one for each datacenter: {lines:?}");
        assert!(
            lines[0].starts_with("dcview: dc-1: no ") && lines[1].starts_with("dcview: dc-2: no ")
        );
        assert!(lines.iter().all(|line| line.contains("does not know this token")), "{lines:?}");
        assert!(!ended.err.contains(secret));
    }
}

fn a_token_that_sees_a_part_is_warned(cluster: &Cluster) {
    let rules = r#"service "web" { policy = "read" } node_prefix "" { policy = "read" }"#;
    let secret = token(cluster, "web-only", rules);
    let ended = with(cluster, &secret).get(&["checks", "-o", "json", "--dc", "dc-1"]);
    assert_eq!((ended.code, ended.rows().len()), (Some(0), 1), "{ended:?}");
    assert!(ended.err.starts_with("dcview: dc-1: the token may not see everything"), "{ended:?}");
    assert_eq!(ended.err.lines().count(), 1);
}

fn an_empty_list_that_proves_nothing_is_not_fine(cluster: &Cluster) {
    let nobody = Dcview::of(&cluster.dc("dc-1").http_addr());
    for what in ["services", "nodes", "checks"] {
        let ended = nobody.get(&[what, "-o", "json"]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(4), "[]\n"), "{what}: {ended:?}");
        let line = format!("dcview: dc-2: no {what} are listed, which proves nothing: the token");
        assert!(ended.err.lines().any(|it| it.starts_with(&line)), "{what}: {}", ended.err);
        assert_eq!(ended.err.lines().count(), 2, "one for each datacenter: {}", ended.err);
    }
    // What is listed is an answer, though it may be a part.
    let rules = r#"service "consul" { policy = "read" } node_prefix "" { policy = "read" }"#;
    let reader = with(cluster, &token(cluster, "reads-consul", rules));
    assert_eq!(reader.get(&["services", "--dc", "dc-1"]).code, Some(0));
    let ended = nobody.get(&["overview", "-o", "json", "--dc", "dc-1"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let row = ended.rows().remove(0);
    for field in ["nodes", "services", "instances", "checks_critical", "maintenance"] {
        assert_eq!(row[field], json!(null), "{field}: {row}");
    }
    let table = nobody.get(&["overview", "--dc", "dc-1"]).out;
    assert!(!table.lines().nth(1).expect("a row").contains(" 0 "), "{table}");
}

fn what_acls_may_hide_is_not_said_to_be_missing(cluster: &Cluster) {
    let nobody = Dcview::of(&cluster.dc("dc-1").http_addr());
    for (kind, name) in [("service", "web"), ("node", "n-1")] {
        let ended = nobody.get(&[kind, name, "-o", "json", "--dc", "dc-1"]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(4), "[]\n"), "{ended:?}");
        assert!(!ended.err.contains("was found"), "{ended:?}");
    }
}

fn a_part_that_is_denied_is_said_and_the_rest_is_printed(cluster: &Cluster) {
    let rules = r#"service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }"#;
    let secret = token(cluster, "no-operator", rules);
    let ended = with(cluster, &secret).get(&["overview", "-o", "json", "--dc", "dc-1"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let row = ended.rows().remove(0);
    assert_eq!((&row["checks_critical"], &row["servers_healthy"]), (&json!(2), &json!(null)));
    assert_eq!((&row["state"], &row["may_be_filtered"]), (&json!("critical"), &json!(true)));
    assert!(ended.err.starts_with("dcview: dc-1: no servers: "), "{ended:?}");
}

fn a_rollout_of_which_a_part_may_be_hidden_is_not_done(cluster: &Cluster) {
    let rules = r#"service "web" { policy = "read" } node_prefix "" { policy = "read" }"#;
    let reader = with(cluster, &token(cluster, "web-only-2", rules));
    let asked = ["rollout", "web", "--dc", "dc-1", "--wait"];
    let ended = reader.run(&asked);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.err.contains("dc-1: the token may not see everything"), "{ended:?}");
    let as_seen = reader.run(&[&asked[..], &["--as-seen"]].concat());
    assert_eq!((as_seen.code, as_seen.err.as_str()), (Some(0), ""), "{as_seen:?}");
    let unknown = with(cluster, "6d2b8f5e-0000-4000-8000-000000000000");
    assert_eq!(unknown.run(&asked).code, Some(4), "there is no use in waiting");
    assert_eq!(with(cluster, cluster.token()).run(&asked).code, Some(0));
}
