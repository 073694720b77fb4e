//! Bordered panes: the frame with its title, and the detail beside a list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Widget};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::line::draw_cell;
use crate::table::column::Cell;
use crate::ui::Look;
use crate::ui::theme::Role;

/// What stands beside a list about its highlighted row.
pub struct Detail {
    /// Its title.
    pub title: Cell,
    /// Its lines.
    pub lines: Lines,
}

/// The lines of a detail.
pub enum Lines {
    /// All of them; long ones are wrapped.
    Whole(Vec<Cell>),
    /// Made as far as they are needed, and wrapped: for what may be large. Above them stand lines
    /// of the first kind.
    Lazy(Vec<Cell>, Box<dyn LineSource>),
}

impl Lines {
    /// How many there are at this width; counting may stop once there are `enough`.
    pub fn count(&self, width: usize, enough: usize) -> usize {
        self.rows(width, enough).len()
    }

    /// They as they stand on screen; making them stops once there are `enough`.
    fn rows(&self, width: usize, enough: usize) -> Vec<Cell> {
        match self {
            Self::Whole(lines) => wrap(lines, width, enough),
            Self::Lazy(head, source) => {
                let mut rows = wrap(head, width, enough);
                for at in 0..source.len() {
                    if rows.len() >= enough {
                        break;
                    }
                    rows.extend(source.rows(at, width, enough - rows.len()));
                }
                rows
            }
        }
    }

    /// So many of them from `top` on; past the end the last one stays.
    fn from(&self, top: usize, width: usize, height: usize) -> Vec<Cell> {
        let rows = self.rows(width, top.saturating_add(height));
        let last = rows.len().saturating_sub(1);
        rows.into_iter().skip(top.min(last)).take(height).collect()
    }
}

/// Makes lines one by one.
pub trait LineSource {
    /// How many there are.
    fn len(&self) -> usize;

    /// True when there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows that one line takes, each in so many cells; what is behind `enough` of them need
    /// not be made.
    fn rows(&self, at: usize, width: usize, enough: usize) -> Vec<Cell>;
}

/// From this width on the detail stands beside the rows, else below them.
pub const SIDE_BY_SIDE: u16 = 140;
/// Below this height there is no room for a detail.
const LEAST_HEIGHT: u16 = 14;

/// Divides an area between rows and detail; no detail where there is no room for one.
pub fn detail_area(area: Rect) -> (Rect, Option<Rect>) {
    if area.width >= SIDE_BY_SIDE {
        let width = area.width * 3 / 5;
        let rows = Rect { width, ..area };
        (rows, Some(Rect { x: area.x + width, width: area.width - width, ..area }))
    } else if area.height >= LEAST_HEIGHT {
        below(area, area.height - area.height / 3)
    } else {
        (area, None)
    }
}

/// Gives so many lines to the rows and what is left below them to the detail, if that is enough
/// for a line of it.
pub fn below(area: Rect, rows: u16) -> (Rect, Option<Rect>) {
    let left = area.height.saturating_sub(rows);
    if left < 3 {
        return (area, None);
    }
    let detail = Rect { y: area.y + rows, height: left, ..area };
    (Rect { height: rows, ..area }, Some(detail))
}

/// Draws a border with a title; gives what is inside.
pub fn draw_frame(look: &Look, title: &Cell, area: Rect, buf: &mut Buffer) -> Rect {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    let block = Block::bordered().border_set(look.border()).border_style(look.style(Role::Border));
    let inner = block.inner(area);
    block.render(area, buf);
    let room = area.width.saturating_sub(4);
    draw_cell(look, title, (area.x + 2, area.y), room, Style::new(), buf);
    inner
}

/// What is inside a pane's border.
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Draws a detail from its line `top` on; past the end the last line stays on screen.
pub fn draw_detail(look: &Look, detail: &Detail, top: usize, area: Rect, buf: &mut Buffer) {
    let inner = draw_frame(look, &detail.title, area, buf);
    if inner.is_empty() {
        return;
    }
    let (width, height) = (usize::from(inner.width), usize::from(inner.height));
    let lines = detail.lines.from(top, width, height);
    for (row, line) in lines.iter().enumerate() {
        draw_cell(look, line, (inner.x, inner.y + row as u16), inner.width, Style::new(), buf);
    }
}

/// Breaks lines that are wider than `width`, until there are `enough`: the rest of a long text is
/// never looked at.
pub fn wrap(lines: &[Cell], width: usize, enough: usize) -> Vec<Cell> {
    let mut out = Vec::new();
    for line in lines {
        if out.len() > enough {
            break;
        }
        break_line(line, width.max(1), &mut out);
    }
    out
}

