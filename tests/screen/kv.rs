//! The tree of folders and keys: where rows are, whether values are equal, what stands beside.

use std::sync::Arc;

use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::task::{Ask, News, TaskId};
use dcview::domain::feed::{Body, Glanced, List, Subject};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::ids::{Dc, Key};
use dcview::domain::kv::{Behavior, Entry, Folder, Print, Session};
use dcview::domain::managed::Managers;

use super::world::{
    app, entry, feed, feed_under, folder, fresh_subject, key, listing, live, press, run_jobs,
    screen,
};

/// The top of the keys of two datacenters, of which the second did not answer yet.
fn opened(paths: &[&str]) -> App {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    press(&mut app, ":kv<enter>");
    folder(&mut app, "dc-1", "", paths);
    screen(&mut app, 100, 24);
    app
}

/// The words of the row that begins with a name.
fn row(app: &mut App, name: &str) -> Vec<String> {
    let text = screen(app, 100, 24);
    let words = |line: &str| -> Vec<String> {
        let line = line.trim_matches(|c: char| c.is_whitespace() || "│▸▾".contains(c));
        line.split_whitespace().map(str::to_owned).collect()
    };
    let mut rows = text.lines().skip(2).map(words);
    let found = rows.find(|words| words.first().is_some_and(|first| first == name));
    assert!(found.is_some(), "no row '{name}' in\n{text}");
    found.unwrap_or_default()
}

fn prints(app: &mut App, dc: &str, values: &[(&str, &str)]) {
    let print = |(key, value): &(&str, &str)| (Key::from(*key), Print::of(value.as_bytes(), 0));
    feed(app, dc, Body::Prints(values.iter().map(print).collect()));
}

/// What the last scope has looked at.
fn glanced(effects: &[Effect]) -> Glanced {
    let scopes = effects.iter().filter_map(|effect| match effect {
        Effect::Scope(scope) => Some(scope.glanced.clone()),
        _ => None,
    });
    scopes.last().expect("another scope")
}

#[test]
fn a_row_says_where_it_is_and_whether_the_values_are_equal() {
    let mut app = opened(&["a", "b", "c", "f/", "only"]);
    assert_eq!(row(&mut app, "a"), ["a", "yes", "?", "not", "read"], "dc-2 did not answer");
    folder(&mut app, "dc-2", "", &["a", "b", "c", "f/"]);
    prints(&mut app, "dc-1", &[("a", "1"), ("b", "1"), ("c", "1")]);
    assert_eq!(row(&mut app, "a"), ["a", "yes", "yes", "not", "read"]);
    prints(&mut app, "dc-2", &[("a", "1"), ("b", "2")]);
    for (name, rest) in [
        ("a", &["yes", "yes", "equal"][..]),
        ("b", &["yes", "differs", "differ"]),
        ("c", &["yes", "yes", "not", "read"]),
        ("f/", &["yes", "yes"]),
        ("only", &["yes", "missing"]),
    ] {
        assert_eq!(row(&mut app, name)[1..], *rest, "{name}");
    }
    // What was read before and is not any more is not called equal.
    prints(&mut app, "dc-2", &[]);
    assert_eq!(row(&mut app, "a")[3..], ["not", "read"]);
}

#[test]
fn the_beginning_of_a_long_listing_never_looks_like_the_whole() {
    let begun = |paths: &[&str]| Folder::new(&Key::default(), paths.iter().copied()).begun();
    let mut app = opened(&["a", "b", "only"]);
    let title = |app: &mut App| screen(app, 100, 24).lines().nth(1).map(str::to_owned).unwrap();
    assert!(title(&mut app).contains("kv / [3] live | dc-2 loading"), "{}", title(&mut app));
    listing(&mut app, "dc-2", begun(&["a", "c"]));
    let expected = "kv / [4 so far] live | dc-2 loading";
    assert!(title(&mut app).contains(expected), "{}", title(&mut app));
    prints(&mut app, "dc-1", &[("a", "1"), ("b", "1")]);
    prints(&mut app, "dc-2", &[("a", "1")]);
    assert_eq!(row(&mut app, "a")[1..], ["yes", "yes", "equal"]);
    assert_eq!(row(&mut app, "b")[1..], ["yes", "?", "not", "read"], "it may be on its way");
    assert_eq!(row(&mut app, "c")[1..], ["missing", "yes"]);
    // What breaks off leaves it, and says why there is no more.
    let state = State::Stale { since: None, why: "it breaks off".into(), retry_at: None };
    let broken = Freshness { state, ..Freshness::default() };
    let (ticket, list) = (app.store.ticket, List::Subject(Subject::Folder(Key::default())));
    feed_under(&mut app, "dc-2", ticket, Body::Freshness(list, broken));
    let expected = "kv / [4 so far] live | dc-2 no more: it breaks off";
    assert!(title(&mut app).contains(expected), "{}", title(&mut app));
    press(&mut app, "/zzz<enter>");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("no row matches 'zzz'; esc shows all 4 so far"), "{text}");
    press(&mut app, "<esc>");
    // The whole; after it no beginning is news.
    folder(&mut app, "dc-2", "", &["a", "d"]);
    listing(&mut app, "dc-2", begun(&["a"]));
    assert!(title(&mut app).contains("kv / [4] live"), "{}", title(&mut app));
    assert_eq!(row(&mut app, "b")[1..], ["yes", "missing"]);
    assert_eq!(row(&mut app, "d")[1..], ["missing", "yes"]);
    assert!(!screen(&mut app, 100, 24).contains(" c "), "it is gone");
}

