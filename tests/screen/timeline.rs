//! The timeline on the screen: what happened, newest first.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::task::Ask;
use dcview::domain::catalog::ServiceHealth;
use dcview::domain::delta::Delta;
use dcview::domain::event::export::Form;
use dcview::domain::event::{Event, Kind, Object};
use dcview::domain::feed::{Body, Feed, Report, Subject};
use dcview::domain::health::{Counts, Status};
use dcview::domain::history::{Bound, History};
use dcview::domain::replication::{Kind as StreamKind, Verdict};
use dcview::domain::zone::Zone;

use super::world::{
    app, check as world_check, checks, event, events, feed, instance, instances, live, node, now,
    press, screen, service, stream,
};

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
        text.contains("▾ 97 checks of web") && text.contains("    web-96 on n-96  http"),
        "{text}"
    );
    press(&mut app, "x");
    assert!(!screen(&mut app, 80, 40).contains("web-96"));
    // The one under the cursor by itself; the cursor stays on it.
    press(&mut app, "jjj<enter>");
    let text = screen(&mut app, 80, 40);
    assert!(text.contains("    web-96 on n-96  http"), "{text}");
    press(&mut app, "<enter>");
    assert!(!screen(&mut app, 80, 40).contains("    http of web-96"));
}

#[test]
fn a_storm_that_nobody_saw_has_no_moment() {
    let mut app = timeline();
    let unseen = (0..50).map(|i| {
        let event = check("dc-2", &format!("api-{i}"), Status::Critical, 200);
        let Object::Check { name, service, service_id, .. } = event.object.clone() else {
            return event;
        };
        let (node, id) = ("n-9".into(), format!("api-{i}").as_str().into());
        let object = Object::Check { node, id, name, service, service_id };
        Event { object, after: Some(noon() - TimeDelta::seconds(272)), ..event }
    });
    events(&mut app, "dc-2", unseen.collect());
    let text = screen(&mut app, 100, 24);
    let row = text.lines().find(|row| row.contains("▸ 50 checks")).unwrap_or(&text);
    assert!(row.contains("~11:56:40") && row.contains("critical after 11:55:28"), "{text}");
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
        let rows: Vec<String> = rows.map(std::borrow::ToOwned::to_owned).collect();
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
    app.history = History::new(Bound { events: 4, bytes: usize::MAX, ..Bound::default() });
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

/// The same event of a check with another id.
fn with_id(event: Event, id: &str) -> Event {
    match event.object.clone() {
        Object::Check { node, name, service, service_id, .. } => {
            let object = Object::Check { node, id: id.into(), name, service, service_id };
            Event { object, ..event }
        }
        _ => event,
    }
}

/// Presses a key on the failing check of `web-1` in the list of checks, and gives what comes of it.
fn on_the_failing_check(app: &mut App, keys: &str) -> Vec<Effect> {
    checks(app, "dc-1", vec![world_check("n-1", "http", "web-1", Status::Critical)]);
    press(app, ":checks<enter>:group flat<enter>");
    press(app, keys)
}

#[test]
fn one_key_shows_what_changed_before_a_check_failed_nearest_first() {
    let mut app = timeline();
    let at = |dc: &str, node: &str, instance: &str, ago: i64| {
        let event = event(dc, node, instance, Status::Critical, ago - 12 * 3600);
        let event = Event { at: event.at + TimeDelta::nanoseconds(123_456_789), ..event };
        if instance == "web-1" { event } else { with_id(event, instance) }
    };
    let before = vec![
        at("dc-1", "n-1", "db-1", 40),
        at("dc-1", "n-2", "api-1", 35),
        at("dc-1", "n-2", "web-2", 600),
        at("dc-1", "n-9", "old-1", 1_000),
    ];
    events(&mut app, "dc-1", before);
    let failed = vec![at("dc-1", "n-1", "web-1", 25), at("dc-1", "n-7", "later-1", 20)];
    events(&mut app, "dc-1", failed);
    let elsewhere = vec![at("dc-2", "n-1", "web-1", 50), at("dc-2", "n-1", "api-1", 50)];
    events(&mut app, "dc-2", elsewhere);
    // Also with one datacenter focused it is about all of them.
    press(&mut app, "1");
    on_the_failing_check(&mut app, "t");
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("11:44:35 to 11:59:35, before http of web-1 on n-1 critical"), "{text}");
    let words = ["itself", "service", "same node", "other dc", "same dc"];
    let line = |word: &str| text.lines().position(|line| line.contains(word));
    let places: Vec<_> = words.iter().map(|word| line(word)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{text}");
    assert!(!text.contains("later-1") && !text.contains("old-1"), "{text}");
    // The order of time is one key away, and the way back leads to the check.
    press(&mut app, "A");
    assert!(screen(&mut app, 120, 30).contains("time↓"));
    press(&mut app, "<esc>");
    assert!(screen(&mut app, 120, 30).contains("checks @ dc-1 flat"));
}

#[test]
fn of_what_failed_before_dcview_began_nothing_before_is_claimed() {
    let mut app = app(&["dc-1"]);
    on_the_failing_check(&mut app, "t");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("it was so before dcview began at 00:00:00"), "{text}");
    assert_eq!(app.trail.view().place().view, "checks");
}

