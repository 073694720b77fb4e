//! What is known of one datacenter, fact by fact: cells for its row, and all of them as lines.
//!
//! What is not known is shown as `?`, never as zero. Lines are for a pane that wraps them, so that
//! a note is never cut there.

use std::sync::Arc;

use crate::domain::feed::{Link, List};
use crate::domain::freshness::{Freshness, State};
use crate::domain::ids::Dc;
use crate::domain::replication::Stream;
use crate::store::Datacenter;
use crate::table::column::Cell;
use crate::ui::text::{age, clean, count, millis};
use crate::ui::theme::Role;
use crate::ui::widgets::spark::bars;
use crate::views::fresh::{YOUNG, words as freshness_words};
use crate::views::replication::words;
use crate::views::{Ctx, cells};

/// Samples in the trend of critical checks.
pub const TREND: usize = 12;

/// The lists that notes are about, with the word for each.
const LISTS: [(List, &str); 4] = [
    (List::Checks, "checks"),
    (List::Services, "services"),
    (List::Nodes, "nodes"),
    (List::Servers, "servers"),
];

/// Everything that is known of a datacenter; what is wrong with it last, each reason whole.
pub fn lines(ctx: &Ctx, name: &Dc, dc: &Datacenter) -> Vec<Cell> {
    let mut lines = vec![
        line([
            ("leader", leader(ctx, dc)),
            ("servers", servers(ctx, dc)),
            ("critical lately", trend(ctx, dc)),
        ]),
        line([
            ("worst follower", named_follower(ctx, dc)),
            ("round trip", round_trip(ctx, dc)),
            ("data", data_age(ctx, dc)),
        ]),
        line([
            ("nodes", nodes(ctx, dc)),
            ("services", services(ctx, dc)),
            ("instances", instances(ctx, dc)),
            ("critical", critical(ctx, dc)),
            ("warning", warning(ctx, dc)),
            ("maintenance", maintenance(ctx, dc)),
        ]),
    ];
    lines.extend(streams(ctx, name));
    lines.extend(notes(ctx, dc));
    lines
}

/// The worst verdict on the streams into a datacenter, and how many have it; `whole` with its word.
pub fn replication(ctx: &Ctx, name: &Dc, whole: bool) -> Cell {
    let Some(worst) = words::worst(into(ctx, name)) else {
        return Cell::new("-", Role::Muted);
    };
    if whole { worst.cell(ctx) } else { worst.short(ctx) }
}

/// The streams into a datacenter.
fn into<'a>(ctx: &Ctx<'a>, name: &'a Dc) -> impl Iterator<Item = Arc<Stream>> + use<'a> {
    ctx.store.streams_now().filter(move |stream| stream.id.destination == *name)
}

/// The worst stream into it, and what is wrong with that.
fn streams(ctx: &Ctx, name: &Dc) -> Option<Cell> {
    let worst = words::worst(into(ctx, name))?;
    let mut line = Cell::new(" streams ", Role::Muted);
    line.runs.extend(worst.cell(ctx).runs);
    if !words::is_fault(&worst.stream) {
        return Some(line);
    }
    let text = format!("  {}: ", worst.stream.id);
    line = line.then(clean(&text).into_owned(), Role::Muted);
    line.runs.extend(words::trouble(&worst.stream).runs);
    Some(line)
}

