//! Every transition of the edit, as scripts of inputs.

mod answers;
mod conflicts;
mod ways;

use super::*;
use crate::domain::kv::Op;

/// The key `app/x` as it was read.
fn entry(value: &str, index: u64) -> Entry {
    Entry {
        key: "app/x".into(),
        value: value.to_owned().into(),
        flags: 7,
        modify_index: index,
        create_index: 3,
        lock_index: 0,
        session: None,
    }
}

fn bytes(text: &str) -> Bytes {
    text.to_owned().into()
}

/// A look at the key with this value, at index 10.
fn reading(value: &str) -> Machine {
    Machine::new("dc-1".into(), "app/x".into(), Some(entry(value, 10)))
}

/// An edit of it.
fn editing(value: &str) -> Machine {
    let mut machine = reading(value);
    assert_eq!(machine.step(Input::Edit), []);
    machine
}

/// The review of a changed text.
fn reviewing(value: &str, mine: &str) -> Machine {
    let mut machine = editing(value);
    machine.step(Input::Review(bytes(mine)));
    machine
}

/// The write on its way, with its request.
fn saving(value: &str, mine: &str) -> (Machine, ReqId) {
    let mut machine = reviewing(value, mine);
    let req = sent(&machine.step(Input::Accept));
    (machine, req)
}

/// The request of the only write among effects.
fn sent(effects: &[EditorEffect]) -> ReqId {
    match effects {
        [EditorEffect::Write { req, .. }] => *req,
        other => panic!("{other:?}"),
    }
}

/// The request of the only reading back among effects.
fn asked(effects: &[EditorEffect]) -> ReqId {
    match effects {
        [EditorEffect::ReadBack { req, .. }] => *req,
        other => panic!("{other:?}"),
    }
}

/// An edit that met what somebody else wrote at index 20 (`None`: deleted).
fn conflict(value: &str, theirs: Option<&str>, mine: &str) -> Machine {
    let (mut machine, req) = saving(value, mine);
    let req = asked(&machine.step(Input::Answered(req, WriteAnswer::NotCurrent)));
    machine.step(Input::ReadBack(req, Ok(theirs.map(|theirs| entry(theirs, 20)))));
    machine
}

/// The stage's name.
fn name(machine: &Machine) -> &'static str {
    match machine.stage() {
        Stage::Reading => "reading",
        Stage::Editing => "editing",
        Stage::Reviewing { .. } => "reviewing",
        Stage::Confirming { .. } => "confirming",
        Stage::Saving { .. } => "saving",
        Stage::Saved { .. } => "saved",
        Stage::Conflict { .. } => "conflict",
        Stage::Unknown { .. } => "unknown",
    }
}

/// What a review says about the last try.
fn refusal(machine: &Machine) -> Option<&str> {
    match machine.stage() {
        Stage::Reviewing { refusal, .. } => refusal.as_deref(),
        other => panic!("{other:?}"),
    }
}

/// What the only write among effects puts, with its flags and check-and-set index.
fn put(effects: &[EditorEffect]) -> (&Bytes, u64, u64) {
    match effects {
        [EditorEffect::Write { write, .. }] => match &write.ops[..] {
            [op @ Op::Put { value, flags, .. }] => (value, *flags, op.cas()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}
