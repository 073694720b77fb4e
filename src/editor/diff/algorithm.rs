//! The comparison: lines by the Myers algorithm, the words of lines that have a counterpart too.
//!
//! Bounded on difficult inputs: `similar` trades the shortest difference for its time there.

use std::ops::Range;

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices, group_diff_ops};

use super::super::format::{HEX_WIDTH, hex_row};
use super::lines::{Ends, LineEnd, lines};
use super::{Diff, DiffLine, Hunk, Part, Sign};

/// The longest line whose words are compared: beyond it, marking words takes longer than it helps.
const LONGEST_INLINE: usize = 64 * 1024;

/// The difference of two values.
pub(super) fn diff(before: &[u8], after: &[u8], context: usize) -> Diff {
    match (text(before), text(after)) {
        (Some(before), Some(after)) => of_lines(before, after, context),
        _ => of_rows(before, after, context),
    }
}

/// The value as text, if it is one.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

fn of_lines(before: &str, after: &str, context: usize) -> Diff {
    let (old, new) = (lines(before), lines(after));
    let ends = Ends::of(&old, &new);
    let diff = TextDiff::from_slices(&old, &new);
    let with_words = |op: &DiffOp| -> Vec<DiffLine> {
        let is_long = |lines: &[&str], range: Range<usize>| {
            lines.get(range).is_some_and(|lines| lines.iter().any(|l| l.len() > LONGEST_INLINE))
        };
        if is_long(&old, op.old_range()) || is_long(&new, op.new_range()) {
            return diff
                .iter_changes(op)
                .map(|change| {
                    let parts = vec![(change.tag() != ChangeTag::Equal, change.value())];
                    line(change.tag(), change.old_index(), change.new_index(), parts)
                })
                .collect();
        }
        let inline = diff.iter_inline_changes(op);
        inline.map(|c| line(c.tag(), c.old_index(), c.new_index(), c.values().to_vec())).collect()
    };
    let finish = |mut found: DiffLine| {
        let is_last = found.before == Some(old.len()) || found.after == Some(new.len());
        found.is_end_shown = found.sign != Sign::Same && ends.is_shown(found.end, is_last);
        found
    };
    let grouped = group_diff_ops(diff.ops().to_vec(), context);
    collect(&grouped, |op| with_words(op).into_iter().map(finish).collect(), false)
}

/// One line from the pieces that make it up, its end taken off.
fn line(
    tag: ChangeTag,
    old: Option<usize>,
    new: Option<usize>,
    pieces: Vec<(bool, &str)>,
) -> DiffLine {
    let whole: String = pieces.iter().map(|(_, piece)| *piece).collect();
    let end = LineEnd::of(&whole);
    let mut room = whole.len() - end.len();
    let mut parts: Vec<Part> = Vec::new();
    for (is_changed, piece) in pieces {
        let kept = piece.get(..room.min(piece.len())).unwrap_or(piece);
        room -= kept.len();
        match parts.last_mut() {
            _ if kept.is_empty() => {}
            Some(part) if part.is_changed == is_changed => part.text.push_str(kept),
            _ => parts.push(Part { text: kept.to_owned(), is_changed }),
        }
    }
    let (before, after) = (old.map(|at| at + 1), new.map(|at| at + 1));
    DiffLine { sign: sign(tag), before, after, parts, end, is_end_shown: false }
}

fn sign(tag: ChangeTag) -> Sign {
    match tag {
        ChangeTag::Equal => Sign::Same,
        ChangeTag::Delete => Sign::Removed,
        ChangeTag::Insert => Sign::Added,
    }
}

/// The difference of bytes, by rows as the hex view shows them.
fn of_rows(before: &[u8], after: &[u8], context: usize) -> Diff {
    let rows = |bytes| -> Vec<&[u8]> { <[u8]>::chunks(bytes, HEX_WIDTH).collect() };
    let (old, new) = (rows(before), rows(after));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let of_op = |op: &DiffOp| -> Vec<DiffLine> {
        let change = |change: similar::Change<&[u8]>| {
            let (old, new) = (change.old_index(), change.new_index());
            let row = match (old, new) {
                (Some(at), None) => hex_row(before, at),
                (_, at) => hex_row(after, at.unwrap_or_default()),
            };
            let text = row.map_or_else(String::new, |row| {
                format!("{:06x}  {}  {}", row.offset, row.hex, row.ascii)
            });
            let sign = sign(change.tag());
            let parts = vec![Part { text, is_changed: sign != Sign::Same }];
            let (before, after) = (old.map(|at| at + 1), new.map(|at| at + 1));
            DiffLine { sign, before, after, parts, end: LineEnd::Lf, is_end_shown: false }
        };
        op.iter_changes(&old, &new).map(change).collect()
    };
    collect(&group_diff_ops(ops, context), of_op, true)
}

/// The hunks of groups of operations, and their counts.
fn collect(groups: &[Vec<DiffOp>], of_op: impl Fn(&DiffOp) -> Vec<DiffLine>, is_hex: bool) -> Diff {
    let mut diff = Diff { hunks: Vec::new(), added: 0, removed: 0, is_hex };
    for group in groups {
        let lines: Vec<DiffLine> = group.iter().flat_map(&of_op).collect();
        let count = |sign| lines.iter().filter(|line| line.sign == sign).count();
        diff.added += count(Sign::Added);
        diff.removed += count(Sign::Removed);
        let span = |range: fn(&DiffOp) -> Range<usize>| {
            let start = group.first().map_or(0, |op| range(op).start);
            start..group.last().map_or(start, |op| range(op).end)
        };
        let (before, after) = (span(DiffOp::old_range), span(DiffOp::new_range));
        diff.hunks.push(Hunk { before, after, lines });
    }
    diff
}
