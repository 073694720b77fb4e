//! Who holds a lock and who waits for it, from the keys under a prefix and the sessions.
//!
//! What the keys say is exact. Who waits for a plain lock stands nowhere; sessions whose name says
//! so are only a guess, and are told as one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Lock, Locks, Part, Record};
use crate::domain::delta::Rows;
use crate::domain::kv::{Session, SessionId};

/// A lock with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The lock.
    pub lock: Arc<Lock>,
    /// How it stands.
    pub state: State,
    /// Who holds it; of a contender, itself.
    pub holders: Vec<Holder>,
    /// Who waits for it.
    pub waiting: Waiting,
}

/// How a lock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody holds the lock.
    Free,
    /// A session holds the lock.
    Held,
    /// A session holds the lock that is not in the list of sessions.
    Unlisted,
    /// A semaphore.
    Semaphore {
        /// How many hold it.
        held: usize,
        /// How many may.
        limit: u64,
        /// How many of the holders have no live session: their slots are lost until another
        /// contender comes and clears them.
        dead: usize,
    },
    /// A contender that holds a slot.
    Holding,
    /// A contender that waits for a slot.
    Waiting,
    /// A contender without a session: it died.
    Dead,
}

/// One that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its session.
    pub id: SessionId,
    /// The session itself, if it is in the list.
    pub session: Option<Arc<Session>>,
}

/// Who waits for a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// These, as the keys say.
    Exactly(Vec<SessionId>),
    /// Perhaps these: sessions that hold nothing here and are named as the holder's is, or as
    /// `consul lock` names those that want this lock.
    Perhaps(Vec<SessionId>),
}

impl State {
    /// It in words: `held`, `2 of 3 held, 1 dead`.
    pub fn words(self) -> String {
        match self {
            Self::Free => "free".into(),
            Self::Held => "held".into(),
            Self::Unlisted => "held, session not listed".into(),
            Self::Semaphore { held, limit, dead: 0 } => format!("{held} of {limit} held"),
            Self::Semaphore { held, limit, dead } => format!("{held} of {limit} held, {dead} dead"),
            Self::Holding => "holds".into(),
            Self::Waiting => "waits".into(),
            Self::Dead => "dead".into(),
        }
    }

    /// True for what needs an operator: a slot or a lock that nobody alive may hold.
    pub fn is_fault(self) -> bool {
        match self {
            Self::Unlisted | Self::Dead => true,
            Self::Semaphore { held, limit, dead } => dead > 0 || held as u64 > limit,
            Self::Free | Self::Held | Self::Holding | Self::Waiting => false,
        }
    }

    /// Faults before what is held before what is free, as a number that grows.
    pub fn badness(self) -> u8 {
        match self {
            _ if self.is_fault() => 3,
            Self::Waiting => 2,
            Self::Held | Self::Holding => 1,
            Self::Semaphore { held, .. } => u8::from(held > 0),
            _ => 0,
        }
    }
}

impl Waiting {
    /// Them.
    pub fn ids(&self) -> &[SessionId] {
        match self {
            Self::Exactly(ids) | Self::Perhaps(ids) => ids,
        }
    }

    /// True when they are only a guess.
    pub fn is_guess(&self) -> bool {
        matches!(self, Self::Perhaps(_))
    }
}

/// The sessions of a datacenter, as far as they are known.
#[derive(Clone, Copy, Debug)]
pub struct Roll<'a> {
    /// Them.
    pub sessions: &'a Rows<SessionId, Session>,
    /// True when there are no others: only then is a session called missing.
    pub is_whole: bool,
}

/// Every lock with what is known of it.
pub fn judge(locks: &Locks, roll: Roll) -> Vec<Judged> {
    let court = Court::new(locks, roll);
    locks.locks.iter().map(|lock| court.judge(lock)).collect()
}

