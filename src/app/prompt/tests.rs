//! The prompt as someone types in it.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn ctrl(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)
}

fn typed(text: &str) -> Prompt {
    let mut prompt = Prompt::default();
    write(&mut prompt, text);
    prompt
}

fn write(prompt: &mut Prompt, text: &str) {
    for c in text.chars() {
        assert_eq!(prompt.key(press(KeyCode::Char(c))), PromptOutcome::Editing);
    }
}

fn after(text: &str, keys: &[KeyEvent]) -> (String, usize) {
    let mut prompt = typed(text);
    for key in keys {
        prompt.key(*key);
    }
    (prompt.text().to_owned(), prompt.cursor_column())
}

#[test]
fn editing_keys_work_as_in_a_shell() {
    let left = press(KeyCode::Left);
    let backspace = press(KeyCode::Backspace);
    for (text, keys, left_over, column) in [
        ("svc", vec![backspace], "sv", 2),
        ("svc", vec![left, backspace], "sc", 1),
        ("svc", vec![ctrl('a'), press(KeyCode::Delete)], "vc", 0),
        ("svc", vec![ctrl('a'), ctrl('e'), backspace], "sv", 2),
        ("node web-1", vec![ctrl('w')], "node ", 5),
        ("node web-1 ", vec![ctrl('w'), ctrl('w')], "", 0),
        ("node web", vec![left, ctrl('u')], "b", 0),
        ("node web", vec![ctrl('a'), press(KeyCode::Right), ctrl('k')], "n", 1),
        ("", vec![backspace, ctrl('w'), ctrl('u'), press(KeyCode::Delete)], "", 0),
    ] {
        assert_eq!(after(text, &keys), (left_over.to_owned(), column), "{text}");
    }
}

#[test]
fn graphemes_are_edited_whole_and_measured_wide() {
    let backspace = press(KeyCode::Backspace);
    assert_eq!(after("日本", &[]), ("日本".to_owned(), 4));
    assert_eq!(after("日本", &[backspace]), ("日".to_owned(), 2));
    assert_eq!(after("ae\u{301}", &[backspace]), ("a".to_owned(), 1));
}

#[test]
fn pasted_lines_become_one() {
    let mut prompt = typed("a");
    prompt.paste("b\r\nc\u{1b}[31m");
    assert_eq!(prompt.text(), "ab  c [31m");
    prompt.paste(&"x".repeat(9999));
    assert!(prompt.text().len() <= 4096);
}

#[test]
fn enter_accepts_and_esc_cancels() {
    let mut prompt = typed("svc");
    assert_eq!(prompt.key(press(KeyCode::Enter)), PromptOutcome::Accepted("svc".to_owned()));
    assert_eq!(prompt.text(), "");
    assert_eq!(prompt.key(press(KeyCode::Esc)), PromptOutcome::Cancelled);
    assert_eq!(prompt.key(ctrl('c')), PromptOutcome::Cancelled);
}

#[test]
fn the_history_is_walked_while_nothing_is_typed() {
    let mut prompt = Prompt::default();
    for line in ["one", "two", "one", " "] {
        write(&mut prompt, line);
        prompt.key(press(KeyCode::Enter));
    }
    let mut shown = Vec::new();
    for code in [KeyCode::Up, KeyCode::Up, KeyCode::Up, KeyCode::Down, KeyCode::Down] {
        prompt.key(press(code));
        shown.push(prompt.text().to_owned());
    }
    assert_eq!(shown, ["one", "two", "two", "one", ""]);
}

#[test]
fn the_history_keeps_the_newest_twenty() {
    let mut prompt = Prompt::default();
    for number in 0..25 {
        write(&mut prompt, &number.to_string());
        prompt.key(press(KeyCode::Enter));
    }
    for _ in 0..30 {
        prompt.key(press(KeyCode::Up));
    }
    assert_eq!(prompt.text(), "5");
}

#[test]
fn suggestions_are_cycled_and_accepted() {
    let offered = || vec!["services".to_owned(), "service".to_owned(), "my-svc".to_owned()];
    let mut prompt = typed("Serv");
    prompt.suggest(offered());
    assert_eq!(prompt.ghost(), "ices");
    prompt.key(press(KeyCode::Down));
    assert_eq!(prompt.ghost(), "ice");
    prompt.suggest(offered());
    assert_eq!(prompt.ghost(), "ice", "the same suggestions keep the place");
    prompt.key(press(KeyCode::Down));
    assert_eq!(prompt.ghost(), "");
    assert_eq!(prompt.suggestion(), Some("my-svc"));
    prompt.key(press(KeyCode::Up));
    prompt.key(press(KeyCode::Tab));
    assert_eq!(prompt.text(), "service");
}

#[test]
fn right_accepts_only_at_the_end() {
    let mut prompt = typed("ser");
    prompt.suggest(vec!["services".to_owned()]);
    prompt.key(press(KeyCode::Left));
    assert_eq!(prompt.ghost(), "");
    prompt.key(press(KeyCode::Right));
    assert_eq!(prompt.text(), "ser");
    prompt.key(press(KeyCode::Right));
    assert_eq!(prompt.text(), "services");
}

/// Any key, the editing ones often.
fn keys() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        proptest::sample::select(vec![
            'a', 'e', 'é', '\u{301}', '日', '👩', '\u{200d}', ' ', 'u', 'w', 'k', 'd', 'h'
        ])
        .prop_map(KeyCode::Char),
        proptest::sample::select(vec![
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Tab,
            KeyCode::Enter,
            KeyCode::Esc,
        ]),
    ];
    (code, 0..8_u8)
        .prop_map(|(code, bits)| KeyEvent::new(code, KeyModifiers::from_bits_truncate(bits)))
}

proptest! {
    #[test]
    fn no_keys_break_the_line(events in prop::collection::vec(keys(), 0..60), paste in any::<String>()) {
        let mut prompt = Prompt::default();
        prompt.suggest(vec!["services".to_owned(), "日本".to_owned()]);
        for (place, event) in events.into_iter().enumerate() {
            if place == 20 {
                prompt.paste(&paste);
            }
            prompt.key(event);
            let text = prompt.text();
            prop_assert!(!text.contains(char::is_control));
            let borders: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
            prop_assert!(borders.contains(&prompt.line.cursor()));
        }
    }
}
