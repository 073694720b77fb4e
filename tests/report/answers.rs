//! The answers about datacenters that are all well reachable: true, exact, in order, in all forms.

use serde_json::{Value, json};

use crate::events;
use crate::fields;
use crate::run::Dcview;
use crate::support::consul::{Check, Cluster, Dc, Instance, Plan, START, Status};
use crate::support::wait::wait;

const EVIL: &str = "\u{1b}]0;owned\u{7}first, \"quoted\"\r\nsecond \u{1b}[31mred\u{9b}2J\u{202e}";

#[test]
fn answers() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1));
    seed(&cluster);
    let dcview = Dcview::of(&cluster.dc("dc-1").http_addr());

    services_count_instances_and_not_checks(&cluster, &dcview);
    checks_are_listed_once_worst_first(&cluster, &dcview);
    nodes_are_judged_by_their_own_checks(&dcview);
    a_service_has_its_instances_of_all_datacenters(&dcview);
    a_node_has_its_checks_and_instances(&dcview);
    the_overview_adds_up(&cluster, &dcview);
    fields::are_those_that_are_documented(&dcview);
    no_form_lets_control_characters_through(&dcview);
    csv_has_a_header_and_quotes(&dcview);
    one_datacenter_alone_may_be_asked_for(&dcview);
    an_unknown_datacenter_is_a_usage_error(&dcview);
    what_nobody_has_is_said_and_empty(&dcview);
    equal_questions_have_equal_answers(&dcview);
    a_reader_may_leave_early(&dcview);
    a_datacenter_of_the_settings_has_its_own_way(&cluster, &dcview);
    events::what_happens_is_told_as_it_happens(&cluster, &dcview);
    events::it_ends_when_nobody_reads_any_more(&cluster, &dcview);
    events::a_span_is_watched_and_the_past_refused(&cluster, &dcview);
}

fn seed(cluster: &Cluster) {
    let own = |id: &str, service: &str, status| Check::of_service(id, service, status);
    cluster.dc("dc-1").seed(&[
        // A warning and a critical check on one instance: one critical instance.
        Instance::new("n-1", "web", "web-1")
            .tag("v1")
            .check(own("web-1:slow", "web-1", Status::Warning).output("slow"))
            .check(own("web-1:down", "web-1", Status::Critical).output("down")),
        Instance::new("n-1", "web", "web-2").meta("version", "1.4").status(Status::Passing, "ok"),
        Instance::new("n-2", "web", "web-3").status(Status::Warning, "late"),
        Instance::new("n-2", "api", "api-1").status(Status::Passing, "ok"),
    ]);
    cluster.dc("dc-2").seed(&[
        // A failing node takes all its instances.
        Instance::new("n-1", "web", "web-1").check(Check::of_node("disk", Status::Critical)),
        Instance::new("n-1", "web", "web-2").status(Status::Critical, "down"),
        Instance::new("n-1", "api", "api-1"),
        Instance::new("n-3", "web", "web-3"),
        Instance::new("n-4", "web", "web-4")
            .status(Status::Critical, "down")
            .check(Check::of_node("_node_maintenance", Status::Critical).notes("new disks")),
    ]);
    let maintenance = own("_service_maintenance:db-1", "db-1", Status::Critical);
    cluster.dc("dc-3").seed(&[
        Instance::new("n-1", "db", "db-1").check(maintenance.notes("restore")),
        Instance::new("n-1", "db", "db-2").status(Status::Warning, EVIL),
    ]);
}

/// The instances of a service by state, one by one as Consul's own health answer has them.
fn truth(dc: &Dc, service: &str) -> Value {
    let (mut passing, mut warning, mut critical, mut maintenance) = (0, 0, 0, 0);
    let instances = dc.http().json(&format!("/v1/health/service/{service}"));
    let instances = instances.as_array().expect("a list");
    for checks in instances.iter().map(|it| it["Checks"].as_array().expect("a list")) {
        let is_maintenance =
            |check: &Value| check["CheckID"].as_str().is_some_and(|id| id.contains("_maintenance"));
        if checks.iter().any(is_maintenance) {
            maintenance += 1;
        } else if checks.iter().any(|check| check["Status"] == "critical") {
            critical += 1;
        } else if checks.iter().any(|check| check["Status"] == "warning") {
            warning += 1;
        } else {
            passing += 1;
        }
    }
    json!({
        "datacenter": dc.name(), "instances": instances.len(), "passing": passing,
        "warning": warning, "critical": critical, "maintenance": maintenance, "is_exact": true,
    })
}

fn services_count_instances_and_not_checks(cluster: &Cluster, dcview: &Dcview) {
    let rows = dcview.rows(&["services"]);
    for row in &rows {
        let name = row["name"].as_str().expect("a name");
        let all = cluster.dcs().iter().map(|dc| truth(dc, name));
        let expected: Vec<Value> = all.filter(|counts| counts["instances"] != 0).collect();
        assert_eq!(row["datacenters"], json!(expected), "{name}");
    }
    let names: Vec<&Value> = rows.iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["web", "api", "db", "consul"], "worst first");
    assert_eq!(rows[0]["tags"], json!(["v1"]));
    assert_eq!(rows[0]["datacenters"][1]["critical"], 2);
    assert_eq!(rows[0]["datacenters"][1]["maintenance"], 1);
    let table = dcview.get(&["services"]).out;
    let web = table.lines().nth(1).expect("a row").split_whitespace().collect::<Vec<_>>();
    assert_eq!(web[..5], ["web", "critical", "1/3", "1/4", "-"], "{table}");
}

