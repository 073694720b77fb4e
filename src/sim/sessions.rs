//! Sessions of one simulated datacenter: made and ended by clients, and ended with their checks.
//!
//! When a session ends, the keys that it holds are released or deleted in the same raft entry, and
//! nobody takes their locks before its lock delay is over. No TTL runs out here: every session
//! counts as renewed. Invariant: a session's node is there, and its checks are there and not critical.

use std::collections::BTreeMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::Answer;
use super::catalog::Write;
use super::model::{Status, uuid};
use super::request::duration;
use super::state::State;
use super::wake::Event;

/// The lock delay of a session that names none.
const LOCK_DELAY: Duration = Duration::from_secs(15);
/// The TTLs that Consul takes.
const TTL: [Duration; 2] = [Duration::from_secs(10), Duration::from_hours(24)];
/// A lock delay below this is meant in seconds.
const LEAST_NANOSECONDS: f64 = 1000.0;
/// The check that a session dies with unless it names others.
const SERF_HEALTH: &str = "serfHealth";
/// How long an id is; others are looked up in vain, with an error.
const ID: usize = 36;

/// A session as `/v1/session/list` shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Session {
    /// Its UUID.
    #[serde(rename = "ID")]
    pub id: Arc<str>,
    /// Its name.
    pub name: String,
    /// The node it is bound to.
    pub node: Arc<str>,
    /// For how long a lock stays blocked after it is lost, in nanoseconds.
    pub lock_delay: u64,
    /// What happens to its locks when it ends: `release` or `delete`.
    pub behavior: String,
    /// How long it lives without a renewal.
    #[serde(rename = "TTL")]
    pub ttl: String,
    /// The node checks that end it.
    pub node_checks: Vec<Arc<str>>,
    /// The service checks that end it.
    pub service_checks: Option<Vec<ServiceCheck>>,
    /// The index that made it.
    pub create_index: u64,
    /// The index that changed it last.
    pub modify_index: u64,
}

/// A check of a service that a session dies with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServiceCheck {
    /// The check's id.
    #[serde(rename = "ID")]
    id: Arc<str>,
    #[serde(rename = "Namespace", default)]
    namespace: String,
}

/// What a client says of a session to be made.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Wish {
    name: String,
    node: Option<Arc<str>>,
    lock_delay: Option<Delay>,
    behavior: String,
    #[serde(rename = "TTL")]
    ttl: String,
    node_checks: Option<Vec<Arc<str>>>,
    service_checks: Option<Vec<ServiceCheck>>,
}

/// A lock delay as clients write it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Delay {
    Text(String),
    Number(f64),
}

impl Session {
    /// The ids of all checks that it dies with.
    fn checks(&self) -> impl Iterator<Item = &Arc<str>> {
        let of_services = self.service_checks.iter().flatten().map(|check| &check.id);
        self.node_checks.iter().chain(of_services)
    }

    /// A session that dies with its node only.
    pub fn of_node(name: &str, node: &Arc<str>, ttl: &str) -> Self {
        Self {
            id: Arc::default(),
            name: name.to_owned(),
            node: Arc::clone(node),
            lock_delay: nanoseconds(LOCK_DELAY),
            behavior: "release".to_owned(),
            ttl: ttl.to_owned(),
            node_checks: vec![Arc::from(SERF_HEALTH)],
            service_checks: None,
            create_index: 0,
            modify_index: 0,
        }
    }
}

/// Answers `PUT /v1/session/create` of a client of this node.
pub fn create(state: &mut State, agent: &Arc<str>, body: &Bytes) -> Answer {
    let whole = if body.is_empty() { b"{}" } else { &body[..] };
    let wish: Wish = match serde_json::from_slice(whole) {
        Ok(wish) => wish,
        Err(error) => return Answer::bad_request(format!("Request decode failed: {}", go(&error))),
    };
    match wish.session(agent, state) {
        Ok(session) => Answer::json(&json!({ "ID": add(state, session) })),
        Err(text) => Answer::failure(text),
    }
}

/// Answers `PUT /v1/session/destroy/ID`. One that is gone already counts as destroyed.
pub fn destroy(state: &mut State, id: &str) -> Answer {
    if id.len() != ID {
        return not_an_id();
    }
    state.write(|state, write| end(state, id, write));
    Answer::json(&true)
}

/// The answer to an id that is none.
pub fn not_an_id() -> Answer {
    Answer::failure("failed session lookup: index error: UUID must be 36 characters")
}

