//! What a merge brings together, and what it must never lose.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn merge(base: &str, theirs: &str, mine: &str) -> Merge {
    let bytes = |text: &str| Bytes::copy_from_slice(text.as_bytes());
    Merge::of(&bytes(base), &bytes(theirs), &bytes(mine))
}

fn merged(base: &str, theirs: &str, mine: &str) -> Option<String> {
    let bytes = merge(base, theirs, mine).merged()?;
    Some(String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn changes_that_do_not_touch_are_both_taken() {
    let base = "a\nb\nc\nd\ne\n";
    assert_eq!(merged(base, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n").unwrap(), "A\nb\nc\nd\nE\n");
    assert_eq!(merged(base, "a\nc\nd\ne\n", "a\nb\nc\nd\ne\nf\n").unwrap(), "a\nc\nd\ne\nf\n");
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    assert_eq!(merged("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n").unwrap(), "a\nX\nc\n");
    assert_eq!(merged("a\nb\nc\nd\n", "X\nb\nc\nd\n", "X\nb\nc\nD\n").unwrap(), "X\nb\nc\nD\n");
}

#[test]
fn different_changes_of_one_line_are_a_conflict_with_all_three_texts() {
    let merge = merge("a\nb\nc\n", "a\nT\nc\n", "a\nM\nc\n");
    assert_eq!((merge.conflicts(), merge.merged()), (1, None));
    let conflict =
        Region::Conflict { base: "b\n".into(), theirs: "T\n".into(), mine: "M\n".into() };
    assert_eq!(
        merge.regions,
        [Region::Merged("a\n".into()), conflict, Region::Merged("c\n".into())]
    );
    let text = "a\n<<<<<<< theirs\nT\n||||||| as it was read\nb\n=======\nM\n>>>>>>> yours\nc\n";
    assert_eq!(merge.with_markers(), text);
    assert_eq!((marker_line(text.as_bytes()), marker_line(b"a\n=======\nb")), (Some(1), None));
}

#[test]
fn line_ends_and_a_missing_newline_are_part_of_their_lines() {
    assert_eq!(merged("a\r\nb\r\nc", "A\r\nb\r\nc", "a\r\nb\r\nc\r\n").unwrap(), "A\r\nb\r\nc\r\n");
    let merge = merge("a", "t", "m");
    assert_eq!(
        merge.with_markers(),
        "<<<<<<< theirs\nt\n||||||| as it was read\na\n=======\nm\n>>>>>>> yours\n"
    );
    assert_eq!(marker_line(b"a\r\n<<<<<<< theirs\r\nb"), Some(1));
}

#[test]
fn bytes_that_are_no_text_are_taken_whole_or_are_a_conflict() {
    let bytes = Bytes::from_static;
    let (base, theirs, mine) = (bytes(b"\xff1"), bytes(b"\xff2"), bytes(b"\xff3"));
    assert_eq!(Merge::of(&base, &theirs, &base).merged(), Some(theirs.clone()));
    assert_eq!(Merge::of(&base, &theirs, &mine).conflicts(), 1);
}

/// How often each line is in a text.
fn counts(texts: &[&[u8]]) -> HashMap<Vec<u8>, usize> {
    let mut counts = HashMap::new();
    for text in texts {
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            *counts.entry(line.to_vec()).or_default() += 1;
        }
    }
    counts
}

/// Texts of few different lines, so that they often meet.
fn lines() -> impl Strategy<Value = String> {
    "([abcd](\r\n|\n)){0,8}[ab]?"
}

proptest! {
    #[test]
    fn a_side_that_changed_nothing_gives_way(base in lines(), other in lines()) {
        prop_assert_eq!(merged(&base, &base, &other).unwrap(), other.clone());
        prop_assert_eq!(merged(&base, &other, &base).unwrap(), other.clone());
        prop_assert_eq!(merged(&base, &other, &other).unwrap(), other);
    }

    #[test]
    fn each_side_can_be_told_from_the_regions(base in lines(), theirs in lines(), mine in lines()) {
        let merge = merge(&base, &theirs, &mine);
        let all: Vec<&[u8]> = merge.regions.iter().flat_map(|region| match region {
            Region::Merged(bytes) => vec![bytes.as_ref()],
            Region::Conflict { base, theirs, mine } => {
                assert!(theirs != mine && (theirs != base || mine != base));
                vec![theirs.as_ref(), mine.as_ref()]
            }
        }).collect();
        let (found, base) = (counts(&all), counts(&[base.as_bytes()]));
        // What a side has oftener than the base was added by it, and must be there: so many times,
        // since the other side may have taken out the copies that were in the base.
        for side in [&theirs, &mine] {
            for (line, count) in counts(&[side.as_bytes()]) {
                let added = count.saturating_sub(base.get(&line).copied().unwrap_or(0));
                let found = found.get(&line).copied().unwrap_or(0);
                prop_assert!(found >= added, "{:?}", line);
            }
        }
    }
}
