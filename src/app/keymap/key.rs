//! One key with its modifiers, as text and as a terminal's event.
//!
//! Terminals write the same key in several ways; a [`Key`] holds one of them, so that two keys are
//! equal exactly when an operator presses the same thing. Invariant: a key's text, read again,
//! gives the key.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::nearest::nearest;

/// Names of keys that are not a character; the first of a key is the one that is shown.
const NAMES: &[(&str, KeyCode)] = &[
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("ins", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pageup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("pagedown", KeyCode::PageDown),
];

/// Modifiers by their prefix, in the order they are shown.
const MODIFIERS: &[(&str, KeyModifiers)] = &[
    ("ctrl-", KeyModifiers::CONTROL),
    ("alt-", KeyModifiers::ALT),
    ("shift-", KeyModifiers::SHIFT),
];

/// The highest function key that a name may give.
const LAST_FUNCTION_KEY: u8 = 24;

/// One key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no key; {}", hint(nearest.as_deref()))]
pub struct BadKey {
    /// The text.
    pub text: String,
    /// The key that was likely meant.
    pub nearest: Option<String>,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || String::from("write it like 'x', 'shift-x', 'ctrl-x', 'f5', 'pgdn' or 'space'"),
        |key| format!("did you mean '{key}'?"),
    )
}

impl Key {
    /// The key of an event, however the terminal wrote it.
    pub fn of(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }

    /// True for Esc alone.
    pub(super) fn is_escape(self) -> bool {
        self == Self { code: KeyCode::Esc, modifiers: KeyModifiers::NONE }
    }

    /// Brings what means the same key to one form.
    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let mut modifiers = modifiers & known;
        let code = match code {
            KeyCode::Char(c) => character(c, &mut modifiers),
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            // What crossterm calls the byte 0 where it does not call it ctrl-space.
            KeyCode::Null => {
                modifiers |= KeyModifiers::CONTROL;
                KeyCode::Char(' ')
            }
            other => other,
        };
        if code == KeyCode::BackTab {
            modifiers -= KeyModifiers::SHIFT;
        }
        Self { code, modifiers }
    }
}

/// The code of a character; shift goes into its case, and what ctrl makes of it follows terminals.
fn character(c: char, modifiers: &mut KeyModifiers) -> KeyCode {
    let has_shift = modifiers.contains(KeyModifiers::SHIFT);
    *modifiers -= KeyModifiers::SHIFT;
    if !modifiers.contains(KeyModifiers::CONTROL) {
        let c = if has_shift { sole(c.to_uppercase()).unwrap_or(c) } else { c };
        return KeyCode::Char(c);
    }
    // Terminals send one byte for each of these pairs, and crossterm reports the digit.
    let c = match sole(c.to_lowercase()).unwrap_or(c) {
        '@' | '2' => ' ',
        '4' => '\\',
        '5' => ']',
        '6' => '^',
        '7' | '/' => '_',
        'i' => return without_control(KeyCode::Tab, modifiers),
        'm' => return without_control(KeyCode::Enter, modifiers),
        '[' | '3' => return without_control(KeyCode::Esc, modifiers),
        other => other,
    };
    KeyCode::Char(c)
}

/// A key that a terminal cannot tell from this one with ctrl.
fn without_control(code: KeyCode, modifiers: &mut KeyModifiers) -> KeyCode {
    *modifiers -= KeyModifiers::CONTROL;
    code
}

/// The only character; `None` when changing the case made several of it (`ß`).
fn sole(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text.trim();
        while let Some((after, modifier)) = modifier(rest) {
            modifiers |= modifier;
            rest = after;
        }
        let code =
            code(rest).ok_or_else(|| BadKey { text: text.to_owned(), nearest: near(text) })?;
        Ok(Self::new(code, modifiers))
    }
}

/// The key that a text which names none was likely meant to be: each part of it mended by itself.
fn near(text: &str) -> Option<String> {
    let mut parts: Vec<&str> = text.trim().split('-').collect();
    let name = parts.pop()?;
    let name = match code(name) {
        Some(_) => name,
        None => nearest(name, NAMES.iter().map(|(name, _)| *name))?,
    };
    let known = MODIFIERS.iter().map(|(prefix, _)| prefix.trim_end_matches('-'));
    let modifiers: Option<Vec<&str>> =
        parts.into_iter().map(|part| nearest(part, known.clone())).collect();
    Some([modifiers?, vec![name]].concat().join("-"))
}

