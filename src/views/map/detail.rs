//! What stands beside the map: the service under the cursor, who calls it, whom it calls, and where
//! each of that is known from.

use super::{known_of, worst};
use crate::domain::ids::{Dc, ServiceName};
use crate::domain::map::fold::Folded;
use crate::domain::map::graph::Node;
use crate::domain::map::net::{Link, Net};
use crate::store::Datacenter;
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::views::known::{self, Known, Unseen};
use crate::views::{Ctx, cells};

/// The other end of a link: the one that is called, and the one that calls.
const CALLED: fn(&Link) -> Node = |it| it.ends.1;
const CALLER: fn(&Link) -> Node = |it| it.ends.0;

/// All lines about a group: its services, the worst first, and whom they call.
pub(super) fn of_group(
    ctx: &Ctx,
    unseen: &Unseen,
    picture: &Folded,
    group: &ServiceName,
) -> Vec<Cell> {
    let mut members: Vec<(Option<Known>, &ServiceName)> =
        picture.members(group).iter().map(|name| (known_of(ctx, unseen, name), name)).collect();
    members.sort_by_key(|(known, name)| (std::cmp::Reverse(known.map(|it| it.worst)), *name));
    let mut lines =
        vec![Cell::new(format!("{} services; enter unfolds", members.len()), Role::Text)];
    let (net, node) = (&picture.net, picture.net.find(group));
    let links = || net.links().iter();
    let status = |name: &ServiceName| worst(ctx, unseen, picture, name);
    side(
        ctx,
        net,
        "calls",
        links().filter(|it| Some(it.ends.0) == node),
        CALLED,
        status,
        &mut lines,
    );
    side(
        ctx,
        net,
        "called by",
        links().filter(|it| Some(it.ends.1) == node),
        CALLER,
        status,
        &mut lines,
    );
    lines.push(Cell::default());
    lines.extend(members.into_iter().map(|(status, name)| signed(ctx, status, name)));
    lines
}

/// How well a service is in each datacenter.
fn health(ctx: &Ctx, unseen: &Unseen, name: &ServiceName) -> Vec<Cell> {
    let line = |(dc, state): (&Dc, &Datacenter)| {
        let cell = cells::dc(ctx, dc).then("  ", Role::Muted);
        let health = known::health(ctx, unseen, dc, state.services.get(name).map(|it| &**it));
        Cell { runs: cell.runs.into_iter().chain(health.runs).collect() }
    };
    ctx.store.datacenters().map(line).collect()
}

/// All lines about a service that has no edge.
pub(super) fn alone(ctx: &Ctx, unseen: &Unseen, name: &ServiceName) -> Vec<Cell> {
    let mut lines = health(ctx, unseen, name);
    if known_of(ctx, unseen, name).is_none() {
        lines.push(Cell::new("no catalog that was read has it", Role::Muted));
    }
    lines.push(Cell::default());
    lines.push(Cell::new("no edge of it is known", Role::Muted));
    unread(ctx, &mut lines);
    lines
}

/// What of the edges could not be read.
fn unread(ctx: &Ctx, lines: &mut Vec<Cell>) {
    for (dc, state) in ctx.store.datacenters() {
        for problem in state.edges.iter().flat_map(|edges| &edges.problems) {
            let text = format!("{}: not read: {}", clean(dc.as_str()), clean(problem));
            lines.push(Cell::new(text, Role::Stale));
        }
    }
}

/// All lines about a service.
pub(super) fn lines(ctx: &Ctx, unseen: &Unseen, net: &Net, node: Node) -> Vec<Cell> {
    let Some(name) = net.name(node) else { return Vec::new() };
    let mut lines = health(ctx, unseen, name);
    let behind = net.graph().behind(node);
    let stand = if behind == 1 {
        "1 service stands behind it"
    } else {
        &format!("{behind} services stand behind it")
    };
    lines.push(Cell::new(stand.to_owned(), Role::Text));
    lines.extend(net.links().iter().filter(|it| it.ends == (node, node)).map(failover));
    let links = || net.links().iter().filter(|it| it.ends.0 != it.ends.1);
    let status = |name: &ServiceName| known_of(ctx, unseen, name);
    side(ctx, net, "calls", links().filter(|it| it.ends.0 == node), CALLED, status, &mut lines);
    side(ctx, net, "called by", links().filter(|it| it.ends.1 == node), CALLER, status, &mut lines);
    unread(ctx, &mut lines);
    lines
}

fn side<'a>(
    ctx: &Ctx,
    net: &Net,
    title: &'static str,
    links: impl Iterator<Item = &'a Link>,
    other: fn(&Link) -> Node,
    status: impl Fn(&ServiceName) -> Option<Known>,
    lines: &mut Vec<Cell>,
) {
    let named = links.filter_map(|link| Some((link, net.name(other(link))?)));
    let mut named: Vec<_> = named.map(|(link, name)| (status(name), name, link)).collect();
    lines.push(Cell::default());
    if named.is_empty() {
        lines.push(Cell::new(format!("{title} none that is known"), Role::Muted));
        return;
    }
    lines.push(Cell::new(title, Role::Title));
    named.sort_by_key(|(known, ..)| std::cmp::Reverse(known.map(|it| it.worst)));
    lines.extend(named.into_iter().map(|(status, name, link)| {
        signed(ctx, status, name).then(format!("  {}", known(link)), Role::Muted)
    }));
}

/// A service behind the sign of its health.
fn signed(ctx: &Ctx, known: Option<Known>, name: &ServiceName) -> Cell {
    let (sign, role) = known.map_or(("?", Role::Muted), |it| it.sign(ctx));
    let text_role = known.map_or(role, Known::role);
    Cell::new(format!("{sign} "), role).then(clean(name.as_str()).into_owned(), text_role)
}

/// Where a prepared query leads that finds no instance in its own datacenter.
fn failover(link: &Link) -> Cell {
    let to: Vec<_> = link.to_dcs.iter().map(|dc| clean(dc.as_str()).into_owned()).collect();
    let to = if to.is_empty() { String::from("the nearest") } else { to.join(", ") };
    let by: Vec<_> = link.told.iter().map(|(dc, _)| clean(dc.as_str()).into_owned()).collect();
    Cell::new(format!("fails over to {to}"), Role::Text)
        .then(format!("  query in {}", by.join(", ")), Role::Muted)
}

/// Where it is known from: `meta in dc-1, dc-2`, and whom it calls elsewhere.
pub(in crate::views) fn known(link: &Link) -> String {
    let mut words: Vec<String> = Vec::new();
    for (dc, source) in &link.told {
        let same = words.iter_mut().find(|word| word.starts_with(source.word()));
        match same {
            Some(word) => {
                word.push_str(", ");
                word.push_str(&clean(dc.as_str()));
            }
            None => words.push(format!("{} in {}", source.word(), clean(dc.as_str()))),
        }
    }
    for dc in &link.to_dcs {
        words.push(format!("to {}", clean(dc.as_str())));
    }
    words.join("; ")
}
