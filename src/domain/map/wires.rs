//! The lines between the nodes of a layout, in cells of a screen.
//!
//! Between two columns of nodes lies a channel. An edge leaves its node to the right, turns on a track
//! of the channel, and arrives from the left; edges of one node share a track, edges to one node its
//! last steps. Invariants: a line of one node never runs along that of another on a track; where two
//! that have nothing to do with each other cross, one passes below the other and no joint is drawn.

use std::collections::BTreeMap;

use super::layout::{Layout, Path, Way};

mod tracks;

/// Directions in which a line leaves a cell.
pub const LEFT: u8 = 1;
/// To the right.
pub const RIGHT: u8 = 2;
/// Up.
pub const UP: u8 = 4;
/// Down.
pub const DOWN: u8 = 8;

/// The way that an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// One that is asked and asks back.
    Both,
}

/// What a cell shows of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Where its lines lead.
    pub arms: u8,
    /// The highest level of the edges that pass.
    pub level: u8,
    /// The way that an arrow points which ends here.
    pub arrow: Option<Arrow>,
    /// Whose line it is, to tell joints from crossings.
    owner: usize,
}

/// A layout with its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wiring {
    /// The first cell of each column of nodes.
    pub columns: Vec<usize>,
    /// The cells with lines, by row and place in it.
    pub cells: BTreeMap<(usize, usize), Cell>,
    /// How many cells a row has.
    pub width: usize,
}

/// Cells between a column and the first track, and between the last one and the next column.
const MARGIN: usize = 1;
/// Cells for the arrow before a column.
const ARROW: usize = 2;

/// Draws the edges of a layout whose columns of nodes are so wide; `level` says how much an edge
/// matters: of edges that share a cell the highest is shown.
pub fn wire(layout: &Layout, widths: &[usize], level: impl Fn(usize) -> u8) -> Wiring {
    let channels: Vec<tracks::Channel> =
        (0..layout.columns).map(|column| tracks::Channel::of(&layout.paths, column)).collect();
    let mut wiring = Wiring::default();
    let mut x = 0;
    for (column, channel) in channels.iter().enumerate() {
        wiring.columns.push(x);
        x += widths.get(column).copied().unwrap_or(0);
        let is_last = column + 1 == layout.columns;
        if !is_last || channel.width() > 0 {
            x += MARGIN + channel.width() + ARROW;
        }
    }
    wiring.width = x;
    let mut pen = Pen { wiring, widths, channels: &channels };
    // What matters most is drawn last, and lies above.
    let mut paths: Vec<&Path> = layout.paths.iter().collect();
    paths.sort_by_key(|path| level(path.edge));
    for path in paths {
        pen.path(path, level(path.edge));
    }
    pen.wiring
}

/// Draws into a wiring.
struct Pen<'a> {
    wiring: Wiring,
    widths: &'a [usize],
    channels: &'a [tracks::Channel],
}

