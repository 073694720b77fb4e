//! Every view of the registry, in every state of its data, at every size: it draws, it takes every
//! action, and it says how fresh it is.

use chrono::TimeDelta;
use dcview::app::App;
use dcview::app::action::{ACTIONS, Action, When};
use dcview::app::msg::{Effect, Msg};
use dcview::app::past::Past;
use dcview::domain::feed::{List, Subject};
use dcview::domain::freshness::State;
use dcview::domain::health::Status;
use dcview::domain::replication::{
    Alarm, Class, Counts, Differing, Kind, MOST_DIFFERING, Stamp, Stream, Verdict, Waiting,
};
use dcview::past::Span;
use dcview::store::Store;
use dcview::views::{Place, registry, stream};

use super::world;

const SIZES: [(u16, u16); 6] = [(1, 1), (2, 3), (20, 5), (80, 24), (200, 60), (300, 10)];

/// The data states that a view must be able to show.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Data {
    NoDatacenter,
    Never,
    Live,
    Stale,
    Denied,
    Many,
    /// As it was a minute ago; nothing is known of it now.
    Past,
}

fn place(view: &str) -> Place {
    let entry = registry::ALL.iter().find(|entry| entry.name == view).expect("a view");
    let dc = "dc-1".into();
    match entry.name {
        "service" | "consumers" => Place::new(entry.name).of("web"),
        "node" => Place::new("node").at(&dc).of("n-1"),
        "instance" => Place::new("instance").at(&dc).of("n-1").of("web-1"),
        "key" => Place::new("key").of("s0"),
        "rollout" => Place::new("rollout").of("web"),
        "search" => Place::new("search").of("web/").of("port"),
        "value" => Place::new("value").at(&dc).of("s0"),
        "sessions" => Place::new("sessions").of("web/"),
        "locks" => Place::new("locks").of("web/"),
        "stream" => stream::place(&drifted("web/", 1).id),
        name => Place::new(name),
    }
}

fn fill(app: &mut App, dc: &str, n: usize) {
    for i in 0..n.min(3_000) {
        world::service(app, dc, &format!("s{i}"), 2, i % 2);
    }
    world::service(app, dc, "web", 1, 1);
    world::node(app, dc, "n-1", Status::Passing);
    let failing = (0..n).map(|i| {
        let node = format!("n-{}", i % 500);
        world::check(&node, &format!("c{i}"), &format!("s{}-{i}", i % 700), Status::Critical)
    });
    world::checks(app, dc, failing.collect());
    let all = vec![world::instance("n-1", "web-1", Status::Critical)];
    world::folder(app, dc, "", &["s0", "web/"]);
    let lines: Vec<String> = (0..n).map(|i| format!("k{i}: v{i}")).collect();
    world::key(app, dc, "s0", &lines.join("\n"), 9);
    let ids: Vec<_> =
        (0..n.min(3_000)).map(|i| (format!("s{i}"), format!("web-{}", i % 9))).collect();
    let ids: Vec<_> = ids.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    world::sessions(app, dc, &ids);
    let keys: Vec<_> =
        (0..n.min(3_000)).map(|i| (format!("web/{i}/.lock"), format!("s{i}"))).collect();
    let keys: Vec<_> = keys.iter().map(|(key, id)| (key.as_str(), id.as_str())).collect();
    world::locks(app, dc, "web/", &keys, n);
    let events = (0..n).map(|i| {
        world::event(dc, &format!("n-{}", i % 500), &format!("s{i}-1"), Status::Critical, 600)
    });
    world::events(app, dc, events.collect());
    let moving = world::split("web", n, "v1", (n / 3, "v2", Status::Critical));
    world::seats(app, dc, "web", &moving);
    for i in 0..n.min(300) {
        let name = format!("s{i}");
        let two = world::split(&name, 4, "v1", (1 + i % 3, "v2", Status::Passing));
        world::seats(app, dc, &name, &two);
    }
    let calls = (0..n.min(4_000)).map(|i| (format!("s{}", i % 1_000), format!("s{}", i * 7 % 997)));
    world::edges(app, dc, &calls.collect::<Vec<_>>());
    world::consumers(app, dc, n.min(300));
    world::disagreements(app, dc, n.min(300));
    for subject in [Subject::Service("web".into()), Subject::Node("n-1".into())] {
        world::instances(app, dc, subject, all.clone());
    }
}

