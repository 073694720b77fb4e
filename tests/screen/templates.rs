//! Templates that instances of consul-template share, and Nomad behind an instance, on the screen.

use std::sync::Arc;

use chrono::TimeDelta;
use dcview::app::App;
use dcview::app::msg::Msg;
use dcview::domain::consumers::Answer;
use dcview::domain::feed::{Body, Subject};
use dcview::domain::health::Status;
use dcview::domain::nomad::{Allocation, AllocationId, Told};

use super::world::{self, app, live, press, screen};

const FOLDER: &str = "consul-template/dedup/";
const DATA: &str = "consul-template/dedup/45e76050dd7a2c67bc64a7e3277bdcdc/data";
const SESSION: &str = "Consul-Template de-duplication";

/// The view with one template, led by the first of two instances.
fn shown() -> App {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    world::node(&mut app, "dc-1", "n-1", Status::Passing);
    press(&mut app, ":templates<enter>");
    world::sessions(&mut app, "dc-1", &[("id-1", SESSION), ("id-2", SESSION)]);
    world::locks(&mut app, "dc-1", FOLDER, &[(DATA, "id-1")], 1);
    app
}

#[test]
fn a_template_has_a_leader_and_says_what_it_needs() {
    let mut app = shown();
    let text = screen(&mut app, 200, 24);
    assert!(text.contains("led"), "{text}");
    assert!(text.contains("id-1 on n-1, TTL 15s"), "{text}");
    assert!(text.contains("2 on n-1, n-1; which follow it is not told"), "{text}");
    world::key(&mut app, "dc-1", DATA, "__NO_DATA__", 9);
    assert!(screen(&mut app, 200, 24).contains("no data yet"));
}

#[test]
fn a_leader_on_a_failing_node_is_about_to_be_lost() {
    let mut app = shown();
    world::node(&mut app, "dc-1", "n-1", Status::Critical);
    let text = screen(&mut app, 200, 24);
    assert!(text.contains("leader failing"), "{text}");
    assert!(text.contains("the session ends when its TTL has run out"), "{text}");
}

#[test]
fn a_template_whose_key_is_gone_stays_as_a_failover_for_a_while() {
    let mut app = shown();
    world::locks(&mut app, "dc-1", FOLDER, &[], 0);
    app.update(Msg::Clock(world::now() + TimeDelta::seconds(5)));
    let text = screen(&mut app, 200, 24);
    assert!(text.contains("no leader"), "{text}");
    assert!(text.contains("failover: the leader's session ended 5s ago"), "{text}");
    // Another instance takes over.
    world::locks(&mut app, "dc-1", FOLDER, &[(DATA, "id-2")], 1);
    let text = screen(&mut app, 200, 24);
    assert!(text.contains("id-2 on n-1") && !text.contains("failover"), "{text}");
}

#[test]
fn an_instance_of_nomad_names_its_job_and_the_link_to_its_page() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let id = "_nomad-task-eb1c3bc6-7a58-913c-97c4-fbb03d37c542-group-fe-shop-fe-http";
    press(&mut app, ":service shop-fe<enter>");
    let all = vec![world::instance("n-1", id, Status::Passing)];
    world::instances(&mut app, "dc-1", Subject::Service("shop-fe".into()), all);
    let text = screen(&mut app, 200, 30);
    assert!(text.contains("allocation eb1c3bc6-7a58-913c-97c4-fbb03d37c542"), "{text}");
    let told = Told {
        job: "shop".into(),
        group: "fe".into(),
        node: "nomad-1".into(),
        status: "running".into(),
        version: 3,
        is_canary: true,
        ..Told::default()
    };
    let found = Allocation {
        id: AllocationId::of(&id.into()).expect("an allocation"),
        nomad: Some("http://10.0.0.9:4646".into()),
        told: Answer::new(told, world::now()),
    };
    let ticket = app.store.ticket;
    world::feed_under(&mut app, "dc-1", ticket, Body::Allocation(Arc::new(found)));
    let text = screen(&mut app, 200, 30);
    assert!(text.contains("shop version 3, group fe, running on nomad-1, canary"), "{text}");
    assert!(text.contains("http://10.0.0.9:4646/ui/allocations/eb1c3bc6"), "{text}");
}
