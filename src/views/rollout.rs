//! The rollout of one service, full screen: what is said of it, a bar of its versions over all
//! datacenters and one for each, the trend and the last steps; below them its instances, those that
//! fail first, or all steps.
//!
//! `right` shows the steps in place of the instances, `left` the instances again. While it is shown
//! the service is followed in every datacenter, in motion or not. One that ended stays until the next
//! one begins.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::listing::TableView;
use super::{Ctx, Entry, Place, Response, View, cells};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::Glanced;
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::rollout::{Failing, Rollout, Sight};
use crate::domain::seat::Seat;
use crate::store::Change;
use crate::table::column::Cell;
use crate::table::filter::Filter;
use crate::table::job::{Job, Ordered};
use crate::ui::glyph::Sign;
use crate::ui::text::{age, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::{draw_frame, wrap};
use crate::views::fresh::NOT_RECORDED;

pub mod bars;
mod instances;
mod steps;
mod which;
pub mod words;

use instances::Instances;
use steps::StepList;
pub use which::Which;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "rollout",
    aliases: &["deploy"],
    takes: Takes::Service,
    doc: "the versions of one service in all datacenters, and how a rollout goes",
    is_tab: false,
    open,
};

/// From this width on the last steps stand beside the bars.
const SIDE_BY_SIDE: u16 = 120;
/// Lines of the list that the bars leave it.
const LEAST_BELOW: u16 = 6;

/// The place of the rollout of a service.
pub fn place(service: &str) -> Place {
    Place::new(ENTRY.name).of(service)
}

/// What a list of services does on the action that watches a rollout.
pub fn watch(service: Option<&ServiceName>) -> Response {
    match service.filter(|it| !it.is_empty()) {
        Some(service) => Response::Open(place(service.as_str())),
        None => Response::Notice(String::from("this is of no service: it has no rollout")),
    }
}

fn open(place: &Place) -> Box<dyn View> {
    let which = Which::of(place);
    Box::new(RolloutView {
        place: place.clone(),
        instances: TableView::new(place.clone(), Instances::new(which.clone())),
        steps: TableView::new(place.clone(), StepList::new(which.clone())),
        shows_steps: which.is_of_before(),
        which,
        counted: None,
        changes: 0,
    })
}

/// The time, the width and the change for which lines were counted.
type Stamp = (DateTime<Utc>, u16, u64);

/// The view: bars above, one of two lists below.
struct RolloutView {
    place: Place,
    which: Which,
    instances: TableView<Instances>,
    steps: TableView<StepList>,
    shows_steps: bool,
    /// The lines above the list, and for what they were counted.
    counted: Option<(Stamp, u16)>,
    /// How often what is shown changed.
    changes: u64,
}

impl RolloutView {
    fn rollout<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Arc<Rollout>> {
        self.which.find(ctx)
    }

    fn list(&self) -> &dyn View {
        if self.shows_steps { &self.steps } else { &self.instances }
    }

    fn list_mut(&mut self) -> &mut dyn View {
        if self.shows_steps { &mut self.steps } else { &mut self.instances }
    }

    /// What is said above the list, broken into lines.
    fn head(&self, ctx: &Ctx, width: u16) -> Vec<Cell> {
        let width = usize::from(width);
        let Some(rollout) = self.rollout(ctx) else {
            return wrap(&at_rest(ctx, &self.which), width, usize::MAX);
        };
        let sights = bars::sights(ctx, rollout);
        let scene = bars::Scene::new(ctx, rollout, &sights);
        wrap(&scene.lines(width), width, usize::MAX)
    }

    /// The columns of the last steps beside the bars.
    fn beside(&self, ctx: &Ctx, area: Rect) -> u16 {
        let has_steps = area.width >= SIDE_BY_SIDE && self.rollout(ctx).is_some();
        if has_steps { area.width / 3 } else { 0 }
    }

    /// Where bars, last steps and list go.
    fn areas(&self, ctx: &Ctx, area: Rect) -> (Rect, Option<Rect>, Rect) {
        let beside = self.beside(ctx, area);
        let (has_steps, width) = (beside > 0, area.width - beside);
        let lines = self.counted.map_or(0, |(_, lines)| lines);
        let least = if has_steps { 8 } else { 1 };
        let height = (lines.max(least) + 2).min(area.height.saturating_sub(LEAST_BELOW));
        let above = Rect { height, width, ..area };
        let steps = Rect { x: area.x + width, width: beside, ..above };
        let below = Rect { y: area.y + height, height: area.height - height, ..area };
        (above, has_steps.then_some(steps), below)
    }

    fn title(&self, ctx: &Ctx) -> Cell {
        let mut title = format!(" rollout {}", clean(self.which.service.as_str()));
        if let Some(rollout) = self.rollout(ctx) {
            title = format!("{title} {}", words::route(rollout));
        }
        Cell::new(title + " ", Role::Title)
    }
}