/// What all judgements of one prefix need.
struct Court<'a> {
    roll: Roll<'a>,
    records: HashMap<&'a str, &'a Record>,
    /// The contenders of each semaphore whose session lives.
    alive: HashMap<&'a str, Vec<&'a SessionId>>,
    idle_by_name: HashMap<&'a str, Vec<&'a SessionId>>,
    idle_for: HashMap<&'a str, Vec<&'a SessionId>>,
}

impl<'a> Court<'a> {
    fn new(locks: &'a Locks, roll: Roll<'a>) -> Self {
        let mut court = Self {
            roll,
            records: HashMap::new(),
            alive: HashMap::new(),
            idle_by_name: HashMap::new(),
            idle_for: HashMap::new(),
        };
        for lock in &locks.locks {
            match (&lock.part, &lock.session) {
                (Part::Semaphore(record), _) => drop(court.records.insert(lock.guards(), record)),
                (Part::Contender, Some(id)) => {
                    court.alive.entry(lock.guards()).or_default().push(id);
                }
                _ => {}
            }
        }
        let busy: HashSet<&SessionId> =
            locks.locks.iter().filter_map(|lock| lock.session.as_ref()).collect();
        let idle = roll.sessions.values().filter(|session| !busy.contains(&session.id));
        for session in idle {
            court.idle_by_name.entry(&session.name).or_default().push(&session.id);
            if let Some(wanted) = wanted(&session.name) {
                court.idle_for.entry(wanted).or_default().push(&session.id);
            }
        }
        court
    }

    fn judge(&self, lock: &Arc<Lock>) -> Judged {
        let none = || Waiting::Exactly(Vec::new());
        let own = || lock.session.iter().map(|id| self.holder(id)).collect::<Vec<_>>();
        let (state, holders, waiting) = match &lock.part {
            Part::Lock => {
                let holders = own();
                let waiting = self.perhaps(lock, holders.first());
                let is_unlisted = |holder: &Holder| holder.session.is_none();
                let state = match holders.first() {
                    None => State::Free,
                    Some(holder) if self.roll.is_whole && is_unlisted(holder) => State::Unlisted,
                    Some(_) => State::Held,
                };
                (state, holders, waiting)
            }
            Part::Semaphore(record) => {
                let alive = self.alive.get(lock.guards()).map_or(&[][..], Vec::as_slice);
                let dead = record.holders.iter().filter(|id| !alive.contains(id)).count();
                let (held, limit) = (record.holders.len(), record.limit);
                let waits = alive.iter().filter(|id| !record.holders.contains(id));
                let waiting = Waiting::Exactly(waits.map(|id| (*id).clone()).collect());
                let holders = record.holders.iter().map(|id| self.holder(id)).collect();
                (State::Semaphore { held, limit, dead }, holders, waiting)
            }
            Part::Contender => (self.contender(lock), own(), none()),
        };
        Judged { lock: Arc::clone(lock), state, holders, waiting }
    }

    fn contender(&self, lock: &Lock) -> State {
        let record = self.records.get(lock.guards());
        match &lock.session {
            None => State::Dead,
            Some(id) if record.is_some_and(|record| record.holders.contains(id)) => State::Holding,
            Some(_) => State::Waiting,
        }
    }

    fn holder(&self, id: &SessionId) -> Holder {
        Holder { id: id.clone(), session: self.roll.sessions.get(id).cloned() }
    }

