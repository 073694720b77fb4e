//! What each role on screen looks like.
use ratatui::style::Style;
/// A role on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Text,
    Muted,
    Title,
    Border,
    FocusBorder,
    Header,
    Selected,
    Marked,
    Passing,
    Maintenance,
    Warning,
    Critical,
    Unknown,
    Stale,
    Denied,
    Live,
    Accent,
    Match,
    Prompt,
    Ghost,
    Key,
    Info,
    Warn,
    Error,
    Sorted,
    Changed,
    Tab,
    ActiveTab,
    Strip,
}
/// Colours and emphasis of every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {}
/// Why a theme cannot be used; one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeError(String);
/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    True,
    Indexed,
    Sixteen,
}
impl Theme {
    /// `dark`, `light`, `mono`.
    pub const BUILT_IN: [&'static str; 3] = ["dark", "light", "mono"];
    pub fn built_in(_name: &str) -> Option<Self> {
        todo!()
    }
    pub fn parse(_name: &str, _text: &str) -> Result<Self, ThemeError> {
        todo!()
    }
    pub fn name(&self) -> &str {
        todo!()
    }
    pub fn style(&self, _role: Role) -> Style {
        todo!()
    }
    pub fn status(&self, _status: crate::domain::health::Status) -> Style {
        todo!()
    }
    /// The same with the nearest colours that such a terminal has.
    #[must_use]
    pub fn for_depth(self, _depth: Depth) -> Self {
        todo!()
    }
}
/// True when the value of `NO_COLOR` asks for no colour.
pub fn wants_no_colour(_no_color: Option<&str>) -> bool {
    todo!()
}
