//! Many keys at once, without any datacenter: keys and news in, effects and the screen out.

use std::path::Path;
use std::sync::Arc;

use dcview::app::App;
use dcview::app::msg::{Effect, Msg};
use dcview::app::task::many::{Guarded, Planned, Proposal, Wish};
use dcview::app::task::{Ask, News, TaskId};
use dcview::domain::kv::{Entry, Key, Op};
use dcview::journal::{Circumstances, Journal};
use dcview::plan::apply::{Progress, Report, Stopped, Why};
use dcview::plan::{Plan, make};

use super::world::{self, press, screen};

const SIZES: [(u16, u16); 6] = [(1, 1), (2, 3), (5, 4), (20, 5), (80, 24), (200, 60)];

/// An app that shows the top of the KV store of two datacenters.
fn at_top() -> App {
    let mut app = world::app(&["dc-1", "dc-2"]);
    press(&mut app, ":kv<enter>");
    for dc in ["dc-1", "dc-2"] {
        world::live(&mut app, dc);
        world::folder(&mut app, dc, "", &["app/", "one", "two"]);
    }
    app
}

fn asked(effects: &[Effect]) -> Option<(TaskId, &Ask)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(id, ask) => Some((*id, ask)),
        _ => None,
    })
}

/// The wish that a plan is asked for.
fn wished(effects: &[Effect]) -> (TaskId, Wish) {
    match asked(effects) {
        Some((id, Ask::Plan(wish))) => (id, wish.clone()),
        other => panic!("no wish: {other:?}"),
    }
}

fn entry(key: &str) -> Entry {
    Entry {
        key: key.into(),
        value: key.to_owned().into(),
        flags: 0,
        modify_index: 7,
        create_index: 5,
        lock_index: 0,
        session: None,
    }
}

/// The plan that deletes so many keys of `app/`.
fn deletion(keys: usize) -> Plan {
    let entries = (0..keys).map(|number| entry(&format!("app/{number:03}"))).collect();
    make::delete(&"dc-1".into(), entries)
}

fn planned(wish: Wish, plan: Plan, guarded: Vec<Guarded>) -> News {
    let proposal = Proposal { wish, plan: Arc::new(plan), without_journal: false };
    News::Planned(Box::new(Planned { proposal, guarded, remarks: Vec::new() }))
}

/// An app that asks whether so many keys are to be deleted.
fn proposed(keys: usize) -> App {
    let mut app = at_top();
    let (id, wish) = wished(&press(&mut app, "1<ctrl-k>"));
    app.update(Msg::News(id, planned(wish, deletion(keys), Vec::new())));
    app
}

/// An app that carries it out; the work's id and the plan.
fn applying(keys: usize) -> (App, TaskId, Arc<Plan>) {
    let mut app = proposed(keys);
    let effects = press(&mut app, "y");
    let Some((id, Ask::Apply(proposal))) = asked(&effects) else { panic!("nothing is done") };
    (app, id, Arc::clone(&proposal.plan))
}

fn stopped(done: usize, of: usize, why: Why, keys: Vec<Key>) -> News {
    let stopped = Some(Stopped { keys, why });
    let progress = Progress { done, of };
    News::Applied(Box::new(Report { progress, stopped, ..Report::default() }))
}

/// Why a journal in a directory that cannot be cannot be kept.
fn unwritable() -> Why {
    let write = dcview::domain::kv::Write::one("dc-1".into(), Op::Delete { base: entry("a") });
    let how = Circumstances { at: world::now(), agent: "", undoes: None };
    let journal = Journal::in_dir(Path::new("/dev/null/state"));
    Why::Journal(journal.begin(&write, &how).expect_err("no directory"))
}

