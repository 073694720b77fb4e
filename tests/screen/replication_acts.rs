//! What is done about streams: the questions with their requests, the steps, and who may not.

use dcview::app::msg::{Effect, Msg};
use dcview::app::task::many::Wish;
use dcview::app::task::{Ask, News, TaskId};
use dcview::domain::replication::{Alarm, Kind, StatusKey, Stream, Verdict};
use dcview::editor::machine::WriteAnswer;
use dcview::replication::act::Act;
use dcview::views::Rules;

use super::replication::{drifted, shown};
use super::world::{self, app, press, screen, stream, streams};

/// What is asked for outside.
fn asked(effects: &[Effect]) -> Option<(TaskId, Ask)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, ask) => Some((*id, ask.clone())),
        _ => None,
    })
}

#[test]
fn marked_keys_are_made_what_they_are_in_the_source_copied_or_deleted() {
    let mut app = shown();
    press(&mut app, "j<enter>");
    let names = |effects: &[Effect]| match asked(effects) {
        Some((_, Ask::Plan(wish @ Wish::Pick { .. }))) => Some(wish.to_string()),
        _ => None,
    };
    let copied = "copy 1 key of config/ @ dc-1 to config/ in dc-2";
    assert_eq!(names(&press(&mut app, "p")).as_deref(), Some(copied));
    press(&mut app, "<esc>g");
    let both = "copy 2 keys of config/ @ dc-1 to config/ in dc-2, and delete 1 key there";
    assert_eq!(names(&press(&mut app, "   p")).as_deref(), Some(both));
    press(&mut app, "<esc><ctrl-\\>g");
    assert_eq!(names(&press(&mut app, "<ctrl-k>")), None);
    assert!(screen(&mut app, 120, 24).contains("the source has it: 'p' copies it"));
    let deleted = "delete 1 key of config/ in dc-2 that config/ @ dc-1 does not have";
    for key in ["p", "<ctrl-k>"] {
        assert_eq!(names(&press(&mut app, &format!("G{key}"))).as_deref(), Some(deleted));
        press(&mut app, "<esc>");
    }
    app.setup.rules = Rules { read_only: vec!["dc-2".into()], ..Rules::default() };
    assert_eq!(names(&press(&mut app, "p")), None);
    assert!(screen(&mut app, 120, 24).contains("'dc-2' may not be changed"));
}

#[test]
fn what_can_be_done_is_hinted_with_its_keys_where_it_may_be() {
    let mut app = shown();
    let last = |app: &mut dcview::app::App, width| {
        // What was said goes away after a while, and the hints stand there again.
        app.notice = None;
        let text = screen(app, width, 24);
        let line = text.lines().find(|line| line.contains(" help"));
        line.map(String::from).unwrap_or(text)
    };
    press(&mut app, "j");
    assert!(
        last(&mut app, 80).contains("replication kv  s resync t probe"),
        "{}",
        last(&mut app, 80)
    );
    press(&mut app, "<enter>");
    assert!(
        last(&mut app, 80).contains("p copy s resync t probe ? help"),
        "{}",
        last(&mut app, 80)
    );
    press(&mut app, "G");
    let wide = last(&mut app, 160);
    assert!(wide.contains("overview services") && wide.contains("p delete s resync"), "{wide}");
    app.setup.rules = Rules { read_only: vec!["dc-2".into()], ..Rules::default() };
    let refused = last(&mut app, 160);
    assert!(!refused.contains("delete") && !refused.contains("resync"), "{refused}");
}

#[test]
fn a_resync_shows_its_requests_and_tells_each_step() {
    let mut app = shown();
    assert!(asked(&press(&mut app, "js")).is_none(), "the key only opens the question");
    let text = screen(&mut app, 120, 30);
    for said in [
        "resync config/ of dc-1 into dc-2",
        "PUT /v1/txn?dc=dc-2",
        "delete-cas service/consul-replicate/statuses/2d21 at index 75",
        "PUT /v1/txn?dc=dc-1",
        "cas config/.dcview/nudge at index 0",
        "deletes in dc-2 what dc-1 does not have",
        "config/.dcview/nudge stays in dc-1",
    ] {
        assert!(text.contains(said), "'{said}':\n{text}");
    }
    // No request is cut off where there is little room.
    let narrow = screen(&mut app, 46, 40);
    assert!(narrow.contains("index 75"), "{narrow}");
    assert!(asked(&press(&mut app, "<enter>")).is_none());
    let (id, ask) = asked(&press(&mut app, "y")).expect("it is sent");
    assert!(matches!(&ask, Ask::Stream(it) if it.act == Act::resync(&drifted()).unwrap()));
    app.update(Msg::News(id, News::Step(String::from("waiting for the run"))));
    assert!(screen(&mut app, 120, 30).contains("waiting for the run"));
    // Who leaves now is told what may be left where.
    let effects = press(&mut app, ":q<enter>");
    let exit = effects.iter().find_map(|effect| match effect {
        Effect::Exit(exit) => exit.message.clone(),
        _ => None,
    });
    let message = exit.expect("a message");
    assert!(message.contains("config/.dcview/nudge stays in dc-1"), "{message}");
    assert!(message.starts_with("interrupted: "), "its name is put before it: {message}");
    app.update(Msg::News(id, News::Done(String::from("resynced into dc-2 in 1.0 s"))));
    assert!(screen(&mut app, 120, 30).contains("resynced into dc-2"));
    let effects = press(&mut app, ":q<enter>");
    assert!(effects.iter().any(|it| matches!(it, Effect::Exit(exit) if exit.message.is_none())));
}

