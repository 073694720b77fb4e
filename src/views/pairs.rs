//! Every pair of datacenters in a table: rows are from where, columns are to where. A field says how
//! what is carried between the two is, how far apart they are, and how many servers of the second
//! one gossip takes for alive; on the diagonal that is the datacenter itself.
//!
//! The cursor walks over fields; below stands what the field is made of. Enter shows its streams.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::replication::between;
use super::{Ctx, Entry, Place, Response, View, cells, fresh};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::Glanced;
use crate::domain::ids::Dc;
use crate::store::Change;
use crate::table::column::Cell;
use crate::table::job::Job;
use crate::ui::text::{age, count};
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::{Detail, Lines, below, draw_detail, draw_frame};

mod field;

use field::Field;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "pairs",
    aliases: &["wan"],
    takes: Takes::Nothing,
    doc: "from each datacenter to each: replication, round trip, servers that gossip knows",
    is_tab: false,
    open,
};

/// The width of a field and of the names before them.
const FIELD: u16 = 20;
const NAMES: u16 = 14;
/// Lines of a field, with the blank one below it.
const LINES: u16 = 3;

fn open(place: &Place) -> Box<dyn View> {
    Box::new(Pairs {
        place: place.clone(),
        dcs: Vec::new(),
        at: (0, 0),
        top: (0, 0),
        fits: (1, 1),
        shows_detail: true,
        detail_top: 0,
    })
}

/// The table.
struct Pairs {
    place: Place,
    dcs: Vec<Dc>,
    /// Row and column of the cursor.
    at: (usize, usize),
    /// The first row and column on screen.
    top: (usize, usize),
    /// Rows and columns that fit.
    fits: (usize, usize),
    shows_detail: bool,
    detail_top: usize,
}

impl Pairs {
    /// From and to of the field under the cursor.
    fn pair(&self) -> Option<(&Dc, &Dc)> {
        Some((self.dcs.get(self.at.0)?, self.dcs.get(self.at.1)?))
    }

    fn step(&mut self, rows: isize, columns: isize) -> Response {
        let last = self.dcs.len().saturating_sub(1);
        let (row, column) = self.at;
        self.at = (
            row.saturating_add_signed(rows).min(last),
            column.saturating_add_signed(columns).min(last),
        );
        self.follow();
        Response::Changed
    }

    /// Moves what is on screen so far that the cursor is in it.
    fn follow(&mut self) {
        let follow = |at: usize, top: usize, fits: usize| {
            at.min(top).max((at + 1).saturating_sub(fits.max(1)))
        };
        self.top = (
            follow(self.at.0, self.top.0, self.fits.0),
            follow(self.at.1, self.top.1, self.fits.1),
        );
        self.detail_top = 0;
    }

    /// Where the table and what stands below it go.
    fn areas(&self, area: Rect) -> (Rect, Option<Rect>) {
        if !self.shows_detail || self.dcs.is_empty() {
            return (area, None);
        }
        let wanted = (self.dcs.len() as u16).saturating_mul(LINES).saturating_add(3);
        below(area, wanted.min(area.height - area.height / 3))
    }

    fn detail(&self, ctx: &Ctx) -> Option<Detail> {
        let (from, to) = self.pair()?;
        let title = cells::text(&format!(" {from} -> {to} "), Role::Title);
        Some(Detail { title, lines: Lines::Whole(Field::of(ctx, from, to).lines(ctx)) })
    }

    /// Moves what stands below, no further than until its last line is seen.
    fn scroll(&mut self, ctx: &Ctx, by: isize) -> Response {
        let lines = self.detail(ctx).map_or(0, |detail| detail.lines.count(usize::MAX, usize::MAX));
        let last = lines.saturating_sub(1);
        self.detail_top = self.detail_top.saturating_add_signed(by).min(last);
        Response::Changed
    }

    fn copy(&self, ctx: &Ctx, is_json: bool) -> Response {
        let Some((from, to)) = self.pair() else { return Response::Ignored };
        let text = if is_json {
            serde_json::to_string_pretty(&Field::of(ctx, from, to).json()).unwrap_or_default()
        } else {
            format!("{from} -> {to}")
        };
        Response::Copy(text, String::from("1 pair"))
    }

    fn draw_table(&self, ctx: &Ctx, area: Rect, buf: &mut Buffer) {
        let dcs = count(self.dcs.len());
        let mut title =
            Cell::new(" pairs ", Role::Title).then(format!("[{dcs}x{dcs}]"), Role::Accent);
        title.runs.extend(fresh::of_pulses(ctx).runs);
        title = title.then(compared(ctx), Role::Muted);
        title = title.then(" | rows are from, columns are to ", Role::Muted);
        let inner = draw_frame(ctx.look, &title, area, buf);
        if self.dcs.is_empty() {
            let text = Cell::new("looking for datacenters", Role::Muted);
            let room = inner.width.saturating_sub(2);
            draw_cell(ctx.look, &text, (inner.x + 2, inner.y + 1), room, Style::new(), buf);
            return;
        }
        for (at, to) in self.dcs.iter().skip(self.top.1).enumerate() {
            let x = inner.x + NAMES + FIELD * at as u16;
            let room = FIELD.saturating_sub(1).min(inner.right().saturating_sub(x));
            draw_cell(ctx.look, &cells::dc(ctx, to), (x, inner.y), room, Style::new(), buf);
        }
        let rows = self.dcs.iter().enumerate().skip(self.top.0).take(self.fits.0.max(1));
        for (line, (row, from)) in rows.enumerate() {
            let y = inner.y + 1 + LINES * line as u16;
            if y >= inner.bottom() {
                break;
            }
            let line = Rect { y, height: (LINES - 1).min(inner.bottom() - y), ..inner };
            self.draw_row(ctx, (row, from), line, buf);
        }
    }

