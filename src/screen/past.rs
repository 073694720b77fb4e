//! What is drawn of going back in time: the page of a view that has nothing to show at an earlier
//! moment.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::app::action::Action;
use crate::table::column::Cell;
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::{draw_frame, wrap};

/// Draws the page of a view of what is read when it is asked for.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    let name = app.trail.view().place().view;
    let title = Cell::new(format!(" {name} "), Role::Title).then("not recorded ", Role::Stale);
    let inner = draw_frame(look, &title, area, buf);
    let live = app.setup.keymap.hint(Action::Live);
    let says = format!(
        "this is read from the datacenters when it is opened, so an earlier moment has nothing of \
         it; {live} returns to what is live"
    );
    let lines = wrap(&[Cell::new(says, Role::Muted)], usize::from(inner.width), 4);
    for (y, line) in (inner.y..inner.bottom()).zip(&lines) {
        draw_cell(look, line, (inner.x, y), inner.width, Style::new(), buf);
    }
}
