//! Tokens: what they may not see is said, never passed off as health.

use std::fs;
use std::sync::OnceLock;

use serde_json::json;

use crate::support::consul::{Cluster, Dc, Plan, Status};
use crate::support::screen::{Launch, Screen};
use crate::{SIZES, flipped, instance, open, open_with, shows};

/// Two federated datacenters that deny by default.
pub fn guarded() -> &'static Cluster {
    static GUARDED: OnceLock<Cluster> = OnceLock::new();
    GUARDED.get_or_init(|| Cluster::start(Plan::new().acl().dc("dc-1", 1).dc("dc-2", 1)))
}

/// A new token with these rights: its secret and its accessor.
fn token(dc: &Dc, name: &str, rules: &str) -> (String, String) {
    let http = dc.http();
    let policy = http.put("/v1/acl/policy", &json!({ "Name": name, "Rules": rules }));
    let policy = policy.expect("an answer");
    assert_eq!(policy.status, 200, "{}", policy.body);
    let body = json!({ "Policies": [{ "Name": name }] });
    let made = http.put("/v1/acl/token", &body).expect("an answer").json();
    let text = |field: &str| made[field].as_str().expect("a text").to_owned();
    (text("SecretID"), text("AccessorID"))
}

pub fn open_as(secret: &str, args: &[&str], size: (u16, u16)) -> Screen {
    let address = guarded().dc("dc-1").http_addr();
    let env = [("CONSUL_HTTP_ADDR", &*address), ("CONSUL_HTTP_TOKEN", secret)];
    Screen::start(args, &env, size)
}

#[test]
fn a_token_is_taken_from_the_environment_and_from_a_file() {
    let dc = guarded().dc("dc-1");
    dc.seed(&[instance("tk-api", Status::Critical, "down")]);
    let from_env = open_as(guarded().token(), &["-c", "checks /tk-"], SIZES[0]);
    from_env.wait("its check", |text| shows(text, &["dc-1", "critical", "tk-api"]));

    let args = ["--token-file", "secret", "-c", "checks /tk-"];
    let launch = Launch::dcview(&args).env("CONSUL_HTTP_ADDR", &dc.http_addr());
    fs::write(launch.home().join("secret"), format!("{}\n", guarded().token())).expect("a file");
    let from_file = launch.start();
    from_file.wait("its check", |text| shows(text, &["dc-1", "critical", "tk-api"]));
    assert!(!from_file.text().contains("may be filtered"), "{}", from_file.text());
}

#[test]
fn without_rights_nothing_is_said_to_be_fine() {
    let dc = guarded().dc("dc-1");
    dc.seed(&[instance("an-api", Status::Critical, "down")]);
    let screen = open(&dc.http_addr(), &["-c", "checks"], SIZES[0]);
    screen.wait("a doubt", |text| text.contains("may be filtered") || text.contains("denied"));
    let text = screen.text();
    assert!(!text.contains("nothing is failing"), "{text}");
    screen.send(":overview\r");
    let text = screen.wait("no zero where none is certain", |text| {
        shows(text, &["│ dc-1", "?"]) && text.contains("worst services")
    });
    assert!(!shows(&text, &["│ dc-1", "ok"]) && !shows(&text, &["1:dc-1", "✓ ok"]), "{text}");
}

#[test]
fn a_token_deleted_meanwhile_denies_and_keeps_what_was_seen() {
    let dc = guarded().dc("dc-1");
    dc.seed(&[instance("de-api", Status::Critical, "down")]);
    let read = r#"node_prefix "" { policy = "read" } service_prefix "" { policy = "read" }"#;
    let (secret, accessor) = token(dc, "flows-short-lived", read);
    let screen = open_as(&secret, &["-c", "checks /de-"], SIZES[0]);
    screen.wait("the check", |text| shows(text, &["dc-1", "critical", "de-api"]));
    let deleted = dc.http().delete(&format!("/v1/acl/token/{accessor}")).expect("an answer");
    assert_eq!(deleted.status, 200, "{}", deleted.body);
    // A blocked query is asked for its token when something changes.
    dc.set_check("de-api-node", &flipped("de-api", Status::Warning, "slow"));
    screen.wait("denied, with the row of before", |text| {
        shows(text, &["checks", "| dc-1", "denied"]) && shows(text, &["dc-1", "de-api"])
    });
    screen.wait("the state in a word", |text| shows(text, &["1:dc-1", "denied"]));
}

