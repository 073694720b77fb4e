//! Counting instances truthfully.
//!
//! Consul's summary counts checks, and a node's check once for each instance on it, so its numbers
//! cannot be shown as instances. Here an instance's state is the worst of its own checks and its
//! node's; failing instances are those a failing check names plus every instance on a node with a
//! failing node check. How many instances of a service one node has is known at once where the
//! summary names a node for each instance; elsewhere the node's list is needed, and until it is
//! there the count says that it is not exact.

use std::collections::HashMap;
use std::sync::Arc;

use super::catalog::{ServiceHealth, Summary};
use super::health::{Check, CheckKey, Counts, Status};
use super::ids::{NodeName, ServiceId, ServiceName};

/// The failing checks of a datacenter.
pub type Failing = HashMap<CheckKey, Arc<Check>>;
/// For a node, how many instances of each service it has.
pub type Placement = HashMap<NodeName, HashMap<ServiceName, usize>>;

/// What the tally found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Every service of the summary, and those that only a failing check names.
    pub services: HashMap<ServiceName, ServiceHealth>,
    /// Failing nodes whose placement would make a count exact, sorted.
    pub wanted: Vec<NodeName>,
}

/// Failing checks, arranged by what they fail.
#[derive(Default)]
struct Broken {
    /// Nodes with a failing check of their own.
    nodes: HashMap<NodeName, Status>,
    /// For a service, its failing instances by node.
    instances: HashMap<ServiceName, HashMap<NodeName, HashMap<ServiceId, Status>>>,
}

/// Counts the instances of every service by state. Linear in failing checks plus placements.
pub fn tally<'a>(
    summaries: impl IntoIterator<Item = &'a Summary>,
    failing: &Failing,
    placement: &Placement,
) -> Tally {
    let mut broken = arrange(failing);
    let mut out = Tally::default();
    for summary in summaries {
        let own = broken.instances.remove(&summary.name).unwrap_or_default();
        let health = count(summary, &own, &broken.nodes, placement, &mut out.wanted);
        out.services.insert(summary.name.clone(), health);
    }
    // A service that the summary does not list yet, or that the token may not list.
    for (name, own) in broken.instances {
        let mut counts = Counts::default();
        for status in own.values().flat_map(HashMap::values) {
            counts.add(*status, 1);
        }
        let health = ServiceHealth { name: name.clone(), counts, ..ServiceHealth::default() };
        out.services.insert(name, health);
    }
    out.wanted.sort_unstable();
    out.wanted.dedup();
    out
}

fn arrange(failing: &Failing) -> Broken {
    let mut broken = Broken::default();
    for check in failing.values() {
        let slot = if check.is_of_node() {
            broken.nodes.entry(check.node.clone()).or_default()
        } else {
            let service = broken.instances.entry(check.service_name.clone()).or_default();
            let node = service.entry(check.node.clone()).or_default();
            node.entry(check.service_id.clone()).or_default()
        };
        *slot = slot.merge(check.status);
    }
    broken
}

