//! The line at the bottom: what is being typed, what was just said, or tabs and hints.

use chrono::DateTime;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget as _};
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::action::Action;
use crate::app::notice::{Level, Notice};
use crate::app::overlay::Overlay;
use crate::app::past::Past;
use crate::app::prompt::Prompt;
use crate::table::column::Cell;
use crate::ui::Look;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::line::{draw_cell, width};
use crate::ui::widgets::pane::wrap;
use crate::views::registry;

/// The keys to begin with, the most needed first.
const FIRST_HINTS: [(Action, &str); 7] = [
    (Action::Help, "help"),
    (Action::Command, "command"),
    (Action::Filter, "filter"),
    (Action::Jump, "jump"),
    (Action::NextView, "next"),
    (Action::FaultsOnly, "faults"),
    (Action::Quit, "quit"),
];

/// As many lines as a long text may take of the view.
const RAISED: usize = 4;

/// Draws the line; gives the cursor of a line that is being typed. What is said and has no room on
/// it takes lines of the view above.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = &app.setup.look;
    buf.set_style(area, look.style(Role::Strip));
    let mut cursor = None;
    let cell = match &app.overlay {
        Overlay::Command => {
            cursor = Some(app.command_line().cursor_column());
            let said = app.notice.as_ref().map(|notice| remark(&notice.text));
            beside(look, typed(":", app.command_line()), said, area, buf)
        }
        Overlay::Filter { prompt, error, .. } => {
            cursor = Some(prompt.cursor_column());
            let said = error.as_ref().map(|error| remark(error));
            beside(look, typed("/", prompt), said, area, buf)
        }
        Overlay::Edit(edit) => match edit.prompt() {
            Some(prompt) => {
                cursor = Some(prompt.cursor_column());
                beside(look, typed(">", prompt), Some(edit.says()), area, buf)
            }
            None => raised(look, edit.says(), area, buf),
        },
        Overlay::Confirm(confirm) => {
            cursor = confirm.protected.is_some().then(|| confirm.prompt.cursor_column());
            super::confirm::line(confirm)
        }
        Overlay::Plan(planning) => super::plan::line(planning),
        Overlay::Offer(_) => super::edit::offer_line(),
        _ => match &app.notice {
            Some(notice) => raised(look, said(notice), area, buf),
            None => match &app.past {
                Some(past) => {
                    buf.set_style(area, look.style(Role::Past));
                    earlier(app, past, usize::from(area.width))
                }
                None => hints(app, usize::from(area.width)),
            },
        },
    };
    draw_cell(look, &cell, (area.x, area.y), area.width, Style::new(), buf);
    let column = cursor?.saturating_add(1) as u16;
    Some(Position { x: (area.x + column).min(area.right().saturating_sub(1)), y: area.y })
}

/// What just happened.
fn said(notice: &Notice) -> Cell {
    let role = match notice.level {
        Level::Info => Role::Info,
        Level::Warn => Role::Warn,
        Level::Error => Role::Error,
    };
    Cell::new(format!(" {}", clean(&notice.text)), role)
}

/// What is wrong with a typed line.
fn remark(text: &str) -> Cell {
    Cell::new(format!("   {}", clean(text)), Role::Warn)
}

/// A typed line with what is said of it behind it, or above it where that has no room.
fn beside(look: &Look, line: Cell, said: Option<Cell>, area: Rect, buf: &mut Buffer) -> Cell {
    let Some(said) = said else { return line };
    let mut whole = line.clone();
    whole.runs.extend(said.runs.iter().cloned());
    if width(&whole) <= usize::from(area.width) {
        return whole;
    }
    raise(look, &wrap(&[said], usize::from(area.width), RAISED), area, buf);
    line
}

/// The last line of a text; the lines before it are drawn above.
fn raised(look: &Look, cell: Cell, area: Rect, buf: &mut Buffer) -> Cell {
    if width(&cell) <= usize::from(area.width) {
        return cell;
    }
    let mut lines = wrap(&[cell], usize::from(area.width), RAISED);
    lines.truncate(RAISED);
    let last = lines.pop().unwrap_or_default();
    raise(look, &lines, area, buf);
    last
}

