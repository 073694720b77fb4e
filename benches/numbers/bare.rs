//! What a bare HTTP client sees, for comparison: one request at a time, or several side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::ground::DCS;
use crate::support::consul::Http;

/// The list that tells of failing checks first.
const CRITICAL: &str = "/v1/health/state/critical";
/// The lists that an overview is made of.
const LISTS: [&str; 4] =
    ["/v1/internal/ui/services", "/v1/catalog/nodes", CRITICAL, "/v1/health/state/warning"];
/// The longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that follows the critical checks by blocking queries.
pub struct Follower {
    answers: Receiver<(Instant, String)>,
    is_over: Arc<AtomicBool>,
}

impl Follower {
    /// Follows the first datacenter until dropped; it is waiting when this returns.
    pub fn start(http: Http) -> Self {
        let (found, answers) = channel();
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        thread::spawn(move || {
            let mut index = 0;
            while !ends.load(Ordering::Relaxed) {
                let answer = http.get(&format!("{CRITICAL}?index={index}&wait=10s"));
                let Some(answer) = answer.filter(|answer| answer.status == 200) else { continue };
                index = answer.index().unwrap_or(0);
                if found.send((Instant::now(), answer.body)).is_err() {
                    return;
                }
            }
        });
        let follower = Self { answers, is_over };
        follower.answers.recv_timeout(PATIENCE).expect("a first answer to the bare client");
        follower
    }

    /// When the first answer came that holds `text`.
    pub fn saw(&self, text: &str) -> Instant {
        loop {
            let (at, body) =
                self.answers.recv_timeout(PATIENCE).expect("an answer to the bare client");
            if body.contains(text) {
                return at;
            }
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// The slowest of the requests that a whole overview depends on, all sent at once: its time, and
/// its path.
pub fn slowest(http: &Http) -> (Duration, String) {
    let started = Instant::now();
    thread::scope(|scope| {
        let mut tasks = Vec::new();
        for path in DCS.iter().flat_map(|dc| LISTS.map(|list| format!("{list}?dc={dc}"))) {
            tasks.push(scope.spawn(move || {
                let answer = http.get(&path).expect("an answer to a bare request");
                assert_eq!(answer.status, 200, "{path}: {}", answer.body);
                (started.elapsed(), path)
            }));
        }
        let times = tasks.into_iter().map(|task| task.join().expect("a bare request"));
        times.max().expect("some requests")
    })
}
