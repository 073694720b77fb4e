//! One Consul server: its configuration file and its process.
//!
//! A killed server keeps its directory and ports, so a restart is the same server again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::binary::consul;
use super::ports::Ports;
use super::watchdog::Watchdog;

/// One server of a datacenter.
pub struct Server {
    pub ports: Ports,
    dir: PathBuf,
    process: Mutex<Option<Watchdog>>,
}

impl Server {
    /// Writes the configuration and starts the agent.
    pub fn start(dir: &Path, ports: Ports, hcl: &str) -> Self {
        fs::create_dir_all(dir).expect("a directory for the agent");
        fs::write(dir.join("agent.hcl"), hcl).expect("the agent's configuration");
        let server = Self { ports, dir: dir.to_owned(), process: Mutex::new(None) };
        server.restart();
        server
    }

    /// Starts the agent again, with what it had on disk; a running one is killed first.
    pub fn restart(&self) {
        self.kill();
        let dir = self.dir.to_str().expect("a plain path");
        let config = format!("-config-file={dir}/agent.hcl");
        let data = format!("-data-dir={dir}/data");
        let args = ["agent", "-log-level=info", config.as_str(), data.as_str()];
        *self.process() = Some(Watchdog::start(consul(), &args, &self.dir.join("agent.log")));
    }

    /// SIGKILL, with no chance to say goodbye; the process is gone when this returns.
    pub fn kill(&self) {
        if let Some(mut process) = self.process().take() {
            process.signal("KILL");
        }
    }

    /// Sends a signal by name to a running agent.
    pub fn signal(&self, name: &str) {
        self.process().as_mut().expect("a running server").signal(name);
    }

    /// What the agent logged.
    pub fn log(&self) -> String {
        self.process().as_ref().map(Watchdog::log).unwrap_or_default()
    }

    fn process(&self) -> MutexGuard<'_, Option<Watchdog>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
