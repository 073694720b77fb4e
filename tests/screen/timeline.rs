//! The timeline on the screen: what happened, newest first.

use chrono::{DateTime, TimeDelta, Utc};
use dcview::app::App;
use dcview::app::msg::Msg;
use dcview::domain::event::{Event, Kind, Object};
use dcview::domain::health::Status;

use super::world::{app, event, events, live, now, press, screen};

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
