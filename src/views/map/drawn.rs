//! Where the nodes and lines of a map are, in cells, and how they are painted.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthChar as _;

use super::{fails, known_of, worst};
use crate::domain::health::Status;
use crate::domain::map::fold::Folded;
use crate::domain::map::graph::Node;
use crate::domain::map::layout::layout;
use crate::domain::map::sparse::implied;
use crate::domain::map::wires::{self, Arrow, Wiring, wire};
use crate::store::Datacenter;
use crate::table::column::Cell;
use crate::ui::glyph::Sign;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::line::{draw_cell, width};
use crate::views::Ctx;
use crate::views::known::{Known, Sure};

/// The widest that a node gets.
const WIDEST: usize = 30;
/// With more edges than this, and so many times more than nodes, those that others imply are not
/// drawn: the whole would be a knot.
const KNOT: usize = 40;
const DENSE: usize = 2;
/// The levels of lines, the one that is painted above the others last.
const USUAL: u8 = 0;
const FAILING: u8 = 1;
const OWN: u8 = 2;

/// A map as it is painted.
#[derive(Default)]
pub(super) struct Drawn {
    /// The nodes with their rows, first cells and texts.
    boxes: Vec<Boxed>,
    wiring: Wiring,
    here: Option<Node>,
    /// The nodes around that one.
    near: Vec<Node>,
    /// Edges that others imply, and that are not drawn.
    pub hidden: usize,
}

struct Boxed {
    node: Node,
    row: usize,
    x: usize,
    column: usize,
    text: Cell,
}

impl Drawn {
    /// Lays out these nodes, which are sorted.
    pub fn of(ctx: &Ctx, picture: &Folded, shown: &[Node], here: Option<Node>) -> Self {
        let net = &picture.net;
        let place = |node: Node| shown.binary_search(&node).ok();
        let links: Vec<(Node, Node)> = net.links().iter().map(|link| link.ends).collect();
        let (mut ends, mut pairs): (Vec<_>, Vec<_>) = links
            .iter()
            .filter_map(|(from, to)| Some(((*from, *to), (place(*from)?, place(*to)?))))
            .unzip();
        let is_failing = |node: Node| {
            let known = net.name(node).and_then(|name| worst(ctx, picture, name));
            fails(known.map(|it| it.worst))
        };
        let all = pairs.len();
        if all > KNOT.max(shown.len() * DENSE) {
            let of = |place: usize| shown.get(place).copied().is_some_and(is_failing);
            let implied = implied(shown.len(), &pairs, |(from, to)| of(from) && of(to));
            let mut is_kept = implied.iter().map(|is_implied| !is_implied);
            pairs.retain(|_| is_kept.next().unwrap_or(true));
            let mut is_kept = implied.iter().map(|is_implied| !is_implied);
            ends.retain(|_| is_kept.next().unwrap_or(true));
        }
        let laid = layout(shown.len(), &pairs);
        let texts: Vec<Cell> = shown.iter().map(|node| text(ctx, picture, *node)).collect();
        let mut widths = vec![0; laid.columns];
        for (text, (column, _)) in texts.iter().zip(&laid.nodes) {
            if let Some(most) = widths.get_mut(*column) {
                *most = width(text).min(WIDEST).max(*most);
            }
        }
        let wiring = wire(&laid, &widths, |edge| match ends.get(edge) {
            Some((from, to)) if Some(*from) == here || Some(*to) == here => OWN,
            Some((from, to)) if is_failing(*from) && is_failing(*to) => FAILING,
            _ => USUAL,
        });
        let boxes = shown.iter().zip(&laid.nodes).zip(texts).map(|((node, place), text)| {
            let (column, row) = *place;
            let x = wiring.columns.get(column).copied().unwrap_or_default();
            Boxed { node: *node, row, x, column, text }
        });
        let near = match here {
            Some(here) => net.graph().around(here, 1, 1),
            None => Vec::new(),
        };
        Self { boxes: boxes.collect(), wiring, here, near, hidden: all - pairs.len() }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.boxes.iter().map(|it| it.row + 1).max().unwrap_or(0)
    }

    /// How many cells it is wide.
    pub fn columns(&self) -> usize {
        self.wiring.width
    }

    /// Row, first cell and width of a node.
    pub fn place(&self, node: Node) -> Option<(usize, usize, usize)> {
        let it = self.boxes.iter().find(|it| it.node == node)?;
        Some((it.row, it.x, width(&it.text).min(WIDEST)))
    }