fn checks_are_listed_once_worst_first(cluster: &Cluster, dcview: &Dcview) {
    let rows = dcview.rows(&["checks"]);
    let order: Vec<&str> = rows.iter().filter_map(|row| row["status"].as_str()).collect();
    let expected =
        ["critical", "critical", "critical", "critical", "warning", "warning", "warning"];
    assert_eq!(order, [&expected[..], &["maintenance"; 2]].concat());
    for dc in cluster.dcs() {
        let raw = ["critical", "warning"].map(|state| {
            let list = dc.http().json(&format!("/v1/health/state/{state}"));
            list.as_array().expect("a list").clone()
        });
        for check in raw.into_iter().flatten() {
            let found = rows.iter().filter(|row| {
                row["datacenter"] == dc.name()
                    && row["node"] == check["Node"]
                    && row["check_id"] == check["CheckID"]
            });
            let found: Vec<&Value> = found.collect();
            assert_eq!(found.len(), 1, "{check}");
            for (ours, theirs) in [("output", "Output"), ("service_id", "ServiceID")] {
                assert_eq!(found[0][ours], check[theirs]);
            }
            assert_eq!(found[0]["modify_index"], check["ModifyIndex"]);
        }
    }
    let table = dcview.get(&["checks"]).out;
    assert!(table.contains("new disks") && table.contains("restore"), "reasons:\n{table}");
}

fn nodes_are_judged_by_their_own_checks(dcview: &Dcview) {
    let rows = dcview.rows(&["nodes"]);
    let of = |dc: &str, name: &str| {
        let row = rows.iter().find(|row| row["datacenter"] == dc && row["name"] == name);
        let row = row.unwrap_or_else(|| panic!("{name} of {dc}"));
        json!([row["status"], row["failing_checks"], row["services"]])
    };
    assert_eq!(of("dc-1", "n-1"), json!(["passing", 2, 1]));
    assert_eq!(of("dc-1", "n-2"), json!(["passing", 1, 2]));
    assert_eq!(of("dc-2", "n-1"), json!(["critical", 2, 2]));
    assert_eq!(of("dc-2", "n-4"), json!(["maintenance", 1, 1]));
    assert_eq!((&rows[0]["datacenter"], &rows[0]["name"]), (&json!("dc-2"), &json!("n-1")));
}

fn a_service_has_its_instances_of_all_datacenters(dcview: &Dcview) {
    let rows = dcview.rows(&["service", "web"]);
    let seen: Vec<Value> = rows
        .iter()
        .map(|row| json!([row["status"], row["datacenter"], row["id"], row["node"]]))
        .collect();
    let expected = [
        json!(["critical", "dc-1", "web-1", "n-1"]),
        json!(["critical", "dc-2", "web-1", "n-1"]),
        json!(["critical", "dc-2", "web-2", "n-1"]),
        json!(["warning", "dc-1", "web-3", "n-2"]),
        json!(["maintenance", "dc-2", "web-4", "n-4"]),
        json!(["passing", "dc-1", "web-2", "n-1"]),
        json!(["passing", "dc-2", "web-3", "n-3"]),
    ];
    assert_eq!(seen, expected);
    assert_eq!((&rows[5]["version"], &rows[5]["port"]), (&json!("1.4"), &json!(8080)));
    assert_eq!(rows[2]["checks"].as_array().map(Vec::len), Some(2), "its own and its node's");
}

fn a_node_has_its_checks_and_instances(dcview: &Dcview) {
    let rows = dcview.rows(&["node", "n-1"]);
    let dcs: Vec<&Value> = rows.iter().map(|row| &row["datacenter"]).collect();
    assert_eq!(dcs, ["dc-1", "dc-2", "dc-3"]);
    assert_eq!(rows[1]["checks"][0]["check_id"], "disk");
    let instances = rows[1]["instances"].as_array().expect("a list");
    let states: Vec<Value> = instances.iter().map(|it| json!([it["id"], it["status"]])).collect();
    let expected = ["api-1", "web-1", "web-2"].map(|id| json!([id, "critical"]));
    assert_eq!(states, expected);
    let table = dcview.get(&["node", "n-1", "--dc", "dc-2"]).out;
    assert!(table.lines().any(|line| line.contains("node check") && line.contains("disk")));
}

