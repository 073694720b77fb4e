//! Services by datacenters: whether it is one or all.

use std::sync::Arc;

use dcview::app::App;
use dcview::domain::catalog::ServiceHealth;
use dcview::domain::delta::Delta;
use dcview::domain::feed::{Body, List};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::Counts;

use super::world::{self, app, live, press, screen};

fn service(app: &mut App, dc: &str, name: &str, critical: usize, all: usize, version: &str) {
    let counts = Counts { critical, passing: all - critical, ..Counts::default() };
    let health = ServiceHealth {
        name: name.into(),
        instances: Some(all),
        counts,
        is_exact: true,
        ..ServiceHealth::default()
    };
    let upserts = vec![(name.into(), Arc::new(health))];
    world::feed(app, dc, Body::Services(Delta { upserts, removed: Vec::new() }));
    let versions = [(Arc::from(version), all)].into();
    world::feed(app, dc, Body::Versions(name.into(), versions));
}

fn three() -> App {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    for dc in ["dc-1", "dc-2", "dc-3"] {
        live(&mut app, dc);
        service(&mut app, dc, "web", if dc == "dc-3" { 4 } else { 0 }, 4, "1.4");
        service(&mut app, dc, "queue", 1, 2, "3.0");
        service(&mut app, dc, "search", 0, 2, if dc == "dc-1" { "v2" } else { "v1" });
    }
    service(&mut app, "dc-1", "batch", 0, 1, "");
    press(&mut app, ":matrix<enter>");
    app
}

#[test]
fn what_differs_most_is_on_top_and_said_in_words() {
    let mut app = three();
    let text = screen(&mut app, 200, 20);
    let place = |name: &str| text.lines().position(|line| line.contains(name)).expect(name);
    assert!(place("│ web ") < place("│ batch"), "{text}");
    assert!(place("│ batch") < place("│ search") && place("│ search") < place("│ queue"), "{text}");
    for words in
        ["failing in dc-3 alone", "not in dc-2, dc-3", "versions differ", "failing everywhere"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    insta::assert_snapshot!("matrix-80x24", screen(&mut app, 80, 24));
}

#[test]
fn a_datacenter_that_has_not_told_is_no_difference() {
    let mut app = three();
    let never = Freshness { state: State::Loading, ..Freshness::default() };
    world::feed(&mut app, "dc-2", Body::Freshness(List::Services, never));
    press(&mut app, ":overview<enter>");
    press(&mut app, ":matrix<enter>");
    let text = screen(&mut app, 200, 20);
    let line = text.lines().find(|line| line.contains("│ batch")).expect("its line");
    assert!(line.contains("not in dc-3") && !line.contains("not in dc-2"), "{text}");
}

#[test]
fn what_a_datacenter_never_said_is_not_known_and_not_none() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    service(&mut app, "dc-1", "web", 0, 2, "v1");
    let state = State::Stale { why: "no answer in time".into(), since: None, retry_at: None };
    for list in [List::Services, List::Checks] {
        let never = Freshness { state: state.clone(), ..Freshness::default() };
        world::feed(&mut app, "dc-2", Body::Freshness(list, never));
    }
    press(&mut app, ":matrix<enter>");
    let text = screen(&mut app, 120, 20);
    let line = text.lines().find(|line| line.contains("│ web")).expect("its line");
    assert!(line.contains('?') && !line.contains('◌'), "{text}");
}

#[test]
fn what_is_not_seen_is_said_whole_on_a_small_screen() {
    let mut app = three();
    let state = State::Stale { why: "refused".into(), since: None, retry_at: None };
    for list in [List::Services, List::Checks] {
        world::fresh(&mut app, "dc-3", list, state.clone());
    }
    let text = screen(&mut app, 80, 24);
    let line = |name: &str| text.lines().find(|it| it.starts_with(name)).expect("its line");
    assert!(line("│ web ").contains("was failing in dc-3; dc-3 not seen│"), "{text}");
    assert!(line("│ search ").contains("; dc-3 not seen"), "{text}");
    assert!(line("│ queue ").contains("; dc-3 not seen"), "{text}");
}
