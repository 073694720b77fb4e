//! Keys in, bytes out.

use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::*;

fn edit(text: &str) -> TextEdit {
    TextEdit::new(text.as_bytes()).unwrap()
}

/// Presses keys: characters as they are, and `^x` for control.
fn press(edit: &mut TextEdit, keys: &str) {
    let mut chars = keys.chars();
    while let Some(c) = chars.next() {
        let key = match c {
            '^' => KeyEvent::new(KeyCode::Char(chars.next().unwrap()), KeyModifiers::CONTROL),
            '\n' => KeyEvent::from(KeyCode::Enter),
            '\u{8}' => KeyEvent::from(KeyCode::Backspace),
            c => KeyEvent::from(KeyCode::Char(c)),
        };
        edit.key(key);
    }
}

fn text(edit: &TextEdit) -> String {
    String::from_utf8(edit.bytes().to_vec()).unwrap()
}

#[test]
fn typing_goes_in_at_the_cursor() {
    let mut edit = edit("ab\n");
    press(&mut edit, "x\ny\u{8}z");
    assert_eq!(text(&edit), "x\nzab\n");
    assert_eq!(edit.cursor(), Place { line: 1, character: 1 });
}

#[test]
fn crlf_lines_stay_crlf_and_new_ones_become_so() {
    let mut edit = edit("a\r\nb");
    assert_eq!((edit.ends(), edit.lines()), (Ends::CrLf, &["a".to_owned(), "b".to_owned()][..]));
    press(&mut edit, "x\n");
    edit.paste("1\n2\r\n3\r");
    assert_eq!(text(&edit), "x\r\n1\r\n2\r\n3\r\na\r\nb");
}

#[test]
fn mixed_line_ends_stay_where_they_are() {
    let mut edit = edit("a\r\nb\nc\rd\n");
    assert_eq!(edit.ends(), Ends::Mixed);
    press(&mut edit, "x");
    assert_eq!(text(&edit), "xa\r\nb\nc\rd\n");
}

#[test]
fn a_final_newline_can_be_taken_and_given() {
    let mut edit = edit("a\n");
    edit.go_to(Place { line: 1, character: 0 });
    press(&mut edit, "\u{8}");
    assert_eq!(text(&edit), "a");
    press(&mut edit, "\n");
    assert_eq!(text(&edit), "a\n");
}

#[test]
fn changes_are_taken_back_and_made_again() {
    let mut edit = edit("a");
    press(&mut edit, "b");
    edit.paste("c\nd");
    let after = text(&edit);
    press(&mut edit, "^z^z");
    assert_eq!(text(&edit), "a");
    press(&mut edit, "^y");
    edit.key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL | KeyModifiers::SHIFT));
    assert_eq!(text(&edit), after);
}

#[test]
fn a_selection_is_cut_pasted_and_replaced() {
    let mut edit = edit("ab\ncd");
    let right = KeyEvent::new(KeyCode::Right, KeyModifiers::SHIFT);
    edit.key(right);
    edit.key(right);
    let place = |line, character| Place { line, character };
    assert_eq!(edit.selection(), Some((place(0, 0), place(0, 2))));
    press(&mut edit, "^x");
    assert_eq!((text(&edit).as_str(), edit.clipboard().as_str()), ("\ncd", "ab"));
    edit.go_to(place(1, 2));
    press(&mut edit, "^v^v");
    assert_eq!(text(&edit), "\ncdabab");
    press(&mut edit, "^a");
    edit.paste("z");
    assert_eq!(text(&edit), "z");
}

#[test]
fn a_search_leads_from_match_to_match() {
    let mut edit = edit("port = 1\nhost\nport = 2\n");
    edit.search("p.rt").unwrap();
    assert!(edit.next_match(true));
    assert_eq!(edit.cursor().line, 0);
    assert!(edit.next_match(false));
    assert_eq!((edit.cursor().line, edit.pattern()), (2, Some("p.rt")));
    assert!(edit.previous_match());
    assert_eq!(edit.cursor().line, 0);
    assert!(edit.search("(").is_err());
    edit.search("").unwrap();
    assert!(edit.pattern().is_none() && !edit.next_match(true));
}

#[test]
fn the_revision_grows_with_the_text_only() {
    let mut edit = edit("a");
    edit.key(KeyEvent::from(KeyCode::Right));
    edit.key(KeyEvent::from(KeyCode::Esc));
    assert_eq!(edit.revision(), 0);
    press(&mut edit, "b^z");
    assert_eq!(edit.revision(), 2);
}

#[test]
fn a_place_beyond_the_text_is_its_nearest() {
    let mut edit = edit(&"\n".repeat(70_000));
    edit.go_to(Place { line: 69_000, character: 5 });
    assert_eq!(edit.cursor(), Place { line: 69_000, character: 0 });
    edit.go_to(Place { line: 99_000, character: 0 });
    assert_eq!(edit.cursor().line, 70_000);
}

#[test]
fn bytes_that_are_no_text_are_not_edited_here() {
    assert!(TextEdit::new(b"\xff").is_none());
}

proptest! {
    #[test]
    fn unedited_bytes_come_out_as_they_went_in(text in "([ab\t\u{1b}é]{0,3}(\r|\r\n|\n|\u{85})){0,6}a?") {
        prop_assert_eq!(edit(&text).bytes(), text.clone());
        let mut edited = edit(&text);
        press(&mut edited, "x^z");
        prop_assert_eq!(edited.bytes(), text);
    }
}