/// A stream with so many differing keys.
fn drifted(of: &str, keys: usize) -> Stream {
    let key = |n| Differing {
        name: format!("s{n}").into(),
        class: [Class::Drift, Class::Pending, Class::Extra][n % 3],
        source: (n % 3 != 2).then_some(Stamp { modify_index: 7, len: n, flags: 0 }),
        destination: (n % 2 == 0).then_some(Stamp { modify_index: 9, len: 3, flags: 1 }),
        is_edited_there: n % 5 == 0,
        since: (n % 2 == 0).then(world::now),
    };
    Stream {
        counts: Counts { drift: keys, ..Counts::default() },
        differing: (0..keys.min(MOST_DIFFERING)).map(key).collect(),
        waiting: Waiting::Since(world::now()),
        alarms: vec![Alarm::EditedThere(keys)],
        ..world::stream(Kind::ConsulReplicate, of, Verdict::Drift)
    }
}

/// Streams, of which the ends of some cannot be read for this reason.
fn streams(app: &mut App, n: usize, problem: Option<&str>) {
    let mut all = vec![drifted("web/", n)];
    all.extend((0..n.min(1_000)).map(|i| {
        let kind = Kind::ALL[i % Kind::ALL.len()];
        world::stream(kind, &format!("n-{i}"), Verdict::InSync)
    }));
    for stream in &mut all {
        stream.problem = problem.map(Into::into);
    }
    world::streams(app, all);
}

fn app(view: &str, data: Data) -> App {
    let dcs: &[&str] = if data == Data::NoDatacenter { &[] } else { &["dc-1", "dc-2"] };
    let mut app = world::app(dcs);
    // The view of a place is reached as an operator would: by its command where it has one.
    app.trail.open(&place(view));
    app.update(Msg::Clock(world::now()));
    if !matches!(data, Data::NoDatacenter | Data::Never) {
        let rows = if data == Data::Many { 100_000 } else { 12 };
        for dc in ["dc-1", "dc-2"] {
            world::live(&mut app, dc);
            fill(&mut app, dc, if dc == "dc-1" { rows } else { 3 });
        }
    }
    if !matches!(data, Data::NoDatacenter | Data::Never) {
        let problem = match data {
            Data::Stale => Some("connection refused"),
            Data::Denied => Some("Permission denied"),
            _ => None,
        };
        streams(&mut app, if data == Data::Many { 100_000 } else { 12 }, problem);
    }
    let why = "connection refused".into();
    if data == Data::Past {
        let (store, at) = (Box::new(app.store.clone()), world::now());
        let span = Span { from: at, to: at + TimeDelta::seconds(60), is_shortened: true };
        app.past = Some(Past { at, store, span });
        app.store = Store::default();
        app.update(Msg::Clock(span.to));
    }
    let state = match data {
        Data::Stale => State::Stale { since: None, why, retry_at: Some(world::now()) },
        Data::Denied => State::Denied { why: "Permission denied".into() },
        _ => return app,
    };
    for list in [List::Services, List::Checks, List::Nodes] {
        world::fresh(&mut app, "dc-1", list, state.clone());
    }
    // What only this view watches fares no better.
    let subjects = app.trail.view().subjects(&app.ctx());
    for wanted in subjects.into_iter().filter(|wanted| wanted.dc.as_str() == "dc-1") {
        world::fresh_subject(&mut app, "dc-1", wanted.subject, state.clone());
    }
    app
}