/// A part of a line and how wide it is.
#[derive(Default)]
struct Piece {
    cell: Cell,
    width: usize,
}

impl Piece {
    fn push(&mut self, text: &str, role: Role, width: usize) {
        match self.cell.runs.last_mut() {
            Some((run, last)) if *last == role => run.to_mut().push_str(text),
            _ => self.cell.runs.push((text.to_owned().into(), role)),
        }
        self.width += width;
    }

    fn append(&mut self, other: Self) {
        for (text, role) in other.cell.runs {
            self.push(&text, role, 0);
        }
        self.width += other.width;
    }
}

/// Breaks one line behind a blank where there is one, else within a word; the blank that has no
/// room is all that is left out.
fn break_line(line: &Cell, width: usize, out: &mut Vec<Cell>) {
    let mut current = Piece::default();
    let mut word = Piece::default();
    for (text, role) in &line.runs {
        for grapheme in UnicodeSegmentation::graphemes(text.as_ref(), true) {
            let wide = grapheme.width();
            let is_blank = grapheme == " ";
            let used = |current: &Piece, word: &Piece| current.width + word.width;
            let is_over = used(&current, &word) + wide > width;
            while used(&current, &word) > 0 && used(&current, &word) + wide > width {
                if is_blank || current.width == 0 {
                    current.append(std::mem::take(&mut word));
                }
                out.push(std::mem::take(&mut current).cell);
            }
            if is_blank && is_over {
                continue;
            }
            word.push(grapheme, *role, wide);
            if is_blank {
                current.append(std::mem::take(&mut word));
            }
        }
    }
    current.append(word);
    out.push(current.cell);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_and_nothing_is_lost() {
        let line = Cell::new("abcdef", Role::Text).then("ghi", Role::Muted);
        let lines = wrap(&[line], 4, 10);
        let text = |cell: &Cell| cell.runs.iter().map(|(t, _)| t.to_string()).collect::<String>();
        assert_eq!(lines.iter().map(text).collect::<Vec<_>>(), ["abcd", "efgh", "i"]);
    }

    #[test]
    fn a_line_is_broken_between_words_where_it_can_be() {
        let broken = |text: &'static str, width| {
            let lines = wrap(&[Cell::new(text, Role::Text)], width, 10);
            lines
                .iter()
                .map(|c| c.runs.iter().map(|(t, _)| &**t).collect())
                .collect::<Vec<String>>()
        };
        assert_eq!(broken("one two three", 8), ["one two ", "three"]);
        assert_eq!(broken("one two three", 7), ["one two", "three"]);
        assert_eq!(broken("  deep in", 6), ["  deep", "in"]);
        assert_eq!(broken("a verylongword", 6), ["a ", "verylo", "ngword"]);
        assert_eq!(broken("", 6), [""]);
    }

    proptest::proptest! {
        #[test]
        fn wrapping_loses_nothing_but_blanks_and_keeps_to_its_width(
            runs in proptest::collection::vec("[ab \u{4e00}]{0,9}", 0..4),
            width in 2_usize..8,
        ) {
            let roles = [Role::Text, Role::Muted];
            let runs: Vec<_> =
                runs.into_iter().zip(roles.iter().cycle()).map(|(t, r)| (t.into(), *r)).collect();
            let line = Cell { runs };
            let lines = wrap(std::slice::from_ref(&line), width, 99);
            let text = |cells: &[Cell]| -> Vec<(char, Role)> {
                let runs = cells.iter().flat_map(|cell| &cell.runs);
                let chars = runs.flat_map(|(text, role)| text.chars().map(|c| (c, *role)));
                chars.filter(|(c, _)| *c != ' ').collect()
            };
            proptest::prop_assert_eq!(text(&lines), text(&[line]));
            for line in &lines {
                let wide: usize = line.runs.iter().map(|(text, _)| text.width()).sum();
                proptest::prop_assert!(wide <= width, "{:?}", line);
            }
        }
    }

    #[test]
    fn the_detail_goes_below_on_a_narrow_screen_and_away_on_a_low_one() {
        let (rows, below) = detail_area(Rect::new(0, 0, 80, 22));
        assert_eq!((rows.height, below.unwrap().height), (15, 7));
        assert_eq!(detail_area(Rect::new(0, 0, 80, 10)).1, None);
        assert!(detail_area(Rect::new(0, 0, 200, 10)).1.unwrap().x > 100);
    }
}
