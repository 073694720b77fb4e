//! The overview on a small screen: every fact of every datacenter can be reached.

use dcview::app::App;
use dcview::app::msg::Msg;
use dcview::domain::feed::{Body, Link, List, Pulse};
use dcview::domain::freshness::State;
use dcview::domain::health::Status;
use dcview::domain::server::{Server, Servers};

use super::world::{self, app, checks, live, press, screen, service};

/// The words that stand between the borders: what is wrapped reads on.
fn inside(screen: &str) -> String {
    let lines = screen.lines().filter_map(|line| line.strip_prefix('│')?.strip_suffix('│'));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn led(app: &mut App, dc: &str) {
    live(app, dc);
    let server = |name: &str, last_index, is_leader| Server {
        name: name.into(),
        address: "10.0.0.1:8300".into(),
        serf: "alive".into(),
        version: "1.8.7".into(),
        is_leader,
        is_voter: true,
        is_healthy: true,
        last_contact: Some(std::time::Duration::from_millis(12)),
        last_index,
        stable_since: None,
    };
    let servers = vec![server("s-1", 900, true), server("s-2", 880, false)];
    let servers = Servers { servers, failure_tolerance: 1, expected: 2 };
    world::feed(app, dc, Body::Servers(servers));
    service(app, dc, "web", 3, 1);
    world::node(app, dc, "n-1", Status::Passing);
    world::node(app, dc, "n-2", Status::Passing);
    checks(
        app,
        dc,
        vec![
            world::check("n-1", "a", "web-1", Status::Critical),
            world::check("n-2", "_node_maintenance", "", Status::Maintenance),
        ],
    );
}

fn dark(app: &mut App, dc: &str) -> String {
    let whole = format!(
        "cannot reach '{dc}' at https://consul.{dc}.example.org:8501: connection refused (os error \
         111); check 'address' under [datacenters.{dc}] in config.toml"
    );
    let link = Link::Dark { why: "refused".into(), detail: whole.as_str().into(), retry_at: None };
    world::feed(app, dc, Body::Pulse(Pulse { at: world::now(), link, ..Pulse::default() }));
    let state = State::Stale { why: "refused".into(), since: None, retry_at: None };
    for list in [List::Services, List::Checks, List::Nodes] {
        world::fresh(app, dc, list, state.clone());
    }
    app.update(Msg::Clock(world::now()));
    whole
}

#[test]
fn every_fact_of_the_highlighted_datacenter_is_on_a_small_screen() {
    let mut app = app(&["dc-1", "dc-2"]);
    led(&mut app, "dc-1");
    let text = screen(&mut app, 80, 24);
    for fact in [
        "leader s-1",
        "servers 2/2 spare 1",
        "worst follower s-2 20 behind, 12ms",
        "round trip ?",
        "data now",
        "nodes 2",
        "services 1",
        "instances 4",
        "critical 1",
        "warning 0",
        "maintenance 1",
    ] {
        assert!(text.contains(fact), "{fact}:\n{text}");
    }
    assert!(text.contains("worst services") && text.contains("3/4"), "it keeps its room:\n{text}");
}

#[test]
fn the_note_of_a_datacenter_is_whole_on_a_small_screen() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    let note = dark(&mut app, "dc-2");
    press(&mut app, "<down>");
    let text = screen(&mut app, 80, 24);
    assert!(inside(&text).contains(&note), "{text}");
    assert!(text.contains("checks, services, nodes: stale"), "every list is named:\n{text}");
    press(&mut app, "d");
    let text = screen(&mut app, 80, 24);
    assert!(!inside(&text).contains(&note), "`d` hides it:\n{text}");
}

#[test]
fn facts_do_not_move_the_list_below_while_the_cursor_moves() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    dark(&mut app, "dc-2");
    let line = |text: &str| text.lines().position(|line| line.contains("worst services"));
    let before = line(&screen(&mut app, 80, 24));
    press(&mut app, "<down>");
    assert_eq!(line(&screen(&mut app, 80, 24)), before);
}

#[test]
fn wide_shows_the_other_half_of_a_datacenter_on_a_small_screen() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let heading = |app: &mut dcview::app::App| {
        screen(app, 80, 24).lines().nth(2).unwrap_or_default().to_owned()
    };
    let usual = heading(&mut app);
    assert!(usual.contains("inst") && !usual.contains("worst follower"), "{usual}");
    press(&mut app, "<ctrl-w>");
    let wide = heading(&mut app);
    for title in ["leader", "worst follower", "nodes", "mnt"] {
        assert!(wide.contains(title), "{title}: {wide}");
    }
}

#[test]
fn the_cursor_starts_on_the_focused_datacenter() {
    let setup = app(&[]).setup;
    let mut app = App::new(dcview::app::Setup { focus: Some("dc-2".into()), ..setup });
    let all = vec!["dc-1".into(), "dc-2".into(), "dc-3".into()];
    app.update(Msg::Report(dcview::domain::feed::Report::Datacenters { all, local: None }));
    let has_facts_of = |app: &mut App, dc: &str| {
        let text = screen(app, 80, 24);
        assert!(text.contains(&format!("─ {dc} ─")), "the facts of {dc}:\n{text}");
    };
    has_facts_of(&mut app, "dc-2");
    press(&mut app, "3");
    has_facts_of(&mut app, "dc-3");
    // It is only where it starts.
    press(&mut app, "<up><up>");
    has_facts_of(&mut app, "dc-1");
    press(&mut app, "0");
    has_facts_of(&mut app, "dc-1");
}

#[test]
fn trends_of_all_datacenters_are_on_one_scale() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    let failing = |n: usize| {
        let check = |n| world::check("n-1", &format!("c{n}"), "web-1", Status::Critical);
        (0..n).map(check).collect()
    };
    checks(&mut app, "dc-1", failing(1));
    checks(&mut app, "dc-2", failing(8));
    app.update(Msg::Clock(world::now()));
    let text = screen(&mut app, 200, 40);
    let bars = |dc: &str| -> String {
        let row = text.lines().find(|line| line.starts_with(&format!("│ {dc} ")));
        row.unwrap_or_default().chars().filter(|c| ('▁'..='█').contains(c)).collect()
    };
    assert_eq!((bars("dc-1").as_str(), bars("dc-2").as_str()), ("▂", "█"), "{text}");
}
