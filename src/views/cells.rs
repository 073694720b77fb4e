//! Cells that several views show alike.

use chrono::{DateTime, Utc};

use super::Ctx;
use crate::domain::catalog::ServiceHealth;
use crate::domain::health::{Check, Counts, Status};
use crate::domain::ids::Dc;
use crate::store::{Since, Verdict};
use crate::table::column::Cell;
use crate::ui::glyph::Sign;
use crate::ui::text::{age, at_least, clean, clean_lines, count};
use crate::ui::theme::Role;

/// The role of a state.
pub fn role(status: Status) -> Role {
    match status {
        Status::Passing => Role::Passing,
        Status::Maintenance => Role::Maintenance,
        Status::Warning => Role::Warning,
        Status::Critical => Role::Critical,
    }
}

/// A state as sign and word.
pub fn status(ctx: &Ctx, it: Status) -> Cell {
    state(ctx, it, it.word())
}

/// Something that is as bad as a state, in a word of its own.
pub fn state(ctx: &Ctx, status: Status, word: &str) -> Cell {
    Cell::new(format!("{} {word}", ctx.look.status(status)), role(status))
}

/// A state that nothing confirms any more: as what was.
pub fn past(ctx: &Ctx, word: &str) -> Cell {
    Cell::new(format!("{} was {word}", ctx.look.sign(Sign::Stale)), Role::Stale)
}

/// What a cell says, as what was.
pub fn was(ctx: &Ctx, cell: &Cell) -> Cell {
    past(ctx, &cell.runs.iter().map(|(text, _)| &**text).collect::<String>())
}

/// What a cell says, behind the sign that nothing confirms it: where there is no room for words.
pub fn old(ctx: &Ctx, cell: &Cell) -> Cell {
    let text: String = cell.runs.iter().map(|(text, _)| &**text).collect();
    Cell::new(format!("{} {text}", ctx.look.sign(Sign::Stale)), Role::Stale)
}

/// A datacenter's state as sign and role: one that does not answer has a sign of its own.
pub fn verdict(ctx: &Ctx, verdict: Verdict) -> (&'static str, Role) {
    match (verdict, verdict.status()) {
        (Verdict::Unreachable, _) => (ctx.look.sign(Sign::Dark), Role::Critical),
        (Verdict::Stale, _) => (ctx.look.sign(Sign::Stale), Role::Stale),
        (Verdict::Connecting, _) => (ctx.look.sign(Sign::Loading), Role::Muted),
        (_, Some(status)) => (ctx.look.status(status), role(status)),
        (_, None) => (ctx.look.sign(Sign::Denied), Role::Denied),
    }
}

/// Text from outside, made safe to draw.
pub fn text(text: &str, role: Role) -> Cell {
    Cell::new(clean(text).into_owned(), role)
}

/// A count; zero is quiet.
pub fn number(n: usize, loud: Role) -> Cell {
    Cell::new(count(n), if n == 0 { Role::Muted } else { loud })
}

/// The name of a datacenter, muted when what it says is not live.
pub fn dc(ctx: &Ctx, dc: &Dc) -> Cell {
    let is_led = ctx.store.dc(dc).is_some_and(crate::store::Datacenter::is_led);
    text(dc.as_str(), if is_led { Role::Text } else { Role::Stale })
}

/// `passing/total` of a service, coloured by its worst instance; `~` where it is an estimate.
pub fn health(ctx: &Ctx, service: Option<&ServiceHealth>) -> Cell {
    let Some(service) = service else {
        return Cell::new("-", Role::Muted);
    };
    let worst = service.counts.worst();
    let role = role(worst);
    let sign = if worst == Status::Passing { "" } else { ctx.look.status(worst) };
    let space = if sign.is_empty() { "" } else { " " };
    let text = match service.instances {
        Some(all) => {
            let about = if service.is_exact { "" } else { "~" };
            format!("{sign}{space}{about}{}/{}", count(service.counts.passing), count(all))
        }
        // Only names are known: what fails is counted, what passes cannot be.
        None if service.counts.failing() > 0 => {
            format!("{sign} {} failing", count(service.counts.failing()))
        }
        None => String::from("?"),
    };
    Cell::new(text, role)
}

