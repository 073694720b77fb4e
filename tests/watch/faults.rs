//! Failures change freshness, never rows, and hurt nothing but their own datacenter.

use dcview::domain::feed::{Link, List};
use dcview::domain::freshness::State;

use crate::mirror::{Mirror, SOON};
use crate::support::consul::{Check, Cluster, Instance, Plan, Status};
use crate::support::fault::Proxy;
use crate::support::wait::wait;

fn seed(cluster: &Cluster, dc: &str) {
    cluster.dc(dc).seed(&[
        Instance::new("host-1", "web", "web-1").status(Status::Critical, "down"),
        Instance::new("host-2", "web", "web-2").status(Status::Passing, "ok"),
    ]);
}

fn is_stale(state: &State) -> bool {
    matches!(state, State::Stale { since: Some(_), .. })
}

#[test]
fn a_cut_way_makes_lists_stale_and_a_mended_one_live() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    seed(&cluster, "dc-1");
    let way = Proxy::to(&cluster.dc("dc-1").http_addr());
    let mirror = Mirror::of_agent(&way.addr().to_string());
    let whole = |told: &crate::mirror::Told| {
        told.is_whole() && told.is_led() && told.services.len() == 2 && told.checks.len() == 1
    };
    mirror.wait_dc("dc-1", "all is live", whole);
    way.cut();
    mirror.wait_dc("dc-1", "dark, and every list stale", |told| {
        let lists = [List::Checks, List::Services, List::Nodes];
        matches!(told.pulse.link, Link::Dark { .. })
            && lists.iter().all(|list| is_stale(&told.state(list)))
    });
    assert_eq!(mirror.look("dc-1", |told| (told.services.len(), told.checks.len())), (2, 1));
    // What changes in the dark is seen after it.
    let check = Check::of_service("service:web-2", "web-2", Status::Critical);
    cluster.dc("dc-1").set_check("host-2", &check);
    way.mend();
    mirror.wait_dc("dc-1", "live again, with what changed", |told| {
        told.is_whole() && told.is_led() && told.checks.len() == 2
    });
}

#[test]
fn a_frozen_way_is_noticed_though_queries_hang_anyway() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1));
    seed(&cluster, "dc-1");
    let way = Proxy::to(&cluster.dc("dc-1").http_addr());
    let mirror = Mirror::of_agent(&way.addr().to_string());
    mirror.wait_dc("dc-1", "all is live", |told| told.is_whole() && told.is_led());
    way.freeze();
    mirror.wait_dc("dc-1", "hanging queries are stale", |told| {
        matches!(told.pulse.link, Link::Dark { .. }) && is_stale(&told.state(&List::Checks))
    });
    way.mend();
    mirror.wait_dc("dc-1", "live again", |told| told.is_whole() && told.is_led());
}

#[test]
fn a_dark_datacenter_hurts_no_other() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 1).dc("dc-2", 1).dc("dc-3", 1));
    seed(&cluster, "dc-2");
    seed(&cluster, "dc-3");
    let mirror = Mirror::of_agent(&cluster.dc("dc-1").http_addr());
    for dc in ["dc-1", "dc-2", "dc-3"] {
        mirror.wait_dc(dc, "its lists are live", |told| told.is_whole() && told.is_led());
    }
    cluster.dc("dc-3").kill_server(0);
    mirror.wait_dc("dc-3", "it is dark", |told| matches!(told.pulse.link, Link::Dark { .. }));
    let check = Check::of_service("service:web-2", "web-2", Status::Warning);
    cluster.dc("dc-2").set_check("host-2", &check);
    mirror.wait_dc("dc-2", "the other is followed", |told| told.checks.len() == 2);
    assert!(mirror.look("dc-2", |told| told.is_whole()));
    assert_eq!(mirror.look("dc-3", |told| told.checks.len()), 1);
    cluster.dc("dc-3").restart_server(0);
    mirror.wait_dc("dc-3", "it is back", |told| told.is_whole() && told.is_led());
}

#[test]
fn without_a_leader_lists_are_told_as_such_until_there_is_one() {
    let cluster = Cluster::start(Plan::new().dc("dc-1", 3));
    let dc = cluster.dc("dc-1");
    seed(&cluster, "dc-1");
    let mirror = Mirror::of_agent(&dc.http_addr());
    mirror.wait_dc("dc-1", "all is live", |told| told.is_whole() && told.is_led());
    // What the leader has committed reaches its followers a moment later.
    wait(SOON, "the server that stays has the check", || {
        dc.http().get("/v1/health/state/critical?stale").is_some_and(|answer| answer.len() == 1)
    });
    dc.kill_server(1);
    dc.kill_server(2);
    mirror.wait_dc("dc-1", "no leader, and the age of the answers", |told| {
        let lists = [List::Checks, List::Services, List::Nodes];
        told.pulse.link == Link::Leaderless
            && lists
                .iter()
                .all(|list| told.fresh.get(list).is_some_and(|fresh| fresh.leaderless.is_some()))
    });
    assert_eq!(mirror.look("dc-1", |told| told.checks.len()), 1);
    dc.restart_server(1);
    dc.restart_server(2);
    mirror.wait_dc("dc-1", "led again, and live without a doubt", |told| {
        let lists = [List::Checks, List::Services, List::Nodes];
        told.is_led() && lists.iter().all(|list| told.fresh[list].is_live())
    });
}

#[test]
fn nobody_at_the_address_is_told_with_the_reason() {
    let addr = crate::support::fault::refused_addr();
    let mirror = Mirror::of_agent(&addr.to_string());
    mirror.wait("the reason is told", |state| {
        state.discovery.as_deref() == Some("connection refused")
    });
}
