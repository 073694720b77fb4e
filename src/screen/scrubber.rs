//! Where in all that is kept the moment on screen is: a line with the beginning and the end, a mark for
//! what happened, and the moment.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::app::past::Past;
use crate::domain::health::Status;
use crate::table::column::Cell;
use crate::ui::theme::Role;
use crate::ui::widgets::line::{draw_cell, width};

/// What a place of the line has, the more important the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Nothing,
    Event,
    Critical,
    Here,
}

/// Draws the line.
pub fn draw(app: &App, past: &Past, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    buf.set_style(area, look.style(Role::Strip));
    let time = |at| look.zone.local(at).format("%H:%M:%S");
    let end = if app.replay.is_some() { "end" } else { "live" };
    let before = Cell::new(format!(" {} ", time(past.span.from)), Role::Muted);
    let after = Cell::new(format!(" {} {end} ", time(past.span.to)), Role::Muted);
    let room = usize::from(area.width).saturating_sub(width(&before) + width(&after));
    let mut cell = before;
    let marks = marks(app, past, room);
    for run in marks.chunk_by(|a, b| a == b) {
        let (sign, role) = match run[0] {
            Mark::Nothing => ("─", Role::Muted),
            Mark::Event => (look.glyphs.scrubbed(), Role::Text),
            Mark::Critical => (look.status(Status::Critical), Role::Critical),
            Mark::Here => (look.glyphs.here(), Role::Past),
        };
        cell = cell.then(sign.repeat(run.len()), role);
    }
    cell.runs.extend(after.runs);
    draw_cell(look, &cell, (area.x, area.y), area.width, Style::new(), buf);
}

/// What each of so many places has.
fn marks(app: &App, past: &Past, room: usize) -> Vec<Mark> {
    let span = past.span;
    let whole = (span.to - span.from).num_milliseconds().max(1);
    let mut marks = vec![Mark::Nothing; room];
    let mut set = |at: chrono::DateTime<chrono::Utc>, mark: Mark| {
        let since = (at - span.from).num_milliseconds();
        let place = i128::from(since) * (room as i128 - 1) / i128::from(whole);
        let place = usize::try_from(place).ok().and_then(|place| marks.get_mut(place));
        if let Some(place) = place {
            *place = mark.max(*place);
        }
    };
    for event in app.history.events() {
        let is_critical = event.status() == Some(Status::Critical);
        set(event.at, if is_critical { Mark::Critical } else { Mark::Event });
    }
    set(past.at.clamp(span.from, span.to), Mark::Here);
    marks
}
