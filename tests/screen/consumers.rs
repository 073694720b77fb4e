//! What consumers see, on the screen: a column for each way, disagreements on top and in words.

use dcview::app::App;
use dcview::domain::consumers::{Answer, Problem};
use dcview::domain::feed::Subject;
use dcview::domain::freshness::State;
use dcview::domain::health::Status;

use super::world::{self, app, live, press, screen};

/// The view of `web` in a datacenter with three instances: one critical and still UP.
fn shown() -> App {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    world::service(&mut app, "dc-1", "web", 2, 1);
    press(&mut app, ":consumers web<enter>");
    world::consumers(&mut app, "dc-1", 3);
    app
}

#[test]
fn a_row_on_which_the_ways_disagree_is_on_top_in_words() {
    let mut app = shown();
    let screen = screen(&mut app, 200, 30);
    let lines: Vec<&str> = screen.lines().collect();
    assert!(lines[1].contains("consumers of web"), "{screen}");
    assert!(lines[1].contains("3 instances, 1 disagree"), "{screen}");
    for way in ["A", "SRV", "passing", "raw", "template", "edge"] {
        assert!(lines[2].contains(way), "{way}:\n{screen}");
    }
    assert!(lines[3].contains("critical") && lines[3].contains("web-0"), "{screen}");
    let words = "critical in Consul, still UP in edge (config not reloaded)";
    assert!(screen.contains(words), "{screen}");
    // DNS was not asked: that is not the same as no.
    assert!(lines[3].contains('?'), "{screen}");
}

#[test]
fn a_small_screen_has_the_ways_and_the_words() {
    let mut app = shown();
    let screen = screen(&mut app, 80, 24);
    let lines: Vec<&str> = screen.lines().collect();
    assert!(lines[2].contains("SRV") && lines[2].contains("edge"), "{screen}");
    assert!(lines[3].contains("critical in Consul"), "{screen}");
    assert!(screen.contains("! critical in Consul, still UP in edge (config not reloaded)"));
}

#[test]
fn a_way_that_does_not_answer_says_why_and_since_when_and_claims_nothing() {
    let mut app = shown();
    let mut asked = world::asked(3);
    let since = world::now() - chrono::TimeDelta::seconds(40);
    let problem = Problem { why: "connection refused".into(), since, is_denied: false };
    asked.balancers[0].1 = Answer { given: None, problem: Some(problem) };
    world::seen(&mut app, "dc-1", asked);
    let screen = screen(&mut app, 200, 30);
    assert!(screen.contains("edge cannot be asked: connection refused"), "{screen}");
    assert!(screen.contains("no answer for 40s: connection refused"), "{screen}");
    assert!(!screen.contains("disagree "), "{screen}");
    assert!(!screen.contains("still UP"), "{screen}");
}

#[test]
fn what_the_catalog_said_before_it_went_dark_is_shown_as_what_was() {
    let mut app = shown();
    let why = "no answer in time".into();
    let state = State::Stale { since: None, why, retry_at: None };
    world::fresh_subject(&mut app, "dc-1", Subject::Consumers("web".into()), state);
    let screen = screen(&mut app, 200, 30);
    assert!(screen.contains("was critical"), "{screen}");
    assert!(screen.contains("stale 0s: no answer in time"), "{screen}");
}

#[test]
fn only_faults_are_the_rows_that_disagree() {
    let mut app = shown();
    press(&mut app, ":faults-only<enter>");
    let screen = screen(&mut app, 200, 30);
    assert!(screen.contains("web-0") && !screen.contains("web-1"), "{screen}");
}

#[test]
fn it_opens_from_a_service_and_from_an_instance_and_leads_back_there() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    world::service(&mut app, "dc-1", "web", 2, 1);
    press(&mut app, ":services<enter>v");
    assert!(screen(&mut app, 120, 30).contains("consumers of web"));
    press(&mut app, "<esc>:service web<enter>");
    let all = vec![world::instance("n-1", "web-1", Status::Passing)];
    world::instances(&mut app, "dc-1", Subject::Service("web".into()), all.clone());
    press(&mut app, "<enter>");
    world::instances(&mut app, "dc-1", Subject::Node("n-1".into()), all);
    press(&mut app, "v");
    world::consumers(&mut app, "dc-1", 3);
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("consumers of web @ dc-1"), "{text}");
    // The cursor is on the instance that it was opened from.
    press(&mut app, "<enter>");
    assert!(screen(&mut app, 120, 30).contains("instance web-1 on n-1"));
}

#[test]
fn disagreements_of_all_services_lead_to_the_one() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    press(&mut app, ":disagreements<enter>");
    // Nothing is said to be fine before it was looked at.
    let text = screen(&mut app, 120, 30);
    assert!(!text.contains("gives what the catalog says"), "{text}");
    world::disagreements(&mut app, "dc-1", 1);
    world::disagreements(&mut app, "dc-2", 0);
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("2 services"), "{text}");
    assert!(text.contains("critical in Consul, still UP in edge"), "{text}");
    press(&mut app, "<enter>");
    assert!(screen(&mut app, 120, 30).contains("consumers of web @ dc-1"));
}

#[test]
fn no_disagreement_anywhere_is_said_only_of_what_was_asked() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":disagreements<enter>");
    world::disagreements(&mut app, "dc-1", 0);
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("every way that was asked gives what the catalog says"), "{text}");
}