/// True for what can be looked up.
pub fn is_id(text: &str) -> bool {
    text.len() == ID
}

/// Adds a session under a new id, which it gives.
pub fn add(state: &mut State, session: Session) -> Arc<str> {
    state.write(|state, write| {
        let index = write.index;
        let hash = |salt| FixedState::with_seed(salt).hash_one((index, &session.node));
        let id = uuid(hash(1), hash(2));
        let new =
            Session { id: Arc::clone(&id), create_index: index, modify_index: index, ..session };
        state.sessions.insert(Arc::clone(&id), new);
        note(state, &id, write);
        id
    })
}

/// Ends a session, if it is there, with all its locks.
pub fn end(state: &mut State, id: &str, write: &mut Write) {
    let Some(session) = state.sessions.remove(id) else { return };
    note(state, &session.id, write);
    let delay = Duration::from_nanos(session.lock_delay);
    state.kv.lose(&session.id, session.behavior == "delete", delay, write);
}

/// Ends the sessions whose node or checks went away or turned critical.
pub fn cull(state: &mut State, write: &mut Write) {
    let is_touched = |event: &Event| matches!(event, Event::Node(_) | Event::Check { .. });
    if state.sessions.is_empty() || !write.events.iter().any(is_touched) {
        return;
    }
    let nodes = &state.catalog.nodes;
    let lives = |session: &Session| {
        let node = nodes.get(&session.node);
        let holds = |id: &Arc<str>| {
            let check = node.and_then(|node| node.checks.get(id));
            check.is_some_and(|check| check.status != Status::Critical)
        };
        node.is_some() && session.checks().all(holds)
    };
    let dead: Vec<Arc<str>> =
        state.sessions.values().filter(|it| !lives(it)).map(|it| Arc::clone(&it.id)).collect();
    for id in dead {
        end(state, &id, write);
    }
}

/// All sessions, in the order of their ids.
pub type Sessions = BTreeMap<Arc<str>, Session>;

fn note(state: &mut State, id: &Arc<str>, write: &mut Write) {
    state.sessions_index = write.index;
    write.events.push(Event::Session(Arc::clone(id)));
}

impl Wish {
    /// The session that is meant, or why there can be none.
    fn session(self, agent: &Arc<str>, state: &State) -> Result<Session, String> {
        if !matches!(&*self.behavior, "" | "release" | "delete") {
            return Err(format!("Invalid Behavior setting '{}'", self.behavior));
        }
        check_ttl(&self.ttl)?;
        let node = self.node.unwrap_or_else(|| Arc::clone(agent));
        let known = state.catalog.nodes.get(&node).ok_or("Missing node registration")?;
        let behavior = if self.behavior.is_empty() { "release" } else { &self.behavior };
        let usual = Session::of_node("", &node, &self.ttl);
        let session = Session {
            name: self.name,
            lock_delay: self.lock_delay.map_or(usual.lock_delay, Delay::nanoseconds),
            behavior: behavior.to_owned(),
            node_checks: self.node_checks.unwrap_or_else(|| vec![Arc::from(SERF_HEALTH)]),
            service_checks: self.service_checks,
            ..usual
        };
        for id in session.checks() {
            match known.checks.get(id).map(|check| check.status) {
                None => return Err(format!("Missing check '{id}' registration")),
                Some(Status::Critical) => return Err(format!("Check '{id}' is in critical state")),
                Some(_) => {}
            }
        }
        Ok(session)
    }
}

impl Delay {
    fn nanoseconds(self) -> u64 {
        match self {
            Self::Text(text) => duration(&text).map_or(0, nanoseconds),
            Self::Number(seconds) if seconds < LEAST_NANOSECONDS => {
                nanoseconds(Duration::try_from_secs_f64(seconds).unwrap_or_default())
            }
            Self::Number(nanoseconds) => nanoseconds as u64,
        }
    }
}

fn check_ttl(ttl: &str) -> Result<(), String> {
    let [least, most] = TTL;
    match duration(ttl) {
        _ if ttl.is_empty() => Ok(()),
        None => Err(format!("Session TTL '{ttl}' invalid: time: invalid duration \"{ttl}\"")),
        Some(given) if given >= least && given <= most => Ok(()),
        Some(given) => Err(format!(
            "Invalid Session TTL '{}', must be between [10s=24h0m0s]",
            given.as_nanos()
        )),
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What Go says of a body that is cut short; of other errors it says something else, too.
fn go(error: &serde_json::Error) -> String {
    if error.is_eof() { "unexpected EOF".to_owned() } else { error.to_string() }
}
