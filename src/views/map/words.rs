//! What the map says of itself: its title, and why there is nothing.

use super::{Map, list};
use crate::domain::freshness::State;
use crate::table::column::Cell;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::views::{Ctx, fresh};

impl Map {
    pub(super) fn title(&self, ctx: &Ctx) -> Cell {
        let all = self.net.names().len();
        let mut title = Cell::new(" map ", Role::Title);
        title = title.then(format!("[{}]", count(self.shown.len())), Role::Accent);
        let lost = self.around.as_ref().filter(|name| self.net.find(name).is_none());
        let lost = lost.filter(|_| all > 0 && !self.is_all);
        if self.picture.groups() > 0 {
            title = title.then(format!(" of {} services, folded", count(all)), Role::Muted);
        } else if self.shown.len() < all && (self.is_all || lost.is_some()) {
            title = title.then(format!(" of {}", count(all)), Role::Muted);
        } else if self.shown.len() < all {
            let around = self.around.as_ref().or(self.at.as_ref());
            let around = around.map(|name| clean(name.as_str()).into_owned()).unwrap_or_default();
            let text = format!(" of {}, {} steps around {around}", count(all), self.hops);
            title = title.then(text, Role::Muted);
        }
        if self.drawn.hidden > 0 {
            let text = format!(", {} implied edges hidden", count(self.drawn.hidden));
            title = title.then(text, Role::Muted);
        }
        title = title.then(self.apart_counted(ctx), Role::Warning);
        if let Some(name) = lost {
            let text = format!(", no edge of '{}' is known", clean(name.as_str()));
            title = title.then(text, Role::Warning);
        }
        if self.left_out > 0 {
            title = title.then(format!(", {} have no room", count(self.left_out)), Role::Warning);
        }
        let reading = ctx.store.datacenters().filter_map(|(_, state)| state.edges.as_ref());
        let (read, of) = reading.fold((0, 0), |sum, it| (sum.0 + it.read.0, sum.1 + it.read.1));
        if read < of {
            title =
                title.then(format!(" {} of {} services read", count(read), count(of)), Role::Stale);
        }
        let states = fresh::everywhere(ctx, &[list()]);
        title = title.then(" ", Role::Muted);
        let (well, ill): (Vec<_>, Vec<_>) =
            states.iter().partition(|(_, freshness)| freshness.state == State::Live);
        if let Some((_, freshness)) = well.first() {
            title.runs.extend(fresh::words(ctx, freshness).runs);
        }
        for (dc, freshness) in ill {
            title = title.then(format!(" {}: ", clean(dc.as_str())), Role::Muted);
            title.runs.extend(fresh::words(ctx, freshness).runs);
        }
        title.then(" ", Role::Muted)
    }

    /// Why there is nothing.
    pub(super) fn empty(ctx: &Ctx) -> Vec<Cell> {
        let is_known = ctx
            .store
            .datacenters()
            .any(|(_, state)| state.edges.as_ref().is_some_and(|edges| edges.at.is_some()));
        let mut lines = vec![Cell::default()];
        if let (true, Some((_, detail))) = (ctx.store.is_empty(), &ctx.store.discovery) {
            lines.push(Cell::new(clean(detail).into_owned(), Role::Error));
            return lines;
        }
        let text = match is_known {
            true => "no service says whom it calls",
            false if ctx.is_past => fresh::NOT_RECORDED,
            false if ctx.store.is_all_dark() => {
                "no datacenter answers that could say who calls whom"
            }
            false => "looking who calls whom",
        };
        lines.push(Cell::new(text, Role::Muted));
        if is_known {
            lines.push(Cell::new(
                "known from Connect proxies, intentions, meta data ('upstreams', 'depends-on'), tags \
                 ('upstream:NAME') and a file: see [map] in the settings",
                Role::Muted,
            ));
        }
        lines
    }
}
