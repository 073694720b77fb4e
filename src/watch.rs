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

mod backoff;
mod board;
mod catalog;
mod context;
mod datacenter;
mod facts;
mod failing;
mod fresh;
mod inbox;
mod index;
mod keeper;
mod pace;
mod permits;
mod placement;
mod post;
mod pulse;
mod servers;
mod subject;
mod supervisor;
mod watcher;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::consul::Client;
use crate::domain::feed::{Report, Scope};
use crate::domain::ids::Dc;
use keeper::Keeper;
use supervisor::Supervisor;

/// Where the datacenters are reached.
#[derive(Clone)]
pub struct Sources {
    /// The agent that is asked for the datacenters, and for all that have no address of their own.
    pub agent: Client,
    /// Datacenters of the settings, each with its own way. They are shown even when the agent does
    /// not know them.
    pub own: Vec<Own>,
}

/// A datacenter of the settings.
#[derive(Clone)]
pub struct Own {
    /// Its name.
    pub dc: Dc,
    /// How it is reached: a client of its own address, or one that shares the agent's.
    pub client: Client,
}

/// The running watch layer. Dropping it ends everything.
pub struct Handle {
    guard: DropGuard,
    tracker: TaskTracker,
}

/// Starts to watch; returns at once. `out` should be bounded (64): when it is full, the boards
/// wait and merge. Must be called within a runtime.
pub fn start(
    sources: &Sources,
    scope: watch::Receiver<Scope>,
    out: mpsc::Sender<Report>,
) -> Handle {
    let (token, tracker) = (CancellationToken::new(), TaskTracker::new());
    let keeper = Keeper { token: token.clone(), tracker: tracker.clone(), out };
    let (sources, inner) = (sources.clone(), keeper.clone());
    let name = Dc::from(&**sources.agent.agent().address());
    keeper.keep(&name, "supervisor", move || {
        let own = inner.child();
        let supervisor = Supervisor::new(&sources, scope.clone(), own.clone());
        async move {
            let _ends = own.token.drop_guard();
            supervisor.run().await;
        }
    });
    tracker.close();
    Handle { guard: token.drop_guard(), tracker }
}

impl Handle {
    /// Ends all tasks and returns when they are gone.
    pub async fn shutdown(self) {
        drop(self.guard);
        self.tracker.wait().await;
    }
}
