//! What an edit shows in place of its text, line by line, and what it says below.

use super::{Aside, Edit};
use crate::domain::kv::Entry;
use crate::editor::diff::{Diff, DiffLine, Sign};
use crate::editor::machine::{Moved, Stage};
use crate::editor::merge::{Merge, Region, markers};
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::line::width as columns;
use crate::ui::widgets::pane::wrap;

/// Equal lines of a merged stretch that are shown on each side of a conflict.
const AROUND: usize = 3;

/// The keys that the line below the text names, as many as have room.
const HINTS: [(&str, &str); 8] = [
    ("ctrl-s", "save"),
    ("esc", "leave"),
    ("f1", "all keys"),
    ("ctrl-e", "$EDITOR"),
    ("ctrl-z", "undo"),
    ("ctrl-f", "find"),
    ("ctrl-y", "redo"),
    ("ctrl-g", "next"),
];

/// What each key does to the text.
const KEYS: [(&str, &str); 15] = [
    ("ctrl-s", "look at the difference and save"),
    ("esc", "leave; a changed text asks first"),
    ("f1", "these keys"),
    ("ctrl-e", "go on in $VISUAL or $EDITOR"),
    ("ctrl-z", "undo"),
    ("ctrl-y", "redo"),
    ("ctrl-f", "find a regular expression"),
    ("ctrl-g", "find the next one"),
    ("shift and arrows", "select"),
    ("ctrl-a", "select all"),
    ("ctrl-c ctrl-x ctrl-v", "copy (also to the terminal), cut, paste"),
    ("ctrl-left ctrl-right", "a word to the left or right"),
    ("home end", "the beginning or end of the line"),
    ("pgup pgdn", "a page up or down"),
    ("ctrl-w ctrl-k", "delete the word before, or the rest of the line"),
];

/// The lines that stand in place of the text; none while the text itself is shown.
pub(super) fn of(edit: &Edit) -> Option<Vec<Cell>> {
    if edit.aside == Aside::Keys {
        return Some(keys_of_the_text());
    }
    let base = edit.machine.base();
    Some(match edit.machine.stage() {
        Stage::Reviewing { diff, .. } => hunks(diff),
        Stage::Confirming { mine, reasons, .. } => {
            let reasons = reasons.iter().map(ToString::to_string);
            let mut lines: Vec<Cell> =
                reasons.flat_map(|why| notes(&why, Role::Warning, edit.width)).collect();
            lines.push(Cell::default());
            lines.extend(difference(value(base), Some(mine)));
            lines
        }
        Stage::Saving { mine, .. } => difference(value(base), Some(mine)),
        Stage::Unknown { mine, why, .. } => {
            let mut lines = notes(why, Role::Warning, edit.width);
            lines.push(Cell::default());
            lines.extend(difference(value(base), Some(mine)));
            lines
        }
        Stage::Conflict { theirs, mine, merged } => three_ways(base, theirs.as_ref(), mine, merged),
        Stage::Reading | Stage::Editing | Stage::Saved { .. } => return None,
    })
}

