//! Datacenters that cannot be read keep their place: a row says so, and old rows look old.

use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::domain::delta::Delta;
use dcview::domain::feed::{Body, Link, List, Pulse, Subject};
use dcview::domain::freshness::State;
use dcview::domain::health::Status;
use dcview::domain::replication::{Kind, Verdict};

use super::world::{
    self, app, check, checks, instance, instances, key, live, press, screen, stream, streams,
};

/// Two datacenters that answer, and `dc-3`, which does not.
fn two_of_three() -> App {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    let link = Link::Dark { why: "refused".into(), detail: "dc-3 hung up".into(), retry_at: None };
    world::feed(
        &mut app,
        "dc-3",
        Body::Pulse(Pulse { link, at: world::now(), ..Pulse::default() }),
    );
    app
}

#[test]
fn what_is_replicated_to_it_is_in_doubt_from_that_moment_on() {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    for dc in ["dc-1", "dc-2", "dc-3"] {
        live(&mut app, dc);
    }
    press(&mut app, ":repl<enter>");
    let fine = stream(Kind::ConsulReplicate, "config/", Verdict::InSync);
    let mut lost = fine.clone();
    lost.id.destination = "dc-3".into();
    streams(&mut app, vec![fine, lost]);
    let rows = |app: &mut App| {
        let text = screen(app, 80, 24);
        let rows: Vec<String> = text.lines().skip(3).take(2).map(str::to_owned).collect();
        rows
    };
    let is_fine = |row: &String| row.contains("✓ IN SYNC ");
    assert!(rows(&mut app).iter().all(is_fine), "{:?}", rows(&mut app));
    let link = Link::Dark { why: "refused".into(), detail: "hung up".into(), retry_at: None };
    let pulse = Pulse { link, at: world::now(), ..Pulse::default() };
    world::feed(&mut app, "dc-3", Body::Pulse(pulse));
    let [first, second] = &rows(&mut app)[..] else { panic!("two rows") };
    assert!(first.contains("◌ IN SYNC?") && first.contains("dc-3"), "worst first: {first}");
    assert!(is_fine(second) && second.contains("dc-2"), "{second}");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("dc-3: refused"), "{text}");
    press(&mut app, ":overview<enter>");
    assert!(screen(&mut app, 200, 60).contains("◌ IN SYNC? 1/1"));
    live(&mut app, "dc-3");
    press(&mut app, ":repl<enter>");
    assert!(rows(&mut app).iter().all(is_fine), "{:?}", rows(&mut app));
}

fn row(text: &str, dc: &str) -> String {
    let begins = format!("│ {dc} ");
    text.lines().find(|line| line.starts_with(&begins)).unwrap_or_default().to_owned()
}

fn stale(app: &mut App, dc: &str, lists: &[List]) {
    let state = State::Stale { why: "refused".into(), since: None, retry_at: None };
    for list in lists {
        world::fresh(app, dc, list.clone(), state.clone());
    }
}

#[test]
fn a_key_has_a_row_where_it_cannot_be_read_and_says_why() {
    let mut app = two_of_three();
    press(&mut app, ":key app/port<enter>");
    key(&mut app, "dc-1", "app/port", "80", 9);
    key(&mut app, "dc-2", "app/port", "80", 9);
    let text = screen(&mut app, 120, 24);
    assert!(row(&text, "dc-3").contains(" ? "), "{text}");
    press(&mut app, "G");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("dc-3 hung up") && !text.contains("no such key"), "{text}");
    // Nothing is changed where nothing is known.
    for keys in ["e", "<ctrl-k>"] {
        let effects = press(&mut app, keys);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Ask(..))), "{keys}");
        assert!(screen(&mut app, 120, 24).contains("could not be read in dc-3"), "{keys}");
    }
    // It is a row like others once it is read.
    live(&mut app, "dc-3");
    key(&mut app, "dc-3", "app/port", "81", 9);
    let text = screen(&mut app, 120, 24);
    assert!(row(&text, "dc-3").contains("differs"), "{text}");
}

#[test]
fn a_key_that_was_equal_need_not_be_so_any_more() {
    let mut app = two_of_three();
    live(&mut app, "dc-3");
    press(&mut app, ":key app/port<enter>");
    for dc in ["dc-1", "dc-2", "dc-3"] {
        key(&mut app, dc, "app/port", "80", 9);
        world::fresh_subject(&mut app, dc, Subject::Key("app/port".into()), State::Live);
    }
    assert!(row(&screen(&mut app, 80, 24), "dc-3").contains("dc-3 equal"));
    let state = State::Stale { why: "refused".into(), since: None, retry_at: None };
    world::fresh_subject(&mut app, "dc-3", Subject::Key("app/port".into()), state);
    let text = screen(&mut app, 80, 24);
    assert!(
        row(&text, "dc-3").contains("◌ was equal") && !row(&text, "dc-2").contains("was"),
        "{text}"
    );
}

