//! What real agents do too seldom to wait for: tombstones reaped after 15 minutes, answers that
//! break off.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dcview::domain::ids::Dc;
use dcview::domain::replication::{Source, Stream, Told, Verdict};
use dcview::replication::{Follower, Ground, Spec, follower};

use super::scene::client;
use super::support::fault::{FaultServer, Reply, Request};
use super::support::runtime::runtime;

const STATUS: &str = "statuses/1";

/// Two datacenters that hold one key each, `p/a`, at index 55.
#[derive(Default)]
struct State {
    source_index: AtomicU64,
    last_replicated: AtomicU64,
    /// The value in the source.
    value: Mutex<String>,
    breaks_off: AtomicBool,
}

fn pair(key: &str, value: &str, index: u64) -> String {
    let value = STANDARD.encode(value);
    format!(
        "[{{\"Key\":\"{key}\",\"Value\":\"{value}\",\"Flags\":0,\"CreateIndex\":9,\
         \"ModifyIndex\":{index},\"LockIndex\":0}}]"
    )
}

impl State {
    fn answer(&self, request: &Request) -> Reply {
        let is_source = request.query("dc") == Some("dc-1");
        let index = if is_source { self.source_index.load(Ordering::SeqCst) } else { 70 };
        match request.path.split('?').next().unwrap_or_default() {
            "/v1/kv/statuses/1" => {
                let last = self.last_replicated.load(Ordering::SeqCst);
                let status = format!(
                    "{{\"LastReplicated\":{last},\"Source\":\"p/\",\"Destination\":\"p/\"}}"
                );
                Reply::json(&pair(STATUS, &status, 60), 60)
            }
            "/v1/kv/p/" if request.query("keys").is_some() => Reply::json("[\"p/a\"]", index),
            "/v1/kv/p/" if is_source => {
                let body = pair("p/a", &self.value.lock().expect("no panic"), 55);
                if self.breaks_off.load(Ordering::SeqCst) {
                    return Reply::Truncated { after: body.len() - 9, body };
                }
                Reply::json(&body, index)
            }
            "/v1/kv/p/" => Reply::json(&pair("p/a", "1", 50), index),
            "/v1/acl/token/self" => Reply::text(401, "ACL support disabled"),
            "/v1/status/leader" => Reply::json("\"10.0.0.1:8300\"", 1),
            // A key that is not there: the index of all there are.
            _ => Reply::text(404, "").header("X-Consul-Index", "90"),
        }
    }
}

/// A follower of what the state says.
fn follow(state: &Arc<State>) -> (FaultServer, Box<dyn Follower>) {
    *state.value.lock().expect("no panic") = "1".into();
    state.source_index.store(57, Ordering::SeqCst);
    state.last_replicated.store(57, Ordering::SeqCst);
    let answers = Arc::clone(state);
    let server = FaultServer::start(move |request| answers.answer(request));
    let address = server.url();
    let clients = ["dc-1", "dc-2"].map(|dc| (Dc::from(dc), client(&address, dc)));
    let source = Source {
        prefix: "p/".into(),
        source: "dc-1".into(),
        destination: None,
        to: None,
        exclude: Vec::new(),
    };
    let ground = Ground {
        told: Arc::new(Told { sources: vec![source], ..Told::default() }),
        clients: Arc::new(clients.into_iter().collect()),
        ..Ground::default()
    };
    let spec = Spec::Replicate { into: "dc-2".into(), status: STATUS.into() };
    (server, follower(&ground, &spec))
}

fn look(follower: &mut Box<dyn Follower>) -> Stream {
    runtime().block_on(follower.look()).streams.remove(0)
}

#[test]
fn an_index_that_falls_with_its_tombstones_changes_no_verdict() {
    let state = Arc::new(State::default());
    let (_server, mut follower) = follow(&state);
    assert_eq!(look(&mut follower).verdict, Verdict::InSync);
    state.source_index.store(55, Ordering::SeqCst);
    let stream = look(&mut follower);
    assert_eq!((stream.verdict, &*stream.alarms), (Verdict::InSync, &[][..]));
    let (_, said) = &stream.facts[0];
    assert_eq!(
        said,
        "57, the source is at 55: tombstones of deleted keys were reaped in the source"
    );
    // The status may follow.
    state.last_replicated.store(55, Ordering::SeqCst);
    let stream = look(&mut follower);
    assert_eq!((stream.verdict, &*stream.alarms), (Verdict::InSync, &[][..]));
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    let state = Arc::new(State::default());
    let (_server, mut follower) = follow(&state);
    let first = look(&mut follower);
    assert_eq!((first.verdict, first.problem.as_deref()), (Verdict::InSync, None));
    *state.value.lock().expect("no panic") = "2".into();
    state.source_index.store(80, Ordering::SeqCst);
    state.breaks_off.store(true, Ordering::SeqCst);
    let stream = look(&mut follower);
    assert_eq!(stream.problem.as_deref(), Some("dc-1: bad answer"));
    assert_eq!((stream.verdict, stream.at), (Verdict::InSync, first.at), "as it was");
    state.breaks_off.store(false, Ordering::SeqCst);
    let stream = look(&mut follower);
    assert_eq!((stream.verdict, stream.problem.as_deref()), (Verdict::Drift, None));
}
