//! The agent's limit on connections: dcview stays under it, falls back, and says so.

use std::net::TcpStream;

use crate::support::consul::{Cluster, Plan, Status};
use crate::support::fault::Proxy;
use crate::support::screen::PATIENCE;
use crate::support::wait::wait;
use crate::{SIZES, flipped, instance, open, shows};

#[test]
fn an_agent_that_resets_further_connections_is_still_followed() {
    let limit = "limits { http_max_conns_per_client = 20 }";
    let plan = Plan::new().hcl(limit).dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1);
    let cluster = Cluster::start(plan);
    let dc = cluster.dc("dc-2");
    dc.seed(&[instance("li-api", Status::Critical, "down")]);
    let address = cluster.dc("dc-1").http_addr();
    // What else runs on this machine shares the allowance.
    let others: Vec<_> = (0..6).map(|_| TcpStream::connect(&address)).collect();
    assert!(others.iter().all(Result::is_ok));
    let screen = open(&address, &["--connections", "64", "-c", "checks /li-"], SIZES[0]);
    screen.wait("its check all the same", |text| shows(text, &["dc-2", "critical", "li-api"]));
    screen.send(":service li-api\r");
    screen.wait("a page", |text| shows(text, &["dc-2", "critical", "li-api-node"]));
    screen.send(":overview\r");
    screen.wait("that it is short of connections", |text| {
        text.contains("connections in use") || text.contains("connection ")
    });
    screen.send(":checks /li-\r");
    dc.set_check("li-api-node", &flipped("li-api", Status::Warning, "slow"));
    screen.wait("what changes", |text| shows(text, &["dc-2", "warning", "li-api"]));
    // Leafing through pages leaves no connection behind: an agent keeps that of a hanging query.
    for _ in 0..30 {
        screen.send(":service li-api\r");
        screen.wait("the page", |text| shows(text, &["dc-2", "warning", "li-api-node"]));
        screen.send("\x1b");
        screen.wait_for("─ checks");
    }
    drop(others);
    screen.wait("whole again", |text| !text.contains("connection ") && !text.contains("stale"));
}

#[test]
fn no_more_connections_are_opened_than_the_budget_says() {
    let field = crate::field::calm();
    field.dc("dc-3").seed(&[instance("bu-api", Status::Critical, "down")]);
    let network = Proxy::to(&field.dc("dc-1").http_addr());
    let args = ["--connections", "8", "-c", "checks /bu-"];
    let screen = open(&network.url(), &args, SIZES[0]);
    screen.wait("its check", |text| shows(text, &["dc-3", "critical", "bu-api"]));
    screen.send(":service bu-api\r");
    screen.wait("a page", |text| shows(text, &["dc-3", "critical", "bu-api-node"]));
    screen.send(":overview\r");
    screen.wait("that lists are polled", |text| shows(text, &["polled"]));
    field.dc("dc-3").set_check("bu-api-node", &flipped("bu-api", Status::Warning, "slow"));
    screen.send(":checks /bu-\r");
    screen.wait("news", |text| shows(text, &["dc-3", "warning", "bu-api"]));
    // What hangs is counted; questions that are answered at once come and go beside it.
    wait(PATIENCE, "no more than the budget stand", || network.open() <= 8 + 4);
}
