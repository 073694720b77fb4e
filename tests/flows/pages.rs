//! The pages behind Enter: a service's instances, an instance, a node.

use crate::support::consul::{Check, Instance, Status};
use crate::support::screen::keys;
use crate::{SIZES, field, flipped, instance, open, shows};

#[test]
fn a_service_lists_its_instances_of_all_datacenters() {
    let field = field::calm();
    for (dc, status) in [("dc-1", Status::Passing), ("dc-2", Status::Critical)] {
        let it = Instance::new(&format!("pg-{dc}"), "pg-api", "pg-api-1").status(status, "said");
        field.dc(dc).seed(&[it.tag("blue").tag("v1.4.2").meta("version", "1.4.2")]);
    }
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "services /pg-api"], SIZES[1]);
    screen.wait("the service", |text| shows(text, &["pg-api", "critical", "1/1", "0/1"]));
    screen.send(keys::ENTER);
    screen.wait("both instances", |text| {
        let failing = ["dc-2", "critical", "10.0.0.0:8080", "pg-dc-2", "0/1", "1.4.2", "blue"];
        text.contains("service pg-api")
            && shows(text, &["pg-dc-1", "passing"])
            && shows(text, &failing)
    });
    screen.send(keys::ENTER);
    screen.wait("the instance's page", |text| {
        text.contains("instance pg-api-1 on pg-dc-2 @ dc-2") && shows(text, &["node", "pg-dc-2"])
    });
    screen.wait("its check and what it says", |text| {
        shows(text, &["critical", "service:pg-api-1", "said"])
    });
    // The line of the node leads to the node, and esc all the way back.
    screen.send(keys::ENTER);
    screen.wait_for("node pg-dc-2 @ dc-2");
    for page in ["instance pg-api-1", "service pg-api", "services"] {
        screen.send(keys::ESC);
        screen.wait(page, |text| text.contains(&format!("─ {page}")));
    }
}

#[test]
fn a_nodes_page_holds_its_checks_and_instances_and_lives() {
    let field = field::calm();
    let dc = field.dc("dc-3");
    let of_node = Check::of_node("np-memory", Status::Warning).output("90 % used");
    dc.seed(&[
        Instance::new("np-box", "np-api", "np-api-1").status(Status::Passing, "ok").check(of_node),
        Instance::new("np-box", "np-web", "np-web-1").status(Status::Passing, "ok"),
    ]);
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "nodes /np-box"], SIZES[0]);
    screen.wait("the node", |text| shows(text, &["dc-3", "np-box", "warning"]));
    screen.send(keys::ENTER);
    screen.wait("what is on it", |text| {
        shows(text, &["node np-box @ dc-3"])
            && shows(text, &["warning", "np-memory", "90 % used"])
            && shows(text, &["passing", "np-web"])
    });
    let check = Check::of_service("service:np-web-1", "np-web-1", Status::Critical);
    dc.set_check("np-box", &check.output("crashed"));
    screen.wait("the flip", |text| shows(text, &["critical", "service:np-web-1", "crashed"]));
}

#[test]
fn a_service_that_comes_later_appears_and_one_that_goes_disappears() {
    let field = field::calm();
    let dc = field.dc("dc-2");
    let screen = open(&field.dc("dc-1").http_addr(), &["-c", "service la-api"], SIZES[0]);
    screen.wait_for("no instances of this service");
    dc.seed(&[instance("la-api", Status::Passing, "ok")]);
    screen.wait("the instance", |text| shows(text, &["dc-2", "passing", "la-api-node"]));
    dc.set_check("la-api-node", &flipped("la-api", Status::Critical, "x"));
    screen.wait("its state", |text| shows(text, &["dc-2", "critical", "la-api-node"]));
    let gone = serde_json::json!({ "Node": "la-api-node", "Datacenter": "dc-2" });
    let answer = dc.http().put("/v1/catalog/deregister", &gone).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    screen.wait_gone("la-api-node");
}
