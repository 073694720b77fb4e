//! What of a text can be folded: what stands in brackets, below a key, or below a table's head.

use super::Format;
use super::lex::{State, lex};
use crate::ui::theme::Role;

/// Lines that can be hidden behind their first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// The line that stays.
    pub head: usize,
    /// The last line that is hidden with it.
    pub last: usize,
}

/// The folds of a text, by their heads, each head once. Plain text has none.
pub fn folds<'a>(format: Format, lines: impl Iterator<Item = &'a str>) -> Vec<Fold> {
    let mut folds = match format {
        Format::Json | Format::Hcl => by_brackets(format, lines),
        Format::Yaml => by_indent(lines),
        Format::Toml => by_tables(lines),
        Format::Text | Format::Binary => Vec::new(),
    };
    // Of two that begin in one line the outer stays.
    folds.sort_unstable_by_key(|fold| (fold.head, std::cmp::Reverse(fold.last)));
    folds.dedup_by_key(|fold| fold.head);
    folds
}

/// The folds to close for an overview of so many lines: the outermost, but what lies in one that
/// holds everything.
pub fn outline(folds: &[Fold], lines: usize) -> Vec<Fold> {
    let holds_all = |fold: &&Fold| fold.head == 0 && fold.last + 1 >= lines;
    let inner = folds.iter().skip(folds.iter().take_while(holds_all).count());
    let mut outer: Vec<Fold> = Vec::new();
    for fold in inner {
        if outer.last().is_none_or(|last| fold.head > last.last) {
            outer.push(*fold);
        }
    }
    outer
}

/// From an opening bracket to the line of its closing one, which is hidden too.
fn by_brackets<'a>(format: Format, lines: impl Iterator<Item = &'a str>) -> Vec<Fold> {
    let (mut state, mut open, mut found) = (State::Plain, Vec::new(), Vec::new());
    for (at, line) in lines.enumerate() {
        state = lex(format, state, line, &mut |piece, role| match (role, piece) {
            (Role::CodeMark, "{" | "[" | "(") => open.push(at),
            (Role::CodeMark, "}" | "]" | ")") => {
                if let Some(head) = open.pop().filter(|head| *head < at) {
                    found.push(Fold { head, last: at });
                }
            }
            _ => {}
        });
    }
    found
}

/// From a line to the last one that is indented deeper; items of a list count as deeper than
/// the key above them.
fn by_indent<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Fold> {
    let (mut open, mut found): (Vec<(usize, usize)>, Vec<Fold>) = (Vec::new(), Vec::new());
    let mut last = 0;
    for (at, line) in lines.enumerate() {
        let body = line.trim_start_matches(' ');
        if body.trim().is_empty() || body.starts_with('#') {
            continue;
        }
        // Twice the columns, and one more for an item: it is below a key of the same column.
        let depth = 2 * (line.len() - body.len()) + usize::from(body.starts_with("- "));
        while let Some((head, _)) = open.pop_if(|(_, above)| *above >= depth) {
            found.extend((head < last).then_some(Fold { head, last }));
        }
        open.push((at, depth));
        last = at;
    }
    found.extend(
        open.iter().filter(|(head, _)| *head < last).map(|(head, _)| Fold { head: *head, last }),
    );
    found
}

/// From a table's head to the line before the next one, blank lines left out.
fn by_tables<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Fold> {
    let (mut state, mut head, mut last, mut found) = (State::Plain, None, 0, Vec::new());
    for (at, line) in lines.enumerate() {
        let mut is_head = false;
        state = lex(Format::Toml, state, line, &mut |piece, role| {
            is_head |= role == Role::CodeKey && piece.starts_with('[');
        });
        if is_head {
            found.extend(head.filter(|head| *head < last).map(|head| Fold { head, last }));
            head = Some(at);
        }
        if !line.trim().is_empty() {
            last = at;
        }
    }
    found.extend(head.filter(|head| *head < last).map(|head| Fold { head, last }));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(format: Format, text: &str) -> Vec<(usize, usize)> {
        folds(format, text.lines()).iter().map(|fold| (fold.head, fold.last)).collect()
    }

    #[test]
    fn brackets_fold_with_their_closing_line() {
        let text = "{\n \"a\": [\n  1\n ],\n \"b\": {}, \"c\": \"{\"\n}";
        assert_eq!(found(Format::Json, text), [(0, 5), (1, 3)]);
        assert_eq!(found(Format::Json, "[{\n}]\n"), [(0, 1)]);
        assert_eq!(found(Format::Json, "]}\n{"), []);
        assert_eq!(found(Format::Hcl, "a {\n # {\n b = <<E\n{\nE\n}"), [(0, 5)]);
    }

    #[test]
    fn what_is_indented_folds_below_its_key() {
        let text = "a:\n  b:\n    c: 1\n\n  # note\n  d: 2\ne:\n- x\n- y:\n    z\nf: 1\n";
        assert_eq!(found(Format::Yaml, text), [(0, 5), (1, 2), (6, 9), (8, 9)]);
    }

    #[test]
    fn tables_fold_up_to_the_next() {
        let text = "x = 1\n[a]\nb = 1\n\n[c]\n[d]\ne = [\n1]\n";
        assert_eq!(found(Format::Toml, text), [(1, 2), (5, 7)]);
    }

    #[test]
    fn an_overview_closes_what_is_outermost_within_the_whole() {
        let text = "{\n \"a\": [\n  [\n  1\n ]],\n \"b\": {\n }\n}";
        let all = folds(Format::Json, text.lines());
        assert_eq!(outline(&all, 8), [Fold { head: 1, last: 4 }, Fold { head: 5, last: 6 }]);
        let all = folds(Format::Yaml, "a:\n  b:\n    c: 1\nd: 2\n".lines());
        assert_eq!(outline(&all, 4), [Fold { head: 0, last: 2 }]);
        assert_eq!(outline(&[], 4), []);
    }

    #[test]
    fn plain_text_has_no_folds() {
        assert_eq!(found(Format::Text, "a\n  b\n"), []);
    }
}
