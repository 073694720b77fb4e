//! A one-line editor as a pure state machine.
use crossterm::event::KeyEvent;
/// What a key led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptOutcome { Editing, Accepted(String), Cancelled }
/// One line being typed.
#[derive(Clone, Debug, Default)]
pub struct Prompt {}
impl Prompt {
    /// Starts over with this text, the cursor behind it; the history stays.
    pub fn open(&mut self, _text: &str) { todo!() }
    /// What is typed.
    pub fn text(&self) -> &str { todo!() }
    /// Display columns before the cursor.
    pub fn cursor_column(&self) -> usize { todo!() }
    /// What accepting the suggestion would add; empty when it adds nothing at the end.
    pub fn ghost(&self) -> &str { todo!() }
    /// The suggested whole line.
    pub fn suggestion(&self) -> Option<&str> { todo!() }
    /// Candidates for the text as it is now, best first (from `command::complete`).
    pub fn suggest(&mut self, _lines: Vec<String>) { todo!() }
    pub fn key(&mut self, _event: KeyEvent) -> PromptOutcome { todo!() }
    pub fn paste(&mut self, _text: &str) { todo!() }
}
