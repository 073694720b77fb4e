//! Datacenters that go dark and come back: only their own rows suffer, and nothing is lost.

use crate::support::consul::{Dc, Status};
use crate::support::fault::Proxy;
use crate::support::screen::PATIENCE;
use crate::support::wait::wait;
use crate::{SIZES, field, flipped, instance, open, open_with, shows};

#[test]
fn a_killed_datacenter_keeps_its_rows_and_comes_back_by_itself() {
    let field = field::alone();
    field.dc("dc-2").seed(&[instance("da-two", Status::Critical, "down")]);
    field.dc("dc-3").seed(&[instance("da-three", Status::Passing, "fine")]);
    let screen = open(&field.dc("dc-1").http_addr(), &[], SIZES[0]);
    screen.wait("both", |text| shows(text, &["dc-3", "spare"]) && shows(text, &["da-two"]));

    field.kill("dc-2", 0);
    screen.wait("dc-2 unreachable", |text| shows(text, &["│ dc-2", "unreachable"]));
    screen.send(":checks /da-\r");
    screen.wait("its old rows, said to be old", |text| {
        shows(text, &["dc-2", "critical", "da-two"]) && shows(text, &["checks", "| dc-2 stale"])
    });
    let check = flipped("da-three", Status::Warning, "slow");
    field.dc("dc-3").set_check("da-three-node", &check);
    screen.wait("the others go on", |text| shows(text, &["dc-3", "warning", "da-three"]));

    field.restart();
    screen.wait("live again", |text| !text.contains('○') && !text.contains("stale"));
    field.dc("dc-2").await_ready();
    field.dc("dc-2").set_check("da-two-node", &flipped("da-two", Status::Warning, "better"));
    screen.wait("its news", |text| shows(text, &["dc-2", "warning", "da-two"]));
}

#[test]
fn a_frozen_network_to_one_datacenter_darkens_that_one_alone() {
    let field = field::calm();
    field.dc("dc-2").seed(&[instance("fz-two", Status::Critical, "down")]);
    let (agent, network) = (field.dc("dc-1").http_addr(), Proxy::to(&field.dc("dc-2").http_addr()));
    let config = format!(
        "[agent]\naddress = \"{agent}\"\n[datacenters.dc-2]\naddress = \"{}\"\n",
        network.url()
    );
    let screen = open_with(&config, &["-c", "checks /fz-"]);
    screen.wait("its check", |text| shows(text, &["dc-2", "critical", "fz-two"]));
    network.freeze();
    screen.wait("stale", |text| shows(text, &["dc-2 ○"]));
    screen.wait("why, beside the old row", |text| {
        shows(text, &["| dc-2 stale", "no answer in time"]) && shows(text, &["fz-two"])
    });
    network.mend();
    screen.wait_gone("○");
    screen.wait_gone("stale");

    network.cut();
    screen.wait("reset", |text| shows(text, &["| dc-2 stale", "connection reset"]));
    network.mend();
    screen.wait_gone("stale");
}

#[test]
fn an_agent_that_restarts_is_found_again() {
    let field = field::alone();
    field.dc("dc-3").seed(&[instance("ag-api", Status::Critical, "down")]);
    let agent = field.dc("dc-2");
    let screen = open(&agent.http_addr(), &["-c", "checks /ag-"], SIZES[0]);
    screen.wait("a check of another datacenter", |text| shows(text, &["dc-3", "ag-api"]));
    field.kill("dc-2", 0);
    screen.wait("all dark, the row still there", |text| {
        text.lines().next().is_some_and(|strip| strip.matches('○').count() == 3)
            && shows(text, &["dc-1, dc-2, dc-3 stale", "connection r"])
            && shows(text, &["dc-3", "critical", "ag-api"])
    });
    field.restart();
    screen.wait_gone("○");
    screen.wait_gone("stale");
    field.dc("dc-3").set_check("ag-api-node", &flipped("ag-api", Status::Warning, "slow"));
    screen.wait("live", |text| shows(text, &["dc-3", "warning", "ag-api"]));
}

#[test]
fn a_key_and_a_service_keep_a_row_for_a_datacenter_that_is_down() {
    let field = field::alone();
    let agent = field.dc("dc-1");
    let answer = agent.http().put_text("/v1/kv/dk/x", "a").expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    field.dc("dc-2").seed(&[instance("dk-api", Status::Passing, "fine")]);
    field.kill("dc-3", 0);
    let screen = open(&agent.http_addr(), &["-c", "key dk/x"], SIZES[1]);
    screen.wait("its row", |text| {
        shows(text, &["│ dc-1", "the first"]) && shows(text, &["│ dc-3 ", " ? "])
    });
    screen.send(":service dk-api\r");
    screen.wait("its row, and why", |text| {
        shows(text, &["│ dc-2", "passing"]) && shows(text, &["│ dc-3 ", " ? ", "no data"])
    });
    field.restart();
    screen.wait("what is there: nothing", |text| {
        shows(text, &["│ dc-2", "passing"]) && !shows(text, &["│ dc-3 "])
    });
}

/// Waits until the agent lists a datacenter, or lists it no more.
fn wait_listed(agent: &Dc, name: &str, is_listed: bool) {
    wait(PATIENCE, "the agent's list changes", || {
        let list = agent.http().get("/v1/catalog/datacenters");
        list.is_some_and(|list| list.body.contains(name) == is_listed)
    });
}

#[test]
fn a_datacenter_that_leaves_the_federation_keeps_its_rows_until_it_returns() {
    let field = field::alone();
    let agent = field.dc("dc-1");
    field.dc("dc-3").seed(&[instance("lv-api", Status::Critical, "down")]);
    let screen = open(&agent.http_addr(), &["-c", "checks /lv-"], SIZES[1]);
    screen.wait("its check", |text| shows(text, &["dc-3", "critical", "lv-api"]));

    field.leave("dc-3", 0);
    wait_listed(agent, "dc-3", false);
    screen.send("\x12");
    screen.wait("gone, the row still there and old", |text| {
        shows(text, &["3:dc-3", "gone"])
            && shows(text, &["─ checks", "dc-3 stale", "gone"])
            && shows(text, &["dc-3", "critical", "lv-api"])
    });
    screen.send(":overview\r");
    screen.wait("an age, and no promise to try again", |text| {
        shows(text, &["│ dc-3", "gone"]) && !shows(text, &["│ dc-3", "now"])
    });
    screen.send(":services /lv-\r");
    screen.wait("its service too", |text| shows(text, &["lv-api", "0/1"]));

    field.restart();
    field.dc("dc-3").await_ready();
    wait_listed(agent, "dc-3", true);
    screen.send("\x12");
    screen.wait("live again", |text| !text.contains("gone") && !text.contains("stale"));
    let check = flipped("lv-api", Status::Warning, "slow");
    field.dc("dc-3").set_check("lv-api-node", &check);
    screen.send(":checks /lv-\r");
    screen.wait("its news", |text| shows(text, &["dc-3", "warning", "lv-api"]));
}