impl Pen<'_> {
    fn path(&mut self, path: &Path, level: u8) {
        if path.way == Way::Beside {
            return self.beside(path, level);
        }
        for (step, pair) in path.lines.windows(2).enumerate() {
            let [from, to] = *pair else { continue };
            let column = path.column + step;
            let owner = column << 32 | from;
            let left = self.right_of(column);
            let right = self.left_of(column + 1);
            // A waypoint's line goes on through the column of nodes.
            if step > 0 {
                self.across(from, self.left_of(column), left, owner, level);
            }
            match self.track(column, from) {
                Some(track) if from != to => {
                    self.across(from, left, track, owner, level);
                    self.along(track, (from, to), owner, level);
                    self.across(to, track, right, owner, level);
                }
                _ => self.across(from, left, right, owner, level),
            }
        }
        let (first, last) = (path.lines.first(), path.lines.last());
        let end = path.column + path.lines.len().saturating_sub(1);
        match path.way {
            Way::Left => self.arrow(first, self.right_of(path.column), Arrow::Left, level),
            _ => self.arrow(last, self.left_of(end).saturating_sub(1), Arrow::Right, level),
        }
    }

    fn beside(&mut self, path: &Path, level: u8) {
        let [from, to] = *path.lines.as_slice() else { return };
        let left = self.right_of(path.column);
        let Some(track) = self.track(path.column, from) else { return };
        let owner = path.column << 32 | from;
        self.across(from, left, track, owner, level);
        self.along(track, (from, to), owner, level);
        self.across(to, left, track, owner, level);
        self.arrow(Some(&to), left, Arrow::Left, level);
    }

    /// The first cell right of a column of nodes.
    fn right_of(&self, column: usize) -> usize {
        let at = self.wiring.columns.get(column).copied().unwrap_or(0);
        at + self.widths.get(column).copied().unwrap_or(0)
    }

    /// The first cell of a column of nodes.
    fn left_of(&self, column: usize) -> usize {
        self.wiring.columns.get(column).copied().unwrap_or(self.wiring.width)
    }

    fn track(&self, column: usize, from: usize) -> Option<usize> {
        let track = self.channels.get(column)?.track(from)?;
        Some(self.right_of(column) + MARGIN + track)
    }

    /// A line along a row, from the cell `left` up to the cell `right`, which it only touches.
    fn across(&mut self, row: usize, left: usize, right: usize, owner: usize, level: u8) {
        for x in left..=right {
            let arms = if x == left { 0 } else { LEFT } | if x == right { 0 } else { RIGHT };
            // The ends lie in nodes' cells or on a track.
            let arms = if x == left && self.is_edge(x) { arms | LEFT } else { arms };
            if x == right && self.is_edge(right) {
                continue;
            }
            self.put(row, x, arms, owner, level);
        }
    }

    /// True for the first cell of a column of nodes, or of what lies right of it.
    fn is_edge(&self, x: usize) -> bool {
        (0..self.wiring.columns.len())
            .any(|column| self.left_of(column) == x || self.right_of(column) == x)
    }

    fn along(&mut self, x: usize, (from, to): (usize, usize), owner: usize, level: u8) {
        let (top, bottom) = (from.min(to), from.max(to));
        for row in top..=bottom {
            let arms = if row == top { 0 } else { UP } | if row == bottom { 0 } else { DOWN };
            self.put(row, x, arms, owner, level);
        }
    }

    fn put(&mut self, row: usize, x: usize, arms: u8, owner: usize, level: u8) {
        let cell = self.wiring.cells.entry((row, x)).or_default();
        let is_other = cell.arms != 0 && cell.owner != owner;
        let is_flat = |arms: u8| arms & (UP | DOWN) == 0;
        let is_upright = |arms: u8| arms & (LEFT | RIGHT) == 0;
        if is_other && is_flat(cell.arms) && is_upright(arms) && arms == UP | DOWN {
            // It passes above what lies there.
            *cell = Cell { arms, level, arrow: None, owner };
        } else if is_other && cell.arms == UP | DOWN && is_flat(arms) && level <= cell.level {
            // It passes below.
        } else if is_other && cell.arms == UP | DOWN && is_flat(arms) && arms == LEFT | RIGHT {
            *cell = Cell { arms, level, arrow: None, owner };
        } else {
            cell.arms |= arms;
            cell.level = cell.level.max(level);
            cell.owner = owner;
        }
    }

    fn arrow(&mut self, row: Option<&usize>, x: usize, arrow: Arrow, level: u8) {
        if let Some(cell) = row.and_then(|row| self.wiring.cells.get_mut(&(*row, x))) {
            let is_both = cell.arrow.is_some_and(|other| other != arrow);
            cell.arrow = Some(if is_both { Arrow::Both } else { arrow });
            cell.level = cell.level.max(level);
        }
    }
}

#[cfg(test)]
mod tests;
