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

/// How many calls that do not block may be on their way to one agent. With the default budget this
/// leaves a third of the agent's limit to other tools.
const CALLS: usize = 64;

/// The allowance of one agent.
#[derive(Debug)]
pub struct Budget {
    size: usize,
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
        Arc::new(Self { size, used: AtomicUsize::new(0), calls: Arc::new(Semaphore::new(CALLS)) })
    }

    /// Takes one permit, or nothing when all are out: poll instead of blocking then.
    pub fn try_acquire(self: &Arc<Self>) -> Option<Permit> {
        self.used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                (used < self.size).then_some(used + 1)
            })
            .ok()
            .map(|_| Permit { budget: Arc::clone(self) })
    }

    /// Waits until one more call may be on its way; it is while the permit lives.
    pub(super) async fn call(&self) -> Option<OwnedSemaphorePermit> {
        // Fails only on a closed semaphore, and nothing closes it.
        Arc::clone(&self.calls).acquire_owned().await.ok()
    }

    /// How many permits are out.
    pub fn in_flight(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    /// How many there are in all.
    pub fn size(&self) -> usize {
        self.size
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
    fn one_address_has_one_budget() {
        let mut budgets = Budgets::new(3);
        let here = Address::parse("10.0.0.1:8500", false).unwrap();
        let there = Address::parse("10.0.0.2:8500", false).unwrap();
        let _permit = budgets.of(&here).try_acquire();
        assert_eq!(budgets.of(&here).in_flight(), 1);
        assert_eq!(budgets.of(&there).in_flight(), 0);
    }
}