/// What fails of some instances, in words: `5 critical, 1 warning`.
pub fn failing(counts: &Counts) -> Cell {
    let parts = [
        (counts.critical, Status::Critical),
        (counts.warning, Status::Warning),
        (counts.maintenance, Status::Maintenance),
    ];
    let mut cell = Cell::default();
    for (n, status) in parts.into_iter().filter(|(n, _)| *n > 0) {
        if !cell.runs.is_empty() {
            cell = cell.then(", ", Role::Muted);
        }
        cell = cell.then(format!("{} {}", count(n), status.word()), role(status));
    }
    if cell.runs.is_empty() { Cell::new("all passing", Role::Passing) } else { cell }
}

/// How long something has lasted; a lower bound when it began before dcview did.
pub fn since(now: DateTime<Utc>, since: Option<Since>) -> Cell {
    let Some(since) = since else {
        return Cell::new("-", Role::Muted);
    };
    let lasted = (now - since.at).to_std().unwrap_or_default();
    let text = if since.is_exact { age(lasted) } else { at_least(lasted) };
    Cell::new(text, Role::Text)
}

/// What a check says: for maintenance the reason, else the first line of its output that is not
/// blank.
pub fn summary(check: &Check) -> String {
    clean(check.says()).into_owned()
}

/// Everything that a check says, as lines; `state` is how its state is shown.
pub fn check_lines(ctx: &Ctx, state: Cell, check: &Check, held: Option<Since>) -> Vec<Cell> {
    let field = |name: &'static str, value: &str| {
        Cell::new(format!("{name:<9}"), Role::Muted).then(clean(value).into_owned(), Role::Text)
    };
    let mut lines = vec![state];
    if let (Some(held), Some(last)) = (held, lines.last_mut()) {
        let mut ago = since(ctx.now, Some(held));
        last.runs.push((" for ".into(), Role::Muted));
        last.runs.append(&mut ago.runs);
    }
    if !check.notes.is_empty() {
        let name = if check.status == Status::Maintenance { "reason" } else { "notes" };
        lines.push(field(name, &check.notes));
    }
    // What it says before what it is: a low screen has room for one of them.
    lines.extend(clean_lines(&check.output).into_iter().map(|line| Cell::new(line, Role::Text)));
    lines.push(Cell::default());
    lines.push(field("check", &format!("{} ({})", check.name, check.id)));
    lines.push(field("node", check.node.as_str()));
    if !check.is_of_node() {
        lines.push(field("service", &format!("{} ({})", check.service_name, check.service_id)));
    }
    if !check.kind.is_empty() {
        lines.push(field("type", &check.kind));
    }
    lines.push(field("index", &check.modify_index.to_string()));
    lines
}

/// Meta data as lines `key = value`.
pub fn meta_lines<'a, K: AsRef<str> + 'a>(
    meta: impl IntoIterator<Item = (&'a K, &'a K)>,
) -> Vec<Cell> {
    let line = |(key, value): (&K, &K)| {
        text(key.as_ref(), Role::Muted)
            .then(" = ", Role::Muted)
            .then(clean(value.as_ref()).into_owned(), Role::Text)
    };
    meta.into_iter().map(line).collect()
}

/// A name with some of its characters lit, which are given by their places, ascending.
pub fn lit(name: &str, places: &[usize]) -> Cell {
    let mut cell = Cell::default();
    let mut matched = places.iter().copied().peekable();
    for (at, c) in name.chars().enumerate() {
        let role = if matched.next_if_eq(&at).is_some() { Role::Match } else { Role::Text };
        let mut utf8 = [0; 4];
        let text = clean(c.encode_utf8(&mut utf8)).into_owned();
        match cell.runs.last_mut() {
            Some((run, last)) if *last == role => run.to_mut().push_str(&text),
            _ => cell.runs.push((text.into(), role)),
        }
    }
    cell
}

/// Texts joined for a narrow column, made safe to draw.
pub fn joined<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Cell {
    let all: Vec<String> = texts.into_iter().map(|t| clean(t.as_ref()).into_owned()).collect();
    Cell::new(all.join(" "), Role::Muted)
}
