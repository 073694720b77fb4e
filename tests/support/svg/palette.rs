//! The terminal's colours, as a picture shows them.

use std::fmt;

/// A colour of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// What a cell without a background shows.
pub const BACKGROUND: Rgb = Rgb(0x11, 0x14, 0x1a);
/// What a cell without a colour is written in.
const FOREGROUND: Rgb = Rgb(0xd4, 0xd8, 0xdf);

/// The sixteen that a terminal names, the bright ones last.
const NAMED: [Rgb; 16] = [
    Rgb(0x1d, 0x21, 0x29),
    Rgb(0xe0, 0x5f, 0x65),
    Rgb(0x78, 0xb8, 0x92),
    Rgb(0xd9, 0xa7, 0x4f),
    Rgb(0x67, 0x91, 0xc9),
    Rgb(0xb3, 0x7f, 0xc0),
    Rgb(0x5d, 0xae, 0xb8),
    Rgb(0xb9, 0xbf, 0xca),
    Rgb(0x5f, 0x68, 0x78),
    Rgb(0xf0, 0x7f, 0x84),
    Rgb(0x97, 0xd5, 0xae),
    Rgb(0xf0, 0xc6, 0x74),
    Rgb(0x8a, 0xb4, 0xec),
    Rgb(0xcf, 0xa0, 0xdb),
    Rgb(0x82, 0xcc, 0xd6),
    Rgb(0xf2, 0xf4, 0xf8),
];

/// How far a dim colour goes towards its background, in percent.
const DIM: u8 = 45;

impl Rgb {
    /// The colour that lies so many percent of the way to `other`.
    #[must_use]
    pub fn towards(self, other: Self, percent: u8) -> Self {
        let mix = |own: u8, other: u8| {
            let (own, other, share) = (u32::from(own), u32::from(other), u32::from(percent));
            u8::try_from((own * (100 - share) + other * share) / 100).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The colours in which a cell is written and painted, after inverse and dim.
pub fn colours(cell: &vt100::Cell) -> (Rgb, Rgb) {
    let mut fore = rgb(cell.fgcolor()).unwrap_or(FOREGROUND);
    let mut back = rgb(cell.bgcolor()).unwrap_or(BACKGROUND);
    if cell.inverse() {
        (fore, back) = (back, fore);
    }
    if cell.dim() {
        fore = fore.towards(back, DIM);
    }
    (fore, back)
}

fn rgb(colour: vt100::Color) -> Option<Rgb> {
    // The cube's six levels, as every terminal of 256 colours has them.
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Rgb(r, g, b) => Some(Rgb(r, g, b)),
        vt100::Color::Idx(named @ 0..16) => Some(NAMED[usize::from(named)]),
        vt100::Color::Idx(cube @ 16..232) => {
            let cube = cube - 16;
            Some(Rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6)))
        }
        vt100::Color::Idx(grey) => {
            let grey = 8 + 10 * (grey - 232);
            Some(Rgb(grey, grey, grey))
        }
    }
}
