//! What a list says about its own freshness: in its title, and in its middle when it is empty.
//!
//! An empty list is "nothing" only when every datacenter answered and none may have hidden rows.

use std::sync::Arc;
use std::time::Duration;

use super::{Ctx, cells};
use crate::domain::feed::{Link, List};
use crate::domain::freshness::{Freshness, State};
use crate::domain::health::Status;
use crate::domain::ids::Dc;
use crate::store::Datacenter;
use crate::table::column::Cell;
use crate::table::model::TableModel;
use crate::table::row::Row;
use crate::ui::text::{age, clean, count};
use crate::ui::theme::Role;

/// Why a list may show less than there is.
#[derive(Clone, Copy, Debug)]
pub struct Partly<'a> {
    /// Only rows with a fault are shown.
    pub is_faults_only: bool,
    /// The datacenters of which more rows are on their way.
    pub begun: &'a [Dc],
}

/// The worst freshness of each datacenter that a list is limited to.
pub fn worst(ctx: &Ctx, lists: &[List], only: Option<&Dc>) -> Vec<(Dc, Freshness)> {
    among(ctx, lists, |dc| only.map_or_else(|| ctx.shows(dc), |only| only == dc))
}

/// The worst freshness of every datacenter, for a list that shows all of them.
pub fn everywhere(ctx: &Ctx, lists: &[List]) -> Vec<(Dc, Freshness)> {
    among(ctx, lists, |_| true)
}

fn among(ctx: &Ctx, lists: &[List], is_in: impl Fn(&Dc) -> bool) -> Vec<(Dc, Freshness)> {
    let dcs = ctx.store.datacenters().filter(|(dc, _)| is_in(dc));
    dcs.filter_map(|(name, dc)| {
        let all = lists.iter().map(|list| of(ctx, dc, list));
        Some((name.clone(), all.max_by_key(badness)?))
    })
    .collect()
}

/// How fresh a list is: what never came of a datacenter that does not answer does not load either.
pub fn of(ctx: &Ctx, dc: &Datacenter, list: &List) -> Freshness {
    let mut freshness = dc.freshness(list);
    // At an earlier moment nobody knows whether it was asked for.
    if let (State::Loading, Link::Dark { why, retry_at, .. }, false) =
        (&freshness.state, &dc.pulse.link, ctx.is_past)
    {
        let (why, retry_at) = (Arc::clone(why), *retry_at);
        freshness.state = State::Stale { since: freshness.at, why, retry_at };
    }
    freshness
}

fn badness(freshness: &Freshness) -> u8 {
    match &freshness.state {
        State::Denied { .. } => 5,
        State::Stale { .. } => 4,
        State::Loading => 3,
        State::Live if freshness.leaderless.is_some() => 2,
        State::Live if freshness.is_polled || freshness.may_be_filtered => 1,
        State::Live => 0,
    }
}

/// Data younger than this is shown as live without its age: it is confirmed every few seconds, and
/// an age that only counts to five and back would be bytes over the line and no news.
pub const YOUNG: Duration = Duration::from_secs(10);

/// What is said of a datacenter of which nothing came.
const NO_DATA: &str = "no data";

/// What is said at an earlier moment of what was not watched then, or had not come yet.
pub const NOT_RECORDED: &str = "not recorded then";

/// Live data in words, with its age once that is worth a look; at an earlier moment nothing is live.
fn live(ctx: &Ctx, old: Duration) -> String {
    let word = if ctx.is_past { "as it was" } else { "live" };
    if old < YOUNG { String::from(word) } else { format!("{word} {}", age(old)) }
}

fn live_role(ctx: &Ctx) -> Role {
    if ctx.is_past { Role::Stale } else { Role::Live }
}

/// One datacenter's freshness in words: `live 2s`, `stale 41s: timed out, retry in 3s`.
pub fn words(ctx: &Ctx, freshness: &Freshness) -> Cell {
    worded(ctx, freshness, NO_DATA)
}

