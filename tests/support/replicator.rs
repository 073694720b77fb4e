//! A replicator that does what consul-replicate 0.4.0 does, faults included.
//!
//! It runs in the destination and reads the source by `?dc=`. A change of what any of its prefixes
//! holds runs all of them. A run writes keys whose index is above the last replicated one and no
//! others, deletes what the source does not have, never compares values, and writes its status
//! last. As consul-template's views do, a lower index makes it read anew, and an answer with the
//! same keys as before runs nothing. The status key's name is no MD5: nobody reads anything in it.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dcview::consul::encode_path;
use serde_json::Value;

use super::consul::{Answer, Http};

/// Below the patience of the HTTP client.
const WAIT: &str = "10s";
/// After an answer that was none.
const AGAIN: Duration = Duration::from_millis(100);

/// A prefix to carry.
#[derive(Clone, Debug)]
pub struct Carried {
    pub from: String,
    pub source: String,
    pub destination: String,
}

/// What it is told to do.
#[derive(Clone, Debug)]
pub struct Orders {
    /// The agent of the destination.
    pub http: Http,
    pub carried: Vec<Carried>,
    pub exclude: Vec<String>,
    /// With its slash.
    pub status_dir: String,
}

/// A running replicator; it stops when dropped.
pub struct Replicator {
    shared: Arc<Shared>,
    runner: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    woken: Condvar,
}

#[derive(Default)]
struct State {
    is_over: bool,
    is_paused: bool,
    is_due: bool,
    /// What each prefix held last, with its index.
    views: Vec<Option<(Vec<Value>, u64)>>,
}

impl Replicator {
    /// Starts it.
    pub fn start(orders: &Orders) -> Self {
        let shared = Arc::new(Shared::default());
        shared.state().views = vec![None; orders.carried.len()];
        for (number, carried) in orders.carried.iter().enumerate() {
            let (shared, http, carried) =
                (Arc::clone(&shared), orders.http.clone(), carried.clone());
            thread::spawn(move || shared.view(&http, &carried, number));
        }
        let (own, orders) = (Arc::clone(&shared), orders.clone());
        let runner = thread::spawn(move || own.run(&orders));
        Self { shared, runner: Some(runner) }
    }

    /// Ends it as a kill between two runs does: it has written its last when this returns.
    pub fn stop(mut self) {
        self.end();
    }

    /// Runs nothing until resumed, as after SIGSTOP.
    pub fn pause(&self, is_paused: bool) {
        self.shared.state().is_paused = is_paused;
        self.shared.woken.notify_all();
    }

    fn end(&mut self) {
        self.shared.state().is_over = true;
        self.shared.woken.notify_all();
        if let Some(runner) = self.runner.take() {
            // A panic in it was printed, and fails the test by what is missing.
            let _ = runner.join();
        }
    }
}

impl Drop for Replicator {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a prefix of the source.
    fn view(&self, http: &Http, carried: &Carried, number: usize) {
        let Carried { from, source, .. } = carried;
        let path = format!("/v1/kv/{}?recurse&dc={from}&wait={WAIT}", encode_path(source));
        let mut index = 0;
        while !self.state().is_over {
            let answer = http.get(&format!("{path}&index={index}"));
            let Some(answer) = answer.filter(|a| a.status == 200 || a.status == 404) else {
                thread::park_timeout(AGAIN);
                continue;
            };
            let now = answer.index().unwrap_or(1);
            if now == index {
                continue;
            }
            if now < index {
                index = 0;
                continue;
            }
            index = now;
            let keys: Vec<Value> = serde_json::from_str(&answer.body).unwrap_or_default();
            let mut state = self.state();
            let is_same = state.views[number].as_ref().is_some_and(|(held, _)| *held == keys);
            state.views[number] = Some((keys, now));
            state.is_due |= !is_same;
            self.woken.notify_all();
        }
    }

    fn run(&self, orders: &Orders) {
        loop {
            let mut state = self.state();
            while !state.is_over && (state.is_paused || !state.is_due) {
                state = self.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.is_over {
                return;
            }
            state.is_due = false;
            let views = state.views.clone();
            drop(state);
            for (carried, view) in orders.carried.iter().zip(views) {
                let Some((keys, index)) = view else { continue };
                if orders.replicate(carried, &keys, index).is_none() {
                    self.state().is_due = true;
                    thread::park_timeout(AGAIN);
                }
            }
        }
    }
}

impl Orders {
    /// One run for one prefix; `None` when the destination did not answer.
    fn replicate(&self, carried: &Carried, keys: &[Value], index: u64) -> Option<()> {
        let Carried { source, destination, .. } = carried;
        let status = self.status_key(source, destination);
        let last = self.last_replicated(&status)?;
        let mut used = HashSet::new();
        for pair in keys {
            let path = pair["Key"].as_str().unwrap_or_default();
            let key =
                format!("{destination}{}", path.strip_prefix(source.as_str()).unwrap_or(path));
            used.insert(key.clone());
            let modified = pair["ModifyIndex"].as_u64().unwrap_or_default();
            if self.is_left_out(path) || modified <= last {
                continue;
            }
            let value = STANDARD.decode(pair["Value"].as_str().unwrap_or_default()).ok()?;
            let flags = pair["Flags"].as_u64().unwrap_or_default();
            let path = format!("/v1/kv/{}?flags={flags}", encode_path(&key));
            done(self.http.put_text(&path, &String::from_utf8(value).ok()?))?;
        }
        let there = format!("/v1/kv/{}?keys", encode_path(destination));
        let there = self.http.get(&there).filter(|a| a.status == 200 || a.status == 404)?;
        let there: Vec<String> = serde_json::from_str(&there.body).unwrap_or_default();
        for key in there {
            let from =
                format!("{source}{}", key.strip_prefix(destination.as_str()).unwrap_or(&key));
            if !used.contains(&key) && !self.is_left_out(&from) {
                done(self.http.delete(&format!("/v1/kv/{}", encode_path(&key))))?;
            }
        }
        let text = format!(
            "{{\n  \"LastReplicated\": {index},\n  \"Source\": \"{source}\",\n  \
             \"Destination\": \"{destination}\"\n}}"
        );
        done(self.http.put_text(&format!("/v1/kv/{status}"), &text))
    }

    fn last_replicated(&self, status: &str) -> Option<u64> {
        let answer = self.http.get(&format!("/v1/kv/{status}?raw"))?;
        match answer.status {
            200 => answer.json()["LastReplicated"].as_u64(),
            404 => Some(0),
            _ => None,
        }
    }

    fn is_left_out(&self, path: &str) -> bool {
        self.exclude.iter().any(|exclude| path.starts_with(exclude.as_str()))
    }

    /// The key of a status: the same for the same prefixes, from wherever they come.
    pub fn status_key(&self, source: &str, destination: &str) -> String {
        let mut hasher = DefaultHasher::new();
        (source, destination).hash(&mut hasher);
        format!("{}{:032x}", self.status_dir, hasher.finish())
    }
}

/// Nothing unless it was done.
fn done(answer: Option<Answer>) -> Option<()> {
    answer.filter(|answer| answer.status == 200).map(|_| ())
}
