//! The service map: who calls whom over all datacenters, from left to right, with health.
//!
//! A small map is shown whole, a large one around one service, so many steps up and down: never more
//! than [`MOST`] nodes, so that it can be read, and is laid out within a frame. The arrows walk it:
//! left to who calls, right to whom is called. What is drawn where is worked out in [`drawn`].

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Ctx, Entry, Place, Response, View, cells, fresh};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::freshness::State;
use crate::domain::health::Status;
use crate::domain::ids::ServiceName;
use crate::domain::map::graph::Node;
use crate::domain::map::net::Net;
use crate::store::Change;
use crate::table::column::Cell;
use crate::table::job::Job;
use crate::ui::text::{clean, count};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{
    Detail, Lines, SIDE_BY_SIDE, below, detail_area, draw_detail, draw_frame,
};

pub(super) mod detail;
mod drawn;

use drawn::Drawn;

/// The view's line in the registry.
pub const ENTRY: Entry = Entry {
    name: "map",
    aliases: &["topology"],
    takes: Takes::Text,
    doc: "who calls whom over all datacenters, with health; with a name, around that service",
    is_tab: false,
    open,
};

/// The most nodes that are shown at once.
const MOST: usize = 120;
/// A map of so many services is shown whole unless a service is named.
const WHOLE: usize = 60;
/// Steps up and down: the usual, and the most.
const HOPS: usize = 2;
const MOST_HOPS: usize = 3;

fn open(place: &Place) -> Box<dyn View> {
    let named = Some(place.arg(0)).filter(|name| !name.is_empty()).map(ServiceName::from);
    Box::new(Map {
        place: place.clone(),
        around: named.clone(),
        at: named,
        is_all: false,
        hops: HOPS,
        net: Net::default(),
        shown: Vec::new(),
        left_out: 0,
        drawn: Drawn::default(),
        top: (0, 0),
        room: Rect::default(),
        shows_detail: true,
        detail_top: 0,
    })
}

/// The map.
pub(super) struct Map {
    place: Place,
    /// The service that it is shown around; the whole of it where none.
    around: Option<ServiceName>,
    /// The service under the cursor.
    at: Option<ServiceName>,
    /// As much of the whole as there is room for.
    is_all: bool,
    hops: usize,
    net: Net,
    /// The nodes that are shown, sorted.
    shown: Vec<Node>,
    /// Nodes that are near enough and have no room.
    left_out: usize,
    drawn: Drawn,
    /// The first row and column on screen.
    top: (usize, usize),
    room: Rect,
    shows_detail: bool,
    detail_top: usize,
}

/// The freshness that all of it has.
fn list() -> List {
    List::Subject(Subject::Map)
}

/// How well a service is over all datacenters; `None` where no catalog has it.
pub(super) fn health(ctx: &Ctx, name: &ServiceName) -> Option<Status> {
    let there = ctx.store.datacenters().filter_map(|(_, state)| state.services.get(name));
    there.map(|it| it.counts.worst()).max()
}

impl Map {
    fn here(&self) -> Option<Node> {
        self.net.find(self.at.as_ref()?)
    }

    fn is_failing(&self, ctx: &Ctx, node: Node) -> bool {
        let health = self.net.name(node).and_then(|name| health(ctx, name));
        matches!(health, Some(Status::Critical | Status::Warning))
    }

    /// Works out what is shown, and where.
    fn arrange(&mut self, ctx: &Ctx) {
        let graph = self.net.graph();
        let around = self.around.as_ref().and_then(|name| self.net.find(name));
        let around = around.or_else(|| {
            let is_large = self.net.names().len() > WHOLE;
            let trouble = || graph.root_of_trouble(None, |node| self.is_failing(ctx, node));
            // The one that most stand behind is where most can be seen.
            let busiest = || (0..graph.len()).max_by_key(|node| graph.called_by(*node).len());
            if is_large { trouble().or_else(busiest) } else { None }
        });
        // It stays there, whatever fails next.
        let named = around.and_then(|node| self.net.name(node)).cloned();
        self.around = named.or_else(|| self.around.take());
        let mut near = match around.filter(|_| !self.is_all) {
            Some(node) => graph.around(node, self.hops, self.hops),
            None => (0..graph.len()).collect(),
        };
        self.left_out = near.len().saturating_sub(MOST);
        if self.left_out > 0 {
            // What fails, and what much depends on, comes first.
            near.sort_by_key(|node| {
                let degree = graph.called_by(*node).len() + graph.calls(*node).len();
                let is_it = Some(*node) == around;
                std::cmp::Reverse((is_it, self.is_failing(ctx, *node), degree))
            });
            near.truncate(MOST);
            near.sort_unstable();
        }
        self.shown = near;
        if self.here().is_none_or(|node| self.shown.binary_search(&node).is_err()) {
            let first = around.or_else(|| self.shown.first().copied());
            self.at = first.and_then(|node| self.net.name(node)).cloned();
        }
        self.draw_anew(ctx);
    }

