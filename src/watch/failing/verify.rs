//! Asking what became of checks that are on no list of failing ones any more.
//!
//! A node's checks, or a service's, are read once: the least number of questions that tell of all.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::consul::read::{self, Meta, Query};
use crate::domain::health::Check;
use crate::domain::ids::{NodeName, ServiceName};
use crate::watch::context::Context;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// On so many nodes each is asked for its checks; on more, each service.
const NODES: usize = 8;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Question {
    /// All checks of a node.
    Node(NodeName),
    /// All checks of a service.
    Service(ServiceName),
}

/// A question, and the checks that it is about.
pub(super) type Asked = (Question, Vec<Arc<Check>>);

/// An answer: the rows, none when it could not be had.
pub(super) struct Found {
    pub asked: Vec<Arc<Check>>,
    pub rows: Option<(Vec<Arc<Check>>, Meta)>,
}

/// The questions that tell of all of these.
pub(super) fn questions(checks: Vec<Arc<Check>>) -> Vec<Asked> {
    let of_node = |check: &Check| Question::Node(check.node.clone());
    let of_service = |check: &Check| {
        let name = &check.service_name;
        if name.is_empty() { of_node(check) } else { Question::Service(name.clone()) }
    };
    let by_node = grouped(&checks, of_node);
    let all = if by_node.len() <= NODES { by_node } else { grouped(&checks, of_service) };
    let mut all: Vec<Asked> = all.into_iter().collect();
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    all
}

fn grouped(
    checks: &[Arc<Check>],
    by: impl Fn(&Check) -> Question,
) -> HashMap<Question, Vec<Arc<Check>>> {
    let mut groups: HashMap<Question, Vec<Arc<Check>>> = HashMap::new();
    for check in checks {
        groups.entry(by(check)).or_default().push(Arc::clone(check));
    }
    groups
}

/// Asks.
pub(super) async fn ask(ctx: Arc<Context>, (question, asked): Asked) -> Found {
    let far = ctx.vital.borrow().is_far();
    let query: Query<Vec<Arc<Check>>> = match &question {
        Question::Node(node) => read::node_health(node),
        Question::Service(name) => read::service_checks(name),
    };
    let query = query.with(|request| request.timeout(PATIENCE).gzip(far));
    let rows = query.fetch(&ctx.client).await.ok();
    // Without a leader, an answer may be older than what is known.
    Found { asked, rows: rows.filter(|(_, meta)| meta.known_leader != Some(false)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Status;

    fn check(node: &str, service: &str) -> Arc<Check> {
        Arc::new(Check {
            node: node.into(),
            id: "c".into(),
            name: "c".into(),
            status: Status::Critical,
            service_id: service.into(),
            service_name: service.into(),
            output: "".into(),
            notes: "".into(),
            kind: "".into(),
            create_index: 1,
            modify_index: 1,
        })
    }

    #[test]
    fn few_nodes_are_asked_each_and_many_by_their_services() {
        let of = |nodes: usize| {
            let checks = (0..nodes).map(|n| check(&format!("n{n}"), "web")).collect();
            questions(checks).into_iter().map(|(question, _)| question).collect::<Vec<_>>()
        };
        assert_eq!(of(1), [Question::Node("n0".into())]);
        assert_eq!(of(8).len(), 8);
        assert_eq!(of(300), [Question::Service("web".into())]);
        let both = questions((0..9).map(|n| check(&format!("n{n}"), "")).collect());
        assert_eq!(both.len(), 9, "a node's own checks are of no service");
    }
}
