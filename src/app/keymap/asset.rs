//! What is written from the table of actions: the default keymap file and the README's table.
//!
//! It only makes text; a test compares it with the files. Invariant: the keymap file, read as
//! overrides, changes nothing.

use std::fmt::Write as _;

use super::super::action::{ACTIONS, ActionInfo, Group};

/// What stands above the entries of the default keymap file.
const HEAD: &str = "\
# Every action of dcview with its default keys. Copy lines under [keys] in config.toml and change
# them; an action named there has exactly the keys given there, and [] takes all its keys away. Keys are written 'x', 'shift-x', 'ctrl-x', 'alt-x', 'f5', 'up', 'pgdn', 'home',
# 'tab', 'backtab', 'enter', 'space'. Esc cannot be made to leave.
";

/// The text of `assets/keymap.toml`.
pub fn toml() -> String {
    let mut text = HEAD.to_owned();
    for group in Group::ALL {
        let _ = write!(text, "\n# {}\n", group.title());
        for info in entries(group) {
            let keys: Vec<String> = info.keys.iter().map(|key| quoted(key)).collect();
            let line = format!("{} = [{}]", info.name, keys.join(", "));
            let _ = writeln!(text, "{line:<38} # {}", info.doc);
        }
    }
    text
}

/// The README's table of keys, in Markdown.
pub fn markdown() -> String {
    let mut text = String::from("| keys | action | |\n| --- | --- | --- |\n");
    for info in Group::ALL.into_iter().flat_map(entries).filter(|info| !info.keys.is_empty()) {
        let keys: Vec<String> = info.keys.iter().map(|key| format!("`{key}`")).collect();
        let _ = writeln!(text, "| {} | `{}` | {} |", keys.join(" "), info.name, info.doc);
    }
    text
}

/// The entries under one heading.
fn entries(group: Group) -> impl Iterator<Item = &'static ActionInfo> {
    ACTIONS.iter().filter(move |info| info.group == group)
}

/// A TOML string of a key; keys hold no control characters.
fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Keymap;
    use super::*;

    #[test]
    fn the_default_file_changes_nothing() {
        let overrides: BTreeMap<String, Vec<String>> = ::toml::from_str(&toml()).unwrap();
        assert_eq!(overrides.len(), ACTIONS.len());
        let read = Keymap::with_overrides(&overrides).unwrap();
        let default = Keymap::default();
        for info in ACTIONS {
            assert_eq!(read.keys(info.action), default.keys(info.action), "{}", info.name);
        }
    }

    #[test]
    fn the_readme_names_every_action_that_has_a_key() {
        let table = markdown();
        for info in ACTIONS.iter().filter(|info| !info.keys.is_empty()) {
            assert!(table.contains(info.name), "{}", info.name);
        }
    }
}
