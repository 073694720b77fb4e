//! Events of a recording: those that were asked for, in the order in which they were told.
//!
//! A recording may hold millions, so they are printed as they are read, but for a table, whose columns
//! are as wide as what stands in them: that keeps the newest for which there is room, and says so.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};
use chrono::{DateTime, SecondsFormat, Utc};

use super::Asked;
use super::followed::{Followed, say};
use super::printer::Printer;
use crate::cli::Format;
use crate::domain::history::History;
use crate::recording::{self, Recording};

/// Between which times something is asked for (UTC).
pub(super) type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Prints what a recording holds of the span that is asked for, given when it ends (UTC); what of it
/// is damaged or was never recorded is said on stderr.
///
/// # Errors
/// Nothing of it can be read, or the answer cannot be written.
pub(super) fn print<W: Write>(
    path: &Path,
    (asked, span): (&Asked<'_>, impl Fn(DateTime<Utc>) -> Span),
    printer: &mut Printer<W>,
    followed: &mut Followed,
) -> Result<()> {
    let opened = Recording::open(path)?;
    for hole in opened.holes() {
        let (from, to) = (utc(hole.from), utc(hole.to));
        say(&format!("nothing was recorded from {from} to {to}: {}", hole.why));
    }
    say(&format!("the recording is of {} to {}", utc(opened.span().from), utc(opened.span().to)));
    let span = span(opened.span().to);
    let mut history = History::default();
    for told in recording::events(path)? {
        let event = match told {
            Ok((_, event)) => event,
            Err(damage) => {
                followed.fail(&damage.to_string());
                continue;
            }
        };
        let is_then =
            span.0.is_none_or(|from| event.at >= from) && span.1.is_none_or(|to| event.at <= to);
        if !is_then || !asked.matches(&event) {
            continue;
        }
        if printer.is_whole() && printer.format() == Format::Table {
            history.push(event);
        } else {
            printer.each(&[event]).context("writing the events")?;
        }
    }
    let events: Vec<_> = history.events().collect();
    followed.missing(history.dropped());
    printer.end(&events).context("writing the events")
}

fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
