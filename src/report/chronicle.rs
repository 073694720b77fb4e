//! Events as a document for those who were not there: Markdown, CSV or JSON, with every time in UTC
//! and by the clock of whoever wrote it.
//!
//! Pure: it makes the text. Invariants: no text of an event can act on a terminal, or end its cell
//! or its row; what is not known, since nobody looked or there was no room, is said at the top of
//! Markdown and JSON.

mod markdown;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::Serialize;

use super::form::{Grid, csv, json_line};
use crate::domain::event::Event;
use crate::domain::event::export::{Export, Form};
use crate::domain::json::EventJson;

/// The document.
///
/// # Errors
/// When an event cannot be JSON, which ours can.
pub fn text(export: &Export, form: Form) -> serde_json::Result<String> {
    match form {
        Form::Markdown => Ok(markdown::text(export)),
        Form::Csv => Ok(csv(&grid(export.events.iter().map(|event| Row::of(export, event))))),
        Form::Json => json(export),
    }
}

/// An event with its local time.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    event: EventJson<'a>,
    /// By the clock of whoever wrote it.
    local: DateTime<FixedOffset>,
}

impl<'a> Row<'a> {
    fn of(export: &Export, event: &'a Event) -> Self {
        Self { event: EventJson::of(event), local: export.zone.local(event.at) }
    }
}

/// The fields of an event, as CSV has them.
const FIELDS: [&str; 13] = [
    "at",
    "local",
    "after",
    "datacenter",
    "kind",
    "object",
    "from",
    "to",
    "index",
    "service",
    "node",
    "check",
    "detail",
];

fn grid<'a>(rows: impl Iterator<Item = Row<'a>>) -> Grid {
    Grid::of_json(&FIELDS, rows)
}

/// What stands above the events in JSON.
#[derive(Serialize)]
struct Head<'a> {
    what: &'a str,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    history_begins: Option<DateTime<Utc>>,
    missing: u64,
    not_followed: &'a [String],
    as_of: DateTime<Utc>,
    events: Vec<Row<'a>>,
}

fn json(export: &Export) -> serde_json::Result<String> {
    let (from, to) = ends(export);
    let head = Head {
        what: &export.what,
        from,
        to,
        history_begins: export.begins,
        missing: export.missing,
        not_followed: &export.unfollowed,
        as_of: export.at,
        events: export.events.iter().map(|event| Row::of(export, event)).collect(),
    };
    Ok(json_line(&head)? + "\n")
}

/// The ends of the span: those that were asked for, else of what there is.
fn ends(export: &Export) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let (from, to) = export.span;
    let (first, last) = (export.events.first(), export.events.last());
    (from.or_else(|| first.map(|it| it.at)), to.or_else(|| last.map(|it| it.at)))
}

/// A time in UTC, to the second.
fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