/// Facts side by side, each behind its name.
fn line<const N: usize>(facts: [(&'static str, Cell); N]) -> Cell {
    let mut line = Cell::default();
    for (at, (name, mut fact)) in facts.into_iter().enumerate() {
        let gap = if at == 0 { " " } else { "  " };
        line = line.then(gap, Role::Muted).then(name, Role::Muted).then(" ", Role::Muted);
        line.runs.append(&mut fact.runs);
    }
    line
}

/// Who leads: by name, or by address where the servers cannot be asked.
pub fn leader(_ctx: &Ctx, dc: &Datacenter) -> Cell {
    let named = dc.servers.as_ref().and_then(|servers| servers.leader());
    match (&dc.pulse.link, named) {
        (Link::Led(_), Some(server)) => cells::text(&server.name, Role::Text),
        (Link::Led(address), None) => cells::text(address, Role::Text),
        (Link::Leaderless, _) => Cell::new("none", Role::Critical),
        _ => Cell::new("?", Role::Muted),
    }
}

/// Healthy servers of those expected, and how many more may fail: `3/3 spare 1`. Only a leader
/// knows; what it said before it was lost is told as what was.
pub fn servers(_ctx: &Ctx, dc: &Datacenter) -> Cell {
    let Some(servers) = &dc.servers else {
        let is_denied = matches!(dc.freshness(&List::Servers).state, State::Denied { .. });
        let (text, role) = if is_denied { ("denied", Role::Denied) } else { ("?", Role::Muted) };
        return Cell::new(text, role);
    };
    let all = servers.expected.max(servers.servers.len());
    if servers.servers.is_empty() {
        // A leader that was just elected has not looked at its servers yet.
        return Cell::new(format!("?/{all}"), Role::Muted);
    }
    if !dc.is_led() {
        return Cell::new(format!("was {}/{all}", servers.healthy()), Role::Stale);
    }
    let role = if servers.is_complete() { Role::Text } else { Role::Warning };
    let spare = if servers.failure_tolerance == 0 { Role::Warning } else { Role::Muted };
    Cell::new(format!("{}/{all}", servers.healthy()), role)
        .then(format!(" spare {}", servers.failure_tolerance), spare)
}

/// How far the worst follower is behind, and when the leader last reached it.
pub fn follower(_ctx: &Ctx, dc: &Datacenter) -> Cell {
    let Some(servers) = dc.servers.as_ref().filter(|_| dc.is_led()) else {
        return Cell::new("?", Role::Muted);
    };
    let Some((server, lag)) = servers.worst_follower() else {
        return Cell::new("none", Role::Muted);
    };
    let role = if server.is_healthy { Role::Text } else { Role::Critical };
    let behind = lag.entries.map_or_else(|| String::from("?"), |n| count(n as usize));
    let contact = lag.last_contact.map_or_else(|| String::from("no contact"), millis);
    Cell::new(format!("{behind} behind, {contact}"), role)
}

/// [`follower`] with its name.
fn named_follower(ctx: &Ctx, dc: &Datacenter) -> Cell {
    let servers = dc.servers.as_ref().filter(|_| dc.is_led());
    let mut cell = servers
        .and_then(|servers| servers.worst_follower())
        .map_or_else(Cell::default, |(server, _)| {
            cells::text(&format!("{} ", server.name), Role::Text)
        });
    cell.runs.extend(follower(ctx, dc).runs);
    cell
}

/// Nodes of its catalog.
pub fn nodes(ctx: &Ctx, dc: &Datacenter) -> Cell {
    size(ctx, dc, &List::Nodes, dc.nodes.len())
}

/// Services of its catalog.
pub fn services(ctx: &Ctx, dc: &Datacenter) -> Cell {
    size(ctx, dc, &List::Services, dc.services.len())
}

/// A count that is only known once its list came; none of a list that may be shortened is no count.
fn size(ctx: &Ctx, dc: &Datacenter, list: &List, n: usize) -> Cell {
    match dc.counted(list, n) {
        None => Cell::new("?", Role::Muted),
        Some(n) => dated(ctx, dc, list, Cell::new(count(n), Role::Text)),
    }
}

/// What a list told, behind a sign where that is not confirmed: the column of its age says how old.
fn dated(ctx: &Ctx, dc: &Datacenter, list: &List, cell: Cell) -> Cell {
    if dc.freshness(list).is_live() { cell } else { cells::old(ctx, &cell) }
}

/// Critical checks.
pub fn critical(ctx: &Ctx, dc: &Datacenter) -> Cell {
    failing(ctx, dc, dc.totals.checks.critical, Role::Critical)
}

/// Warning checks.
pub fn warning(ctx: &Ctx, dc: &Datacenter) -> Cell {
    failing(ctx, dc, dc.totals.checks.warning, Role::Warning)
}

/// Maintenance checks.
pub fn maintenance(ctx: &Ctx, dc: &Datacenter) -> Cell {
    failing(ctx, dc, dc.totals.checks.maintenance, Role::Maintenance)
}

/// A count of failing checks: a quiet zero is shown only where it is certain.
fn failing(ctx: &Ctx, dc: &Datacenter, n: usize, loud: Role) -> Cell {
    match dc.counted(&List::Checks, n) {
        None => Cell::new("?", Role::Muted),
        Some(n) => dated(ctx, dc, &List::Checks, cells::number(n, loud)),
    }
}

/// How many checks were critical over the last minutes, as bars: of all datacenters on one scale.
pub fn trend(ctx: &Ctx, dc: &Datacenter) -> Cell {
    let all = ctx.store.datacenters().flat_map(|(_, dc)| dc.trend.last(TREND));
    let top = all.flatten().max().unwrap_or_default();
    Cell::new(bars(ctx.look, dc.trend.last(TREND), top), Role::Critical)
}

/// Instances of all services; unknown where a server gives only names.
pub fn instances(ctx: &Ctx, dc: &Datacenter) -> Cell {
    if dc.counted(&List::Services, dc.services.len()).is_none() || dc.totals.uncounted > 0 {
        return Cell::new("?", Role::Muted);
    }
    let all = Cell::new(count(dc.totals.instances.total()), Role::Text);
    dated(ctx, dc, &List::Services, all)
}

/// The estimate by WAN coordinates, or how long the datacenter's last answer took.
pub fn round_trip(_ctx: &Ctx, dc: &Datacenter) -> Cell {
    match (dc.pulse.wan, dc.pulse.answered_in) {
        _ if matches!(dc.pulse.link, Link::Dark { .. }) => Cell::new("-", Role::Stale),
        (Some(wan), _) if !wan.is_rough => Cell::new(format!("~{}", millis(wan.rtt)), Role::Text),
        (Some(wan), None) => Cell::new(format!("~{}", millis(wan.rtt)), Role::Muted),
        (_, Some(answered)) => Cell::new(millis(answered), Role::Text),
        (None, None) => Cell::new("?", Role::Muted),
    }
}

fn worst_freshness(dc: &Datacenter) -> Freshness {
    let lists = [List::Checks, List::Services, List::Nodes];
    let all = lists.iter().map(|list| dc.freshness(list));
    // The oldest one speaks for all; one that never came is older than any. Of those that are as old
    // one that is not confirmed does: nothing is as of now then.
    all.min_by_key(|freshness| (freshness.at, freshness.is_live())).unwrap_or_default()
}

/// How old the oldest of its lists is.
pub fn data_age(ctx: &Ctx, dc: &Datacenter) -> Cell {
    let freshness = worst_freshness(dc);
    let role = if freshness.is_live() { Role::Live } else { Role::Stale };
    let text = match freshness.age(ctx.now) {
        None => String::from("never"),
        Some(old) if old < YOUNG && freshness.is_live() => String::from("now"),
        Some(old) => age(old),
    };
    Cell::new(text, role)
}

/// [`note`] where there is room for the whole reason of a dark datacenter.
pub fn long_note(ctx: &Ctx, dc: &Datacenter) -> Cell {
    match &dc.pulse.link {
        Link::Dark { detail, .. } => Cell::new(clean(detail).into_owned(), Role::Stale),
        _ => note(ctx, dc),
    }
}

/// Why something is not as it should be, in a few words.
pub fn note(_ctx: &Ctx, dc: &Datacenter) -> Cell {
    if let Link::Dark { why, .. } = &dc.pulse.link {
        return Cell::new(clean(why).into_owned(), Role::Stale);
    }
    let lists = [List::Checks, List::Services, List::Nodes, List::Servers];
    for freshness in lists.iter().map(|list| dc.freshness(list)) {
        match &freshness.state {
            State::Denied { why } => {
                return Cell::new(format!("denied: {}", clean(why)), Role::Denied);
            }
            State::Stale { why, .. } => return Cell::new(clean(why).into_owned(), Role::Stale),
            _ => {}
        }
    }
    for freshness in lists.iter().map(|list| dc.freshness(list)) {
        if freshness.may_be_filtered {
            return Cell::new("may be filtered by ACLs", Role::Denied);
        }
        if freshness.is_polled {
            return Cell::new(polled(dc), Role::Stale);
        }
    }
    Cell::default()
}

/// Every reason why something is not as it should be, whole.
fn notes(ctx: &Ctx, dc: &Datacenter) -> Vec<Cell> {
    let mut notes = Vec::new();
    if let Link::Dark { detail, .. } = &dc.pulse.link {
        notes.push(Cell::new(format!(" {}", clean(detail)), Role::Stale));
        if ctx.store.len() > 1 && ctx.store.is_all_dark() {
            let text = " no datacenter answers: look at the agent and the way to it first";
            notes.push(Cell::new(text, Role::Stale));
        }
    }
    if dc.is_gone {
        notes.push(Cell::new(" the agent does not list it any more", Role::Stale));
    }
    // Lists that suffer from the same thing share a line.
    let mut said: Vec<(String, Cell)> = Vec::new();
    for (list, name) in LISTS {
        let freshness = dc.freshness(&list);
        let is_fine = freshness.is_live() && !freshness.may_be_filtered && !freshness.is_polled;
        if is_fine || freshness.state == State::Loading {
            continue;
        }
        let reason = freshness_words(ctx, &freshness);
        match said.iter_mut().find(|(_, other)| *other == reason) {
            Some((names, _)) => *names = format!("{names}, {name}"),
            None => said.push((name.to_owned(), reason)),
        }
    }
    notes.extend(said.into_iter().map(|(names, reason)| {
        let mut note = Cell::new(format!(" {names}: "), Role::Muted);
        note.runs.extend(reason.runs);
        note
    }));
    let is_polled = LISTS.iter().any(|(list, _)| dc.freshness(list).is_polled);
    if is_polled {
        notes.push(Cell::new(format!(" {}", polled(dc)), Role::Stale));
    }
    notes
}

/// Why lists are polled.
fn polled(dc: &Datacenter) -> String {
    match dc.pulse.connections {
        (_, 0) => String::from("polled: the agent has few connections left"),
        (used, all) => format!("polled: {used} of {all} connections in use"),
    }
}
