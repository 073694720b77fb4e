//! Going back: the whole screen at an earlier moment, and the way there and back.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::past::Recalled;
use dcview::domain::delta::Delta;
use dcview::domain::event::Event;
use dcview::domain::feed::{Body, Feed, Link, List, Pulse, Report};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::health::Status;
use dcview::domain::seat::{Seat, Seats};
use dcview::past::{Entry, Tape, What};

use super::world;

/// The program with what keeps its moments, and a clock.
struct Run {
    app: App,
    tape: Tape,
    now: DateTime<Utc>,
}

impl Run {
    /// Two datacenters whose lists are live and empty, some seconds old.
    fn new() -> Self {
        let (app, tape) = (world::app(&[]), Tape::new(usize::MAX));
        let mut run = Self { app, tape, now: world::now() };
        let all = vec!["dc-1".into(), "dc-2".into()];
        run.tell(Report::Datacenters { all, local: None });
        for dc in ["dc-1", "dc-2"] {
            let link = Link::Led("10.0.0.1:8300".into());
            run.feed(dc, 0, Body::Pulse(Pulse { at: run.now, link, ..Pulse::default() }));
            for list in [List::Services, List::Checks, List::Nodes] {
                run.live(dc, list);
            }
        }
        run.pass(10);
        run
    }

    fn tell(&mut self, report: Report) {
        self.tape.push(Entry { at: self.now, what: What::Report(report.clone()) });
        let effects = self.app.update(Msg::Report(report));
        self.carry_out(effects);
    }

    fn feed(&mut self, dc: &str, ticket: u64, body: Body) {
        let at = self.now;
        self.tell(Report::Feed(Box::new(Feed { dc: dc.into(), ticket, at, body })));
    }

    fn live(&mut self, dc: &str, list: List) {
        let ticket = if matches!(list, List::Subject(_)) { self.app.store.ticket } else { 0 };
        let state = State::Live;
        let fresh = Freshness { state, at: Some(self.now), ..Freshness::default() };
        self.feed(dc, ticket, Body::Freshness(list, fresh));
    }

    /// Seconds pass, one by one.
    fn pass(&mut self, seconds: usize) {
        for _ in 0..seconds {
            self.now += TimeDelta::seconds(1);
            self.tape.push(Entry { at: self.now, what: What::Tick });
            let effects = self.app.update(Msg::Clock(self.now));
            self.carry_out(effects);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut rest = Vec::new();
        for effect in world::run_jobs(&mut self.app, effects) {
            match effect {
                Effect::Scope(scope) => {
                    self.tape.push(Entry { at: self.now, what: What::Scope(scope) });
                }
                Effect::Recall(id, wish) => {
                    let (found, span) = (self.tape.find(wish), self.tape.span());
                    let answer = Msg::Recalled(Box::new(Recalled { id, found, span }));
                    let effects = self.app.update(answer);
                    rest.extend(self.carry_out(effects));
                }
                other => rest.push(other),
            }
        }
        rest
    }

    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let effects = world::press(&mut self.app, keys);
        self.carry_out(effects)
    }

    fn check(&mut self, dc: &str, status: Status) {
        let check = world::check("n-1", "ping", "web-1", status);
        let rows = match status {
            Status::Passing => Delta { upserts: Vec::new(), removed: vec![check.0] },
            _ => Delta { upserts: vec![check], removed: Vec::new() },
        };
        self.feed(dc, 0, Body::Checks(rows));
    }

    fn screen(&mut self) -> String {
        world::screen(&mut self.app, 110, 24)
    }
}

/// A check of dc-1 fails, and 20 s later it passes again; 30 s ago.
fn incident() -> Run {
    let mut run = Run::new();
    run.check("dc-1", Status::Critical);
    run.pass(20);
    run.check("dc-1", Status::Passing);
    run.pass(30);
    run
}

#[test]
fn a_step_back_shows_what_was_before_the_last_thing_that_happened() {
    let mut run = incident();
    run.press(":checks<enter>");
    assert!(!run.screen().contains("ping"));
    run.press("[");
    let text = run.screen();
    assert!(text.contains("ping") && text.contains("1:dc-1 ✗ critical 1"), "{text}");
    assert!(text.contains("PAST 00:00:10") && text.contains("00:00:10 UTC, 50s ago"), "{text}");
    // It began at that moment.
    assert!(text.contains("0s"), "{text}");
    run.press("[");
    assert!(!run.screen().contains("ping"));
    run.press("]");
    assert!(run.screen().contains("ping"));
    run.press("]");
    let text = run.screen();
    assert!(!text.contains("ping") && !text.contains("PAST"), "{text}");
}

#[test]
fn the_past_is_left_by_end_and_esc_and_q_before_anything_else() {
    for key in ["<end>", "<esc>", "q"] {
        let mut run = incident();
        run.press(":checks<enter>/n-1<enter>[");
        assert!(run.screen().contains("PAST"));
        let effects = run.press(key);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Exit(_))));
        let text = run.screen();
        assert!(
            !text.contains("PAST") && text.contains("checks") && text.contains("</n-1>"),
            "{key} {text}"
        );
    }
}

