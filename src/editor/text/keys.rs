//! What keys do in the editor.
//!
//! Common ones are named here; the rest (arrows with shift to select, ctrl-arrows by word, home, end,
//! page up and down, ctrl-k, ctrl-w) are the text area's own.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui_textarea::TextArea;

/// Presses a key; true when the text changed.
pub(super) fn press(area: &mut TextArea<'static>, key: KeyEvent) -> bool {
    if key.kind == KeyEventKind::Release {
        return false;
    }
    let has_shift = key.modifiers.contains(KeyModifiers::SHIFT);
    match (key.code, key.modifiers - KeyModifiers::SHIFT) {
        (KeyCode::Char('z' | 'Z'), KeyModifiers::CONTROL) if has_shift => area.redo(),
        (KeyCode::Char('z'), KeyModifiers::CONTROL) => area.undo(),
        (KeyCode::Char('y'), KeyModifiers::CONTROL) => area.redo(),
        (KeyCode::Char('v'), KeyModifiers::CONTROL) => area.paste(),
        (KeyCode::Char('a'), KeyModifiers::CONTROL) => {
            area.select_all();
            false
        }
        (KeyCode::Tab, KeyModifiers::NONE) => area.insert_tab(),
        // Escape leaves the editor, which is its owner's matter.
        (KeyCode::Esc, _) => false,
        _ => area.input(key),
    }
}
