//! A datacenter's services, instances and checks, counted as they change.
//!
//! Invariant: after each delta the totals equal a count over all rows.

use crate::domain::catalog::ServiceHealth;
use crate::domain::delta::{Delta, Rows};
use crate::domain::health::{Check, CheckKey, Counts};
use crate::domain::ids::ServiceName;

/// What a datacenter's rows add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Failing checks by state.
    pub checks: Counts,
    /// Instances by state, over all services.
    pub instances: Counts,
    /// Services whose count is an estimate: while there are any, so is the sum.
    pub estimated: usize,
    /// Services of which it is not known how many instances they have.
    pub uncounted: usize,
    /// Services by the state of their worst instance.
    pub services: Counts,
}

impl Totals {
    /// Takes in a change of services; `old` is what was there before it.
    pub fn services(
        &mut self,
        old: &Rows<ServiceName, ServiceHealth>,
        delta: &Delta<ServiceName, ServiceHealth>,
    ) {
        for key in delta.upserts.iter().map(|(key, _)| key).chain(&delta.removed) {
            if let Some(service) = old.get(key) {
                self.subtract(service);
            }
        }
        for (_, service) in &delta.upserts {
            self.estimated += usize::from(!service.is_exact);
            self.uncounted += usize::from(service.instances.is_none());
            self.services.add(service.counts.worst(), 1);
            merge(&mut self.instances, service.counts, usize::saturating_add);
        }
    }

    /// Takes in a change of failing checks; `old` is what was there before it.
    pub fn checks(&mut self, old: &Rows<CheckKey, Check>, delta: &Delta<CheckKey, Check>) {
        for key in delta.upserts.iter().map(|(key, _)| key).chain(&delta.removed) {
            if let Some(check) = old.get(key) {
                let mut one = Counts::default();
                one.add(check.status, 1);
                merge(&mut self.checks, one, usize::saturating_sub);
            }
        }
        for (_, check) in &delta.upserts {
            self.checks.add(check.status, 1);
        }
    }

    fn subtract(&mut self, service: &ServiceHealth) {
        let mut one = Counts::default();
        one.add(service.counts.worst(), 1);
        merge(&mut self.services, one, usize::saturating_sub);
        merge(&mut self.instances, service.counts, usize::saturating_sub);
        self.estimated = self.estimated.saturating_sub(usize::from(!service.is_exact));
        let uncounted = usize::from(service.instances.is_none());
        self.uncounted = self.uncounted.saturating_sub(uncounted);
    }
}

fn merge(sum: &mut Counts, other: Counts, with: fn(usize, usize) -> usize) {
    sum.passing = with(sum.passing, other.passing);
    sum.warning = with(sum.warning, other.warning);
    sum.critical = with(sum.critical, other.critical);
    sum.maintenance = with(sum.maintenance, other.maintenance);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delta;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn totals_equal_a_count_over_all_rows(
            states in proptest::collection::vec(
                proptest::collection::hash_map(0_u8..6, (0_usize..3, 0_usize..3, any::<bool>()), 0..6), 1..5),
        ) {
            let mut totals = Totals::default();
            let (mut shown, mut now) = (Rows::new(), Rows::new());
            for state in states {
                let rows = state.into_iter().map(|(key, (critical, passing, is_exact))| {
                    let counts = Counts { passing, critical, ..Counts::default() };
                    let name = ServiceName::from(key.to_string());
                    let instances = (critical > 0).then_some(critical + passing);
                    let default = ServiceHealth::default();
                    (name.clone(), ServiceHealth { name, instances, counts, is_exact, ..default })
                });
                let change = delta::replace(&mut now, rows);
                totals.services(&shown, &change);
                delta::apply(&mut shown, &change);
            }
            let mut expected = Totals::default();
            let all = now.iter().map(|(key, row)| (key.clone(), row.clone())).collect();
            expected.services(&Rows::new(), &Delta { upserts: all, removed: Vec::new() });
            prop_assert_eq!(totals, expected);
        }
    }
}