#[test]
fn one_endpoint_refused_costs_only_its_own_cells() {
    let dc = guarded().dc("dc-1");
    dc.seed(&[instance("op-api", Status::Critical, "down")]);
    let read = r#"node_prefix "" { policy = "read" } service_prefix "" { policy = "read" }"#;
    let (secret, _) = token(dc, "flows-no-operator", read);
    let screen = open_as(&secret, &[], SIZES[1]);
    screen.wait("the servers unknown, with the reason", |text| {
        shows(text, &["│ dc-1", "denied"]) || shows(text, &["│ dc-1", "operator"])
    });
    let text = screen.wait("all else", |text| shows(text, &["op-api", "0/1"]));
    assert!(shows(&text, &["1:dc-1 ✗ critical"]), "{text}");
    screen.send(":checks /op-\r");
    let text = screen.wait("its check", |text| shows(text, &["dc-1", "critical", "op-api"]));
    assert!(!shows(&text, &["─ checks", "denied"]), "{text}");
}

#[test]
fn strangers_stand_side_by_side_each_with_its_own_token() {
    let plan = Plan::new().acl().unfederated().dc("east", 1).dc("west", 1);
    let cluster = Cluster::start(plan);
    let (east, west) = (cluster.dc("east"), cluster.dc("west"));
    east.seed(&[instance("st-east", Status::Critical, "down")]);
    west.seed(&[instance("st-west", Status::Warning, "slow")]);
    let token = |dc: &Dc| dc.token().expect("a token").to_owned();
    let config = format!(
        "[agent]\naddress = \"{}\"\ntoken = \"{}\"\n[datacenters.west]\naddress = \"{}\"\n\
         token = \"{}\"\n",
        east.http_addr(),
        token(east),
        west.http_addr(),
        token(west)
    );
    let screen = open_with(&config, &[]);
    screen.wait("both", |text| {
        shows(text, &["│ east", "critical", "1/1"]) && shows(text, &["│ west", "warning", "1/1"])
    });
    screen.send(":checks\r");
    screen.wait("the checks of both", |text| {
        shows(text, &["east", "st-east"]) && shows(text, &["west", "st-west"])
    });
    screen.send("2");
    screen.wait("one alone", |text| text.contains("st-west") && !text.contains("st-east"));
}

#[test]
fn keys_that_a_token_may_not_see_are_never_said_not_to_be_there() {
    let dc = guarded().dc("dc-1");
    let put = |key: &str, value: &str| {
        dc.http().put_text(&format!("/v1/kv/{key}"), value).expect("an answer");
    };
    put("ak/open/port", "port = 80");
    put("ak/shut/port", "port = 81");
    let rules = r#"key_prefix "ak/open/" { policy = "read" }"#;
    let (secret, _) = token(dc, "ak-reader", rules);
    let screen = open_as(&secret, &["-c", "find port"], SIZES[1]);
    screen.wait("what it may see, and that it is not all", |text| {
        text.contains("ak/open/port")
            && shows(text, &["of 1 keys", "dc-1 may be filtered"])
            && shows(text, &["ak/open/port", "yes", "?"])
    });
    screen.send(":search ak /port\r");
    let text = screen.wait("the value that it may see", |text| {
        shows(text, &["dc-1", "ak/open/port", "port = 80"])
            && shows(text, &["1 line in 1 key", "dc-1 may be filtered"])
    });
    assert!(!text.contains("port = 81"), "{text}");
    screen.send(":search ak /nothing-like-it\r");
    let text = screen.wait_for("no value matches");
    assert!(text.contains("may be filtered"), "{text}");
}
