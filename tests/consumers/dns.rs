//! The same service asked for by DNS and by HTTP.

use serde_json::{Value, json};

use super::pair;
use super::run::dcview;
use super::support::consul::Instance;

/// The row of an instance.
fn row<'a>(rows: &'a [Value], id: &str) -> &'a Value {
    rows.iter().find(|row| row["service_id"] == id).unwrap_or_else(|| panic!("{id}: {rows:#?}"))
}

#[test]
fn four_ways_give_four_answers_for_one_service() {
    let dc = pair().dc("dc-1");
    let ended = dcview(dc, "", &["get", "consumers", "web", "--dc", "dc-1", "-o", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let rows = ended.rows();
    let seen = |id: &str| {
        let row = row(&rows, id);
        (row["dns"].clone(), row["http_passing"].clone(), row["consul_template"].clone())
    };
    let all = |dns: bool, passing: bool| (json!(dns), json!(passing), json!(passing));
    assert_eq!(seen("web-1"), all(true, true));
    assert_eq!(seen("web-2"), all(true, false));
    assert_eq!(seen("web-3"), all(false, false));
    assert_eq!(seen("web-4"), all(true, true));
    // The row on which they differ is on top.
    assert_eq!(rows[0]["service_id"], "web-2");
    let wanted = json!(["warning: DNS gives it, passing does not"]);
    assert_eq!(rows[0]["disagreements"], wanted);
    assert!(rows.iter().skip(1).all(|row| row["disagreements"] == json!([])), "{rows:#?}");
    assert!(ended.err.contains("A gives 1 record for 3 instances"), "{}", ended.err);
}

#[test]
fn the_three_answer_limit_and_a_name_that_is_none_are_told() {
    let dc = pair().dc("dc-2");
    let all: Vec<Instance> = (1..=5)
        .map(|n| Instance::new(&format!("many-{n}"), "many", &format!("many-{n}")))
        .collect();
    dc.seed(&all);
    let args = |service| ["get", "consumers", service, "--dc", "dc-2", "-o", "json"];
    let ended = dcview(dc, "", &args("many"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.rows().iter().all(|row| row["dns"] == true), "{ended:?}");
    let trap = "A by udp without edns: 3 of 5 records, and no sign (TC) that there are more";
    assert!(ended.err.contains(trap), "{}", ended.err);
    // A typo and an outage are the same to DNS.
    let ended = dcview(dc, "", &args("mnay"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("DNS says NXDOMAIN, as for a mistyped name"), "{}", ended.err);
}

#[test]
fn dns_that_does_not_answer_is_said_and_nothing_is_claimed_of_it() {
    let dc = pair().dc("dc-1");
    let settings = "[datacenters.dc-1]\ndns_addr = \"127.0.0.1:1\"\n";
    let ended = dcview(dc, settings, &["get", "consumers", "web", "--dc", "dc-1", "-o", "json"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.err.contains("dc-1: DNS SRV cannot be asked: connection refused"), "{ended:?}");
    let rows = ended.rows();
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["dns"].is_null()), "{rows:#?}");
    assert!(rows.iter().all(|row| row["disagreements"] == json!([])), "{rows:#?}");
    assert_eq!(row(&rows, "web-1")["http_passing"], true);
}