#[test]
fn a_folder_is_deleted_as_it_was_shown_after_a_yes() {
    let mut app = at_top();
    let (id, wish) = wished(&press(&mut app, "1<ctrl-k>"));
    assert_eq!(wish, Wish::Delete { dc: "dc-1".into(), names: vec!["app/".into()] });
    app.update(Msg::News(id, News::Gathered(1_234)));
    assert!(screen(&mut app, 80, 24).contains("1,234 keys read"));
    assert!(asked(&press(&mut app, "y")).is_none(), "there is nothing to say yes to yet");
    let plan = deletion(3);
    app.update(Msg::News(id, planned(wish, plan.clone(), Vec::new())));
    let text = screen(&mut app, 80, 24);
    for shown in [
        "delete app/ in dc-1",
        "3 to delete",
        "PUT /v1/txn?dc=dc-1  1 transaction",
        "- delete-cas app/000 at index 7",
        "- delete-cas app/002 at index 7",
    ] {
        assert!(text.contains(shown), "{shown}:\n{text}");
    }
    press(&mut app, "<down><down>");
    assert!(screen(&mut app, 80, 24).contains("-app/002"), "the highlighted one's value");
    assert!(asked(&press(&mut app, "<enter>")).is_none(), "enter is no yes");
    let effects = press(&mut app, "y");
    let (id, ask) = asked(&effects).expect("it is done");
    let Ask::Apply(proposal) = ask else { panic!("{ask:?}") };
    assert_eq!(*proposal.plan, plan);
    let progress = Progress { done: 3, of: 3 };
    app.update(Msg::News(id, News::Applied(Box::new(Report { progress, ..Report::default() }))));
    assert!(screen(&mut app, 80, 24).contains("done: delete app/ in dc-1: 3 of 3"));
}

#[test]
fn a_plan_is_asked_for_with_its_requests_as_they_are_sent() {
    let mut app = at_top();
    app.setup.rules.tenancy.usual = String::from("&ns=team");
    let (id, wish) = wished(&press(&mut app, ":cp app/ @dc-1 app/ @dc-2<enter>"));
    let value = |key: &str, bytes: usize| make::Incoming {
        key: key.into(),
        value: vec![b'x'; bytes].into(),
        flags: 3,
    };
    let incoming = (0..130).map(|number| value(&format!("app/{number:03}"), 1));
    let incoming = incoming.chain([value("app/zz", 450 << 10)]);
    let plan = make::import(&"dc-2".into(), incoming, &[entry("app/000")], make::Clash::Replace);
    app.update(Msg::News(id, planned(wish, plan, Vec::new())));
    let text = screen(&mut app, 100, 30);
    for shown in [
        "PUT /v1/txn?dc=dc-2&ns=team  3 transactions of at most 64 operations, in turn",
        "PUT /v1/kv/app/zz?dc=dc-2&ns=team&cas=0&flags=3",
        "a key that is at another index by then stops it",
        "~ cas app/000 at index 7",
        "+ cas app/001 at index 0",
    ] {
        assert!(text.contains(shown), "{shown}:\n{text}");
    }
}

#[test]
fn where_it_is_not_clear_which_datacenter_is_meant_it_must_be_written() {
    let mut app = at_top();
    assert!(asked(&press(&mut app, "<ctrl-k>")).is_none());
    assert!(screen(&mut app, 80, 24).contains(":rm app/ @"));
    let effects = press(&mut app, "dc-2<enter>");
    let (_, wish) = wished(&effects);
    assert_eq!(wish, Wish::Delete { dc: "dc-2".into(), names: vec!["app/".into()] });
    press(&mut app, "<esc>:mv one three<enter>");
    let text = screen(&mut app, 80, 24);
    assert!(text.contains("in which datacenter?") && text.contains(":mv one three"), "{text}");
}

#[test]
fn marked_keys_are_meant_together_unless_the_filter_hides_some() {
    let mut app = at_top();
    press(&mut app, "1<down>  ");
    press(&mut app, "/two<enter>");
    assert!(asked(&press(&mut app, "<ctrl-k>")).is_none());
    assert!(screen(&mut app, 80, 24).contains("hides 1 of the marked rows"));
    let (_, wish) = wished(&press(&mut app, "<esc><ctrl-k>"));
    let names = vec![Key::from("one"), Key::from("two")];
    assert_eq!(wish, Wish::Delete { dc: "dc-1".into(), names });
}