#[test]
fn every_list_of_health_says_since_when_and_how_often_it_changed() {
    let mut app = timeline();
    let flips = (0..6).map(|n| {
        let to = if n % 2 == 0 { Status::Critical } else { Status::Passing };
        check("dc-1", "web-1", to, 20 - n)
    });
    let flips: Vec<Event> = flips.chain([check("dc-1", "web-1", Status::Critical, 14)]).collect();
    events(&mut app, "dc-1", flips);
    on_the_failing_check(&mut app, "");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("14s") && text.contains("✓✗✓✗✓✗✓✗ 9"), "{text}");
    // By the key of its own, and on a small screen when all columns are asked for.
    press(&mut app, ":sort flap<enter>");
    assert!(screen(&mut app, 120, 24).contains("flap↓"));
    press(&mut app, ":group service<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("http says no                   9│"), "both have room:\n{text}");
    for (line, what) in [
        ("service web", Subject::Service("web".into())),
        ("node n-1 @dc-1", Subject::Node("n-1".into())),
    ] {
        press(&mut app, &format!(":{line}<enter>"));
        instances(&mut app, "dc-1", what, vec![instance("n-1", "web-1", Status::Critical)]);
        let text = screen(&mut app, 140, 24);
        assert!(text.contains("since") && text.contains("flap"), "{line}:\n{text}");
    }
}

#[test]
fn an_instance_changed_as_its_checks_did() {
    let mut app = timeline();
    press(&mut app, ":service web<enter>");
    let (key, row) = instance("n-1", "web-1", Status::Critical);
    let named = |to, ago| with_id(check("dc-1", "web-1", to, ago), "web-1-http");
    let flips = [Status::Critical, Status::Passing, Status::Critical];
    let flips: Vec<Event> =
        flips.into_iter().zip([300, 200, 100]).map(|(to, ago)| named(to, ago)).collect();
    events(&mut app, "dc-1", flips);
    instances(&mut app, "dc-1", Subject::Service("web".into()), vec![(key, row)]);
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("1m") && text.contains("✓✗✓✗ 3"), "{text}");
    // As time passes what is long ago does not count.
    app.update(Msg::Clock(noon() + TimeDelta::seconds(750)));
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("14m") && text.contains("✓✗ 1"), "{text}");
}

#[test]
fn services_and_nodes_changed_since_they_were_first_seen() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    service(&mut app, "dc-1", "db", 1, 1);
    for (second, critical) in [(0, 0), (10, 1), (20, 0), (30, 1)] {
        let counts = Counts { passing: 2 - critical, critical, ..Counts::default() };
        let health = ServiceHealth { name: "web".into(), counts, ..ServiceHealth::default() };
        let delta = Delta { upserts: vec![("web".into(), Arc::new(health))], removed: Vec::new() };
        let at = now() + TimeDelta::seconds(second);
        let feed = Feed { dc: "dc-1".into(), ticket: 0, at, body: Body::Services(delta) };
        app.update(Msg::Report(Report::Feed(Box::new(feed))));
        app.update(Msg::Clock(at));
    }
    node(&mut app, "dc-1", "n-1", Status::Passing);
    node(&mut app, "dc-1", "n-1", Status::Critical);
    press(&mut app, ":services<enter>");
    let text = screen(&mut app, 120, 24);
    let row = |text: &str, name: &str| {
        text.lines().find(|line| line.contains(name)).expect(name).to_owned()
    };
    assert!(row(&text, " web ").contains("0s") && row(&text, " web ").contains("✓✗✓✗ 3"), "{text}");
    assert!(row(&text, " db ").contains(">= 30s"), "it was so at first:\n{text}");
    press(&mut app, ":nodes<enter>");
    let text = screen(&mut app, 120, 24);
    assert!(row(&text, "n-1").contains("✓✗ 1") && !row(&text, "n-1").contains(">="), "{text}");
}

