//! Overview: a row for each datacenter, then every fact of the highlighted one with its whole note,
//! and at the bottom the worst services over all of them.
//!
//! The cursor walks from the datacenters into the services. Enter on a datacenter focuses it and
//! shows its failing checks; a datacenter that is focused has the cursor. Facts have no cursor; they scroll and hide as any detail does.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::listing::TableView;
use super::services::Services;
use super::{Ctx, Entry, Place, Response, View};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::ids::Dc;
use crate::store::Change;
use crate::table::filter::Filter;
use crate::table::job::{Job, Ordered};
use crate::ui::widgets::pane::Lines;

mod datacenters;
mod facts;

use datacenters::Datacenters;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "overview",
    aliases: &["ov", "pulses", "pu", "dcs"],
    takes: Takes::Nothing,
    doc: "every datacenter in a line, and the worst services",
    is_tab: true,
    open,
};

fn open(place: &Place) -> Box<dyn View> {
    Box::new(Overview {
        place: place.clone(),
        datacenters: TableView::new(place.clone(), Datacenters::default()),
        worst: TableView::new(place.clone(), Services).faults_only("worst services"),
        focus: None,
        is_below: false,
        above: 0,
    })
}

/// The view: two lists, of which one has the cursor.
struct Overview {
    place: Place,
    datacenters: TableView<Datacenters>,
    worst: TableView<Services>,
    /// The datacenter that lists were limited to when it was loaded last.
    focus: Option<Dc>,
    is_below: bool,
    /// Lines above the worst services.
    above: u16,
}

/// Lines of a list that are not rows: its border and its headings.
const AROUND: u16 = 3;
/// Lines of the worst services that the facts leave them, where there are as many.
const LEAST_BELOW: u16 = AROUND + 2;
/// The most lines of facts: a longer note scrolls.
const MOST_FACTS: usize = 16;

impl Overview {
    fn active(&mut self) -> &mut dyn View {
        if self.is_below { &mut self.worst } else { &mut self.datacenters }
    }

    /// Moves the cursor over the border between the lists.
    fn cross(&mut self, is_below: bool) -> Response {
        self.is_below = is_below;
        self.datacenters.set_active(!is_below);
        self.worst.set_active(is_below);
        Response::Changed
    }

    /// The datacenters get the rows that they need, at most half; then the facts what the longest
    /// of them need. The first area holds both.
    fn areas(&self, ctx: &Ctx, area: Rect) -> (Areas, Rect) {
        let rows = self.datacenters.rows() as u16;
        let rows = rows.max(1).saturating_add(AROUND).min(area.height.div_ceil(2).max(AROUND + 1));
        let rows = rows.min(area.height);
        let free = area.height.saturating_sub(rows + LEAST_BELOW);
        let facts = if self.datacenters.shows_detail() { facts_height(ctx, area.width) } else { 0 };
        let above = rows + facts.min(free);
        let below = Rect { y: area.y + above, height: area.height - above, ..area };
        (Areas { above: Rect { height: above, ..area }, rows }, below)
    }
}

/// Where the datacenters and their facts go.
struct Areas {
    above: Rect,
    /// Lines of the list; the rest is of the facts.
    rows: u16,
}

/// Lines of the facts of any datacenter with their border: the list below does not jump while the
/// cursor moves.
fn facts_height(ctx: &Ctx, width: u16) -> u16 {
    let width = usize::from(width.saturating_sub(2));
    let all = ctx.store.datacenters().map(|(name, dc)| Lines::Whole(facts::lines(ctx, name, dc)));
    let most = all.map(|lines| lines.count(width, MOST_FACTS)).max().unwrap_or(0);
    most.min(MOST_FACTS) as u16 + 2
}

impl View for Overview {
    fn place(&self) -> &Place {
        &self.place
    }

    fn load(&mut self, ctx: &Ctx) -> Option<Job> {
        let is_below = self.is_below;
        self.cross(is_below);
        if self.focus.as_ref() != ctx.focus {
            self.focus = ctx.focus.cloned();
            self.datacenters.start_again();
        }
        // Datacenters are few: their order is never worked out elsewhere.
        let _ = self.datacenters.load(ctx);
        self.worst.load(ctx)
    }

    fn forget(&mut self) {
        self.datacenters.forget();
        self.worst.forget();
    }

    fn hide(&mut self) {
        self.worst.hide();
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Response {
        // Datacenters are few: their order is never worked out elsewhere.
        let above = self.datacenters.patch(ctx, change);
        match self.worst.patch(ctx, change) {
            Response::Ignored => above,
            response => response,
        }
    }

    fn take(&mut self, ordered: Ordered) {
        self.worst.take(ordered);
    }

    fn act(&mut self, ctx: &Ctx, action: Action) -> Response {
        match action {
            Action::Down if !self.is_below && self.datacenters.is_at_end() => self.cross(true),
            Action::Up if self.is_below && self.worst.is_at_start() => self.cross(false),
            Action::ToggleDetail
            | Action::DetailUp
            | Action::DetailDown
            | Action::DetailPageUp
            | Action::DetailPageDown => self.datacenters.act(ctx, action),
            other => self.active().act(ctx, other),
        }
    }

    fn filter(&self) -> Option<&Filter> {
        self.worst.filter()
    }

    fn filter_by(&mut self, filter: Filter) -> Response {
        self.worst.filter_by(filter)
    }

    fn sort_by(&mut self, ctx: &Ctx, column: &str, reversed: bool) -> Result<Option<Job>, String> {
        self.active().sort_by(ctx, column, reversed)
    }

    fn click(&mut self, line: u16) {
        self.cross(line >= self.above);
        if line >= self.above {
            self.worst.click(line - self.above);
        } else {
            self.datacenters.click(line);
        }
    }

    fn fit(&mut self, ctx: &Ctx, area: Rect) {
        let (Areas { above, rows }, below) = self.areas(ctx, area);
        self.above = above.height;
        self.datacenters.divide(rows);
        self.datacenters.fit(ctx, above);
        self.worst.fit(ctx, below);
    }

    fn draw(&self, ctx: &Ctx, area: Rect, buf: &mut Buffer) {
        let (Areas { above, .. }, below) = self.areas(ctx, area);
        self.datacenters.draw(ctx, above, buf);
        self.worst.draw(ctx, below, buf);
    }
}
