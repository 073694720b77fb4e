//! What happened to keys of the KV store under a prefix that is watched.
//!
//! Values may be secrets: an event says how long a value is and who holds its lock, and never what it
//! is. Words: `created`, `changed`, `deleted`; a key that was changed several times between two
//! answers was changed once, and one that came and went never was.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::checks::Moment;
use super::{Event, Kind, Object};
use crate::domain::ids::{Key, SessionId};

const CREATED: &str = "created";
const CHANGED: &str = "changed";
const DELETED: &str = "deleted";

/// What is kept of a key: enough to see that it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The index of its last change.
    pub modify_index: u64,
    /// The index at which it was made.
    pub create_index: u64,
    /// The length of its value in bytes.
    pub len: usize,
    /// The number beside its value.
    pub flags: u64,
    /// Who holds its lock.
    pub session: Option<SessionId>,
}

/// What is known of all keys under a prefix, as far as there is room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Each key with its marks.
    Marks(HashMap<Key, Mark>),
    /// Their names only: which of them changed is not known.
    Names(HashSet<Key>),
    /// What lies directly under the prefix.
    Top(HashSet<Key>),
}

/// What happened under `prefix` between two answers, in the order of the indexes. `has_moved` says
/// that its index did.
pub fn between(
    prefix: &Key,
    (before, now): (&Keys, &Keys),
    has_moved: bool,
    moment: Moment,
) -> Vec<Event> {
    let mut events = match (before, now) {
        (Keys::Marks(before), Keys::Marks(now)) => marked(before, now, moment),
        (Keys::Names(before), Keys::Names(now)) | (Keys::Top(before), Keys::Top(now)) => {
            named(before, now, moment)
        }
        // Another way of looking: there is nothing to compare.
        _ => return Vec::new(),
    };
    let is_vague = !matches!(now, Keys::Marks(_));
    if events.is_empty() && is_vague && has_moved {
        let which = "which of its keys is not known: there are too many to be followed";
        events.push(event(prefix, CHANGED, which.into(), moment.index, moment));
    }
    events.sort_by(|a, b| {
        a.index.cmp(&b.index).then_with(|| a.object.to_string().cmp(&b.object.to_string()))
    });
    events
}

/// It is told once that not all is told.
pub fn too_large(prefix: &Key, megabytes: usize, moment: Moment) -> Event {
    let detail = format!("more than {megabytes} MB are not read again at every change");
    event(prefix, "not followed whole", detail.into(), moment.index, moment)
}

fn marked(before: &HashMap<Key, Mark>, now: &HashMap<Key, Mark>, moment: Moment) -> Vec<Event> {
    let mut events = Vec::new();
    for (key, mark) in now {
        let old = before.get(key);
        if old == Some(mark) {
            continue;
        }
        let word = if old.is_some() { CHANGED } else { CREATED };
        events.push(event(key, word, detail(old, mark), mark.modify_index, moment));
    }
    for (key, mark) in before.iter().filter(|(key, _)| !now.contains_key(*key)) {
        let detail = format!("was {}", bytes(mark.len)).into();
        events.push(event(key, DELETED, detail, moment.index, moment));
    }
    events
}

fn named(before: &HashSet<Key>, now: &HashSet<Key>, moment: Moment) -> Vec<Event> {
    let all = |keys: std::collections::hash_set::Difference<_, _>, word| {
        let event = |key| event(key, word, Arc::default(), moment.index, moment);
        keys.map(event).collect::<Vec<_>>()
    };
    let mut events = all(now.difference(before), CREATED);
    events.extend(all(before.difference(now), DELETED));
    events
}

fn detail(old: Option<&Mark>, mark: &Mark) -> Arc<str> {
    let mut text = bytes(mark.len);
    if let Some(old) = old {
        if old.len != mark.len {
            // Writing to a String cannot fail.
            let _ = write!(text, ", was {}", bytes(old.len));
        }
        if mark.create_index > old.modify_index {
            text.push_str("; deleted and created anew");
        }
    }
    let holder = |mark: &Mark| mark.session.clone();
    match (old.and_then(holder), &mark.session) {
        (before, Some(now)) if before.as_ref() != Some(now) => {
            let _ = write!(text, "; locked by session {now}");
        }
        (Some(before), None) => {
            let _ = write!(text, "; no longer locked by session {before}");
        }
        _ => {}
    }
    text.into()
}

pub(super) fn bytes(len: usize) -> String {
    if len == 1 { String::from("1 byte") } else { format!("{len} bytes") }
}

