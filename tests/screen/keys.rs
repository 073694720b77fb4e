//! The KV store over datacenters: where keys exist, and whether their values are equal.

use std::sync::Arc;

use dcview::domain::feed::{Body, Subject};
use dcview::domain::freshness::State;
use dcview::domain::ids::Key;
use dcview::domain::kv::Entry;

use super::world::{self, app, folder, live, press, screen};

fn entry(app: &mut dcview::app::App, dc: &str, key: &str, value: &'static str) {
    let key = Key::from(key);
    let entry = Entry {
        key: key.clone(),
        value: value.into(),
        flags: 0,
        modify_index: 12,
        create_index: 3,
        lock_index: 0,
        session: None,
    };
    told(app, dc, Subject::Key(key.clone()), Body::Entry(key, Some(Arc::new(entry))));
}

fn told(app: &mut dcview::app::App, dc: &str, subject: Subject, body: Body) {
    let ticket = app.store.ticket;
    let effects = world::feed_under(app, dc, ticket, body);
    world::run_jobs(app, effects);
    world::fresh_subject(app, dc, subject, State::Live);
}

fn two() -> dcview::app::App {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    app
}

#[test]
fn a_folder_says_in_which_datacenters_each_key_is() {
    let mut app = two();
    press(&mut app, ":kv app<enter>");
    folder(&mut app, "dc-1", "app/", &["app/both", "app/web/"]);
    folder(&mut app, "dc-2", "app/", &["app/both", "app/late", "app/web/"]);
    let text = screen(&mut app, 80, 24);
    let line = |word: &str| text.lines().find(|l| l.contains(word)).unwrap_or_default().to_owned();
    assert!(!line("both").contains("missing"), "{text}");
    assert!(line("late").contains("missing") && line("late").contains("yes"), "{text}");
    let first = text.lines().nth(3).unwrap_or_default();
    assert!(first.contains("web/"), "folders come first:\n{text}");
}

#[test]
fn a_folder_that_shrinks_loses_its_rows() {
    let mut app = two();
    press(&mut app, ":kv<enter>");
    folder(&mut app, "dc-1", "", &["gone", "stays"]);
    folder(&mut app, "dc-2", "", &["stays"]);
    folder(&mut app, "dc-1", "", &["stays"]);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("stays") && !text.contains("gone"), "{text}");
}

#[test]
fn a_key_says_where_its_value_differs() {
    let mut app = two();
    press(&mut app, ":key app/port<enter>");
    entry(&mut app, "dc-1", "app/port", "8080");
    entry(&mut app, "dc-2", "app/port", "8081");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("differs") && text.contains("8080"), "{text}");
    entry(&mut app, "dc-2", "app/port", "8080");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("equal") && !text.contains("differs"), "{text}");
}

#[test]
fn an_escape_sequence_in_a_value_never_reaches_the_screen() {
    let mut app = two();
    press(&mut app, ":key evil<enter>");
    entry(&mut app, "dc-1", "evil", "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{202e}text");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("text"), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}
