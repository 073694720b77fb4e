//! The gate of every change: keys, locks and sessions.
//!
//! A [`Write`] is made check-and-set on what was read, all of its operations or none. What cannot
//! be known is said to be unknown and never tried again: [`settle()`] looks afterwards. Read-only is
//! enforced where requests leave ([`Client::send`]), by the access of the client given.
//!
//! Transactions are used also for a single operation, since only their answer names the index that
//! the write got, which undo needs. A value too large for a transaction goes by `?cas=`, and its
//! index is read back.

mod outcome;
mod session;
mod settle;
mod txn;

use super::kv::{path_of, plain_prefix};
use super::{ApiError, Client, Request, kv, verdict, wire};
use crate::domain::kv::{Op, Write};

pub use outcome::Outcome;
pub use session::{apply_lock, settle_lock};
pub use settle::{Settled, settle};
pub(super) use txn::look;

/// A longer transaction is refused by a server with default settings.
const LONGEST_TXN: usize = 512 << 10;

/// Makes the change, once, in its datacenter. The outcome has an index for each operation.
///
/// Deleting a key that is gone already counts as written: Consul does not tell the two apart.
pub async fn apply(client: &Client, write: &Write) -> Outcome {
    let client = client.in_dc(&write.dc);
    if let Err(why) = check(write) {
        return Outcome::Refused(ApiError::Setup(why.to_owned()));
    }
    let body = txn::body(&write.ops);
    let alone = alone(&write.ops);
    let is_long = body.len() > LONGEST_TXN;
    let outcome = match alone {
        Some(op) if is_long => return put(&client, op).await,
        _ => txn::send(&client, &write.ops, body).await,
    };
    match (outcome, alone) {
        // A server with a smaller limit on transactions.
        (Outcome::TooLarge(_), Some(op)) => put(&client, op).await,
        (outcome, _) => outcome,
    }
}

/// The one operation that may go by a request of its own, if it is one.
fn alone(ops: &[Op]) -> Option<&Op> {
    match ops {
        [op @ Op::Put { key, .. }] if plain_prefix(key.as_str()).len() == key.as_str().len() => {
            Some(op)
        }
        _ => None,
    }
}

/// The request that these operations go by, as a line: method, path and query. `query` is what the
/// query of every request to the datacenter carries.
pub fn shown(ops: &[Op], query: &str) -> String {
    match alone(ops).filter(|_| txn::body(ops).len() > LONGEST_TXN) {
        Some(op) => {
            let flags = op.after().map_or(0, |(_, flags)| flags);
            let path = path_of(op.key().as_str());
            format!("PUT {path}?{query}&cas={}&flags={flags}", op.cas())
        }
        None => format!("PUT {}?{query}", txn::PATH),
    }
}

/// What no server should have to refuse.
fn check(write: &Write) -> Result<(), &'static str> {
    if write.ops.is_empty() {
        return Err("there is nothing to write");
    }
    if write.ops.len() > Write::MOST_OPS {
        return Err("a write has at most 64 operations");
    }
    let mut keys: Vec<_> = write.ops.iter().map(Op::key).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err("the empty key cannot be written");
    }
    keys.sort_unstable();
    let is_twice = keys.windows(2).any(|pair| pair.first() == pair.last());
    if is_twice { Err("a write has each key once") } else { Ok(()) }
}

/// One value by `?cas=`.
async fn put(client: &Client, op: &Op) -> Outcome {
    let Op::Put { key, value, flags, .. } = op else {
        return Outcome::Refused(ApiError::Setup("only values are large".to_owned()));
    };
    let request = Request::put(path_of(key.as_str()), value.clone())
        .query("cas", op.cas().to_string())
        .query("flags", flags.to_string());
    match client.send(request).await {
        Ok(answer) if answer.body.trim_ascii() == b"true" => {
            let now = kv::read(client, key).await.ok().flatten();
            let ours = now.filter(|entry| entry.holds(value, *flags));
            Outcome::Written { indexes: vec![ours.map(|entry| entry.modify_index)] }
        }
        Ok(answer) if answer.body.trim_ascii() == b"false" => {
            Outcome::Lost { key: key.clone(), what: "the key changed since it was read".to_owned() }
        }
        Ok(answer) => Outcome::Unknown(ApiError::BadAnswer {
            path: answer.path,
            what: "it is neither true nor false".to_owned(),
        }),
        Err(error) => Outcome::of_error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kv::Key;

    fn write(keys: &[&str]) -> Write {
        let ops = keys.iter().map(|key| Op::create(Key::from(*key), "", 0)).collect();
        Write { dc: "dc-1".into(), ops }
    }

    #[test]
    fn a_request_is_shown_as_it_is_sent() {
        let small = write(&["a", "b"]);
        assert_eq!(shown(&small.ops, "dc=dc-1&ns=team"), "PUT /v1/txn?dc=dc-1&ns=team");
        let large = Op::create(Key::from("a b"), vec![0; 400 << 10], 7);
        assert_eq!(shown(&[large], "dc=dc-1"), "PUT /v1/kv/a%20b?dc=dc-1&cas=0&flags=7");
    }

    #[test]
    fn writes_that_cannot_be_are_refused_here() {
        assert!(check(&write(&["a", "b"])).is_ok());
        assert!(check(&write(&[])).is_err());
        assert!(check(&write(&["a", "b", "a"])).is_err());
        assert!(check(&write(&[""])).is_err());
        let many: Vec<String> = (0..65).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(check(&write(&many)).is_err());
    }
}
