//! An edit and a question over the view, without any datacenter: keys in, effects out.

use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::task::{Ask, Keep, News};
use dcview::editor::machine::{Guards, WriteAnswer};
use dcview::views::Place;

use super::world;

const SIZES: [(u16, u16); 6] = [(1, 1), (2, 3), (5, 4), (20, 5), (80, 24), (200, 60)];

/// An app on the page of a key that holds this.
fn at_key(value: &str) -> App {
    let mut app = world::app(&["dc-1"]);
    world::live(&mut app, "dc-1");
    app.trail.open(&Place::new("key").of("app/x"));
    app.update(Msg::Clock(world::now()));
    world::key(&mut app, "dc-1", "app/x", value, 10);
    app
}

/// The work asked for among effects, with its id.
fn asked(effects: &[Effect]) -> Option<(u64, &Ask)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, ask) => Some((*id, ask)),
        _ => None,
    })
}

/// An app with an open edit of which it is known who else writes the key.
fn editing(value: &str) -> App {
    let mut app = at_key(value);
    let effects = world::press(&mut app, "e");
    let (id, ask) = asked(&effects).expect("a question who writes the key");
    assert!(matches!(ask, Ask::Guards { .. }), "{ask:?}");
    app.update(Msg::News(id, News::Guards(Guards::default())));
    app
}

#[test]
fn every_stage_of_an_edit_draws_at_every_size() {
    for keys in ["", "x", "x<ctrl-s>", "x<esc>", "x<ctrl-f>y", "x<ctrl-s>y"] {
        let mut app = editing("a: 1\nb: \u{1b}[31m\n\tc\n");
        world::press(&mut app, keys);
        for (width, height) in SIZES {
            world::screen(&mut app, width, height);
        }
    }
}

#[test]
fn a_yes_before_it_is_known_who_writes_the_key_waits_and_a_reason_stops_it() {
    for (managers, is_sent) in [(vec![], true), (vec![String::from("git2consul writes it")], false)]
    {
        let mut app = at_key("old");
        let effects = world::press(&mut app, "e");
        let (id, _) = asked(&effects).expect("a question");
        let effects = world::press(&mut app, "x<ctrl-s>y");
        assert!(asked(&effects).is_none(), "nothing is sent before it is known");
        let is_asking = |app: &mut App| world::screen(app, 80, 24).contains("asking who else");
        assert!(is_asking(&mut app));
        let guards = Guards { managers, ..Guards::default() };
        let effects = app.update(Msg::News(id, News::Guards(guards)));
        assert_eq!(asked(&effects).is_some(), is_sent);
        assert!(!is_asking(&mut app), "what comes of it is not hidden");
    }
}

#[test]
fn the_text_is_kept_while_it_is_typed_and_forgotten_once_it_is_written() {
    let mut app = editing("old");
    let effects = world::press(&mut app, "x");
    assert!(matches!(&effects[..], [Effect::Keep(Keep::Save(draft))] if draft.mine == "xold"));
    let effects = world::press(&mut app, "<ctrl-s>y");
    let (id, ask) = asked(&effects).expect("the write");
    assert!(matches!(ask, Ask::Write(intent) if intent.write.ops[0].cas() == 10), "{ask:?}");
    // Keys while the write is on its way change nothing.
    assert!(world::press(&mut app, "q<esc>dy").is_empty());
    let written = News::Written(WriteAnswer::Written { index: Some(11) });
    let effects = app.update(Msg::News(id, written));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Keep(Keep::Drop(..)))));
    assert!(world::screen(&mut app, 80, 24).contains("written to dc-1: app/x, index 11"));
}

#[test]
fn a_late_answer_finds_no_edit_and_changes_nothing() {
    let mut app = editing("old");
    world::press(&mut app, "<esc>");
    let news = News::Written(WriteAnswer::NotCurrent);
    assert!(app.update(Msg::News(1, news)).is_empty());
    assert!(world::screen(&mut app, 80, 24).contains("key app/x"));
}

#[test]
fn no_single_key_drops_a_changed_text() {
    let mut app = editing("old");
    world::press(&mut app, "x<esc>");
    let text = world::screen(&mut app, 80, 24);
    assert!(text.contains("this text is not saved"), "{text}");
    world::press(&mut app, "q");
    assert!(world::screen(&mut app, 80, 24).contains("edit dc-1 app/x"));
}

#[test]
fn a_delete_asks_and_sends_exactly_what_it_showed() {
    let mut app = at_key("old");
    let effects = world::press(&mut app, "<ctrl-k>");
    let (id, _) = asked(&effects).expect("a question who writes the key");
    for (width, height) in SIZES {
        world::screen(&mut app, width, height);
    }
    assert!(world::screen(&mut app, 80, 24).contains("delete app/x in dc-1"));
    app.update(Msg::News(id, News::Guards(Guards::default())));
    assert!(asked(&world::press(&mut app, "<enter>")).is_none(), "enter is no yes");
    let effects = world::press(&mut app, "y");
    let (_, ask) = asked(&effects).expect("the write");
    assert!(matches!(ask, Ask::Write(intent) if intent.write.ops[0].after().is_none()), "{ask:?}");
}

#[test]
fn why_more_care_is_asked_for_is_said_to_the_last_word() {
    let mut app = at_key("old");
    let effects = world::press(&mut app, "e");
    let (id, _) = asked(&effects).expect("a question");
    let why = "consul-replicate copies 'prefix' of another datacenter to 'app': an edit here is \
               overwritten within seconds";
    let guards = Guards { managers: vec![why.to_owned()], ..Guards::default() };
    app.update(Msg::News(id, News::Guards(guards)));
    world::press(&mut app, "x<ctrl-s>y");
    let text = world::screen(&mut app, 80, 24);
    assert!(text.contains("write?") && text.contains("within seconds"), "{text}");
}

#[test]
fn what_is_wrong_with_a_typed_line_is_said_to_the_last_word() {
    let mut app = at_key("old");
    world::press(&mut app, ":cp app/some/rather/long/name/of/a/key app/another @dc-77<enter>");
    let text = world::screen(&mut app, 80, 24);
    assert!(text.contains("there are dc-1"), "{text}");
    assert!(text.lines().last().is_some_and(|line| line.ends_with("@dc-77")), "{text}");
    for (width, height) in SIZES {
        world::screen(&mut app, width, height);
    }
}

#[test]
fn the_keys_of_the_editor_are_seen_while_it_is_typed_into() {
    let mut app = editing("old");
    let text = world::screen(&mut app, 80, 24);
    let line = text.lines().last().unwrap_or_default();
    assert!(line.contains("f1 all keys") && line.contains("ctrl-e $EDITOR"), "{line}");
    assert!(!line.contains('\u{2026}'), "a hint is whole or not there: {line}");
    assert!(world::press(&mut app, "<f1>").is_empty());
    let text = world::screen(&mut app, 80, 24);
    assert!(text.contains("go on in $VISUAL or $EDITOR") && text.contains("select all"), "{text}");
    for (width, height) in SIZES {
        world::screen(&mut app, width, height);
    }
    world::press(&mut app, "x");
    assert!(world::screen(&mut app, 80, 24).contains("1 old"), "the key only puts the list away");
}