    fn draw_row(&self, ctx: &Ctx, (row, from): (usize, &Dc), area: Rect, buf: &mut Buffer) {
        let room = NAMES.saturating_sub(1).min(area.width);
        draw_cell(ctx.look, &cells::dc(ctx, from), (area.x, area.y), room, Style::new(), buf);
        for (place, (column, to)) in self.dcs.iter().enumerate().skip(self.top.1).enumerate() {
            let x = area.x + NAMES + FIELD * place as u16;
            if x >= area.right() {
                break;
            }
            let field = Rect { x, width: (FIELD - 1).min(area.right() - x), ..area };
            let is_here = self.at == (row, column);
            let over = if is_here { ctx.look.style(Role::Selected) } else { Style::new() };
            buf.set_style(field, over);
            let lines = Field::of(ctx, from, to).short(ctx);
            for (line, y) in lines.iter().zip(field.top()..field.bottom()) {
                draw_cell(ctx.look, line, (field.x, y), field.width, over, buf);
            }
        }
    }
}

/// When the stream between datacenters that was compared longest ago was, once that is worth a look.
fn compared(ctx: &Ctx) -> String {
    let between = ctx.store.streams.values().filter(|stream| stream.id.source.is_some());
    let oldest = between.filter_map(|stream| stream.at).min();
    let old = oldest.map(|at| (ctx.now - at).to_std().unwrap_or_default());
    old.filter(|old| *old >= fresh::YOUNG)
        .map_or_else(String::new, |old| format!(" | compared {} ago", age(old)))
}

impl View for Pairs {
    fn place(&self) -> &Place {
        &self.place
    }

    fn glanced(&self, _ctx: &Ctx) -> Glanced {
        Glanced { replication: true, ..Glanced::default() }
    }

    fn load(&mut self, ctx: &Ctx) -> Option<Job> {
        let here = self.pair().map(|(from, to)| (from.clone(), to.clone()));
        self.dcs = ctx.store.datacenters().map(|(dc, _)| dc.clone()).collect();
        // The cursor stays on its pair when datacenters come and go.
        if let Some((from, to)) = here {
            let place = |dc: &Dc| self.dcs.iter().position(|other| other == dc);
            self.at = (place(&from).unwrap_or_default(), place(&to).unwrap_or_default());
        }
        self.follow();
        None
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Response {
        match change {
            Change::Datacenters => self.load(ctx).into(),
            Change::Streams(_) | Change::Wan | Change::Datacenter(_) => Response::Changed,
            _ => Response::Ignored,
        }
    }

    fn act(&mut self, ctx: &Ctx, action: Action) -> Response {
        let page = self.fits.0.max(1) as isize;
        match action {
            Action::Up => self.step(-1, 0),
            Action::Down => self.step(1, 0),
            Action::Left => self.step(0, -1),
            Action::Right => self.step(0, 1),
            Action::PageUp => self.step(-page, 0),
            Action::PageDown => self.step(page, 0),
            Action::Top => self.step(isize::MIN, isize::MIN),
            Action::Bottom => self.step(isize::MAX, isize::MAX),
            Action::Open => match self.pair() {
                Some((from, to)) => Response::Open(between(from, to)),
                None => Response::Ignored,
            },
            Action::Copy => self.copy(ctx, false),
            Action::CopyRow => self.copy(ctx, true),
            Action::ToggleDetail => {
                self.shows_detail = !self.shows_detail;
                Response::Changed
            }
            Action::DetailUp | Action::DetailPageUp => self.scroll(ctx, -1),
            Action::DetailDown | Action::DetailPageDown => self.scroll(ctx, 1),
            _ => Response::Ignored,
        }
    }

    fn fit(&mut self, _ctx: &Ctx, area: Rect) {
        let (table, _) = self.areas(area);
        let columns = table.width.saturating_sub(2 + NAMES) / FIELD;
        let rows = table.height.saturating_sub(3).div_ceil(LINES);
        self.fits = (usize::from(rows), usize::from(columns));
        let top = self.detail_top;
        self.follow();
        self.detail_top = top;
    }

    fn draw(&self, ctx: &Ctx, area: Rect, buf: &mut Buffer) {
        let (table, beside) = self.areas(area);
        self.draw_table(ctx, table, buf);
        if let Some((area, detail)) = beside.zip(self.detail(ctx)) {
            draw_detail(ctx.look, &detail, self.detail_top, area, buf);
        }
    }
}
