//! How many colours a terminal has, and the nearest it has to one.
//!
//! A terminal that gets a colour beyond its means may show anything; so themes are brought to its
//! depth once, when they are chosen.

use ratatui::style::Color;

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// All of them.
    True,
    /// 256: a cube of 6 x 6 x 6, and greys.
    #[default]
    Indexed,
    /// The 16 of old.
    Sixteen,
}

/// The steps of the colour cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// The sixteen colours as terminals commonly show them.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 92, 92]),
    (Color::LightGreen, [92, 255, 92]),
    (Color::LightYellow, [255, 255, 92]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 92, 255]),
    (Color::LightCyan, [92, 255, 255]),
    (Color::White, [255, 255, 255]),
];

impl Depth {
    /// From the values of `COLORTERM` and `TERM`.
    pub fn of(colorterm: Option<&str>, term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        let is_true = matches!(colorterm, Some("truecolor" | "24bit"))
            || ["kitty", "alacritty", "wezterm", "ghostty", "direct"]
                .iter()
                .any(|name| term.contains(name));
        if is_true {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }

    /// The nearest colour that there is at this depth.
    pub(super) fn nearest(self, colour: Color) -> Color {
        match (self, colour) {
            (Self::Indexed, Color::Rgb(r, g, b)) => indexed([r, g, b]),
            (Self::Sixteen, Color::Rgb(r, g, b)) => sixteen([r, g, b]),
            (Self::Sixteen, Color::Indexed(index @ 16..)) => sixteen(shown(index)),
            _ => colour,
        }
    }
}

/// The nearest of the 256 that every terminal shows alike.
fn indexed(wanted: [u8; 3]) -> Color {
    let index = (16..=255).min_by_key(|index| distance(wanted, shown(*index)));
    Color::Indexed(index.unwrap_or_default())
}

/// The nearest of the sixteen.
fn sixteen(wanted: [u8; 3]) -> Color {
    let nearest = SIXTEEN.iter().min_by_key(|(_, shown)| distance(wanted, *shown));
    nearest.map_or(Color::Reset, |(colour, _)| *colour)
}

/// What a terminal shows for an index from 16 on.
fn shown(index: u8) -> [u8; 3] {
    if index >= 232 {
        return [8 + (index - 232) * 10; 3];
    }
    let place = usize::from(index.saturating_sub(16));
    [place / 36, place / 6 % 6, place % 6].map(|step| CUBE.get(step).copied().unwrap_or_default())
}

/// How far apart two colours are, squared.
fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.into_iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_read_from_the_environment() {
        for (colorterm, term, depth) in [
            (Some("truecolor"), Some("xterm-256color"), Depth::True),
            (None, Some("xterm-kitty"), Depth::True),
            (None, Some("tmux-256color"), Depth::Indexed),
            (Some(""), Some("linux"), Depth::Sixteen),
            (None, None, Depth::Sixteen),
        ] {
            assert_eq!(Depth::of(colorterm, term), depth, "{term:?}");
        }
    }

    #[test]
    fn colours_go_to_the_nearest_there_is() {
        let red = Color::Rgb(255, 0, 0);
        assert_eq!(Depth::True.nearest(red), red);
        assert_eq!(Depth::Indexed.nearest(red), Color::Indexed(196));
        assert_eq!(Depth::Indexed.nearest(Color::Rgb(120, 120, 120)), Color::Indexed(243));
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(210, 10, 10)), Color::Red);
        assert_eq!(Depth::Sixteen.nearest(Color::Indexed(231)), Color::White);
        assert_eq!(Depth::Sixteen.nearest(Color::Reset), Color::Reset);
    }
}
