//! One instance beside the list: the disagreements whole, then the exact answer of each way with its
//! age, and what is noted about the service.

use chrono::{DateTime, Utc};

use super::words;
use crate::domain::consumers::dns::{Carrier, Data, Record, Reply};
use crate::domain::consumers::{Answer, Asked, Consumers, Gives, Lookup, Row, Since, Way};
use crate::table::column::Cell;
use crate::ui::text::{age, clean, millis};
use crate::ui::theme::Role;
use crate::ui::widgets::pane::{Detail, Lines};
use crate::views::{Ctx, cells};

/// What stands beside the list about a row.
pub fn of_row(ctx: &Ctx, seen: &Consumers, row: &Row) -> Detail {
    let mut lines = Vec::new();
    for it in &row.disagreements {
        let text = format!("! {}", clean(&it.text));
        lines.push(Cell::new(text, words::role(it)));
    }
    if let Some(since) = row.since {
        let mut line = label("seen for");
        line.runs.extend(cells::since(ctx.now, Some(shown(since))).runs);
        lines.push(line);
    }
    if let Some(it) = &row.instance {
        let mut state = label("catalog");
        state.runs.extend(cells::status(ctx, it.status).runs);
        lines.push(state.then(
            format!("  {} on {}", words::endpoint(row), clean(it.node.as_str())),
            Role::Text,
        ));
    }
    for (way, gives) in seen.ways.iter().zip(&row.gives) {
        lines.extend(of_way(ctx, seen, row, (way, gives)));
    }
    lines.extend(notes(seen));
    let title = Cell::new(format!(" {} ", clean(row.name())), Role::Title);
    Detail { title, lines: Lines::Whole(lines) }
}

/// As the screen has it everywhere.
pub fn shown(since: Since) -> crate::store::Since {
    crate::store::Since { at: since.at, is_exact: since.is_exact }
}

/// What stands beside a note.
pub fn of_service(ctx: &Ctx, seen: &Consumers, note: &str) -> Detail {
    let mut lines = vec![Cell::new(clean(note).into_owned(), Role::Text), Cell::default()];
    let asked = &seen.asked;
    lines.extend(lookup(ctx, asked, "DNS A", &asked.address, |_| true));
    lines.extend(lookup(ctx, asked, "DNS SRV", &asked.srv, |_| true));
    lines.extend(notes(seen));
    let title = Cell::new(format!(" {} ", clean(seen.service.as_str())), Role::Title);
    Detail { title, lines: Lines::Whole(lines) }
}

fn notes(seen: &Consumers) -> Vec<Cell> {
    let note = |(text, role): (String, Role)| label("note").then(clean(&text).into_owned(), role);
    words::notes(seen).into_iter().map(note).collect()
}

fn of_way(ctx: &Ctx, seen: &Consumers, row: &Row, (way, gives): (&Way, &Gives)) -> Vec<Cell> {
    let asked = &*seen.asked;
    let own = row.instance.as_deref();
    match way {
        Way::Address => lookup(ctx, asked, "DNS A", &asked.address, |record| {
            own.is_some_and(|it| one(record).gives_address(it))
        }),
        Way::Srv => lookup(ctx, asked, "DNS SRV", &asked.srv, |record| {
            own.is_some_and(|it| one(record).gives_service(it))
        }),
        Way::Passing => vec![plain(ctx, row, "passing", gives, &asked.passing)],
        Way::Raw => vec![plain(ctx, row, "raw", gives, &asked.raw)],
        Way::Template => vec![field("template", "consul-template gives what passes")],
        Way::Query(name) => {
            let query = asked.queries.iter().find(|(it, _)| it == name);
            let Some((_, answer)) = query else { return Vec::new() };
            let mut line = plain(ctx, row, "query", gives, answer);
            line.runs.insert(1, (format!("{} ", clean(name)).into(), Role::Text));
            if let Some((it, _)) = &answer.given {
                let text =
                    format!(", from {} after {} failovers", clean(it.dc.as_str()), it.failovers);
                line = line.then(text, Role::Muted);
            }
            vec![line]
        }
        Way::Balancer(name) => balancer(ctx, asked, name, gives),
    }
}

/// An answer of which it is enough to say whether it has the row.
fn plain<T>(ctx: &Ctx, row: &Row, name: &str, gives: &Gives, answer: &Answer<T>) -> Cell {
    let mut line = label(name);
    line.runs.extend(words::gives(Some(gives), row).runs);
    line.runs.extend(told(ctx, answer).runs);
    line
}