#[test]
fn keys_that_others_write_are_named_with_the_reason() {
    let mut app = at_top();
    let (id, wish) = wished(&press(&mut app, "1<ctrl-k>"));
    let why = String::from("its lock is held: session s-1 of node web-9");
    let guarded = vec![Guarded { why, keys: vec!["app/001".into()] }];
    app.update(Msg::News(id, planned(wish, deletion(3), guarded)));
    let text = screen(&mut app, 100, 24);
    assert!(text.contains("'app/001': its lock is held: session s-1 of node web-9"), "{text}");
    let marked = |key: &str| {
        let line = text.lines().find(|line| line.contains(&format!("- delete-cas {key}")));
        line.is_some_and(|line| line.contains("held or written by others"))
    };
    assert!(marked("app/001") && !marked("app/000"), "{text}");
}

#[test]
fn a_protected_datacenter_wants_its_name() {
    let mut app = at_top();
    app.setup.rules.protected = vec!["dc-1".into()];
    let (id, wish) = wished(&press(&mut app, "1<ctrl-k>"));
    app.update(Msg::News(id, planned(wish, deletion(3), Vec::new())));
    assert!(asked(&press(&mut app, "y<enter>")).is_none());
    assert!(screen(&mut app, 80, 24).contains("not its name"));
    press(&mut app, "<ctrl-u>");
    assert!(matches!(asked(&press(&mut app, "dc-1<enter>")), Some((_, Ask::Apply(_)))));
}

#[test]
fn nothing_of_it_is_there_where_nothing_may_be_changed() {
    let mut app = at_top();
    app.setup.rules.is_read_only = true;
    for keys in ["1<ctrl-k>", "p", "m", "i"] {
        assert!(asked(&press(&mut app, keys)).is_none(), "{keys}");
        assert!(screen(&mut app, 80, 24).contains("read-only: nothing may be changed"));
    }
    press(&mut app, ":cp app/ @dc-1 b/ @dc-2<enter>");
    assert!(screen(&mut app, 80, 24).contains("read-only: nothing may be changed"));
    press(&mut app, "<esc>?");
    assert!(!screen(&mut app, 200, 100).contains("import FILE"));
    press(&mut app, "<esc>");
    let effects = press(&mut app, ":export app/ ./out<enter>");
    assert!(matches!(asked(&effects), Some((_, Ask::Export { .. }))), "reading is allowed");
}

#[test]
fn one_datacenter_that_may_not_be_changed_is_refused_before_anything_is_read() {
    let mut app = at_top();
    app.setup.rules.read_only = vec!["dc-2".into()];
    assert!(asked(&press(&mut app, ":cp app/ @dc-1 app/ @dc-2<enter>")).is_none());
    assert!(screen(&mut app, 80, 24).contains("'dc-2' may not be changed"));
    assert!(asked(&press(&mut app, ":cp app/ @dc-2 app/ @dc-1<enter>")).is_some());
}

#[test]
fn a_plan_is_stopped_between_transactions_after_a_question() {
    let (mut app, id, _) = applying(200);
    app.update(Msg::News(id, News::Progress(Progress { done: 64, of: 200 })));
    assert!(screen(&mut app, 80, 24).contains("64 of 200 operations"));
    assert!(press(&mut app, "<esc>").is_empty());
    assert!(screen(&mut app, 80, 24).contains("stop after the transaction"));
    assert!(press(&mut app, "x").is_empty(), "any other key goes on");
    assert!(screen(&mut app, 80, 24).contains("writing"));
    let effects = press(&mut app, "<esc>y");
    assert!(matches!(effects[..], [Effect::Halt(halted)] if halted == id));
    let progress = Progress { done: 128, of: 200 };
    app.update(Msg::News(id, News::Progress(progress)));
    app.update(Msg::News(id, stopped(128, 200, Why::Asked, Vec::new())));
    let text = screen(&mut app, 100, 30);
    for shown in
        ["128 of 200 operations done", "as asked", "- delete-cas app/128 at index 7  7 B  not done"]
    {
        assert!(text.contains(shown), "{shown}:\n{text}");
    }
}

#[test]
fn no_single_key_leaves_while_a_plan_is_carried_out() {
    let (mut app, id, _) = applying(200);
    let left = |effects: &[Effect]| effects.iter().any(|it| matches!(it, Effect::Exit(_)));
    for key in ["q", "<ctrl-c>", "x", ":", "?"] {
        assert!(!left(&press(&mut app, key)), "{key}");
    }
    let effects = press(&mut app, "<ctrl-c><ctrl-c>");
    assert!(matches!(effects[..], [Effect::Halt(halted)] if halted == id));
    assert!(left(&press(&mut app, "<ctrl-c>")), "the third time it is meant");
}

