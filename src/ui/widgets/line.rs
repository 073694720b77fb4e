//! One line of styled runs, cut at its room.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::table::column::Cell;
use crate::ui::Look;
use crate::ui::text::truncate_end;

/// The width of all runs, in cells of the terminal.
pub fn width(cell: &Cell) -> usize {
    cell.runs.iter().map(|(text, _)| text.width()).sum()
}

/// Draws the runs from `(x, y)` on, in `room` cells; what does not fit ends in an ellipsis.
/// `over` is laid over each run's own style. Gives the cells used.
pub fn draw_cell(
    look: &Look,
    cell: &Cell,
    (x, y): (u16, u16),
    room: u16,
    over: Style,
    buf: &mut Buffer,
) -> u16 {
    let mut used = 0_u16;
    for (text, role) in &cell.runs {
        let left = usize::from(room - used);
        if left == 0 {
            break;
        }
        let style = look.style(*role).patch(over);
        let shown = truncate_end(text, left);
        if area_has(buf, x + used, y) {
            buf.set_stringn(x + used, y, &shown, left, style);
        }
        used += (shown.width() as u16).min(room - used);
    }
    used
}

/// True when the buffer has this cell.
pub fn area_has(buf: &Buffer, x: u16, y: u16) -> bool {
    buf.area.contains(ratatui::layout::Position { x, y })
}
