//! What is on screen is what was fed, and an empty list is never called fine without cause.

use dcview::app::msg::Msg;
use dcview::domain::delta::Delta;
use dcview::domain::feed::{Body, List, Subject};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::Status;

use super::world::{self, app, check, checks, live, press, screen, service};

#[test]
fn an_empty_list_is_nothing_only_when_all_answered() {
    let mut app = app(&["dc-1"]);
    press(&mut app, ":checks<enter>");
    assert!(screen(&mut app, 80, 24).contains("loading"));
    live(&mut app, "dc-1");
    assert!(screen(&mut app, 80, 24).contains("nothing is failing"));
}

#[test]
fn an_empty_list_that_may_be_filtered_is_not_called_fine() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let freshness = Freshness {
        state: State::Live,
        at: Some(world::now()),
        may_be_filtered: true,
        ..Freshness::default()
    };
    world::feed(&mut app, "dc-1", Body::Freshness(List::Checks, freshness));
    press(&mut app, ":checks<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("dc-1: nothing came, but what is there may be filtered"), "{text}");
    assert!(!text.contains("nothing is failing"), "{text}");
}

#[test]
fn a_service_stands_in_one_row_with_a_column_for_each_datacenter() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    service(&mut app, "dc-1", "billing", 12, 0);
    service(&mut app, "dc-2", "billing", 5, 7);
    service(&mut app, "dc-2", "audit", 3, 0);
    press(&mut app, ":services<enter>");
    let text = screen(&mut app, 100, 24);
    let lines: Vec<&str> = text.lines().collect();
    let row = lines.iter().position(|line| line.contains("billing")).expect("a row");
    assert!(lines[row].contains("12/12") && lines[row].contains("5/12"), "{text}");
    assert!(lines[row + 1].contains("audit"), "the worst service comes first:\n{text}");
}

#[test]
fn more_datacenters_than_columns_show_the_focused_and_the_worst() {
    let names: Vec<String> = (1..=9).map(|n| format!("dc-{n}")).collect();
    let mut app = app(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for dc in &names {
        live(&mut app, dc);
        service(&mut app, dc, "web", 4, usize::from(dc == "dc-8"));
    }
    press(&mut app, ":services<enter>6");
    let text = screen(&mut app, 80, 24);
    let heading = text.lines().nth(2).expect("headings");
    assert!(heading.contains("dc-6") && heading.contains("dc-8"), "{text}");
    assert!(heading.contains("dcs"), "it says that there are more:\n{text}");
}

#[test]
fn a_failing_node_folds_the_checks_of_its_services() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    checks(
        &mut app,
        "dc-1",
        vec![
            check("n-1", "serfHealth", "", Status::Critical),
            check("n-1", "a", "web-1", Status::Critical),
            check("n-1", "b", "api-1", Status::Critical),
            check("n-2", "c", "web-2", Status::Warning),
        ],
    );
    press(&mut app, ":checks<enter>:group node<enter>");
    let folded = screen(&mut app, 120, 30);
    assert!(folded.contains("[2]"), "two nodes, folded:\n{folded}");
    press(&mut app, "<enter>");
    let open = screen(&mut app, 120, 30);
    assert!(
        open.contains("[5]") && open.contains("serfHealth") && open.contains("api-1"),
        "{open}"
    );
}

#[test]
fn maintenance_is_shown_with_its_reason_and_not_as_critical() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    checks(&mut app, "dc-1", vec![check("n-1", "_node_maintenance", "", Status::Maintenance)]);
    press(&mut app, ":checks<enter>");
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("maintenance") && text.contains("a reason"), "{text}");
    assert!(!text.contains("critical"), "{text}");
}

#[test]
fn escape_sequences_in_an_output_never_reach_the_screen() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let (key, plain) = check("n-\u{1b}[2J", "a", "web-1", Status::Critical);
    let output = "\u{1b}]52;c;ZXZpbA==\u{7}red \u{1b}[31malert\u{1b}[0m\u{202e}".into();
    let evil = std::sync::Arc::new(dcview::domain::health::Check { output, ..(*plain).clone() });
    checks(&mut app, "dc-1", vec![(key, evil)]);
    press(&mut app, ":checks<enter>:group flat<enter>");
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("red alert"), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    assert!(!text.contains("ZXZpbA"), "{text}");
}

#[test]
fn since_is_exact_only_for_what_was_seen_to_change() {
    let mut app = app(&["dc-1"]);
    checks(&mut app, "dc-1", vec![check("n-1", "old", "web-1", Status::Critical)]);
    live(&mut app, "dc-1");
    checks(&mut app, "dc-1", vec![check("n-2", "new", "web-2", Status::Critical)]);
    app.update(Msg::Clock(world::now() + chrono::TimeDelta::minutes(4)));
    press(&mut app, ":checks<enter>:group flat<enter>");
    let text = screen(&mut app, 120, 30);
    let line =
        |word: &str| text.lines().find(|line| line.contains(word)).unwrap_or_default().to_owned();
    assert!(line("web-1 on").contains(">= 4m"), "{text}");
    assert!(line("web-2 on").contains("4m") && !line("web-2 on").contains(">="), "{text}");
}

#[test]
fn a_late_answer_for_a_view_that_was_left_is_dropped() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":service web<enter>");
    let late = app.store.ticket;
    press(&mut app, ":service api<enter>");
    let subject = Subject::Service("web".into());
    let upserts = vec![world::instance("n-1", "web-1", Status::Passing)];
    let delta = Delta { upserts, removed: Vec::new() };
    world::feed_under(&mut app, "dc-1", late, Body::Instances(subject.clone(), delta));
    assert!(app.store.dc(&"dc-1".into()).expect("a datacenter").instances.is_empty());
}
