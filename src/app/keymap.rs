//! Which key means which action.

mod asset;
mod key;

pub use asset::{markdown, toml};
pub use key::{BadKey, Key};

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;

use super::action::Action;

/// Why an override of the keymap cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such action.
    UnknownAction { name: String, nearest: Option<&'static str> },
    /// The key cannot be read.
    BadKey { action: &'static str, error: BadKey },
    /// Two overrides want one key.
    Clash { key: Key, first: &'static str, second: &'static str },
    /// Esc must never leave: a split escape sequence looks like it.
    EscapeQuits { action: &'static str },
}

/// Which key means which action.
#[derive(Clone, Debug)]
pub struct Keymap {}

impl Keymap {
    /// The defaults of the table with the user's `action -> keys` laid over them. An override replaces all default keys of its action, and takes its keys from defaults of others.
    pub fn with_overrides(_overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<Problem>> { todo!() }
    /// What this key press means; `None` for unbound keys and for key releases.
    pub fn resolve(&self, _event: KeyEvent) -> Option<Action> { todo!() }
    /// Keys of an action, the one to show first.
    pub fn keys(&self, _action: Action) -> &[Key] { todo!() }
    /// The key to show in a hint; empty when it has none.
    pub fn hint(&self, _action: Action) -> String { todo!() }
    /// All its keys for help: `pgup ctrl-b`; empty when it has none.
    pub fn keys_of(&self, _action: Action) -> String { todo!() }
}
impl Default for Keymap { fn default() -> Self { todo!() } }