    /// Lays out what is shown: its health or the cursor changed, or all of it.
    fn draw_anew(&mut self, ctx: &Ctx) {
        self.drawn = Drawn::of(ctx, &self.net, &self.shown, self.here());
        self.follow();
    }

    /// Moves what is on screen so far that the cursor is in it.
    fn follow(&mut self) {
        let Some(place) = self.here().and_then(|node| self.drawn.place(node)) else { return };
        let follow = |(at, len): (usize, usize), top: usize, room: u16| {
            at.min(top).max((at + len).saturating_sub(usize::from(room).max(1)))
        };
        let (row, x, len) = place;
        self.top = (
            follow((row, 1), self.top.0, self.room.height),
            follow((x, len), self.top.1, self.room.width),
        );
    }

    fn go(&mut self, ctx: &Ctx, node: Option<Node>) -> Response {
        let Some(name) = node.and_then(|node| self.net.name(node)).cloned() else {
            return Response::Ignored;
        };
        self.at = Some(name);
        self.detail_top = 0;
        let is_shown = self.here().is_some_and(|node| self.shown.binary_search(&node).is_ok());
        if is_shown {
            self.draw_anew(ctx);
        } else {
            self.around.clone_from(&self.at);
            self.is_all = false;
            self.arrange(ctx);
        }
        Response::Changed
    }

    /// The nearest of these on the screen, else the first of them that is not on it.
    fn nearest(&self, nodes: &[Node]) -> Option<Node> {
        let line = |node: &Node| self.drawn.place(*node).map(|(row, _, _)| row);
        let here = self.here().as_ref().and_then(line)?;
        let on_it = nodes.iter().filter_map(|node| Some((line(node)?.abs_diff(here), *node)));
        on_it.min().map(|(_, node)| node).or_else(|| nodes.first().copied())
    }

    /// To the failing service nearest to the root of the trouble.
    fn trouble(&mut self, ctx: &Ctx) -> Response {
        let graph = self.net.graph();
        let root = graph.root_of_trouble(self.here(), |node| self.is_failing(ctx, node));
        let Some(root) = root else {
            return Response::Notice(String::from("nothing on the map fails"));
        };
        let behind = graph.behind(root);
        let name = self.net.name(root).cloned().unwrap_or_default();
        let stand =
            if behind == 1 { "1 service stands" } else { &format!("{behind} services stand") };
        let word = health(ctx, &name).map_or("failing", Status::word);
        let called = if graph.calls(root).iter().any(|node| self.is_failing(ctx, *node)) {
            "it and others call each other in a ring"
        } else {
            "nothing that it calls fails"
        };
        let shown = clean(name.as_str()).into_owned();
        self.go(ctx, Some(root));
        Response::Notice(format!("{shown} is {word}, {called}; {stand} behind it"))
    }

    fn scroll(&mut self, by: isize) -> Response {
        self.detail_top = self.detail_top.saturating_add_signed(by);
        Response::Changed
    }

