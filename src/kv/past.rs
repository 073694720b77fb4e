//! `journal` and `undo`.

use std::io::Write;

use chrono::SecondsFormat;
use serde_json::json;

use super::confirm::{confirm, say};
use super::failure::{Done, Failure, fine, of_write};
use super::place::Session;
use super::show;
use super::store::committer;
use crate::cli::{Consent, KvForm};
use crate::consul::kv;
use crate::journal::{CannotUndo, Fate, Log, Record, settle_interrupted, undo as take_back};
use crate::ui::text::clean;

/// Lists what was changed.
pub(super) async fn journal(
    session: &Session<'_>,
    number: usize,
    settle: bool,
    out: &mut impl Write,
) -> Done {
    let journal = session.journal();
    let mut log = journal.read()?;
    if settle {
        self::settle(session, &log).await?;
        log = journal.read()?;
    }
    let from = log.records.len().saturating_sub(number);
    for record in log.records.iter().skip(from) {
        let fate = fate(&log, record);
        let line = match session.form {
            KvForm::Text => text(record, fate),
            KvForm::Json => {
                let mut row = serde_json::to_value(record).unwrap_or_default();
                if let Some(row) = row.as_object_mut() {
                    row.insert("outcome".to_owned(), json!(fate));
                    row.insert("index_after".to_owned(), json!(record.index_after));
                }
                row.to_string()
            }
        };
        writeln!(out, "{line}")?;
    }
    Ok(fine(match log.damaged {
        0 => String::new(),
        damaged => format!("{damaged} lines of the journal are damaged and were left out"),
    }))
}

/// A record in a line.
fn text(record: &Record, fate: &str) -> String {
    let at = record.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let index = record.index_after.map_or_else(|| "-".to_owned(), |index| index.to_string());
    let (id, dc, what, before) = (&record.id, &record.dc, record.verb(), record.index_before);
    let name = record.name();
    clean(&format!("{id}  {at}  {dc}  {what}  {before} -> {index}  {fate}  {name}")).into_owned()
}

fn fate(log: &Log, record: &Record) -> &'static str {
    match record.outcome {
        Some(Fate::Written) if log.is_undone(&record.write) => "undone",
        Some(fate) => fate.word(),
        None => "interrupted",
    }
}

/// Finds out what became of each write that dcview did not see end.
async fn settle(session: &Session<'_>, log: &Log) -> Done<()> {
    let mut seen: Vec<&str> = Vec::new();
    for record in &log.records {
        if !matches!(record.outcome, None | Some(Fate::Unknown)) || seen.contains(&&*record.write) {
            continue;
        }
        seen.push(&record.write);
        let place = session.place_in(&record.dc)?;
        let records = log.of_write(&record.write);
        let fate = settle_interrupted(&place.client, &session.journal(), &records).await?;
        say(&format!("{}: {}", record.write, fate.word()));
    }
    Ok(())
}

/// The last change through these agents, in the datacenter that was named if one was.
fn last(session: &Session<'_>, log: &Log) -> Done<String> {
    let agents = session.config.agents();
    let is_here = |record: &Record| session.config.focus.as_ref().is_none_or(|dc| *dc == record.dc);
    let last = log.last_to_undo(|record| agents.made(record) && is_here(record));
    last.map(str::to_owned).map_err(|why| match why {
        CannotUndo::Nothing => Failure::absent(why.to_string()),
        why => Failure::usage(format!("{why}; name an older one by its id ('kv journal')")),
    })
}

/// Takes a write back.
pub(super) async fn undo(session: &Session<'_>, id: Option<&str>, consent: &Consent) -> Done {
    if session.config.read_only {
        return Err(Failure::usage("read-only: nothing may be changed"));
    }
    let log = session.journal().read()?;
    let id = match id {
        Some(id) => id.to_owned(),
        None => last(session, &log)?,
    };
    let records = log.of_write(&id);
    let write = take_back(&records)?;
    if let Some(other) = records.iter().find(|record| !session.config.agents().made(record)) {
        let (then, dc) = (&other.agent, &other.dc);
        let now = session.config.agents().of(dc).to_owned();
        return Err(Failure::usage(format!(
            "'{id}' was made through {then}, and '{dc}' is reached by {now} now; give --http-addr"
        )));
    }
    let undone = records.first().map_or(id.as_str(), |record| &record.write).to_owned();
    if log.is_undone(&undone) {
        return Err(Failure::usage(format!("'{undone}' is undone already")));
    }
    let place = session.place_in(&write.dc)?.changeable(session.config)?;
    let mut now: Vec<_> =
        write.ops.iter().map(|op| (op.key().clone(), op.base().cloned())).collect();
    for moved in kv::moved_on(&place.client, &mut now).await {
        say(&moved);
    }
    let shown: String = write.ops.iter().map(|op| show::op(&write.dc, op)).collect();
    confirm(&place, consent, &shown)?;
    let committed = committer(session, &place, consent).commit_undo(&write, Some(&undone)).await?;
    if let Some(unkept) = &committed.unkept {
        say(&format!("dcview: {unkept}"));
    }
    match of_write(&committed) {
        Some(failure) => Err(failure),
        None => Ok(fine(format!("undone in '{}': {undone}", write.dc))),
    }
}
