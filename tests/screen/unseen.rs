//! Services of a datacenter that does not answer: what is said of them is what was.

use dcview::app::App;
use dcview::domain::feed::{Body, Link, List, Pulse};
use dcview::domain::freshness::{Freshness, State};

use super::world::{self, app, edges, live, press, screen, service};

/// `dc-3` stopped answering: it had `web`, which is well in the others, and `there` alone.
fn without_the_third() -> App {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    for dc in ["dc-1", "dc-2", "dc-3"] {
        live(&mut app, dc);
        service(&mut app, dc, "web", 2, 0);
    }
    service(&mut app, "dc-1", "ledger", 2, 0);
    service(&mut app, "dc-2", "ledger", 1, 1);
    service(&mut app, "dc-3", "there", 1, 0);
    edges(&mut app, "dc-1", &[("web".into(), "ledger".into()), ("web".into(), "there".into())]);
    for list in [List::Services, List::Checks] {
        let state = State::Stale { why: "refused".into(), since: None, retry_at: None };
        world::fresh(&mut app, "dc-3", list, state);
    }
    app
}

fn row(text: &str, name: &str) -> String {
    let begins = format!("│ {name} ");
    text.lines().find(|line| line.starts_with(&begins)).unwrap_or_default().to_owned()
}

#[test]
fn a_service_is_well_only_where_every_part_of_it_is_seen() {
    let mut app = without_the_third();
    press(&mut app, ":services<enter>");
    let text = screen(&mut app, 200, 24);
    let web = row(&text, "web");
    assert!(web.contains("◌ passing?") && web.contains("◌ 2/2"), "{text}");
    assert!(web.contains("none seen failing"), "{text}");
    assert!(row(&text, "there").contains("◌ was passing"), "{text}");
    assert!(row(&text, "ledger").contains("✗ critical"), "it fails where it is seen:\n{text}");
    live(&mut app, "dc-3");
    let text = screen(&mut app, 200, 24);
    assert!(row(&text, "web").contains("✓ passing") && !text.contains('◌'), "{text}");
}

#[test]
fn what_differs_is_said_of_the_datacenters_that_answer() {
    let mut app = without_the_third();
    press(&mut app, ":matrix<enter>");
    let text = screen(&mut app, 120, 24);
    assert!(row(&text, "ledger").contains("failing in dc-2; dc-3 not seen"), "{text}");
    let there = row(&text, "there");
    assert!(there.contains("◌ 1/1") && !there.contains("not in"), "{text}");
    live(&mut app, "dc-3");
    let text = screen(&mut app, 120, 24);
    assert!(row(&text, "ledger").contains("failing in dc-2 alone; not in dc-3"), "{text}");
    assert!(row(&text, "there").contains("not in dc-1, dc-2"), "{text}");
}

#[test]
fn a_small_matrix_has_a_column_for_each_datacenter_or_says_how_many_have_none() {
    let dcs: Vec<String> = (1..=9).map(|n| format!("dc-{n}")).collect();
    for (n, told) in [(3, None), (9, Some("+5 dcs"))] {
        let dcs: Vec<&str> = dcs.iter().take(n).map(String::as_str).collect();
        let mut app = app(&dcs);
        for dc in &dcs {
            live(&mut app, dc);
            service(&mut app, dc, "web", 2, 0);
        }
        press(&mut app, ":matrix<enter>");
        let text = screen(&mut app, 80, 24);
        let head = text.lines().nth(2).unwrap_or_default();
        let shown = head.matches("dc-").count();
        assert!(shown == told.map_or(n, |_| 4), "{shown}:\n{text}");
        assert!(told.is_none_or(|told| head.contains(told)), "{text}");
    }
}

#[test]
fn the_map_shows_what_was() {
    let mut app = without_the_third();
    press(&mut app, ":map<enter>");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("◌ web") && text.contains("◌ there"), "{text}");
    assert!(text.contains("✗ ledger"), "{text}");
    live(&mut app, "dc-3");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("✓ web") && !text.contains("◌ "), "{text}");
    press(&mut app, ":edges<enter>");
    assert!(!screen(&mut app, 100, 24).contains('◌'));
}

