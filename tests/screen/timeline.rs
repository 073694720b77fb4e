//! The timeline on the screen: what happened, newest first.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use dcview::app::App;
use dcview::app::msg::Msg;
use dcview::domain::event::{Event, Kind, Object};
use dcview::domain::feed::Body;
use dcview::domain::health::Status;
use dcview::domain::history::{Bound, History};
use dcview::domain::zone::Zone;

use super::world::{app, event, events, feed, live, now, press, screen};

/// Noon of the day: everything is of today.
fn noon() -> DateTime<Utc> {
    now() + TimeDelta::hours(12)
}

/// A check's transition, so many seconds before noon.
fn check(dc: &str, instance: &str, to: Status, ago: i64) -> Event {
    event(dc, "n-1", instance, to, ago - 12 * 3600)
}

/// The timeline of two datacenters in which a few things happened.
fn timeline() -> App {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    app.update(Msg::Clock(noon()));
    press(&mut app, ":timeline<enter>");
    let first = vec![
        check("dc-1", "web-1", Status::Critical, 90),
        check("dc-1", "web-1", Status::Passing, 30),
    ];
    events(&mut app, "dc-1", first);
    let dark = Event {
        at: noon() - TimeDelta::seconds(60),
        after: Some(noon() - TimeDelta::seconds(122)),
        kind: Kind::Datacenter,
        object: Object::Datacenter,
        from: "".into(),
        to: "dark".into(),
        detail: "connection refused".into(),
        ..check("dc-2", "web-1", Status::Critical, 0)
    };
    events(&mut app, "dc-2", vec![dark]);
    app
}

#[test]
fn what_happened_is_listed_newest_first_with_its_local_time() {
    let mut app = timeline();
    let text = screen(&mut app, 80, 24);
    let rows: Vec<&str> =
        text.lines().filter(|line| line.contains(':') && line.contains("dc-")).collect();
    let at = |what: &str| rows.iter().position(|row| row.contains(what)).expect(what);
    assert!(at("11:59:30 dc-1") < at("~11:59:00 dc-2"), "{text}");
    assert!(at("~11:59:00 dc-2") < at("11:58:30 dc-1"), "{text}");
    assert!(text.contains("critical -> passing") && text.contains("passing -> critical"), "{text}");
}

/// So many checks of `web` that fail within a few seconds, each on a node of its own.
fn storm(app: &mut App, n: i64) {
    let failing = (0..n).map(|i| {
        let event = check("dc-1", &format!("web-{i}"), Status::Critical, 300 - i / 10);
        let Object::Check { id, name, service, service_id, .. } = event.object.clone() else {
            return event;
        };
        let node = format!("n-{i}").as_str().into();
        Event { object: Object::Check { node, id, name, service, service_id }, ..event }
    });
    events(app, "dc-1", failing.collect());
}

#[test]
fn a_storm_is_one_line_until_it_is_unfolded() {
    let mut app = timeline();
    storm(&mut app, 97);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("▸ 97 checks of web") && text.contains("critical in 9s"), "{text}");
    assert!(text.contains("[4]") && text.contains("100 events"), "{text}");
    press(&mut app, "x");
    let text = screen(&mut app, 80, 40);
    assert!(
        text.contains("▾ 97 checks of web") && text.contains("    http of web-96 on n-96"),
        "{text}"
    );
    press(&mut app, "x");
    assert!(!screen(&mut app, 80, 40).contains("web-96"));
    // The one under the cursor by itself; the cursor stays on it.
    press(&mut app, "jjj<enter>");
    let text = screen(&mut app, 80, 40);
    assert!(text.contains("    http of web-96 on n-96"), "{text}");
    press(&mut app, "<enter>");
    assert!(!screen(&mut app, 80, 40).contains("    http of web-96"));
}

#[test]
fn what_joins_a_storm_later_is_folded_into_it() {
    let mut app = timeline();
    storm(&mut app, 7);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("[10]") && !text.contains("▸"), "fewer are read as they are:\n{text}");
    let one = |i: i64| {
        let mut event = check("dc-1", &format!("web-{i}"), Status::Critical, 299);
        event.at += TimeDelta::milliseconds(i);
        event
    };
    events(&mut app, "dc-1", vec![one(7)]);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("[4]") && text.contains("▸ 8 checks of web"), "{text}");
    events(&mut app, "dc-1", vec![one(8), one(9)]);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("[4]") && text.contains("▸ 10 checks of web"), "{text}");
}

