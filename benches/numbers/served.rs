//! Simulated datacenters in a process of their own, `dcview demo --serve`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::consul::Watchdog;
use crate::support::wait::wait_some;

/// How long three datacenters of 100,000 instances may take to be made.
const START: Duration = Duration::from_mins(1);

/// The running process; ends when dropped.
pub struct Served {
    /// Host and port of the first datacenter's agent, which forwards to the others.
    pub agent: String,
    // In this order: the process ends before its home is removed.
    _process: Watchdog,
    _home: TempDir,
}

impl Served {
    /// Starts datacenters of so many instances each.
    pub fn start(instances: usize) -> Self {
        let home = tempfile::tempdir().expect("a directory for the output");
        let log = home.path().join("addresses");
        fs::write(&log, "").expect("a file for the output");
        let size = instances.to_string();
        let program = Path::new(env!("CARGO_BIN_EXE_dcview"));
        let process = Watchdog::start(program, &["demo", "--serve", "--size", &size], &log);
        let agent = wait_some(START, "the addresses of the simulated datacenters", || {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let is_whole = text.lines().filter(|line| line.contains(" http://")).count() == 3;
            let first = text.lines().find_map(|line| line.strip_prefix("dc-1 http://"));
            first.filter(|_| is_whole).map(str::to_owned)
        });
        Self { agent, _process: process, _home: home }
    }
}