/// The same, with what is said where no whole answer ever came.
fn worded(ctx: &Ctx, freshness: &Freshness, none: &str) -> Cell {
    let old = freshness.age(ctx.now).map(age).unwrap_or_default();
    let mut cell = match &freshness.state {
        State::Loading if ctx.is_past => Cell::new(NOT_RECORDED, Role::Stale),
        State::Loading => Cell::new("loading", Role::Muted),
        State::Denied { why } => Cell::new(format!("denied: {}", clean(why)), Role::Denied),
        State::Stale { why, retry_at, .. } => {
            let retry = retry_at
                .filter(|_| !ctx.is_past)
                .map(|at| (at - ctx.now).to_std().unwrap_or_default());
            let retry = retry.map(|wait| match wait.as_secs() {
                0 => ", retrying".to_owned(),
                _ => format!(", retry in {}", age(wait)),
            });
            let retry = retry.unwrap_or_default();
            let kept = if old.is_empty() { String::from(none) } else { format!("stale {old}") };
            Cell::new(format!("{kept}: {}{retry}", clean(why)), Role::Stale)
        }
        State::Live => match freshness.leaderless {
            Some(behind) => {
                Cell::new(format!("no leader for {}, stale read", age(behind)), Role::Stale)
            }
            None => {
                Cell::new(live(ctx, freshness.age(ctx.now).unwrap_or_default()), live_role(ctx))
            }
        },
    };
    if freshness.is_polled {
        cell = cell.then(" polled", Role::Stale);
    }
    // Of what never came nobody knows.
    if freshness.may_be_filtered && freshness.at.is_some() {
        cell = cell.then(" may be filtered", Role::Denied);
    }
    cell
}

/// How many rows there are, in a title or a text: of a beginning it is said that it is one.
fn rows_of(count: String, is_beginning: bool) -> String {
    if is_beginning { count + " so far" } else { count }
}

/// Why a list of a datacenter cannot be read, in words; `None` while it can, or may yet come.
pub fn unread(ctx: &Ctx, dc: &Dc, list: &List) -> Option<Cell> {
    let state = ctx.store.dc(dc)?;
    let freshness = state.freshness(list);
    match (&freshness.state, &state.pulse.link) {
        (State::Stale { .. } | State::Denied { .. }, _) => Some(words(ctx, &freshness)),
        (State::Loading, Link::Dark { detail, .. }) => {
            Some(Cell::new(clean(detail).into_owned(), Role::Stale))
        }
        _ => None,
    }
}

/// True when rows of this list are those of another time: the server did not confirm them.
pub fn is_old(ctx: &Ctx, dc: &Dc, list: &List) -> bool {
    let state = ctx.store.dc(dc).map(|state| of(ctx, state, list).state);
    matches!(state, Some(State::Stale { .. } | State::Denied { .. }))
}

/// A state that this list tells: where nobody confirms it, as what was.
pub fn status(ctx: &Ctx, dc: &Dc, list: &List, status: Status) -> Cell {
    if is_old(ctx, dc, list) { cells::past(ctx, status.word()) } else { cells::status(ctx, status) }
}

/// The title of a list: what it is, how many rows, its filter and its freshness.
pub fn title<R: Row>(
    ctx: &Ctx,
    what: &str,
    model: &TableModel<R>,
    fresh: &[(Dc, Freshness)],
    Partly { is_faults_only, begun }: Partly<'_>,
) -> Cell {
    let mut cell = Cell::new(format!(" {} ", clean(what)), Role::Title);
    let all = rows_of(count(model.len()), !begun.is_empty());
    let rows = if model.shown() == model.len() {
        format!("[{all}]")
    } else {
        format!("[{}/{all}]", count(model.shown()))
    };
    cell = cell.then(rows, Role::Accent);
    if !model.filter().is_empty() {
        cell = cell.then(format!(" </{}>", clean(model.filter().text())), Role::Match);
    }
    if is_faults_only {
        cell = cell.then(" faults only", Role::Match);
    }
    cell.runs.extend(summary(ctx, fresh, begun).runs);
    cell.then(" ", Role::Title)
}

/// How fresh what all datacenters are asked for by their pulse is, in a title.
pub fn of_pulses(ctx: &Ctx) -> Cell {
    let pulse = |(name, dc): (&Dc, &Datacenter)| (name.clone(), dc.heard());
    let all: Vec<_> = ctx.store.datacenters().map(pulse).collect();
    summary(ctx, &all, &[])
}

