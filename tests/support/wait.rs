//! Waiting on a condition, never on a clock.
//!
//! Every wait of the test suite goes through here (the screen has its own, woken by output).
//! Invariant: a wait returns as soon as its condition holds, and panics at its deadline.

use std::thread;
use std::time::{Duration, Instant};

/// Pause between two looks at a condition: short against what is waited for, cheap on two cores.
const PARK: Duration = Duration::from_millis(10);

/// Returns when `condition` holds; panics naming `what` when it does not within `deadline`.
#[track_caller]
pub fn wait(deadline: Duration, what: &str, mut condition: impl FnMut() -> bool) {
    wait_some(deadline, what, || condition().then_some(()));
}

/// Returns the first value that `probe` finds; panics naming `what` past `deadline`.
#[track_caller]
pub fn wait_some<T>(deadline: Duration, what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < deadline, "waited {deadline:?} in vain: {what}");
        thread::park_timeout(PARK);
    }
}
