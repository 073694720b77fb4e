//! Counting the instances of services again, those that a change touches.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Board, Touched};
use crate::domain::catalog::{ServiceHealth, Summary};
use crate::domain::delta::{self, Delta};
use crate::domain::ids::ServiceName;
use crate::domain::tally::{Failing, Tally, tally};

impl Board {
    /// Counts the touched services again and returns those whose counts changed.
    pub(super) fn count_services(
        &mut self,
        touched: &Touched<ServiceName>,
    ) -> Delta<ServiceName, ServiceHealth> {
        match touched {
            Touched::All => {
                let all = self.roster.iter().flat_map(super::Roster::all);
                let Tally { services, wanted } = match &self.failing {
                    Some(failing) => tally(all, failing, &self.placement),
                    None => unknown(all),
                };
                self.wanted.set(wanted);
                delta::replace(&mut self.services, services)
            }
            Touched::Some(names) => self.recount(names),
        }
    }

    fn recount(&mut self, names: &HashSet<ServiceName>) -> Delta<ServiceName, ServiceHealth> {
        let Some(failing) = &self.failing else {
            return Delta::default();
        };
        let part: Failing = failing
            .iter()
            .filter(|(_, check)| check.is_of_node() || names.contains(&check.service_name))
            .map(|(key, check)| (key.clone(), Arc::clone(check)))
            .collect();
        let roster = self.roster.as_ref();
        let summaries = names.iter().filter_map(|name| roster?.get(name));
        let Tally { mut services, wanted } = tally(summaries, &part, &self.placement);
        let failing_nodes: HashSet<_> =
            part.values().filter(|c| c.is_of_node()).map(|c| &c.node).collect();
        self.wanted.update(wanted, |node| failing_nodes.contains(node));
        let mut delta = Delta::default();
        for name in names {
            match services.remove(name) {
                Some(now) if self.services.get(name).is_some_and(|row| **row == now) => {}
                Some(now) => delta.upserts.push((name.clone(), Arc::new(now))),
                None if self.services.contains_key(name) => delta.removed.push(name.clone()),
                None => {}
            }
        }
        delta::apply(&mut self.services, &delta);
        delta
    }
}

/// Services whose checks may not be read: nothing is known of their health.
fn unknown<'a>(summaries: impl Iterator<Item = &'a Summary>) -> Tally {
    let health = |summary: &Summary| ServiceHealth {
        name: summary.name.clone(),
        tags: Arc::clone(&summary.tags),
        instances: summary.instances,
        nodes: Arc::clone(&summary.nodes),
        ..ServiceHealth::default()
    };
    let services = summaries.map(|summary| (summary.name.clone(), health(summary))).collect();
    Tally { services, wanted: Vec::new() }
}