#[test]
fn a_key_that_was_not_there_may_be_there_by_now() {
    let mut app = two_of_three();
    live(&mut app, "dc-3");
    press(&mut app, ":key app/port<enter>");
    key(&mut app, "dc-1", "app/port", "80", 9);
    let entry = Body::Entry("app/port".into(), None);
    let ticket = app.store.ticket;
    world::feed_under(&mut app, "dc-3", ticket, entry);
    assert!(row(&screen(&mut app, 120, 24), "dc-3").contains("missing"));
    let state = State::Stale { why: "value not recorded".into(), since: None, retry_at: None };
    world::fresh_subject(&mut app, "dc-3", Subject::Key("app/port".into()), state);
    press(&mut app, "G");
    let text = screen(&mut app, 120, 24);
    assert!(row(&text, "dc-3").contains(" ? "), "{text}");
    assert!(text.contains("value not recorded") && !text.contains("no such key"), "{text}");
}

#[test]
fn a_service_has_a_row_for_a_datacenter_that_cannot_be_read() {
    let mut app = two_of_three();
    press(&mut app, ":service web<enter>");
    let subject = Subject::Service("web".into());
    let one = vec![instance("n-1", "web-1", Status::Passing)];
    instances(&mut app, "dc-1", subject.clone(), one.clone());
    let text = screen(&mut app, 120, 24);
    let dark = row(&text, "dc-3");
    assert!(dark.contains(" ? ") && dark.contains("dc-3 hung up"), "{text}");
    assert_eq!(row(&text, "dc-2"), "", "it may answer yet:\n{text}");
    live(&mut app, "dc-3");
    instances(&mut app, "dc-3", subject, one);
    let text = screen(&mut app, 120, 24);
    assert!(row(&text, "dc-3").contains("passing") && text.contains("[2]"), "{text}");
}

#[test]
fn rows_that_nobody_confirms_say_what_was() {
    let mut app = app(&["dc-1", "dc-2"]);
    for dc in ["dc-1", "dc-2"] {
        live(&mut app, dc);
        world::node(&mut app, dc, "n-1", Status::Passing);
        checks(&mut app, dc, vec![check("n-2", "a", "web-1", Status::Critical)]);
    }
    stale(&mut app, "dc-2", &[List::Nodes, List::Checks]);
    for (view, state) in [("nodes", "passing"), ("checks", "critical")] {
        press(&mut app, &format!(":{view}<enter>"));
        let text = screen(&mut app, 100, 24);
        let (fresh, old) = (row(&text, "dc-1"), row(&text, "dc-2"));
        assert!(fresh.contains(state) && !fresh.contains("was"), "{text}");
        assert!(old.contains(&format!("was {state}")), "{text}");
    }
}

#[test]
fn a_node_that_passes_has_nothing_that_fails_on_it() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let node = |name: &str, failing_checks| {
        let node = dcview::domain::catalog::Node {
            name: name.into(),
            failing_checks,
            ..dcview::domain::catalog::Node::default()
        };
        (node.name.clone(), std::sync::Arc::new(node))
    };
    let upserts = vec![node("a-well", 0), node("b-hosts", 2)];
    world::feed(&mut app, "dc-1", Body::Nodes(Delta { upserts, removed: Vec::new() }));
    press(&mut app, ":nodes<enter>");
    let rows = |app: &mut App| -> Vec<String> {
        let text = screen(app, 100, 24);
        text.lines().filter(|line| line.starts_with("│ dc-1 ")).map(str::to_owned).collect()
    };
    let all = rows(&mut app);
    assert!(all[0].contains("b-hosts") && all[0].contains("services fail"), "{all:?}");
    assert!(all[1].contains("a-well") && all[1].contains("passing"), "{all:?}");
    press(&mut app, "<ctrl-z>");
    assert!(rows(&mut app).iter().all(|row| !row.contains("passing")));
    press(&mut app, "<ctrl-z>/passing<enter>");
    assert_eq!(rows(&mut app).len(), 1, "what is filtered by is what is read");
}

fn goes_dark(app: &mut App, dc: &str, at: chrono::DateTime<chrono::Utc>) {
    let link = Link::Dark { why: "refused".into(), detail: "hung up".into(), retry_at: None };
    world::feed(app, dc, Body::Pulse(Pulse { link, at, ..Pulse::default() }));
}

