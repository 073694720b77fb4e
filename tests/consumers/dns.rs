//! The same service asked for by DNS and by HTTP.

use serde_json::{Value, json};

use super::pair;
use super::run::dcview;

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
