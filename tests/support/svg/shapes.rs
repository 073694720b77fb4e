//! Characters that draw: lines, blocks and braille, as rectangles within one cell.
//!
//! Fonts leave gaps between such characters; rectangles that end at the cell's edge do not.

use std::fmt::Write as _;

use super::{CELL_H, CELL_W};

/// A character as rectangles.
pub struct Shape {
    pub rects: Vec<Rect>,
    /// How far its colour fades into the background, in percent: the shades.
    pub faded: u8,
}

/// A rectangle in pixels of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
}

/// Left of a light vertical line and top of a light horizontal one.
const MID_X: u32 = CELL_W / 2;
const MID_Y: u32 = CELL_H / 2;

/// Line characters by their arms (up, right, down, left); the weight is the place in the word:
/// light, heavy, double, and light with a rounded corner, which is drawn square to stay crisp.
const LINES: [(&str, [bool; 4]); 15] = [
    ("─━═", [false, true, false, true]),
    ("│┃║", [true, false, true, false]),
    ("┌┏╔╭", [false, true, true, false]),
    ("┐┓╗╮", [false, false, true, true]),
    ("└┗╚╰", [true, true, false, false]),
    ("┘┛╝╯", [true, false, false, true]),
    ("├┣╠", [true, true, true, false]),
    ("┤┫╣", [true, false, true, true]),
    ("┬┳╦", [false, true, true, true]),
    ("┴┻╩", [true, true, false, true]),
    ("┼╋╬", [true, true, true, true]),
    ("╵╹", [true, false, false, false]),
    ("╶╺", [false, true, false, false]),
    ("╷╻", [false, false, true, false]),
    ("╴╸", [false, false, false, true]),
];

/// The strokes of each weight: offset from one pixel before the middle, and thickness.
const STROKES: [&[(u32, u32)]; 4] = [&[(1, 1)], &[(1, 2)], &[(0, 1), (2, 1)], &[(1, 1)]];

/// Quarters of the quadrant characters from U+2596: upper left 1, upper right 2, lower left 4,
/// lower right 8.
const QUADRANTS: [u8; 10] = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14];

/// The shape of a drawing character; `None` for one that a font draws.
pub fn of(character: char) -> Option<Shape> {
    let code = u32::from(character);
    let rects = match code {
        0x2500..=0x257f => lines(character)?,
        0x2591..=0x2593 => {
            let faded = [75, 50, 25][(code - 0x2591) as usize];
            return Some(Shape { rects: vec![part(0, 0, 8, 8)], faded });
        }
        0x2580..=0x259f => blocks(code),
        0x2800..=0x28ff => braille(code - 0x2800),
        _ => return None,
    };
    Some(Shape { rects, faded: 0 })
}

impl Rect {
    /// Adds this rectangle, in a cell whose corner is at `(left, top)`, to path data.
    pub fn write(self, path: &mut String, left: u32, top: u32) {
        let Self { x, y, w, h } = self;
        let _ = write!(path, "M{} {}h{w}v{h}h-{w}z", left + x, top + y);
    }
}

/// The part of the cell between two corners given in eighths of it.
fn part(left: u32, top: u32, right: u32, bottom: u32) -> Rect {
    let across = |eighths: u32| (eighths * CELL_W + 4) / 8;
    let down = |eighths: u32| (eighths * CELL_H + 4) / 8;
    let (x, y) = (across(left), down(top));
    Rect { x, y, w: (across(right) - x).max(1), h: (down(bottom) - y).max(1) }
}

fn blocks(code: u32) -> Vec<Rect> {
    match code {
        0x2580 => vec![part(0, 0, 8, 4)],
        0x2581..=0x2588 => vec![part(0, 8 - (code - 0x2580), 8, 8)],
        0x2589..=0x258f => vec![part(0, 0, 0x2590 - code, 8)],
        0x2590 => vec![part(4, 0, 8, 8)],
        0x2594 => vec![part(0, 0, 8, 1)],
        0x2595 => vec![part(7, 0, 8, 8)],
        _ => {
            let set = QUADRANTS[(code - 0x2596) as usize];
            let quarters = [part(0, 0, 4, 4), part(4, 0, 8, 4), part(0, 4, 4, 8), part(4, 4, 8, 8)];
            let is_set = |(bit, _): &(usize, Rect)| set >> bit & 1 == 1;
            quarters.into_iter().enumerate().filter(is_set).map(|(_, rect)| rect).collect()
        }
    }
}

fn braille(dots: u32) -> Vec<Rect> {
    // Dot n of the pattern is bit n - 1: three down on the left, three on the right, then the last row.
    const PLACES: [(u32, u32); 8] =
        [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let is_set = |(bit, _): &(usize, &(u32, u32))| dots >> bit & 1 == 1;
    let places = PLACES.iter().enumerate().filter(is_set);
    places.map(|(_, (col, row))| Rect { x: 1 + 5 * col, y: 2 + 4 * row, w: 2, h: 2 }).collect()
}

fn lines(character: char) -> Option<Vec<Rect>> {
    let dashes = |count: u32, heavy: u32| {
        (0..count).map(move |n| {
            let (start, end) = (n * CELL_W / count, (n + 1) * CELL_W / count);
            Rect { x: start, y: MID_Y, w: end - start - 1, h: heavy }
        })
    };
    match character {
        '╌' => return Some(dashes(2, 1).collect()),
        '┄' | '┈' => return Some(dashes(3, 1).collect()),
        '┆' | '┊' | '╎' => {
            return Some((0..3).map(|n| Rect { x: MID_X, y: 1 + 6 * n, w: 1, h: 4 }).collect());
        }
        _ => {}
    }
    let found = |(word, arms): &(&str, [bool; 4])| {
        word.chars().position(|line| line == character).map(|weight| (weight, *arms))
    };
    let (weight, arms) = LINES.iter().find_map(found)?;
    let drawn = arms.into_iter().zip([arm_up, arm_right, arm_down, arm_left]);
    let drawn = drawn.filter(|(there, _)| *there);
    Some(drawn.flat_map(|(_, arm)| STROKES[weight].iter().map(move |&s| arm(s))).collect())
}

fn arm_up((offset, thick): (u32, u32)) -> Rect {
    Rect { x: MID_X + offset - 1, y: 0, w: thick, h: MID_Y + thick }
}

fn arm_down((offset, thick): (u32, u32)) -> Rect {
    Rect { x: MID_X + offset - 1, y: MID_Y, w: thick, h: CELL_H - MID_Y }
}

fn arm_left((offset, thick): (u32, u32)) -> Rect {
    Rect { x: 0, y: MID_Y + offset - 1, w: MID_X + thick, h: thick }
}

fn arm_right((offset, thick): (u32, u32)) -> Rect {
    Rect { x: MID_X, y: MID_Y + offset - 1, w: CELL_W - MID_X, h: thick }
}