/// What is wrong, what is asked, and the keys that lead on.
pub(super) fn says(edit: &Edit) -> Cell {
    if let Some(remark) = &edit.remark {
        return note(remark, Role::Warn);
    }
    if edit.aside == Aside::Leaving {
        let cell = note("this text is not saved:", Role::Warn);
        return match edit.machine.stage() {
            Stage::Editing => keys(
                cell,
                &[("s", "look at it and save"), ("d", "drop it"), ("any other", "go on")],
            ),
            Stage::Conflict { .. } => {
                keys(cell, &[("d", "drop it, keep theirs"), ("any other", "go on")])
            }
            _ => keys(cell, &[("d", "drop it"), ("any other", "go on")]),
        };
    }
    if edit.aside == Aside::Keys {
        return note("any key goes back to the text", Role::Info);
    }
    match edit.machine.stage() {
        Stage::Editing => editing(edit),
        Stage::Reviewing { problem, has_insisted, refusal, .. } => {
            let mut cell = Cell::new(" ", Role::Muted);
            if let Some(refusal) = refusal {
                cell = cell.then(format!("{} ", clean(refusal)), Role::Error);
            }
            let go_on: &[_] = match problem {
                None => &[("y", "write it"), ("esc", "back to the text")],
                Some(problem) => {
                    let text = format!("{} ", clean(&problem.to_string()));
                    cell = cell.then(text, Role::Error);
                    if *has_insisted {
                        &[("y", "write it all the same"), ("esc", "back to the text")]
                    } else {
                        &[("y", "insist"), ("esc", "back to the text")]
                    }
                }
            };
            keys(cell, go_on)
        }
        Stage::Confirming { was_wrong, .. } if edit.types_name() => {
            let cell = Cell::new(if *was_wrong { " not its name" } else { "" }, Role::Error);
            keys(cell, &[("enter", "write"), ("esc", "back")])
        }
        Stage::Confirming { .. } => {
            keys(Cell::default(), &[("y", "write it all the same"), ("esc", "back")])
        }
        Stage::Saving { .. } => note("writing", Role::Info),
        Stage::Unknown { req: Some(_), .. } => note("reading back what became of it", Role::Warn),
        Stage::Unknown { .. } => {
            let cell = note("not known whether it was written", Role::Error);
            keys(cell, &[("r", "read it back again"), ("esc", "leave")])
        }
        Stage::Conflict { merged, .. } => {
            let merge: &[_] = match merged.conflicts() {
                0 => &[("m", "take the merge"), ("e", "edit it"), ("o", "yours"), ("t", "theirs")],
                _ => &[("e", "edit the merge"), ("o", "yours over theirs"), ("t", "theirs")],
            };
            keys(Cell::default(), merge)
        }
        Stage::Reading | Stage::Saved { .. } => Cell::default(),
    }
}

fn editing(edit: &Edit) -> Cell {
    let moved = match edit.machine.moved() {
        Some(Moved::Changed(now)) => {
            format!("changed meanwhile: index {}; saving will show both ", now.modify_index)
        }
        Some(Moved::Deleted) => String::from("deleted meanwhile; saving will say so "),
        None => String::new(),
    };
    let at = edit.text.cursor();
    let place = format!("{}:{} ", at.line + 1, at.character + 1);
    let cell = Cell::new(" ", Role::Muted).then(moved, Role::Warn).then(place, Role::Muted);
    // A hint is shown whole or not at all; all of them are behind the key for that.
    HINTS.iter().fold(cell, |cell, hint| {
        let longer = keys(cell.clone(), &[*hint]);
        if edit.width == 0 || columns(&longer) <= edit.width { longer } else { cell }
    })
}

/// Every key of the text.
fn keys_of_the_text() -> Vec<Cell> {
    let row = |(key, what): &(&'static str, &'static str)| {
        Cell::new(format!(" {key:<22}"), Role::Key).then(*what, Role::Text)
    };
    KEYS.iter().map(row).collect()
}

fn keys(mut cell: Cell, keys: &[(&'static str, &'static str)]) -> Cell {
    for (key, what) in keys {
        cell = cell.then(format!(" {key}"), Role::Key).then(format!(" {what}"), Role::Muted);
    }
    cell
}

fn note(text: &str, role: Role) -> Cell {
    Cell::new(format!(" {}", clean(text)), role)
}

/// A text of which no word is cut off, on as many lines as it takes.
fn notes(text: &str, role: Role, width: usize) -> Vec<Cell> {
    let text = Cell::new(clean(text).into_owned(), role);
    let lines = wrap(&[text], width.saturating_sub(1), usize::MAX);
    let indented = |line: Cell| {
        let mut cell = Cell::new(" ", role);
        cell.runs.extend(line.runs);
        cell
    };
    lines.into_iter().map(indented).collect()
}

fn value(entry: Option<&Entry>) -> Option<&[u8]> {
    entry.map(|entry| &entry.value[..])
}

