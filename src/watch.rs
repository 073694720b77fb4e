//! From datacenters to feeds: supervisor, watchers, boards.
//!
//! ```text
//! supervisor --starts--> datacenter: watchers (blocking queries) --inbox--> board --Report--> lane
//!     | list of datacenters      ^ pulse: dark? leaderless? back?     (counts, differences)
//! ```
//!
//! Everything here runs beside the screen and may wait. Invariants: an error changes freshness and
//! never data; a datacenter that is dark, slow or denying hurts only its own lists; what is late
//! is dropped by its ticket; an idle datacenter costs its servers under one request a second; a
//! slow reader of the lane gets the newest state, not a queue of old ones.

mod awake;
mod backoff;
mod board;
mod catalog;
mod census;
mod consumers;
mod context;
mod dark;
mod datacenter;
mod events;
mod facts;
mod failing;
mod fresh;
mod glance;
mod inbox;
mod index;
mod keeper;
mod kv;
mod locks;
mod map;
mod pace;
mod permits;
mod placement;
mod pulse;
mod raft;
mod replication;
mod round_trip;
mod seen;
mod servers;
mod sink;
mod sources;
mod standing;
mod subject;
mod supervisor;
mod values;
mod watcher;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::consul::ApiError;
use crate::domain::feed::{Report, Scope};
use crate::domain::ids::Dc;
use keeper::Keeper;
use sources::Sources;
use supervisor::{Boards, Supervisor};

/// The running watch layer. Dropping it ends everything.
pub struct Handle {
    guard: DropGuard,
    tracker: TaskTracker,
    refresh: watch::Sender<u64>,
}

/// Starts to watch what `config` names and what its agent knows; returns at once. `out` should be
/// bounded (64): when it is full, the boards wait and merge. Must be called within a runtime.
///
/// # Errors
/// [`ApiError::Setup`] when the settings of an endpoint cannot be used.
pub fn start(
    config: &Config,
    scope: watch::Receiver<Scope>,
    out: mpsc::Sender<Report>,
) -> Result<Handle, ApiError> {
    let refresh = watch::Sender::new(0);
    let sources = Sources::new(config, scope, refresh.subscribe())?;
    let (token, tracker) = (CancellationToken::new(), TaskTracker::new());
    let keeper = Keeper { token: token.clone(), tracker: tracker.clone(), out };
    let name = Dc::from(&**sources.agent.agent().address());
    let awake = Arc::clone(&sources.awake);
    keeper.keep(&name, "beat", move || {
        let awake = Arc::clone(&awake);
        async move { awake.beat().await }
    });
    let (inner, boards) = (keeper.clone(), Boards::default());
    keeper.keep(&name, "supervisor", move || {
        let own = inner.child();
        let supervisor = Supervisor::new(&sources, own.clone(), boards.clone());
        async move {
            let _ends = own.token.drop_guard();
            supervisor.run().await;
        }
    });
    tracker.close();
    Ok(Handle { guard: token.drop_guard(), tracker, refresh })
}

impl Handle {
    /// Makes every watcher ask again at once, those that wait after a failure too.
    pub fn refresh(&self) {
        self.refresh.send_modify(|asked| *asked += 1);
    }

    /// Ends all tasks and returns when they are gone.
    pub async fn shutdown(self) {
        drop(self.guard);
        self.tracker.wait().await;
    }
}
