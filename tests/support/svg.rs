//! A picture of a terminal's screen, as SVG.
//!
//! Everything sits on a grid of whole pixels: backgrounds and the drawing characters (lines,
//! blocks, braille) are rectangles, one path for each colour, so that no seam shows between cells;
//! text gets the place of each of its characters, so that it stays on the grid in whatever font the
//! reader has. The picture depends on the screen only.

mod palette;
mod shapes;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::palette::{BACKGROUND, Rgb};

/// Width of a cell: what the fonts below advance at [`FONT_SIZE`].
const CELL_W: u32 = 9;
/// Height of a cell.
const CELL_H: u32 = 19;
/// From the top of a cell to the line its letters stand on.
const BASELINE: u32 = 14;
const FONT_SIZE: &str = "14.95";
const FONTS: &str = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace";
/// Blank space around the screen.
const MARGIN: u32 = 10;

/// Draws `screen`, without its cursor.
pub fn render(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let mut picture = Picture::default();
    for row in 0..rows {
        for col in 0..cols {
            if let Some(cell) = screen.cell(row, col) {
                picture.add(cell, row, col);
            }
        }
        picture.end_row();
    }
    picture.write(u32::from(cols) * CELL_W, u32::from(rows) * CELL_H)
}

/// A picture being put together.
#[derive(Default)]
struct Picture {
    /// Path data by colour; the painted backgrounds.
    under: BTreeMap<Rgb, String>,
    /// Path data by colour; the drawing characters.
    over: BTreeMap<Rgb, String>,
    /// Finished `<text>` elements.
    text: String,
    ground: Option<Ground>,
    run: Option<Run>,
}

/// Neighbouring cells of one background.
struct Ground {
    colour: Rgb,
    x: u32,
    y: u32,
    w: u32,
}

/// Neighbouring characters of one look.
struct Run {
    look: Look,
    y: u32,
    xs: String,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    colour: Rgb,
    bold: bool,
    italic: bool,
}

impl Picture {
    fn add(&mut self, cell: &vt100::Cell, row: u16, col: u16) {
        let (x, y) = (u32::from(col) * CELL_W, u32::from(row) * CELL_H);
        let (fore, back) = palette::colours(cell);
        self.paint(back, x, y);
        if cell.underline() {
            let line = shapes::Rect { x: 0, y: BASELINE + 2, w: CELL_W, h: 1 };
            line.write(self.over.entry(fore).or_default(), x, y);
        }
        let shown = cell.contents();
        let Some(first) = shown.chars().next().filter(|&first| first != ' ') else {
            return;
        };
        if let Some(shape) = shapes::of(first) {
            let (colour, rects) = (fore.towards(back, shape.faded), shape.rects);
            let path = self.over.entry(colour).or_default();
            for rect in rects {
                rect.write(path, x, y);
            }
        } else {
            let look = Look { colour: fore, bold: cell.bold(), italic: cell.italic() };
            self.letter(look, shown, x, y);
        }
    }

    fn paint(&mut self, colour: Rgb, x: u32, y: u32) {
        match &mut self.ground {
            Some(ground) if ground.colour == colour && ground.x + ground.w == x => {
                ground.w += CELL_W;
            }
            _ => {
                self.end_ground();
                self.ground = Some(Ground { colour, x, y, w: CELL_W });
            }
        }
    }

    fn letter(&mut self, look: Look, shown: &str, x: u32, y: u32) {
        if self.run.as_ref().is_none_or(|run| run.look != look) {
            self.end_run();
            self.run = Some(Run { look, y, xs: String::new(), text: String::new() });
        }
        let Some(run) = &mut self.run else { return };
        for letter in shown.chars() {
            // A combining mark needs a place of its own in the list: that of its letter.
            let _ = write!(run.xs, "{x} ");
            match letter {
                '&' => run.text.push_str("&amp;"),
                '<' => run.text.push_str("&lt;"),
                other => run.text.push(other),
            }
        }
    }

    fn end_row(&mut self) {
        self.end_run();
        self.end_ground();
    }

    fn end_ground(&mut self) {
        if let Some(Ground { colour, x, y, w }) = self.ground.take()
            && colour != BACKGROUND
        {
            let rect = shapes::Rect { x: 0, y: 0, w, h: CELL_H };
            rect.write(self.under.entry(colour).or_default(), x, y);
        }
    }

    fn end_run(&mut self) {
        if let Some(Run { look, y, xs, text }) = self.run.take() {
            let bold = if look.bold { " font-weight=\"bold\"" } else { "" };
            let italic = if look.italic { " font-style=\"italic\"" } else { "" };
            let (xs, y, colour) = (xs.trim_end(), y + BASELINE, look.colour);
            let head = format!("<text fill=\"{colour}\"{bold}{italic} y=\"{y}\" x=\"{xs}\">");
            let _ = writeln!(self.text, "{head}{text}</text>");
        }
    }

    fn write(&self, w: u32, h: u32) -> String {
        let (full_w, full_h) = (w + 2 * MARGIN, h + 2 * MARGIN);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{full_w}\" height=\"{full_h}\" \
             viewBox=\"0 0 {full_w} {full_h}\">\n\
             <rect width=\"{full_w}\" height=\"{full_h}\" rx=\"6\" fill=\"{BACKGROUND}\"/>\n\
             <g transform=\"translate({MARGIN} {MARGIN})\">\n\
             <g shape-rendering=\"crispEdges\">\n"
        );
        for (colour, path) in self.under.iter().chain(&self.over) {
            let _ = writeln!(svg, "<path fill=\"{colour}\" d=\"{path}\"/>");
        }
        let _ = writeln!(svg, "</g>\n<g font-family=\"{FONTS}\" font-size=\"{FONT_SIZE}\">");
        svg + &self.text + "</g>\n</g>\n</svg>\n"
    }
}
