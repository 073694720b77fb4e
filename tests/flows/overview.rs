//! The overview: every datacenter in a line, with counts that are the API's.

use serde_json::Value;

use crate::support::consul::{Dc, Http, Status};
use crate::support::screen::{Screen, keys};
use crate::{SIZES, field, instance, line, open, shows};

/// What the API says of a datacenter: services, instances, critical and warning checks, as the
/// overview's columns follow one another.
fn truth(http: &Http, dc: &Dc) -> [usize; 4] {
    let services = http.json(&format!("/v1/catalog/services?dc={}", dc.name()));
    let nodes = http.json(&format!("/v1/catalog/nodes?dc={}", dc.name()));
    let nodes = nodes.as_array().map_or(&[][..], Vec::as_slice);
    let on = |node: &Value| {
        let node = node["Node"].as_str().unwrap_or_default();
        let path = format!("/v1/catalog/node-services/{node}?dc={}", dc.name());
        http.json(&path)["Services"].as_array().map_or(0, Vec::len)
    };
    let instances = nodes.iter().map(on).sum();
    // Maintenance is a critical check to Consul, and counted apart on the screen.
    let failing = |state: &str| {
        let checks = http.json(&format!("/v1/health/state/{state}?dc={}", dc.name()));
        let checks = checks.as_array().cloned().unwrap_or_default();
        let id = |check: &Value| check["CheckID"].as_str().unwrap_or_default().to_owned();
        checks.iter().filter(|check| !id(check).contains("_maintenance")).count()
    };
    let services = services.as_object().map_or(0, serde_json::Map::len);
    [services, instances, failing("critical"), failing("warning")]
}

/// The numbers in a datacenter's line after its servers (`3/3 spare 1`).
fn shown(screen: &str, dc: &str) -> Option<Vec<usize>> {
    let line = line(screen, &[dc, "spare"])?;
    let (_, after) = line.split_once("spare ")?;
    Some(after.split_whitespace().skip(1).map_while(|word| word.parse().ok()).collect())
}

#[test]
fn every_datacenter_has_a_line_with_the_counts_of_the_api() {
    let field = field::alone();
    field.dc("dc-2").seed(&[
        instance("ov-red", Status::Critical, "down"),
        instance("ov-yellow", Status::Warning, "slow"),
        instance("ov-green", Status::Passing, "fine"),
    ]);
    let http = field.dc("dc-1").http();
    let screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[0]);
    for dc in field.dcs() {
        let truth = truth(&http, dc);
        screen.wait(&format!("{} with {truth:?}", dc.name()), |text| {
            shown(text, dc.name()).as_deref() == Some(&truth[..])
        });
    }
    let text = screen.wait("the servers", |text| shows(text, &["dc-1", "3/3 spare 1"]));
    assert!(shows(&text, &["dc-2", "1/1 spare 0"]), "{text}");
    assert!(shows(&text, &["dc-2", "critical"]), "{text}");
    // Other tests have made services that fail as badly: a small screen has no room for all.
    screen.resize(SIZES[1].0, SIZES[1].1);
    let text = screen.wait("the worst services below", |text| shows(text, &["ov-red", "0/1"]));
    assert!(!shows(&text, &["ov-green"]), "{text}");
}

#[test]
fn a_wide_screen_adds_leader_followers_and_nodes() {
    let field = field::calm();
    let screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[1]);
    screen.wait("leaders", |text| shows(text, &["dc-2", "dc-2-server-0"]));
    screen.wait("a follower of dc-1", |text| shows(text, &["dc-1", "behind,"]));
    let text = screen.wait("no follower of dc-3", |text| shows(text, &["dc-3", "none"]));
    assert!(shows(&text, &["leader", "worst follower", "nodes", "svcs", "inst", "rtt"]), "{text}");
}

#[test]
fn a_named_datacenter_is_focused_and_the_others_stay_as_a_strip() {
    let field = field::calm();
    field.dc("dc-2").seed(&[instance("fo-here", Status::Warning, "slow")]);
    field.dc("dc-3").seed(&[instance("fo-there", Status::Warning, "slow")]);
    let screen = open(&field.dc("dc-1").http_addr(), &["--dc", "dc-2"], SIZES[0]);
    screen.wait("all in the strip", |text| {
        let strip = text.lines().next().unwrap_or_default();
        ["dc-1", "dc-2", "dc-3"].iter().all(|dc| strip.contains(dc))
    });
    screen.send(":checks /fo-\r");
    screen.wait("dc-2's check alone", |text| {
        shows(text, &["checks @ dc-2"]) && shows(text, &["fo-here"]) && !text.contains("fo-there")
    });
    screen.send("0");
    screen.wait("all checks", |text| text.contains("fo-here") && text.contains("fo-there"));
}

#[test]
fn an_unknown_datacenter_ends_with_the_known_ones() {
    let field = field::calm();
    let address = field.dc("dc-1").http_addr();
    let mut screen = Screen::start(&["--dc", "dc-9"], &[("CONSUL_HTTP_ADDR", &address)], SIZES[0]);
    assert_eq!(screen.exit(), 2);
    let text = screen.text();
    assert!(shows(&text, &["unknown datacenter 'dc-9'"]), "{text}");
    assert!(["dc-1", "dc-2", "dc-3"].iter().all(|dc| text.contains(dc)), "{text}");
    assert!(screen.left_alternate() && screen.cursor().is_some(), "the terminal is the shell's");
}

#[test]
fn enter_on_a_datacenter_shows_its_failing_checks() {
    let field = field::calm();
    field.dc("dc-3").seed(&[instance("en-red", Status::Critical, "down")]);
    let screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[0]);
    screen.wait("three datacenters", |text| shows(text, &["dc-3", "spare"]));
    screen.send("jj");
    screen.send(keys::ENTER);
    screen.wait_for("checks @ dc-3");
    screen.wait("its check", |text| shows(text, &["dc-3", "critical", "en-red"]));
}
