//! Datacenters that cannot be read keep their place: a row says so, and old rows look old.

use dcview::app::App;
use dcview::app::msg::Effect;
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
