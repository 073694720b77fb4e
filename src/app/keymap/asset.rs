//! What is generated from the table.
/// The text of `assets/keymap.toml`.
pub fn toml() -> String { todo!() }
/// The README's table of keys.
pub fn markdown() -> String { todo!() }
