//! `release` and `destroy`: taking a lock away, and ending a session.
//!
//! Neither has an undo, so what is known of the holder is shown first, and what is not known too.

use std::fmt::Write as _;

use super::confirm::{confirm, say};
use super::failure::{Done, Failure, fine, of_write};
use super::locks::look;
use super::place::{Place, Session as Command};
use super::store::committer;
use crate::cli::Consent;
use crate::consul::kv;
use crate::domain::kv::{Entry, Key, Session, SessionId};
use crate::domain::lock::words::{self, Known};
use crate::domain::lock::{Lock, LockChange, Part};
use crate::ui::text::clean;

/// How many lines are shown before it is asked for.
const LISTED: usize = 40;

/// Takes the lock of a key from its session.
pub(super) async fn release(command: &Command<'_>, key: &str, consent: &Consent) -> Done {
    let place = command.place_to_change().await?;
    let key = Key::from(key);
    let Some(entry) = kv::read(&place.client, &key).await? else {
        return Err(Failure::absent(format!("no key '{key}' in '{}'", place.dc)));
    };
    let Some(session) = entry.session.clone() else { return Err(not_locked(&entry)) };
    let (holder, _) = kv::session(&session).fetch(&place.client).await?;
    let known = holder.as_ref().map_or(Known::Gone, Known::Session);
    let title = format!("release in {}: {key} (index {})", place.dc, entry.modify_index);
    let shown = shown(&title, &words::of_release(&key, &session, known));
    let change = LockChange::Release {
        dc: place.dc.clone(),
        key: key.clone(),
        session,
        modify_index: entry.modify_index,
    };
    confirm(&place, consent, &shown)?;
    carry_out(command, &place, &change, consent).await?;
    Ok(fine(format!("released in '{}': {key}", place.dc)))
}

/// Ends a session.
pub(super) async fn destroy(
    command: &Command<'_>,
    id: &str,
    under: Option<&str>,
    consent: &Consent,
) -> Done {
    if !is_uuid(id) {
        return Err(Failure::usage(format!("'{id}' is no session's id; see 'dcview kv sessions'")));
    }
    let place = command.place_to_change().await?;
    let id = SessionId::from(id);
    let (session, _) = kv::session(&id).fetch(&place.client).await?;
    let Some(session): Option<Session> = session else {
        return Err(Failure::absent(format!("no session '{id}' in '{}'", place.dc)));
    };
    let looked = match under {
        Some(prefix) => Some(look(&place, &Key::from(prefix)).await?.locks),
        None => None,
    };
    let mut lines = words::of_destroy(&session, looked.as_ref());
    if looked.is_none() {
        lines.push(String::from("  --keys-under PREFIX looks for them"));
    }
    let shown = shown(&format!("destroy in {}: session {id}", place.dc), &lines);
    confirm(&place, consent, &shown)?;
    let change = LockChange::Destroy { dc: place.dc.clone(), session: id.clone() };
    carry_out(command, &place, &change, consent).await?;
    Ok(fine(format!("destroyed in '{}': session {id}", place.dc)))
}

async fn carry_out(
    command: &Command<'_>,
    place: &Place,
    change: &LockChange,
    consent: &Consent,
) -> Done<()> {
    let committed = committer(command, place, consent).commit_lock(change).await?;
    if let Some(unkept) = &committed.unkept {
        say(&format!("dcview: {unkept}"));
    }
    of_write(&committed).map_or(Ok(()), Err)
}

/// Why there is nothing to release.
fn not_locked(entry: &Entry) -> Failure {
    let hint = match Lock::of(entry).map(|lock| lock.part) {
        Some(Part::Semaphore(_)) => {
            ": it is a semaphore's record, whose slots are keys of their own; \
             'dcview kv locks' lists them"
        }
        _ => "",
    };
    Failure::absent(format!("no session holds '{}'{hint}", entry.key))
}

/// A title and its lines, with no more keys than a screen has room for.
fn shown(title: &str, lines: &[String]) -> String {
    let mut text = clean(title).into_owned();
    for line in lines.iter().take(LISTED) {
        let _ = write!(text, "\n{}", clean(line));
    }
    let more = lines.len().saturating_sub(LISTED);
    if more > 0 {
        let _ = write!(text, "\n  .. and {more} more");
    }
    text
}

/// True for what Consul takes for a session's id; anything else it answers with a 500.
fn is_uuid(text: &str) -> bool {
    let is_dash = |at| matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, c): (usize, char)| if is_dash(at) { c == '-' } else { c.is_ascii_hexdigit() };
    text.len() == 36 && text.chars().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid() {
        assert!(is_uuid("8dd2e305-e152-588e-c922-6ffb6ccf3cc8"));
        for other in
            ["", "x", "8dd2e305-e152-588e-c922-6ffb6ccf3cc", "8dd2e305ee152-588e-c922-6ffb6ccf3cc8"]
        {
            assert!(!is_uuid(other), "{other}");
        }
    }
}
