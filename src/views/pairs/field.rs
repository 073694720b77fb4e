//! What is known between two datacenters: their streams, the way, and the servers of the second.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::coordinate::Estimate;
use crate::domain::feed::Link;
use crate::domain::ids::Dc;
use crate::domain::replication::Stream;
use crate::domain::wan::{Member, MemberState};
use crate::table::column::Cell;
use crate::ui::glyph::Sign;
use crate::ui::text::{clean, millis};
use crate::ui::theme::Role;
use crate::views::Ctx;
use crate::views::replication::words;

/// One field of the table.
pub struct Field<'a> {
    from: &'a Dc,
    to: &'a Dc,
    /// Worst first.
    streams: Vec<Arc<Stream>>,
    trip: Option<Estimate>,
    members: &'a [Member],
    /// Servers alive, and those that there should be.
    alive: (usize, usize),
    heard: Heard,
    /// One of the ends does not answer: nothing goes there and back.
    is_far: bool,
}

/// How what gossip knows comes here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// The datacenter itself may tell.
    Well,
    /// It does not answer: others tell of it.
    FromOthers,
    /// Nobody answers: it is what was told last.
    NoMore,
}

impl<'a> Field<'a> {
    /// What is known from one datacenter to another.
    pub fn of(ctx: &Ctx<'a>, from: &'a Dc, to: &'a Dc) -> Self {
        let store = ctx.store;
        let is_here = |stream: &Stream| {
            stream.id.source.as_ref() == Some(from) && stream.id.destination == *to
        };
        let mut streams: Vec<_> = store.streams_now().filter(|stream| is_here(stream)).collect();
        streams.sort_by(|a, b| {
            words::badness(b).cmp(&words::badness(a)).then_with(|| a.id.cmp(&b.id))
        });
        Self {
            from,
            to,
            streams,
            trip: store.wan.trip(from, to),
            members: store.wan.members(to),
            alive: store.wan.alive(to),
            heard: Heard::of(ctx, to),
            is_far: is_dark(ctx, from) || is_dark(ctx, to),
        }
    }

    /// The field in two lines.
    pub fn short(&self, ctx: &Ctx) -> [Cell; 2] {
        [self.replication(ctx), self.way(ctx)]
    }

    /// The worst verdict, and how many streams have it.
    fn replication(&self, ctx: &Ctx) -> Cell {
        words::worst(self.streams.iter().cloned())
            .map_or_else(|| Cell::new("no streams", Role::Muted), |worst| worst.cell(ctx))
    }

    fn way(&self, ctx: &Ctx) -> Cell {
        let (alive, all) = self.alive;
        let servers = if all == 0 { "?".to_owned() } else { format!("{alive}/{all}") };
        let trip = self.trip();
        if self.heard == Heard::NoMore && (self.trip.is_some() || all > 0) {
            let trip: String = trip.runs.iter().map(|(text, _)| &**text).collect();
            let sign = ctx.look.sign(Sign::Stale);
            return Cell::new(format!("{sign} was {trip} {servers}"), Role::Stale);
        }
        let role = if alive < all { Role::Critical } else { Role::Text };
        let trip = trip.then("  ", Role::Muted);
        match self.heard {
            _ if all == 0 => trip.then(servers, Role::Muted),
            Heard::FromOthers if alive == all => {
                trip.then(format!("gossip {servers}"), Role::Stale)
            }
            Heard::FromOthers => trip.then(format!("gossip {servers}"), role),
            _ => trip.then(format!("{servers} alive"), role),
        }
    }

    /// The round trip; where an end does not answer it is that of before.
    fn trip(&self) -> Cell {
        let cell = trip(self.trip);
        let text = || cell.runs.iter().map(|(text, _)| &**text).collect::<String>();
        if self.is_far { Cell::new(text(), Role::Stale) } else { cell }
    }

    /// All of it in lines.
    pub fn lines(&self, ctx: &Ctx) -> Vec<Cell> {
        let mut way = Cell::new("round trip ", Role::Muted);
        way.runs.extend(self.trip().runs);
        if self.trip.is_some_and(|trip| trip.is_rough) {
            way = way.then(" rough: the coordinates have not settled", Role::Muted);
        }
        let mut lines = vec![way];
        let doubt = match self.heard {
            Heard::NoMore => "as gossip had it: no datacenter answers now",
            _ if self.is_far => "as gossip elsewhere has it: an end does not answer",
            _ => "",
        };
        lines.extend((!doubt.is_empty()).then(|| Cell::new(doubt, Role::Stale)));
        lines.extend(self.streams.iter().map(|stream| {
            let mut line = words::verdict(ctx, stream);
            line = line.then(format!(" {} ", stream.id.kind.word()), Role::Muted);
            line.runs.extend(words::carried(stream).runs);
            let gap = if stream.id.of.is_empty() { "" } else { "  " };
            line = line.then(gap, Role::Muted);
            line.runs.extend(words::trouble(stream).runs);
            line
        }));
        if self.streams.is_empty() {
            lines.push(Cell::new("no stream is known between them", Role::Muted));
        }
        lines.extend(self.servers());
        lines
    }

    /// The servers of the second one, as gossip has them.
    fn servers(&self) -> Vec<Cell> {
        if self.members.is_empty() {
            let text = format!("gossip is not told of the servers of {}", clean(self.to.as_str()));
            return vec![Cell::new(text, Role::Muted)];
        }
        let mut cell = Cell::new(format!("servers of {}: ", clean(self.to.as_str())), Role::Muted);
        for (at, member) in self.members.iter().enumerate() {
            let gap = if at == 0 { "" } else { ", " };
            cell = cell
                .then(gap, Role::Muted)
                .then(clean(member.name.as_str()).into_owned(), Role::Text)
                .then(format!(" {}", member.state.word()), role(member.state));
        }
        vec![cell]
    }

    /// It as JSON.
    pub fn json(&self) -> Value {
        let worst = self.streams.first().map(|stream| stream.verdict);
        json!({
            "from": self.from,
            "to": self.to,
            "verdict": worst,
            "streams": self.streams.iter().map(|it| it.id.to_string()).collect::<Vec<_>>(),
            "round_trip_ms": self.trip.map(|trip| trip.rtt.as_secs_f64() * 1000.0),
            "is_old": self.heard == Heard::NoMore,
            "is_rough": self.trip.map(|trip| trip.is_rough),
            "servers": self.members,
        })
    }
}

impl Heard {
    fn of(ctx: &Ctx, to: &Dc) -> Self {
        match is_dark(ctx, to) {
            _ if ctx.store.is_all_dark() => Self::NoMore,
            true => Self::FromOthers,
            false => Self::Well,
        }
    }
}

fn is_dark(ctx: &Ctx, dc: &Dc) -> bool {
    ctx.store.dc(dc).is_some_and(|state| matches!(state.pulse.link, Link::Dark { .. }))
}

/// A round trip; a rough one is marked.
fn trip(trip: Option<Estimate>) -> Cell {
    match trip {
        None => Cell::new("?", Role::Muted),
        Some(trip) if trip.is_rough => Cell::new(format!("~{}", millis(trip.rtt)), Role::Muted),
        Some(trip) => Cell::new(millis(trip.rtt), Role::Text),
    }
}

fn role(state: MemberState) -> Role {
    match state {
        MemberState::Alive => Role::Passing,
        MemberState::Leaving | MemberState::Left => Role::Warning,
        MemberState::Failed => Role::Critical,
        MemberState::Unknown => Role::Unknown,
    }
}
