//! What dcview itself wrote, and what it may have written.
//!
//! Values may be secrets: an event says how long they are. What was surely not written is no event.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::keys::bytes;
use super::{Event, Kind, Object};
use crate::domain::ids::Dc;
use crate::domain::kv::{Op, Write};
use crate::domain::lock::LockChange;

/// What became of a write, as far as it is worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was made.
    Written,
    /// It may have been made: nobody can say.
    Unknown,
}

/// The events of a write; `indexes` are those that its keys have now.
pub fn of_write(
    write: &Write,
    became: Became,
    indexes: &[Option<u64>],
    at: DateTime<Utc>,
) -> Vec<Event> {
    let event = |(place, op): (usize, &Op)| {
        let (word, detail) = match (op, op.base()) {
            (Op::Put { value, .. }, None) => ("created", bytes(value.len())),
            (Op::Put { value, .. }, Some(base)) => {
                ("changed", format!("{}, was {}", bytes(value.len()), bytes(base.value.len())))
            }
            (Op::Delete { base }, _) => ("deleted", format!("was {}", bytes(base.value.len()))),
        };
        let index = indexes.get(place).copied().flatten().unwrap_or_default();
        let object = Object::Key(op.key().clone());
        Event { index, ..event(&write.dc, object, (word, became), &detail, at) }
    };
    write.ops.iter().enumerate().map(event).collect()
}

/// The event of a change of who holds what.
pub fn of_lock(change: &LockChange, became: Became, at: DateTime<Utc>) -> Event {
    match change {
        LockChange::Release { dc, key, session, .. } => {
            let detail = format!("taken from session {session}");
            event(dc, Object::Key(key.clone()), ("released", became), &detail, at)
        }
        LockChange::Destroy { dc, session } => event(
            dc,
            Object::Datacenter,
            ("session ended", became),
            &format!("session {session}"),
            at,
        ),
    }
}

fn event(
    dc: &Dc,
    object: Object,
    (word, became): (&str, Became),
    detail: &str,
    at: DateTime<Utc>,
) -> Event {
    let to = match became {
        Became::Written => Arc::from(word),
        Became::Unknown => Arc::from(format!("perhaps {word}")),
    };
    Event {
        at,
        after: None,
        dc: dc.clone(),
        kind: Kind::Write,
        object,
        from: Arc::default(),
        to,
        detail: Arc::from(format!("by dcview: {detail}")),
        index: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kv::Entry;

    fn told(op: Op, became: Became, index: Option<u64>) -> String {
        let write = Write::one("dc-2".into(), op);
        let all = of_write(&write, became, &[index], DateTime::UNIX_EPOCH);
        let it = &all[0];
        assert!(all.len() == 1 && it.kind == Kind::Write && it.dc.as_str() == "dc-2");
        format!("{} {} @{} ({})", it.to, it.object, it.index, it.detail)
    }

    #[test]
    fn what_was_done_is_told_and_no_value() {
        let base = Entry {
            key: "a".into(),
            value: "secret".into(),
            flags: 0,
            modify_index: 4,
            create_index: 4,
            lock_index: 0,
            session: None,
        };
        let put = |base| Op::Put { key: "a".into(), value: "abc".into(), flags: 0, base };
        let made = told(put(None), Became::Written, Some(7));
        assert_eq!(made, "created a @7 (by dcview: 3 bytes)");
        let changed = told(put(Some(base.clone())), Became::Unknown, None);
        assert_eq!(changed, "perhaps changed a @0 (by dcview: 3 bytes, was 6 bytes)");
        let deleted = told(Op::Delete { base }, Became::Written, None);
        assert_eq!(deleted, "deleted a @0 (by dcview: was 6 bytes)");
    }
}
