//! From reading to the write, and back.

use super::*;

#[test]
fn looking_follows_the_server() {
    let mut machine = reading("a");
    machine.step(Input::Loaded(Some(entry("{}", 11))));
    assert_eq!(
        (name(&machine), machine.mine(), machine.format()),
        ("reading", &bytes("{}"), Format::Json)
    );
    machine.step(Input::Loaded(None));
    assert_eq!((machine.base(), machine.mine()), (None, &Bytes::new()));
}

#[test]
fn a_format_that_was_chosen_stays() {
    let mut machine = reading("a");
    machine.set_format(Format::Yaml);
    machine.step(Input::Loaded(Some(entry("{}", 11))));
    assert_eq!(machine.format(), Format::Yaml);
}

#[test]
fn an_edit_stands_on_what_was_read_when_it_began() {
    let mut machine = editing("a");
    machine.step(Input::Loaded(Some(entry("theirs", 11))));
    assert_eq!(machine.moved(), Some(&Moved::Changed(entry("theirs", 11))));
    machine.step(Input::Review(bytes("mine")));
    let effects = machine.step(Input::Accept);
    assert_eq!(put(&effects), (&bytes("mine"), 7, 10));
    machine.step(Input::Loaded(Some(entry("a", 10))));
    assert_eq!(machine.moved(), None);
}

#[test]
fn a_key_that_does_not_exist_is_created_only_if_it_still_does_not() {
    let mut machine = Machine::new("dc-1".into(), "app/new".into(), None);
    machine.step(Input::Edit);
    machine.step(Input::Review(Bytes::new()));
    assert_eq!(put(&machine.step(Input::Accept)), (&Bytes::new(), 0, 0));
}

#[test]
fn every_change_is_kept_as_a_draft_with_its_base() {
    let mut machine = editing("a");
    let draft = Draft {
        dc: "dc-1".into(),
        key: "app/x".into(),
        base: Some(entry("a", 10)),
        mine: bytes("ab"),
    };
    let kept = EditorEffect::SaveDraft(Box::new(draft.clone()));
    assert_eq!(machine.step(Input::Typed(bytes("ab"))), [kept]);
    assert_eq!(machine.step(Input::Typed(bytes("ab"))), []);
    let dropped = EditorEffect::DropDraft { dc: "dc-1".into(), key: "app/x".into() };
    assert_eq!(machine.step(Input::Typed(bytes("a"))), [dropped]);

    let mut resumed = Machine::resume(draft);
    assert_eq!(
        (name(&resumed), resumed.mine(), resumed.is_changed()),
        ("editing", &bytes("ab"), true)
    );
    resumed.step(Input::Review(bytes("ab")));
    assert_eq!(put(&resumed.step(Input::Accept)), (&bytes("ab"), 7, 10));
}

#[test]
fn a_text_that_changes_nothing_is_not_reviewed() {
    let machine = reviewing("a", "a");
    assert_eq!(name(&machine), "editing");
}

#[test]
fn a_review_shows_what_changes_byte_for_byte() {
    let machine = reviewing("a\r\nb\n", "a\r\nc\n");
    let Stage::Reviewing { mine, diff, problem, .. } = machine.stage() else { panic!() };
    assert_eq!((mine, diff.added, diff.removed, problem), (&bytes("a\r\nc\n"), 1, 1, &None));
}

#[test]
fn a_broken_text_is_saved_only_when_asked_twice() {
    let mut machine = reviewing("{}", "{");
    let Stage::Reviewing { problem: Some(problem), .. } = machine.stage() else { panic!() };
    assert_eq!((problem.line, problem.column), (1, 1));
    assert_eq!(machine.step(Input::Accept), []);
    assert!(matches!(machine.stage(), Stage::Reviewing { has_insisted: true, .. }));
    sent(&machine.step(Input::Accept));
}

