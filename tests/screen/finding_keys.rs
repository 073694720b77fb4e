//! Finding a key by a fragment of its name, and lines of values by what is in them.

use std::sync::Arc;

use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::seek::{Index, State};
use dcview::app::task::quest::{Hit, Seen};
use dcview::app::task::{Ask, News, TaskId};
use dcview::domain::ids::Dc;
use dcview::domain::kv::Texts;

use super::world::{self, app, live, press, run_jobs, screen};

fn opened(command: &str) -> (App, TaskId, Ask) {
    let mut app = app(&["dc-1", "dc-2", "dc-3"]);
    for dc in ["dc-1", "dc-2", "dc-3"] {
        live(&mut app, dc);
    }
    let effects = press(&mut app, &format!(":{command}<enter>"));
    let (id, ask) = asked(effects).expect("work");
    screen(&mut app, 120, 30);
    (app, id, ask)
}

fn asked(effects: Vec<Effect>) -> Option<(TaskId, Ask)> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::Ask(id, ask @ (Ask::Index { .. } | Ask::Search { .. })) => Some((id, ask)),
        _ => None,
    })
}

fn tell(app: &mut App, id: TaskId, news: News) {
    let effects = app.update(Msg::News(id, news));
    run_jobs(app, effects);
}

fn with(index: &Index, dc: &str, keys: &[&str], state: State) -> Index {
    let mut texts = Texts::default();
    texts.extend(keys.iter().copied());
    index.with(&dc.into(), &texts, state)
}

/// An index of two datacenters that were read and one that was not.
fn index() -> Arc<Index> {
    let one = with(&Index::default(), "dc-1", &["app/db/url", "app/web/port"], State::Whole);
    let two = with(&one, "dc-2", &["app/db/url", "zoo"], State::Whole);
    let why = "Permission denied".to_owned();
    Arc::new(with(&two, "dc-3", &[], State::Failed(why)))
}

#[test]
fn a_fragment_finds_a_key_says_where_it_is_and_what_could_not_be_read() {
    let (mut app, id, ask) = opened("find dburl");
    assert!(matches!(ask, Ask::Index { dcs, .. } if dcs.len() == 3));
    assert!(screen(&mut app, 120, 30).contains("no key yet; reading the names of all"));
    tell(&mut app, id, News::Index(index()));
    tell(&mut app, id, News::Done(String::new()));
    let text = screen(&mut app, 160, 30);
    assert!(text.contains("find 'dburl' [1]  1 of 3 keys"), "{text}");
    assert!(text.contains("1 of 3 datacenters not read"), "{text}");
    assert!(text.contains("dc-3 not read: Permission denied"), "{text}");
    let row = text.lines().find(|line| line.contains("│ app/db/url")).expect("the key");
    let there: Vec<&str> = row.split_whitespace().skip(2).take(3).collect();
    assert_eq!(there, ["yes", "yes", "?"], "{row}");
    // Enter goes to the key, and back nothing is read again but what could not be.
    press(&mut app, "<enter>");
    assert!(screen(&mut app, 120, 30).contains("─ key app/db/url "));
    let again = asked(press(&mut app, "<esc>"));
    assert!(matches!(again, Some((_, Ask::Index { dcs, .. })) if dcs == [Dc::from("dc-3")]));
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("find 'dburl' [1]"), "{text}");
}

#[test]
fn what_is_typed_is_a_fuzzy_query_even_where_it_would_be_no_expression() {
    let (mut app, id, _) = opened("find");
    tell(&mut app, id, News::Index(index()));
    assert!(screen(&mut app, 120, 30).contains("[3]  3 keys"));
    press(&mut app, "/app(");
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("find 'app('") && !text.contains("unclosed"), "{text}");
    press(&mut app, "<enter><esc>");
    // Escape stops the reading first, then drops the query.
    press(&mut app, "<esc>/wp<enter>");
    assert!(screen(&mut app, 120, 30).contains("find 'wp' [0]"));
    press(&mut app, "<esc>/webport<enter>");
    assert!(screen(&mut app, 120, 30).contains("app/web/port"));
}

