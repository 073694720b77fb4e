//! The comparison of two folders, without any datacenter.

use std::sync::Arc;

use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::task::many::{Compared, Differing, End, Held, Side, Sides, Wish};
use dcview::app::task::{Ask, News, TaskId};
use dcview::domain::feed::{Body, Subject};
use dcview::domain::freshness::State;
use dcview::domain::kv::Entry;
use dcview::plan::Counts;

use super::world::{self, press, run_jobs, screen};

/// An app that compares `app/` of two datacenters; the work's id.
fn comparing() -> (App, TaskId) {
    let mut app = world::app(&["dc-1", "dc-2"]);
    world::live(&mut app, "dc-1");
    world::live(&mut app, "dc-2");
    let effects = press(&mut app, ":compare app @dc-1 @dc-2<enter>");
    let id = compared(&effects, ("app/", "dc-1"), ("app/", "dc-2"));
    (app, id)
}

/// The id of the comparison that is asked for, which must be of these.
fn compared(effects: &[Effect], left: (&str, &str), right: (&str, &str)) -> TaskId {
    let side = |(prefix, dc): (&str, &str)| Side::Keys { dc: dc.into(), prefix: prefix.into() };
    let expected = Sides { left: side(left), right: side(right) };
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, Ask::Compare(sides)) => Some((*id, sides)),
        _ => None,
    });
    let (id, sides) = asked.expect("a comparison");
    assert_eq!(*sides, expected);
    id
}

fn row(name: &str, left: Option<usize>, right: Option<usize>) -> Differing {
    let held = |len: usize| Held { len, modify_index: 7, whole: None };
    Differing { name: name.into(), left: left.map(held), right: right.map(held) }
}

/// A part with three rows.
fn part(end: Option<End>) -> News {
    let rows = vec![row("a", Some(1), None), row("b", None, Some(2)), row("c", Some(3), Some(4))];
    let counts = Counts { added: 1, removed: 1, changed: 1, same: 7 };
    News::Compared(Compared { rows, counts, end })
}

fn tell(app: &mut App, id: TaskId, news: News) {
    let effects = app.update(Msg::News(id, news));
    run_jobs(app, effects);
}

fn value(app: &mut App, dc: &str, key: &str, value: Option<&str>) {
    let entry = value.map(|value| {
        Arc::new(Entry {
            key: key.into(),
            value: value.to_owned().into(),
            flags: 0,
            modify_index: 7,
            create_index: 5,
            lock_index: 0,
            session: None,
        })
    });
    let ticket = app.store.ticket;
    let effects = world::feed_under(app, dc, ticket, Body::Entry(key.into(), entry));
    run_jobs(app, effects);
}

#[test]
fn rows_come_while_it_is_read_and_the_highlighted_one_is_watched() {
    let (mut app, id) = comparing();
    assert!(screen(&mut app, 160, 24).contains("; comparing"));
    tell(&mut app, id, part(None));
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("1 added, 1 removed, 1 changed, 7 equal; comparing"), "{text}");
    for word in ["removed a", "added   b", "changed c"] {
        assert!(text.contains(word), "{word}:\n{text}");
    }
    press(&mut app, "<down><down>");
    let subject = Subject::Key("app/c".into());
    let watched: Vec<_> = app.trail.view().subjects(&app.ctx());
    assert!(watched.len() == 2 && watched.iter().all(|it| it.subject == subject), "{watched:?}");
    value(&mut app, "dc-1", "app/c", Some("one\ntwo\n"));
    assert!(screen(&mut app, 160, 24).contains("dc-2: loading"));
    value(&mut app, "dc-2", "app/c", Some("one\n2\n"));
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("-two") && text.contains("+2"), "{text}");
    value(&mut app, "dc-2", "app/c", None);
    assert!(screen(&mut app, 160, 24).contains("app/ @ dc-2: no such key"), "it is live");
    let denied = State::Denied { why: "Permission denied".into() };
    press(&mut app, "<up>");
    world::fresh_subject(&mut app, "dc-1", Subject::Key("app/b".into()), denied);
    assert!(screen(&mut app, 160, 24).contains("denied: Permission denied"));
}

#[test]
fn a_comparison_is_ended_by_esc_and_made_anew_by_refresh() {
    let (mut app, id) = comparing();
    tell(&mut app, id, part(None));
    let effects = press(&mut app, "<esc>");
    assert!(matches!(effects[..], [Effect::Forget(ended)] if ended == id));
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("; stopped") && text.contains("changed c"), "{text}");
    let effects = press(&mut app, "<ctrl-r>");
    let id = compared(&effects, ("app/", "dc-1"), ("app/", "dc-2"));
    let end = Some(End::Whole { hidden: None });
    let news = News::Compared(Compared { end, ..Compared::default() });
    tell(&mut app, id, news);
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("no difference") && !text.contains("changed c"), "{text}");
}

