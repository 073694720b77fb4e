//! Which nodes of the map are shown, where they are, and which part of that is on screen.

use super::drawn::Drawn;
use super::{MOST, Map, WHOLE, fails, tags, worst};
use crate::domain::ids::ServiceName;
use crate::domain::map::fold::Folded;
use crate::domain::map::graph::Node;
use crate::views::Ctx;
use crate::views::known::Unseen;

impl Map {
    /// Works out what is shown, and where.
    pub(super) fn arrange(&mut self, ctx: &Ctx) {
        self.unseen = Unseen::of(ctx);
        self.set_apart(ctx);
        let is_large = self.net.names().len() > WHOLE;
        if is_large && self.around.is_none() && !self.is_all {
            // It stays there, whatever fails next.
            self.around = self.root(ctx, None).and_then(|node| self.net.name(node)).cloned();
            self.is_all = self.around.is_none();
        }
        let around = self.around.as_ref().filter(|_| !self.is_all);
        let around = around.and_then(|name| self.net.find(name));
        self.picture = if is_large && around.is_none() {
            let tags = |name: &ServiceName| tags(ctx, name);
            Folded::of(&self.net, ctx.fold, &self.open, tags)
        } else {
            Folded::flat(&self.net)
        };
        let graph = self.picture.net.graph();
        let alone = self.alone().cloned();
        let mut near = match around {
            Some(node) => graph.around(node, self.hops, self.hops),
            None if alone.is_some() => Vec::new(),
            None => (0..graph.len()).collect(),
        };
        let name = |node: Node| self.picture.net.name(node);
        let is_failing = |node: Node| {
            fails(name(node).and_then(|it| worst(ctx, &self.unseen, &self.picture, it)))
        };
        self.left_out = near.len().saturating_sub(MOST);
        if self.left_out > 0 {
            // What fails, and what much depends on, comes first.
            near.sort_by_key(|node| {
                let degree = graph.called_by(*node).len() + graph.calls(*node).len();
                let is_it = Some(*node) == around || name(*node) == self.at.as_ref();
                std::cmp::Reverse((is_it, is_failing(*node), degree))
            });
            near.truncate(MOST);
            near.sort_unstable();
        }
        let failing = near.iter().copied().find(|node| is_failing(*node));
        let first = around.or(failing).or_else(|| near.first().copied()).and_then(name).cloned();
        self.shown = near;
        if let Some(group) = self.at.as_ref().and_then(|name| self.picture.group_of(name)) {
            self.at = Some(group.clone());
        }
        if !self.is_shown() {
            self.at = alone.or(first);
        }
        self.draw_anew(ctx);
    }

    /// Lays out what is shown: its health or the cursor changed, or all of it.
    pub(super) fn draw_anew(&mut self, ctx: &Ctx) {
        self.unseen = Unseen::of(ctx);
        let before = std::mem::take(&mut self.drawn);
        let seen = (&self.unseen, &self.picture);
        self.drawn = Drawn::of(ctx, seen, &self.shown, self.here(), before);
        self.follow();
    }

    /// Moves what is on screen so far that the cursor is in it.
    pub(super) fn follow(&mut self) {
        let Some(place) = self.here().and_then(|node| self.drawn.place(node)) else { return };
        // Nor is there room left behind its end while something is hidden before it.
        let follow = |(at, len): (usize, usize), all: usize, top: usize, room: u16| {
            let room = usize::from(room).max(1);
            at.min(top.min(all.saturating_sub(room))).max((at + len).saturating_sub(room))
        };
        let (row, x, len) = place;
        self.top = (
            follow((row, 1), self.drawn.rows(), self.top.0, self.room.height),
            follow((x, len), self.drawn.columns(), self.top.1, self.room.width),
        );
    }
}
