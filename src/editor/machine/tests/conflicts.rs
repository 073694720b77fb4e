//! A key that changed while it was edited.

use super::*;

#[test]
fn a_lost_check_and_set_shows_all_three_and_sends_nothing() {
    let machine = conflict("a\nb\nc\n", Some("A\nb\nc\n"), "a\nb\nC\n");
    let Stage::Conflict { theirs, mine, merged } = machine.stage() else { panic!() };
    assert_eq!(theirs.as_ref(), Some(&entry("A\nb\nc\n", 20)));
    assert_eq!(mine, &bytes("a\nb\nC\n"));
    assert_eq!(merged.merged(), Some(bytes("A\nb\nC\n")));
    assert_eq!(machine.base(), Some(&entry("a\nb\nc\n", 10)));
}

#[test]
fn a_lost_check_and_set_with_the_same_text_there_is_saved() {
    let machine = conflict("a", Some("b"), "b");
    assert_eq!(machine.stage(), &Stage::Saved { index: 20 });
}

#[test]
fn a_lost_check_and_set_of_an_unchanged_key_is_said() {
    let (mut machine, req) = saving("a", "b");
    let req = asked(&machine.step(Input::Answered(req, WriteAnswer::NotCurrent)));
    machine.step(Input::ReadBack(req, Ok(Some(entry("a", 10)))));
    assert!(refusal(&machine).unwrap().contains("not current"));
}

#[test]
fn the_merged_text_is_reviewed_against_what_is_there_now() {
    let mut machine = conflict("a\nb\nc\n", Some("A\nb\nc\n"), "a\nb\nC\n");
    let effects = machine.step(Input::Resolve(Resolution::Merged));
    assert!(matches!(&effects[..], [EditorEffect::SaveDraft(draft)] if draft.mine == "A\nb\nC\n"));
    let Stage::Reviewing { diff, .. } = machine.stage() else { panic!() };
    assert_eq!((diff.added, diff.removed), (1, 1));
    assert_eq!(put(&machine.step(Input::Accept)), (&bytes("A\nb\nC\n"), 7, 20));
}

#[test]
fn texts_that_overlap_have_no_merged_one_to_review() {
    let mut machine = conflict("a", Some("t"), "m");
    let before = machine.clone();
    assert_eq!(machine.step(Input::Resolve(Resolution::Merged)), []);
    assert_eq!(machine, before);
}

#[test]
fn conflict_markers_are_edited_and_called_a_problem_where_left() {
    let mut machine = conflict("a\n", Some("t\n"), "m\n");
    machine.step(Input::Resolve(Resolution::EditMerged));
    assert_eq!(name(&machine), "editing");
    let marked = machine.mine().clone();
    machine.step(Input::Review(marked));
    let Stage::Reviewing { problem: Some(problem), .. } = machine.stage() else { panic!() };
    assert_eq!((problem.line, problem.what.as_str()), (1, "a conflict marker is left in the text"));
    machine.step(Input::Back);
    machine.step(Input::Review(bytes("tm\n")));
    assert_eq!(put(&machine.step(Input::Accept)), (&bytes("tm\n"), 7, 20));
}

#[test]
fn keeping_mine_shows_what_of_theirs_it_removes() {
    let mut machine = conflict("a", Some("t"), "m");
    machine.step(Input::Resolve(Resolution::Mine));
    let Stage::Reviewing { diff, .. } = machine.stage() else { panic!() };
    assert_eq!(diff.hunks[0].lines[0].parts[0].text, "t");
    assert_eq!(put(&machine.step(Input::Accept)), (&bytes("m"), 7, 20));
}

#[test]
fn keeping_theirs_drops_the_text() {
    for input in [Input::Resolve(Resolution::Theirs), Input::Abandon] {
        let mut machine = conflict("a", Some("t"), "m");
        let effects = machine.step(input);
        assert!(matches!(&effects[..], [EditorEffect::DropDraft { .. }]));
        assert_eq!((name(&machine), machine.mine()), ("reading", &bytes("t")));
    }
}

#[test]
fn a_deleted_key_is_created_again_with_its_flags_only_if_still_deleted() {
    let mut machine = conflict("a", None, "m");
    assert!(matches!(machine.stage(), Stage::Conflict { theirs: None, .. }));
    machine.step(Input::Resolve(Resolution::Mine));
    assert_eq!(put(&machine.step(Input::Accept)), (&bytes("m"), 7, 0));
}

#[test]
fn a_key_that_changes_again_is_a_conflict_again() {
    let mut machine = conflict("a", Some("t"), "m");
    machine.step(Input::Resolve(Resolution::Mine));
    let req = sent(&machine.step(Input::Accept));
    let req = asked(&machine.step(Input::Answered(req, WriteAnswer::NotCurrent)));
    machine.step(Input::ReadBack(req, Ok(Some(entry("u", 21)))));
    let Stage::Conflict { theirs, mine, .. } = machine.stage() else { panic!() };
    assert_eq!((theirs.as_ref(), mine), (Some(&entry("u", 21)), &bytes("m")));
}

#[test]
fn a_conflict_is_not_left_by_accident() {
    let mut machine = conflict("a", Some("t"), "m");
    let before = machine.clone();
    for input in [Input::Back, Input::Edit, Input::Accept, Input::Retry] {
        assert_eq!(machine.step(input), []);
    }
    assert_eq!(machine, before);
}

#[test]
fn what_the_server_has_since_is_noted_in_a_conflict_too() {
    let mut machine = conflict("a", Some("t"), "m");
    machine.step(Input::Loaded(Some(entry("u", 21))));
    assert!(machine.moved().is_some());
    machine.step(Input::Resolve(Resolution::Mine));
    assert_eq!(machine.moved(), Some(&Moved::Changed(entry("u", 21))));
    assert_eq!(put(&machine.step(Input::Accept)), (&bytes("m"), 7, 20));
}

#[test]
fn what_a_conflict_showed_already_is_no_news() {
    let mut machine = conflict("a", Some("t"), "m");
    machine.step(Input::Loaded(Some(entry("t", 20))));
    machine.step(Input::Resolve(Resolution::Mine));
    assert_eq!(machine.moved(), None);
}
