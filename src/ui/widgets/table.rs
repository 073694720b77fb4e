//! A bordered list with headings: only the rows on screen are built.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::line::{draw_cell, width};
use super::pane::{draw_frame, wrap};
use crate::table::column::{Align, Cell, Column, layout};
use crate::table::model::TableModel;
use crate::table::row::{Row, Sort};
use crate::ui::Look;
use crate::ui::glyph::Sign;
use crate::ui::theme::Role;

/// What stands around the rows.
pub struct Head<'a> {
    /// The title in the border.
    pub title: &'a Cell,
    /// What is said when no row is shown, line by line.
    pub empty: &'a [Cell],
    /// The id of the column that the operator picked to sort by.
    pub picked: usize,
    /// False while another list has the cursor.
    pub has_cursor: bool,
}

/// Draws border, title, headings and the rows on screen.
pub fn draw_table<R: Row>(
    look: &Look,
    model: &TableModel<R>,
    columns: Vec<Column<'_, R>>,
    head: &Head,
    area: Rect,
    buf: &mut Buffer,
) {
    let inner = draw_frame(look, head.title, area, buf);
    if inner.is_empty() {
        return;
    }
    let rows: Vec<(usize, &R)> =
        model.window().filter_map(|at| model.row(at).map(|row| (at, row))).collect();
    let widest = |column: &Column<'_, R>| {
        let cells = rows.iter().map(|(_, row)| width(&(column.cell)(row)));
        // Two more than the title, for the arrow of the sorted column.
        cells.chain([column.title.width() + 2]).max().unwrap_or(0) as u16
    };
    let picked = columns.get(head.picked).map(|column| column.id.clone());
    let columns = layout(columns, inner.width.saturating_sub(1), widest);
    let marks = Marks { sort: model.sort(), picked: picked.as_deref() };
    draw_headings(look, &columns, &marks, inner, buf);
    for (line, (at, row)) in rows.iter().enumerate() {
        let y = inner.y + 1 + line as u16;
        if y >= inner.bottom() {
            break;
        }
        let is_selected = head.has_cursor && *at == model.cursor();
        let over = if is_selected { look.style(Role::Selected) } else { Style::new() };
        let line = Rect { y, height: 1, ..inner };
        buf.set_style(line, over);
        let mark = if model.is_marked(row) { "*" } else { " " };
        buf.set_stringn(inner.x, y, mark, 1, look.style(Role::Marked).patch(over));
        draw_row(look, &columns, row, line, over, buf);
    }
    if model.shown() == 0 {
        let room = inner.width.saturating_sub(2);
        // The reason that a list is empty ends in what to do about it: it is never cut.
        let lines = wrap(head.empty, usize::from(room), usize::from(inner.height));
        for (line, cell) in lines.iter().enumerate() {
            let y = inner.y + 2 + line as u16;
            if y < inner.bottom() {
                draw_cell(look, cell, (inner.x + 2.min(inner.width), y), room, Style::new(), buf);
            }
        }
    }
}

/// Which headings are marked.
struct Marks<'a, R> {
    sort: &'a Sort<R>,
    picked: Option<&'a str>,
}

fn draw_headings<R>(
    look: &Look,
    columns: &[(Column<'_, R>, u16)],
    marks: &Marks<R>,
    area: Rect,
    buf: &mut Buffer,
) {
    let mut x = area.x + 1;
    for (column, width) in columns {
        let arrow = match (column.id == marks.sort.column, marks.sort.descending) {
            (true, true) => look.sign(Sign::Descending),
            (true, false) => look.sign(Sign::Ascending),
            _ => "",
        };
        let is_picked = marks.picked == Some(&*column.id);
        let role = if is_picked { Role::Accent } else { Role::Header };
        let cell = Cell::new(column.title.clone(), role).then(arrow, role);
        place(look, &cell, (x, area.y), (*width, column.align, area.right()), Style::new(), buf);
        x = x.saturating_add(width + 1);
    }
}

fn draw_row<R>(
    look: &Look,
    columns: &[(Column<'_, R>, u16)],
    row: &R,
    area: Rect,
    over: Style,
    buf: &mut Buffer,
) {
    let mut x = area.x + 1;
    for (column, width) in columns {
        let cell = (column.cell)(row);
        place(look, &cell, (x, area.y), (*width, column.align, area.right()), over, buf);
        x = x.saturating_add(width + 1);
    }
}

/// Draws a cell in its column, which may stick out of the area at the right.
fn place(
    look: &Look,
    cell: &Cell,
    (x, y): (u16, u16),
    (column, align, right): (u16, Align, u16),
    over: Style,
    buf: &mut Buffer,
) {
    let room = column.min(right.saturating_sub(x));
    let free = usize::from(room).saturating_sub(width(cell)) as u16;
    let x = if align == Align::Right { x + free } else { x };
    draw_cell(look, cell, (x, y), room, over, buf);
}