#[test]
fn a_report_stays_and_the_same_wish_does_what_is_left() {
    let (mut app, id, plan) = applying(200);
    let mut report = Report { left: vec!["app/003".into()], ..Report::default() };
    report.progress = Progress { done: 199, of: 200 };
    app.update(Msg::News(id, News::Applied(Box::new(report))));
    app.update(Msg::Clock(world::now() + chrono::TimeDelta::minutes(5)));
    let text = screen(&mut app, 100, 30);
    for shown in [
        "199 of 200 operations done",
        "'app/003': changed since",
        "- delete-cas app/003 at index 7  7 B  changed since, left",
        "- delete-cas app/000 at index 7  7 B  done",
    ] {
        assert!(text.contains(shown), "{shown}:\n{text}");
    }
    let (id, wish) = wished(&press(&mut app, "r"));
    assert_eq!(*wish.dc(), plan.dc);
    let rest = make::delete(&plan.dc, vec![entry("app/003")]);
    app.update(Msg::News(id, planned(wish, rest, Vec::new())));
    assert!(screen(&mut app, 80, 24).contains("1 to delete"));
    press(&mut app, "n");
    assert!(screen(&mut app, 80, 24).contains("nothing was changed"));
}

#[test]
fn what_cannot_be_journalled_is_not_sent_unless_that_is_wanted() {
    let (mut app, id, _) = applying(200);
    app.update(Msg::News(id, stopped(64, 200, unwritable(), vec!["app/064".into()])));
    let text = screen(&mut app, 120, 30);
    for shown in ["without a journal", "64 of 200 operations are done", "no undo", "136 to delete"]
    {
        assert!(text.contains(shown), "{shown}:\n{text}");
    }
    press(&mut app, "n");
    let text = screen(&mut app, 120, 30);
    assert!(
        text.contains("64 of 200 operations done in dc-1"),
        "a no shows how far it is:\n{text}"
    );

    let (mut app, id, _) = applying(200);
    app.update(Msg::News(id, stopped(64, 200, unwritable(), vec!["app/064".into()])));
    let effects = press(&mut app, "y");
    let Some((_, Ask::Apply(rest))) = asked(&effects) else { panic!("nothing is done") };
    assert!(rest.without_journal);
    assert_eq!(rest.plan.ops().next().map(|op| op.key().as_str()), Some("app/064"));
    assert_eq!(rest.plan.steps.len(), 136);
}

#[test]
fn a_plan_that_has_nothing_to_do_says_so() {
    let mut app = at_top();
    let effects = press(&mut app, ":cp app/ @dc-1 app/ @dc-2<enter>");
    let (id, wish) = wished(&effects);
    let plan = Plan { same: 5, steps: Vec::new(), ..deletion(0) };
    app.update(Msg::News(id, planned(wish, plan, Vec::new())));
    assert!(screen(&mut app, 100, 24).contains("nothing to do"));
    assert!(screen(&mut app, 100, 24).contains("5 keys the same already"));
}

#[test]
fn reading_for_a_plan_is_ended_by_esc() {
    let mut app = at_top();
    let (id, wish) = wished(&press(&mut app, "1<ctrl-k>"));
    let effects = press(&mut app, "<esc>");
    assert!(matches!(effects[..], [Effect::Forget(ended)] if ended == id));
    app.update(Msg::News(id, planned(wish, deletion(3), Vec::new())));
    assert!(screen(&mut app, 80, 24).contains("─ kv /"), "a late plan asks nothing");
}

#[test]
fn every_stage_draws_at_every_size() {
    let reading = || {
        let mut app = at_top();
        press(&mut app, "1<ctrl-k>");
        app
    };
    let ended = || {
        let (mut app, id, _) = applying(200);
        app.update(Msg::News(id, stopped(64, 200, Why::Asked, Vec::new())));
        app
    };
    for mut app in [reading(), proposed(1), proposed(70), applying(70).0, ended()] {
        for (width, height) in SIZES {
            screen(&mut app, width, height);
        }
        press(&mut app, "<down><down><up>");
        screen(&mut app, 80, 24);
    }
}