#[test]
fn instances_in_motion_are_those_of_the_moment_and_others_say_when_they_were_told() {
    let mut run = Run::new();
    let seats = |run: &mut Run, new: usize| {
        let seat = |n: usize| Seat {
            node: "n-1".into(),
            id: format!("web-{n}").as_str().into(),
            version: if n < new { "v2" } else { "v1" }.into(),
            status: Status::Passing,
            output: "".into(),
            create_index: 1,
            modify_index: 1,
        };
        let seats = Seats { seats: (0..4).map(seat).collect(), index: 1 };
        run.feed("dc-1", 0, Body::Seats("web".into(), Arc::new(seats)));
        run.pass(20);
    };
    (0..3).for_each(|new| seats(&mut run, new));
    run.press(":rollout web<enter>:at 10s<enter>");
    let text = run.screen();
    assert!(text.contains("PAST") && text.contains("2 of 4 on v2"), "{text}");
    assert!(!text.contains(" before "), "it was followed then:\n{text}");
    run.press(":at 50s<enter>");
    let text = run.screen();
    assert!(text.contains("| told 10s before"), "nobody need have followed it:\n{text}");
}

#[test]
fn what_happens_meanwhile_is_not_shown_and_not_lost() {
    let mut run = incident();
    run.press(":checks<enter>[");
    run.feed(
        "dc-1",
        0,
        Body::Checks(Delta {
            upserts: vec![world::check("n-2", "other", "db-1", Status::Critical)],
            removed: Vec::new(),
        }),
    );
    let text = run.screen();
    assert!(
        text.contains("ping") && !text.contains(" db ") && text.contains("critical 1"),
        "{text}"
    );
    run.press("<end>");
    let text = run.screen();
    assert!(!text.contains("ping") && text.contains(" db "), "{text}");
}

#[test]
fn the_timeline_and_what_flaps_are_those_of_the_moment() {
    let mut run = Run::new();
    for status in [Status::Critical, Status::Passing, Status::Critical] {
        let event = world::event("dc-1", "n-1", "web-1", status, 0);
        let event = Event { at: run.now, ..event };
        run.feed("dc-1", 0, Body::Events(vec![Arc::new(event)], 0));
        let check = world::check("n-1", "http", "web-1", status);
        let rows = match status {
            Status::Passing => Delta { upserts: Vec::new(), removed: vec![check.0] },
            _ => Delta { upserts: vec![check], removed: Vec::new() },
        };
        run.feed("dc-1", 0, Body::Checks(rows));
        run.pass(20);
    }
    run.press(":timeline<enter>");
    assert!(run.screen().contains("[3]"));
    run.press("[");
    let text = run.screen();
    assert!(text.contains("PAST 00:00:30") && text.contains("[2]"), "{text}");
    run.press("[");
    let text = run.screen();
    assert!(text.contains("PAST 00:00:10") && text.contains("[1]"), "{text}");
    assert!(
        text.contains("passing -> critical") && !text.contains("critical -> passing"),
        "{text}"
    );
    run.press(":checks<enter>:group flat<enter>");
    let text = run.screen();
    assert!(text.contains("✓✗ 1"), "{text}");
    // What happens meanwhile is not of that moment.
    let event = Event { at: run.now, ..world::event("dc-1", "n-9", "api-1", Status::Critical, 0) };
    run.press(":timeline<enter>");
    run.feed("dc-1", 0, Body::Events(vec![Arc::new(event)], 0));
    assert!(!run.screen().contains("api-1"));
    run.press("<end>");
    assert!(run.screen().contains("api-1"));
}

#[test]
fn a_line_shows_where_the_moment_is_and_is_walked_in_twentieths() {
    let mut run = incident();
    run.press(":checks<enter>[");
    let line = |run: &mut Run| run.screen().lines().nth(1).expect("a line").to_owned();
    let place = |run: &mut Run| line(run).chars().position(|sign| sign == '◆').expect("a place");
    let text = line(&mut run);
    assert!(
        text.starts_with(" 23:59:59 ─") && text.trim_end().ends_with("00:01:00 live"),
        "{text}"
    );
    let first = place(&mut run);
    run.press(":scrub-forward<enter>");
    let second = place(&mut run);
    assert!(second > first, "{}", run.screen());
    assert!(run.screen().contains("ping"), "still within the incident: {}", run.screen());
    for _ in 0..30 {
        run.press(":scrub-back<enter>");
    }
    assert!(place(&mut run) < first && !run.screen().contains("ping"), "{}", run.screen());
    for _ in 0..60 {
        run.press(":scrub-forward<enter>");
    }
    assert!(!run.screen().contains("PAST"), "forward ends live: {}", run.screen());
}