fn event(key: &Key, to: &str, detail: Arc<str>, index: u64, moment: Moment) -> Event {
    Event {
        at: moment.at,
        after: moment.after,
        dc: moment.dc.clone(),
        kind: Kind::Kv,
        object: Object::Key(key.clone()),
        from: Arc::default(),
        to: to.into(),
        detail,
        index,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn mark(modify_index: u64, len: usize) -> Mark {
        Mark { modify_index, create_index: 1, len, flags: 0, session: None }
    }

    fn marks(all: &[(&str, Mark)]) -> Keys {
        Keys::Marks(all.iter().map(|(key, mark)| (Key::from(*key), mark.clone())).collect())
    }

    fn names(all: &[&str]) -> HashSet<Key> {
        all.iter().map(|key| Key::from(*key)).collect()
    }

    fn told(before: &Keys, now: &Keys, has_moved: bool) -> Vec<String> {
        let dc = "dc-1".into();
        let moment = Moment { dc: &dc, at: DateTime::UNIX_EPOCH, after: None, index: 50 };
        let events = between(&"config/".into(), (before, now), has_moved, moment);
        let text = |it: &Event| format!("{} {} @{} ({})", it.to, it.object, it.index, it.detail);
        events.iter().map(text).collect()
    }

    #[test]
    fn keys_are_created_changed_and_deleted_and_their_values_stay_untold() {
        let before = marks(&[("a", mark(5, 3)), ("b", mark(6, 3)), ("c", mark(7, 1))]);
        let now = marks(&[("a", mark(5, 3)), ("b", mark(21, 12)), ("d", mark(20, 0))]);
        assert_eq!(
            told(&before, &now, true),
            [
                "created d @20 (0 bytes)",
                "changed b @21 (12 bytes, was 3 bytes)",
                "deleted c @50 (was 1 byte)"
            ]
        );
        assert_eq!(told(&now, &now, true), [""; 0], "the index moved by something else");
    }

    #[test]
    fn locks_and_new_keys_of_an_old_name_are_told() {
        let held = Mark { session: Some("s-1".into()), ..mark(9, 3) };
        let anew = Mark { create_index: 30, ..mark(30, 3) };
        let [free, held, anew] = [mark(5, 3), held, anew].map(|mark| marks(&[("a", mark)]));
        assert_eq!(told(&free, &held, true), ["changed a @9 (3 bytes; locked by session s-1)"]);
        assert_eq!(
            told(&held, &anew, true),
            ["changed a @30 (3 bytes; deleted and created anew; no longer locked by session s-1)"]
        );
    }

    #[test]
    fn after_a_restore_keys_are_compared_and_not_indexes() {
        let before = marks(&[("a", mark(90, 3)), ("b", mark(5, 3))]);
        let now = marks(&[("a", mark(4, 3)), ("b", mark(5, 3))]);
        assert_eq!(told(&before, &now, true), ["changed a @4 (3 bytes)"]);
    }

    #[test]
    fn of_a_large_folder_less_is_told_and_that_it_is_less() {
        let (a, b) = (Keys::Names(names(&["a", "b"])), Keys::Names(names(&["a", "c"])));
        assert_eq!(told(&a, &b, true), ["deleted b @50 ()", "created c @50 ()"]);
        let vague = told(&a, &a, true);
        assert!(
            vague.len() == 1 && vague[0].starts_with("changed config/ @50 (which"),
            "{vague:?}"
        );
        assert_eq!(told(&a, &a, false), [""; 0]);
        assert_eq!(told(&marks(&[]), &a, true), [""; 0], "nothing to compare with");
    }

    proptest! {
        /// Any two states: the events turn the one into the other, one event a key.
        #[test]
        fn events_turn_one_state_into_the_other(
            a in proptest::collection::hash_map("[a-e]", 1_u64..4, 0..5),
            b in proptest::collection::hash_map("[a-e]", 1_u64..4, 0..5),
        ) {
            let keys = |map: &HashMap<String, u64>| {
                Keys::Marks(map.iter().map(|(k, n)| (Key::from(k.as_str()), mark(*n, 1))).collect())
            };
            let dc = "dc-1".into();
            let moment = Moment { dc: &dc, at: DateTime::UNIX_EPOCH, after: None, index: 9 };
            let mut state = a.clone();
            for event in between(&"".into(), (&keys(&a), &keys(&b)), true, moment) {
                let name = event.object.to_string();
                let old = match &*event.to {
                    DELETED => state.remove(&name),
                    _ => state.insert(name, event.index),
                };
                prop_assert_eq!(old.is_some(), &*event.to != CREATED);
            }
            prop_assert_eq!(state, b);
        }
    }
}
