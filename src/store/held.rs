//! The sessions and locks of one datacenter, and since when each is seen.
//!
//! Consul tells no ages. What came while its list was followed began then; what was there before,
//! or came while nobody looked, is at least so old. The first sight stays while dcview runs, also of
//! what is not shown meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Since;
use crate::domain::delta::{self, Delta, Rows};
use crate::domain::feed::Subject;
use crate::domain::ids::{Key, SessionId};
use crate::domain::kv::Session;
use crate::domain::lock::Locks;

/// The sessions and locks that are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// All sessions; none while they are not shown.
    pub sessions: Rows<SessionId, Session>,
    since: HashMap<SessionId, Since>,
    prefixes: HashMap<Key, Found>,
}

/// The locks under one prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    /// The locks; none while they are not shown.
    locks: Option<Arc<Locks>>,
    /// Since when each key is held by whom it is held by now.
    since: HashMap<Key, Seen>,
}

/// The first sight of a lock as it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    session: Option<SessionId>,
    /// It grows each time that the lock is taken, also by the same session.
    lock_index: u64,
    since: Since,
}

impl Held {
    /// The locks under a prefix; `None` until they came.
    pub fn under(&self, prefix: &Key) -> Option<&Arc<Locks>> {
        self.prefixes.get(prefix)?.locks.as_ref()
    }

    /// Since when a session is seen.
    pub fn session_since(&self, id: &SessionId) -> Option<Since> {
        self.since.get(id).copied()
    }

    /// Since when a key under this prefix is held by whom it is held by now.
    pub fn lock_since(&self, prefix: &Key, key: &Key) -> Option<Since> {
        self.prefixes.get(prefix)?.since.get(key).map(|seen| seen.since)
    }

    /// Forgets what is no longer shown, but for when it was first seen.
    pub(super) fn keep(&mut self, keep: impl Fn(&Subject) -> bool) {
        if !keep(&Subject::Sessions) {
            self.sessions.clear();
        }
        for (prefix, found) in &mut self.prefixes {
            if !keep(&Subject::Locks(prefix.clone())) {
                found.locks = None;
            }
        }
    }

    /// Takes in sessions that came, changed or went; those that are new came at `now`.
    pub(super) fn sessions(&mut self, delta: &Delta<SessionId, Session>, now: Since) {
        if self.sessions.is_empty() {
            // What went while nobody looked never comes again.
            let here: HashSet<&SessionId> = delta.upserts.iter().map(|(id, _)| id).collect();
            self.since.retain(|id, _| here.contains(id));
        }
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
        let old = self.prefixes.remove(&locks.prefix).map(|found| found.since).unwrap_or_default();
        let held = locks.locks.iter().filter(|lock| lock.session.is_some());
        let since = held.map(|lock| {
            let (session, lock_index) = (lock.session.clone(), lock.lock_index);
            let was = old.get(&lock.key);
            let was = was.filter(|was| was.session == session && was.lock_index == lock_index);
            let since = was.map_or(now, |was| was.since);
            (lock.key.clone(), Seen { session, lock_index, since })
        });
        let since = since.collect();
        self.prefixes.insert(locks.prefix.clone(), Found { locks: Some(locks), since });
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::lock::{Lock, Part};

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
    fn the_first_sight_of_a_lock_outlasts_that_it_is_not_shown() {
        let mut held = Held::default();
        let (prefix, key) = (Key::from("p/"), Key::from("p/a"));
        held.locks(locks(&[("p/a", Some("x"))]), seen(1, false));
        held.keep(|_| false);
        assert!(held.under(&prefix).is_none());
        held.locks(locks(&[("p/a", Some("x"))]), seen(5, false));
        assert_eq!(held.lock_since(&prefix, &key), Some(seen(1, false)));
        // The same session let it go and took it again.
        let mut again = Locks::clone(&locks(&[("p/a", Some("x"))]));
        again.locks = again
            .locks
            .iter()
            .map(|it| Arc::new(Lock { lock_index: 2, ..Lock::clone(it) }))
            .collect();
        held.locks(Arc::new(again), seen(9, false));
        assert_eq!(held.lock_since(&prefix, &key), Some(seen(9, false)));
    }

    #[test]
    fn what_is_told_again_keeps_its_age_also_when_it_was_not_shown_meanwhile() {
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
        assert_eq!(held.sessions.len(), 0);
        held.sessions(&delta, seen(9, false));
        assert_eq!(held.session_since(&id), Some(seen(1, false)));
        // One that is gone when they are shown again is forgotten.
        held.keep(|_| false);
        let other = SessionId::from("y");
        let session = Arc::new(Session { id: other.clone(), ..Session::default() });
        held.sessions(
            &Delta { upserts: vec![(other, session)], removed: Vec::new() },
            seen(9, false),
        );
        assert_eq!(held.session_since(&id), None);
    }
}
