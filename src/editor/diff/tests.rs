//! Differences as an operator would see them.

use proptest::prelude::*;

use super::*;

/// The lines of a difference with their signs; changed words in brackets, ends that are shown.
fn text(diff: &Diff) -> Vec<String> {
    let line = |line: &DiffLine| {
        let sign = match line.sign {
            Sign::Same => ' ',
            Sign::Removed => '-',
            Sign::Added => '+',
        };
        let part = |part: &Part| {
            if part.is_changed { format!("[{}]", part.text) } else { part.text.clone() }
        };
        let parts: String = line.parts.iter().map(part).collect();
        let end = if line.is_end_shown { format!(" <{}>", line.end) } else { String::new() };
        format!("{sign}{parts}{end}")
    };
    diff.hunks.iter().flat_map(|hunk| &hunk.lines).map(line).collect()
}

fn diff(before: &str, after: &str) -> Vec<String> {
    text(&Diff::of(before.as_bytes(), after.as_bytes()))
}

/// Lines of a word and a number.
fn numbered(word: &str, count: usize) -> String {
    let lines: Vec<String> = (0..count).map(|n| format!("{word}{n}\n")).collect();
    lines.concat()
}

#[test]
fn equal_values_have_no_difference() {
    assert!(Diff::of(b"a\nb", b"a\nb").is_empty());
    assert!(Diff::of(b"", b"").is_empty());
    assert!(Diff::of(b"\xff\0", b"\xff\0").is_empty());
}

#[test]
fn changed_words_are_marked_inside_their_line() {
    let diff = diff("a\ntimeout = 30\nb\n", "a\ntimeout = 45\nb\n");
    assert_eq!(diff, [" a", "-timeout = [30]", "+timeout = [45]", " b"]);
}

#[test]
fn lines_are_numbered_and_counted() {
    let diff = Diff::of(b"a\nb\nc\n", b"a\nc\nd\ne\n");
    assert_eq!((diff.added, diff.removed), (2, 1));
    let numbers: Vec<_> = diff.hunks[0].lines.iter().map(|l| (l.before, l.after)).collect();
    let expected =
        [(Some(1), Some(1)), (Some(2), None), (Some(3), Some(2)), (None, Some(3)), (None, Some(4))];
    assert_eq!(numbers, expected);
}

#[test]
fn changes_far_apart_are_hunks_with_context() {
    let before = numbered("", 30);
    let after = before.replace("\n5\n", "\nfive\n").replace("\n25\n", "\n");
    let diff = Diff::with_context(before.as_bytes(), after.as_bytes(), 2);
    let spans: Vec<_> = diff.hunks.iter().map(|h| (h.before.clone(), h.after.clone())).collect();
    assert_eq!(spans, [(3..8, 3..8), (23..28, 23..27)]);
}

#[test]
fn a_line_end_that_changes_is_shown() {
    assert_eq!(diff("a\r\nb\r\n", "a\nb\r\n"), ["-a <CRLF>", "+a <LF>", " b"]);
    assert_eq!(diff("a\nb\n", "a\nb"), [" a", "-b <LF>", "+b <no newline>"]);
    assert_eq!(diff("a", "a\n"), ["-a <no newline>", "+a <LF>"]);
}

#[test]
fn line_ends_that_are_alike_are_not_shown() {
    assert_eq!(diff("5", "6"), ["-5", "+6"]);
    assert_eq!(diff("a\r\nb\r\n", "a\r\nc\r\n").len(), 3);
    assert!(diff("a\r\nb\r\n", "a\r\nc\r\n").iter().all(|line| !line.contains('<')));
    assert_eq!(diff("", "a"), ["+a"]);
}

#[test]
fn what_is_no_text_is_compared_as_rows_of_hex() {
    let before: Vec<u8> = (0..=255).collect();
    let mut after = before.clone();
    after[20] = 0;
    let diff = Diff::with_context(&before, &after, 0);
    assert!(diff.is_hex);
    let row = |byte| {
        format!("000010  10 11 12 13 {byte} 15 16 17  18 19 1a 1b 1c 1d 1e 1f  ................")
    };
    assert_eq!(text(&diff), [format!("-[{}]", row("14")), format!("+[{}]", row("00"))]);
    assert!(Diff::of(b"text", b"\xff").is_hex);
}

#[test]
fn a_difference_of_different_values_stays_bounded() {
    let lines = |word| numbered(word, 60_000);
    let diff = Diff::of(lines("a").as_bytes(), lines("b").as_bytes());
    assert_eq!((diff.added, diff.removed), (60_000, 60_000));
    let blanks = |n: usize| "\n".repeat(n);
    let diff = Diff::of(blanks(500_000).as_bytes(), blanks(400_000).as_bytes());
    assert_eq!((diff.added, diff.removed), (0, 100_000));
}

/// The value before or after, put together again from a difference with all lines in it.
fn rebuilt(diff: &Diff, dropped: Sign) -> String {
    let lines = diff.hunks.iter().flat_map(|hunk| &hunk.lines);
    let line = |line: &DiffLine| {
        let end = match line.end {
            LineEnd::Lf => "\n",
            LineEnd::CrLf => "\r\n",
            LineEnd::Missing => "",
        };
        line.parts.iter().map(|part| part.text.as_str()).chain([end]).collect::<String>()
    };
    lines.filter(|line| line.sign != dropped).map(line).collect()
}

proptest! {
    #[test]
    fn both_values_can_be_told_from_the_difference(
        before in "([ab]?[ab]?é?(\r|\r\n|\n)){0,8}a?",
        after in "([ab]?[ab]?é?(\r|\r\n|\n)){0,8}a?",
    ) {
        let diff = Diff::with_context(before.as_bytes(), after.as_bytes(), 100);
        if before == after {
            prop_assert!(diff.is_empty());
        } else {
            prop_assert_eq!(rebuilt(&diff, Sign::Added), before);
            prop_assert_eq!(rebuilt(&diff, Sign::Removed), after);
        }
    }
}
