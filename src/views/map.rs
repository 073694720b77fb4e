//! The service map: who calls whom over all datacenters, from left to right, with health.
//!
//! A small map is shown whole; a large one around one service, so many steps up and down, or whole
//! with what belongs together folded. It is never more than [`MOST`] nodes, so that it can be read,
//! and is laid out within a frame; of a knot of edges those that others imply are not drawn. The arrows
//! walk it: left to who calls, right to whom is called. What is drawn where is worked out in [`drawn`];
//! services without an edge, in [`apart`]: those that fail are counted, and one that is asked for stands
//! alone.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::known::{Known, Unseen};
use super::{Ctx, Entry, Place, Response, View, cells};
use crate::app::action::Action;
use crate::app::command::Takes;
use crate::domain::feed::{List, Subject, Wanted};
use crate::domain::ids::ServiceName;
use crate::domain::map::fold::Folded;
use crate::domain::map::graph::Node;
use crate::domain::map::net::Net;
use crate::store::Change;
use crate::table::job::Job;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines, SIDE_BY_SIDE, below, draw_detail, draw_frame};

mod apart;
mod arrange;
pub(super) mod detail;
mod drawn;
mod trouble;
mod words;

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
/// The least that the pane beside the map is wide: a name with where it is known from.
const LEAST_DETAIL: u16 = 44;
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
        net: Arc::default(),
        picture: Folded::default(),
        open: HashSet::new(),
        shown: Vec::new(),
        left_out: 0,
        apart: BTreeSet::new(),
        drawn: Drawn::default(),
        unseen: Unseen::default(),
        top: (0, 0),
        room: Rect::default(),
        shows_detail: true,
        detail_top: 0,
    })
}

/// The map around the service that a place is called by.
pub(super) fn around(place: &Place) -> Place {
    Place::new(ENTRY.name).of(place.args.last().map_or("", |name| name))
}

/// The map.
pub(super) struct Map {
    place: Place,
    /// The service that it is shown around; the whole of it where none.
    around: Option<ServiceName>,
    /// The service under the cursor.
    at: Option<ServiceName>,
    /// The whole of it, folded.
    is_all: bool,
    hops: usize,
    net: Arc<Net>,
    /// What is drawn of it: where all is shown, with what belongs together folded.
    picture: Folded,
    /// Groups that were unfolded.
    open: HashSet<ServiceName>,
    /// The nodes that are shown, sorted.
    shown: Vec<Node>,
    /// Nodes that are near enough and have no room.
    left_out: usize,
    /// The services that fail and have no edge.
    apart: BTreeSet<ServiceName>,
    drawn: Drawn,
    /// The datacenters of which it was not known then how they are.
    unseen: Unseen,
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
pub(super) fn known_of(ctx: &Ctx, unseen: &Unseen, name: &ServiceName) -> Option<Known> {
    let all = ctx.store.datacenters();
    Known::of(unseen, all.filter_map(|(dc, state)| Some((dc, &**state.services.get(name)?))))
}

/// How well that is what a node stands for; `None` where no catalog has any of it.
fn worst(ctx: &Ctx, unseen: &Unseen, picture: &Folded, name: &ServiceName) -> Option<Known> {
    let all = picture.members(name).iter().filter_map(|name| known_of(ctx, unseen, name));
    all.reduce(Known::and)
}

fn fails(known: Option<Known>) -> bool {
    known.is_some_and(Known::fails)
}

/// All tags that a service has anywhere.
fn tags(ctx: &Ctx, name: &ServiceName) -> Vec<Arc<str>> {
    let there = ctx.store.datacenters().filter_map(|(_, state)| state.services.get(name));
    there.flat_map(|it| it.tags.iter().cloned()).collect()
}

impl Map {
    fn here(&self) -> Option<Node> {
        self.picture.net.find(self.at.as_ref()?)
    }

    /// The service under the cursor; `None` on a group.
    fn service(&self) -> Option<&ServiceName> {
        self.at.as_ref().filter(|name| self.picture.group(name).is_none())
    }

    /// The service under the cursor, on a group the worst one in it.
    fn worst_here(&self, ctx: &Ctx) -> Option<ServiceName> {
        let members = self.picture.members(self.at.as_ref()?).iter();
        let worst = |name| known_of(ctx, &self.unseen, name).map(|it| it.worst);
        members.max_by_key(|name| (worst(name), std::cmp::Reverse(*name))).cloned()
    }

    fn is_shown(&self) -> bool {
        self.here().is_some_and(|node| self.shown.binary_search(&node).is_ok())
    }

    fn step(&mut self, ctx: &Ctx, action: Action) -> Response {
        let Some(here) = self.here() else { return Response::Ignored };
        let graph = self.picture.net.graph();
        let to = match action {
            Action::Left => self.nearest(graph.called_by(here)),
            Action::Right => self.nearest(graph.calls(here)),
            Action::Up => self.drawn.beside(here, -1),
            _ => self.drawn.beside(here, 1),
        };
        self.go(ctx, to)
    }

    fn go(&mut self, ctx: &Ctx, node: Option<Node>) -> Response {
        let Some(name) = node.and_then(|node| self.picture.net.name(node)).cloned() else {
            return Response::Ignored;
        };
        self.go_to(ctx, name);
        Response::Changed
    }

