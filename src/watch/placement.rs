//! Where instances are, read node by node, for servers whose summary does not tell.
//!
//! Only the failing nodes that a count depends on are read, one after the other and with pauses,
//! and each once for a summary.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::context::Context;
use crate::consul::read;
use crate::domain::ids::NodeName;

/// The pause after each node.
const PAUSE: Duration = Duration::from_millis(50);
/// The pause after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// Which nodes are to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Grows with each summary, which makes everything that was read old.
    revision: u64,
    nodes: BTreeSet<NodeName>,
}

impl Wanted {
    /// There is a new summary.
    pub fn renew(&mut self) {
        self.revision += 1;
    }

    /// These are all.
    pub fn set(&mut self, nodes: Vec<NodeName>) {
        self.nodes = nodes.into_iter().collect();
    }

    /// These are wanted too, and of the others those that `keep` says.
    pub fn update(&mut self, nodes: Vec<NodeName>, keep: impl Fn(&NodeName) -> bool) {
        self.nodes.retain(|node| keep(node));
        self.nodes.extend(nodes);
    }
}

/// Reads what is wanted for as long as it is polled.
pub(super) async fn watch_placement(ctx: Arc<Context>, mut wanted: watch::Receiver<Wanted>) {
    let mut revision = 0;
    let mut read: BTreeSet<NodeName> = BTreeSet::new();
    loop {
        let now = wanted.borrow_and_update().clone();
        if now.revision != revision {
            revision = now.revision;
            read.clear();
        }
        let Some(node) = now.nodes.into_iter().find(|node| !read.contains(node)) else {
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        };
        match read::node_services(&node, &ctx.versions).fetch(&ctx.client).await {
            // An answer to a question about an older summary still is where instances are now.
            Ok((on_node, _)) => {
                let placed = on_node.map(|on_node| on_node.placement()).unwrap_or_default();
                read.insert(node.clone());
                ctx.inbox.post(|pending| {
                    pending.placements.insert(node, placed);
                });
                sleep(PAUSE).await;
            }
            Err(_) => sleep(RETRY).await,
        }
    }
}
