//! Sessions and locks on the screen: what is known, what was looked at, and what is only guessed.

use std::sync::Arc;

use chrono::TimeDelta;
use dcview::app::msg::{Effect, Msg};
use dcview::app::task::{Ask, News};
use dcview::domain::delta::Delta;
use dcview::domain::feed::{Body, Subject};
use dcview::domain::freshness::{Freshness, State};
use dcview::domain::kv::Session;
use dcview::domain::lock::{LockChange, Locks};
use dcview::editor::machine::WriteAnswer;
use dcview::views::Rules;

use super::world::{self, app, live, press, screen};

#[test]
fn sessions_of_all_datacenters_stand_in_one_list_that_says_no_keys_were_looked_for() {
    let mut app = app(&["dc-1", "dc-2"]);
    live(&mut app, "dc-1");
    live(&mut app, "dc-2");
    press(&mut app, ":sessions<enter>");
    world::sessions(&mut app, "dc-1", &[("id-1", "reports")]);
    world::sessions(&mut app, "dc-2", &[("id-2", "")]);
    let text = screen(&mut app, 200, 24);
    let row = |words: &[&str]| text.lines().any(|line| words.iter().all(|w| line.contains(w)));
    assert!(row(&["dc-1", "reports", "n-1", "15s", "release", "serfHealth"]), "{text}");
    assert!(row(&["dc-2", "(no name)", "id-2"]), "{text}");
    assert!(text.contains("not looked for") && !text.contains("keys held"), "{text}");
    press(&mut app, "2");
    let text = screen(&mut app, 200, 24);
    assert!(text.contains("sessions @ dc-2") && !text.contains("reports"), "{text}");
}

#[test]
fn keys_held_are_those_under_the_folder_and_it_says_of_how_many() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":sessions job<enter>");
    world::sessions(&mut app, "dc-1", &[("id-1", "reports"), ("id-2", "idle")]);
    let before = screen(&mut app, 200, 24);
    assert!(before.contains("looking") && before.contains('?'), "not known yet:\n{before}");
    world::locks(&mut app, "dc-1", "job/", &[("job/a", "id-1"), ("job/b", "id-1")], 1_234);
    press(&mut app, ":sort name desc<enter>");
    let text = screen(&mut app, 200, 24);
    assert!(text.contains("with keys held under job/"), "{text}");
    assert!(text.contains("looked at 1234 keys under job/; it holds 2 of them"), "{text}");
    assert!(text.contains("job/a") && text.contains("job/b"), "{text}");
}

#[test]
fn a_session_that_nothing_ends_is_a_fault() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":sessions<enter>");
    world::sessions(&mut app, "dc-1", &[("id-1", "mortal")]);
    let endless = Session { id: "id-2".into(), name: "orphan".into(), ..Session::default() };
    let upserts = vec![("id-2".into(), Arc::new(endless))];
    let ticket = app.store.ticket;
    let body = Body::Sessions(Delta { upserts, removed: Vec::new() });
    world::feed_under(&mut app, "dc-1", ticket, body);
    press(&mut app, "<ctrl-z>");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("orphan") && !text.contains("mortal"), "{text}");
    assert!(text.contains("never by itself"), "{text}");
}

/// The locks of `job/` with one holder that is listed, one that is not.
fn locks() -> dcview::app::App {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":locks job<enter>");
    world::sessions(&mut app, "dc-1", &[("id-1", "reports"), ("id-2", "reports")]);
    let held = [("job/a/.lock", "id-1"), ("job/b/.lock", "gone-1"), ("job/c/.lock", "")];
    world::locks(&mut app, "dc-1", "job/", &held, 9);
    app
}

#[test]
fn a_lock_names_its_holder_and_marks_who_may_wait_as_a_guess() {
    let mut app = locks();
    let text = screen(&mut app, 200, 24);
    let row = |words: &[&str]| text.lines().any(|line| words.iter().all(|w| line.contains(w)));
    assert!(text.contains("locks job/ of 9 keys [3]"), "{text}");
    assert!(row(&["a/.lock", "lock", "held", "reports", "n-1", "~1"]), "{text}");
    assert!(row(&["c/.lock", "free", "-"]), "{text}");
    assert!(text.contains("a guess from the names of sessions"), "{text}");
}

#[test]
fn a_holder_that_is_not_listed_is_a_fault_once_both_lists_had_time_to_come() {
    let mut app = locks();
    let is_fault = |app: &mut dcview::app::App| {
        press(app, "<ctrl-z>");
        let text = screen(app, 200, 24);
        press(app, "<ctrl-z>");
        text.contains("session not listed")
    };
    assert!(!is_fault(&mut app), "it may be that the session is told a moment later");
    app.update(Msg::Clock(world::now() + TimeDelta::seconds(6)));
    assert!(is_fault(&mut app));
    // A list that may be shortened proves nothing.
    let filtered = Freshness {
        state: State::Live,
        at: Some(world::now()),
        may_be_filtered: true,
        ..Freshness::default()
    };
    let list = dcview::domain::feed::List::Subject(Subject::Sessions);
    let ticket = app.store.ticket;
    world::feed_under(&mut app, "dc-1", ticket, Body::Freshness(list, filtered));
    assert!(!is_fault(&mut app));
}

#[test]
fn a_look_that_was_cut_short_says_so() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":locks<enter>");
    let cut = Locks { keys: 200_000, cut_at: Some("m/x".into()), ..Locks::default() };
    let ticket = app.store.ticket;
    world::feed_under(&mut app, "dc-1", ticket, Body::Locks(Arc::new(cut)));
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("locks / of 200,000 keys, the rest not read"), "{text}");
}