#[test]
fn a_protected_datacenter_asks_for_its_name() {
    let mut machine = reviewing("a", "b");
    machine.guard(Guards { is_protected: true, ..Guards::default() });
    assert_eq!(machine.step(Input::Accept), []);
    for wrong in ["", "y", "dc-2", "DC-1"] {
        assert_eq!(machine.step(Input::Confirm(wrong.to_owned())), []);
        assert!(matches!(machine.stage(), Stage::Confirming { was_wrong: true, .. }));
    }
    sent(&machine.step(Input::Confirm("dc-1".to_owned())));
}

#[test]
fn a_locked_or_managed_key_says_why_it_asks() {
    let mut machine = reviewing("a", "b");
    let (lock, managers) =
        (Some("session s holds it".to_owned()), vec!["git writes it".to_owned()]);
    machine.guard(Guards { is_protected: false, lock, managers });
    machine.step(Input::Accept);
    let Stage::Confirming { reasons, .. } = machine.stage() else { panic!() };
    let said: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["session s holds it", "git writes it"]);
    sent(&machine.step(Input::Confirm(String::new())));
}

#[test]
fn one_step_back_keeps_the_text() {
    let mut machine = reviewing("a", "b");
    machine.guard(Guards { is_protected: true, ..Guards::default() });
    machine.step(Input::Accept);
    for (stage, _) in [("reviewing", 1), ("editing", 2), ("editing", 3)] {
        machine.step(Input::Back);
        assert_eq!((name(&machine), machine.mine()), (stage, &bytes("b")));
    }
}

#[test]
fn an_unchanged_edit_goes_back_to_what_the_server_has_now() {
    let mut machine = editing("a");
    machine.step(Input::Loaded(Some(entry("theirs", 11))));
    machine.step(Input::Back);
    assert_eq!((name(&machine), machine.mine()), ("reading", &bytes("theirs")));
}

#[test]
fn an_edit_given_up_drops_its_draft_and_looks_again() {
    let mut machine = reviewing("a", "b");
    machine.step(Input::Loaded(None));
    let dropped = EditorEffect::DropDraft { dc: "dc-1".into(), key: "app/x".into() };
    assert_eq!(machine.step(Input::Abandon), [dropped]);
    assert_eq!((name(&machine), machine.base()), ("reading", None));
}

#[test]
fn an_external_editor_gives_a_text_to_review() {
    let mut machine = reading("a");
    let opened = EditorEffect::OpenExternal { key: "app/x".into(), text: bytes("a") };
    assert_eq!(machine.step(Input::External(bytes("a"))), [opened]);
    machine.step(Input::ExternalDone(Err("no editor".to_owned())));
    assert_eq!((name(&machine), machine.mine()), ("editing", &bytes("a")));
    let effects = machine.step(Input::ExternalDone(Ok(bytes("b\n"))));
    assert!(matches!(&effects[..], [EditorEffect::SaveDraft(_)]));
    assert_eq!((name(&machine), machine.mine()), ("reviewing", &bytes("b\n")));
}

#[test]
fn what_has_no_meaning_in_a_stage_changes_nothing() {
    let inputs = || {
        let answer = WriteAnswer::Written { index: Some(9) };
        vec![
            Input::Typed(bytes("z")),
            Input::Review(bytes("z")),
            Input::ExternalDone(Ok(bytes("z"))),
            Input::Accept,
            Input::Confirm("dc-1".to_owned()),
            Input::Answered(ReqId(99), answer),
            Input::ReadBack(ReqId(99), Ok(None)),
            Input::Retry,
            Input::Resolve(Resolution::Theirs),
        ]
    };
    let (saving, _) = saving("a", "b");
    for stage in [reading("a"), saving] {
        for input in inputs() {
            let mut machine = stage.clone();
            assert_eq!(machine.step(input.clone()), [], "{input:?}");
            assert_eq!(machine, stage, "{input:?}");
        }
    }
}