#[test]
fn no_difference_is_only_said_when_all_was_read_and_seen() {
    for (end, said) in [
        (None, "comparing"),
        (Some(End::Broken("connection reset".into())), "broke off"),
        (Some(End::Whole { hidden: Some("dc-1 hides".into()) }), "in what the token may see"),
    ] {
        let (mut app, id) = comparing();
        let news = News::Compared(Compared { end, ..Compared::default() });
        tell(&mut app, id, news);
        let text = screen(&mut app, 160, 24);
        let is_plain = text.lines().any(|line| line.contains("│ no difference  "));
        assert!(text.contains(said) && !is_plain, "{said}:\n{text}");
    }
}

#[test]
fn marked_keys_are_copied_to_the_right_side_and_the_sides_are_turned_round() {
    let (mut app, id) = comparing();
    tell(&mut app, id, part(Some(End::Whole { hidden: None })));
    let names = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(_, Ask::Plan(Wish::Pick { from, to_dc, to, names, extra }))
                if extra.is_empty() =>
            {
                let names: Vec<_> = names.iter().map(ToString::to_string).collect();
                Some((from.to_string(), to_dc.to_string(), to.to_string(), names))
            }
            _ => None,
        })
    };
    let expected = |from: &str, to: &str, all: &[&str]| {
        let names = all.iter().map(|name| (*name).to_owned()).collect();
        Some((format!("app/ @ {from}"), to.to_owned(), String::from("app/"), names))
    };
    assert_eq!(names(&press(&mut app, "p")), expected("dc-1", "dc-2", &["a"]));
    press(&mut app, "<esc><down>");
    assert_eq!(names(&press(&mut app, "p")), None, "only the right side has it");
    assert!(screen(&mut app, 160, 24).contains("turns the sides round"));
    assert_eq!(names(&press(&mut app, "  p")), expected("dc-1", "dc-2", &["b", "c"]));
    let effects = press(&mut app, "<esc>=");
    let id = compared(&effects, ("app/", "dc-2"), ("app/", "dc-1"));
    tell(&mut app, id, part(Some(End::Whole { hidden: None })));
    assert_eq!(names(&press(&mut app, "p")), expected("dc-2", "dc-1", &["a"]));
}

#[test]
fn a_folder_of_the_key_view_is_compared_by_a_key() {
    let mut app = world::app(&["dc-1", "dc-2"]);
    press(&mut app, ":kv<enter>");
    for dc in ["dc-1", "dc-2"] {
        world::live(&mut app, dc);
        world::folder(&mut app, dc, "", &["app/", "one"]);
    }
    let effects = press(&mut app, "=");
    compared(&effects, ("app/", "dc-1"), ("app/", "dc-2"));
    // The first ends the comparison, the second leads back.
    press(&mut app, "<esc><esc>1");
    world::folder(&mut app, "dc-1", "", &["app/", "one"]);
    press(&mut app, "=");
    assert!(screen(&mut app, 80, 24).contains(":compare app/ @dc-1 @"));
}

#[test]
fn a_file_stands_for_a_side_and_keeps_its_values() {
    let mut app = world::app(&["dc-1"]);
    world::live(&mut app, "dc-1");
    let effects = press(&mut app, ":compare app/ ./dump.json<enter>");
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, Ask::Compare(sides)) => Some((*id, sides.right.clone())),
        _ => None,
    });
    let (id, right) = asked.expect("a comparison");
    assert_eq!(right, Side::File { path: "./dump.json".into(), prefix: "app/".into() });
    let held = Held { len: 3, modify_index: 0, whole: Some(("new".into(), 0)) };
    let row = Differing { right: Some(held), ..row("a", Some(3), None) };
    let end = Some(End::Whole { hidden: None });
    let counts = Counts { changed: 1, ..Counts::default() };
    tell(&mut app, id, News::Compared(Compared { rows: vec![row], counts, end }));
    value(&mut app, "dc-1", "app/a", Some("old"));
    let text = screen(&mut app, 160, 24);
    assert!(text.contains("-old") && text.contains("+new"), "{text}");
    press(&mut app, "p");
    assert!(screen(&mut app, 160, 24).contains("not copied into a file"));
}
