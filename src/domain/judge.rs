//! What failing checks say of nodes, and of the instances on one node.
//!
//! Pure rules beside [`super::tally`], which counts the instances of services.

use std::collections::HashMap;
use std::sync::Arc;

use super::catalog::{Instance, Node, ServiceHealth, Summary};
use super::health::{self, Check, Status};
use super::ids::{NodeName, ServiceName};
use super::tally::Failing;

/// What is known of one node beside its entry in the catalog.
#[derive(Clone, Copy, Default)]
struct Known {
    status: Status,
    failing_checks: usize,
    services: usize,
}

/// Nodes of the catalog with the state from their own checks, their failing checks (those of their
/// services included, maintenance not) and their distinct services. Linear in all three.
pub fn nodes<'a>(
    catalog: impl IntoIterator<Item = Node>,
    summaries: impl IntoIterator<Item = &'a Summary>,
    failing: &'a Failing,
) -> Vec<Node> {
    let mut known: HashMap<&NodeName, Known> = HashMap::new();
    for check in failing.values() {
        let node = known.entry(&check.node).or_default();
        node.failing_checks += usize::from(check.status != Status::Maintenance);
        if check.is_of_node() {
            node.status = node.status.merge(check.status);
        }
    }
    for summary in summaries {
        // Sorted, with an entry for each instance where the server says so much.
        for node in summary.nodes.chunk_by(|a, b| a == b).filter_map(<[_]>::first) {
            known.entry(node).or_default().services += 1;
        }
    }
    let judged = |node: Node| {
        let Known { status, failing_checks, services } =
            known.get(&node.name).copied().unwrap_or_default();
        Node { status, failing_checks, services, ..node }
    };
    catalog.into_iter().map(judged).collect()
}

/// Instances of one node with their own checks and the node's, and the node's own checks.
pub fn on_node(
    instances: Vec<Instance>,
    checks: &[Arc<Check>],
) -> (Vec<Instance>, Vec<Arc<Check>>) {
    let own: Vec<_> = checks.iter().filter(|check| check.is_of_node()).cloned().collect();
    let judged = |instance: Instance| {
        let of_it =
            checks.iter().filter(|check| !check.is_of_node() && check.service_id == instance.id);
        let checks: Vec<_> = own.iter().chain(of_it).cloned().collect();
        let status = health::worst(checks.iter().map(AsRef::as_ref));
        Instance { checks, status, ..instance }
    };
    (instances.into_iter().map(judged).collect(), own)
}

/// Services whose checks cannot be read: nothing is known of their health, so no count is exact.
pub fn unjudged(summaries: &[Summary]) -> HashMap<ServiceName, ServiceHealth> {
    let health = |summary: &Summary| ServiceHealth {
        name: summary.name.clone(),
        tags: Arc::clone(&summary.tags),
        instances: summary.instances,
        nodes: Arc::clone(&summary.nodes),
        ..ServiceHealth::default()
    };
    summaries.iter().map(|summary| (summary.name.clone(), health(summary))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(node: &str, id: &str, service_id: &str, status: Status) -> Arc<Check> {
        Arc::new(Check {
            node: node.into(),
            id: id.into(),
            name: id.into(),
            status,
            service_id: service_id.into(),
            service_name: "web".into(),
            output: "".into(),
            notes: "".into(),
            kind: "".into(),
            create_index: 1,
            modify_index: 1,
        })
    }

    fn failing(checks: &[Arc<Check>]) -> Failing {
        checks.iter().map(|check| (check.key(), Arc::clone(check))).collect()
    }

    #[test]
    fn a_node_is_judged_by_its_own_checks_and_counts_all() {
        let checks = [
            check("n1", "disk", "", Status::Warning),
            check("n1", "a", "web-1", Status::Critical),
            check("n1", "_service_maintenance:web-2", "web-2", Status::Maintenance),
        ];
        let summary = Summary {
            name: "web".into(),
            nodes: ["n1", "n1", "n2"].map(NodeName::from).into(),
            ..Summary::default()
        };
        let catalog = ["n1", "n2"].map(|name| Node { name: name.into(), ..Node::default() });
        let out = nodes(catalog, [&summary], &failing(&checks));
        let seen: Vec<_> = out.iter().map(|n| (n.status, n.failing_checks, n.services)).collect();
        assert_eq!(seen, [(Status::Warning, 2, 1), (Status::Passing, 0, 1)]);
    }

    #[test]
    fn a_nodes_check_counts_for_every_instance_on_it() {
        let checks =
            [check("n1", "disk", "", Status::Warning), check("n1", "a", "web-1", Status::Critical)];
        let instance = |id: &str| Instance {
            service: "web".into(),
            id: id.into(),
            node: "n1".into(),
            address: "".into(),
            port: 0,
            tags: Vec::new(),
            meta: indexmap::IndexMap::default(),
            version: Arc::default(),
            checks: Vec::new(),
            status: Status::Passing,
            create_index: 1,
            modify_index: 1,
        };
        let (instances, own) = on_node(vec![instance("web-1"), instance("web-2")], &checks);
        let states: Vec<_> = instances.iter().map(|it| (it.status, it.checks.len())).collect();
        assert_eq!(states, [(Status::Critical, 2), (Status::Warning, 1)]);
        assert_eq!(own.len(), 1);
    }
}