/// All freshness in one line: one word while all are live, else each that is not.
fn summary(ctx: &Ctx, fresh: &[(Dc, Freshness)], begun: &[Dc]) -> Cell {
    let mut cell = Cell::default();
    let (fine, bad): (Vec<_>, Vec<_>) = fresh.iter().partition(|(_, f)| badness(f) == 0);
    let oldest = fine.iter().filter_map(|(_, f)| f.age(ctx.now)).max();
    if let Some(oldest) = oldest {
        cell = cell.then(format!(" {}", live(ctx, oldest)), live_role(ctx));
    }
    // Datacenters that suffer from the same thing share a place: a title is short.
    let mut groups: Vec<(String, Freshness, &str)> = Vec::new();
    for (dc, freshness) in bad {
        let none = if begun.contains(dc) { "no more" } else { NO_DATA };
        let is_same =
            |group: &(String, Freshness, &str)| group.2 == none && is_alike(&group.1, freshness);
        match groups.iter_mut().find(|group| is_same(group)) {
            Some((names, oldest, _)) => {
                names.push_str(", ");
                names.push_str(&clean(dc.as_str()));
                oldest.at = oldest.at.min(freshness.at);
            }
            None => groups.push((clean(dc.as_str()).into_owned(), freshness.clone(), none)),
        }
    }
    for (names, freshness, none) in groups {
        cell = cell.then(format!(" | {names} "), Role::Muted);
        cell.runs.extend(worded(ctx, &freshness, none).runs);
    }
    cell
}

/// True when both can be said in the same words, but for the times in them.
fn is_alike(a: &Freshness, b: &Freshness) -> bool {
    let state = match (&a.state, &b.state) {
        (State::Stale { why: a, .. }, State::Stale { why: b, .. }) => a == b,
        (a, b) => a == b,
    };
    let flags =
        |f: &Freshness| (f.leaderless.is_some(), f.is_polled, f.may_be_filtered, f.at.is_some());
    state && flags(a) == flags(b)
}

/// What is said of an answer without rows by a token that may not see all.
fn hidden() -> Cell {
    Cell::new("nothing came, but what is there may be filtered by ACLs", Role::Denied)
}

/// What an empty list says: why it is empty, or that there is really nothing.
pub fn empty_text<R: Row>(
    ctx: &Ctx,
    model: &TableModel<R>,
    fresh: &[(Dc, Freshness)],
    nothing: &str,
    is_beginning: bool,
) -> Vec<Cell> {
    if !model.is_empty() {
        let all = rows_of(count(model.len()), is_beginning);
        let text =
            format!("no row matches '{}'; esc shows all {all}", clean(model.filter().text()));
        return vec![Cell::new(text, Role::Muted)];
    }
    if let (true, Some((_, detail))) = (ctx.store.is_empty(), &ctx.store.discovery) {
        return vec![Cell::new(clean(detail).into_owned(), Role::Error)];
    }
    // A list that is made of no datacenter's lists is as fresh as the work that brought it.
    if fresh.is_empty() && !ctx.store.datacenters().any(|(dc, _)| ctx.shows(dc)) {
        let text =
            if ctx.is_past { "no datacenter was known then" } else { "looking for datacenters" };
        return vec![Cell::new(text, Role::Muted)];
    }
    // What was empty when a datacenter last answered need not be empty now.
    let is_certain = |f: &Freshness| !f.is_empty() && !f.may_be_filtered && badness(f) < 4;
    let mut lines: Vec<Cell> = fresh
        .iter()
        .filter(|(_, f)| !is_certain(f))
        .map(|(dc, f)| {
            let cell = Cell::new(format!("{}: ", clean(dc.as_str())), Role::Text);
            let is_whole_truth = f.is_live() && f.may_be_filtered;
            let why = if is_whole_truth { hidden() } else { words(ctx, f) };
            Cell { runs: cell.runs.into_iter().chain(why.runs).collect() }
        })
        .collect();
    if lines.is_empty() {
        lines.push(Cell::new(clean(nothing).into_owned(), Role::Muted));
    } else if lines.len() < fresh.len() {
        lines.push(Cell::new(format!("elsewhere: {}", clean(nothing)), Role::Muted));
    }
    lines
}
