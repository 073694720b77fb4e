//! The line at the bottom: what is being typed, what was just said, or tabs and hints.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::action::Action;
use crate::app::notice::Level;
use crate::app::overlay::Overlay;
use crate::app::prompt::Prompt;
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::line::{draw_cell, width};
use crate::views::registry;

/// Draws the line; gives the cursor of a line that is being typed.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = &app.setup.look;
    buf.set_style(area, look.style(Role::Strip));
    let mut cursor = None;
    let cell = match &app.overlay {
        Overlay::Command => {
            cursor = Some(app.command_line().cursor_column());
            let mut cell = typed(":", app.command_line());
            if let Some(notice) = &app.notice {
                cell = cell.then(format!("   {}", clean(&notice.text)), Role::Warn);
            }
            cell
        }
        Overlay::Filter { prompt, error, .. } => {
            cursor = Some(prompt.cursor_column());
            let cell = typed("/", prompt);
            match error {
                Some(error) => cell.then(format!("   {}", clean(error)), Role::Warn),
                None => cell,
            }
        }
        Overlay::Edit(edit) => {
            let cell = edit.says();
            match edit.prompt() {
                Some(prompt) => {
                    cursor = Some(prompt.cursor_column());
                    let mut line = typed(">", prompt);
                    line.runs.extend(cell.runs);
                    line
                }
                None => cell,
            }
        }
        Overlay::Confirm(confirm) => {
            cursor = confirm.protected.is_some().then(|| confirm.prompt.cursor_column());
            super::confirm::line(confirm)
        }
        Overlay::Plan(planning) => super::plan::line(planning),
        Overlay::Offer(_) => super::edit::offer_line(),
        _ => match &app.notice {
            Some(notice) => {
                let role = match notice.level {
                    Level::Info => Role::Info,
                    Level::Warn => Role::Warn,
                    Level::Error => Role::Error,
                };
                Cell::new(format!(" {}", clean(&notice.text)), role)
            }
            None => hints(app, usize::from(area.width)),
        },
    };
    draw_cell(look, &cell, (area.x, area.y), area.width, Style::new(), buf);
    let column = cursor?.saturating_add(1) as u16;
    Some(Position { x: (area.x + column).min(area.right().saturating_sub(1)), y: area.y })
}

fn typed(sign: &'static str, prompt: &Prompt) -> Cell {
    Cell::new(sign, Role::Prompt)
        .then(prompt.text().to_owned(), Role::Prompt)
        .then(prompt.ghost().to_owned(), Role::Ghost)
}

/// The tabs and where in them the view is, then the keys to begin with.
fn hints(app: &App, room: usize) -> Cell {
    let here = app.trail.view().place();
    let mut cell = Cell::new(" ", Role::Muted);
    for entry in registry::ALL.iter().filter(|entry| entry.is_tab) {
        let role = if entry.name == here.view { Role::ActiveTab } else { Role::Tab };
        cell = cell.then(entry.name, role).then(" ", Role::Muted);
    }
    if !here.args.is_empty() {
        let crumb =
            format!("> {} {} ", here.view, clean(here.args.last().map_or("", AsRef::as_ref)));
        cell = cell.then(crumb, Role::ActiveTab);
    }
    let hints = [
        (Action::Help, "help"),
        (Action::Command, "command"),
        (Action::Filter, "filter"),
        (Action::Jump, "jump"),
        (Action::NextView, "next"),
        (Action::FaultsOnly, "faults"),
        (Action::Quit, "quit"),
    ];
    for (action, word) in hints {
        let key = app.setup.keymap.hint(action);
        // A hint is shown whole or not at all.
        let needed = key.width() + word.width() + 2;
        if !key.is_empty() && width(&cell) + needed <= room {
            cell = cell.then(format!(" {key}"), Role::Key).then(format!(" {word}"), Role::Muted);
        }
    }
    cell
}
