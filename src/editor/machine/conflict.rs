//! A key that changed while it was edited: shown three ways, then gone on with as the operator says.
//!
//! Going on means standing on what is there now, which the operator has seen; the next write names
//! its index, so a further change meets a conflict again.

use super::super::merge::Merge;
use super::{EditorEffect, Machine, Moved, Resolution, Stage, index, value};
use crate::domain::kv::Entry;

/// Shows the conflict with what is there now.
pub(super) fn show(machine: &mut Machine, theirs: Option<Entry>) {
    let mine = machine.mine.clone();
    let merged = Merge::of(&value(machine.base.as_ref()), &value(theirs.as_ref()), &mine);
    machine.moved = None;
    machine.stage = Stage::Conflict { theirs, mine, merged };
}

/// Goes on as the operator says.
pub(super) fn resolve(
    machine: &mut Machine,
    resolution: Resolution,
    effects: &mut Vec<EditorEffect>,
) {
    let Stage::Conflict { theirs, mine, merged } = &machine.stage else { return };
    let text = match resolution {
        Resolution::Theirs => {
            let theirs = theirs.clone();
            machine.forget(effects);
            return machine.read(theirs);
        }
        Resolution::Merged => match merged.merged() {
            Some(text) => text,
            None => return,
        },
        Resolution::EditMerged => merged.with_markers(),
        Resolution::Mine => mine.clone(),
    };
    // A key that was deleted is created again with the flags it had.
    machine.flags = theirs.as_ref().map_or(machine.flags, |theirs| theirs.flags);
    machine.base = theirs.clone();
    let is_news = |moved: &Moved| match moved {
        Moved::Changed(now) => now.modify_index != index(machine.base.as_ref()),
        Moved::Deleted => machine.base.is_some(),
    };
    machine.moved = machine.moved.take().filter(is_news);
    machine.mine = text;
    machine.keep(effects);
    if resolution == Resolution::EditMerged {
        machine.stage = Stage::Editing;
    } else {
        machine.show_review(None);
    }
}