    /// Who may be waiting for a plain lock.
    fn perhaps(&self, lock: &Lock, holder: Option<&Holder>) -> Waiting {
        let name = holder.and_then(|holder| holder.session.as_ref()).map(|session| &*session.name);
        let named = name.filter(|name| !name.is_empty()).and_then(|n| self.idle_by_name.get(n));
        let wanting = self.idle_for.get(lock.guards());
        let all = named.into_iter().chain(wanting).flatten();
        let mut ids: Vec<SessionId> = all.map(|id| (*id).clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        Waiting::Perhaps(ids)
    }
}

/// The lock that a session of `consul lock` says it wants: `Consul lock for 'deploy' at 'P'`.
fn wanted(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("Consul lock for '")?.strip_suffix('\'')?;
    rest.rsplit_once(" at '").map(|(_, prefix)| prefix.trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kv::Entry;

    const LEADER: &str = "36d03f23-b0f2-3086-2a6a-b62751c3f553";
    const OTHER: &str = "8cbcaa66-da96-c565-7f31-352fa9a9f23b";

    fn entries() -> Vec<Entry> {
        serde_json::from_str(include_str!("../../../tests/fixtures/locks-kv.json")).unwrap()
    }

    fn locks(entries: &[Entry]) -> Locks {
        let mut locks = Locks::default();
        for entry in entries {
            locks.look(entry);
        }
        locks
    }

    fn sessions(all: &[(&str, &str)]) -> Rows<SessionId, Session> {
        let session = |&(id, name): &(&str, &str)| {
            let session = Session { id: id.into(), name: name.into(), ..Session::default() };
            (session.id.clone(), Arc::new(session))
        };
        all.iter().map(session).collect()
    }

    fn judge_all(entries: &[Entry]) -> Vec<Judged> {
        judge(&locks(entries), Roll { sessions: &Rows::new(), is_whole: false })
    }

    fn words(judged: &[Judged]) -> Vec<String> {
        judged.iter().map(|judged| judged.state.words()).collect()
    }

    #[test]
    fn holders_and_contenders_are_as_the_record_says() {
        let judged = judge_all(&entries());
        assert_eq!(words(&judged), ["held", "2 of 2 held", "holds", "holds", "waits"]);
        let waiting = judged[1].waiting.ids();
        assert_eq!(waiting, ["9dd9a95b-d361-bafa-390c-b9f47d7e8cee".into()]);
        assert!(!judged.iter().any(|judged| judged.state.is_fault()));
    }

    #[test]
    fn a_slot_whose_contender_is_gone_is_dead() {
        let mut entries = entries();
        entries.remove(2);
        entries[2].session = None;
        let judged = judge_all(&entries);
        assert_eq!(words(&judged), ["held", "2 of 2 held, 2 dead", "dead", "waits"]);
        assert!(judged[1].state.is_fault() && judged[2].state.is_fault());
    }

    #[test]
    fn a_lock_of_a_session_that_is_not_listed_is_a_fault() {
        let found = locks(&entries());
        let nobody = sessions(&[]);
        let roll = Roll { sessions: &nobody, is_whole: true };
        assert_eq!(judge(&found, roll)[0].state, State::Unlisted);
        let part = Roll { is_whole: false, ..roll };
        assert_eq!(judge(&found, part)[0].state, State::Held, "the list may be shortened");
        let listed = sessions(&[(LEADER, "deploy-runner")]);
        let judged = judge(&found, Roll { sessions: &listed, is_whole: true });
        assert_eq!(judged[0].state, State::Held);
        assert_eq!(*judged[0].holders[0].session.as_ref().unwrap().name, *"deploy-runner");
    }

    #[test]
    fn those_that_may_wait_for_a_lock_are_a_guess_from_names() {
        let name = "Consul lock for './deploy' at 'service/runner/leader'";
        let all = sessions(&[
            (LEADER, "deploy-runner"),
            (OTHER, "deploy-runner"),
            ("c", name),
            ("d", "else"),
            // It holds a slot of the semaphore.
            ("0daba747-b8fc-ef5e-33c0-d027f65fe240", "deploy-runner"),
        ]);
        let judged = judge(&locks(&entries()), Roll { sessions: &all, is_whole: true });
        let expected = Waiting::Perhaps(vec![OTHER.into(), "c".into()]);
        assert_eq!(judged[0].waiting, expected);
    }

    #[test]
    fn sessions_without_a_name_wait_for_nothing() {
        let all = sessions(&[(LEADER, ""), (OTHER, "")]);
        let judged = judge(&locks(&entries()), Roll { sessions: &all, is_whole: true });
        assert_eq!(judged[0].waiting, Waiting::Perhaps(Vec::new()));
    }
}
