//! An edit: the text with its cursor, or the difference, conflict or question in its place.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::App;
use crate::app::edit::{Edit, difference, gutter};
use crate::app::task::LeftOpen;
use crate::editor::format::{Ends, Window, plain};
use crate::editor::machine::Stage;
use crate::table::column::Cell;
use crate::ui::text::{age, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::draw_frame;

/// Draws an edit; gives where the cursor of its text is.
pub fn draw(app: &App, edit: &Edit, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = &app.setup.look;
    let inner = draw_frame(look, &title(edit), area, buf);
    if inner.is_empty() {
        return None;
    }
    if let Some((lines, top)) = edit.report() {
        draw_lines(app, &lines, top, inner, buf);
        return None;
    }
    let (top, left) = edit.window();
    let text = edit.text();
    let gutter = gutter(text.lines().len());
    let room = usize::from(inner.width).saturating_sub(gutter);
    let window = Window { from: left, width: room };
    let selected = text.selection();
    let shown = text.lines().iter().enumerate().skip(top).take(usize::from(inner.height));
    for (row, (at, line)) in shown.enumerate() {
        let y = inner.y + row as u16;
        let digits = gutter - 1;
        let number = Cell::new(format!("{:>digits$} ", at + 1), Role::Muted);
        draw_cell(look, &number, (inner.x, y), inner.width, Style::new(), buf);
        let runs = match edit.colours() {
            Some(colours) => colours.runs(at, line, window),
            None => plain(line, Role::Text, window),
        };
        let cell = Cell { runs: runs.into_iter().map(|run| (run.text.into(), run.role)).collect() };
        draw_cell(look, &cell, (inner.x + gutter as u16, y), room as u16, Style::new(), buf);
        if let Some((from, to)) = selected
            && (from.line..=to.line).contains(&at)
        {
            let begin = if at == from.line { columns(line, from.character) } else { 0 };
            let end = if at == to.line { columns(line, to.character) } else { room + left };
            let (begin, end) = (begin.max(left) - left, end.max(left).min(room + left) - left);
            let width = (end - begin.min(end)) as u16;
            let x = inner.x + (gutter + begin) as u16;
            let lit = Rect { x, y, width, height: 1 }.intersection(inner);
            buf.set_style(lit, look.style(Role::Selected));
        }
    }
    let x = inner.x + (gutter + edit.column().saturating_sub(left)) as u16;
    let y = inner.y + text.cursor().line.saturating_sub(top) as u16;
    let is_typed_into = matches!(edit.machine().stage(), Stage::Editing) && edit.prompt().is_none();
    let at = Position { x, y };
    (is_typed_into && inner.contains(at)).then_some(at)
}

/// Columns that the first characters of a line take.
fn columns(line: &str, characters: usize) -> usize {
    let before: String = line.chars().take(characters).collect();
    plain(&before, Role::Text, Window::ALL)
        .iter()
        .map(|run| crate::ui::text::width(&run.text))
        .sum()
}

fn title(edit: &Edit) -> Cell {
    let machine = edit.machine();
    let (what, role) = match machine.stage() {
        Stage::Reading | Stage::Editing | Stage::Saved { .. } => ("edit", Role::Title),
        Stage::Reviewing { .. } => ("review", Role::Accent),
        Stage::Confirming { .. } => ("write?", Role::Warning),
        Stage::Saving { .. } => ("writing", Role::Accent),
        Stage::Conflict { .. } => ("conflict", Role::Critical),
        Stage::Unknown { .. } => ("unknown", Role::Critical),
    };
    let (dc, key) = (clean(machine.dc().as_str()), clean(machine.key().as_str()).into_owned());
    let base = match machine.base() {
        Some(base) => format!("index {}", base.modify_index),
        None => String::from("a new key"),
    };
    let ends = match edit.text().ends() {
        Ends::Lf => "",
        Ends::CrLf => ", CRLF",
        Ends::Mixed => ", mixed line ends",
    };
    let changed = if machine.is_changed() { ", changed" } else { "" };
    Cell::new(format!(" {what} "), role)
        .then(format!("{dc} "), Role::Accent)
        .then(format!("{key} "), Role::Title)
        .then(format!("{}{ends}, {base}{changed} ", machine.format().label()), Role::Muted)
}

fn draw_lines(app: &App, lines: &[Cell], top: usize, inner: Rect, buf: &mut Buffer) {
    for (row, line) in lines.iter().skip(top).take(usize::from(inner.height)).enumerate() {
        let at = (inner.x, inner.y + row as u16);
        draw_cell(&app.setup.look, line, at, inner.width, Style::new(), buf);
    }
}

/// Draws an edit that was left open, for the operator to take up or drop.
pub fn draw_offer(app: &App, at: usize, area: Rect, buf: &mut Buffer) {
    let Some(LeftOpen { at: when, draft, .. }) = app.setup.drafts.get(at) else { return };
    let all = app.setup.drafts.len();
    let old = (app.now - *when).to_std().map(age).unwrap_or_default();
    let (dc, key) = (clean(draft.dc.as_str()), clean(draft.key.as_str()).into_owned());
    let title = Cell::new(format!(" left open {old} ago ({} of {all}) ", at + 1), Role::Title)
        .then(format!("{dc} "), Role::Accent)
        .then(format!("{key} "), Role::Title);
    let inner = draw_frame(&app.setup.look, &title, area, buf);
    let base = draft.base.as_ref().map(|base| &base.value[..]);
    draw_lines(app, &difference(base, Some(&draft.mine)), 0, inner, buf);
}

/// How to answer an offer.
pub fn offer_line() -> Cell {
    let keys = [
        ("e", "take it up"),
        ("shift-d", "drop it"),
        ("n", "show the next one"),
        ("esc", "leave it"),
    ];
    keys.into_iter().fold(Cell::default(), |cell, (key, what)| {
        cell.then(format!(" {key}"), Role::Key).then(format!(" {what}"), Role::Muted)
    })
}
