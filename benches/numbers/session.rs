//! dcview on a pseudo-terminal of 200x60, before the datacenters that are measured.

use std::time::{Duration, Instant};

use crate::ground::DCS;
use crate::process::Process;
use crate::support::screen::{Launch, Screen, keys};

/// A running dcview.
pub struct Session {
    /// Its screen.
    pub screen: Screen,
    started: Instant,
}

impl Session {
    /// Starts it on the agent at `address`.
    pub fn start(address: &str) -> Self {
        Self::with(&["--http-addr", address])
    }

    /// Starts it with these arguments.
    pub fn with(args: &[&str]) -> Self {
        let launch = Launch::dcview(args).size(200, 60);
        let started = Instant::now();
        Self { screen: launch.start(), started }
    }

    /// Time since it was started.
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Its process.
    pub fn process(&self) -> Process {
        Process(self.screen.pid())
    }

    /// Returns when the first frame is painted.
    pub fn await_frame(&self) {
        self.screen.wait("a first frame", |text| text.lines().count() > 10);
    }

    /// Returns when the overview knows every count of every datacenter.
    pub fn await_complete(&self) {
        self.screen.wait("a complete overview", |text| {
            let row = |dc: &str| {
                let start = format!("{dc} ");
                let mut lines = text.lines().skip(1);
                lines.find(|line| line.trim_start_matches(['│', ' ', '>']).starts_with(&start))
            };
            DCS.iter().all(|dc| row(dc).is_some_and(is_known))
        });
    }

    /// Goes to a view by its command and returns when `sign` is on the screen.
    pub fn go(&self, command: &str, sign: &str) {
        self.screen.send(&format!(":{command}"));
        self.screen.wait_for(&format!(":{command}"));
        self.screen.send(keys::ENTER);
        self.screen.wait_for(sign);
    }

    /// Shows every failing check in a line of its own.
    pub fn go_to_flat_checks(&self) {
        self.go("checks", "by service");
        self.screen.send("b");
        self.screen.wait_for("by node");
        self.screen.send("b");
        self.screen.wait_for("flat");
    }
}

/// True for a row of the overview without anything that is still to come.
fn is_known(row: &str) -> bool {
    !row.contains('?') && !row.contains("connecting")
}
