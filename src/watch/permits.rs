//! Who may hold a connection open: the focused datacenter first.
//!
//! Over the agent's [`Budget`]. A watcher of the focused datacenter that finds the budget spent
//! asks for one permit back; exactly one watcher of another datacenter lets go of its query and
//! polls from then on. Whoever gets none polls.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::consul::{Budget, Permit};
use crate::domain::feed::Scope;
use crate::domain::ids::Dc;

/// How long the focused datacenter waits for a permit that it asked back.
const GIVE_BACK: Duration = Duration::from_millis(500);

/// The part of all permits that is left to those who cannot do without.
const RESERVED: usize = 8;
/// And so many of few: a datacenter's own lists.
const FEWEST: usize = 4;

/// The permits of one agent, for all datacenters that are reached through it.
#[derive(Debug)]
pub(super) struct Permits {
    budget: Arc<Budget>,
    /// How many permits the focused datacenter asked back and nobody has given yet.
    wanting: watch::Sender<usize>,
    returned: Notify,
}

/// A permit that tells when it is given back.
#[derive(Debug)]
pub(super) struct Held {
    permit: Option<Permit>,
    permits: Arc<Permits>,
}

impl Permits {
    pub fn new(budget: Arc<Budget>) -> Arc<Self> {
        Arc::new(Self { budget, wanting: watch::Sender::new(0), returned: Notify::new() })
    }

    /// How many are out, of how many.
    pub fn used(&self) -> (usize, usize) {
        (self.budget.in_flight(), self.budget.size())
    }

    /// True while the agent takes fewer connections than wanted.
    pub fn is_short(&self) -> bool {
        self.budget.is_short()
    }

    /// Takes a permit; `None` means to poll.
    pub async fn take(self: &Arc<Self>, is_focused: bool) -> Option<Held> {
        if is_focused {
            if let Some(held) = self.try_take() {
                return Some(held);
            }
            self.wanting.send_modify(|wanting| *wanting += 1);
            let given = timeout(GIVE_BACK, self.given_back()).await;
            if given.is_err() {
                self.claim();
            }
            given.ok()
        } else if *self.wanting.borrow() > 0 {
            None
        } else {
            self.try_take()
        }
    }

    /// Takes a permit only where many are left; `None` means to poll.
    pub fn spare(self: &Arc<Self>) -> Option<Held> {
        let (used, size) = self.used();
        let is_short = self.is_short() || *self.wanting.borrow() > 0;
        let is_left = used + (size / RESERVED).max(FEWEST) < size;
        if is_left && !is_short { self.try_take() } else { None }
    }

    /// Returns when the caller, a watcher that is not focused, must give its permit back.
    pub async fn asked_back(&self) {
        let mut wanting = self.wanting.subscribe();
        // The sender lives in self: it cannot be gone.
        while wanting.wait_for(|wanting| *wanting > 0).await.is_ok() {
            if self.claim() {
                return;
            }
        }
    }

    async fn given_back(self: &Arc<Self>) -> Held {
        loop {
            self.returned.notified().await;
            if let Some(held) = self.try_take() {
                return held;
            }
        }
    }

    fn try_take(self: &Arc<Self>) -> Option<Held> {
        let permit = Some(self.budget.try_acquire()?);
        Some(Held { permit, permits: Arc::clone(self) })
    }

    /// Takes one wish off the list; false when there is none any more.
    fn claim(&self) -> bool {
        self.wanting.send_if_modified(|wanting| {
            let had = *wanting > 0;
            *wanting = wanting.saturating_sub(1);
            had
        })
    }
}

/// Returns when this permit is wanted by the focused datacenter; never without a permit.
pub(super) async fn give_back(held: Option<&Held>, scope: &watch::Receiver<Scope>, dc: &Dc) {
    let mut scope = scope.clone();
    while let Some(held) = held {
        let is_focused = scope.borrow_and_update().focus.as_ref() == Some(dc);
        if !is_focused {
            tokio::select! {
                () = held.permits.asked_back() => return,
                Ok(()) = scope.changed() => continue,
            }
        }
        if scope.changed().await.is_err() {
            break;
        }
    }
    std::future::pending::<()>().await;
}

impl Drop for Held {
    fn drop(&mut self) {
        self.permit = None;
        self.permits.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_focused_datacenter_gets_a_permit_back_from_one_other() {
        let permits = Permits::new(Budget::new(2));
        let first = permits.take(false).await.unwrap();
        let second = permits.take(false).await.unwrap();
        assert!(permits.take(false).await.is_none());
        let give = |held: Held| {
            let permits = Arc::clone(&permits);
            tokio::spawn(async move {
                permits.asked_back().await;
                drop(held);
            })
        };
        let givers = [give(first), give(second)];
        let focused = permits.take(true).await.unwrap();
        assert_eq!(permits.used(), (2, 2));
        assert_eq!(givers.iter().filter(|giver| giver.is_finished()).count(), 1);
        drop(focused);
        for giver in givers {
            giver.abort();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_polls_when_nobody_has_one_to_give() {
        let permits = Permits::new(Budget::new(1));
        let _own = permits.take(true).await.unwrap();
        assert!(permits.take(true).await.is_none());
        assert_eq!(*permits.wanting.borrow(), 0);
    }
}
