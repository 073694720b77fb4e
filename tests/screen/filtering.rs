//! Filtering the failing checks while they are grouped: groups are found by what is in them.

use dcview::app::App;
use dcview::app::msg::Effect;
use dcview::domain::health::Status;

use super::world::{app, check, checks, live, press, run_jobs, screen};

/// Two services and a node in two datacenters; every check says `ID says no`.
fn failing() -> App {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    let own = vec![
        check("n-1", "disk-full", "web-1", Status::Critical),
        check("n-2", "latency", "web-2", Status::Critical),
        check("n-2", "timeouts", "api-7", Status::Warning),
    ];
    checks(&mut app, "dc-1", own);
    checks(&mut app, "dc-2", vec![check("n-9", "serfHealth", "", Status::Critical)]);
    press(&mut app, ":checks<enter>");
    app
}

fn filtered(app: &mut App, filter: &str) -> String {
    press(app, &format!("/{filter}<enter>"));
    screen(app, 120, 14)
}

#[test]
fn a_folded_group_is_found_by_any_of_its_members() {
    for (filter, group) in [
        ("disk-full", "web"),
        ("n-1", "web"),
        ("web-2", "web"),
        ("latency says", "web"),
        ("api-7", "api"),
        ("warning", "api"),
        ("dc-2", "node n-9"),
        ("serfhealth says", "node n-9"),
        ("-f tmouts", "api"),
    ] {
        let mut app = failing();
        let text = filtered(&mut app, filter);
        assert!(
            text.contains("[1/3]") && text.contains(&format!("▸ {group}")),
            "{filter}:\n{text}"
        );
    }
}

#[test]
fn an_unfolded_group_shows_the_members_that_match() {
    let mut app = failing();
    press(&mut app, "x");
    let text = filtered(&mut app, "latency");
    assert!(text.contains("[2/7]") && text.contains("▾ web") && text.contains("n-2"), "{text}");
    assert!(!text.contains("disk-full"), "{text}");
    press(&mut app, "<esc>");
    assert!(screen(&mut app, 120, 14).contains("[7]"), "esc shows all again");
}

#[test]
fn a_group_that_matches_by_its_name_shows_all_its_members() {
    let mut app = failing();
    press(&mut app, "x");
    let text = filtered(&mut app, "^web$");
    assert!(text.contains("[3/7]") && text.contains("disk-full"), "{text}");
}

#[test]
fn a_group_is_hidden_when_all_its_members_are() {
    let mut app = failing();
    let text = filtered(&mut app, "!disk-full");
    assert!(text.contains("[3]"), "web has another check:\n{text}");
    let mut app = failing();
    let text = filtered(&mut app, "!web");
    assert!(text.contains("[2/3]"), "{text}");
}

#[test]
fn a_group_comes_and_goes_with_the_members_that_match() {
    let mut app = failing();
    let text = filtered(&mut app, "refused");
    assert!(text.contains("[0/3]"), "{text}");
    let (key, plain) = check("n-2", "timeouts", "api-7", Status::Critical);
    let output = "connection refused".into();
    let now = std::sync::Arc::new(dcview::domain::health::Check { output, ..(*plain).clone() });
    checks(&mut app, "dc-1", vec![(key.clone(), now)]);
    assert!(screen(&mut app, 120, 14).contains("[1/3]"));
    checks(&mut app, "dc-1", vec![(key, plain)]);
    assert!(screen(&mut app, 120, 14).contains("[0/3]"));
}

#[test]
fn few_groups_of_very_many_checks_are_filtered_beside_the_screen() {
    let mut app = failing();
    let many = (0..30_000).map(|n| check(&format!("m-{n}"), "c", "big-1", Status::Critical));
    checks(&mut app, "dc-1", many.collect());
    let mut effects = Vec::new();
    app.command(":checks /m-12345", &mut effects);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Order(..))), "{}", effects.len());
    run_jobs(&mut app, effects);
    let text = screen(&mut app, 120, 14);
    assert!(text.contains("[1/4]") && text.contains("▸ big"), "{text}");
}