/// The modifier that a text begins with, and the rest of it.
fn modifier(text: &str) -> Option<(&str, KeyModifiers)> {
    MODIFIERS.iter().find_map(|(prefix, modifier)| {
        let head = text.get(..prefix.len())?;
        let rest = text.get(prefix.len()..)?;
        (head.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some((rest, *modifier))
    })
}

/// The code that a name or a single character stands for.
fn code(name: &str) -> Option<KeyCode> {
    if let Some(c) = sole(name.chars()) {
        return (!c.is_control() && !c.is_whitespace()).then_some(KeyCode::Char(c));
    }
    let lower = name.to_ascii_lowercase();
    if let Some(number) = lower.strip_prefix('f').and_then(|digits| digits.parse().ok()) {
        return (1..=LAST_FUNCTION_KEY).contains(&number).then_some(KeyCode::F(number));
    }
    NAMES.iter().find(|(known, _)| *known == lower).map(|(_, code)| *code)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (prefix, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                f.write_str(prefix)?;
            }
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) if c.is_ascii_uppercase() => {
                write!(f, "shift-{}", c.to_ascii_lowercase())
            }
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "f{number}"),
            // Keys that no keymap can name, such as caps lock.
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Key {
        Key::of(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn two_ways_to_write_a_key_are_one_key() {
        for (one, other) in [
            ("shift-g", "G"),
            ("shift-tab", "backtab"),
            ("PgDn", "pagedown"),
            ("ctrl-I", "tab"),
            ("ctrl-4", "ctrl-\\"),
            ("Ctrl-X", "ctrl-x"),
            ("alt-shift-a", "alt-A"),
            ("escape", "esc"),
        ] {
            assert_eq!(key(one), key(other), "{one}");
        }
    }

    #[test]
    fn what_terminals_send_is_what_keymaps_say() {
        let ctrl = KeyModifiers::CONTROL;
        let shift = KeyModifiers::SHIFT;
        for (code, modifiers, text) in [
            (KeyCode::Char('G'), shift, "shift-g"),
            (KeyCode::Char('?'), shift, "?"),
            (KeyCode::BackTab, shift, "backtab"),
            (KeyCode::Char('4'), ctrl, "ctrl-\\"),
            (KeyCode::Char(' '), ctrl, "ctrl-space"),
            (KeyCode::Null, KeyModifiers::NONE, "ctrl-space"),
            (KeyCode::Up, shift, "shift-up"),
        ] {
            assert_eq!(pressed(code, modifiers), key(text), "{text}");
            assert_eq!(pressed(code, modifiers).to_string(), text);
        }
    }

    #[test]
    fn a_hyphen_is_a_key_too() {
        assert_eq!(key("-"), pressed(KeyCode::Char('-'), KeyModifiers::NONE));
        assert_eq!(key("ctrl--").to_string(), "ctrl--");
    }

    #[test]
    fn text_that_names_no_key_is_refused() {
        for text in ["", " ", "ctrl-", "shift-", "f0", "f25", "hyper-x", "pgd", "xx"] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_key_is_told_the_nearest_one() {
        for (slip, right) in [
            ("ctlr-x", "ctrl-x"),
            ("ctrl-sift-Up", "ctrl-shift-Up"),
            ("pgd", "pgdn"),
            ("spcae", "space"),
        ] {
            let told = slip.parse::<Key>().unwrap_err().to_string();
            assert_eq!(told, format!("'{slip}' is no key; did you mean '{right}'?"));
        }
        for far in ["hyper-x", "ctrl-", "f25"] {
            let told = far.parse::<Key>().unwrap_err().to_string();
            assert!(told.contains("write it like"), "{told}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_suggested_is_a_key(text in "[a-z-]{0,10}") {
            if let Err(BadKey { nearest: Some(nearest), .. }) = text.parse::<Key>() {
                prop_assert!(nearest.parse::<Key>().is_ok(), "{}", nearest);
            }
        }

        #[test]
        fn the_text_of_a_key_gives_the_key_again(
            code in prop_oneof![
                any::<char>().prop_filter("a visible character", |c| !c.is_control() && !c.is_whitespace())
                    .prop_map(KeyCode::Char),
                (1..=24_u8).prop_map(KeyCode::F),
                proptest::sample::select(NAMES).prop_map(|(_, code)| code),
            ],
            bits in 0..8_u8,
        ) {
            let modifiers = KeyModifiers::from_bits_truncate(bits);
            let key = pressed(code, modifiers);
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }
    }
}
