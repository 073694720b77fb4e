//! One line for each datacenter: state, leader, servers, Raft, sizes, failing checks, round trip,
//! age of the data and the trend of critical checks.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::domain::feed::{Link, List};
use crate::domain::freshness::{Freshness, State};
use crate::domain::ids::Dc;
use crate::store::overview::Overview;
use crate::store::{Change, Datacenter, Verdict};
use crate::table::column::{Cell, Column, Width};
use crate::table::filter::RowText;
use crate::table::row::Row;
use crate::ui::text::{age, clean, count, millis};
use crate::ui::theme::Role;
use crate::ui::widgets::spark::bars;
use crate::views::fresh::YOUNG;
use crate::views::listing::{Heading, Listing, Patch};
use crate::views::{Ctx, Place, cells};

/// Samples in the trend of critical checks.
const TREND: usize = 12;

/// From this width on the note has room for a whole reason.
const ROOMY: u16 = 160;

/// The list.
pub struct Datacenters;

/// One datacenter; what it shows is looked up when it is drawn.
#[derive(Clone, Debug)]
pub struct DcRow {
    dc: Dc,
    verdict: Verdict,
    critical: usize,
}

impl DcRow {
    fn make(dc: &Dc, state: &Datacenter) -> Self {
        Self { dc: dc.clone(), verdict: Verdict::of(state), critical: state.totals.checks.critical }
    }
}

impl Row for DcRow {
    type Key = Dc;

    fn key(&self) -> Dc {
        self.dc.clone()
    }

    fn text(&self) -> RowText {
        RowText::new([self.dc.as_str(), self.verdict.word()])
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.dc.cmp(&other.dc)
    }
}

impl Listing for Datacenters {
    type Row = DcRow;

    fn heading(&self, _ctx: &Ctx) -> Heading {
        Heading {
            what: String::from("datacenters"),
            made_of: vec![List::Checks, List::Services, List::Nodes],
            is_of_all: true,
        }
    }

    fn columns<'a>(&'a self, ctx: &'a Ctx, wide: bool, room: u16) -> Vec<Column<'a, DcRow>> {
        let of = |show: fn(&Ctx, &Datacenter) -> Cell| {
            move |row: &DcRow| ctx.store.dc(&row.dc).map(|dc| show(ctx, dc)).unwrap_or_default()
        };
        let note = if room < ROOMY { note } else { long_note };
        // Where not all fits, wide shows the other half: who leads, Raft, nodes and maintenance
        // instead of sizes, round trip and trend.
        let rank = |usually: u8, when_wide: u8| if wide { when_wide } else { usually };
        vec![
            Column::new("name", "dc", Width::Fit(4, 14), |row: &DcRow| cells::dc(ctx, &row.dc))
                .sorts(|a: &DcRow, b| a.dc.cmp(&b.dc)),
            Column::new("status", "state", Width::Fit(10, 13), |row: &DcRow| {
                verdict(ctx, row.verdict)
            })
            .sorts_worst_first(|a: &DcRow, b| a.verdict.cmp(&b.verdict)),
            Column::new("leader", "leader", Width::Fit(6, 16), of(leader)).rank(rank(6, 2)),
            Column::new("servers", "servers", Width::Fit(7, 11), of(servers)).rank(rank(1, 1)),
            Column::new("raft", "worst follower", Width::Fit(8, 26), of(follower)).rank(rank(7, 2)),
            Column::new(
                "nodes",
                "nodes",
                Width::Fit(5, 8),
                of(|_, dc| size(dc, &List::Nodes, dc.nodes.len())),
            )
            .right()
            .rank(rank(5, 3)),
            Column::new(
                "services",
                "svcs",
                Width::Fit(5, 8),
                of(|_, dc| size(dc, &List::Services, dc.services.len())),
            )
            .right()
            .rank(rank(4, 6)),
            Column::new("instances", "inst", Width::Fit(5, 9), of(instances))
                .right()
                .rank(rank(3, 6)),
            Column::new(
                "critical",
                "crit",
                Width::Fit(4, 8),
                of(|_, dc| failing(dc, dc.totals.checks.critical, Role::Critical)),
            )
            .right()
            .sorts_worst_first(|a: &DcRow, b| a.critical.cmp(&b.critical)),
            Column::new(
                "warning",
                "warn",
                Width::Fit(4, 8),
                of(|_, dc| failing(dc, dc.totals.checks.warning, Role::Warning)),
            )
            .right(),
            Column::new(
                "maintenance",
                "mnt",
                Width::Fit(3, 7),
                of(|_, dc| failing(dc, dc.totals.checks.maintenance, Role::Maintenance)),
            )
            .right()
            .rank(rank(6, 3)),
            Column::new("rtt", "rtt", Width::Fit(5, 8), of(round_trip)).right().rank(rank(2, 6)),
            Column::new("age", "data", Width::Fit(4, 10), of(data_age)).right(),
            Column::new(
                "trend",
                "critical",
                Width::Fit(TREND as u16, TREND as u16),
                of(|ctx, dc| Cell::new(bars(ctx.look, dc.trend.last(TREND)), Role::Critical)),
            )
            .rank(rank(4, 6)),
            Column::new("note", "note", Width::Fill(8, u16::MAX), of(note)).rank(rank(3, 4)),
        ]
    }