#[test]
fn only_the_rows_on_screen_are_compared_and_only_where_there_are_two() {
    let many: Vec<String> = (0..500).map(|n| format!("k{n:03}")).collect();
    let mut paths: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut app = opened(&paths);
    paths.retain(|path| !path.ends_with('7'));
    folder(&mut app, "dc-2", "", &paths);
    screen(&mut app, 100, 24);
    let looked_at = glanced(&press(&mut app, "G"));
    let keys: Vec<&str> = looked_at.keys.iter().map(|(_, key)| key.as_str()).collect();
    assert!(keys.contains(&"k499") && !keys.contains(&"k497") && keys.len() < 40, "{keys:?}");
    assert_eq!(keys.len() % 2, 0, "each in both datacenters");
    let passing: Vec<&Subject> = looked_at.passing.iter().map(|it| &it.subject).collect();
    assert_eq!(passing, [&Subject::Key("k499".into()); 2]);
}

#[test]
fn the_value_under_the_cursor_stands_beside_with_who_has_a_hand_on_it() {
    let mut app = opened(&["app/", "k.json"]);
    press(&mut app, "j");
    assert!(screen(&mut app, 100, 24).contains("dc-1: loading"));
    let session = Some("5e55".into());
    let held = Entry { session, ..entry("k.json", "{\n  \"port\": 5432\n}\n") };
    let body = Body::Entry("k.json".into(), Some(Arc::new(held)));
    let ticket = app.store.ticket;
    let looked_at = glanced(&feed_under(&mut app, "dc-1", ticket, body));
    assert!(looked_at.passing.iter().any(|it| it.subject == Subject::Session("5e55".into())));
    let text = screen(&mut app, 100, 24);
    for part in
        ["k.json @ dc-1 JSON", "index 9, created 4", "locked by session 5e55", "2   \"port\": 5432"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let session = Session {
        id: "5e55".into(),
        name: "deploy".into(),
        node: "n-1".into(),
        behavior: Behavior::Release,
        ttl: "15s".into(),
        lock_delay: std::time::Duration::ZERO,
        checks: Vec::new(),
        create_index: 3,
    };
    let ticket = app.store.ticket;
    let body = Body::Session("5e55".into(), Some(Arc::new(session)));
    feed_under(&mut app, "dc-1", ticket, body);
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("locked by session 5e55 (deploy) of node n-1, TTL 15s"), "{text}");
    // A key that the token may not read says so instead of a value.
    folder(&mut app, "dc-1", "", &["k.json", "secret"]);
    press(&mut app, "G");
    let denied = State::Denied { why: "Permission denied".into() };
    fresh_subject(&mut app, "dc-1", Subject::Key("secret".into()), denied);
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("dc-1: denied: Permission denied"), "{text}");
}

#[test]
fn a_key_that_a_tool_writes_says_which() {
    let mut app = opened(&["copied", "own"]);
    folder(&mut app, "dc-2", "", &["copied", "own"]);
    let status = entry(
        "service/consul-replicate/statuses/1",
        r#"{"Source":"global/","Destination":"copied"}"#,
    );
    feed(&mut app, "dc-2", Body::Managers(Arc::new(Managers::read(&[status]))));
    let text = screen(&mut app, 140, 24);
    assert!(text.contains("copied  managed by consul-replicate in dc-2"), "{text}");
    press(&mut app, "2");
    folder(&mut app, "dc-2", "", &["copied", "own"]);
    key(&mut app, "dc-2", "copied", "x", 9);
    let text = screen(&mut app, 140, 24);
    assert!(text.contains("managed: consul-replicate copies 'global/'"), "{text}");
}

