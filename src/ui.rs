//! The kit that everything on screen is drawn with: looks, texts and widgets.
//!
//! Pure functions over borrowed data. It knows roles and rows, not datacenters.

use ratatui::style::Style;
use ratatui::symbols::border;

use crate::domain::health::Status;
use crate::domain::zone::Zone;
use glyph::{Glyphs, Sign};
use theme::{Role, Theme};

pub mod clipboard;
pub mod glyph;
pub mod text;
pub mod theme;
pub mod widgets;

/// How dcview looks on this terminal.
#[derive(Clone, Debug)]
pub struct Look {
    /// Colours and emphasis.
    pub theme: Theme,
    /// The signs that the terminal can show.
    pub glyphs: Glyphs,
    /// The operator's time zone.
    pub zone: Zone,
}

/// Borders for a terminal without box characters.
const ASCII_BORDER: border::Set = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Look {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A sign of one column.
    pub fn sign(&self, sign: Sign) -> &'static str {
        self.glyphs.sign(sign)
    }

    /// The sign of a state.
    pub fn status(&self, status: Status) -> &'static str {
        self.glyphs.status(status)
    }

    /// The characters of a border.
    pub fn border(&self) -> border::Set<'static> {
        match self.glyphs {
            Glyphs::Unicode => border::PLAIN,
            Glyphs::Ascii => ASCII_BORDER,
        }
    }
}
