//! A list on screen: moving, sorting, filtering, marking, copying, the detail pane and drawing.

mod beside;
mod sorting;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Listing, ON_ROWS, Patch, Seen};
use crate::app::action::{Action, When};
use crate::app::command::Grouping;
use crate::app::seek::Answer;
use crate::app::task::{Ask, News};
use crate::domain::event::export::Export;
use crate::domain::feed::{Glanced, Wanted};
use crate::store::Change;
use crate::table::column::Column;
use crate::table::filter::Filter;
use crate::table::job::{Job, Ordered};
use crate::table::model::TableModel;
use crate::table::row::{Row, Sort};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{below, detail_area, draw_detail};
use crate::ui::widgets::table::{Head, draw_table};
use crate::views::fresh::{self, Partly};
use crate::views::{Ctx, Place, Response, View, map};

/// What a list of faults says when it has none: its other rows are there, only not shown.
const NO_FAULTS: &str = "nothing is failing";

/// A list on screen.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct TableView<L: Listing> {
    place: Place,
    listing: L,
    model: TableModel<L::Row>,
    is_wide: bool,
    is_faults_only: bool,
    shows_detail: bool,
    /// The first line of the detail that is shown, and of which row that is.
    detail_top: usize,
    detail_of: Option<<L::Row as Row>::Key>,
    /// The place among the columns that `sort-column` sorts by.
    picked: usize,
    room: u16,
    /// The lines of the rows, where the view that holds the list puts the detail right below them.
    rows_height: Option<u16>,
    /// Where the detail is drawn.
    beside: Option<Rect>,
    /// False while another list of the same view has the cursor.
    is_active: bool,
    /// False until the first load, which chooses how it is sorted.
    is_loaded: bool,
    /// False until the cursor was put on the row that the list was opened for.
    is_started: bool,
    /// What it is called instead of what the listing says.
    called: Option<&'static str>,
}

impl<L: Listing> TableView<L> {
    /// A list without rows; [`View::load`] brings them.
    pub fn new(place: Place, listing: L) -> Self {
        // Rows come with the first load, which also knows the columns.
        let compare = Arc::new(|a: &L::Row, b: &L::Row| a.tie(b));
        let sort = Sort { column: listing.first_sort().into(), descending: false, compare };
        Self {
            place,
            listing,
            model: TableModel::new(sort),
            is_wide: false,
            is_faults_only: false,
            shows_detail: true,
            detail_top: 0,
            detail_of: None,
            picked: 0,
            room: 80,
            rows_height: None,
            beside: None,
            is_active: true,
            is_loaded: false,
            is_started: false,
            called: None,
        }
    }

    /// The same list with faults only, under another name.
    #[must_use]
    pub fn faults_only(mut self, called: &'static str) -> Self {
        self.is_faults_only = true;
        self.called = Some(called);
        self
    }

    /// Gives the cursor to this list, or takes it away.
    pub fn set_active(&mut self, is_active: bool) {
        self.is_active = is_active;
    }

    /// True while the detail is wanted.
    pub fn shows_detail(&self) -> bool {
        self.shows_detail
    }

    /// Divides its area after so many lines: rows above, the detail below.
    pub fn divide(&mut self, rows_height: u16) {
        self.rows_height = Some(rows_height);
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.model.len()
    }

    /// True on the first row.
    pub fn is_at_start(&self) -> bool {
        self.model.cursor() == 0
    }

