//! Help: every key and every command, made from the tables that they come from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::app::action::{ACTIONS, Group};
use crate::app::command::KeysVerb;
use crate::table::column::Cell;
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::draw_frame;
use crate::views::registry;

/// From this width on help stands in two columns.
const TWO_COLUMNS: u16 = 130;

/// Draws help from its line `top` on.
pub fn draw(app: &App, top: usize, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    let lines = lines(app);
    let columns = columns(area);
    let room = room(area);
    let top = top.min(lines.len().saturating_sub(room));
    let mut title = Cell::new(" help ", Role::Title);
    if room < lines.len() {
        let shown = format!("{}-{} of {}, ", top + 1, top + room, lines.len());
        title = title.then(shown, Role::Muted);
    }
    let title = title.then("esc closes ", Role::Muted);
    let inner = draw_frame(look, &title, area, buf);
    if inner.is_empty() {
        return;
    }
    let height = usize::from(inner.height);
    let width = inner.width / columns as u16;
    for (at, line) in lines.iter().skip(top).take(height * columns).enumerate() {
        let x = inner.x + width * (at / height) as u16;
        draw_cell(look, line, (x, inner.y + (at % height) as u16), width, Style::new(), buf);
    }
}

/// The line at the top when the last one is at the bottom: nobody scrolls further.
pub fn end(app: &App, area: Rect) -> usize {
    lines(app).len().saturating_sub(room(area))
}

fn columns(area: Rect) -> usize {
    if area.width >= TWO_COLUMNS { 2 } else { 1 }
}

/// The lines that fit between the borders.
fn room(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2)) * columns(area)
}

fn lines(app: &App) -> Vec<Cell> {
    let groups = [
        (Group::General, "general"),
        (Group::Navigation, "moving"),
        (Group::View, "what is shown"),
        (Group::Rows, "rows"),
        (Group::Columns, "order and columns"),
        (Group::Changes, "changing things"),
        (Group::Datacenters, "datacenters"),
    ];
    let mut lines = Vec::new();
    for (group, title) in groups {
        // What is refused everywhere is not offered.
        if group == Group::Changes && app.setup.rules.is_read_only {
            continue;
        }
        lines.push(Cell::new(title, Role::Header));
        for info in ACTIONS.iter().filter(|info| info.group == group) {
            let keys = app.setup.keymap.keys_of(info.action);
            lines.push(line(&keys, info.name, info.doc));
        }
        lines.push(Cell::default());
    }
    lines.push(Cell::new("commands", Role::Header));
    for entry in registry::ALL {
        let names: Vec<&str> =
            std::iter::once(entry.name).chain(entry.aliases.iter().copied()).collect();
        lines.push(line(&format!(":{}", entry.name), &names.join(" "), entry.doc));
    }
    let grammar = [
        (":NAME @dc-2 /text", "", "a view of one datacenter, filtered; @* is all of them"),
        (":service NAME", "", "the instances of a service"),
        (":sort COLUMN [desc]", "", "sort by a column"),
        (":group service|node|flat", "", "group the failing checks"),
        (":theme NAME", "", "dark, light, mono, or one of yours"),
    ];
    lines.extend(grammar.map(|(keys, name, doc)| line(keys, name, doc)));
    for (_, verb) in KeysVerb::ALL {
        if !verb.is_change() || !app.setup.rules.is_read_only {
            lines.push(line(&format!(":{}", verb.usage()), "", verb.doc()));
        }
    }
    let filters = [("/text  /!text  /-f text", "", "regex, inverted, fuzzy")];
    lines.extend(filters.map(|(keys, name, doc)| line(keys, name, doc)));
    lines
}

fn line(keys: &str, name: &str, doc: &str) -> Cell {
    let name = if name.is_empty() { String::new() } else { format!("{name:<18} ") };
    Cell::new(format!(" {keys:<24} "), Role::Key)
        .then(name, Role::Accent)
        .then(doc.to_owned(), Role::Text)
}
