//! What stands beside the map: the service under the cursor, who calls it, whom it calls, and where
//! each of that is known from.

use super::health;
use crate::domain::health::Status;
use crate::domain::ids::ServiceName;
use crate::domain::map::graph::Node;
use crate::domain::map::net::{Link, Net};
use crate::table::column::Cell;
use crate::ui::text::clean;
use crate::ui::theme::Role;
use crate::views::{Ctx, cells};

/// All lines about a node.
pub(super) fn lines(ctx: &Ctx, net: &Net, node: Node) -> Vec<Cell> {
    let Some(name) = net.name(node) else { return Vec::new() };
    let mut lines: Vec<Cell> = ctx
        .store
        .datacenters()
        .map(|(dc, state)| {
            let cell = cells::dc(ctx, dc).then("  ", Role::Muted);
            let health = cells::health(ctx, state.services.get(name).map(|it| &**it));
            Cell { runs: cell.runs.into_iter().chain(health.runs).collect() }
        })
        .collect();
    let behind = net.graph().behind(node);
    let stand = if behind == 1 {
        "1 service stands behind it"
    } else {
        &format!("{behind} services stand behind it")
    };
    lines.push(Cell::new(stand.to_owned(), Role::Text));
    side(
        ctx,
        net,
        "calls",
        net.links().iter().filter(|it| it.ends.0 == node),
        |it| it.ends.1,
        &mut lines,
    );
    side(
        ctx,
        net,
        "called by",
        net.links().iter().filter(|it| it.ends.1 == node),
        |it| it.ends.0,
        &mut lines,
    );
    for (dc, state) in ctx.store.datacenters() {
        for problem in state.edges.iter().flat_map(|edges| &edges.problems) {
            let text = format!("{}: not read: {}", clean(dc.as_str()), clean(problem));
            lines.push(Cell::new(text, Role::Stale));
        }
    }
    lines
}

fn side<'a>(
    ctx: &Ctx,
    net: &Net,
    title: &'static str,
    links: impl Iterator<Item = &'a Link>,
    other: impl Fn(&Link) -> Node,
    lines: &mut Vec<Cell>,
) {
    let mut links: Vec<&Link> = links.collect();
    lines.push(Cell::default());
    if links.is_empty() {
        lines.push(Cell::new(format!("{title} none that is known"), Role::Muted));
        return;
    }
    lines.push(Cell::new(title, Role::Title));
    let status = |link: &Link| net.name(other(link)).and_then(|name| health(ctx, name));
    links.sort_by_key(|link| std::cmp::Reverse(status(link)));
    for link in links {
        let name = net.name(other(link)).cloned().unwrap_or_else(|| ServiceName::from(""));
        let (sign, role) = match status(link) {
            Some(status) => (ctx.look.status(status), cells::role(status)),
            None => ("?", Role::Muted),
        };
        let text_role = if status(link) == Some(Status::Passing) { Role::Text } else { role };
        let cell = Cell::new(format!("{sign} "), role)
            .then(clean(name.as_str()).into_owned(), text_role)
            .then(format!("  {}", known(link)), Role::Muted);
        lines.push(cell);
    }
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
