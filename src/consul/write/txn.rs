//! Writes as transactions, and the one read that needs one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;

use super::Outcome;
use super::verdict::{Refusal, refusal_of};
use super::wire::Txn;
use crate::consul::{ApiError, Client, Request};
use crate::domain::kv::{Entry, Key, Op};

pub(super) const PATH: &str = "/v1/txn";

/// An operation as `/v1/txn` wants it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Verb<'a> {
    #[serde(rename = "Verb")]
    pub name: &'static str,
    pub key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub flags: u64,
    pub index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<&'a str>,
}

#[derive(Serialize)]
struct Wrapped<'a> {
    #[serde(rename = "KV")]
    kv: Verb<'a>,
}

impl<'a> Verb<'a> {
    /// A verb that needs no value.
    pub fn bare(name: &'static str, key: &'a Key, index: u64) -> Self {
        Self { name, key: key.as_str(), value: None, flags: 0, index, session: None }
    }

    /// A verb that stores a value.
    pub fn storing(name: &'static str, key: &'a Key, value: &[u8], flags: u64) -> Self {
        Self { value: Some(STANDARD.encode(value)), flags, ..Self::bare(name, key, 0) }
    }

    fn of(op: &'a Op) -> Self {
        match op {
            Op::Put { key, value, flags, .. } => {
                Self { index: op.cas(), ..Self::storing("cas", key, value, *flags) }
            }
            Op::Delete { base } => Self::bare("delete-cas", &base.key, op.cas()),
        }
    }
}

/// The transaction's JSON.
pub(super) fn body(ops: &[Op]) -> Bytes {
    json(ops.iter().map(Verb::of))
}

/// The JSON of these verbs.
pub(super) fn json<'a>(verbs: impl Iterator<Item = Verb<'a>>) -> Bytes {
    let list: Vec<_> = verbs.map(|kv| Wrapped { kv }).collect();
    // Plain text and numbers always have a JSON form.
    serde_json::to_vec(&list).unwrap_or_default().into()
}

/// Sends a transaction of these operations.
pub(super) async fn send(client: &Client, ops: &[Op], body: Bytes) -> Outcome {
    let keys: Vec<&Key> = ops.iter().map(Op::key).collect();
    match exchange(client, &keys, body).await {
        Ok(txn) => written(ops, &txn),
        Err(outcome) => outcome,
    }
}

/// Sends a transaction whose operations are about these keys; an answer that did nothing is an
/// outcome.
pub(super) async fn exchange(client: &Client, keys: &[&Key], body: Bytes) -> Result<Txn, Outcome> {
    let answer = client.send(Request::put(PATH, body)).await.map_err(Outcome::of_error)?;
    let txn: Txn = answer.json().map_err(Outcome::Unknown)?;
    let denied = txn.errors.iter().find(|error| refusal_of(&error.what) == Refusal::Denied);
    let Some(first) = denied.or_else(|| txn.errors.first()) else { return Ok(txn) };
    let text = crate::consul::verdict::clean(&first.what);
    let key = keys.get(first.op_index).map_or_else(Key::default, |key| (*key).clone());
    Err(match refusal_of(&first.what) {
        Refusal::Denied => Outcome::Denied(ApiError::Denied { path: PATH.to_owned(), text }),
        Refusal::Conflict => Outcome::Lost { key, what: text },
        Refusal::Other => {
            Outcome::Refused(ApiError::Status { code: 409, path: PATH.to_owned(), text })
        }
    })
}

/// The indexes that a transaction's answer names. Deletions have no result.
fn written(ops: &[Op], txn: &Txn) -> Outcome {
    let mut results = txn.results.iter().filter_map(|result| result.kv.as_ref());
    let indexes = ops
        .iter()
        .map(|op| match op {
            Op::Put { key, .. } => {
                results.next().filter(|entry| entry.key == *key).map(|entry| entry.modify_index)
            }
            Op::Delete { .. } => None,
        })
        .collect();
    Outcome::Written { indexes }
}

/// Reads one key that no URL path can carry. It changes nothing, but is no GET, so it needs a client
/// that may write.
pub(in crate::consul) async fn look(client: &Client, key: &Key) -> Result<Option<Entry>, ApiError> {
    let body = json(std::iter::once(Verb::bare("get", key, 0)));
    match exchange(client, &[key], body).await {
        Ok(txn) => match txn.results.into_iter().find_map(|result| result.kv) {
            Some(entry) => Ok(Some(entry)),
            None => Err(ApiError::Denied {
                path: PATH.to_owned(),
                text: "the key is hidden from this token".to_owned(),
            }),
        },
        Err(Outcome::Lost { .. } | Outcome::Written { .. }) => Ok(None),
        Err(
            Outcome::Denied(error)
            | Outcome::TooLarge(error)
            | Outcome::Refused(error)
            | Outcome::Unknown(error),
        ) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_check_and_set_on_what_was_read() {
        let base = Entry {
            key: "a\n//".into(),
            value: Bytes::from_static(b"old"),
            flags: u64::MAX,
            modify_index: 7,
            create_index: 3,
            lock_index: 0,
            session: None,
        };
        let ops = [Op::edit(base.clone(), "x"), Op::create("b".into(), "", 1), Op::Delete { base }];
        let expected = concat!(
            r#"[{"KV":{"Verb":"cas","Key":"a\n//","Value":"eA==","Flags":18446744073709551615,"Index":7}},"#,
            r#"{"KV":{"Verb":"cas","Key":"b","Value":"","Flags":1,"Index":0}},"#,
            r#"{"KV":{"Verb":"delete-cas","Key":"a\n//","Flags":0,"Index":7}}]"#,
        );
        assert_eq!(body(&ops), expected);
    }
}
