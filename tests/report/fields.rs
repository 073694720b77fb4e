//! The fields of every answer in JSON: a public interface, neither more nor fewer.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::run::Dcview;

const CHECK: &str = "node check_id name status service_id service_name output modify_index";
const INSTANCE: &str = "datacenter service id node address port tags meta checks status \
                        modify_index version";
const SERVICE_IN_DC: &str = "datacenter instances passing warning critical maintenance is_exact";
const OVERVIEW: &str = "datacenter state leader servers_healthy servers_expected \
                        failure_tolerance worst_follower worst_follower_entries \
                        worst_follower_last_contact_ms nodes services instances checks_critical \
                        checks_warning maintenance round_trip_ms stale_ms may_be_filtered problem";

pub fn are_those_that_are_documented(dcview: &Dcview) {
    let rows = dcview.rows(&["overview"]);
    each(&rows, OVERVIEW);
    let rows = dcview.rows(&["services"]);
    each(&rows, "name tags datacenters");
    each(&below(&rows, "datacenters"), SERVICE_IN_DC);
    let rows = dcview.rows(&["service", "web"]);
    each(&rows, INSTANCE);
    each(&below(&rows, "checks"), CHECK);
    let rows = dcview.rows(&["nodes"]);
    each(&rows, "datacenter name address status failing_checks services meta");
    let rows = dcview.rows(&["node", "n-1"]);
    each(&rows, "datacenter name address status meta checks instances");
    each(&below(&rows, "checks"), CHECK);
    each(&below(&rows, "instances"), INSTANCE);
    let rows = dcview.rows(&["checks"]);
    each(&rows, &format!("datacenter {CHECK}"));
}

#[track_caller]
fn each(rows: &[Value], fields: &str) {
    assert!(!rows.is_empty(), "no row to look at");
    let expected: BTreeSet<&str> = fields.split_whitespace().collect();
    for row in rows {
        let fields = row.as_object().expect("an object").keys();
        assert_eq!(fields.map(String::as_str).collect::<BTreeSet<_>>(), expected);
    }
}

fn below(rows: &[Value], field: &str) -> Vec<Value> {
    let lists = rows.iter().map(|row| row[field].as_array().expect("a list").clone());
    lists.flatten().collect()
}
