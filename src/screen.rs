//! The whole screen: the strip of datacenters, the view, and the line below.
//!
//! Drawing reads the state and changes nothing. Any size is fine: what has no room is left out.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::overlay::Overlay;
use crate::ui::glyph::Glyphs;

mod confirm;
mod edit;
mod finder;
mod footer;
mod help;
mod past;
mod plan;
mod scrubber;
mod strip;

/// With fewer lines the view has all of them.
const SCRUBBED: u16 = 8;

/// The room for the view between the strip and the line below.
pub fn body(size: Rect) -> Rect {
    let height = size.height.saturating_sub(2);
    Rect { y: size.y + 1.min(size.height), height, ..size }
}

/// How far help scrolls on a screen of this size.
pub fn end_of_help(app: &App, size: Rect) -> usize {
    help::end(app, body(size))
}

/// Lines of help on a screen of this size.
pub fn page_of_help(size: Rect) -> usize {
    help::room(body(size))
}

/// Draws everything.
pub fn draw(app: &App, frame: &mut Frame) {
    let area = frame.area();
    if let Some(cursor) = draw_on(app, area, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws everything into a buffer; gives where the cursor of a typed line is.
pub fn draw_on(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let cursor = draw_parts(app, area, buf);
    let glyphs = app.setup.look.glyphs;
    if glyphs == Glyphs::Ascii {
        for cell in &mut buf.content {
            let fitted = glyphs.fit(cell.symbol()).to_owned();
            cell.set_symbol(&fitted);
        }
    }
    cursor
}

fn draw_parts(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let ctx = app.ctx();
    buf.set_style(area, ctx.look.style(crate::ui::theme::Role::Text));
    strip::draw(app, Rect { height: 1, ..area }, buf);
    let mut body = body(area);
    let mut cursor = None;
    // What is typed into has all of the room.
    if let Some(past) = app.past.as_ref().filter(|_| body.height > SCRUBBED) {
        scrubber::draw(app, past, Rect { height: 1, ..body }, buf);
        body = Rect { y: body.y + 1, height: body.height - 1, ..body };
    }
    if !body.is_empty() {
        match &app.overlay {
            Overlay::Help(top) => help::draw(app, *top, body, buf),
            Overlay::Jump { prompt, finder, .. } => finder::draw(app, prompt, finder, body, buf),
            Overlay::Edit(edit) => cursor = edit::draw(app, edit, body, buf),
            Overlay::Confirm(confirm) => confirm::draw(app, confirm, body, buf),
            Overlay::Plan(planning) => plan::draw(app, planning, body, buf),
            Overlay::Offer(at) => edit::draw_offer(app, *at, body, buf),
            _ if app.past.is_some() && app.trail.view().is_of_now() => past::draw(app, body, buf),
            _ => app.trail.view().draw(&ctx, body, buf),
        }
    }
    if area.height < 2 {
        return cursor;
    }
    footer::draw(app, Rect { y: area.bottom() - 1, height: 1, ..area }, buf).or(cursor)
}
