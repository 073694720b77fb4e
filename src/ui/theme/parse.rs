//! Reads the text of a theme.
//!
//! Invariant: a misspelt word never passes in silence; the error names it, and its line or the
//! nearest right word.

use std::collections::{BTreeMap, HashMap};

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::role::ROLES;
use super::{Role, Theme, ThemeError};
use crate::app::nearest::nearest;

/// A theme file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    base: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    #[serde(default)]
    roles: BTreeMap<String, Look>,
}

/// What a file says about a role.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the file format")]
struct Look {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
    reversed: bool,
}

/// A theme file with its words understood.
pub(super) struct Sheet {
    /// The theme that it is based on.
    pub(super) base: Option<String>,
    styles: HashMap<Role, Style>,
}

impl Sheet {
    /// The style of a role: its own, that of its nearest kin named here, or the one given.
    pub(super) fn style(&self, role: Role, otherwise: Style) -> Style {
        let mut kin = Some(role);
        while let Some(role) = kin {
            if let Some(style) = self.styles.get(&role) {
                return *style;
            }
            kin = role.kin();
        }
        otherwise
    }
}

/// Reads a theme file.
pub(super) fn sheet(text: &str) -> Result<Sheet, ThemeError> {
    let file: File = toml::from_str(text).map_err(|error| located(text, &error))?;
    let mut styles = HashMap::new();
    for (name, look) in &file.roles {
        let role = Role::named(name).ok_or_else(|| unknown_role(name))?;
        styles.insert(role, style(name, look, &file.palette)?);
    }
    Ok(Sheet { base: file.base, styles })
}

/// The style that a file gives to a role.
fn style(role: &str, look: &Look, palette: &BTreeMap<String, String>) -> Result<Style, ThemeError> {
    let colour = |name: &Option<String>| match name {
        None => Ok(None),
        Some(name) => {
            let value = palette.get(name).unwrap_or(name);
            value.parse::<Color>().map(Some).map_err(|_| {
                ThemeError(format!(
                    "'{value}' of role '{role}' is no colour; use '#rrggbb', 0 to 255, a name such \
                     as 'green' or 'light-blue', or a word of [palette]"
                ))
            })
        }
    };
    let modifiers = [
        (look.bold, Modifier::BOLD),
        (look.dim, Modifier::DIM),
        (look.italic, Modifier::ITALIC),
        (look.underlined, Modifier::UNDERLINED),
        (look.reversed, Modifier::REVERSED),
    ];
    let modifiers = modifiers.into_iter().filter(|(is_set, _)| *is_set);
    let mut style = Style::new().add_modifier(modifiers.map(|(_, modifier)| modifier).collect());
    style.fg = colour(&look.fg)?;
    style.bg = colour(&look.bg)?;
    Ok(style)
}

/// The error of a text that is not what a theme should be, with its line.
fn located(text: &str, error: &toml::de::Error) -> ThemeError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let message = error.message().lines().next().unwrap_or_default();
    match before {
        Some(before) => ThemeError(format!("line {}: {message}", before.matches('\n').count() + 1)),
        None => ThemeError(message.to_owned()),
    }
}

/// The error of a role that there is not.
fn unknown_role(name: &str) -> ThemeError {
    let hint = nearest(name, ROLES.iter().map(|(_, known, _)| *known));
    let hint = hint.map(|known| format!("; did you mean '{known}'?")).unwrap_or_default();
    ThemeError(format!("there is no role '{name}'{hint}"))
}

/// The error of a base that there is not.
pub(super) fn unknown_base(name: &str) -> ThemeError {
    ThemeError(format!("there is no theme '{name}'; base can be {}", Theme::BUILT_IN.join(", ")))
}
