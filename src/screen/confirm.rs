//! The question before a change: what would be done, why more care is asked for, and how to answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::plan::draw_ops;
use crate::app::App;
use crate::app::confirm::Confirm;
use crate::table::column::Cell;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::{draw_frame, wrap};

/// Draws the question.
pub fn draw(app: &App, confirm: &Confirm, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    let reasons =
        confirm.reasons.iter().map(|why| Cell::new(clean(why).into_owned(), Role::Warning));
    if let Some(review) = &confirm.review {
        let lines: Vec<Cell> = confirm.lines.iter().cloned().chain(reasons).collect();
        return draw_ops(look, &confirm.title, &lines, review, area, buf);
    }
    let title = Cell::new(format!(" {} ", clean(&confirm.title)), Role::Title);
    let inner = draw_frame(look, &title, area, buf);
    let room = usize::from(inner.height);
    let mut lines = wrap(&reasons.collect::<Vec<_>>(), usize::from(inner.width), room);
    let left = room.saturating_sub(lines.len() + 1);
    let below = extend(&mut lines, confirm, usize::from(inner.width), left);
    if below > 0 {
        lines.push(Cell::new(format!(".. {} more lines below", count(below)), Role::Muted));
    }
    for (row, line) in lines.iter().take(room).enumerate() {
        draw_cell(look, line, (inner.x, inner.y + row as u16), inner.width, Style::new(), buf);
    }
}

/// Adds the lines of a question, whole, as far as there is room; gives how many are left.
fn extend(lines: &mut Vec<Cell>, confirm: &Confirm, width: usize, room: usize) -> usize {
    let room = lines.len() + room;
    let mut shown = 0;
    for line in confirm.lines.iter().skip(confirm.top) {
        let parts = wrap(std::slice::from_ref(line), width, room);
        // One that is longer than the room is begun: there is no other way to see any of it.
        if lines.len() + parts.len() > room && shown > 0 {
            break;
        }
        lines.extend(parts);
        shown += 1;
    }
    lines.truncate(room);
    confirm.lines.len().saturating_sub(confirm.top + shown)
}

/// The line below: what is typed, and how to answer.
pub fn line(confirm: &Confirm) -> Cell {
    if !confirm.is_guarded {
        return Cell::new(" asking who else writes this", Role::Info);
    }
    let Some(dc) = &confirm.protected else {
        let moves = [("up down", "move"), ("< >", "scroll what it changes")];
        let moves = moves.into_iter().filter(|_| confirm.review.is_some());
        return [("y", "yes"), ("n", "no")].into_iter().chain(moves).fold(
            Cell::new(" do this?", Role::Warn),
            |cell, (key, what)| {
                cell.then(format!("  {key}"), Role::Key).then(format!(" {what}"), Role::Muted)
            },
        );
    };
    let dc = clean(dc.as_str());
    let hint = if confirm.was_wrong { "not its name; " } else { "" };
    Cell::new(">", Role::Prompt).then(confirm.prompt.text().to_owned(), Role::Prompt).then(
        format!("   {hint}'{dc}' is protected: type its name and enter; esc is no"),
        Role::Warn,
    )
}
