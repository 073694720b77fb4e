//! The summaries of all services, by service and by node. Built once for each new summary.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::domain::catalog::Summary;
use crate::domain::ids::{NodeName, ServiceName};

/// The services of a datacenter, found by name and by node.
pub(super) struct Roster {
    by_name: HashMap<ServiceName, Summary, RandomState>,
    on_node: HashMap<NodeName, Vec<ServiceName>, RandomState>,
}

impl Roster {
    /// From a new summary; what did not change since `old` stays the same allocation, which rows
    /// that were told share.
    pub fn new(mut list: Vec<Summary>, old: Option<&Self>) -> Self {
        for summary in &mut list {
            if let Some(same) = old.and_then(|old| old.get(&summary.name)).filter(|o| *o == summary)
            {
                summary.clone_from(same);
            }
        }
        let mut on_node: HashMap<NodeName, Vec<ServiceName>, RandomState> = HashMap::default();
        for summary in &list {
            for entries in summary.nodes.chunk_by(|a, b| a == b) {
                let Some(node) = entries.first() else {
                    continue;
                };
                match on_node.get_mut(node) {
                    Some(services) => services.push(summary.name.clone()),
                    None => drop(on_node.insert(node.clone(), vec![summary.name.clone()])),
                }
            }
        }
        for services in on_node.values_mut() {
            services.shrink_to_fit();
        }
        let by_name = list.into_iter().map(|summary| (summary.name.clone(), summary)).collect();
        Self { by_name, on_node }
    }

    /// Every summary.
    pub fn all(&self) -> impl Iterator<Item = &Summary> {
        self.by_name.values()
    }

    /// The summary of one service.
    pub fn get(&self, name: &ServiceName) -> Option<&Summary> {
        self.by_name.get(name)
    }

    /// The services on a node, each once.
    pub fn on(&self, node: &NodeName) -> &[ServiceName] {
        self.on_node.get(node).map_or(&[], Vec::as_slice)
    }
}