#[test]
fn a_filter_looks_into_a_storm() {
    let mut app = timeline();
    storm(&mut app, 20);
    press(&mut app, "/web-13<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("[1/4]") && text.contains("20 checks of web"), "{text}");
}

#[test]
fn the_command_line_limits_it_to_objects_kinds_spans_and_datacenters() {
    let mut app = timeline();
    let rows = |app: &mut App, line: &str| {
        press(app, &format!(":timeline {line}<enter>"));
        let text = screen(app, 120, 24);
        let rows =
            text.lines().filter(|line| line.contains("11:5")).filter(|line| line.contains(" dc-"));
        let rows: Vec<String> = rows.map(|row| row.to_owned()).collect();
        (rows.len(), text)
    };
    for (line, expected) in [
        ("web", 2),
        ("web critical", 2),
        ("kind=datacenter", 1),
        ("kind=datacenter,check", 3),
        ("dc=dc-2", 1),
        ("since=70s", 2),
        ("before=11:59:00", 2),
        ("since=11:58 before=11:58:45", 1),
        ("service=web node=n-1 since=1m", 1),
        ("api", 0),
    ] {
        let (found, text) = rows(&mut app, line);
        assert_eq!(found, expected, "{line}:\n{text}");
    }
    for (line, why) in [
        ("kind=chek", "no events of kind 'chek'"),
        ("since=soon", "'soon' is no time"),
        ("dc=dc-9", "no datacenter 'dc-9'"),
    ] {
        press(&mut app, &format!(":timeline {line}<enter>"));
        let text = screen(&mut app, 120, 24);
        assert!(text.contains(why), "{line}:\n{text}");
        press(&mut app, "<esc>");
    }
}

#[test]
fn a_focus_limits_it_unless_the_command_names_datacenters() {
    let mut app = timeline();
    press(&mut app, "2");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("timeline @ dc-2") && text.contains("[1]"), "{text}");
    press(&mut app, ":timeline dc=*<enter>");
    assert!(screen(&mut app, 80, 24).contains("[3]"));
}

#[test]
fn enter_goes_to_what_it_happened_to() {
    let mut app = timeline();
    press(&mut app, "<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("instance web-1 on n-1 @ dc-1"), "{text}");
    press(&mut app, "<esc>j<enter>");
    assert_eq!(app.trail.view().place().view, "overview");
}

#[test]
fn what_is_missing_is_said_and_the_oldest_goes_first() {
    let mut app = timeline();
    app.history = History::new(Bound { events: 4, bytes: usize::MAX });
    let each = |i: i64| check("dc-1", &format!("s{i}-1"), Status::Critical, 100 - i * 11);
    for i in 0..7 {
        events(&mut app, "dc-1", vec![each(i)]);
    }
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("3 dropped") && text.contains("from 11:58:53"), "{text}");
    assert!(text.contains("s3-1") && !text.contains("s2-1"), "{text}");
    let lost = Body::Events(Vec::new(), 5);
    feed(&mut app, "dc-1", lost);
    assert!(screen(&mut app, 120, 24).contains("5 lost"));
}

#[test]
fn every_time_is_of_the_zone_that_counted_then() {
    let mut app = timeline();
    // Clocks were put back an hour between the two.
    let turn = noon() - TimeDelta::seconds(60);
    let zone = Zone::sampled(noon() - TimeDelta::days(1), noon(), |at| {
        FixedOffset::east_opt(if at < turn { 7_200 } else { 3_600 }).expect("an offset")
    });
    app.setup.look.zone = zone;
    let text = screen(&mut app, 80, 24);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[3].contains("12:59:30 dc-1") && lines[3].contains("passing"), "{text}");
    assert!(lines[5].contains("13:58:30 dc-1") && lines[5].contains("critical"), "{text}");
    assert!(text.contains("12:59:30 (+01:00)"), "{text}");
    press(&mut app, "jj");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("13:58:30 (+02:00)") && text.contains("T11:58:30Z"), "{text}");
}