#[test]
fn folders_unfold_in_place_and_their_own_keys_are_rows() {
    let mut app = opened(&["a/", "k"]);
    press(&mut app, "<right>");
    folder(&mut app, "dc-1", "a/", &["a/", "a/b", "a/c/"]);
    let text = screen(&mut app, 100, 24);
    let rows = ["▾ a/", "a/  the folder's own key", "▸ a/c/", "a/b", "k"];
    let lines: Vec<&str> = text.lines().skip(3).take(rows.len()).collect();
    for (line, row) in lines.iter().zip(rows) {
        assert!(line.contains(row), "{row} in {line}");
    }
    press(&mut app, "j<enter>");
    assert!(screen(&mut app, 100, 24).contains("─ key a/ "));
    press(&mut app, "<esc>g<left>");
    assert!(!screen(&mut app, 100, 24).contains("the folder's own key"));
}

#[test]
fn what_is_done_to_a_folders_own_key_is_not_done_to_the_folder() {
    let mut app = opened(&["a/"]);
    press(&mut app, "<right>");
    folder(&mut app, "dc-1", "a/", &["a/", "a/b"]);
    for on in ["j", "<enter>"] {
        press(&mut app, on);
        for key in ["<ctrl-k>", "p", "m", "w"] {
            if on == "<enter>" && key == "<ctrl-k>" {
                continue;
            }
            let effects = press(&mut app, key);
            let is_asked = effects.iter().any(|effect| matches!(effect, Effect::Ask(..)));
            assert!(!is_asked, "{key} asks for work");
            let text = screen(&mut app, 160, 24);
            assert!(text.contains("means the whole folder"), "{key}: {text}");
        }
    }
}

/// The id of the count that was asked for.
fn count(effects: &[Effect]) -> TaskId {
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, Ask::Count { .. }) => Some(*id),
        _ => None,
    });
    asked.expect("a count")
}

#[test]
fn folders_are_counted_on_demand_and_a_count_that_was_given_up_is_a_lower_bound() {
    let mut app = opened(&["a/", "b/"]);
    folder(&mut app, "dc-2", "", &["a/"]);
    let id = count(&press(&mut app, "#"));
    let told = |dc: &str, folders: &[(&str, usize)], all| {
        let folders = folders.iter().map(|(folder, n)| (Key::from(*folder), *n)).collect();
        Msg::News(id, News::Counts { dc: Dc::from(dc), folders, all })
    };
    app.update(told("dc-1", &[("a/", 1200)], 1200));
    assert_eq!(row(&mut app, "a/"), ["a/", "1,200+", "yes"]);
    app.update(told("dc-1", &[("a/", 2500), ("b/", 3)], 2503));
    app.update(Msg::News(id, News::End("dc-1".into(), Ok(()))));
    app.update(told("dc-2", &[("a/", 7)], 7));
    assert_eq!(row(&mut app, "a/"), ["a/", "2,500", "7+"]);
    let effects = press(&mut app, "<esc>");
    assert!(matches!(effects.as_slice(), [Effect::Forget(forgotten)] if *forgotten == id));
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("counted dc-1 2,503 dc-2 7+"), "{text}");
    // What comes late changes nothing.
    app.update(told("dc-2", &[("a/", 9)], 9));
    assert_eq!(row(&mut app, "a/"), ["a/", "2,500", "7+"]);
}

#[test]
fn a_folder_of_200_000_keys_changes_by_what_differs() {
    let names: Vec<String> = (0..200_000).map(|n| format!("app/key-{n:06}")).collect();
    let mut paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    press(&mut app, ":kv app<enter>");
    folder(&mut app, "dc-1", "app/", &paths);
    folder(&mut app, "dc-2", "app/", &paths);
    press(&mut app, "G");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("[200,000]") && text.contains("key-199999"), "{text}");
    // One that is new is one row more, without a job for all.
    paths.push("app/new");
    let listing = dcview::domain::kv::Folder::new(&"app/".into(), paths.iter().copied());
    let body = Body::Folder(Arc::new(listing));
    let ticket = app.store.ticket;
    let effects = feed_under(&mut app, "dc-1", ticket, body);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Order(..))));
    run_jobs(&mut app, effects);
    assert!(screen(&mut app, 100, 24).contains("[200,001]"));
    press(&mut app, "j");
    assert_eq!(row(&mut app, "new"), ["new", "yes", "missing"]);
}

#[test]
fn a_long_line_is_whole_beside_the_keys() {
    let mut app = opened(&["long"]);
    let value = format!("{}the end", "word ".repeat(30));
    key(&mut app, "dc-1", "long", &value, 9);
    let text = screen(&mut app, 80, 30);
    assert!(text.contains("1 word word") && text.contains("the end"), "{text}");
}