#[test]
fn a_row_copied_as_json_is_what_the_command_prints() {
    let mut app = locks();
    let effects = press(&mut app, "y");
    let copied = effects.into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    let json: serde_json::Value = serde_json::from_str(&copied.expect("copied")).expect("JSON");
    assert_eq!(json[0]["key"], "job/a/.lock");
    assert_eq!(json[0]["holders"][0]["name"], "reports");
    assert_eq!(json[0]["waiting"][0], "id-2");
    assert_eq!(json[0]["is_waiting_guessed"], true);
    let effects = press(&mut app, ":sessions job<enter>");
    assert!(effects.iter().any(|it| matches!(it, Effect::Scope(_))));
}

/// What is asked for outside.
fn asked(effects: &[Effect]) -> Option<Ask> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(_, ask) => Some(ask.clone()),
        _ => None,
    })
}

/// Answers a confirmed change with this.
fn answer(app: &mut dcview::app::App, effects: &[Effect], answer: WriteAnswer) {
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, Ask::Lock(_)) => Some(*id),
        _ => None,
    });
    app.update(Msg::News(id.expect("a change was sent"), News::Written(answer)));
}

#[test]
fn a_release_is_asked_first_and_holds_what_was_seen() {
    let mut app = locks();
    let effects = press(&mut app, "R");
    assert!(asked(&effects).is_none(), "the key only opens the question");
    let text = screen(&mut app, 100, 24);
    for said in
        ["release job/a/.lock in dc-1", "reports on n-1", "its value and flags stay", "no undo"]
    {
        assert!(text.contains(said), "'{said}':\n{text}");
    }
    press(&mut app, "<enter>");
    let effects = press(&mut app, "y");
    let expected = LockChange::Release {
        dc: "dc-1".into(),
        key: "job/a/.lock".into(),
        session: "id-1".into(),
        modify_index: 9,
    };
    assert!(matches!(asked(&effects), Some(Ask::Lock(intent)) if intent.change == expected));
    answer(&mut app, &effects, WriteAnswer::Written { index: Some(12) });
    assert!(screen(&mut app, 100, 24).contains("done: release job/a/.lock in dc-1"));
    press(&mut app, "jj");
    press(&mut app, "R");
    assert!(screen(&mut app, 100, 24).contains("no session holds it"));
}

#[test]
fn a_session_is_destroyed_after_its_keys_were_shown_or_said_to_be_unknown() {
    let mut app = locks();
    press(&mut app, "X");
    let text = screen(&mut app, 100, 24);
    for said in ["destroy session id-1 in dc-1", "looked at 9 keys under job/; it holds 1", "15s"] {
        assert!(text.contains(said), "'{said}':\n{text}");
    }
    let effects = press(&mut app, "n");
    assert!(asked(&effects).is_none());
    press(&mut app, ":sessions<enter>");
    world::sessions(&mut app, "dc-1", &[("id-1", "reports")]);
    press(&mut app, "X");
    assert!(screen(&mut app, 100, 24).contains("which keys it holds was not looked for"));
    let effects = press(&mut app, "y");
    let expected = LockChange::Destroy { dc: "dc-1".into(), session: "id-1".into() };
    assert!(matches!(asked(&effects), Some(Ask::Lock(intent)) if intent.change == expected));
    // Without a journal it is asked again, and says so.
    answer(&mut app, &effects, WriteAnswer::NotJournalled("disk full".into()));
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("without a journal") && text.contains("disk full"), "{text}");
    let effects = press(&mut app, "y");
    assert!(matches!(asked(&effects), Some(Ask::Lock(intent)) if intent.without_journal));
}

#[test]
fn where_nothing_may_be_changed_there_is_no_question_and_a_protected_datacenter_wants_its_name() {
    let mut app = locks();
    app.setup.rules.is_read_only = true;
    for key in ["R", "X"] {
        press(&mut app, key);
        let text = screen(&mut app, 100, 24);
        assert!(text.contains("read-only: nothing may be changed"), "{text}");
        assert!(text.contains("a/.lock"), "the list is still there:\n{text}");
    }
    press(&mut app, "?");
    assert!(!screen(&mut app, 200, 60).contains("kv-release"));
    press(&mut app, "<esc>");
    app.setup.rules = Rules { read_only: vec!["dc-1".into()], ..Rules::default() };
    press(&mut app, "X");
    assert!(screen(&mut app, 100, 24).contains("'dc-1' may not be changed"));
    app.setup.rules = Rules { protected: vec!["dc-1".into()], ..Rules::default() };
    press(&mut app, "X");
    assert!(asked(&press(&mut app, "y<enter>")).is_none());
    assert!(screen(&mut app, 100, 24).contains("not its name"));
    assert!(matches!(asked(&press(&mut app, "dc-1<enter>")), Some(Ask::Lock(_))));
}

#[test]
fn the_neighbour_of_a_row_that_vanished_is_not_destroyed() {
    let mut app = app(&["dc-1"]);
    live(&mut app, "dc-1");
    press(&mut app, ":sessions<enter>");
    world::sessions(&mut app, "dc-1", &[("id-1", "a"), ("id-2", "b"), ("id-3", "c")]);
    press(&mut app, "j");
    let ticket = app.store.ticket;
    let gone = Delta { upserts: Vec::new(), removed: vec!["id-2".into()] };
    world::feed_under(&mut app, "dc-1", ticket, Body::Sessions(gone));
    press(&mut app, "X");
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("the row that was here is gone"), "{text}");
    assert!(!text.contains("destroy session"), "{text}");
    press(&mut app, "kX");
    assert!(screen(&mut app, 100, 24).contains("destroy session id-1"));
}
