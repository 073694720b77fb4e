//! What of the detail beside a list is shown: it scrolls, and begins at the top for another row.
//!
//! Making and drawing it is done elsewhere. Invariant: after [`TableView::begin_detail`] the line at the
//! top belongs to the highlighted row; a row that is only updated keeps its place.

use super::TableView;
use crate::table::row::Row;
use crate::views::listing::Listing;
use crate::views::{Ctx, Response};

impl<L: Listing> TableView<L> {
    /// Begins the detail at the top where another row is highlighted than was when it was drawn last,
    /// whatever came between: a click, a filter, another order.
    pub(super) fn begin_detail(&mut self) {
        let key = self.model.selected().map(Row::key);
        if key.is_some() && key != self.detail_of {
            self.detail_top = 0;
            self.detail_of = key;
        }
    }

    /// Lines of the detail that are seen at once.
    pub(super) fn page(&self) -> isize {
        self.beside.map_or(1, |area| area.height.saturating_sub(2).max(1)) as isize
    }

    /// Moves the detail, no further than until its last line is at the bottom: the first step back
    /// is seen.
    pub(super) fn scroll(&mut self, ctx: &Ctx, by: isize) -> Response {
        let row = self.model.selected();
        let detail = row.and_then(|row| self.listing.detail(ctx, row));
        let (Some(area), Some(detail)) = (self.beside, detail) else {
            return Response::Ignored;
        };
        let (width, height) =
            (area.width.saturating_sub(2), usize::from(area.height.saturating_sub(2)));
        self.begin_detail();
        let wanted = self.detail_top.saturating_add_signed(by);
        let lines = detail.lines.count(usize::from(width), wanted + height);
        self.detail_top = wanted.min(lines.saturating_sub(height));
        Response::Changed
    }
}
