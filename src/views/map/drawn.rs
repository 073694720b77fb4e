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
use crate::views::known::{Known, Sure, Unseen};

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
    sparse: Sparse,
}

/// Which edges others imply; it stays while the edges do and what fails.
#[derive(Default)]
struct Sparse {
    pairs: Vec<(usize, usize)>,
    failing: Vec<bool>,
    implied: Vec<bool>,
}

struct Boxed {
    node: Node,
    row: usize,
    x: usize,
    column: usize,
    text: Cell,
}

impl Drawn {
    /// Lays out these nodes, which are sorted. `before` is what was drawn before.
    pub fn of(
        ctx: &Ctx,
        (unseen, picture): (&Unseen, &Folded),
        shown: &[Node],
        here: Option<Node>,
        before: Self,
    ) -> Self {
        let net = &picture.net;
        let place = |node: Node| shown.binary_search(&node).ok();
        let links: Vec<(Node, Node)> = net.links().iter().map(|link| link.ends).collect();
        let pairs: Vec<(usize, usize)> =
            links.iter().filter_map(|(from, to)| Some((place(*from)?, place(*to)?))).collect();
        let known_of = |node: &Node| worst(ctx, unseen, picture, net.name(*node)?);
        let known: Vec<Option<Known>> = shown.iter().map(known_of).collect();
        let failing: Vec<bool> = known.iter().map(|it| fails(*it)).collect();
        let sparse = before.sparse.of(pairs, failing);
        let is_failing = |place: usize| sparse.failing.get(place).copied().unwrap_or_default();
        let kept = sparse.kept();
        let laid = layout(shown.len(), &kept);
        let texts = shown.iter().zip(&known);
        let texts: Vec<Cell> =
            texts.map(|(node, known)| text(ctx, (unseen, picture), *node, *known)).collect();
        let mut widths = vec![0; laid.columns];
        for (text, (column, _)) in texts.iter().zip(&laid.nodes) {
            if let Some(most) = widths.get_mut(*column) {
                *most = width(text).min(WIDEST).max(*most);
            }
        }
        let here_at = here.and_then(place);
        let wiring = wire(&laid, &widths, |edge| match kept.get(edge) {
            Some((from, to)) if Some(*from) == here_at || Some(*to) == here_at => OWN,
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
        let hidden = sparse.pairs.len() - kept.len();
        Self { boxes: boxes.collect(), wiring, here, near, hidden, sparse }
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

impl Drawn {
    /// Marks the border where lines or nodes go on behind it: at each row, and in its corners.
    pub fn paint_more(&self, ctx: &Ctx, (top, left): (usize, usize), area: Rect, buf: &mut Buffer) {
        let (height, wide) = (usize::from(area.height), usize::from(area.width));
        let (bottom, right) = (top + height, left + wide);
        let mut mark = |x: u16, y: u16, sign: &str| {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.set_symbol(sign).set_style(ctx.look.style(Role::Accent));
            }
        };
        let (to_left, to_right) = (ctx.look.glyphs.arrow(-1), ctx.look.glyphs.arrow(1));
        for (y, row) in (area.top()..area.bottom()).zip(top..) {
            let has_line = |from: usize, to: usize| {
                from < to && self.wiring.cells.range((row, from)..(row, to)).next().is_some()
            };
            let boxes = || self.boxes.iter().filter(|it| it.row == row);
            if has_line(0, left) || boxes().any(|it| it.x < left) {
                mark(area.x.saturating_sub(1), y, to_left);
            }
            let end = |it: &Boxed| it.x + width(&it.text).min(WIDEST);
            if has_line(right, usize::MAX) || boxes().any(|it| end(it) > right) {
                mark(area.right(), y, to_right);
            }
        }
        // The title does not come so far.
        let x = area.right().saturating_sub(1);
        if top > 0 {
            mark(x, area.y.saturating_sub(1), ctx.look.sign(Sign::Ascending));
        }
        if self.rows() > bottom {
            mark(x, area.bottom(), ctx.look.sign(Sign::Descending));
        }
    }
}

impl Sparse {
    /// That of these edges between nodes of which these fail: as it is, if they are the same.
    fn of(self, pairs: Vec<(usize, usize)>, failing: Vec<bool>) -> Self {
        if (&self.pairs, &self.failing) == (&pairs, &failing) {
            return self;
        }
        let is_dense = pairs.len() > KNOT.max(failing.len() * DENSE);
        let of = |place: usize| failing.get(place).copied().unwrap_or_default();
        let implied = if is_dense {
            implied(failing.len(), &pairs, |(from, to)| of(from) && of(to))
        } else {
            Vec::new()
        };
        Self { pairs, failing, implied }
    }

    /// The edges that are drawn.
    fn kept(&self) -> Vec<(usize, usize)> {
        let is_implied = self.implied.iter().copied().chain(std::iter::repeat(false));
        let kept = self.pairs.iter().zip(is_implied).filter(|(_, is_implied)| !is_implied);
        kept.map(|(pair, _)| *pair).collect()
    }
}

/// What a node looks like: its health, its name, of a group how many pass of how many, and where it
/// is unless that is everywhere.
fn text(
    ctx: &Ctx,
    (unseen, picture): (&Unseen, &Folded),
    node: Node,
    known: Option<Known>,
) -> Cell {
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
    let Some(known) = known else {
        return fold.then(format!("? {shown}"), Role::Muted);
    };
    let (sign, role) = known.sign(ctx);
    let mut cell = fold.then(format!("{sign} "), role).then(shown, known.role());
    if picture.group(name).is_some() {
        let each = members.iter().filter_map(|it| known_of(ctx, unseen, it));
        let passing: Vec<_> = each.filter(|it| it.worst == Status::Passing).collect();
        // What is not confirmed passes as far as is known.
        let doubt = if passing.iter().all(|it| it.sure == Sure::Yes) { "" } else { "?" };
        cell = cell.then(format!(" {}{doubt}/{}", passing.len(), members.len()), Role::Muted);
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
