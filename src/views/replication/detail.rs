//! One stream beside the list: verdict and evidence, alarms whole, counts, lag, indexes and facts.

use super::{StreamRow, words};
use crate::domain::replication::Stream;
use crate::table::column::Cell;
use crate::ui::text::{age, clean};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::Ctx;

/// What stands beside the list about a row.
pub(super) fn of(ctx: &Ctx, row: &StreamRow) -> Detail {
    if !row.is_folded() {
        let title = Cell::new(format!(" {} ", clean(&row.stream.id.to_string())), Role::Title);
        return Detail { title, lines: Lines::Whole(lines(ctx, &row.stream)) };
    }
    let id = &row.stream.id;
    let title = format!(" {} {}: {} ", id.kind.word(), id.destination, row.members.len());
    let title = Cell::new(clean(&title).into_owned(), Role::Title);
    let mut all =
        vec![Cell::new("x gives each a row of its own; enter shows all of the kind", Role::Muted)];
    all.extend(row.members.iter().map(|member| {
        let mut line = words::verdict(ctx, member);
        line = line.then(format!(" {} ", clean(&member.id.of)), Role::Text);
        line.runs.extend(words::trouble(member).runs);
        line
    }));
    Detail { title, lines: Lines::Whole(all) }
}

/// Everything that is known of a stream but its keys.
pub(in crate::views) fn lines(ctx: &Ctx, stream: &Stream) -> Vec<Cell> {
    let mut lines = vec![verdict(ctx, stream)];
    lines.extend(stream.alarms.iter().map(|alarm| {
        Cell::new("! ", Role::Critical).then(clean(&alarm.to_string()).into_owned(), Role::Critical)
    }));
    if let Some(why) = &stream.problem {
        let since = stream.at.map_or_else(
            || String::from("never compared: "),
            |at| format!("as of {} ago: ", age((ctx.now - at).to_std().unwrap_or_default())),
        );
        lines.push(Cell::new(since, Role::Stale).then(clean(why).into_owned(), Role::Stale));
    }
    if stream.is_proposed {
        let text = "the source is a guess, the best match: 'a' takes it as right and remembers it";
        lines.push(Cell::new(text, Role::Unknown));
    }
    if stream.at.is_some() {
        if stream.id.kind.has_keys() {
            lines.push(keys(stream));
        }
        lines.push(lag(ctx, stream));
    }
    lines.extend(indexes(stream));
    lines.extend(stream.facts.iter().map(|(name, text)| field(name, text)));
    lines.push(read(ctx, stream));
    lines
}

fn verdict(ctx: &Ctx, stream: &Stream) -> Cell {
    let mut cell = words::verdict(ctx, stream);
    if let Some(time) = stream.stalled_for {
        cell = cell.then(format!(", stalled for {}", age(time)), Role::Critical);
    }
    match &*stream.evidence {
        "" => cell,
        evidence => cell.then(format!(": {}", clean(evidence)), Role::Text),
    }
}

fn keys(stream: &Stream) -> Cell {
    let mut cell = label("keys");
    cell.runs.extend(words::counts(stream).runs);
    cell
}

fn lag(ctx: &Ctx, stream: &Stream) -> Cell {
    let mut cell = label("lag");
    cell.runs.extend(words::lag(ctx, stream).runs);
    if stream.waiting == crate::domain::replication::Waiting::Unknown {
        cell = cell.then(": it waits since before dcview looked", Role::Muted);
    }
    cell
}

/// The mechanism's own numbers, which decide nothing; where its facts say them already, not again.
fn indexes(stream: &Stream) -> Vec<Cell> {
    let mut lines = Vec::new();
    let says = |label: &str| stream.facts.iter().any(|(name, _)| *name == label);
    let number = |n: Option<u64>| n.map_or_else(|| String::from("?"), |n| n.to_string());
    let is_known = stream.last_replicated.is_some() || stream.source_index.is_some();
    if is_known && !says("replicated") {
        let text = format!(
            "replicated {}, source at {}",
            number(stream.last_replicated),
            number(stream.source_index)
        );
        lines.push(field("index", &text));
    }
    if let Some(status) = stream.status.as_ref().filter(|_| !says("status")) {
        lines.push(field("status", &format!("{} at {}", status.key, status.modify_index)));
    }
    lines
}

/// When it was compared, and when every key was read last.
fn read(ctx: &Ctx, stream: &Stream) -> Cell {
    let mut cell = label("compared");
    cell.runs.extend(words::compared(ctx, stream).runs);
    match stream.whole_at.filter(|_| stream.id.kind.has_keys()) {
        Some(at) => {
            let old = age((ctx.now - at).to_std().unwrap_or_default());
            cell.then(format!(", every key read {old} ago"), Role::Muted)
        }
        None => cell,
    }
}

fn label(name: &str) -> Cell {
    Cell::new(format!("{name:<11}"), Role::Muted)
}

fn field(name: &str, text: &str) -> Cell {
    label(name).then(clean(text).into_owned(), Role::Text)
}
