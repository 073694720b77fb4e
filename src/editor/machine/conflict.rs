//! A key that changed while it was edited: shown three ways, then gone on with as the operator says.
//!
//! Going on means standing on what is there now, which the operator has seen; the next write names
//! its index, so a further change meets a conflict again.

use super::super::merge::Merge;
use super::{Base, EditorEffect, Machine, Resolution, Stage};

/// Shows the conflict with what is there now.
pub(super) fn show(machine: &mut Machine, theirs: Base) {
    let mine = machine.mine.clone();
    let merged = Merge::of(&machine.base.value, &theirs.value, &mine);
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
    machine.base = adopt(&machine.base, theirs.clone());
    machine.mine = text;
    machine.keep(effects);
    if resolution == Resolution::EditMerged {
        machine.stage = Stage::Editing;
    } else {
        machine.show_review(None);
    }
}

/// What the edit stands on now. A key that was deleted is created again with the flags it had.
fn adopt(before: &Base, theirs: Base) -> Base {
    if theirs.index == 0 { Base { flags: before.flags, ..theirs } } else { theirs }
}