fn the_overview_adds_up(cluster: &Cluster, dcview: &Dcview) {
    for dc in cluster.dcs() {
        wait(START, "the leader looked at its servers", || {
            let health = dc.http().get("/v1/operator/autopilot/health");
            health.is_some_and(|health| health.json()["Servers"][0]["Healthy"] == true)
        });
    }
    let rows = dcview.rows(&["overview"]);
    let states: Vec<&Value> = rows.iter().map(|row| &row["state"]).collect();
    assert_eq!(states, ["critical", "critical", "warning"]);
    for (row, dc) in rows.iter().zip(cluster.dcs()) {
        assert_eq!(row["datacenter"], dc.name());
        let nodes = dc.http().json("/v1/catalog/nodes").as_array().map(Vec::len);
        let services = dc.http().json("/v1/catalog/services");
        let services = services.as_object().expect("a map");
        let instances: u64 =
            services.keys().filter_map(|name| truth(dc, name)["instances"].as_u64()).sum();
        assert_eq!(row["nodes"], json!(nodes));
        assert_eq!(row["services"], services.len());
        assert_eq!(row["instances"], instances);
        assert_eq!((&row["servers_healthy"], &row["servers_expected"]), (&json!(1), &json!(1)));
        assert!(row["leader"].is_string() && row["round_trip_ms"].is_number(), "{row}");
        assert_eq!((&row["stale_ms"], &row["may_be_filtered"]), (&Value::Null, &json!(false)));
    }
    let failing = ["checks_critical", "checks_warning", "maintenance"];
    let of = |row: &Value| failing.map(|field| row[field].as_u64().expect("a number"));
    assert_eq!(rows.iter().map(of).collect::<Vec<_>>(), [[1, 2, 0], [3, 0, 1], [0, 1, 1]]);
}

fn no_form_lets_control_characters_through(dcview: &Dcview) {
    for form in ["table", "csv", "json"] {
        let out = dcview.get(&["checks", "-o", form]).out;
        let acts = |c: char| c.is_control() && !matches!(c, '\n' | '\r') || c == '\u{202e}';
        assert!(!out.chars().any(acts), "{form}: {out:?}");
        assert!(form == "json" || !out.contains("owned"), "{form}: {out:?}");
    }
    let rows = dcview.rows(&["checks", "--dc", "dc-3"]);
    assert!(rows.iter().any(|row| row["output"] == EVIL), "JSON has the text as it was sent");
}

fn csv_has_a_header_and_quotes(dcview: &Dcview) {
    let out = dcview.get(&["checks", "-o", "csv", "--dc", "dc-3"]).out;
    let lines: Vec<&str> = out.split("\r\n").collect();
    let header = "datacenter,node,check_id,name,status,service_id,service_name,output,modify_index";
    assert_eq!((lines[0], lines.len()), (header, 4), "{out}");
    let row = "dc-3,n-1,service:db-2,service:db-2,warning,db-2,db,\"first, \"\"quoted\"\" ";
    assert!(lines[1].starts_with(row), "{out}");
    assert!(!out.replace("\r\n", "").contains(['\r', '\n']), "a line a row: {out:?}");
}

fn one_datacenter_alone_may_be_asked_for(dcview: &Dcview) {
    let rows = dcview.rows(&["services", "--dc", "dc-2"]);
    let mut places = rows.iter().filter_map(|row| row["datacenters"].as_array());
    assert!(places.all(|places| places.len() == 1 && places[0]["datacenter"] == "dc-2"));
    assert_eq!(dcview.rows(&["overview", "--dc", "dc-3"]).len(), 1);
}

fn an_unknown_datacenter_is_a_usage_error(dcview: &Dcview) {
    let ended = dcview.get(&["services", "--dc", "dc-9"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert_eq!(ended.err, "dcview: unknown datacenter 'dc-9'; known are dc-1, dc-2, dc-3\n");
}

fn what_nobody_has_is_said_and_empty(dcview: &Dcview) {
    for kind in ["service", "node"] {
        let ended = dcview.get(&[kind, "no/such thing", "-o", "json"]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), "[]\n"));
        assert_eq!(ended.err, format!("dcview: no {kind} 'no/such thing' was found\n"));
    }
}

fn equal_questions_have_equal_answers(dcview: &Dcview) {
    for what in ["services", "nodes", "checks"] {
        for form in ["table", "csv", "json"] {
            let ask = || dcview.get(&[what, "-o", form]).out;
            assert_eq!(ask(), ask(), "{what} as {form}");
        }
    }
}

fn a_reader_may_leave_early(dcview: &Dcview) {
    let (line, ended) = dcview.head(&["nodes"]);
    assert!(line.starts_with("DC "), "{line}");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

fn a_datacenter_of_the_settings_has_its_own_way(cluster: &Cluster, dcview: &Dcview) {
    let own = cluster.dc("dc-2").http_addr();
    let refused = crate::support::fault::refused_addr();
    let settings = format!("[datacenters.dc-2]\naddress = \"{own}\"\n");
    let configured = Dcview::of(&cluster.dc("dc-1").http_addr()).config(&settings);
    assert_eq!(configured.rows(&["checks"]), dcview.rows(&["checks"]));
    // Alone it needs nobody else.
    let alone = Dcview::of(&refused.to_string()).config(&settings);
    assert_eq!(alone.rows(&["checks", "--dc", "dc-2"]).len(), 4);
    let all = alone.get(&["checks", "-o", "json"]);
    assert_eq!((all.code, all.rows().len()), (Some(3), 4));
}