/// When an answer came, or why none did.
fn told<T>(ctx: &Ctx, answer: &Answer<T>) -> Cell {
    let ago = |at: DateTime<Utc>| age((ctx.now - at).to_std().unwrap_or_default());
    let mut cell = Cell::default();
    if let Some(problem) = &answer.problem {
        let text = format!(", no answer for {}: {}", ago(problem.since), clean(&problem.why));
        cell = cell.then(text, Role::Stale);
    }
    match (&answer.given, &answer.problem) {
        (Some((_, at)), Some(_)) => cell.then(format!("; last {} ago", ago(*at)), Role::Stale),
        (Some((_, at)), None) => cell.then(format!(", {} ago", ago(*at)), Role::Muted),
        (None, _) => cell,
    }
}

/// The answers of DNS by every carrier, then the records that are the row's.
fn lookup(
    ctx: &Ctx,
    asked: &Asked,
    name: &str,
    lookup: &Lookup,
    is_its: impl Fn(&Record) -> bool,
) -> Vec<Cell> {
    let Some(question) = &asked.name else { return Vec::new() };
    let mut lines = vec![field(name, &format!("{question} at {}", asked.server))];
    for carrier in Carrier::ALL {
        let answer = lookup.by(carrier);
        if answer.given.is_none() && answer.problem.is_none() {
            continue;
        }
        let text = answer.given.as_ref().map(|(reply, _)| summary(reply));
        let mut line = label("").then(format!("{:<14}", carrier.word()), Role::Muted);
        line = line.then(text.unwrap_or_default(), Role::Text);
        line.runs.extend(told(ctx, answer).runs);
        lines.push(line);
    }
    let records = lookup.best().into_iter().flat_map(|reply| reply.answers.iter());
    let records = records.filter(|record| is_its(record));
    lines.extend(records.take(20).map(|it| label("").then(record(it), Role::Accent)));
    lines
}

/// An answer of one record.
fn one(record: &Record) -> Reply {
    Reply {
        code: crate::domain::consumers::dns::Code::NoError,
        answers: vec![record.clone()],
        extra: Vec::new(),
        is_truncated: false,
        took: std::time::Duration::ZERO,
    }
}

fn summary(reply: &Reply) -> String {
    let ttl = reply.ttl().map(|ttl| format!(", ttl {ttl}")).unwrap_or_default();
    let cut = if reply.is_truncated { ", TC" } else { "" };
    let n = reply.answers.len();
    let records = if n == 1 { "record" } else { "records" };
    format!("{} {n} {records}{ttl}{cut}, {}", reply.code.word(), millis(reply.took))
}

fn record(record: &Record) -> String {
    let text = match &record.data {
        Data::Address(ip) => ip.to_string(),
        Data::Name(name) => format!("CNAME {name}"),
        Data::Service { target, port, weight } => format!("{target}:{port} weight {weight}"),
    };
    clean(&text).into_owned()
}

fn balancer(ctx: &Ctx, asked: &Asked, name: &str, gives: &Gives) -> Vec<Cell> {
    let found = asked.balancers.iter().find(|(it, _)| *it.name == *name);
    let Some((balancer, answer)) = found else { return Vec::new() };
    let mut line = label("balancer").then(format!("{} ", clean(name)), Role::Text);
    line = match gives {
        Gives::Server(server) => {
            let role = if server.takes_traffic() { Role::Passing } else { Role::Critical };
            let at = if server.address.is_empty() { "" } else { " at " };
            let text = format!(
                " as {}/{}{at}{}, weight {}{} for {}, {} sessions, {} in all",
                server.backend,
                server.name,
                server.address,
                server.weight,
                if server.is_backup { ", backup," } else { "" },
                age(server.since),
                server.sessions,
                server.total
            );
            line.then(clean(server.word()).into_owned(), role)
                .then(clean(&text).into_owned(), Role::Text)
        }
        Gives::Absent => line.then("absent", Role::Warning),
        Gives::NotServed => line.then("does not serve this service", Role::Muted),
        _ => line.then("?", Role::Stale),
    };
    line.runs.extend(told(ctx, answer).runs);
    let mut lines = vec![line];
    if let Gives::Server(server) = gives
        && !server.why().is_empty()
    {
        lines.push(label("").then(format!("its check: {}", clean(&server.why())), Role::Text));
    }
    lines.push(label("").then(clean(&balancer.address).into_owned(), Role::Muted));
    lines
}

fn label(name: &str) -> Cell {
    Cell::new(format!("{name:<10}"), Role::Muted)
}

fn field(name: &str, text: &str) -> Cell {
    label(name).then(clean(text).into_owned(), Role::Text)
}
