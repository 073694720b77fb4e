//! The strip at the top: every datacenter with its number and state, the focused one lit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::store::Verdict;
use crate::table::column::Cell;
use crate::ui::text::{clean, compact};
use crate::ui::theme::Role;
use crate::ui::widgets::line::{draw_cell, width};
use crate::views::cells;

/// Draws the strip; where not all fits, states become signs.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    buf.set_style(area, look.style(Role::Strip));
    let mut cell = match &app.past {
        Some(past) => Cell::new(format!(" PAST {} ", past.at.format("%H:%M:%S")), Role::Past)
            .then(" ", Role::Muted),
        None => Cell::new(" dcview ", Role::Title),
    };
    if app.is_read_only() {
        cell = cell.then("[read-only] ", Role::Accent);
    }
    if app.shown().is_empty() {
        let (text, role) = match &app.shown().discovery {
            Some((why, _)) => (format!("{}: {why}", clean(&app.setup.agent)), Role::Error),
            None => (format!("asking {}", clean(&app.setup.agent)), Role::Muted),
        };
        cell = cell.then(text, role);
    } else {
        let room = usize::from(area.width).saturating_sub(width(&cell));
        let full = datacenters(app, true);
        let strip = if width(&full) <= room { full } else { datacenters(app, false) };
        cell.runs.extend(strip.runs);
    }
    draw_cell(look, &cell, (area.x, area.y), area.width, Style::new(), buf);
}

fn datacenters(app: &App, is_full: bool) -> Cell {
    let ctx = app.ctx();
    let all = if app.focus.is_none() { Role::ActiveTab } else { Role::Muted };
    let mut cell = Cell::new("0:all", all);
    for (n, (name, dc)) in app.shown().datacenters().enumerate() {
        let verdict = Verdict::of(dc);
        let is_focused = app.focus.as_ref() == Some(name);
        let role = if is_focused { Role::ActiveTab } else { Role::Text };
        let number = if n < 9 { format!("{}:", n + 1) } else { String::new() };
        cell =
            cell.then("  ", Role::Muted).then(format!("{number}{} ", clean(name.as_str())), role);
        let (sign, state) = cells::verdict(&ctx, verdict);
        let word = if is_full { format!("{sign} {}", verdict.word()) } else { sign.to_owned() };
        cell = cell.then(word, state);
        let critical = dc.totals.checks.critical;
        if critical > 0 {
            cell = cell.then(format!(" {}", compact(critical)), Role::Critical);
        }
    }
    cell
}
