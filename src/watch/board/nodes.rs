//! Judging nodes by their checks, those that a change touches.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Board, Touched};
use crate::domain::catalog::Node;
use crate::domain::delta::{self, Delta};
use crate::domain::health::Status;
use crate::domain::ids::NodeName;

/// What the failing checks say of one node.
#[derive(Clone, Copy, Default)]
struct Verdict {
    status: Status,
    failing: usize,
}

impl Board {
    /// Judges the touched nodes again and returns those that changed.
    pub(super) fn judge_nodes(&mut self, touched: &Touched<NodeName>) -> Delta<NodeName, Node> {
        let verdicts = self.verdicts(touched);
        let roster = self.roster.as_ref();
        let judged = |node: &Node| {
            let verdict = verdicts.get(&node.name).copied().unwrap_or_default();
            Node {
                status: verdict.status,
                failing_checks: verdict.failing,
                services: roster.map_or(0, |roster| roster.on(&node.name).len()),
                ..node.clone()
            }
        };
        match touched {
            Touched::All => {
                let all = self.catalog.iter().flatten();
                let all: Vec<_> = all.map(|node| (node.name.clone(), judged(node))).collect();
                delta::replace(&mut self.nodes, all)
            }
            Touched::Some(names) => {
                let mut delta = Delta::default();
                for row in names.iter().filter_map(|name| self.nodes.get(name)) {
                    let now = judged(row);
                    if now != **row {
                        delta.upserts.push((now.name.clone(), Arc::new(now)));
                    }
                }
                delta::apply(&mut self.nodes, &delta);
                delta
            }
        }
    }

    fn verdicts(&self, touched: &Touched<NodeName>) -> HashMap<NodeName, Verdict> {
        let mut verdicts: HashMap<NodeName, Verdict> = HashMap::new();
        let is_meant = |name: &NodeName| match touched {
            Touched::All => true,
            Touched::Some(names) => names.contains(name),
        };
        let checks = self.failing.iter().flat_map(HashMap::values);
        for check in checks.filter(|check| is_meant(&check.node)) {
            let verdict = verdicts.entry(check.node.clone()).or_default();
            verdict.failing += usize::from(check.status != Status::Maintenance);
            if check.is_of_node() {
                verdict.status = verdict.status.merge(check.status);
            }
        }
        verdicts
    }
}