    fn go_to(&mut self, ctx: &Ctx, name: ServiceName) {
        self.at = Some(name);
        self.detail_top = 0;
        if self.is_shown() {
            self.draw_anew(ctx);
        } else {
            self.around.clone_from(&self.at);
            self.is_all = false;
            self.arrange(ctx);
        }
    }

    /// Shows the map around what is under the cursor.
    fn center(&mut self, ctx: &Ctx) {
        (self.is_all, self.detail_top) = (false, 0);
        self.around = self.worst_here(ctx);
        self.at.clone_from(&self.around);
    }

    /// Folds what was unfolded; else changes between all of it and what is near.
    fn fold(&mut self, ctx: &Ctx) {
        if !std::mem::take(&mut self.open).is_empty() && self.is_all {
            self.arrange(ctx);
            return;
        }
        if self.is_all {
            self.center(ctx);
        } else {
            self.is_all = true;
        }
        self.arrange(ctx);
    }

    fn open(&mut self, ctx: &Ctx) -> Response {
        let Some(name) = self.at.clone() else { return Response::Ignored };
        if self.picture.group(&name).is_none() {
            return Response::Open(Place::new("service").of(name.as_str()));
        }
        self.at = self.worst_here(ctx);
        self.detail_top = 0;
        self.open.insert(name);
        self.arrange(ctx);
        Response::Changed
    }

    /// The nearest of these on the screen, else the first of them that is not on it.
    fn nearest(&self, nodes: &[Node]) -> Option<Node> {
        let line = |node: &Node| self.drawn.place(*node).map(|(row, _, _)| row);
        let here = self.here().as_ref().and_then(line)?;
        let on_it = nodes.iter().filter_map(|node| Some((line(node)?.abs_diff(here), *node)));
        on_it.min().map(|(_, node)| node).or_else(|| nodes.first().copied())
    }

    fn scroll(&mut self, by: isize) -> Response {
        self.detail_top = self.detail_top.saturating_add_signed(by);
        Response::Changed
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
        let all = all.filter_map(|(dc, state)| Some((dc, state.edges.as_deref()?)));
        self.net = Arc::new(Net::of(all));
        self.arrange(ctx);
        None
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Response {
        match change {
            Change::Edges(_) | Change::Datacenters => self.load(ctx).into(),
            Change::Services(_, names) => {
                let is_other = self.patch_apart(ctx, names);
                match names.iter().any(|it| self.net.find(it).is_some()) {
                    false if !is_other => return Response::Ignored,
                    false => {}
                    // What has no room may fail now, and then comes first.
                    true if self.left_out > 0 => self.arrange(ctx),
                    true => self.draw_anew(ctx),
                }
                Response::Changed
            }
            Change::Datacenter(_) => {
                match self.unseen == Unseen::of(ctx) {
                    true => {}
                    false if self.left_out > 0 => self.arrange(ctx),
                    false => {
                        self.draw_anew(ctx);
                        self.set_apart(ctx);
                    }
                }
                Response::Changed
            }
            _ => Response::Ignored,
        }
    }

    fn hints(&self, _ctx: &Ctx) -> Vec<(Action, &'static str)> {
        vec![(Action::Trouble, "trouble"), (Action::Hops, "steps"), (Action::ExpandAll, "all")]
    }

    fn act(&mut self, ctx: &Ctx, action: Action) -> Response {
        match action {
            Action::Left | Action::Right | Action::Up | Action::Down => self.step(ctx, action),
            Action::Trouble => self.trouble(ctx),
            Action::Hops if self.here().is_some() => {
                self.hops = self.hops % MOST_HOPS + 1;
                self.center(ctx);
                self.arrange(ctx);
                Response::Changed
            }
            Action::ExpandAll if !self.net.names().is_empty() => {
                self.fold(ctx);
                Response::Changed
            }
            Action::Open => self.open(ctx),
            Action::WatchRollout => super::rollout::watch(self.service()),
            Action::Consumers => self.service().map_or(Response::Ignored, |name| {
                Response::Open(super::consumers::place(name, None))
            }),
            Action::Copy => match &self.at {
                Some(name) => Response::Copy(name.to_string(), String::from("1 name")),
                None => Response::Ignored,
            },
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
        if let Some(name) = self.alone() {
            apart::draw(ctx, name, inner, buf);
        }
        self.drawn.paint(ctx, self.top, inner, buf);
        self.drawn.paint_more(ctx, self.top, inner, buf);
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
            // The map has its room first, as long as something of the pane can be read.
            let usual = area.width * 3 / 5;
            let columns = u16::try_from(self.drawn.columns()).unwrap_or(u16::MAX);
            let most = area.width.saturating_sub(LEAST_DETAIL).max(usual);
            let width = columns.saturating_add(2).clamp(usual, most);
            let beside = Rect { x: area.x + width, width: area.width - width, ..area };
            (Rect { width, ..area }, Some(beside))
        }
    }

    fn detail(&self, ctx: &Ctx) -> Option<Detail> {
        let at = self.at.as_ref()?;
        let name = clean(at.as_str()).into_owned();
        let lines = Lines::Whole(match self.service() {
            Some(service) => match self.net.find(service) {
                Some(node) => detail::lines(ctx, &self.unseen, &self.net, node),
                None => detail::alone(ctx, &self.unseen, service),
            },
            None => detail::of_group(ctx, &self.unseen, &self.picture, at),
        });
        Some(Detail { title: cells::text(&format!(" {name} "), Role::Title), lines })
    }
}
