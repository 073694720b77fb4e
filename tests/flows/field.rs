//! The datacenters that most tests share: three, federated, `dc-1` of three servers.
//!
//! Many tests look at them at once, each at services of its own prefix; one that breaks something
//! has them alone. Invariant: whoever gets them, gets them whole.

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::support::consul::{Cluster, Dc, Plan};

/// The datacenters, to look at and to seed.
pub struct Calm(RwLockReadGuard<'static, Cluster>);

/// The datacenters for one test alone, which may kill what it likes: it is mended at the end.
pub struct Alone {
    cluster: RwLockWriteGuard<'static, Cluster>,
    killed: RefCell<Vec<(String, usize)>>,
}

/// The shared datacenters, together with other tests.
pub fn calm() -> Calm {
    Calm(shared().read().unwrap_or_else(PoisonError::into_inner))
}

/// The shared datacenters, alone.
pub fn alone() -> Alone {
    let cluster = shared().write().unwrap_or_else(PoisonError::into_inner);
    Alone { cluster, killed: RefCell::default() }
}

fn shared() -> &'static RwLock<Cluster> {
    static SHARED: OnceLock<RwLock<Cluster>> = OnceLock::new();
    // More terminals look at it at once than one operator has.
    let limit = "limits { http_max_conns_per_client = 4000 }";
    let plan = || Plan::new().hcl(limit).dc("dc-1", 3).dc("dc-2", 1).dc("dc-3", 1);
    SHARED.get_or_init(|| RwLock::new(Cluster::start(plan())))
}

impl Deref for Calm {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.0
    }
}

impl Deref for Alone {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl Alone {
    /// SIGKILL to a server.
    pub fn kill(&self, dc: &str, server: usize) {
        self.dc(dc).kill_server(server);
        self.killed.borrow_mut().push((dc.to_owned(), server));
    }

    /// Lets a server leave gracefully.
    pub fn leave(&self, dc: &str, server: usize) {
        self.killed.borrow_mut().push((dc.to_owned(), server));
        self.dc(dc).leave_server(server);
    }

    /// Starts the servers again that were killed or left; does not wait for them.
    pub fn restart(&self) {
        for (dc, server) in self.killed.take() {
            self.dc(&dc).restart_server(server);
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.restart();
        let mended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            self.dcs().iter().for_each(Dc::await_ready);
            self.await_federated();
        }));
        // A second panic would end all tests, not this one.
        if let Err(panic) = mended
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}
