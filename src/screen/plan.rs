//! Many keys at once: a plan that waits for its answer, one that is carried out, and its report.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::App;
use crate::app::planning::{Applying, Halt, Ops, Planning, Stage};
use crate::table::column::Cell;
use crate::ui::Look;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::{Detail, Lines, detail_area, draw_detail, draw_frame, wrap};

/// Draws how a change of many keys stands.
pub fn draw(app: &App, planning: &Planning, area: Rect, buf: &mut Buffer) {
    let look = &app.setup.look;
    match &planning.stage {
        Stage::Reading(read) => {
            let line = Cell::new(format!("{} keys read", count(*read)), Role::Info);
            draw_lines(look, &planning.what, &[line], area, buf);
        }
        Stage::Applying(applying) => {
            let lines = [progress(applying), bar(applying, area.width)];
            draw_lines(look, &planning.what, &lines, area, buf);
        }
        Stage::Ended(ended) => {
            let what = format!("{}: ended", planning.what);
            draw_ops(look, &what, &ended.lines, &ended.list, area, buf);
        }
    }
}

/// The line below.
pub fn line(planning: &Planning) -> Cell {
    let keys = |cell: Cell, keys: &[(&'static str, &'static str)]| {
        keys.iter().fold(cell, |cell, (key, what)| {
            cell.then(format!("  {key}"), Role::Key).then(format!(" {what}"), Role::Muted)
        })
    };
    match &planning.stage {
        Stage::Reading(_) => keys(Cell::new(" reading", Role::Info), &[("esc", "stop")]),
        Stage::Applying(applying) => match applying.halt {
            Halt::No => keys(Cell::new(" writing", Role::Info), &[("esc", "stop")]),
            Halt::Asked => {
                let cell = Cell::new(" stop after the transaction that is on its way?", Role::Warn);
                keys(cell, &[("y", "stop"), ("any other", "go on")])
            }
            Halt::Wanted => {
                Cell::new(" stopping after the transaction that is on its way", Role::Warn)
            }
        },
        Stage::Ended(_) => {
            let all = [("esc", "close"), ("r", "plan again"), ("up down", "move")];
            keys(Cell::default(), &all)
        }
    }
}

/// Draws lines, and below them the operations with what the highlighted one changes.
pub fn draw_ops(look: &Look, title: &str, lines: &[Cell], ops: &Ops, area: Rect, buf: &mut Buffer) {
    let (list, beside) = detail_area(area);
    let inner = draw_lines(look, title, lines, list, buf);
    let height = usize::from(inner.height);
    // The highlighted one stays in the middle while there is a list around it.
    let top = ops.at().saturating_sub(height / 2).min(ops.len().saturating_sub(height));
    for (row, at) in (top..ops.len()).take(height).enumerate() {
        let over = if at == ops.at() { look.style(Role::Selected) } else { Style::new() };
        draw_cell(look, &ops.line(at), (inner.x, inner.y + row as u16), inner.width, over, buf);
    }
    if let (Some(area), Some(op)) = (beside, ops.op()) {
        let (lines, top) = ops.detail();
        let title = Cell::new(format!(" {} ", clean(op.key().as_str())), Role::Title);
        draw_detail(look, &Detail { title, lines: Lines::Whole(lines.to_vec()) }, top, area, buf);
    }
}

/// Draws a frame with lines in it, broken where they are long; gives what is left below them. They
/// take no more than half of it.
fn draw_lines(look: &Look, title: &str, lines: &[Cell], area: Rect, buf: &mut Buffer) -> Rect {
    let inner = draw_frame(look, &Cell::new(format!(" {} ", clean(title)), Role::Title), area, buf);
    let room = usize::from(inner.height.div_ceil(2));
    let lines = wrap(lines, usize::from(inner.width), room);
    let used = lines.len().min(room);
    for (row, line) in lines.iter().take(used).enumerate() {
        draw_cell(look, line, (inner.x, inner.y + row as u16), inner.width, Style::new(), buf);
    }
    let used = used as u16;
    Rect { y: inner.y + used, height: inner.height - used, ..inner }
}

fn progress(applying: &Applying) -> Cell {
    let (done, of) = (applying.progress.done, applying.progress.of);
    Cell::new(format!("{} of {} operations", count(done), count(of)), Role::Info)
}

fn bar(applying: &Applying, width: u16) -> Cell {
    let room = usize::from(width.saturating_sub(4)).min(60);
    let full = applying.progress.done * room / applying.progress.of.max(1);
    Cell::new("#".repeat(full), Role::Passing).then("-".repeat(room - full), Role::Muted)
}