    fn first_sort(&self) -> &'static str {
        "name"
    }

    fn load(&mut self, ctx: &Ctx) -> Vec<DcRow> {
        ctx.store.datacenters().map(|(dc, state)| DcRow::make(dc, state)).collect()
    }

    fn patch(&mut self, ctx: &Ctx, change: &Change) -> Option<Patch<DcRow>> {
        let upserts = match change {
            Change::Datacenters => self.load(ctx),
            Change::Datacenter(dc)
            | Change::Services(dc, _)
            | Change::Checks(dc, _)
            | Change::Nodes(dc, _) => vec![DcRow::make(dc, ctx.store.dc(dc)?)],
            _ => return None,
        };
        Some(Patch { upserts, ..Patch::default() })
    }

    fn is_fault(&self, row: &DcRow) -> bool {
        row.verdict > Verdict::Connecting
    }

    fn open(&self, _ctx: &Ctx, row: &DcRow) -> Option<Place> {
        Some(Place::new("checks").at(&row.dc))
    }

    fn name(&self, row: &DcRow) -> String {
        row.dc.to_string()
    }

    fn json(&self, ctx: &Ctx, row: &DcRow) -> Value {
        json!(ctx.store.dc(&row.dc).map(|dc| Overview::of(&row.dc, dc)))
    }

    fn nothing(&self) -> &'static str {
        "the agent lists no datacenter"
    }
}

/// A datacenter's state as sign and word.
pub fn verdict(ctx: &Ctx, verdict: Verdict) -> Cell {
    let (sign, role) = cells::verdict(ctx, verdict);
    Cell::new(format!("{sign} {}", verdict.word()), role)
}

fn leader(_ctx: &Ctx, dc: &Datacenter) -> Cell {
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
fn servers(_ctx: &Ctx, dc: &Datacenter) -> Cell {
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

fn follower(_ctx: &Ctx, dc: &Datacenter) -> Cell {
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

/// A count that is only known once its list came; none of a list that may be shortened is no count.
fn size(dc: &Datacenter, list: &List, n: usize) -> Cell {
    let freshness = dc.freshness(list);
    if freshness.is_empty() || (n == 0 && freshness.may_be_filtered) {
        Cell::new("?", Role::Muted)
    } else {
        Cell::new(count(n), Role::Text)
    }
}

/// A count of failing checks: a quiet zero is shown only where it is certain.
fn failing(dc: &Datacenter, n: usize, loud: Role) -> Cell {
    let freshness = dc.freshness(&List::Checks);
    if freshness.is_empty() || (n == 0 && freshness.may_be_filtered) {
        return Cell::new("?", Role::Muted);
    }
    cells::number(n, loud)
}

fn instances(_ctx: &Ctx, dc: &Datacenter) -> Cell {
    let freshness = dc.freshness(&List::Services);
    if freshness.is_empty()
        || (dc.services.is_empty() && freshness.may_be_filtered)
        || dc.services.values().any(|s| s.instances.is_none())
    {
        return Cell::new("?", Role::Muted);
    }
    Cell::new(count(dc.totals.instances.total()), Role::Text)
}

/// The estimate by WAN coordinates, or how long the datacenter's last answer took.
fn round_trip(_ctx: &Ctx, dc: &Datacenter) -> Cell {
    match (dc.pulse.wan, dc.pulse.answered_in) {
        (Some(wan), _) if !wan.is_rough => Cell::new(format!("~{}", millis(wan.rtt)), Role::Text),
        (Some(wan), None) => Cell::new(format!("~{}", millis(wan.rtt)), Role::Muted),
        (_, Some(answered)) => Cell::new(millis(answered), Role::Text),
        (None, None) => Cell::new("?", Role::Muted),
    }
}

fn worst_freshness(dc: &Datacenter) -> Freshness {
    let lists = [List::Checks, List::Services, List::Nodes];
    let all = lists.iter().map(|list| dc.freshness(list));
    // The oldest one speaks for all; one that never came is older than any.
    all.min_by_key(|freshness| freshness.at).unwrap_or_default()
}

fn data_age(ctx: &Ctx, dc: &Datacenter) -> Cell {
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
fn long_note(ctx: &Ctx, dc: &Datacenter) -> Cell {
    match &dc.pulse.link {
        Link::Dark { detail, .. } => Cell::new(clean(detail).into_owned(), Role::Stale),
        _ => note(ctx, dc),
    }
}

/// Why something is not as it should be, in a few words.
fn note(_ctx: &Ctx, dc: &Datacenter) -> Cell {
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
            let text = match dc.pulse.connections {
                (_, 0) => String::from("polled: the agent has few connections left"),
                (used, all) => format!("polled: {used} of {all} connections in use"),
            };
            return Cell::new(text, Role::Stale);
        }
    }
    Cell::default()
}
