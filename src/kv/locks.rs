//! `sessions` and `locks`: who holds what, and who waits.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::failure::{Done, Failure, fine};
use super::place::{Place, Session as Command};
use super::read::ended;
use crate::cli::KvForm;
use crate::consul::kv::{self, Looked};
use crate::consul::{ApiError, Class, read};
use crate::domain::delta::Rows;
use crate::domain::json::{LockJson, SessionJson};
use crate::domain::kv::{Key, Session, SessionId};
use crate::domain::lock::{Holder, Judged, Roll, judge};
use crate::report::form::{Column, Grid, json_line, table};

/// All sessions of a datacenter; with a prefix, the keys that they hold under it.
pub(super) async fn sessions(
    command: &Command<'_>,
    prefix: Option<&str>,
    out: &mut impl Write,
) -> Done {
    let place = command.place().await?;
    let looked = match prefix {
        Some(prefix) => Some(look(&place, &Key::from(prefix)).await?),
        None => None,
    };
    let (mut sessions, meta): (Vec<Session>, _) = kv::sessions().fetch(&place.client).await?;
    sessions.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let held = looked.as_ref().map(|looked| (&looked.locks.prefix, looked.locks.by_session()));
    let rows = sessions.iter().map(|session| {
        let keys = held.as_ref().map(|(prefix, held)| {
            let keys = held.get(&session.id).map_or(&[][..], Vec::as_slice);
            (*prefix, keys)
        });
        SessionJson::of(&place.dc, session, keys)
    });
    let all = ["id", "name", "node", "behavior", "ttl", "lock_delay_ms", "checks", "keys"];
    let fields = if looked.is_some() { &all[..] } else { &all[..all.len() - 1] };
    let text = |rows: Vec<SessionJson<'_>>| Grid::of_json(fields, rows);
    print(command.form, rows.collect(), text, out)?;
    let is_filtered = meta.filtered || looked.as_ref().is_some_and(|looked| looked.is_filtered);
    let said = looked.map(|looked| looked.locks.looked());
    end(&place, sessions.is_empty(), is_filtered, said.into_iter().collect()).await
}

/// The locks and semaphores under a prefix.
pub(super) async fn locks(command: &Command<'_>, prefix: &str, out: &mut impl Write) -> Done {
    let place = command.place().await?;
    let looked = look(&place, &Key::from(prefix)).await?;
    let mut said = vec![looked.locks.looked()];
    // After the locks: whoever was seen to hold one has its session by then.
    let (sessions, is_whole) = match roll(&place).await {
        Err(error) if error.class() == Class::Denied => {
            said.push(format!("{}: the sessions cannot be read: {error}", place.dc));
            (Rows::new(), false)
        }
        known => known?,
    };
    let judged = judge(&looked.locks, Roll { sessions: &sessions, is_whole });
    let rows = judged.iter().map(|judged| LockJson::of(&place.dc, judged)).collect();
    print(command.form, rows, |_| Grid::of(&columns(), &judged), out)?;
    end(&place, judged.is_empty(), looked.is_filtered, said).await
}

/// Looks for locks under a prefix, however much that is.
pub(super) async fn look(place: &Place, prefix: &Key) -> Result<Looked, ApiError> {
    kv::look_for_locks(&place.client, prefix, usize::MAX).await
}

/// All sessions, and whether the token sees all.
async fn roll(place: &Place) -> Result<(Rows<SessionId, Session>, bool), ApiError> {
    let (sessions, meta): (Vec<Session>, _) = kv::sessions().fetch(&place.client).await?;
    let is_whole = !meta.filtered && read::sees_all(&place.client).await;
    let rows = sessions.into_iter().map(|session| (session.id.clone(), Arc::new(session)));
    Ok((rows.collect(), is_whole))
}

/// Rows as lines of JSON, or as a table.
fn print<T: Serialize>(
    form: KvForm,
    rows: Vec<T>,
    text: impl FnOnce(Vec<T>) -> Grid,
    out: &mut impl Write,
) -> Done<()> {
    match form {
        KvForm::Json => {
            for row in rows {
                writeln!(out, "{}", json_line(&row).map_err(std::io::Error::from)?)?;
            }
        }
        KvForm::Text if rows.is_empty() => {}
        KvForm::Text => write!(out, "{}", table(&text(rows)))?,
    }
    Ok(())
}

fn columns<'a>() -> Vec<Column<'a, &'a Judged>> {
    let of = |text: fn(&Holder) -> String| {
        move |judged: &&Judged| {
            let mut texts: Vec<String> = judged.holders.iter().map(text).collect();
            texts.dedup();
            texts.join(", ")
        }
    };
    let name = |holder: &Holder| {
        let name = holder.session.as_ref().map(|session| session.name.to_string());
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| holder.id.to_string())
    };
    let node = |holder: &Holder| {
        holder.session.as_ref().map_or_else(String::new, |session| session.node.to_string())
    };
    let waiting = |judged: &&Judged| {
        let guess = if judged.waiting.is_guess() { "~" } else { "" };
        match judged.waiting.ids().len() {
            0 => String::new(),
            waiting => format!("{guess}{waiting}"),
        }
    };
    vec![
        Column::new("key", |judged: &&Judged| judged.lock.key.to_string()),
        Column::new("kind", |judged: &&Judged| judged.lock.kind().to_owned()),
        Column::new("state", |judged: &&Judged| judged.state.words()),
        Column::new("held by", of(name)),
        Column::new("node", of(node)),
        Column::number("waiting", waiting),
        Column::number("modify index", |judged: &&Judged| judged.lock.modify_index.to_string()),
    ]
}

/// How a list ends, with what was said of it.
async fn end(place: &Place, is_empty: bool, is_filtered: bool, mut said: Vec<String>) -> Done {
    match ended(place, is_empty, is_filtered).await {
        Ok(done) => {
            said.extend(done.message);
            Ok(fine(said.join("\n")))
        }
        Err(failure) if said.is_empty() => Err(failure),
        Err(failure) => Err(Failure::after(failure, &said.join("\n"))),
    }
}
