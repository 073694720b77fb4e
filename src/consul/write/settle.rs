//! What became of a write whose answer got lost, found out by reading.
//!
//! A write is all or nothing, so one key that surely changed or surely did not settles all. A key
//! that still has its old index is looked at again for a while, because a request that was given up
//! here may still be on its way there.

use std::time::Duration;

use crate::consul::{ApiError, Client, kv};
use crate::domain::kv::{Entry, Key, Op, Write};

/// How long a write that did not happen is given to happen yet.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// What it should have stored is there.
    Written {
        /// As in [`super::Outcome::Written`].
        indexes: Vec<Option<u64>>,
    },
    /// It was not made: a key is as it was before.
    NotWritten,
    /// It cannot be known: somebody wrote this key since, before or after it.
    Overtaken {
        /// The key.
        key: Key,
    },
    /// It cannot be known: the keys cannot be read now.
    StillUnknown(ApiError),
}

/// How one key looks afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    /// As it should be.
    Done,
    /// As it was before.
    Untouched,
    /// Neither.
    Other,
}

/// Looks at the keys of a write and says what became of it. Takes up to about two seconds longer
/// than reading when it was not made.
pub async fn settle(client: &Client, write: &Write) -> Settled {
    let client = client.in_dc(&write.dc);
    match look(&client, write).await {
        Settled::NotWritten => {
            if let Some(op) = write.ops.first() {
                await_change(&client, op).await;
            }
            look(&client, write).await
        }
        settled => settled,
    }
}

async fn look(client: &Client, write: &Write) -> Settled {
    let mut found = Vec::with_capacity(write.ops.len());
    for op in &write.ops {
        match kv::read(client, op.key()).await {
            Ok(entry) => found.push(entry),
            Err(error) => return Settled::StillUnknown(error),
        }
    }
    judge(&write.ops, &found)
}

fn judge(ops: &[Op], found: &[Option<Entry>]) -> Settled {
    let traces = || ops.iter().zip(found).map(|(op, now)| (op, trace(op, now.as_ref())));
    if traces().any(|(_, trace)| trace == Trace::Untouched) {
        return Settled::NotWritten;
    }
    if let Some((op, _)) = traces().find(|(_, trace)| *trace == Trace::Other) {
        return Settled::Overtaken { key: op.key().clone() };
    }
    let index = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.modify_index);
    Settled::Written { indexes: found.iter().map(index).collect() }
}

fn trace(op: &Op, now: Option<&Entry>) -> Trace {
    match (op.after(), now) {
        // Storing what was there already leaves no trace, and is done either way.
        (Some((value, flags)), Some(now)) if now.holds(value, flags) => Trace::Done,
        (Some(_), Some(now)) if now.modify_index == op.cas() => Trace::Untouched,
        (Some(_), None) if op.base().is_none() => Trace::Untouched,
        (None, None) => Trace::Done,
        // One that was never deleted since it was read was not deleted by this write.
        (None, Some(now)) if now.create_index <= op.cas() => Trace::Untouched,
        _ => Trace::Other,
    }
}

/// Waits a little for the key to change.
async fn await_change(client: &Client, op: &Op) {
    let query = kv::entry(op.key());
    let Ok((_, meta)) = query.fetch(client).await else { return };
    let Some(index) = meta.index else { return };
    // Whatever comes of it, the keys are read again.
    let _ = query.with(|request| request.block(index.max(1), GRACE)).fetch(client).await;
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn entry(value: &'static str, create_index: u64, modify_index: u64) -> Entry {
        Entry {
            key: "a".into(),
            value: Bytes::from_static(value.as_bytes()),
            flags: 0,
            modify_index,
            create_index,
            lock_index: 0,
            session: None,
        }
    }

    #[test]
    fn one_key_tells_what_became_of_it() {
        let edit = Op::edit(entry("old", 3, 7), "new");
        let create = Op::create("a".into(), "new", 0);
        let delete = Op::Delete { base: entry("old", 3, 7) };
        for (op, now, expected) in [
            (&edit, Some(entry("new", 3, 9)), Trace::Done),
            (&edit, Some(entry("old", 3, 7)), Trace::Untouched),
            (&edit, Some(entry("theirs", 3, 9)), Trace::Other),
            (&edit, None, Trace::Other),
            (&create, None, Trace::Untouched),
            (&create, Some(entry("new", 9, 9)), Trace::Done),
            (&create, Some(entry("theirs", 9, 9)), Trace::Other),
            (&delete, None, Trace::Done),
            (&delete, Some(entry("old", 3, 7)), Trace::Untouched),
            (&delete, Some(entry("theirs", 3, 9)), Trace::Untouched),
            (&delete, Some(entry("theirs", 9, 9)), Trace::Other),
        ] {
            assert_eq!(trace(op, now.as_ref()), expected, "{op:?} {now:?}");
        }
    }

    #[test]
    fn one_untouched_key_means_that_nothing_was_written() {
        let mut other = entry("old", 3, 7);
        other.key = "b".into();
        let ops = [Op::edit(entry("old", 3, 7), "new"), Op::edit(other.clone(), "x")];
        let theirs = Some(entry("theirs", 3, 9));
        assert_eq!(judge(&ops, &[theirs.clone(), Some(other.clone())]), Settled::NotWritten);
        other.value = Bytes::from_static(b"x");
        other.modify_index = 8;
        let found = [theirs, Some(other)];
        assert_eq!(judge(&ops, &found), Settled::Overtaken { key: "a".into() });
    }
}
