//! One simulated datacenter as the server sees it: a name, a lock round its state, and the
//! blocking read that all endpoints share.
//!
//! Invariant: the lock is never held across an await.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::answer::{Answer, Contact, Content};
use super::model::Coordinate;
use super::request::{Blocking, Consistency};
use super::resource::Resource;
use super::state::State;
use super::wake::{Interest, Wake};

/// A datacenter.
#[derive(Debug)]
pub struct Datacenter {
    /// Its name.
    pub name: String,
    /// Where it stands in the wide area network.
    pub position: Coordinate,
    /// Tells the listener that it went dark or came back.
    pub dark: watch::Sender<bool>,
    state: Mutex<State>,
}

type Woken = oneshot::Receiver<Wake>;

/// How far a read has come.
#[derive(Clone, Copy, Default)]
struct Progress {
    /// It has blocked: if something wakes it and nobody leads, it fails at once.
    blocked: bool,
    /// Its time is over: answer whatever there is.
    expired: bool,
    /// The index when it last looked. An index may move without waking it; the answer after the
    /// time-out then still carries the older one, as Consul's does.
    seen: u64,
    /// Who led when it last looked.
    contact: Contact,
}

/// The next step of a blocked read.
enum Step {
    Done(Box<Answer>),
    Wait(Woken),
    NoLeader(Duration, Woken),
}

impl Datacenter {
    /// A datacenter with this state.
    pub fn new(name: String, position: Coordinate, state: State) -> Self {
        let dark = watch::Sender::new(false);
        Self { name, position, dark, state: Mutex::new(state) }
    }

    /// Its state, locked. A panic of another holder does not spoil it: each write is complete
    /// before anything that could panic.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a resource, blocking as the request asks.
    pub async fn read(&self, resource: &Resource, blocking: Blocking) -> Answer {
        let started = Instant::now();
        // Consul spreads the time-outs of many clients over a sixteenth.
        let deadline = started + blocking.wait + jitter(blocking.wait, started);
        let mut progress = Progress::default();
        loop {
            match self.step(resource, blocking, &mut progress) {
                Step::Done(answer) => return *answer,
                Step::Wait(woken) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    let woken = timeout(left, woken).await;
                    progress.expired = !matches!(woken, Ok(Ok(Wake::Changed)));
                    progress.blocked = true;
                }
                Step::NoLeader(hold, woken) => {
                    if timeout(hold, woken).await.is_err() {
                        return no_leader(resource);
                    }
                }
            }
        }
    }

    /// Waits for a leader as a write does, for as long as Consul would.
    pub async fn leader(&self) -> Result<(), Answer> {
        let started = Instant::now();
        loop {
            let (hold, woken) = {
                let mut state = self.lock();
                if state.raft.has_leader() {
                    return Ok(());
                }
                let hold = state.faults.leader_wait.saturating_sub(started.elapsed());
                (hold, state.waiters.wait_for(Interest::Nothing))
            };
            if hold.is_zero() || timeout(hold, woken).await.is_err() {
                return Err(Answer::failure("No cluster leader"));
            }
        }
    }

    fn step(&self, resource: &Resource, blocking: Blocking, progress: &mut Progress) -> Step {
        let mut state = self.lock();
        let needs_leader = blocking.consistency != Consistency::Stale && !progress.expired;
        if needs_leader && !state.raft.has_leader() {
            let hold = state.faults.leader_wait;
            if progress.blocked || hold.is_zero() {
                return Step::Done(Box::new(no_leader(resource)));
            }
            return Step::NoLeader(hold, state.waiters.wait_for(Interest::Nothing));
        }
        if !progress.expired {
            progress.seen = resource.index(&state);
            progress.contact = contact(&state);
            if blocking.min_index > 0 && progress.seen <= blocking.min_index {
                return Step::Wait(state.waiters.wait_for(resource.interest()));
            }
        }
        Step::Done(Box::new(self.render(resource, blocking, *progress, &mut state)))
    }

    fn render(
        &self,
        resource: &Resource,
        blocking: Blocking,
        seen: Progress,
        state: &mut State,
    ) -> Answer {
        let body = if state.faults.hidden { hidden(resource) } else { self.body(resource, state) };
        let answer = match body {
            Some(body) => Answer::ready(body),
            None if state.faults.hidden => return Answer::denied(),
            None => Answer::not_found(),
        };
        let is_raw = matches!(resource, Resource::RawKey(_)) && answer.content == Content::Json;
        Answer {
            content: if is_raw { Content::Raw } else { answer.content },
            index: Some(seen.seen),
            contact: Some(seen.contact),
            consistency: resource.tells_consistency().then_some(blocking.consistency.word()),
            ..answer
        }
    }

    fn body(&self, resource: &Resource, state: &mut State) -> Option<Bytes> {
        if !resource.is_kept() {
            return resource.body(&self.name, state);
        }
        let index = resource.index(state);
        if let Some(body) = state.kept(resource, index) {
            return Some(body);
        }
        let body = resource.body(&self.name, state)?;
        state.keep(resource, index, &body);
        Some(body)
    }
}

/// What a token that may see nothing gets to see.
fn hidden(resource: &Resource) -> Option<Bytes> {
    match resource {
        Resource::Services | Resource::ServicesOn(_) => Some(Bytes::from_static(b"{}")),
        _ if resource.is_list() => Some(Bytes::from_static(b"[]")),
        _ => None,
    }
}

/// Who leads, and since when nobody does.
pub fn contact(state: &State) -> Contact {
    state.leaderless_since.map_or_else(Contact::default, |since| Contact {
        known_leader: false,
        last_contact_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

fn no_leader(resource: &Resource) -> Answer {
    let answer = Answer::failure("No cluster leader");
    if resource.is_kv() {
        return answer;
    }
    let contact = Contact { known_leader: false, last_contact_ms: 0 };
    Answer { index: Some(1), contact: Some(contact), ..answer }
}

fn jitter(wait: Duration, seed: Instant) -> Duration {
    let noise = seed.elapsed().subsec_nanos() % 1000;
    wait / 16 * noise / 1000
}