/// The difference of two values as lines; in words where no line differs. Without a value there is no
/// such key.
pub(crate) fn difference(before: Option<&[u8]>, after: Option<&[u8]>) -> Vec<Cell> {
    let diff = Diff::of(before.unwrap_or_default(), after.unwrap_or_default());
    match (before, after) {
        (None, None) => Vec::new(),
        (Some(_), Some(_)) => hunks(&diff),
        _ if diff.is_empty() => vec![Cell::new("an empty value", Role::Muted)],
        _ => hunks(&diff),
    }
}

/// A difference as lines: numbers, sign, text with the changed words lit.
fn hunks(diff: &Diff) -> Vec<Cell> {
    let mut lines = Vec::new();
    for hunk in &diff.hunks {
        let (before, after) = (hunk.before.start + 1, hunk.after.start + 1);
        lines.push(Cell::new(
            format!("@@ -{before},{} +{after},{} @@", hunk.before.len(), hunk.after.len()),
            Role::Muted,
        ));
        lines.extend(hunk.lines.iter().map(difference_line));
    }
    if lines.is_empty() {
        lines.push(Cell::new("the values are the same", Role::Muted));
    }
    lines
}

fn difference_line(line: &DiffLine) -> Cell {
    let (sign, role) = match line.sign {
        Sign::Same => (" ", Role::Muted),
        Sign::Removed => ("-", Role::Removed),
        Sign::Added => ("+", Role::Added),
    };
    let mut cell = Cell::new(sign, role);
    for part in &line.parts {
        let role = if part.is_changed { Role::Match } else { role };
        cell = cell.then(clean(&part.text).into_owned(), role);
    }
    if line.is_end_shown {
        cell = cell.then(format!(" {}", line.end), Role::CodeEscape);
    }
    cell
}

/// A conflict: what was read, what is there now and what was typed, where they differ.
fn three_ways(
    base: Option<&Entry>,
    theirs: Option<&Entry>,
    mine: &[u8],
    merged: &Merge,
) -> Vec<Cell> {
    let base_is = base.map_or_else(|| String::from("no such key"), index_of);
    let now = theirs.map_or_else(|| String::from("deleted"), index_of);
    let mut lines = vec![
        Cell::new("The key changed since it was read; nothing was written.", Role::Warning),
        Cell::new(format!("read: {base_is}   now: {now}"), Role::Muted),
        Cell::default(),
        head("what they changed (read -> now)"),
    ];
    lines.extend(difference(value(base), value(theirs)));
    lines.push(head("what you changed (read -> yours)"));
    lines.extend(difference(value(base), Some(mine)));
    lines.push(match merged.conflicts() {
        0 => head("both together: the changes do not touch"),
        1 => head("both together: 1 place changed by both"),
        n => head(&format!("both together: {n} places changed by both")),
    });
    for region in &merged.regions {
        match region {
            Region::Merged(bytes) => lines.extend(ends(bytes)),
            Region::Conflict { base, theirs, mine } => {
                // As the merge has them that is edited.
                lines.push(Cell::new(markers::THEIRS, Role::Removed));
                lines.extend(plain(theirs, "-", Role::Removed));
                lines.push(Cell::new(markers::BASE, Role::Muted));
                lines.extend(plain(base, " ", Role::Muted));
                lines.push(Cell::new(markers::MINE, Role::Added));
                lines.extend(plain(mine, "+", Role::Added));
                lines.push(Cell::new(markers::END, Role::Added));
            }
        }
    }
    lines
}

fn index_of(entry: &Entry) -> String {
    format!("index {}", entry.modify_index)
}

fn head(text: &str) -> Cell {
    Cell::new(format!("-- {text} --"), Role::Header)
}

fn plain(bytes: &[u8], sign: &'static str, role: Role) -> Vec<Cell> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(|line| Cell::new(format!("{sign}{}", clean(line)), role)).collect()
}

/// The first and last lines of what both have.
fn ends(bytes: &[u8]) -> Vec<Cell> {
    let mut all = plain(bytes, " ", Role::Text);
    if all.len() > 2 * AROUND + 1 {
        let left = all.len() - 2 * AROUND;
        let after = all.split_off(all.len() - AROUND);
        all.truncate(AROUND);
        all.push(Cell::new(format!(" .. {left} lines .."), Role::Muted));
        all.extend(after);
    }
    all
}
