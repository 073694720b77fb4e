//! A query that is blocked, and what must become of it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::pair::Party;
use crate::support::consul::Answer;

/// Longer than any wake-up takes on a busy machine.
pub const SOON: Duration = Duration::from_secs(20);
/// How long a query that must not wake is given to wake.
const QUIET: Duration = Duration::from_millis(300);

/// How often a query is asked that must not wake and may come late.
const TRIES: usize = 5;

/// A query that is blocked.
pub struct Blocked {
    index: u64,
    answer: Receiver<Option<Answer>>,
    what: String,
}

/// Starts a blocking query from the present index.
pub fn block(party: &Party, path: &str) -> Blocked {
    let index = party.get(path).index().expect("an index");
    let join = if path.contains('?') { '&' } else { '?' };
    let url = format!("{path}{join}index={index}&wait=25s");
    let (done, answer) = channel();
    let http = party.http.clone();
    thread::spawn(move || {
        // The receiver is gone when the test has failed.
        let _ = done.send(http.get(&url));
    });
    Blocked { index, answer, what: format!("{}: {path}", party.name) }
}

/// A query of `path` that sleeps through `act`, which moves the index that the answer carries.
///
/// A query that comes to the agent only after the act is answered at once, on a busy machine; one
/// that the act wakes is woken each time.
#[track_caller]
pub fn block_through(party: &Party, path: &str, mut act: impl FnMut()) -> Blocked {
    for _ in 0..TRIES {
        let blocked = block(party, path);
        act();
        if blocked.is_asleep() {
            return blocked;
        }
    }
    panic!("{}: {path} wakes {TRIES} times", party.name);
}

impl Blocked {
    /// It wakes, with a higher index.
    #[track_caller]
    pub fn wakes(self) -> Answer {
        let answer = self.answer.recv_timeout(SOON).ok().flatten();
        let answer = answer.unwrap_or_else(|| panic!("{} does not wake", self.what));
        assert!(answer.index() > Some(self.index), "{}: index", self.what);
        answer
    }

    /// It sleeps through what has happened.
    #[track_caller]
    pub fn sleeps(&self) {
        let answer = self.answer.recv_timeout(QUIET);
        let sleeps = matches!(answer, Err(RecvTimeoutError::Timeout));
        assert!(sleeps, "{} wakes: {answer:?}", self.what);
    }

    /// Whether it has slept until now.
    fn is_asleep(&self) -> bool {
        matches!(self.answer.recv_timeout(QUIET), Err(RecvTimeoutError::Timeout))
    }
}
