//! What becomes of the write.

use super::*;

/// The effect that forgets the draft.
fn dropped() -> EditorEffect {
    EditorEffect::DropDraft { dc: "dc-1".into(), key: "app/x".into() }
}

#[test]
fn a_write_that_is_in_is_what_the_next_edit_stands_on() {
    let (mut machine, req) = saving("a", "b");
    let answer = WriteAnswer::Written { index: Some(30) };
    assert_eq!(machine.step(Input::Answered(req, answer)), [dropped()]);
    assert_eq!(machine.stage(), &Stage::Saved { index: 30 });
    assert_eq!(machine.base(), Some(&entry("b", 30)));
    machine.step(Input::Back);
    machine.step(Input::Edit);
    machine.step(Input::Review(bytes("c")));
    assert_eq!(put(&machine.step(Input::Accept)), (&bytes("c"), 7, 30));
}

#[test]
fn a_write_whose_index_is_not_told_is_read() {
    let (mut machine, req) = saving("a", "b");
    let req = asked(&machine.step(Input::Answered(req, WriteAnswer::Written { index: None })));
    machine.step(Input::ReadBack(req, Ok(Some(entry("b", 31)))));
    assert_eq!(machine.stage(), &Stage::Saved { index: 31 });
}

#[test]
fn a_write_is_sent_once() {
    let (mut machine, req) = saving("a", "b");
    for input in
        [Input::Accept, Input::Confirm(String::new()), Input::Retry, Input::Abandon, Input::Back]
    {
        assert_eq!(machine.step(input), []);
    }
    assert_eq!(machine.stage(), &Stage::Saving { req, mine: bytes("b") });
}

#[test]
fn a_late_answer_of_another_write_changes_nothing() {
    let (mut machine, first) = saving("a", "b");
    machine.step(Input::Answered(first, WriteAnswer::Refused("denied".to_owned())));
    let second = sent(&machine.step(Input::Accept));
    assert_ne!(first, second);
    machine.step(Input::Answered(first, WriteAnswer::Written { index: Some(30) }));
    assert_eq!(name(&machine), "saving");
}

#[test]
fn a_refused_write_returns_to_its_review_and_says_why() {
    let (mut machine, req) = saving("a", "b");
    machine.step(Input::Answered(req, WriteAnswer::Refused("permission denied".to_owned())));
    assert_eq!((refusal(&machine), machine.mine()), (Some("permission denied"), &bytes("b")));
}

#[test]
fn a_write_that_cannot_be_journalled_is_sent_only_if_the_operator_insists() {
    let mut machine = reviewing("a", "b");
    machine.guard(Guards { is_protected: true, ..Guards::default() });
    machine.step(Input::Accept);
    let effects = machine.step(Input::Confirm("dc-1".to_owned()));
    assert!(matches!(&effects[..], [EditorEffect::Write { without_journal: false, .. }]));
    let answer = WriteAnswer::NotJournalled("disk full".to_owned());
    assert_eq!(machine.step(Input::Answered(sent(&effects), answer)), []);
    assert_eq!(machine.step(Input::Confirm(String::new())), []);
    let effects = machine.step(Input::Confirm("dc-1".to_owned()));
    assert!(matches!(&effects[..], [EditorEffect::Write { without_journal: true, .. }]));
    machine.step(Input::Answered(sent(&effects), WriteAnswer::Refused("no".to_owned())));
    machine.step(Input::Accept);
    let effects = machine.step(Input::Confirm("dc-1".to_owned()));
    assert!(matches!(&effects[..], [EditorEffect::Write { without_journal: false, .. }]));
}

#[test]
fn a_write_without_an_answer_is_unknown_until_it_is_read_back() {
    for (found, stage) in [
        (Some(entry("b", 30)), "saved"),
        (Some(entry("a", 10)), "reviewing"),
        (Some(entry("theirs", 30)), "conflict"),
        (Some(Entry { flags: 8, ..entry("b", 30) }), "conflict"),
        (None, "conflict"),
    ] {
        let (mut machine, req) = saving("a", "b");
        let answer = WriteAnswer::NoAnswer("timed out".to_owned());
        let req = asked(&machine.step(Input::Answered(req, answer)));
        assert_eq!(name(&machine), "unknown");
        let effects = machine.step(Input::ReadBack(req, Ok(found.clone())));
        assert_eq!(name(&machine), stage, "{found:?}");
        let forgets = effects.contains(&dropped());
        assert_eq!(forgets, stage == "saved");
        assert!(!effects.iter().any(|effect| matches!(effect, EditorEffect::Write { .. })));
    }
}

#[test]
fn a_creation_without_an_answer_left_no_trace_where_the_key_is_still_missing() {
    let mut machine = Machine::new("dc-1".into(), "app/x".into(), None);
    machine.step(Input::Edit);
    machine.step(Input::Review(bytes("b")));
    let req = sent(&machine.step(Input::Accept));
    let answer = WriteAnswer::NoAnswer("timed out".to_owned());
    let req = asked(&machine.step(Input::Answered(req, answer)));
    machine.step(Input::ReadBack(req, Ok(None)));
    assert!(refusal(&machine).unwrap().contains("not written so far"));
}

#[test]
fn reading_back_that_fails_stays_unknown_and_can_be_asked_again() {
    let (mut machine, req) = saving("a", "b");
    let answer = WriteAnswer::NoAnswer("timed out".to_owned());
    let req = asked(&machine.step(Input::Answered(req, answer)));
    assert_eq!(machine.step(Input::Retry), []);
    assert_eq!(machine.step(Input::Abandon), []);
    machine.step(Input::ReadBack(req, Err("no leader".to_owned())));
    assert!(matches!(machine.stage(), Stage::Unknown { req: None, why, .. } if why == "no leader"));
    let again = asked(&machine.step(Input::Retry));
    machine.step(Input::ReadBack(req, Ok(Some(entry("a", 10)))));
    assert_eq!(name(&machine), "unknown");
    machine.step(Input::ReadBack(again, Ok(Some(entry("b", 30)))));
    assert_eq!(name(&machine), "saved");
}

#[test]
fn an_unknown_write_can_be_left_when_nothing_can_be_read() {
    let (mut machine, req) = saving("a", "b");
    let answer = WriteAnswer::NoAnswer("timed out".to_owned());
    let req = asked(&machine.step(Input::Answered(req, answer)));
    machine.step(Input::ReadBack(req, Err("no leader".to_owned())));
    assert_eq!(machine.step(Input::Abandon), [dropped()]);
    assert_eq!(name(&machine), "reading");
}