fn count(
    summary: &Summary,
    own: &HashMap<NodeName, HashMap<ServiceId, Status>>,
    nodes: &HashMap<NodeName, Status>,
    placement: &Placement,
    wanted: &mut Vec<NodeName>,
) -> ServiceHealth {
    let mut counts = Counts::default();
    let mut is_exact = summary.instances.is_some();
    let is_placed = summary.instances == Some(summary.nodes.len());
    for (node, instances) in own {
        let below = nodes.get(node).copied().unwrap_or_default();
        for status in instances.values() {
            counts.add(below.merge(*status), 1);
        }
    }
    if !nodes.is_empty() {
        for entries in summary.nodes.chunk_by(|a, b| a == b) {
            let Some(node) = entries.first() else {
                continue;
            };
            let Some(status) = nodes.get(node) else {
                continue;
            };
            let known = placement.get(node).map(|services| services.get(&summary.name));
            let there = match known {
                _ if is_placed => entries.len(),
                Some(Some(n)) => *n,
                // The list is older than the summary, or not read yet: at least one is there.
                _ => {
                    wanted.push(node.clone());
                    is_exact = false;
                    1
                }
            };
            // Those with a failing check of their own are counted above.
            counts.add(*status, there.saturating_sub(own.get(node).map_or(0, HashMap::len)));
        }
    }
    if let Some(instances) = summary.instances {
        // More failing than there are: the summary is older than the checks.
        is_exact &= counts.failing() <= instances;
        counts.passing = instances.saturating_sub(counts.failing());
    }
    ServiceHealth {
        name: summary.name.clone(),
        tags: Arc::clone(&summary.tags),
        instances: summary.instances.map(|n| n.max(counts.failing())),
        counts,
        is_exact,
        nodes: Arc::clone(&summary.nodes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(node: &str, id: &str, service: &str, status: Status) -> (CheckKey, Arc<Check>) {
        let name = service.split('-').next().unwrap_or_default();
        let check = Check {
            node: node.into(),
            id: id.into(),
            name: id.into(),
            status,
            service_id: service.into(),
            service_name: name.into(),
            output: "".into(),
            notes: "".into(),
            kind: "".into(),
            create_index: 1,
            modify_index: 1,
        };
        (check.key(), Arc::new(check))
    }

    fn summary(name: &str, nodes: &[&str], instances: usize) -> Summary {
        Summary {
            name: name.into(),
            nodes: nodes.iter().map(|n| NodeName::from(*n)).collect(),
            instances: Some(instances),
            ..Summary::default()
        }
    }

    #[test]
    fn two_failing_checks_of_one_instance_count_once() {
        let failing = Failing::from([
            check("n1", "a", "web-1", Status::Warning),
            check("n1", "b", "web-1", Status::Critical),
        ]);
        let out = tally(&[summary("web", &["n1", "n2"], 2)], &failing, &Placement::new());
        let web = &out.services["web"];
        assert_eq!(web.counts, Counts { passing: 1, critical: 1, ..Counts::default() });
        assert!(web.is_exact);
    }

    #[test]
    fn a_failing_node_takes_all_its_instances_once_placement_is_known() {
        let failing = Failing::from([check("n1", "serfHealth", "", Status::Critical)]);
        let summaries = [summary("web", &["n1", "n2"], 5)];
        let guess = tally(&summaries, &failing, &Placement::new());
        assert!(!guess.services["web"].is_exact);
        assert_eq!(guess.wanted, [NodeName::from("n1")]);
        let placement = Placement::from([("n1".into(), HashMap::from([("web".into(), 3)]))]);
        let exact = tally(&summaries, &failing, &placement);
        assert_eq!(exact.services["web"].counts.critical, 3);
        assert_eq!(exact.services["web"].counts.passing, 2);
        assert!(exact.services["web"].is_exact && exact.wanted.is_empty());
    }

    #[test]
    fn a_summary_with_a_node_for_each_instance_is_exact_at_once() {
        let failing = Failing::from([check("n1", "serfHealth", "", Status::Critical)]);
        let summaries = [summary("web", &["n1", "n1", "n2"], 3)];
        let out = tally(&summaries, &failing, &Placement::new());
        assert_eq!(out.services["web"].counts.critical, 2);
        assert!(out.services["web"].is_exact && out.wanted.is_empty());
    }

    #[test]
    fn maintenance_of_a_node_covers_a_critical_instance_on_it() {
        let failing = Failing::from([
            check("n1", "_node_maintenance", "", Status::Maintenance),
            check("n1", "a", "web-1", Status::Critical),
        ]);
        let out = tally(&[summary("web", &["n1"], 1)], &failing, &Placement::new());
        let expected = Counts { maintenance: 1, ..Counts::default() };
        assert_eq!(out.services["web"].counts, expected);
    }

    #[test]
    fn a_service_known_only_by_a_failing_check_is_shown() {
        let failing = Failing::from([check("n1", "a", "web-1", Status::Critical)]);
        let out = tally(&[], &failing, &Placement::new());
        assert_eq!(out.services["web"].counts.critical, 1);
        assert_eq!(out.services["web"].instances, None);
        assert!(!out.services["web"].is_exact);
    }

    proptest! {
        /// Any catalog: the tally equals counting each instance by its own and its node's checks.
        #[test]
        fn the_tally_equals_counting_one_by_one(
            placed in proptest::collection::vec((0_usize..4, 0_usize..3, 0_u8..4), 0..24),
            node_states in proptest::collection::vec(0_u8..4, 4),
        ) {
            let state = |n: u8| [Status::Passing, Status::Maintenance, Status::Warning, Status::Critical][n as usize];
            let mut failing = Failing::new();
            let mut summaries: HashMap<usize, Summary> = HashMap::new();
            let mut placement = Placement::new();
            let mut expected: HashMap<usize, Counts> = HashMap::new();
            for (n, s) in node_states.iter().enumerate() {
                if state(*s) != Status::Passing {
                    failing.extend([check(&format!("n{n}"), "node", "", state(*s))]);
                }
            }
            for (i, (node, service, own)) in placed.iter().enumerate() {
                let (node_name, name) = (format!("n{node}"), format!("s{service}"));
                if state(*own) != Status::Passing {
                    failing.extend([check(&node_name, &format!("c{i}"), &format!("{name}-{i}"), state(*own))]);
                }
                let entry = summaries.entry(*service).or_insert_with(|| summary(&name, &[], 0));
                entry.instances = entry.instances.map(|n| n + 1);
                if !entry.nodes.contains(&NodeName::from(node_name.as_str())) {
                    let node = NodeName::from(node_name.as_str());
                    entry.nodes = entry.nodes.iter().cloned().chain([node]).collect();
                }
                *placement.entry(node_name.into()).or_default().entry(name.into()).or_default() += 1;
                expected.entry(*service).or_default().add(state(node_states[*node]).merge(state(*own)), 1);
            }
            let summaries: Vec<_> = summaries.into_values().collect();
            let out = tally(&summaries, &failing, &placement);
            for (service, counts) in expected {
                let got = &out.services[format!("s{service}").as_str()];
                prop_assert_eq!(got.counts, counts);
                prop_assert!(got.is_exact);
            }
        }
    }
}
