//! Help: every key and every command, made from the tables that they come from.
//!
//! What a line has no room for goes on in the next one: nothing of it is cut.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::App;
use crate::app::action::{ACTIONS, ActionInfo, Group};
use crate::app::command::KeysVerb;
use crate::table::column::Cell;
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::{draw_frame, wrap};
use crate::views::registry;

/// From this width on help stands in two columns.
const TWO_COLUMNS: u16 = 130;

/// The groups of actions and what they are called.
const GROUPS: [(Group, &str); 7] = [
    (Group::General, "general"),
    (Group::Navigation, "moving"),
    (Group::View, "what is shown"),
    (Group::Rows, "rows"),
    (Group::Columns, "order and columns"),
    (Group::Changes, "changing things"),
    (Group::Datacenters, "datacenters"),
];

/// What can be typed beyond the names of views.
const GRAMMAR: [(&str, &str); 10] = [
    (":NAME @dc-2 /text", "a view of one datacenter, filtered; @* is all of them"),
    (":dc dc-2, :dc *", "limit lists to a datacenter, or to none"),
    (":service NAME", "the instances of a service"),
    (":find TEXT", "keys of all datacenters by a fragment of their name"),
    (":search [FOLDER] /text", "lines of values that match; /regex/ is an expression"),
    (":repl [KIND]", "streams of one kind: raft, consul-replicate, git, acl, compare, .."),
    (":sort COLUMN [desc]", "sort by a column"),
    (":group service|node|flat", "group the failing checks"),
    (":theme NAME", "dark, light, mono, or one of yours"),
    ("/text  /!text  /-f text", "regex, inverted, fuzzy"),
];

/// Draws help from its line `top` on.
pub fn draw(app: &App, top: usize, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    let lines = lines(app, area);
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
    let width = column(area);
    for (at, line) in lines.iter().skip(top).take(room).enumerate() {
        let x = inner.x + width * (at / height) as u16;
        draw_cell(look, line, (x, inner.y + (at % height) as u16), width, Style::new(), buf);
    }
}

/// The line at the top when the last one is at the bottom: nobody scrolls further.
pub fn end(app: &App, area: Rect) -> usize {
    lines(app, area).len().saturating_sub(room(area))
}

/// The lines that fit between the borders.
pub fn room(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2)) * columns(area)
}

fn columns(area: Rect) -> usize {
    if area.width >= TWO_COLUMNS { 2 } else { 1 }
}

/// The width of one column.
fn column(area: Rect) -> u16 {
    area.width.saturating_sub(2) / columns(area) as u16
}

/// Keys or a command, its name or other names, and what it does.
struct Row {
    keys: String,
    name: String,
    doc: &'static str,
}

fn lines(app: &App, area: Rect) -> Vec<Cell> {
    let mut lines = Vec::new();
    let row = |info: &ActionInfo| Row {
        keys: app.setup.keymap.keys_of(info.action),
        name: info.name.to_owned(),
        doc: info.doc,
    };
    // What is refused everywhere is not offered.
    let is_offered =
        |info: &&ActionInfo| info.group != Group::Changes || !app.setup.rules.is_read_only;
    let of_views = || ACTIONS.iter().filter(|info| !info.only.is_empty()).filter(is_offered);
    let here = app.trail.view().place().view;
    let (own, others): (Vec<_>, Vec<_>) = of_views().partition(|info| info.is_in(here));
    section("only here", &own.into_iter().map(row).collect::<Vec<_>>(), area, &mut lines);
    for (group, title) in GROUPS {
        let everywhere = ACTIONS.iter().filter(|info| info.group == group && info.only.is_empty());
        let rows: Vec<_> = everywhere.filter(is_offered).map(row).collect();
        section(title, &rows, area, &mut lines);
    }
    section("in other views", &others.into_iter().map(row).collect::<Vec<_>>(), area, &mut lines);
    let views = registry::ALL.iter().map(|entry| Row {
        keys: format!(":{}", entry.name),
        name: entry.aliases.join(" "),
        doc: entry.doc,
    });
    section("views, and other names for them", &views.collect::<Vec<_>>(), area, &mut lines);
    let grammar =
        GRAMMAR.iter().map(|(keys, doc)| Row { keys: (*keys).into(), name: String::new(), doc });
    // What is refused everywhere is not offered.
    let verbs = KeysVerb::ALL.iter().map(|(_, verb)| verb);
    let verbs =
        verbs.filter(|verb| !verb.is_change() || !app.setup.rules.is_read_only).map(|verb| Row {
            keys: format!(":{}", verb.usage()),
            name: String::new(),
            doc: verb.doc(),
        });
    section("commands", &grammar.chain(verbs).collect::<Vec<_>>(), area, &mut lines);
    lines
}

/// Adds a section with its parts below one another; none where it has none.
fn section(title: &'static str, rows: &[Row], area: Rect, lines: &mut Vec<Cell>) {
    if rows.is_empty() {
        return;
    }
    if !lines.is_empty() {
        lines.push(Cell::default());
    }
    lines.push(Cell::new(title, Role::Header));
    let widest = |part: fn(&Row) -> &str| rows.iter().map(|row| part(row).width()).max();
    let keys = widest(|row| &row.keys).unwrap_or(0);
    let names = widest(|row| &row.name).unwrap_or(0);
    let indent = keys + names + if names > 0 { 4 } else { 3 };
    // A blank at the right keeps two columns apart.
    let room = usize::from(column(area)).saturating_sub(indent + 1);
    for row in rows {
        let docs = wrap(&[Cell::new(row.doc, Role::Text)], room, usize::MAX);
        for (at, doc) in docs.into_iter().enumerate() {
            let (key, name) = if at == 0 { (&*row.keys, &*row.name) } else { ("", "") };
            let mut line = Cell::new(format!(" {key:<keys$}  "), Role::Key);
            if names > 0 {
                line = line.then(format!("{name:<names$} "), Role::Accent);
            }
            line.runs.extend(doc.runs);
            lines.push(line);
        }
    }
}
