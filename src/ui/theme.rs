//! What each role on screen looks like.
//!
//! Views name roles, never colours. A theme is a TOML text:
//!
//! ```toml
//! base = "dark"            # what it does not say comes from there; 'mono' when left out
//! [palette]
//! leaf = "#73c991"
//! [roles]
//! passing = { fg = "leaf" }
//! selected = { bg = "#2f3b54", bold = true }
//! ```
//! Reading files, and choosing a theme, are others' matters. Invariant: every role has a style, and
//! `mono` has no colour at all.

mod depth;
mod parse;
mod role;

use ratatui::style::Style;

use crate::domain::health::Status;

pub use depth::Depth;
use role::ROLES;
pub use role::Role;

/// The themes that the program carries.
const BUILT_IN: [(&str, &str); 3] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (MONO, include_str!("../../assets/themes/mono.toml")),
];
/// The theme without colours, which every other one is based on in the end.
const MONO: &str = "mono";

/// Colours and emphasis of every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    /// One for each of [`ROLES`], in their order.
    styles: Vec<Style>,
}

/// Why a theme cannot be used, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ThemeError(String);

impl Theme {
    /// The names of the themes that the program carries.
    pub const BUILT_IN: [&'static str; 3] = [BUILT_IN[0].0, BUILT_IN[1].0, BUILT_IN[2].0];

    /// The built-in theme of this name; `None` for another name.
    pub fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        // A test reads all of them; should one be broken all the same, no colours are better
        // than no program.
        Some(Self::parse(name, text).unwrap_or_else(|_| Self::plain(name)))
    }

    /// Reads a theme.
    ///
    /// A role that the text does not name looks like the nearest of its kin that it does name
    /// (`title` like `accent`), else as in the base.
    ///
    /// # Errors
    /// The text is no TOML, or names a field, role, colour or base that there is not.
    pub fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        let sheet = parse::sheet(text)?;
        let base = match sheet.base.as_deref() {
            _ if name == MONO => Self::plain(MONO),
            None => Self::mono(),
            // No built-in theme names a base, so this ends.
            Some(base) => Self::built_in(base).ok_or_else(|| parse::unknown_base(base))?,
        };
        let styles = ROLES.iter().map(|(role, ..)| sheet.style(*role, base.style(*role))).collect();
        Ok(Self { name: name.to_owned(), styles })
    }

    /// The theme without colours.
    pub fn mono() -> Self {
        Self::built_in(MONO).unwrap_or_else(|| Self::plain(MONO))
    }

    /// A theme in which everything looks alike.
    fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), styles: vec![Style::new(); ROLES.len()] }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a role looks like.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// What a state looks like; never shown without its glyph or word.
    pub fn status(&self, status: Status) -> Style {
        self.style(match status {
            Status::Passing => Role::Passing,
            Status::Maintenance => Role::Maintenance,
            Status::Warning => Role::Warning,
            Status::Critical => Role::Critical,
        })
    }

    /// The same with the nearest colours that such a terminal has.
    #[must_use]
    pub fn for_depth(mut self, depth: Depth) -> Self {
        for style in &mut self.styles {
            style.fg = style.fg.map(|colour| depth.nearest(colour));
            style.bg = style.bg.map(|colour| depth.nearest(colour));
        }
        self
    }
}

/// True when the value of `NO_COLOR` asks for no colour: any but an empty one does.
pub fn wants_no_colour(no_color: Option<&str>) -> bool {
    no_color.is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
