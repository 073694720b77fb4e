//! What became of a write: the answer, or what the key says when no answer came.

use super::guard::Reason;
use super::{Base, EditorEffect, Machine, ReqId, Stage, WriteAnswer, conflict, guard};
use crate::domain::kv::Entry;

/// Takes the answer to the write on its way; a late or foreign one changes nothing.
pub(super) fn answered(
    machine: &mut Machine,
    req: ReqId,
    answer: WriteAnswer,
    effects: &mut Vec<EditorEffect>,
) {
    let Stage::Saving { req: awaited, mine } = &machine.stage else { return };
    if *awaited != req {
        return;
    }
    let mine = mine.clone();
    match answer {
        WriteAnswer::Written { index } if index > 0 => saved(machine, index, effects),
        WriteAnswer::Written { .. } => {
            look(machine, "it was written; its new index is being read".to_owned(), false, effects);
        }
        WriteAnswer::NotCurrent => {
            look(machine, "the key changed since it was read".to_owned(), true, effects);
        }
        WriteAnswer::Refused(why) => machine.show_review(Some(why)),
        WriteAnswer::NotJournalled(why) => {
            let mut reasons = guard::reasons(machine);
            reasons.push(Reason::NotJournalled(why));
            machine.stage = Stage::Confirming { mine, reasons, was_wrong: false };
        }
        WriteAnswer::NoAnswer(why) => look(machine, why, false, effects),
    }
}

/// Takes what the key is now, after a write that nobody knows about or that was refused as not
/// current.
pub(super) fn read_back(
    machine: &mut Machine,
    req: ReqId,
    found: Result<Option<Entry>, String>,
    effects: &mut Vec<EditorEffect>,
) {
    let Stage::Unknown { req: awaited, why: reason, is_lost, .. } = &mut machine.stage else {
        return;
    };
    if *awaited != Some(req) {
        return;
    }
    let is_lost = *is_lost;
    let entry = match found {
        Ok(entry) => entry,
        Err(why) => {
            *awaited = None;
            *reason = why;
            return;
        }
    };
    let now = Base::from(entry.as_ref());
    let is_mine = entry.is_some() && now.value == machine.mine && now.flags == machine.base.flags;
    if is_mine && now.index != machine.base.index {
        saved(machine, now.index, effects);
    } else if now.index != machine.base.index {
        conflict::show(machine, now);
    } else if is_lost {
        let why = "the server refused it as not current, yet the key is as it was read: try again";
        machine.show_review(Some(why.to_owned()));
    } else {
        let why = "no answer came, and the key is as it was: it was not written so far";
        machine.show_review(Some(why.to_owned()));
    }
}

/// Reads back again, after a reading that failed.
pub(super) fn retry(machine: &mut Machine, effects: &mut Vec<EditorEffect>) {
    if let Stage::Unknown { req: None, why, is_lost, .. } = &machine.stage {
        let (why, is_lost) = (why.clone(), *is_lost);
        look(machine, why, is_lost, effects);
    }
}

/// The write is in: what was written is what the next edit stands on.
fn saved(machine: &mut Machine, index: u64, effects: &mut Vec<EditorEffect>) {
    let flags = machine.base.flags;
    machine.base = Base { value: machine.mine.clone(), flags, index };
    machine.moved = None;
    machine.stage = Stage::Saved { index };
    machine.forget(effects);
}

/// Reads the key to learn what happened.
fn look(machine: &mut Machine, why: String, is_lost: bool, effects: &mut Vec<EditorEffect>) {
    let req = machine.next_req();
    let mine = machine.mine.clone();
    machine.stage = Stage::Unknown { mine, req: Some(req), why, is_lost };
    let (dc, key) = (machine.dc.clone(), machine.key.clone());
    effects.push(EditorEffect::ReadBack { req, dc, key });
}
