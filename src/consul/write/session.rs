//! Taking a lock away, and ending a session.
//!
//! Neither has an undo: the holder learns of it, and others cannot take the lock before the
//! session's lock delay is over.

use super::Outcome;
use super::txn::{self, Verb};
use crate::consul::{Client, Request, encode_segment};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, SessionId};

/// Releases the lock on a key, provided the key is as it was read; its value and flags stay. A key
/// without a lock is left alone and counts as written.
pub async fn release_lock(client: &Client, dc: &Dc, base: &Entry) -> Outcome {
    let Some(session) = &base.session else {
        return Outcome::Written { indexes: vec![Some(base.modify_index)] };
    };
    let unlock = Verb {
        session: Some(session.as_str()),
        ..Verb::storing("unlock", &base.key, &base.value, base.flags)
    };
    let verbs = [Verb::bare("check-index", &base.key, base.modify_index), unlock];
    let keys = [&base.key, &base.key];
    match txn::exchange(&client.in_dc(dc), &keys, txn::json(verbs.into_iter())).await {
        Ok(answer) => {
            let last = answer.results.last().and_then(|result| result.kv.as_ref());
            Outcome::Written { indexes: vec![last.map(|entry| entry.modify_index)] }
        }
        Err(outcome) => outcome,
    }
}

/// Ends a session: its keys are released or deleted, as its behaviour says. One that is gone
/// already counts as written.
pub async fn destroy_session(client: &Client, dc: &Dc, id: &SessionId) -> Outcome {
    let path = format!("/v1/session/destroy/{}", encode_segment(id.as_str()));
    match client.in_dc(dc).send(Request::put(path, "")).await {
        Ok(_) => Outcome::Written { indexes: Vec::new() },
        Err(error) => Outcome::of_error(error),
    }
}
