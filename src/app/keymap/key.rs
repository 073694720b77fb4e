//! One key with its modifiers, as text and as an event.
/// One key with its modifiers, normalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key { code: crossterm::event::KeyCode, modifiers: crossterm::event::KeyModifiers }
/// Not a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadKey { pub text: String }
impl Key { pub fn of(_event: crossterm::event::KeyEvent) -> Self { todo!() } }
impl std::str::FromStr for Key { type Err = BadKey; fn from_str(_text: &str) -> Result<Self, BadKey> { todo!() } }
impl std::fmt::Display for Key { fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { todo!() } }