fn draw_and_act(view: &str, data: Data) {
    let mut app = app(view, data);
    for (width, height) in SIZES {
        world::screen(&mut app, width, height);
    }
    for info in ACTIONS {
        let place = place(view);
        app.trail.open(&place);
        let key = info.keys.first();
        // Actions are reached by their keys; those without one by the command of their name.
        match key {
            Some(_) => {
                let mut effects = Vec::new();
                app.command(&format!(":{}", info.name), &mut effects);
                world::run_jobs(&mut app, effects);
            }
            None => continue,
        }
        world::screen(&mut app, 80, 24);
        world::press(&mut app, "<esc>");
    }
}

#[test]
fn every_view_draws_and_acts_in_every_state_at_every_size() {
    for entry in registry::ALL {
        let states = [Data::NoDatacenter, Data::Never, Data::Live, Data::Stale, Data::Denied];
        for data in states.into_iter().chain([Data::Past]) {
            draw_and_act(entry.name, data);
        }
    }
}

#[test]
fn no_action_at_an_earlier_moment_asks_for_anything_or_calls_it_live() {
    for entry in registry::ALL {
        for info in ACTIONS.iter().filter(|info| info.action != Action::Live) {
            let mut app = app(entry.name, Data::Past);
            let text = world::screen(&mut app, 200, 60);
            assert!(text.contains("PAST 00:00:00"), "{}: {text}", entry.name);
            let says_live =
                text.lines().any(|line| line.contains("] live") || line.contains(" live 1"));
            assert!(!says_live, "{}: {text}", entry.name);
            let mut effects = Vec::new();
            app.command(info.name, &mut effects);
            // Going back leaves the past first.
            if info.action == Action::Back {
                assert!(app.past.is_none());
                continue;
            }
            if info.when == When::Change && app.past.is_some() {
                let text = world::screen(&mut app, 200, 60);
                assert!(
                    text.contains("not in the past"),
                    "{} in {}: {text}",
                    info.name,
                    entry.name
                );
            }
            effects.extend(world::press(&mut app, "y<enter>"));
            let is_harmless = |effect: &Effect| {
                matches!(
                    effect,
                    Effect::Copy(_) | Effect::Recall(..) | Effect::Suspend | Effect::Exit(_)
                ) || matches!(
                    effect,
                    Effect::Order(..) | Effect::Find(_) | Effect::Seek(..) | Effect::Forget(_)
                )
            };
            let harm = effects.iter().position(|effect| !is_harmless(effect));
            assert_eq!(harm, None, "{} in {}", info.name, entry.name);
        }
    }
}

#[test]
fn every_view_draws_a_hundred_thousand_rows() {
    for entry in registry::ALL {
        let mut app = app(entry.name, Data::Many);
        for (width, height) in SIZES {
            world::screen(&mut app, width, height);
        }
        world::press(&mut app, "Gkg");
        world::screen(&mut app, 80, 24);
    }
}

#[test]
fn every_list_says_that_it_is_stale_and_why() {
    for entry in registry::ALL.iter().filter(|entry| entry.is_tab) {
        let mut app = app(entry.name, Data::Stale);
        let screen = world::screen(&mut app, 200, 60);
        assert!(screen.contains("connection refused"), "{}:\n{screen}", entry.name);
        // What was there before the failure stays.
        assert!(
            ["n-1", "web", "s0"].iter().any(|was| screen.contains(was)),
            "{}:\n{screen}",
            entry.name
        );
    }
}

#[test]
fn no_list_calls_a_denied_datacenter_fine() {
    for entry in registry::ALL.iter().filter(|entry| entry.is_tab) {
        let mut app = app(entry.name, Data::Denied);
        let screen = world::screen(&mut app, 200, 60);
        assert!(screen.contains("Permission denied"), "{}:\n{screen}", entry.name);
        assert!(!screen.contains("nothing is failing"), "{}:\n{screen}", entry.name);
    }
}