#[test]
fn a_run_that_would_delete_everything_is_not_started_unknowingly() {
    let mut app = shown();
    let doomed = Stream {
        status: drifted().status,
        alarms: vec![Alarm::MassDelete { deletes: 10, of: 10, source: 0 }],
        ..stream(Kind::ConsulReplicate, "web/", Verdict::Extra)
    };
    streams(&mut app, vec![doomed]);
    for key in ["s", "t"] {
        press(&mut app, "g");
        press(&mut app, key);
        let text = screen(&mut app, 120, 30);
        assert!(text.contains("the next run will delete 10 of 10 keys"), "{key}:\n{text}");
        press(&mut app, "n");
    }
    press(&mut app, "<enter>");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("EXTRA !1: no keys, the next run will delete 10 of 10 keys"), "{text}");
}

#[test]
fn what_cannot_be_journalled_is_asked_again_before_anything_is_sent() {
    let mut app = shown();
    press(&mut app, "jt");
    let text = screen(&mut app, 120, 30);
    let value = world::now().timestamp_nanos_opt().unwrap().to_string();
    assert!(text.contains(&format!("cas config/.dcview/probe at index 0: {value}")), "{text}");
    let (id, _) = asked(&press(&mut app, "y")).expect("it is sent");
    let answer = WriteAnswer::NotJournalled("disk full".into());
    app.update(Msg::News(id, News::Written(answer)));
    let text = screen(&mut app, 120, 30);
    assert!(text.contains("without a journal") && text.contains("disk full"), "{text}");
    let (_, ask) = asked(&press(&mut app, "y")).expect("it is sent");
    assert!(matches!(ask, Ask::Stream(intent) if intent.without_journal));
}

#[test]
fn acts_are_refused_where_nothing_may_be_changed_and_protected_ends_want_their_names() {
    let mut app = shown();
    press(&mut app, "j");
    app.setup.rules.is_read_only = true;
    for key in ["s", "t"] {
        press(&mut app, key);
        assert!(screen(&mut app, 120, 24).contains("read-only: nothing may be changed"));
    }
    for dc in ["dc-1", "dc-2"] {
        app.setup.rules = Rules { read_only: vec![dc.into()], ..Rules::default() };
        press(&mut app, "s");
        assert!(screen(&mut app, 120, 24).contains(&format!("'{dc}' may not be changed")));
    }
    app.setup.rules = Rules { protected: vec!["dc-1".into(), "dc-2".into()], ..Rules::default() };
    press(&mut app, "s");
    assert!(asked(&press(&mut app, "y<enter>")).is_none());
    assert!(asked(&press(&mut app, "dc-2<enter>")).is_none(), "both ends are changed");
    assert!(screen(&mut app, 120, 24).contains("'dc-1' is protected"));
    assert!(matches!(asked(&press(&mut app, "dc-1<enter>")), Some((_, Ask::Stream(_)))));
}

#[test]
fn a_guessed_source_is_taken_as_right_after_a_question_and_nothing_is_written_before() {
    let mut app = app(&["dc-1", "dc-2"]);
    press(&mut app, ":repl<enter>");
    streams(&mut app, vec![Stream { is_proposed: true, ..drifted() }]);
    assert!(screen(&mut app, 120, 30).contains("dc-1? -> dc-2"));
    for key in ["s", "t"] {
        press(&mut app, key);
        assert!(screen(&mut app, 120, 30).contains("its source is only a guess"));
    }
    assert!(asked(&press(&mut app, "a")).is_none());
    assert!(screen(&mut app, 120, 30).contains("config/ of dc-2 comes from dc-1"));
    let (id, ask) = asked(&press(&mut app, "y")).expect("it is kept");
    let Ask::Remember(source) = ask else { panic!("{ask:?}") };
    assert_eq!((source.prefix.as_str(), source.source.as_str()), ("config/", "dc-1"));
    let effects = app.update(Msg::News(id, News::Remembered("remembered".into())));
    assert!(effects.iter().any(|it| matches!(it, Effect::Refresh)), "it is judged anew");
}

#[test]
fn git_is_resynced_by_its_reference() {
    let mut app = app(&["dc-1", "dc-2"]);
    press(&mut app, ":repl<enter>");
    let reference = StatusKey { key: "platform/main.ref".into(), modify_index: 40 };
    let git =
        Stream { status: Some(reference), ..stream(Kind::Git, "platform main", Verdict::Drift) };
    // Where it is brought to, the status is the replicator's.
    let mut local = git.clone();
    local.id.source = Some("dc-2".into());
    streams(&mut app, vec![git, local]);
    press(&mut app, "s");
    assert!(screen(&mut app, 120, 24).contains("it comes by consul-replicate"));
    press(&mut app, "js");
    let text = screen(&mut app, 120, 24);
    assert!(text.contains("delete-cas platform/main.ref at index 40"), "{text}");
    assert!(matches!(asked(&press(&mut app, "y")), Some((_, Ask::Stream(_)))));
    press(&mut app, "t");
    assert!(screen(&mut app, 120, 24).contains("only what consul-replicate carries is probed"));
}