/// What is said of a service of which nothing is rolled out, nor was.
fn at_rest(ctx: &Ctx, which: &Which) -> Vec<Cell> {
    let looks = ctx.store.rollouts.looks(&which.service);
    let mut lines: Vec<Cell> = looks
        .filter(|(_, look)| !look.seats.seats.is_empty())
        .map(|(dc, look)| {
            let of = |(version, counts): (&Arc<str>, &crate::domain::health::Counts)| {
                format!("{} {}", words::version(version), counts.total())
            };
            let split: Vec<String> = look.split().iter().map(of).collect();
            cells::text(&format!("{dc}  {}", split.join("  ")), Role::Text)
        })
        .collect();
    let text = match (lines.is_empty(), ctx.is_past) {
        (true, _) if which.begins_after(ctx.now) => "it had not begun then",
        (false, _) if which.begins_after(ctx.now) => "it had not begun then; there was",
        (false, true) if which.is_of_before() => "it was not kept then; there was",
        (false, false) if which.is_of_before() => "it is not kept any more; there is now",
        (true, true) => NOT_RECORDED,
        (true, false) => "nothing is known of its instances so far",
        (false, true) => "one version as it was told last: nothing was rolled out",
        (false, false) => {
            "one version: nothing is rolled out; it is watched, and begins here by itself"
        }
    };
    lines.insert(0, Cell::new(text, Role::Muted));
    // What is there may have another version.
    let unseen =
        ctx.store.sights(&which.service).into_iter().filter_map(|(dc, sight)| match sight {
            Sight::Unclear(unseen) => Some(format!("{dc} cannot be seen: {}", unseen.why)),
            Sight::Partial(why) => Some(format!("{dc}: {why}")),
            Sight::Clear => None,
        });
    lines.extend(unseen.map(|text| cells::text(&text, Role::Stale)));
    lines
}

/// A failing instance in a line: `✗ web-7 on n-3 in dc-2, critical for 40s`; `is_old` where its
/// datacenter cannot be seen now.
pub(super) fn failing(ctx: &Ctx, place: (&Dc, &Seat), failing: &Failing, is_old: bool) -> Cell {
    let (dc, seat) = place;
    let since = age(words::span(ctx.now - failing.since));
    let name = format!(" {} on {} in {dc}", seat.id, seat.node);
    let status = seat.status;
    if is_old {
        return Cell::new(ctx.look.sign(Sign::Stale), Role::Stale)
            .then(clean(&name).into_owned(), Role::Text)
            .then(format!(", was {}", status.word()), Role::Stale);
    }
    Cell::new(ctx.look.status(status), cells::role(status))
        .then(clean(&name).into_owned(), Role::Text)
        .then(format!(", {} for {since}", status.word()), cells::role(status))
}

impl View for RolloutView {
    fn place(&self) -> &Place {
        &self.place
    }

    fn glanced(&self, _ctx: &Ctx) -> Glanced {
        Glanced { rollouts: vec![self.which.service.clone()], ..Glanced::default() }
    }

    fn load(&mut self, ctx: &Ctx) -> Option<Job> {
        self.changes += 1;
        // Steps are few: their order is never worked out elsewhere.
        let _ = self.steps.load(ctx);
        self.instances.load(ctx)
    }

    fn hide(&mut self) {
        self.instances.hide();
        self.steps.hide();
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Response {
        let is_mine = match change {
            Change::Seats(_, service) => *service == self.which.service,
            Change::Rollouts | Change::Datacenters | Change::Datacenter(_) => true,
            _ => false,
        };
        if !is_mine {
            return Response::Ignored;
        }
        self.changes += 1;
        let _ = self.steps.patch(ctx, change);
        match self.instances.patch(ctx, change) {
            Response::Ignored => Response::Changed,
            response => response,
        }
    }

    fn take(&mut self, ordered: Ordered) {
        self.instances.take(ordered);
    }

    fn act(&mut self, ctx: &Ctx, action: Action) -> Response {
        match action {
            Action::Right | Action::Left => {
                self.shows_steps = action == Action::Right;
                Response::Changed
            }
            other => self.list_mut().act(ctx, other),
        }
    }

    fn filter(&self) -> Option<&Filter> {
        self.list().filter()
    }

    fn filter_by(&mut self, filter: Filter) -> Response {
        self.list_mut().filter_by(filter)
    }

    fn sort_by(&mut self, ctx: &Ctx, column: &str, reversed: bool) -> Result<Option<Job>, String> {
        self.list_mut().sort_by(ctx, column, reversed)
    }

    fn click(&mut self, line: u16) {
        self.list_mut().click(line);
    }

    fn fit(&mut self, ctx: &Ctx, area: Rect) {
        let width = area.width - self.beside(ctx, area);
        let stamp = (ctx.now, width, self.changes);
        if self.counted.is_none_or(|(counted, _)| counted != stamp) {
            let lines = self.head(ctx, width.saturating_sub(2)).len() as u16;
            self.counted = Some((stamp, lines));
        }
        let (_, _, below) = self.areas(ctx, area);
        self.instances.fit(ctx, below);
        self.steps.fit(ctx, below);
    }

    fn draw(&self, ctx: &Ctx, area: Rect, buf: &mut Buffer) {
        let (above, beside, below) = self.areas(ctx, area);
        let inner = draw_frame(ctx.look, &self.title(ctx), above, buf);
        for (y, line) in (inner.y..inner.bottom()).zip(self.head(ctx, inner.width)) {
            draw_cell(ctx.look, &line, (inner.x, y), inner.width, Style::new(), buf);
        }
        if let (Some(area), Some(rollout)) = (beside, self.rollout(ctx)) {
            let title = Cell::new(" last steps (right: all) ", Role::Title);
            let inner = draw_frame(ctx.look, &title, area, buf);
            let lines = steps::last(ctx, rollout, usize::from(inner.height));
            for (y, line) in (inner.y..inner.bottom()).zip(lines) {
                draw_cell(ctx.look, &line, (inner.x, y), inner.width, Style::new(), buf);
            }
        }
        self.list().draw(ctx, below, buf);
    }
}
