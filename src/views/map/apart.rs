//! Services without an edge: they are not on the map, and it says so where they fail or are asked for.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Map, fails, known_of};
use crate::domain::ids::ServiceName;
use crate::table::column::Cell;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::line::draw_cell;
use crate::ui::widgets::pane::wrap;
use crate::views::Ctx;
use crate::views::known::{Known, Sure};

/// So many are named where there is a line for them.
const NAMED: usize = 3;

impl Map {
    /// The service that is asked for and has no edge.
    pub(super) fn alone(&self) -> Option<&ServiceName> {
        let named = self.around.as_ref().filter(|name| self.net.find(name).is_none());
        named.filter(|_| !self.is_all && !self.net.names().is_empty())
    }

    /// Looks which services fail and have no edge.
    pub(super) fn set_apart(&mut self, ctx: &Ctx) {
        let all = ctx.store.datacenters().flat_map(|(_, state)| state.services.keys());
        let all: BTreeSet<&ServiceName> = all.collect();
        let apart = all.into_iter().filter(|name| self.is_apart(ctx, name));
        self.apart = apart.cloned().collect();
    }

    /// Looks at these only; true where one came or went.
    pub(super) fn patch_apart(&mut self, ctx: &Ctx, names: &[ServiceName]) -> bool {
        let mut is_other = false;
        for name in names {
            is_other |= if self.is_apart(ctx, name) {
                self.apart.insert(name.clone())
            } else {
                self.apart.remove(name)
            };
        }
        is_other
    }

    fn is_apart(&self, ctx: &Ctx, name: &ServiceName) -> bool {
        self.net.find(name).is_none() && fails(known_of(ctx, &self.unseen, name))
    }

    /// True once every datacenter has said whom its services call: before, more edges may come.
    fn is_whole(ctx: &Ctx) -> bool {
        let is_read = |edges: &crate::domain::map::Edges| edges.at.is_some();
        ctx.store.datacenters().all(|(_, state)| state.edges.as_deref().is_some_and(is_read))
    }

    /// How many fail without an edge, for the title; nothing where none does.
    pub(super) fn apart_counted(&self, ctx: &Ctx) -> String {
        match self.apart.len() {
            0 => String::new(),
            // Before anything was read nothing has one.
            _ if self.net.names().is_empty() && !Self::is_whole(ctx) => String::new(),
            n if Self::is_whole(ctx) => format!(", {} failing have no edge", count(n)),
            n => format!(", {} failing have no edge so far", count(n)),
        }
    }

    /// The first of them in words, and where all are seen: `; without an edge: search (critical); ..`.
    pub(super) fn apart_named(&self, ctx: &Ctx) -> String {
        if self.apart.is_empty() {
            return String::new();
        }
        let one = |name: &ServiceName| {
            let state = match known_of(ctx, &self.unseen, name) {
                Some(Known { worst, sure: Sure::No }) => format!("was {}", worst.word()),
                Some(Known { worst, .. }) => worst.word().to_owned(),
                None => "?".to_owned(),
            };
            format!("{} ({state})", clean(name.as_str()))
        };
        let mut all: Vec<String> = self.apart.iter().take(NAMED).map(one).collect();
        let more = self.apart.len().saturating_sub(NAMED);
        all.extend((more > 0).then(|| format!("{} more", count(more))));
        format!("; without an edge: {}; ':services' shows them", all.join(", "))
    }
}

/// Says in the middle of the map that this service is not on it.
pub(super) fn draw(ctx: &Ctx, name: &ServiceName, area: Rect, buf: &mut Buffer) {
    let text = format!("no edge of '{}' is known: nobody says that it calls", clean(name.as_str()));
    let lines = [
        Cell::new(format!("{text}, or is called"), Role::Muted),
        Cell::new("x shows the map of all others", Role::Muted),
    ];
    let room = area.width.saturating_sub(2);
    let lines = wrap(&lines, usize::from(room), usize::from(area.height));
    for (line, y) in lines.iter().zip(area.y + 1.min(area.height)..area.bottom()) {
        draw_cell(ctx.look, line, (area.x + 1, y), room, Style::new(), buf);
    }
}
