//! How many blocking queries may hang on one agent at a time.
//!
//! An agent resets the connection that is one too many from a client address (200 by default,
//! shared with everything else on the machine), and with it whatever else was on its way. So
//! blocking queries ask here first, and other calls queue here when there are very many. A budget
//! belongs to an *address*: datacenters reached through one agent share it, also with different
//! tokens.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Address;

/// How many calls that do not block may be on their way to one agent, at most: a third of the budget.
const CALLS: usize = 64;
/// A small budget must not starve one datacenter's calls behind those of another that is dark.
const FEWEST_CALLS: usize = 3;

/// The allowance of one agent.
#[derive(Debug)]
pub struct Budget {
    size: usize,
    /// How many permits there are while the agent takes fewer connections than hoped.
    ceiling: AtomicUsize,
    used: AtomicUsize,
    calls: Arc<Semaphore>,
}

/// The right to one blocking query at a time; dropping it gives it back.
#[derive(Debug)]
pub struct Permit {
    budget: Arc<Budget>,
}

impl Budget {
    /// A third of the agent's own limit: room for interactive calls and for other tools.
    pub const DEFAULT_SIZE: usize = 64;

    /// A budget of `size` blocking queries.
    pub fn new(size: usize) -> Arc<Self> {
        let calls = Arc::new(Semaphore::new((size / 3).clamp(FEWEST_CALLS, CALLS)));
        Arc::new(Self { size, ceiling: AtomicUsize::new(size), used: AtomicUsize::new(0), calls })
    }

    /// Takes one permit, or nothing when all are out: poll instead of blocking then.
    pub fn try_acquire(self: &Arc<Self>) -> Option<Permit> {
        self.used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                (used < self.ceiling.load(Ordering::Acquire)).then_some(used + 1)
            })
            .ok()
            .map(|_| Permit { budget: Arc::clone(self) })
    }

    /// Waits until one more call may be on its way; it is while the permit lives.
    pub(super) async fn call(&self) -> Option<OwnedSemaphorePermit> {
        // Fails only on a closed semaphore, and nothing closes it.
        Arc::clone(&self.calls).acquire_owned().await.ok()
    }

    /// The agent reset a connection: it has no room for as many as are open now. One permit fewer
    /// than are out, at least one, until [`Budget::grow`].
    pub fn shrink(&self) {
        let fewer = self.in_flight().saturating_sub(1).max(1);
        self.ceiling.fetch_min(fewer, Ordering::AcqRel);
    }

    /// Twice the permits again, up to the size; true when there was room to grow.
    pub fn grow(&self) -> bool {
        let more = |ceiling: usize| (ceiling < self.size).then(|| (ceiling * 2).min(self.size));
        self.ceiling.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// How many permits are out.
    pub fn in_flight(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// How many there are now.
    pub fn size(&self) -> usize {
        self.ceiling.load(Ordering::Acquire)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(1, Ordering::AcqRel);
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

    #[test]
    fn a_reset_leaves_fewer_permits_until_it_grows_again() {
        let budget = Budget::new(4);
        let held: Vec<_> = (0..3).filter_map(|_| budget.try_acquire()).collect();
        budget.shrink();
        assert_eq!(budget.size(), 2);
        assert!(budget.try_acquire().is_none());
        drop(held);
        budget.shrink();
        assert_eq!(budget.size(), 1, "one is always left");
        assert!(budget.grow() && budget.grow() && !budget.grow());
        assert_eq!(budget.size(), 4);
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
