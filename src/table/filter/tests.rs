//! What filters let through.

use proptest::prelude::*;

use super::*;

fn row(cells: &[&str]) -> RowText {
    RowText::new(cells.iter().copied())
}

fn shows(filter: &str, cells: &[&str]) -> bool {
    Filter::parse(filter).unwrap().matches(&row(cells))
}

#[test]
fn rows_are_matched_in_every_notation() {
    let cells = ["Web-1", "dc-2", "critical", "env=prod"];
    for (filter, expected) in [
        ("", true),
        ("web", true),
        ("WEB", true),
        ("web-2", false),
        ("env=prod", true),
        ("!web", false),
        ("!billing", true),
        ("!", true),
        ("^web-\\d$", true),
        ("^dc-[13]$", false),
        ("^web.*critical", true),
        ("web|billing", true),
        ("\\D\\W\\S", true),
        ("dc-2 critical", true),
        ("-f wbcrit", true),
        ("-f", true),
        ("-f zzz", false),
        ("!-f wbcrit", false),
        ("-fast", false),
    ] {
        assert_eq!(shows(filter, &cells), expected, "{filter}");
    }
}

#[test]
fn a_row_that_stands_for_several_is_shown_when_one_of_them_would_be() {
    let rows = [row(&["web-1", "timed out"]), row(&["web-2", "refused"])];
    let both = RowText::any_of(&rows);
    for (filter, expected) in [
        ("refused", true),
        ("web-1 refused", false),
        ("!refused", true),
        ("!web", false),
        ("-f tmdout", true),
        ("^web-3$", false),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().matches(&both), expected, "{filter}");
    }
    assert!(!Filter::parse("").unwrap().matches(&RowText::any_of([])), "it stands for nothing");
}

#[test]
fn a_half_typed_expression_keeps_the_last_good_filter() {
    let mut live = LiveFilter::default();
    assert_eq!(live.set("web"), Changed::Narrowed);
    assert_eq!(live.set("web("), Changed::Same);
    assert!(live.error().is_some());
    assert_eq!(live.text(), "web(");
    assert_eq!(live.filter().text(), "web");
    assert_eq!(live.set("web(1)"), Changed::Replaced);
    assert_eq!(live.error(), None);
    assert_eq!(live.set(""), Changed::Replaced);
}

#[test]
fn a_filter_of_a_cell_matches_that_cell_alone() {
    for name in ["n-1", "n.1+(a)", "!odd", "-f x", "a b", "n\\1$"] {
        let filter = Filter::of_cell(name);
        assert!(filter.matches(&row(&["dc-1", &name.to_uppercase(), "web"])), "{name}");
        assert!(!filter.matches(&row(&["dc-1", &format!("{name}0")])), "{name}");
        assert!(!filter.matches(&row(&["dc-1", &format!("0{name}")])), "{name}");
    }
}

#[test]
fn an_error_is_one_line_that_says_why() {
    let message = |text: &str| Filter::parse(text).unwrap_err().to_string();
    assert_eq!(message("web("), "unclosed group");
    assert_eq!(message("(\\w{99}){99}{99}"), "the expression is too big");
}

#[test]
fn the_matching_characters_of_a_cell_are_found() {
    let places = |filter: &str, cell: &str| Filter::parse(filter).unwrap().highlights(cell);
    assert_eq!(places("B", "abcb"), [1, 3]);
    assert_eq!(places("é+", "caféé"), [3, 4]);
    assert_eq!(places("-f pyt", "payment"), [0, 2, 6]);
    assert_eq!(places("!b", "abc"), Vec::<usize>::new());
    assert_eq!(places("zzz", "abc"), Vec::<usize>::new());
}

/// Filters as someone types them.
fn typed() -> impl Strategy<Value = String> {
    "(!|-f |!-f |)[ab.é ]{0,3}"
}

proptest! {
    #[test]
    fn filtering_the_survivors_gives_what_filtering_all_gives(
        rows in prop::collection::vec("[abAB.é \n]{0,6}", 0..12),
        first in typed(),
        more in "[ab.é]{0,3}",
        other in typed(),
        extend in any::<bool>(),
    ) {
        let second = if extend { format!("{first}{more}") } else { other };
        let (first, second) = (Filter::parse(&first).unwrap(), Filter::parse(&second).unwrap());
        if second.narrows(&first) {
            let rows: Vec<_> = rows.iter().map(|text| row(&[text])).collect();
            let pairs = rows.chunks(2).map(RowText::any_of);
            for text in rows.iter().cloned().chain(pairs) {
                prop_assert!(!second.matches(&text) || first.matches(&text));
            }
        }
    }

    #[test]
    fn no_text_makes_a_filter_panic(text in any::<String>(), cell in any::<String>()) {
        if let Ok(filter) = Filter::parse(&text) {
            let _ = filter.matches(&row(&[&cell]));
            let count = cell.chars().count();
            prop_assert!(filter.highlights(&cell).iter().all(|place| *place < count));
        }
    }
}
