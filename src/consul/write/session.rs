//! Taking a lock away, and ending a session.
//!
//! Neither has an undo: the holder learns of it. After a release others can take the lock at once;
//! after the end of its session only once that session's lock delay is over.

use super::settle::GRACE;
use super::txn::{self, Verb};
use super::{Outcome, Settled};
use crate::consul::{ApiError, Client, Request, encode_segment, kv};
use crate::domain::kv::{Entry, Key, SessionId};
use crate::domain::lock::LockChange;

/// Makes the change, once, in its datacenter.
///
/// A release is check-and-set on the index and the session that were seen; value and flags stay. A
/// session that is gone already counts as destroyed.
pub async fn apply_lock(client: &Client, change: &LockChange) -> Outcome {
    let client = client.in_dc(change.dc());
    match change {
        LockChange::Release { key, session, modify_index, .. } => {
            release(&client, key, session, *modify_index).await
        }
        LockChange::Destroy { session, .. } => destroy(&client, session).await,
    }
}

/// Looks what became of a change whose answer got lost. Takes up to about two seconds longer than
/// reading when it was not made.
pub async fn settle_lock(client: &Client, change: &LockChange) -> Settled {
    let client = client.in_dc(change.dc());
    match look(&client, change).await {
        Settled::NotWritten => {
            // What was given up here may still be on its way there.
            tokio::time::sleep(GRACE).await;
            look(&client, change).await
        }
        settled => settled,
    }
}

async fn release(client: &Client, key: &Key, session: &SessionId, modify_index: u64) -> Outcome {
    let lost = |what: &str| Outcome::Lost { key: key.clone(), what: what.to_owned() };
    // The value goes with the request that leaves it as it is.
    let entry = match kv::read(client, key).await {
        Ok(Some(entry)) => entry,
        Ok(None) => return lost("the key is gone"),
        // Nothing was sent that could change anything.
        Err(error) => return Outcome::of_read(error),
    };
    if entry.session.as_ref() != Some(session) {
        return lost("another session holds it, or none");
    }
    if entry.modify_index != modify_index {
        return lost("the key changed since it was read");
    }
    let unlock = Verb {
        session: Some(session.as_str()),
        ..Verb::storing("unlock", key, &entry.value, entry.flags)
    };
    let verbs = [Verb::bare("check-index", key, modify_index), unlock];
    match txn::exchange(client, &[key, key], txn::json(verbs.into_iter())).await {
        Ok(answer) => {
            let last = answer.results.last().and_then(|result| result.kv.as_ref());
            Outcome::Written { indexes: vec![last.map(|entry| entry.modify_index)] }
        }
        Err(outcome) => outcome,
    }
}

async fn destroy(client: &Client, session: &SessionId) -> Outcome {
    let path = format!("/v1/session/destroy/{}", encode_segment(session.as_str()));
    match client.send(Request::put(path, "")).await {
        Ok(_) => Outcome::Written { indexes: vec![None] },
        Err(error) => Outcome::of_error(error),
    }
}

async fn look(client: &Client, change: &LockChange) -> Settled {
    let looked = match change {
        LockChange::Release { key, session, modify_index, .. } => {
            let entry = kv::read(client, key).await;
            entry.map(|entry| judge(key, session, *modify_index, entry.as_ref()))
        }
        LockChange::Destroy { session, .. } => is_there(client, session).await,
    };
    looked.unwrap_or_else(Settled::StillUnknown)
}

async fn is_there(client: &Client, session: &SessionId) -> Result<Settled, ApiError> {
    let (found, _) = kv::session(session).fetch(client).await?;
    let is_gone = found.is_none();
    Ok(if is_gone { Settled::Written { indexes: vec![None] } } else { Settled::NotWritten })
}

/// What the key says of a release.
fn judge(key: &Key, session: &SessionId, modify_index: u64, entry: Option<&Entry>) -> Settled {
    match entry {
        // Whoever took it away: it is away.
        Some(now) if now.session.as_ref() != Some(session) => {
            Settled::Written { indexes: vec![Some(now.modify_index)] }
        }
        Some(now) if now.modify_index == modify_index => Settled::NotWritten,
        // Deleted, written, or taken again by the same session.
        _ => Settled::Overtaken { key: key.clone() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(now: Option<(Option<&str>, u64)>) -> Settled {
        let entry = now.map(|(session, modify_index)| Entry {
            key: "a".into(),
            value: bytes::Bytes::new(),
            flags: 0,
            modify_index,
            create_index: 3,
            lock_index: 1,
            session: session.map(SessionId::from),
        });
        judge(&"a".into(), &"ours".into(), 7, entry.as_ref())
    }

    #[test]
    fn the_key_tells_what_became_of_a_release() {
        let away = |index| Settled::Written { indexes: vec![Some(index)] };
        assert_eq!(judged(Some((None, 9))), away(9));
        assert_eq!(judged(Some((Some("theirs"), 9))), away(9));
        assert_eq!(judged(Some((Some("ours"), 7))), Settled::NotWritten);
        let overtaken = Settled::Overtaken { key: "a".into() };
        assert_eq!(judged(Some((Some("ours"), 9))), overtaken, "taken again or written");
        assert_eq!(judged(None), overtaken);
    }
}