#[test]
fn what_was_known_is_there_when_a_view_is_opened_anew() {
    let mut app = app(&["dc-1", "dc-2"]);
    for dc in ["dc-1", "dc-2"] {
        live(&mut app, dc);
        world::service(&mut app, dc, "web", 1, 0);
    }
    press(&mut app, ":service web<enter>");
    let subject = Subject::Service("web".into());
    for dc in ["dc-1", "dc-2"] {
        let one = vec![instance("n-1", "web-1", Status::Passing)];
        instances(&mut app, dc, subject.clone(), one);
    }
    press(&mut app, ":edges<enter>");
    let calls = [("web".to_owned(), "db".to_owned())];
    for dc in ["dc-1", "dc-2"] {
        world::edges(&mut app, dc, &calls);
    }
    press(&mut app, ":overview<enter>");
    let later = world::now() + chrono::TimeDelta::seconds(50);
    goes_dark(&mut app, "dc-2", later);
    app.update(Msg::Clock(later));
    for (view, kept) in [("service web", "◌ was passing"), ("edges", "meta in dc-1, dc-2")] {
        press(&mut app, &format!(":{view}<enter>"));
        // It is asked for, and does not come.
        for subject in [&subject, &Subject::Map] {
            world::fresh_subject(&mut app, "dc-2", subject.clone(), State::Loading);
        }
        let text = screen(&mut app, 140, 24);
        assert!(text.contains(kept), "{view}:\n{text}");
        assert!(text.contains("dc-2 stale 50s: refused"), "{view}:\n{text}");
        press(&mut app, ":overview<enter>");
    }
    press(&mut app, ":map<enter>");
    let text = screen(&mut app, 140, 24);
    assert!(text.contains("dc-2: stale 50s: refused") && text.contains("─▶"), "{text}");
}

#[test]
fn what_is_read_anew_takes_the_place_of_what_was() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    let subject = Subject::Service("web".into());
    let ids = |app: &mut App| -> Vec<bool> {
        let text = screen(app, 120, 24);
        ["web-1", "web-2"].map(|id| text.contains(&format!(" {id} "))).to_vec()
    };
    for (told, expected) in [(&["web-2"][..], [false, true]), (&[], [false, false])] {
        press(&mut app, ":service web<enter>");
        instances(
            &mut app,
            "dc-1",
            subject.clone(),
            vec![instance("n-1", "web-1", Status::Passing)],
        );
        press(&mut app, ":overview<enter>:service web<enter>");
        assert!(ids(&mut app)[0], "what was");
        let told: Vec<_> = told.iter().map(|id| instance("n-1", id, Status::Passing)).collect();
        if told.is_empty() {
            // Of what is empty nothing is told but that it was read.
            world::fresh_subject(&mut app, "dc-1", subject.clone(), State::Live);
        } else {
            instances(&mut app, "dc-1", subject.clone(), told);
        }
        assert_eq!(ids(&mut app), expected);
        press(&mut app, ":overview<enter>");
    }
}

#[test]
fn nothing_is_live_from_the_first_pulse_on_that_fails() {
    let mut app = app(&["dc-1", "dc-2"]);
    for dc in ["dc-1", "dc-2"] {
        live(&mut app, dc);
    }
    press(&mut app, ":map<enter>");
    for dc in ["dc-1", "dc-2"] {
        world::edges(&mut app, dc, &[("web".to_owned(), "db".to_owned())]);
    }
    let later = world::now() + chrono::TimeDelta::seconds(5);
    goes_dark(&mut app, "dc-2", later);
    app.update(Msg::Clock(later));
    let text = screen(&mut app, 140, 24);
    let title = text.lines().nth(1).unwrap_or_default();
    assert!(title.contains("dc-2: stale 5s: refused"), "{title}");
    press(&mut app, ":overview<enter>");
    let text = screen(&mut app, 160, 24);
    assert!(row(&text, "dc-1").contains(" now "), "{text}");
    let dark = row(&text, "dc-2");
    assert!(!dark.contains(" now ") && dark.contains(" 5s "), "{text}");
    // No count looks as if it had been measured now, none of it either.
    assert!(dark.matches("◌ 0").count() >= 4, "{text}");
}

#[test]
fn what_stands_beside_an_old_check_says_what_was_too() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    checks(&mut app, "dc-1", vec![check("n-2", "a", "web-1", Status::Critical)]);
    goes_dark(&mut app, "dc-1", world::now());
    press(&mut app, ":checks<enter>");
    for (keys, said) in [("", "◌ was 1 critical check"), ("<enter>j", "◌ was critical")] {
        press(&mut app, keys);
        let text = screen(&mut app, 160, 24);
        let pane: Vec<&str> = text.lines().filter_map(|line| line.split("││").nth(1)).collect();
        assert!(pane.iter().any(|line| line.starts_with(said)), "{said}:\n{text}");
        let is_old = |line: &&&str| !line.contains("critical") || line.contains("was");
        assert!(pane.iter().all(|line| is_old(&line)), "{text}");
    }
}