#[test]
fn what_is_shown_is_exported_oldest_first_and_nothing_else() {
    let mut app = timeline();
    storm(&mut app, 12);
    press(&mut app, "w");
    assert!(screen(&mut app, 80, 24).contains(":export-events ./incident.md"));
    let asked = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Ask(_, Ask::ExportEvents { export, form, file }) => Some((export, form, file)),
            _ => None,
        })
    };
    let (export, form, file) = asked(press(&mut app, "<enter>")).expect("an export");
    assert_eq!((form, file.as_str()), (Form::Markdown, "./incident.md"));
    assert_eq!(export.events.len(), 15, "those of a folded storm too");
    assert!(export.events.is_sorted_by_key(|event| event.at));
    press(&mut app, "/web-1<enter>");
    let (export, form, _) =
        asked(press(&mut app, ":export-events /tmp/a.csv<enter>")).expect("an export");
    assert_eq!(form, Form::Csv);
    assert!(export.what.contains("/web-1"), "{}", export.what);
    assert!(export.events.iter().all(|event| event.object.to_string().contains("web-1")));
    assert!(asked(press(&mut app, ":export-events b.txt<enter>")).is_none());
    assert!(screen(&mut app, 80, 24).contains("which form?"));
    press(&mut app, "<esc>:services<enter>:export-events b.md<enter>");
    assert!(screen(&mut app, 80, 24).contains("only the events of the timeline"));
}

#[test]
fn what_is_asked_for_and_did_not_happen_is_told_from_nothing_at_all() {
    let mut nothing = app(&["dc-1"]);
    live(&mut nothing, "dc-1");
    press(&mut nothing, ":timeline web<enter>");
    assert!(screen(&mut nothing, 80, 24).contains("nothing happened so far"));
    let mut app = timeline();
    press(&mut app, ":timeline kind=kv<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("nothing that happened so far matches; ':timeline' shows all"), "{text}");
    events(&mut nothing, "dc-1", vec![check("dc-1", "db-1", Status::Critical, 10)]);
    let text = screen(&mut nothing, 80, 24);
    assert!(text.contains("nothing that happened so far matches"), "{text}");
}

#[test]
fn on_a_small_screen_a_stream_is_known_by_its_prefix() {
    let mut app = timeline();
    let mut lost = check("dc-2", "web-1", Status::Critical, 1);
    let mut id = stream(StreamKind::ConsulReplicate, "config/app/", Verdict::Drift).id;
    (lost.kind, lost.to) = (Kind::Replication, "LAGGING, stalled".into());
    lost.object = Object::Stream(id.clone());
    let mut long = lost.clone();
    id.of = "environments/production/frontend/".into();
    id.to = id.of.clone();
    long.object = Object::Stream(id);
    events(&mut app, "dc-2", vec![lost, long]);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains(" config/app/  dc-1"), "{text}");
    assert!(text.contains(" environme") && text.contains("frontend/ "), "{text}");
    let wide = screen(&mut app, 320, 40);
    assert!(wide.contains("environments/production/frontend/  dc-1 -> dc-2"), "{wide}");
    assert!(wide.contains("config/app/  dc-1 -> dc-2  consul-replicate"), "{wide}");
}

#[test]
fn the_timeline_looks_like_this() {
    let mut app = timeline();
    storm(&mut app, 12);
    insta::assert_snapshot!("timeline-80x24", screen(&mut app, 80, 24));
    press(&mut app, "jjjx<ctrl-w>");
    insta::assert_snapshot!("timeline-200x60", screen(&mut app, 200, 60));
}

/// A number that looks like chance and is the same each time.
fn chance(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

#[test]
fn rows_that_came_bit_by_bit_are_those_that_loading_all_gives() {
    for unfolds in ["", "x"] {
        let mut app = timeline();
        app.history = History::new(Bound { events: 60, bytes: usize::MAX, ..Bound::default() });
        let mut seed = 7;
        for round in 0..60 {
            press(&mut app, &format!(":timeline web<enter>{unfolds}"));
            let batch = (0..=chance(&mut seed, 6)).map(|_| {
                let instance = ["web-1", "web-2", "web-3", "db-1"][chance(&mut seed, 4) as usize];
                let to = [Status::Critical, Status::Passing][chance(&mut seed, 2) as usize];
                // Some are late.
                let ago = 3_000 - round * 5 + chance(&mut seed, 8) as i64;
                check("dc-1", instance, to, ago)
            });
            let batch = batch.collect();
            events(&mut app, "dc-1", batch);
            let patched = screen(&mut app, 120, 80);
            press(&mut app, &format!("<esc>:timeline web<enter>{unfolds}"));
            assert_eq!(patched, screen(&mut app, 120, 80), "round {round}");
            press(&mut app, "<esc>");
        }
    }
}
