//! How many connections to one agent are in use, and who may open another.
//!
//! An agent resets the connection that is one too many from a client address (200 by default,
//! shared with everything else on the machine). So blocking queries ask here first, other calls
//! queue here when there are very many, and where the agent has less [`Room`] than that, all of them
//! share what there is. A budget belongs to an *address*: datacenters reached through one agent
//! share it, also with different tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Address;
use super::room::Room;

/// How many calls may be on their way to one agent, at most: a third of the budget.
const CALLS: usize = 64;
/// A small budget must not starve one datacenter's calls behind those of another that is dark.
const FEWEST_CALLS: usize = 3;

/// The allowance of one agent.
#[derive(Debug)]
pub struct Budget {
    size: usize,
    calls: Arc<Semaphore>,
    open: Mutex<Open>,
    freed: Notify,
}

/// What is open now, or about to be.
#[derive(Debug, Default)]
struct Open {
    /// Permits that are out.
    blocking: usize,
    /// Everything else that is on its way.
    calls: usize,
    /// Those of them that nobody waits for.
    polls: usize,
    room: Room,
}

/// The right to one blocking query at a time; dropping it gives it back.
#[derive(Debug)]
pub struct Permit {
    budget: Arc<Budget>,
}

/// What is on its way without blocking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody waits for it.
    Call,
    /// A list that is asked for in the background.
    Poll,
}

/// The right to be on the way; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Turn {
    budget: Arc<Budget>,
    kind: Kind,
}

impl Budget {
    /// A third of the agent's own limit: room for interactive calls and for other tools.
    pub const DEFAULT_SIZE: usize = 64;

    /// A budget of `size` blocking queries.
    pub fn new(size: usize) -> Arc<Self> {
        let calls = Arc::new(Semaphore::new((size / 3).clamp(FEWEST_CALLS, CALLS)));
        Arc::new(Self { size, calls, open: Mutex::default(), freed: Notify::new() })
    }

    /// Takes one permit, or nothing when all are out: poll instead of blocking then.
    pub fn try_acquire(self: &Arc<Self>) -> Option<Permit> {
        let mut open = self.open();
        let is_free = open.blocking < open.room.for_blocking(self.size);
        is_free.then(|| {
            open.blocking += 1;
            Permit { budget: Arc::clone(self) }
        })
    }

    /// Waits until one more call may be on its way; it is while the permit lives.
    pub(super) async fn call(&self) -> Option<OwnedSemaphorePermit> {
        // Fails only on a closed semaphore, and nothing closes it.
        Arc::clone(&self.calls).acquire_owned().await.ok()
    }

    /// Waits for room to be on the way. At once, unless the agent is short of connections.
    pub(super) async fn turn(self: &Arc<Self>, kind: Kind) -> Turn {
        loop {
            // Made before looking: what is freed in between wakes it.
            let freed = self.freed.notified();
            if let Some(turn) = self.try_turn(kind) {
                return turn;
            }
            freed.await;
        }
    }

    fn try_turn(self: &Arc<Self>, kind: Kind) -> Option<Turn> {
        let mut open = self.open();
        let most = open.room.for_calls(open.blocking);
        let is_free = match kind {
            Kind::Call => open.calls < most,
            // One is left to calls, where there is more than one.
            Kind::Poll => open.calls < most && open.polls < (most - 1).max(1),
        };
        is_free.then(|| {
            open.calls += 1;
            open.polls += usize::from(kind == Kind::Poll);
            Turn { budget: Arc::clone(self), kind }
        })
    }

    /// The agent answered something.
    pub(super) fn answered(&self) {
        // Twice the permits are more than all that ever is open at once.
        if self.open().room.answered(self.size.saturating_mul(2), Instant::now()) {
            self.freed.notify_waiters();
        }
    }

    /// The agent refused a connection, whose turn or permit is still out. False when it is the
    /// agent that went away.
    pub(super) fn refused(&self) -> bool {
        let mut open = self.open();
        let all = open.blocking + open.calls;
        let is_alive = open.room.refused(all, Instant::now());
        if !is_alive {
            self.freed.notify_waiters();
        }
        is_alive
    }

    /// A refused connection found no room for long: if nothing ever did, it is not room that lacks.
    pub(super) fn given_up(&self) {
        if !self.open().room.was_heard() {
            self.gone();
        }
    }

    /// Nobody listens there.
    pub(super) fn gone(&self) {
        self.open().room.gone();
        self.freed.notify_waiters();
    }

    /// True while the agent takes fewer connections than wanted.
    pub fn is_short(&self) -> bool {
        self.open().room.is_short()
    }

    /// How many permits are out.
    pub fn in_flight(&self) -> usize {
        self.open().blocking
    }

    /// How many there are now.
    pub fn size(&self) -> usize {
        self.open().room.for_blocking(self.size)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.open().blocking -= 1;
        self.budget.freed.notify_waiters();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut open = self.budget.open();
        open.calls -= 1;
        open.polls -= usize::from(self.kind == Kind::Poll);
        drop(open);
        self.budget.freed.notify_waiters();
    }
}

/// Hands out one budget an address.
#[derive(Debug)]
pub struct Budgets {
    size: usize,
    by_address: HashMap<String, Arc<Budget>>,
}

impl Budgets {
    /// Budgets of `size` blocking queries each.
    pub fn new(size: usize) -> Self {
        Self { size, by_address: HashMap::new() }
    }

    /// The budget of the agent at `address`, the same one for every caller.
    pub fn of(&mut self, address: &Address) -> Arc<Budget> {
        let size = self.size;
        let budget =
            self.by_address.entry(address.to_string()).or_insert_with(|| Budget::new(size));
        Arc::clone(budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_refuses_until_a_permit_comes_back() {
        let budget = Budget::new(2);
        let first = budget.try_acquire().unwrap();
        let _second = budget.try_acquire().unwrap();
        assert!(budget.try_acquire().is_none());
        assert_eq!(budget.in_flight(), 2);
        drop(first);
        assert_eq!(budget.in_flight(), 1);
        assert!(budget.try_acquire().is_some());
    }

    #[tokio::test]
    async fn a_short_agent_is_shared_and_calls_go_before_polls() {
        let budget = Budget::new(64);
        let held: Vec<_> = (0..4).filter_map(|_| budget.try_acquire()).collect();
        let first = budget.turn(Kind::Call).await;
        budget.answered();
        assert!(budget.refused() && budget.is_short());
        assert_eq!((budget.in_flight(), budget.size()), (4, 1));
        assert!(budget.try_acquire().is_none());

        let poll = budget.turn(Kind::Poll).await;
        let waiting = tokio::spawn({
            let budget = Arc::clone(&budget);
            async move { drop(budget.turn(Kind::Call).await) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "two are on their way");
        drop(first);
        waiting.await.unwrap();
        assert!(budget.try_turn(Kind::Poll).is_none(), "the second place is not for polls");

        budget.gone();
        assert!(budget.try_turn(Kind::Poll).is_some() && budget.try_acquire().is_some());
        drop((held, poll));
        assert_eq!(budget.in_flight(), 0);
    }

    #[test]
    fn one_address_has_one_budget() {
        let mut budgets = Budgets::new(3);
        let here = Address::parse("10.0.0.1:8500", false).unwrap();
        let there = Address::parse("10.0.0.2:8500", false).unwrap();
        let _permit = budgets.of(&here).try_acquire();
        assert_eq!(budgets.of(&here).in_flight(), 1);
        assert_eq!(budgets.of(&there).in_flight(), 0);
    }
}