    /// The next node above or below one in its column.
    pub fn beside(&self, node: Node, by: isize) -> Option<Node> {
        let here = self.boxes.iter().find(|it| it.node == node)?;
        let column = self.boxes.iter().filter(|it| it.column == here.column);
        if by < 0 {
            let above = column.filter(|it| it.row < here.row);
            above.max_by_key(|it| it.row).map(|it| it.node)
        } else {
            let below = column.filter(|it| it.row > here.row);
            below.min_by_key(|it| it.row).map(|it| it.node)
        }
    }

    /// Paints what is seen from this row and cell on.
    pub fn paint(&self, ctx: &Ctx, (top, left): (usize, usize), area: Rect, buf: &mut Buffer) {
        let (height, wide) = (usize::from(area.height), usize::from(area.width));
        let seen = self.wiring.cells.range((top, 0)..(top + height, 0));
        for ((row, x), cell) in seen.filter(|((_, x), _)| (left..left + wide).contains(x)) {
            let at = (area.x + (x - left) as u16, area.y + (row - top) as u16);
            let role = match cell.level {
                OWN => Role::Accent,
                FAILING => Role::Critical,
                _ => Role::Muted,
            };
            if let Some(drawn) = buf.cell_mut(at) {
                drawn.set_symbol(sign(ctx, *cell)).set_style(ctx.look.style(role));
            }
        }
        for it in self.boxes.iter().filter(|it| (top..top + height).contains(&it.row)) {
            let over = if Some(it.node) == self.here {
                ctx.look.style(Role::Selected)
            } else if self.hidden > 0 && self.near.contains(&it.node) {
                // Not all of its edges are drawn.
                ctx.look.style(Role::Accent)
            } else {
                Style::new()
            };
            // Of one that is cut on the left its end is shown.
            let hidden = left.saturating_sub(it.x);
            let text = cut(&it.text, hidden);
            let x = it.x.max(left) - left;
            if x < wide && width(&text) > 0 {
                let at = (area.x + x as u16, area.y + (it.row - top) as u16);
                let room = (wide - x).min(WIDEST) as u16;
                draw_cell(ctx.look, &text, at, room, over, buf);
            }
        }
    }
}

/// What a node looks like: its health, its name, of a group how many pass of how many, and where it
/// is unless that is everywhere.
fn text(ctx: &Ctx, picture: &Folded, node: Node) -> Cell {
    let Some(name) = picture.net.name(node) else { return Cell::default() };
    let members = picture.members(name);
    let dcs: Vec<_> = ctx.store.datacenters().collect();
    let has = |state: &Datacenter| members.iter().any(|name| state.services.contains_key(name));
    let there: Vec<_> = dcs.iter().filter(|(_, state)| has(state)).collect();
    let shown = clean(name.as_str()).into_owned();
    let fold = match picture.group(name) {
        Some(_) => Cell::new(ctx.look.glyphs.sign(Sign::Folded), Role::Accent),
        None => Cell::default(),
    };
    let Some(known) = worst(ctx, picture, name) else {
        return fold.then(format!("? {shown}"), Role::Muted);
    };
    let (sign, role) = known.sign(ctx);
    let mut cell = fold.then(format!("{sign} "), role).then(shown, known.role());
    if picture.group(name).is_some() {
        let well = Known { worst: Status::Passing, sure: Sure::Yes };
        let passing = members.iter().filter(|it| known_of(ctx, it) == Some(well)).count();
        cell = cell.then(format!(" {passing}/{}", members.len()), Role::Muted);
    }
    if there.len() == dcs.len() {
        return cell;
    }
    let names: Vec<_> = there.iter().map(|(dc, _)| clean(dc.as_str()).into_owned()).collect();
    cell.then(format!(" @{}", names.join(",")), Role::Muted)
}

/// A text without its first cells.
fn cut(cell: &Cell, hidden: usize) -> Cell {
    let mut left = hidden;
    let mut out = Cell::default();
    for (text, role) in &cell.runs {
        let rest = text.trim_start_matches(|c: char| {
            let is_hidden = left > 0;
            left = left.saturating_sub(if is_hidden { c.width().unwrap_or(0) } else { 0 });
            is_hidden
        });
        out.runs.push((rest.to_owned().into(), *role));
    }
    out
}

fn sign(ctx: &Ctx, cell: wires::Cell) -> &'static str {
    const LINES: [&str; 16] =
        [" ", "─", "─", "─", "│", "┘", "└", "┴", "│", "┐", "┌", "┬", "│", "┤", "├", "┼"];
    match cell.arrow {
        Some(arrow) => ctx.look.glyphs.arrow(match arrow {
            Arrow::Left => -1,
            Arrow::Both => 0,
            Arrow::Right => 1,
        }),
        None => LINES.get(usize::from(cell.arms)).copied().unwrap_or(" "),
    }
}
