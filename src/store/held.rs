//! The sessions and locks of one datacenter, and since when each is seen.
//!
//! Consul tells no ages. What came while its list was followed began then; what was there before,
//! or came while nobody looked, is at least so old.

use std::collections::HashMap;
use std::sync::Arc;

use super::Since;
use crate::domain::delta::{self, Delta, Rows};
use crate::domain::feed::Subject;
use crate::domain::ids::{Key, SessionId};
use crate::domain::kv::Session;
use crate::domain::lock::{Lock, Locks};

/// The sessions and locks that are shown.
#[derive(Debug, Default)]
pub struct Held {
    /// All sessions; none while they are not shown.
    pub sessions: Rows<SessionId, Session>,
    since: HashMap<SessionId, Since>,
    prefixes: HashMap<Key, Found>,
}

/// The locks under one prefix.
#[derive(Debug)]
struct Found {
    locks: Arc<Locks>,
    /// Since when each key is held by whom it is held by now.
    since: HashMap<Key, Since>,
}

impl Held {
    /// The locks under a prefix; `None` until they came.
    pub fn under(&self, prefix: &Key) -> Option<&Arc<Locks>> {
        self.prefixes.get(prefix).map(|found| &found.locks)
    }

    /// Since when a session is seen.
    pub fn session_since(&self, id: &SessionId) -> Option<Since> {
        self.since.get(id).copied()
    }

    /// Since when a key under this prefix is held by whom it is held by now.
    pub fn lock_since(&self, prefix: &Key, key: &Key) -> Option<Since> {
        self.prefixes.get(prefix)?.since.get(key).copied()
    }

    /// Forgets what is no longer shown.
    pub(super) fn keep(&mut self, keep: impl Fn(&Subject) -> bool) {
        if !keep(&Subject::Sessions) {
            self.sessions.clear();
            self.since.clear();
        }
        self.prefixes.retain(|prefix, _| keep(&Subject::Locks(prefix.clone())));
    }

    /// Takes in sessions that came, changed or went; those that are new came at `now`.
    pub(super) fn sessions(&mut self, delta: &Delta<SessionId, Session>, now: Since) {
        delta::apply(&mut self.sessions, delta);
        for id in &delta.removed {
            self.since.remove(id);
        }
        for (id, _) in &delta.upserts {
            self.since.entry(id.clone()).or_insert(now);
        }
    }

    /// Takes in the locks under a prefix; those whose holder is new were taken at `now`.
    pub(super) fn locks(&mut self, locks: Arc<Locks>, now: Since) {
        let old = self.prefixes.remove(&locks.prefix);
        let holders: HashMap<&Key, &Lock> = old
            .iter()
            .flat_map(|found| &found.locks.locks)
            .map(|lock| (&lock.key, lock.as_ref()))
            .collect();
        let held = locks.locks.iter().filter(|lock| lock.session.is_some());
        let since = held.map(|lock| {
            let was = holders.get(&lock.key).filter(|was| was.session == lock.session);
            let since = was.and_then(|_| old.as_ref()?.since.get(&lock.key));
            (lock.key.clone(), since.copied().unwrap_or(now))
        });
        let since = since.collect();
        self.prefixes.insert(locks.prefix.clone(), Found { locks, since });
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::lock::Part;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn seen(seconds: i64, is_exact: bool) -> Since {
        Since { at: at(seconds), is_exact }
    }

    fn locks(holders: &[(&str, Option<&str>)]) -> Arc<Locks> {
        let lock = |&(key, session): &(&str, Option<&str>)| Lock {
            key: key.into(),
            part: Part::Lock,
            session: session.map(SessionId::from),
            lock_index: 1,
            modify_index: 7,
            create_index: 3,
        };
        let locks = holders.iter().map(lock).map(Arc::new).collect();
        Arc::new(Locks { locks, keys: 9, ..Locks::under(&"p/".into()) })
    }

    #[test]
    fn a_lock_is_held_since_its_holder_changed() {
        let mut held = Held::default();
        let (prefix, key) = (Key::from("p/"), Key::from("p/a"));
        held.locks(locks(&[("p/a", Some("x")), ("p/b", None)]), seen(1, false));
        assert_eq!(held.lock_since(&prefix, &key), Some(seen(1, false)));
        assert_eq!(held.lock_since(&prefix, &"p/b".into()), None, "nobody holds it");
        held.locks(locks(&[("p/a", Some("x"))]), seen(5, true));
        assert_eq!(held.lock_since(&prefix, &key), Some(seen(1, false)), "the same holder");
        held.locks(locks(&[("p/a", Some("y"))]), seen(9, true));
        assert_eq!(held.lock_since(&prefix, &key), Some(seen(9, true)));
    }

    #[test]
    fn what_is_told_again_keeps_its_age_and_what_is_not_shown_is_forgotten() {
        let mut held = Held::default();
        let id = SessionId::from("x");
        let session = Arc::new(Session { id: id.clone(), ..Session::default() });
        let delta = Delta { upserts: vec![(id.clone(), session)], removed: Vec::new() };
        held.sessions(&delta, seen(1, false));
        held.sessions(&delta, seen(5, true));
        assert_eq!(held.session_since(&id), Some(seen(1, false)));
        held.keep(|subject| *subject == Subject::Sessions);
        assert_eq!(held.sessions.len(), 1);
        held.keep(|_| false);
        assert_eq!((held.sessions.len(), held.session_since(&id)), (0, None));
    }
}
