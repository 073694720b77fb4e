//! What is old, unknown or left out is said; it never looks like "all fine".

use dcview::app::msg::Msg;
use dcview::domain::feed::{Body, Link, List, Pulse, Report};
use dcview::domain::freshness::State;
use dcview::domain::health::Status;
use dcview::domain::server::{Server, Servers};
use dcview::ui::glyph::Glyphs;

use super::world::{self, app, live, press, screen, service};

fn stale(app: &mut dcview::app::App, dc: &str) {
    let state = State::Stale { why: "refused".into(), since: Some(world::now()), retry_at: None };
    for list in [List::Services, List::Checks, List::Nodes] {
        world::fresh(app, dc, list, state.clone());
    }
}

fn link(app: &mut dcview::app::App, dc: &str, link: Link) {
    world::feed(app, dc, Body::Pulse(Pulse { at: world::now(), link, ..Pulse::default() }));
}

fn line(text: &str, word: &str) -> String {
    text.lines().find(|line| line.contains(word)).unwrap_or_default().to_owned()
}

#[test]
fn an_empty_list_that_is_old_is_not_called_fine() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    stale(&mut app, "dc-1");
    press(&mut app, ":checks<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(!text.contains("nothing is failing"), "{text}");
    assert!(text.contains("dc-1: stale"), "{text}");
}

#[test]
fn a_list_of_faults_without_faults_does_not_deny_the_rest() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    service(&mut app, "dc-1", "web", 3, 0);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("nothing is failing") && !text.contains("no services"), "{text}");
}

#[test]
fn a_dark_datacenter_beside_the_focused_one_is_not_called_live() {
    let mut app = app(&["dc-1", "dc-2"]);
    for dc in ["dc-1", "dc-2"] {
        live(&mut app, dc);
        service(&mut app, dc, "web", 3, 1);
    }
    stale(&mut app, "dc-2");
    press(&mut app, "1");
    let overview = screen(&mut app, 120, 24);
    assert!(line(&overview, "─ datacenters").contains("dc-2 stale"), "{overview}");
    assert!(!line(&overview, "│ dc-2").contains("now"), "old data is not of now:\n{overview}");
    assert!(overview.contains("worst services @ dc-1"), "it is limited and says so:\n{overview}");
    press(&mut app, ":services<enter>");
    let services = screen(&mut app, 120, 24);
    assert!(line(&services, "─ services").contains("dc-2 stale"), "{services}");
}

#[test]
fn a_service_is_absent_only_from_a_datacenter_that_said_so() {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    service(&mut app, "dc-1", "web", 3, 0);
    press(&mut app, ":services<enter>");
    let text = screen(&mut app, 100, 24);
    let row = line(&text, "web ");
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert!(cells.windows(3).any(|cells| cells == ["3/3", "-", "?"]), "{text}");
}

#[test]
fn servers_are_told_as_they_were_while_nobody_leads_them() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let server = |name: &str| Server {
        name: name.into(),
        address: "10.0.0.1:8300".into(),
        serf: "alive".into(),
        version: "1.8.7".into(),
        is_leader: false,
        is_voter: true,
        is_healthy: true,
        last_contact: None,
        last_index: 9,
        stable_since: None,
    };
    let servers = ["a", "b", "c"].map(server).to_vec();
    let known = Servers { servers, failure_tolerance: 1, expected: 3 };
    world::feed(&mut app, "dc-1", Body::Servers(known));
    assert!(screen(&mut app, 80, 24).contains("3/3 spare 1"));
    link(&mut app, "dc-1", Link::Leaderless);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("was 3/3") && !text.contains("spare"), "{text}");
    link(&mut app, "dc-1", Link::Led("10.0.0.1:8300".into()));
    let unknown = Servers { servers: Vec::new(), failure_tolerance: 0, expected: 3 };
    world::feed(&mut app, "dc-1", Body::Servers(unknown));
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("?/3") && !text.contains("0/3"), "{text}");
}

#[test]
fn a_command_that_is_right_takes_the_last_error_away() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":theme none<enter>");
    assert!(screen(&mut app, 80, 24).contains("no theme 'none'"));
    press(&mut app, "<esc>:services<enter>");
    assert!(!screen(&mut app, 80, 24).contains("no theme"));
}

#[test]
fn nothing_but_ascii_is_drawn_where_the_locale_has_no_more() {
    let mut app = app(&["dc-1"]);
    app.setup.look.glyphs = Glyphs::Ascii;
    live(&mut app, "dc-1");
    let long = format!("web-{}", "x".repeat(90));
    world::checks(&mut app, "dc-1", vec![world::check("n-1", &long, "web-1", Status::Critical)]);
    app.update(Msg::Clock(world::now()));
    press(&mut app, ":checks<enter>:group flat<enter>");
    let text = screen(&mut app, 60, 24);
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn help_says_when_there_is_more_of_it() {
    let mut app = app(&["dc-1"]);
    press(&mut app, "?");
    let first = screen(&mut app, 80, 24);
    assert!(first.contains("1-20 of"), "{first}");
    press(&mut app, &"<down>".repeat(300));
    let last = screen(&mut app, 80, 24);
    press(&mut app, "<up>");
    assert_ne!(screen(&mut app, 80, 24), last, "one step up is seen at once");
    press(&mut app, "gG");
    assert_eq!(screen(&mut app, 80, 24), last);
}

#[test]
fn pages_of_help_follow_one_another_and_nothing_in_them_is_cut() {
    let mut app = app(&["dc-1"]);
    press(&mut app, "?");
    let mut read = String::new();
    for page in 0..6 {
        let text = screen(&mut app, 80, 24);
        let title = text.lines().nth(1).unwrap_or_default();
        let is_whole = title.contains(&format!("help {}-{} of", page * 20 + 1, page * 20 + 20));
        assert!(is_whole || title.contains(" of ") && page > 2, "page {page}:\n{text}");
        read.extend(text.lines().filter(|line| line.starts_with('│')));
        press(&mut app, "<ctrl-f>");
    }
    assert!(!read.contains('…'), "{read}");
    for info in dcview::app::action::ACTIONS {
        assert!(read.contains(info.name), "{}", info.name);
    }
}

#[test]
fn why_nothing_is_shown_is_told_to_its_end() {
    let mut app = app(&[]);
    let detail =
        format!("cannot reach the agent at http://127.0.0.1:8500: {}, ask NOC", "no ".repeat(20));
    app.update(Msg::Report(Report::Discovery {
        why: "refused".into(),
        detail: detail.into(),
        retry_at: None,
    }));
    assert!(screen(&mut app, 80, 24).contains("ask NOC"));
}
