//! What became of a write: the answer, or what the key says when no answer came.

use super::guard::Reason;
use super::{EditorEffect, Machine, ReqId, Stage, WriteAnswer, conflict, guard, index};
use crate::domain::kv::Entry;

/// Why a write comes back that was refused though nothing has changed.
const NOT_LOST: &str =
    "the server refused it as not current, yet the key is as it was read: look, and save again";
/// Why a write comes back that got no answer and left no trace.
const NOT_WRITTEN: &str = "no answer came, and the key is as it was: it was not written so far";

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
        WriteAnswer::Written { index: Some(index) } => {
            let now = written(machine, index);
            saved(machine, now, effects);
        }
        WriteAnswer::Written { index: None } => {
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
    let has_moved = index(entry.as_ref()) != index(machine.base.as_ref());
    let is_mine = entry.as_ref().is_some_and(|now| now.holds(&machine.mine, machine.flags));
    match entry {
        Some(now) if has_moved && is_mine => saved(machine, now, effects),
        now if has_moved => conflict::show(machine, now),
        _ if is_lost => machine.show_review(Some(NOT_LOST.to_owned())),
        _ => machine.show_review(Some(NOT_WRITTEN.to_owned())),
    }
}

/// Reads back again, after a reading that failed.
pub(super) fn retry(machine: &mut Machine, effects: &mut Vec<EditorEffect>) {
    if let Stage::Unknown { req: None, why, is_lost, .. } = &machine.stage {
        let (why, is_lost) = (why.clone(), *is_lost);
        look(machine, why, is_lost, effects);
    }
}

/// The write is in: what is there now is what the next edit stands on.
fn saved(machine: &mut Machine, now: Entry, effects: &mut Vec<EditorEffect>) {
    machine.stage = Stage::Saved { index: now.modify_index };
    machine.base = Some(now);
    machine.moved = None;
    machine.forget(effects);
}

/// What the key is after a write that made this index.
fn written(machine: &Machine, index: u64) -> Entry {
    let before = machine.base.as_ref();
    Entry {
        key: machine.key.clone(),
        value: machine.mine.clone(),
        flags: machine.flags,
        modify_index: index,
        create_index: before.map_or(index, |before| before.create_index),
        // A write that is no lock operation leaves the session and resets the counter.
        lock_index: 0,
        session: before.and_then(|before| before.session.clone()),
    }
}

/// Reads the key to learn what happened.
fn look(machine: &mut Machine, why: String, is_lost: bool, effects: &mut Vec<EditorEffect>) {
    let req = machine.next_req();
    let mine = machine.mine.clone();
    machine.stage = Stage::Unknown { mine, req: Some(req), why, is_lost };
    let (dc, key) = (machine.dc.clone(), machine.key.clone());
    effects.push(EditorEffect::ReadBack { req, dc, key });
}
