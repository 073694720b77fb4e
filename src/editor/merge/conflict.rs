//! The merge itself, and conflicts written out for an editor.

use std::ops::Range;

use bytes::Bytes;
use similar::{MergeRegion, MergeResolution, TextMerge};

use super::{Merge, Region};

/// The line before what is there now.
pub const THEIRS: &str = "<<<<<<< theirs";
/// The line before what was read.
pub const BASE: &str = "||||||| as it was read";
/// The line before the operator's text.
pub const MINE: &str = "=======";
/// The line after a conflict.
pub const END: &str = ">>>>>>> yours";

/// Merges two descendants of a base.
pub(super) fn merge(base: &Bytes, theirs: &Bytes, mine: &Bytes) -> Merge {
    if theirs == mine || theirs == base {
        return Merge { regions: vec![Region::Merged(mine.clone())] };
    }
    if mine == base {
        return Merge { regions: vec![Region::Merged(theirs.clone())] };
    }
    let texts = (std::str::from_utf8(base), std::str::from_utf8(theirs), std::str::from_utf8(mine));
    let (Ok(base_text), Ok(theirs_text), Ok(mine_text)) = texts else {
        return whole(base, theirs, mine);
    };
    by_lines(base_text, theirs_text, mine_text)
}

/// One conflict about the whole value.
fn whole(base: &Bytes, theirs: &Bytes, mine: &Bytes) -> Merge {
    let (base, theirs, mine) = (base.clone(), theirs.clone(), mine.clone());
    Merge { regions: vec![Region::Conflict { base, theirs, mine }] }
}

/// Merges three texts line by line.
fn by_lines(base: &str, theirs: &str, mine: &str) -> Merge {
    let merge = TextMerge::from_lines(base, mine, theirs);
    let base = |range: Range<usize>| concat(range, |at| merge.base_line(at));
    let mine = |range: Range<usize>| concat(range, |at| merge.ours_line(at));
    let theirs = |range: Range<usize>| concat(range, |at| merge.theirs_line(at));
    let region = |region: &MergeRegion| match region.resolution() {
        MergeResolution::Unchanged | MergeResolution::Ours | MergeResolution::Both => {
            Region::Merged(mine(region.ours_range()))
        }
        MergeResolution::Theirs => Region::Merged(theirs(region.theirs_range())),
        _ => Region::Conflict {
            base: base(region.base_range()),
            theirs: theirs(region.theirs_range()),
            mine: mine(region.ours_range()),
        },
    };
    Merge { regions: merge.regions().iter().map(region).collect() }
}

/// The lines of a range, with their ends, as one text.
fn concat<'a>(range: Range<usize>, line: impl Fn(usize) -> Option<&'a str>) -> Bytes {
    range.filter_map(line).collect::<String>().into()
}

/// Writes the regions out, conflicts between markers, each marker on a line of its own.
pub(super) fn with_markers(regions: &[Region]) -> Bytes {
    let newline = line_end(regions);
    let mut out = Vec::new();
    for region in regions {
        match region {
            Region::Merged(bytes) => out.extend_from_slice(bytes),
            Region::Conflict { base, theirs, mine } => {
                for (marker, bytes) in [(THEIRS, theirs), (BASE, base), (MINE, mine)] {
                    put_line(&mut out, marker, newline);
                    out.extend_from_slice(bytes);
                }
                put_line(&mut out, END, newline);
            }
        }
    }
    out.into()
}

/// The line end that markers take: that of the first line there is.
fn line_end(regions: &[Region]) -> &'static [u8] {
    let texts = regions.iter().flat_map(|region| match region {
        Region::Merged(bytes) => vec![bytes],
        Region::Conflict { base, theirs, mine } => vec![theirs, base, mine],
    });
    let first = texts.filter_map(|text| text.split_inclusive(|b| *b == b'\n').next());
    let mut ended = first.filter(|line| line.ends_with(b"\n"));
    if ended.next().is_some_and(|line| line.ends_with(b"\r\n")) { b"\r\n" } else { b"\n" }
}

/// Puts a marker on a line of its own.
fn put_line(out: &mut Vec<u8>, marker: &str, newline: &[u8]) {
    if out.last().is_some_and(|last| *last != b'\n') {
        out.extend_from_slice(newline);
    }
    out.extend_from_slice(marker.as_bytes());
    out.extend_from_slice(newline);
}

/// The first line that is one of the markers that name a side.
pub(super) fn marker_line(bytes: &[u8]) -> Option<usize> {
    let is_marker =
        |line: &[u8]| [THEIRS, BASE, END].iter().any(|m| line.trim_ascii_end() == m.as_bytes());
    bytes.split(|byte| *byte == b'\n').position(is_marker)
}
