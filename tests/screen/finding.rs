//! The finder: anything in any datacenter, without opening anything first.

use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::domain::feed::{Body, List, Subject};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::Status;

use super::world::{self, app, live, press, screen};

fn two() -> App {
    let mut app = app(&["dc-1", "dc-2"]);
    for dc in ["dc-1", "dc-2"] {
        live(&mut app, dc);
        world::placed(&mut app, dc, "web", &["host-1", "host-1", "host-2"], Some(3));
        world::placed(&mut app, dc, "billing", &["host-2"], Some(1));
    }
    app
}

#[test]
fn an_instance_is_found_in_a_datacenter_where_nothing_was_opened() {
    let mut app = two();
    press(&mut app, "<ctrl-p>billing host");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("[2]") && text.contains("instance   billing host-2 dc-2"), "{text}");
    let effects = press(&mut app, " dc-2<enter>");
    let scope = effects.iter().rev().find_map(|effect| match effect {
        Effect::Scope(scope) => Some(scope),
        _ => None,
    });
    let wanted = &scope.expect("the page is watched").subjects;
    assert_eq!(wanted.len(), 1, "in its datacenter alone: {wanted:?}");
    assert_eq!(wanted[0].subject, Subject::Service("billing".into()));
    let all = vec![
        world::instance("host-2", "billing-7", Status::Passing),
        world::instance("host-20", "billing-8", Status::Passing),
    ];
    world::instances(&mut app, "dc-2", Subject::Service("billing".into()), all);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("service billing @ dc-2 [1/2] </^host-2$>"), "{text}");
    assert!(text.contains("billing-7") && !text.contains("billing-8"), "{text}");
}

#[test]
fn an_instance_whose_id_is_known_is_opened_itself() {
    let mut app = two();
    press(&mut app, ":service web @dc-1<enter>");
    let one = vec![world::instance("host-2", "web-9", Status::Passing)];
    world::instances(&mut app, "dc-1", Subject::Service("web".into()), one);
    press(&mut app, "<ctrl-p>web host-2 dc-1");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("web host-2 dc-1") && text.contains("web-9 host-2 dc-1"), "{text}");
    press(&mut app, "<down><enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("instance web-9"), "{text}");
}

#[test]
fn a_check_leads_to_its_instance_and_a_nodes_own_to_the_node() {
    let mut app = two();
    let failing = vec![
        world::check("host-1", "latency", "web-1", Status::Critical),
        world::check("host-2", "memory", "", Status::Warning),
    ];
    world::checks(&mut app, "dc-2", failing);
    press(&mut app, "<ctrl-p>latency<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("instance web-1 on host-1 @ dc-2"), "{text}");
    press(&mut app, "<ctrl-p>memory<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("node host-2 @ dc-2"), "{text}");
}

#[test]
fn what_is_named_itself_goes_before_the_instances_that_are_named_alike() {
    let mut app = two();
    world::node(&mut app, "dc-2", "webby", Status::Passing);
    press(&mut app, "<ctrl-p>web");
    let text = screen(&mut app, 80, 24);
    let kinds: Vec<&str> =
        text.lines().skip(3).filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert!(text.contains("[6]"), "a service, a node, four instances:\n{text}");
    assert_eq!(kinds[..3], ["service", "node", "instance"], "{text}");
}

#[test]
fn what_cannot_be_found_is_said() {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    live(&mut app, "dc-1");
    world::placed(&mut app, "dc-1", "web", &["host-1"], Some(1));
    live(&mut app, "dc-2");
    world::placed(&mut app, "dc-2", "web", &[], None);
    press(&mut app, "<ctrl-p>");
    let text = screen(&mut app, 80, 24);
    assert!(!text.contains("dc-1: "), "nothing is missing there:\n{text}");
    assert!(text.contains("dc-2: only names of services may be read"), "{text}");
    assert!(text.contains("dc-3: its services have not come yet"), "{text}");
    press(&mut app, "<esc>");
    let freshness = Freshness {
        state: State::Live,
        at: Some(world::now()),
        may_be_filtered: true,
        ..Freshness::default()
    };
    world::feed(&mut app, "dc-1", Body::Freshness(List::Services, freshness));
    press(&mut app, "<ctrl-p>web");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("dc-1: ACLs may hide services"), "{text}");
}

#[test]
fn what_comes_while_it_is_open_is_found() {
    let mut app = two();
    press(&mut app, "<ctrl-p>late");
    assert!(screen(&mut app, 80, 24).contains("[0]"));
    world::node(&mut app, "dc-2", "host-late", Status::Passing);
    let effects = app.update(Msg::Clock(world::now()));
    world::run_jobs(&mut app, effects);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("[1]") && text.contains("host-late"), "{text}");
    assert!(app.update(Msg::Clock(world::now())).is_empty(), "and only once");
}
