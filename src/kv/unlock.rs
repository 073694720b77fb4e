//! `release` and `destroy`: taking a lock away, and ending a session.
//!
//! Neither has an undo, so what is known of the holder is shown first, and what is not known too.

use std::fmt::Write as _;

use super::confirm::{confirm, say};
use super::failure::{Done, Failure, fine, of_write};
use super::locks::{look, place_of};
use super::place::{Place, Session as Command};
use super::store::committer;
use crate::cli::Consent;
use crate::consul::kv;
use crate::domain::kv::{Behavior, Entry, Key, Session, SessionId};
use crate::domain::lock::{Lock, LockChange, Part};
use crate::domain::managed::Managers;
use crate::ui::text::{clean, duration};

/// How many keys of a session are listed before it is asked for.
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
    let shown = about_release(&place, &entry, &session, holder.as_ref());
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
    let mut shown = about_destroy(&place, &session);
    match under {
        Some(prefix) => {
            let looked = look(&place, &Key::from(prefix)).await?;
            let held = looked.locks.by_session().remove(&id).unwrap_or_default();
            let _ = writeln!(shown, "{}; it holds {} of them", place_of(&looked.locks), held.len());
            for key in held.iter().take(LISTED) {
                let _ = writeln!(shown, "  {}", clean(key.as_str()));
            }
            let more = held.len().saturating_sub(LISTED);
            if more > 0 {
                let _ = writeln!(shown, "  .. and {more} more");
            }
        }
        None => {
            shown.push_str("which keys it holds was not looked for: --keys-under PREFIX does\n")
        }
    }
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

fn about_release(
    place: &Place,
    entry: &Entry,
    id: &SessionId,
    session: Option<&Session>,
) -> String {
    let title = format!("release in {}: {} (index {})", place.dc, entry.key, entry.modify_index);
    let holder = session.map_or_else(|| String::from("a session that is not listed"), about);
    let mut text = format!("{}\n{}\n", clean(&title), clean(&format!("held by {id}: {holder}")));
    for manager in Managers::default().of_key(&entry.key) {
        let _ = writeln!(text, "{}", clean(&manager.to_string()));
    }
    text.push_str("its value and flags stay; others, and the same session, may take it at once\n");
    text
}

fn about_destroy(place: &Place, session: &Session) -> String {
    let title = format!("destroy in {}: session {}", place.dc, session.id);
    let fate = match session.behavior {
        Behavior::Release => "its locks are released; the values of its keys stay",
        Behavior::Delete => "ALL KEYS THAT IT HOLDS ARE DELETED (behavior delete), without an undo",
    };
    let delay = if session.lock_delay.is_zero() {
        String::from("others may take its locks at once")
    } else {
        format!("others cannot take its locks for {}", duration(session.lock_delay))
    };
    format!("{}\n{}\n{fate}\n{delay}\n", clean(&title), clean(&about(session)))
}

/// A session in a line.
fn about(session: &Session) -> String {
    let name = if session.name.is_empty() { "(no name)" } else { &session.name };
    let ttl = if session.ttl.is_empty() { "none" } else { &session.ttl };
    let delay = duration(session.lock_delay);
    format!("{name} on {}, TTL {ttl}, lock delay {delay}", session.node)
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