    fn title(&self, ctx: &Ctx) -> Cell {
        let all = self.net.names().len();
        let mut title = Cell::new(" map ", Role::Title);
        title = title.then(format!("[{}]", count(self.shown.len())), Role::Accent);
        if self.shown.len() < all && self.is_all {
            title = title.then(format!(" of {}", count(all)), Role::Muted);
        } else if self.shown.len() < all {
            let around = self.around.as_ref().or(self.at.as_ref());
            let around = around.map(|name| clean(name.as_str()).into_owned()).unwrap_or_default();
            let text = format!(" of {}, {} steps around {around}", count(all), self.hops);
            title = title.then(text, Role::Muted);
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
}

impl View for Map {
    fn place(&self) -> &Place {
        &self.place
    }

    fn subjects(&self, ctx: &Ctx) -> Vec<Wanted> {
        let wanted = |(dc, _): (&_, _)| Wanted { dc: Clone::clone(dc), subject: Subject::Map };
        ctx.store.datacenters().map(wanted).collect()
    }

    fn load(&mut self, ctx: &Ctx) -> Option<Job> {
        let all = ctx.store.datacenters();
        self.net = Net::of(all.filter_map(|(dc, state)| Some((dc, state.edges.as_deref()?))));
        self.arrange(ctx);
        None
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Response {
        match change {
            Change::Edges(_) | Change::Datacenters => self.load(ctx).into(),
            Change::Services(_, names) if names.iter().any(|it| self.net.find(it).is_some()) => {
                self.draw_anew(ctx);
                Response::Changed
            }
            Change::Datacenter(_) => Response::Changed,
            _ => Response::Ignored,
        }
    }

    fn hints(&self, _ctx: &Ctx) -> Vec<(Action, &'static str)> {
        vec![(Action::Trouble, "trouble"), (Action::Hops, "steps"), (Action::ExpandAll, "all")]
    }

    fn act(&mut self, ctx: &Ctx, action: Action) -> Response {
        let Some(here) = self.here() else { return Response::Ignored };
        let graph = self.net.graph();
        match action {
            Action::Left => self.go(ctx, self.nearest(graph.called_by(here))),
            Action::Right => self.go(ctx, self.nearest(graph.calls(here))),
            Action::Up => self.go(ctx, self.drawn.beside(here, -1)),
            Action::Down => self.go(ctx, self.drawn.beside(here, 1)),
            Action::Trouble => self.trouble(ctx),
            Action::Hops => {
                self.hops = self.hops % MOST_HOPS + 1;
                self.is_all = false;
                self.around.clone_from(&self.at);
                self.arrange(ctx);
                Response::Changed
            }
            Action::ExpandAll => {
                self.is_all = !self.is_all;
                if !self.is_all {
                    self.around.clone_from(&self.at);
                }
                self.arrange(ctx);
                Response::Changed
            }
            Action::Open => self.at.as_ref().map_or(Response::Ignored, |name| {
                Response::Open(Place::new("service").of(name.as_str()))
            }),
            Action::WatchRollout => super::rollout::watch(self.at.as_ref()),
            Action::Consumers => self.at.as_ref().map_or(Response::Ignored, |name| {
                Response::Open(super::consumers::place(name, None))
            }),
            Action::Copy => {
                let name = self.at.as_ref().map(ToString::to_string).unwrap_or_default();
                Response::Copy(name, String::from("1 name"))
            }
            Action::ToggleDetail => {
                self.shows_detail = !self.shows_detail;
                Response::Changed
            }
            Action::DetailUp | Action::DetailPageUp => self.scroll(-1),
            Action::DetailDown | Action::DetailPageDown => self.scroll(1),
            _ => Response::Ignored,
        }
    }

    fn fit(&mut self, _ctx: &Ctx, area: Rect) {
        let (map, _) = self.areas(area);
        self.room = crate::ui::widgets::pane::inside(map);
        self.follow();
    }

    fn draw(&self, ctx: &Ctx, area: Rect, buf: &mut Buffer) {
        let (map, beside) = self.areas(area);
        let inner = draw_frame(ctx.look, &self.title(ctx), map, buf);
        if self.net.names().is_empty() {
            for (line, y) in Self::empty(ctx).iter().zip(inner.y..inner.bottom()) {
                let at = (inner.x + 1, y);
                let room = inner.width.saturating_sub(1);
                crate::ui::widgets::line::draw_cell(ctx.look, line, at, room, <_>::default(), buf);
            }
            return;
        }
        self.drawn.paint(ctx, self.top, inner, buf);
        if let Some((area, detail)) = beside.zip(self.detail(ctx)) {
            draw_detail(ctx.look, &detail, self.detail_top, area, buf);
        }
    }
}

impl Map {
    fn areas(&self, area: Rect) -> (Rect, Option<Rect>) {
        let rows = self.drawn.rows() as u16 + 2;
        if !self.shows_detail || self.net.names().is_empty() {
            (area, None)
        } else if area.width < SIDE_BY_SIDE {
            // What the map does not need is for what stands below it.
            below(area, rows.clamp(5, (area.height - area.height / 3).max(5)))
        } else {
            detail_area(area)
        }
    }

    fn detail(&self, ctx: &Ctx) -> Option<Detail> {
        let node = self.here()?;
        let name = clean(self.at.as_ref()?.as_str()).into_owned();
        let lines = Lines::Whole(detail::lines(ctx, &self.net, node));
        Some(Detail { title: cells::text(&format!(" {name} "), Role::Title), lines })
    }

    /// Why there is nothing.
    fn empty(ctx: &Ctx) -> Vec<Cell> {
        let is_known = ctx
            .store
            .datacenters()
            .any(|(_, state)| state.edges.as_ref().is_some_and(|edges| edges.at.is_some()));
        let mut lines = vec![Cell::default()];
        let text =
            if is_known { "no service says whom it calls" } else { "looking who calls whom" };
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