#[test]
fn keys_are_looked_for_in_the_datacenters_that_are_shown() {
    let (mut app, id, _) = opened("find");
    tell(&mut app, id, News::Index(index()));
    tell(&mut app, id, News::Done(String::new()));
    press(&mut app, "2");
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("find @ dc-2 [2]") && !text.contains("app/web/port"), "{text}");
}

#[test]
fn a_search_that_is_stopped_keeps_what_it_found_and_says_so() {
    let (mut app, id, ask) = opened("search app/ /port = [0-9]+/");
    let Ask::Search { dcs, quest } = ask else { panic!("a search") };
    assert_eq!(
        (dcs.len(), quest.prefix.as_str(), quest.grep.as_str()),
        (3, "app/", "port = [0-9]+")
    );
    let hit = |key: &str, line| Hit { key: key.into(), line, column: 0, text: "port = 80".into() };
    let seen = Seen { keys: 1200, bytes: 9000, hits: 2 };
    let hits = vec![hit("app/web", 3), hit("app/db", 1)];
    tell(&mut app, id, News::Hits { dc: "dc-1".into(), hits, seen });
    tell(&mut app, id, News::End("dc-1".into(), Ok(())));
    tell(&mut app, id, News::End("dc-2".into(), Err("Permission denied".into())));
    let text = screen(&mut app, 200, 30);
    assert!(text.contains("2+ lines in 1,200+ keys, 1 of 2 datacenters not searched"), "{text}");
    assert!(text.contains("dc-2 not searched: Permission denied"), "{text}");
    let effects = press(&mut app, "<esc>");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Forget(it) if *it == id)));
    assert!(screen(&mut app, 120, 30).contains("stopped; what came so far is shown"));
    // Enter goes to the line.
    press(&mut app, "<enter>");
    assert!(screen(&mut app, 120, 30).contains("─ value app/db @ dc-1"));
    assert!(
        asked(press(&mut app, "<esc>")).is_none(),
        "a search that was stopped is not begun again"
    );
    assert!(screen(&mut app, 120, 30).contains("app/web"));
    let (_, ask) = asked(press(&mut app, "<ctrl-r>")).expect("asked for anew");
    assert!(matches!(ask, Ask::Search { dcs, .. } if dcs.len() == 3));
}

#[test]
fn a_search_says_what_is_wrong_with_its_expression_and_defaults_to_the_folder_shown() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":kv app<enter>");
    let effects = press(&mut app, ":search /a(/<enter>");
    assert!(asked(effects).is_none());
    assert!(screen(&mut app, 120, 30).contains("unclosed group"));
    press(&mut app, "<esc>");
    let (_, ask) = asked(press(&mut app, ":search /a(<enter>")).expect("a search for the text");
    assert!(matches!(ask, Ask::Search { quest, .. } if quest.prefix.as_str() == "app/"));
}

#[test]
fn the_match_is_seen_in_a_line_of_any_length_and_enter_lands_on_it() {
    let (mut app, id, _) = opened("search app/ /NEEDLE");
    let line = format!("{}NEEDLE{}", "x".repeat(300), "y".repeat(300));
    let text = format!("…{}NEEDLE{}…", "x".repeat(60), "y".repeat(160)).into();
    let hits = vec![Hit { key: "app/web".into(), line: 1, column: 300, text }];
    let seen = Seen { keys: 29, bytes: 9000, hits: 1 };
    tell(&mut app, id, News::Hits { dc: "dc-1".into(), hits, seen });
    for dc in ["dc-1", "dc-2", "dc-3"] {
        tell(&mut app, id, News::End(dc.into(), Ok(())));
    }
    tell(&mut app, id, News::Done(String::new()));
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("…xxxxxxxxNEEDLEy"), "{text}");
    assert!(text.contains(" 1 line in 29 keys"), "{text}");
    press(&mut app, "<enter>");
    world::key(&mut app, "dc-1", "app/web", &line, 9);
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("xNEEDLEy"), "{text}");
    press(&mut app, &"<left>".repeat(40));
    assert!(screen(&mut app, 80, 24).contains(" xxx"), "the beginning is not lost");
}
