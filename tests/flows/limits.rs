//! The agent's limit on connections: dcview stays under it, falls back, and says so.

use std::net::TcpStream;

use crate::support::consul::{Cluster, Plan, Status};
use crate::support::fault::Proxy;
use crate::support::screen::{PATIENCE, Screen};
use crate::support::wait::wait;
use crate::{SIZES, flipped, instance, open, shows};

/// Three datacenters behind an agent that takes 20 connections from here.
fn narrow() -> Cluster {
    let limit = "limits { http_max_conns_per_client = 20 }";
    Cluster::start(Plan::new().hcl(limit).dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1))
}

/// What else runs on this machine shares the allowance.
fn others(address: &str, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(address).expect("a connection")).collect()
}

/// True when something on the screen looks as if a datacenter were broken.
fn looks_broken(text: &str) -> bool {
    ["○", "unreachable", "connection reset", "connection closed", "stale"]
        .into_iter()
        .any(|sign| text.contains(sign))
}

/// With so many connections held by others all of dcview works, and says that it polls.
fn works_beside(held: usize) {
    let cluster = narrow();
    let dc = cluster.dc("dc-2");
    dc.seed(&[instance("li-api", Status::Critical, "down")]);
    assert!(dc.http().put_text("/v1/kv/li/key", "before").is_some_and(|a| a.status == 200));
    let address = cluster.dc("dc-1").http_addr();
    let others = others(&address, held);
    let screen = open(&address, &["--connections", "64"], SIZES[1]);
    let wait = |what: &str, seen: &dyn Fn(&str) -> bool| {
        screen.wait(what, |text| {
            assert!(!looks_broken(text), "it looks broken:\n{text}");
            seen(text)
        });
    };
    wait("every datacenter whole", &|text| {
        ["dc-1", "dc-2", "dc-3"].iter().all(|dc| {
            shows(text, &[&format!("│ {dc}"), "1/1", "polled"]) && !shows(text, &[dc, "never"])
        }) && shows(text, &["li-api", "critical"])
    });
    screen.send(":checks /li-\r");
    wait("its check", &|text| shows(text, &["dc-2", "critical", "li-api"]));
    dc.set_check("li-api-node", &flipped("li-api", Status::Warning, "slow"));
    wait("what changes, polled", &|text| {
        shows(text, &["dc-2", "warning", "li-api"]) && shows(text, &["─ checks", "polled"])
    });
    // Leafing through pages leaves no connection behind: an agent keeps that of a hanging query.
    for _ in 0..30 {
        screen.send(":service li-api\r");
        wait("the page", &|text| shows(text, &["dc-2", "warning", "li-api-node"]));
        screen.send("\x1b");
        wait("the checks", &|text| text.contains("─ checks"));
    }
    screen.send(":key li/key\r");
    wait("a key", &|text| shows(text, &["dc-2", "6 B"]));
    // Beside the screen, for which one connection is left free.
    let put = ["--dc", "dc-2", "kv", "put", "li/key", "afterwards", "--force"];
    let mut writer = Screen::start(&put, &[("CONSUL_HTTP_ADDR", &address)], SIZES[0]);
    assert_eq!(writer.exit(), 0, "{}", writer.text());
    wait("what was written", &|text| shows(text, &["dc-2", "10 B"]));
    let mut asker = Screen::start(&["get", "checks"], &[("CONSUL_HTTP_ADDR", &address)], SIZES[0]);
    assert_eq!(asker.exit(), 0, "{}", asker.text());
    assert!(shows(&asker.text(), &["dc-2", "li-api"]), "{}", asker.text());
    drop(others);
}

#[test]
fn an_agent_with_six_connections_to_spare_is_followed() {
    works_beside(14);
}

#[test]
fn an_agent_with_three_connections_to_spare_is_followed() {
    works_beside(17);
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
