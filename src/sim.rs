//! Several Consul datacenters inside one process, speaking Consul's HTTP API on loopback ports:
//! for `dcview demo`, for benches, and for tests of faults.
//!
//! It copies what dcview can see of Consul 1.8: the JSON, the headers, the error texts, and above
//! all when a blocking query wakes and with which index. It copies no gossip, no raft, no ACLs.
//! Each datacenter has one agent, hence one port; any of them forwards `?dc=`. Where it differs
//! from a real Consul, it is wrong: the contract tests run against both.
//!
//! ```text
//!  serve (connections) -> route (endpoint, datacenter, faults) -> datacenter (blocking read) -> resource
//!                                 |                                    |
//!                                 +-- keys, sessions, registration, txn -> state: catalog, kv, raft
//!                                 scenario, Handle ------------------^    (one write = one index,
//!                                                                          wakes whom it touched)
//! ```

mod agent;
mod answer;
mod catalog;
mod datacenter;
mod fault;
mod federation;
mod handle;
mod keys;
mod kv;
mod model;
mod raft;
mod registration;
mod request;
mod resource;
mod route;
mod scenario;
mod serve;
mod sessions;
mod size;
mod state;
#[cfg(test)]
mod tests;
mod txn;
mod wake;
mod wire;
mod world;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use fault::Fault;
pub use handle::{Handle, NewInstance};
pub use model::Status;
pub use raft::ServerState;
pub use size::{Size, SizeError};

use federation::Federation;
use scenario::Scenario;

/// What to simulate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How large each datacenter is.
    pub size: Size,
    /// How much faster than written the scenario runs: 2.0 halves all its times.
    pub speed: f64,
    /// Whether the scripted incident of the demo is played. Other sizes have none.
    pub scenario: bool,
    /// Varies ids and which checks of a large datacenter fail; equal seeds give equal worlds.
    pub seed: u64,
}

/// Running datacenters. They stop, and their ports close, when this is dropped.
#[derive(Debug)]
pub struct Sim {
    federation: Arc<Federation>,
    addresses: Vec<(String, SocketAddr)>,
    tasks: Vec<AbortHandle>,
}

impl Options {
    /// The demo as it is shown.
    pub const DEMO: Self = Self { size: Size::Demo, speed: 1.0, scenario: true, seed: 1 };
}

impl Default for Options {
    fn default() -> Self {
        Self::DEMO
    }
}

/// Starts `dc-1` (the primary), `dc-2` and `dc-3`, each on a free loopback port.
///
/// They are ready when it returns.
///
/// # Errors
/// When no port can be opened; `InvalidInput` when the speed is not a positive number;
/// `InvalidData` when the embedded demo cannot be read.
pub async fn serve(options: Options) -> io::Result<Sim> {
    if !(options.speed.is_finite() && options.speed > 0.0) {
        let text = format!("'{}' is no speed: give a number above 0", options.speed);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let federation = Arc::new(world::build(&options)?);
    let mut addresses = Vec::new();
    let mut listeners = Vec::new();
    for dc in &federation.datacenters {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        addresses.push((dc.name.clone(), listener.local_addr()?));
        listeners.push((listener, Arc::clone(dc)));
    }
    let mut sim = Sim { federation, addresses, tasks: Vec::new() };
    if options.scenario && options.size == Size::Demo {
        let scenario = Scenario::new(world::scenario()?, sim.stage(), options.speed);
        scenario.open();
        sim.tasks.push(tokio::spawn(scenario.run()).abort_handle());
    }
    for (listener, dc) in listeners {
        let federation = Arc::clone(&sim.federation);
        sim.tasks.push(tokio::spawn(serve::run(listener, federation, dc)).abort_handle());
    }
    Ok(sim)
}

impl Sim {
    /// Each datacenter's name and the address of its agent, the primary first.
    pub fn addresses(&self) -> &[(String, SocketAddr)] {
        &self.addresses
    }

    /// The way to change a datacenter from inside the process; `None` for a name that is not there.
    pub fn handle(&self, dc: &str) -> Option<Handle> {
        let found = self.federation.datacenters.iter().find(|found| found.name == dc)?;
        Some(Handle::new(Arc::clone(found)))
    }

    fn stage(&self) -> HashMap<String, Handle> {
        let datacenters = self.federation.datacenters.iter();
        datacenters.map(|dc| (dc.name.clone(), Handle::new(Arc::clone(dc)))).collect()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
