//! Sorting a list on screen: by a column's name, or by the one that is picked.

use super::{Listing, TableView};
use crate::table::row::Sort;
use crate::views::{Ctx, Response};

impl<L: Listing> TableView<L> {
    /// The sort of a column, in its own direction unless it is sorted so already.
    pub(super) fn sort_of(
        &self,
        ctx: &Ctx,
        column: &str,
        reversed: Option<bool>,
    ) -> Option<Sort<L::Row>> {
        let column = self.columns(ctx).into_iter().find(|c| &*c.id == column)?;
        let sort = column.sort(false)?;
        let now = self.model.sort();
        let flip = reversed
            .unwrap_or_else(|| now.column == sort.column && now.descending == sort.descending);
        column.sort(flip)
    }

    pub(super) fn resort(&mut self, ctx: &Ctx, column: &str) -> Response {
        match self.sort_of(ctx, column, None) {
            Some(sort) => self.model.sort_by(sort).into(),
            None => Response::Notice(self.unsortable(ctx, column)),
        }
    }

    /// That a column cannot be sorted by, and which can.
    pub(super) fn unsortable(&self, ctx: &Ctx, column: &str) -> String {
        let columns = self.columns(ctx);
        let ids = columns.iter().filter(|c| c.compare.is_some()).map(|c| &*c.id);
        let ids = ids.collect::<Vec<_>>().join(", ");
        match columns.iter().find(|c| &*c.id == column) {
            Some(it) => format!("column '{}' has no order; there are {ids} to sort by", it.title),
            None => format!("no column '{column}' to sort by; there are {ids}"),
        }
    }

    /// Moves the picked column and says which it is.
    pub(super) fn pick(&mut self, ctx: &Ctx, by: isize) -> Response {
        let titles: Vec<String> = self.columns(ctx).iter().map(|c| c.title.to_string()).collect();
        self.picked = self.picked.saturating_add_signed(by).min(titles.len().saturating_sub(1));
        Response::Changed
    }

    pub(super) fn sort_picked(&mut self, ctx: &Ctx) -> Response {
        let id = self.columns(ctx).get(self.picked).map(|column| column.id.clone());
        id.map_or(Response::Ignored, |id| self.resort(ctx, &id))
    }
}
