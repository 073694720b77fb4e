//! Which datacenters do not answer now: what their pulses say, for who looks at several of them.
//!
//! Asking one that is dark costs time and connections, and says nothing new. Who needs it waits here
//! until it is back.

use std::collections::HashSet;

use tokio::sync::watch;

use crate::domain::ids::Dc;

/// The datacenters that do not answer, or have no leader.
#[derive(Clone, Debug)]
pub(super) struct Dark(watch::Sender<HashSet<Dc>>);

impl Dark {
    /// All answer, as far as anybody knows.
    pub fn new() -> Self {
        Self(watch::Sender::new(HashSet::new()))
    }

    /// Notes what a pulse found.
    pub fn note(&self, dc: &Dc, is_dark: bool) {
        self.0.send_if_modified(
            |dark| if is_dark { dark.insert(dc.clone()) } else { dark.remove(dc) },
        );
    }

    /// Forgets all others: nobody takes their pulse any more.
    pub fn keep(&self, dcs: &HashSet<&Dc>) {
        self.0.send_modify(|dark| dark.retain(|dc| dcs.contains(dc)));
    }

    /// True when each of these needs one that is dark, so that asking would say nothing new.
    pub fn hides(&self, needs: &[Vec<Dc>]) -> bool {
        hides(&self.0.borrow(), needs)
    }

    /// Returns when one of these needs none that is dark any more.
    pub async fn lit(&self, needs: &[Vec<Dc>]) {
        let mut dark = self.0.subscribe();
        // Who notes holds the sender, so it ends only with all of it.
        let _ = dark.wait_for(|dark| !hides(dark, needs)).await;
    }
}

fn hides(dark: &HashSet<Dc>, needs: &[Vec<Dc>]) -> bool {
    !needs.is_empty() && needs.iter().all(|dcs| dcs.iter().any(|dc| dark.contains(dc)))
}