    /// True on the last row.
    pub fn is_at_end(&self) -> bool {
        self.model.cursor() + 1 >= self.model.shown()
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx) -> Vec<Column<'a, L::Row>> {
        self.listing.columns(ctx, self.is_wide, self.room)
    }

    fn copy(&self, ctx: &Ctx, is_json: bool) -> Response {
        let (marked, hidden) = self.model.marked();
        let rows = if marked.is_empty() { Vec::from_iter(self.model.selected()) } else { marked };
        let text = if is_json {
            let rows: Vec<_> = rows.iter().map(|row| self.listing.json(ctx, row)).collect();
            serde_json::to_string_pretty(&rows).unwrap_or_default()
        } else {
            rows.iter().map(|row| self.listing.name(row)).collect::<Vec<_>>().join("\n")
        };
        if rows.is_empty() {
            return Response::Notice(String::from("nothing to copy"));
        }
        let what = match (rows.len(), hidden) {
            (1, 0) => String::from("1 row"),
            (n, 0) => format!("{n} rows"),
            (n, hidden) => format!("{n} marked rows; {hidden} more are hidden by the filter"),
        };
        Response::Copy(text, what)
    }

    /// What the listing does with the marked rows, or the highlighted one.
    fn act_on_rows(&mut self, ctx: &Ctx, action: Action) -> Option<Response> {
        if !ON_ROWS.contains(&action) {
            return None;
        }
        let (marked, hidden) = self.model.marked();
        if hidden > 0 {
            let text = format!("the filter hides {hidden} of the marked rows; esc shows them");
            return Some(Response::Notice(text));
        }
        let rows = if marked.is_empty() { Vec::from_iter(self.model.selected()) } else { marked };
        let rows: Vec<L::Row> = rows.into_iter().cloned().collect();
        self.listing.act_on(ctx, action, &rows)
    }

    fn keep_faults(&self, patch: &mut Patch<L::Row>) {
        if self.is_faults_only {
            let (faults, fine) = std::mem::take(&mut patch.upserts)
                .into_iter()
                .partition(|row| self.listing.is_fault(row));
            patch.upserts = faults;
            patch.removed.extend(Vec::from_iter(fine).iter().map(Row::key));
        }
    }

    fn apply(&mut self, mut patch: Patch<L::Row>) -> Response {
        self.keep_faults(&mut patch);
        let job = if patch.is_whole {
            let job = self.model.load(patch.upserts);
            self.model.drop_lost_marks();
            job
        } else {
            self.model.patch(patch.upserts, &patch.removed)
        };
        self.start();
        job.into()
    }

    /// Looks for the row to begin on once more: another one is meant now.
    pub fn start_again(&mut self) {
        self.is_started = false;
    }

    /// Puts the cursor on the row that the list was opened for, as soon as that is there.
    fn start(&mut self) {
        if !self.is_started {
            let start = self.listing.starts_at();
            self.is_started = start.is_none_or(|key| self.model.go_to(&key));
        }
    }

    fn navigate(&mut self, action: Action) -> bool {
        let model = &mut self.model;
        match action {
            Action::Up => model.step(-1),
            Action::Down => model.step(1),
            Action::PageUp => model.page(-1),
            Action::PageDown => model.page(1),
            Action::Top => model.go(0),
            Action::Bottom => model.go(usize::MAX),
            Action::Mark => model.mark(),
            Action::MarkRange => model.mark_range(),
            Action::ClearMarks => model.clear_marks(),
            Action::ToggleDetail => self.shows_detail = !self.shows_detail,
            _ => return false,
        }
        self.detail_top = 0;
        true
    }

    /// Where rows and detail go.
    fn areas(&self, area: Rect) -> (Rect, Option<Rect>) {
        let is_shown = self.shows_detail && self.listing.has_detail() && !self.model.is_empty();
        match self.rows_height {
            _ if !is_shown => (area, None),
            Some(height) => below(area, height),
            None => detail_area(area),
        }
    }
}

impl<L: Listing> View for TableView<L> {
    fn place(&self) -> &Place {
        &self.place
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let mut subjects = self.listing.subjects(ctx);
        if let Some(row) = self.model.selected() {
            subjects.extend(self.listing.watched(row));
        }
        subjects
    }

    fn glanced(&self, ctx: &Ctx) -> Glanced {
        let rows = self.model.window().filter_map(|at| self.model.row(at)).collect();
        let beside = self.beside.and_then(|_| self.model.selected());
        self.listing.glanced(ctx, &Seen { rows, beside, is_wide: self.is_wide })
    }

    fn hints(&self, ctx: &Ctx) -> Vec<(Action, &'static str)> {
        self.listing.hints(ctx, self.model.selected())
    }

