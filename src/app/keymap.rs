//! Which key means which action: the defaults of the table, and the user's overrides.
//!
//! It reads no file; what a key does is not its matter either. Invariant: in one view a key means at
//! most one action, and Esc never leaves the program.

mod asset;
mod key;
mod problem;

use std::collections::{BTreeMap, HashMap};

use crossterm::event::{KeyEvent, KeyEventKind};

use super::action::{ACTIONS, Action, When};
use super::nearest::nearest;

pub use asset::{markdown, toml};
pub use key::{BadKey, Key};
pub use problem::{Misfit, Problem};

/// Which key means which action.
#[derive(Clone, Debug)]
pub struct Keymap {
    actions: HashMap<Key, Vec<Action>>,
    keys: BTreeMap<Action, Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::from_keys(defaults())
    }
}

impl Keymap {
    /// The defaults with the user's `action -> keys` laid over them.
    ///
    /// An override replaces all default keys of its action. A key that it takes from the defaults
    /// of another action is gone there, so that a new default never breaks an old keymap.
    ///
    /// # Errors
    /// Every problem found, and where: an unknown action, a text that is no key, one key in two
    /// overrides, Esc on an action that leaves.
    pub fn with_overrides(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<Misfit>> {
        let mut problems = Vec::new();
        let mut refuse = |action: &str, key: Option<&str>, problem| {
            let (action, key) = (action.to_owned(), key.map(str::to_owned));
            problems.push(Misfit { action, key, problem });
        };
        let mut taken: HashMap<Key, Vec<Action>> = HashMap::new();
        let mut chosen: BTreeMap<Action, Vec<Key>> = BTreeMap::new();
        for (name, texts) in overrides {
            let Some(action) = Action::named(name) else {
                refuse(name, None, unknown(name));
                continue;
            };
            let keys = chosen.entry(action).or_default();
            for text in texts {
                match read(text, action, &mut taken) {
                    Ok(key) if keys.contains(&key) => {}
                    Ok(key) => keys.push(key),
                    Err(problem) => refuse(name, Some(text), problem),
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut keys = defaults();
        for (action, rest) in &mut keys {
            let is_lost = |key: &Key| {
                taken.get(key).is_some_and(|others| others.iter().any(|it| meet(*it, *action)))
            };
            rest.retain(|key| !is_lost(key));
        }
        keys.extend(chosen);
        Ok(Self::from_keys(keys))
    }

    /// What this key press means in a view, which may show an earlier moment; `None` for an unbound
    /// key and for the release of a key.
    pub fn resolve(&self, event: KeyEvent, view: &str, is_past: bool) -> Option<Action> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let actions = self.actions.get(&Key::of(event))?;
        let is_of_past =
            |action: &Action| action.info().is_some_and(|info| info.when == When::Past);
        let is_meant = |action: &&Action| action.info().is_none_or(|info| info.is_in(view));
        let mut of_past = actions.iter().filter(|action| is_past && is_of_past(action));
        let mut always = actions.iter().filter(|action| !is_of_past(action));
        of_past.find(is_meant).or_else(|| always.find(is_meant)).copied()
    }

    /// The keys of an action, the one to show first; empty when it has none.
    pub fn keys(&self, action: Action) -> &[Key] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The key to show in a hint; empty when the action has none.
    pub fn hint(&self, action: Action) -> String {
        self.keys(action).first().map(Key::to_string).unwrap_or_default()
    }

    /// All keys of an action for help, `pgup ctrl-b`; empty when it has none.
    pub fn keys_of(&self, action: Action) -> String {
        self.keys(action).iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Both directions from one.
    fn from_keys(keys: BTreeMap<Action, Vec<Key>>) -> Self {
        let mut actions: HashMap<Key, Vec<Action>> = HashMap::new();
        for (action, keys) in &keys {
            for key in keys {
                actions.entry(*key).or_default().push(*action);
            }
        }
        Self { actions, keys }
    }
}

/// The keys of the table. Each can be read and stands once: a test proves it.
fn defaults() -> BTreeMap<Action, Vec<Key>> {
    let keys = |texts: &[&str]| texts.iter().filter_map(|text| text.parse().ok()).collect();
    ACTIONS.iter().map(|info| (info.action, keys(info.keys))).collect()
}

/// Reads one key of an override, and takes it for its action.
fn read(text: &str, action: Action, taken: &mut HashMap<Key, Vec<Action>>) -> Result<Key, Problem> {
    let name = action.name();
    let key: Key = text.parse().map_err(|error| Problem::BadKey { action: name, error })?;
    if key.is_escape() && matches!(action, Action::Quit | Action::ForceQuit) {
        return Err(Problem::EscapeQuits { action: name });
    }
    let takers = taken.entry(key).or_default();
    if let Some(first) = takers.iter().find(|other| **other != action && meet(**other, action)) {
        return Err(Problem::Clash { key, first: first.name(), second: name });
    }
    takers.push(action);
    Ok(key)
}

/// True when both may be meant in one view, so that they cannot share a key.
fn meet(a: Action, b: Action) -> bool {
    a.info().zip(b.info()).is_none_or(|(a, b)| a.meets(b))
}

/// The problem of a name that is no action.
fn unknown(name: &str) -> Problem {
    let nearest = nearest(name, ACTIONS.iter().map(|info| info.name));
    let nearest = ACTIONS.iter().map(|info| info.name).find(|known| Some(*known) == nearest);
    Problem::UnknownAction { name: name.to_owned(), nearest }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn overrides(lines: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        lines.iter().map(|(name, texts)| ((*name).to_owned(), keys(texts))).collect()
    }

    fn press(c: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
    }

    #[test]
    fn every_default_key_can_be_read_and_means_one_action() {
        let keymap = Keymap::default();
        for (key, actions) in &keymap.actions {
            for (n, action) in actions.iter().enumerate() {
                let clash = actions.iter().skip(n + 1).find(|other| meet(*action, **other));
                assert_eq!(clash, None, "{key} is also {action:?}");
            }
        }
        for info in ACTIONS {
            assert_eq!(keymap.keys(info.action).len(), info.keys.len(), "{}", info.name);
            assert_eq!(keymap.keys_of(info.action), info.keys.join(" "));
        }
    }

    #[test]
    fn pieces_of_a_broken_arrow_key_only_move_or_sort() {
        use crate::app::action::Group;
        let keymap = Keymap::default();
        for c in "[OABCD".chars() {
            let info = keymap.resolve(press(c), "", false).and_then(Action::info);
            let group = info.map(|info| info.group);
            assert!(
                matches!(group, None | Some(Group::Navigation | Group::Columns)),
                "{c}: {group:?}"
            );
        }
    }

    #[test]
    fn a_key_of_the_past_means_something_else_only_there() {
        let end = KeyEvent::new(KeyCode::End, KeyModifiers::NONE);
        let keymap = Keymap::default();
        assert_eq!(keymap.resolve(end, "checks", false), Some(Action::Bottom));
        assert_eq!(keymap.resolve(end, "checks", true), Some(Action::Live));
        let moved = overrides(&[("bottom", &["end"]), ("live", &["f9"])]);
        let keymap = Keymap::with_overrides(&moved).unwrap();
        assert_eq!(keymap.resolve(end, "checks", true), Some(Action::Bottom));
    }

    #[test]
    fn a_release_means_nothing() {
        let keymap = Keymap::default();
        let mut event = press('j');
        assert_eq!(keymap.resolve(event, "", false), Some(Action::Down));
        event.kind = KeyEventKind::Repeat;
        assert_eq!(keymap.resolve(event, "", false), Some(Action::Down));
        event.kind = KeyEventKind::Release;
        assert_eq!(keymap.resolve(event, "", false), None);
    }

    #[test]
    fn an_override_replaces_the_defaults_of_its_action() {
        let keymap = Keymap::with_overrides(&overrides(&[("down", &["n"])])).unwrap();
        assert_eq!(keymap.resolve(press('n'), "", false), Some(Action::Down));
        assert_eq!(keymap.resolve(press('j'), "", false), None);
    }

    #[test]
    fn an_override_takes_its_key_from_a_default() {
        let keymap = Keymap::with_overrides(&overrides(&[("copy-row", &["x"])])).unwrap();
        assert_eq!(keymap.resolve(press('x'), "", false), Some(Action::CopyRow));
        assert_eq!(keymap.keys_of(Action::ExpandAll), "");
    }

    #[test]
    fn an_empty_override_takes_all_keys_away() {
        let keymap = Keymap::with_overrides(&overrides(&[("faults-only", &[])])).unwrap();
        assert_eq!(keymap.hint(Action::FaultsOnly), "");
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let lines: [(&str, &[&str]); 5] = [
            ("fautls-only", &["x"]),
            ("copy", &["ctlr-x"]),
            ("down", &["n"]),
            ("up", &["n"]),
            ("quit", &["esc"]),
        ];
        let problems = Keymap::with_overrides(&overrides(&lines)).unwrap_err();
        let told: Vec<String> = problems.iter().map(|it| it.problem.to_string()).collect();
        assert_eq!(told.len(), 4);
        let places: Vec<_> =
            problems.iter().map(|it| (it.action.as_str(), it.key.as_deref())).collect();
        assert_eq!(
            places,
            [
                ("copy", Some("ctlr-x")),
                ("fautls-only", None),
                ("quit", Some("esc")),
                ("up", Some("n"))
            ]
        );
        assert!(told.iter().any(|line| line.contains("did you mean 'faults-only'?")), "{told:?}");
        assert!(told.iter().any(|line| line.contains("'ctlr-x'")), "{told:?}");
        assert!(told.iter().any(|line| line.contains("both 'down' and 'up'")), "{told:?}");
    }
}
