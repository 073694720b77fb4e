//! The finder: a line being typed, the best hits below it with what matched lit, and at the bottom
//! what cannot be found.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::app::jump::{Finder, Hit};
use crate::app::prompt::Prompt;
use crate::table::column::Cell;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::draw_frame;
use crate::views::cells;

/// Draws the finder.
pub fn draw(app: &App, prompt: &Prompt, finder: &Finder, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    let found = if finder.is_searching() {
        String::from("searching ")
    } else {
        format!("[{}] ", count(finder.total()))
    };
    let title = Cell::new(" find anything ", Role::Title).then(found, Role::Accent);
    let inner = draw_frame(look, &title, area, buf);
    if inner.is_empty() {
        return;
    }
    let line = Cell::new("> ", Role::Prompt)
        .then(prompt.text().to_owned(), Role::Prompt)
        .then("_", Role::Ghost);
    draw_cell(look, &line, (inner.x, inner.y), inner.width, Style::new(), buf);
    let missing = app.unfindable();
    let said = missing.len().min(usize::from(inner.height) / 3);
    for (row, text) in missing.into_iter().take(said).enumerate() {
        let line = Cell::new(clean(&text).into_owned(), Role::Stale);
        let y = inner.bottom() - (said - row) as u16;
        draw_cell(look, &line, (inner.x + 1, y), inner.width.saturating_sub(1), Style::new(), buf);
    }
    let rows = usize::from(inner.height.saturating_sub(1)).saturating_sub(said);
    let top = finder.cursor().saturating_sub(rows.saturating_sub(1));
    for (row, (at, hit)) in finder.hits().iter().enumerate().skip(top).take(rows).enumerate() {
        let y = inner.y + 1 + row as u16;
        let is_selected = at == finder.cursor();
        let over = if is_selected { look.style(Role::Selected) } else { Style::new() };
        buf.set_style(Rect { y, height: 1, ..inner }, over);
        draw_cell(look, &label(hit), (inner.x + 1, y), inner.width.saturating_sub(1), over, buf);
    }
}

/// A hit's label with the matched characters lit.
fn label(hit: &Hit) -> Cell {
    let mut cell = Cell::new(format!("{:<11}", hit.target.kind()), Role::Muted);
    cell.runs.extend(cells::lit(&hit.label, &hit.indices).runs);
    cell
}