/// Draws lines above the line below.
fn raise(look: &Look, lines: &[Cell], area: Rect, buf: &mut Buffer) {
    let height = lines.len().min(RAISED).min(usize::from(area.y - buf.area.y)) as u16;
    let over = Rect { y: area.y - height, height, ..area };
    Clear.render(over, buf);
    buf.set_style(over, look.style(Role::Strip));
    for (y, line) in (over.y..over.bottom()).zip(lines) {
        draw_cell(look, line, (over.x, y), over.width, Style::new(), buf);
    }
}

fn typed(sign: &'static str, prompt: &Prompt) -> Cell {
    Cell::new(sign, Role::Prompt)
        .then(prompt.text().to_owned(), Role::Prompt)
        .then(prompt.ghost().to_owned(), Role::Ghost)
}

/// The keys that lead through time and out of it.
const PAST_HINTS: &[(Action, &str)] =
    &[(Action::Live, "live"), (Action::Earlier, "earlier"), (Action::Later, "later")];
/// The keys that lead through a recording.
const REPLAY_HINTS: &[(Action, &str)] = &[
    (Action::Play, "play/pause"),
    (Action::Earlier, "earlier"),
    (Action::Later, "later"),
    (Action::Slower, "slower"),
    (Action::Faster, "faster"),
    (Action::Live, "end"),
];

/// That an earlier moment is shown, and the keys that lead through time and out of it.
fn earlier(app: &App, past: &Past, room: usize) -> Cell {
    let zone = &app.setup.look.zone;
    let (text, hints) = match &app.replay {
        Some(replay) => (format!(" REPLAY {} ", replay.words(past, zone)), REPLAY_HINTS),
        None => (format!(" PAST {} ", past.words(app.now, zone)), PAST_HINTS),
    };
    let mut cell = Cell::new(text, Role::Past);
    for (action, word) in hints.iter().copied() {
        let key = app.setup.keymap.hint(action);
        let needed = key.width() + word.width() + 4;
        if !key.is_empty() && width(&cell) + needed <= room {
            cell = cell.then(format!("  {key}: {word}"), Role::Past);
        }
    }
    cell
}

/// The tabs and where in them the view is, then what can be done here, and the keys to begin with.
/// Where not all of that has room, what can be done goes before the tabs that are not shown.
fn hints(app: &App, room: usize) -> Cell {
    let view = app.trail.view();
    let here = view.place();
    let own = view.hints(&app.ctx());
    // A time only tells things of one name apart.
    let is_time = |arg: &str| DateTime::parse_from_rfc3339(arg).is_ok();
    let last = here.args.iter().rev().find(|arg| !is_time(arg));
    let crumb = last.map(|name| format!("> {} {} ", here.view, clean(name)));
    let begin = |is_short: bool| {
        let is_shown = |name: &str| !is_short || (crumb.is_none() && name == here.view);
        let mut cell = Cell::new(" ", Role::Muted);
        for entry in registry::ALL.iter().filter(|it| it.is_tab && is_shown(it.name)) {
            let role = if entry.name == here.view { Role::ActiveTab } else { Role::Tab };
            cell = cell.then(entry.name, role).then(" ", Role::Muted);
        }
        crumb.iter().fold(cell, |cell, crumb| cell.then(crumb.clone(), Role::ActiveTab))
    };
    let hint = |(action, word): (Action, &'static str)| {
        let key = app.setup.keymap.hint(action);
        (!key.is_empty()).then_some((key, word))
    };
    let needed = |(key, word): &(String, &str)| key.width() + word.width() + 2;
    let own: Vec<_> = own.into_iter().filter_map(hint).collect();
    let is_short = width(&begin(false)) + own.iter().map(needed).sum::<usize>() > room;
    let mut cell = begin(is_short && !own.is_empty());
    for hint in own.into_iter().chain(FIRST_HINTS.into_iter().filter_map(hint)) {
        // A hint is shown whole or not at all.
        if width(&cell) + needed(&hint) <= room {
            let (key, word) = hint;
            cell = cell.then(format!(" {key}"), Role::Key).then(format!(" {word}"), Role::Muted);
        }
    }
    cell
}