    fn load(&mut self, ctx: &Ctx) -> Option<Job> {
        let mut rows = self.listing.load(ctx);
        if self.is_faults_only {
            rows.retain(|row| self.listing.is_fault(row));
        }
        let (column, descending) = (self.model.sort().column.clone(), self.model.sort().descending);
        // What a column compares may depend on what is known now; the operator's direction stays.
        if let Some(sort) = self.sort_of(ctx, &column, Some(false)) {
            let descending = if self.is_loaded { descending } else { sort.descending };
            self.model.set_sort(Sort { descending, ..sort });
        }
        self.is_loaded = true;
        let job = self.model.load(rows);
        // Of a marked row that was not there yet the mark stays, as the cursor does.
        if !ctx.is_past {
            self.model.drop_lost_marks();
        }
        self.start();
        job
    }

    fn hide(&mut self) {
        self.model.unload();
        self.listing.hide();
    }

    fn forget(&mut self) {
        self.listing.forget();
    }

    fn is_of_now(&self) -> bool {
        self.listing.is_of_now()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Response {
        let patch = self.listing.patch(ctx, change);
        patch.map_or(Response::Ignored, |patch| self.apply(patch))
    }

    fn take(&mut self, ordered: Ordered) {
        self.model.take(ordered);
    }

    fn asks(&self, ctx: &Ctx) -> Option<Ask> {
        self.listing.asks(ctx)
    }

    fn news(&mut self, ctx: &Ctx, news: News) -> Response {
        match self.listing.told(ctx, news) {
            Ok(patch) => self.apply(patch),
            Err(news) => match self.listing.news(ctx, news) {
                Response::Changed => self.load(ctx).into(),
                response => response,
            },
        }
    }

    fn renew(&mut self) {
        self.listing.renew();
    }

    fn stopped(&mut self, _ctx: &Ctx) {
        self.listing.stopped();
    }

    fn act(&mut self, ctx: &Ctx, action: Action) -> Response {
        let is_change = action.info().is_some_and(|info| info.when == When::Change);
        if is_change && self.model.is_stand_in() {
            let text = "the row that was here is gone; move to the one that is meant";
            return Response::Notice(String::from(text));
        }
        if let Some(response) = self.act_on_rows(ctx, action) {
            return response;
        }
        let row = self.model.selected().cloned();
        if let Some(response) = self.listing.act(ctx, action, row.as_ref()) {
            let is_changed = matches!(response, Response::Changed);
            return if is_changed { self.load(ctx).into() } else { response };
        }
        match action {
            Action::Open => {
                let place = row.and_then(|row| self.listing.open(ctx, &row));
                // Who comes back finds the cursor on what was opened, wherever that is then.
                if place.is_some() && !self.model.is_stand_in() {
                    self.model.go(self.model.cursor());
                }
                place.map_or(Response::Ignored, Response::Open)
            }
            Action::Consumers | Action::ShowMap => {
                match row.and_then(|row| self.listing.consumers(&row)) {
                    Some(place) if action == Action::ShowMap => Response::Open(map::around(&place)),
                    Some(place) => Response::Open(place),
                    None => Response::Notice(String::from("this row is of no service")),
                }
            }
            Action::Copy => self.copy(ctx, false),
            Action::CopyRow => self.copy(ctx, true),
            Action::SortName => self.resort(ctx, "name"),
            Action::SortStatus => self.resort(ctx, "status"),
            Action::SortAge => self.resort(ctx, "age"),
            Action::ColumnLeft => self.pick(ctx, -1),
            Action::ColumnRight => self.pick(ctx, 1),
            Action::SortColumn => self.sort_picked(ctx),
            Action::Wide => {
                self.is_wide = !self.is_wide;
                Response::Changed
            }
            Action::FaultsOnly => {
                self.is_faults_only = !self.is_faults_only;
                self.load(ctx).into()
            }
            Action::DetailUp => self.scroll(ctx, -1),
            Action::DetailDown => self.scroll(ctx, 1),
            Action::DetailPageUp => self.scroll(ctx, -self.page()),
            Action::DetailPageDown => self.scroll(ctx, self.page()),
            other if self.navigate(other) => Response::Changed,
            _ => Response::Ignored,
        }
    }

    fn events(&self, ctx: &Ctx) -> Result<Box<Export>, String> {
        let rows = (0..self.model.shown()).filter_map(|at| self.model.row(at));
        self.listing.events(ctx, &rows.collect::<Vec<_>>(), self.model.filter())
    }

    fn filter(&self) -> Option<&Filter> {
        Some(self.listing.query().unwrap_or_else(|| self.model.filter()))
    }

    fn filter_by(&mut self, filter: Filter) -> Response {
        if self.is_fuzzy() {
            self.model.release();
            return self.listing.seek(filter);
        }
        self.model.filter_by(filter).into()
    }

    fn is_fuzzy(&self) -> bool {
        self.listing.query().is_some()
    }

    fn appears(&mut self, ctx: &Ctx) -> Response {
        self.listing.appears(ctx)
    }

    fn sought(&mut self, ctx: &Ctx, answer: Answer) -> Response {
        let response = self.listing.sought(ctx, answer);
        if !matches!(response, Response::Ignored) {
            // Its hits are few: their order is never worked out elsewhere.
            let _ = self.load(ctx);
        }
        response
    }

    fn sort_by(&mut self, ctx: &Ctx, column: &str, reversed: bool) -> Result<Option<Job>, String> {
        if let Some(sort) = self.sort_of(ctx, column, Some(reversed)) {
            return Ok(self.model.sort_by(sort));
        }
        Err(self.unsortable(ctx, column))
    }

    fn group_by(&mut self, ctx: &Ctx, by: Grouping) -> Response {
        if self.listing.group_by(by) {
            return self.load(ctx).into();
        }
        Response::Notice(String::from("nothing to group here"))
    }

    fn click(&mut self, line: u16) {
        // The border and the headings stand above the first row.
        let at = self.model.window().start + usize::from(line.saturating_sub(2));
        if line >= 2 && at < self.model.window().end {
            self.model.go(at);
        }
    }

    fn fit(&mut self, _ctx: &Ctx, area: Rect) {
        let (rows, beside) = self.areas(area);
        self.beside = beside;
        self.room = rows.width.saturating_sub(2);
        self.model.fit(usize::from(rows.height.saturating_sub(3)));
        self.begin_detail();
    }

    fn draw(&self, ctx: &Ctx, area: Rect, buf: &mut Buffer) {
        let (rows, beside) = self.areas(area);
        let heading = self.listing.heading(ctx);
        let fresh = fresh::worst(ctx, &heading.made_of, self.place.dc.as_ref());
        let everywhere = heading.is_of_all.then(|| fresh::everywhere(ctx, &heading.made_of));
        let what = match (self.called, ctx.focus) {
            (Some(called), Some(dc)) => format!("{called} @ {dc}"),
            (Some(called), None) => String::from(called),
            (None, _) => heading.what,
        };
        let is_faults_only = self.is_faults_only && self.called.is_none();
        let begun = self.listing.begun();
        let partly = Partly { is_faults_only, begun: &begun };
        let shown = everywhere.as_ref().unwrap_or(&fresh);
        let mut title = fresh::title(ctx, &what, &self.model, shown, partly);
        if let Some(says) = self.listing.says(ctx) {
            title.runs.extend(says.runs);
            title = title.then(" ", Role::Title);
        }
        let nothing = if self.is_faults_only { NO_FAULTS } else { self.listing.nothing() };
        let empty = fresh::empty_text(ctx, &self.model, &fresh, nothing, !begun.is_empty());
        let head =
            Head { title: &title, empty: &empty, picked: self.picked, has_cursor: self.is_active };
        draw_table(ctx.look, &self.model, self.columns(ctx), &head, rows, buf);
        let detail = beside.and_then(|area| {
            let row = self.model.selected()?;
            Some((area, self.listing.detail(ctx, row)?))
        });
        if let Some((area, detail)) = detail {
            draw_detail(ctx.look, &detail, self.detail_top, area, buf);
        }
    }
}
