//! Servers of a datacenter that die: degraded, then without a leader, then whole again.

use crate::support::consul::Status;
use crate::support::screen::PATIENCE;
use crate::support::wait::wait;
use crate::{SIZES, field, flipped, instance, open, shows};

#[test]
fn one_dead_server_of_three_degrades_its_datacenter() {
    let field = field::alone();
    let screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[1]);
    screen.wait("all three", |text| shows(text, &["│ dc-1", "3/3 spare 1"]));
    // The agent that dcview asks must live.
    let victim = if field.dc("dc-1").leader() == Some(2) { 1 } else { 2 };
    field.kill("dc-1", victim);
    screen.wait("two of three", |text| shows(text, &["│ dc-1", "2/3 spare 0"]));
    screen.wait("degraded", |text| shows(text, &["│ dc-1", "degraded"]));
    field.restart();
    screen.wait("whole again", |text| shows(text, &["│ dc-1", "3/3 spare 1"]));
}

#[test]
fn a_datacenter_without_a_leader_is_read_stale_and_says_so() {
    let field = field::alone();
    let dc = field.dc("dc-1");
    dc.seed(&[instance("qu-api", Status::Critical, "down")]);
    let screen = open(&dc.http_addr(), &["-c", "checks /qu-"], SIZES[0]);
    screen.wait("the check", |text| shows(text, &["dc-1", "critical", "qu-api"]));
    // The server that will be left knows what the leader has told it so far.
    let path = "/v1/health/state/critical?stale";
    wait(PATIENCE, "the row on the server that is left", || {
        dc.http().get(path).is_some_and(|answer| answer.body.contains("qu-api"))
    });
    field.kill("dc-1", 1);
    field.kill("dc-1", 2);
    screen.wait("no leader", |text| shows(text, &["dc-1 ✗ no leader"]));
    screen.wait("a stale read of the old row", |text| {
        shows(text, &["| dc-1", "no leader", "stale read"]) && shows(text, &["qu-api", "critical"])
    });
    screen.send(":service qu-api\r");
    screen.wait("a new page too", |text| shows(text, &["dc-1", "critical", "qu-api-node"]));
    field.restart();
    screen.wait_gone("no leader");
    dc.await_ready();
    dc.set_check("qu-api-node", &flipped("qu-api", Status::Warning, "slow"));
    screen.wait("live again", |text| {
        shows(text, &["dc-1", "warning", "qu-api-node"]) && !text.contains("stale")
    });
}