#[test]
fn trouble_in_a_datacenter_that_is_not_seen_is_told_as_what_was() {
    let mut app = without_the_third();
    service(&mut app, "dc-3", "there", 0, 1);
    for dc in ["dc-1", "dc-2"] {
        service(&mut app, dc, "ledger", 1, 0);
    }
    press(&mut app, ":map<enter>f");
    let text = screen(&mut app, 160, 24);
    let told = "there was critical, nothing that it calls is seen failing; 1 service stands behind it; \
                dc-3 not seen";
    assert!(text.contains(told), "{text}");
    press(&mut app, ":matrix<enter>");
    let text = screen(&mut app, 140, 24);
    assert!(row(&text, "there").contains("was failing in dc-3"), "{text}");
    service(&mut app, "dc-3", "there", 1, 0);
    press(&mut app, ":map<enter>");
    edges(&mut app, "dc-1", &[("web".into(), "there".into())]);
    press(&mut app, "f");
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("nothing on the map is seen failing; dc-3 not seen"), "{text}");
}

#[test]
fn what_was_never_told_may_hold_more_and_without_a_leader_nothing_is_written() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    service(&mut app, "dc-1", "web", 2, 0);
    press(&mut app, ":services<enter>");
    let text = screen(&mut app, 160, 24);
    assert!(row(&text, "web").contains("◌ passing?"), "dc-2 has told nothing:\n{text}");
    assert!(row(&text, "web").contains("none seen failing"), "{text}");
    press(&mut app, "1");
    assert!(row(&screen(&mut app, 160, 24), "web").contains("✓ passing"), "dc-1 alone");
    live(&mut app, "dc-2");
    press(&mut app, "0");
    assert!(row(&screen(&mut app, 160, 24), "web").contains("✓ passing"));
    let (state, leaderless) = (State::Live, Some(std::time::Duration::from_secs(9)));
    let fresh = Freshness { state, leaderless, at: Some(world::now()), ..Freshness::default() };
    world::feed(&mut app, "dc-1", Body::Freshness(List::Checks, fresh));
    let text = screen(&mut app, 160, 24);
    assert!(row(&text, "web").contains("◌ was passing"), "{text}");
}

#[test]
fn what_is_known_by_failing_checks_alone_was_so_once_they_are_old() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    service(&mut app, "dc-1", "web", 2, 0);
    // Its list of services never came.
    world::fresh(&mut app, "dc-2", List::Checks, State::Live);
    service(&mut app, "dc-2", "web", 0, 1);
    press(&mut app, ":services<enter>");
    assert!(row(&screen(&mut app, 160, 24), "web").contains("✗ critical"));
    let state = State::Stale { why: "refused".into(), since: None, retry_at: None };
    world::fresh(&mut app, "dc-2", List::Checks, state);
    let text = screen(&mut app, 160, 24);
    assert!(row(&text, "web").contains("◌ was critical"), "{text}");
    press(&mut app, ":matrix<enter>");
    let text = screen(&mut app, 160, 24);
    assert!(row(&text, "web").contains("was failing in dc-2"), "{text}");
}

#[test]
fn a_datacenter_that_does_not_answer_is_not_said_to_load() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    let link = Link::Dark { why: "refused".into(), detail: "hung up".into(), retry_at: None };
    world::feed(&mut app, "dc-2", Body::Pulse(Pulse { link, ..Pulse::default() }));
    for view in ["map", "services", "service web", "locks"] {
        press(&mut app, &format!(":{view}<enter>"));
        let text = screen(&mut app, 160, 24);
        let title = text.lines().nth(1).unwrap_or_default();
        let loads = ["dc-2: loading", "dc-2 loading"].iter().any(|it| title.contains(it));
        assert!(title.contains("refused") && !loads, "{view}:\n{text}");
    }
}
