//! One service or one node: its instances with all their checks.

use std::collections::HashSet;
use std::sync::Arc;

use crate::consul::read;
use crate::domain::catalog::{Instance, Node};
use crate::domain::feed::Subject;
use crate::domain::health::{self, Check, Status};
use crate::domain::ids::{NodeName, ServiceName};
use crate::domain::judge;
use crate::domain::version::Rules;
use crate::report::ask::{Asker, Got};

use super::Question;

/// What there is of a subject.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub instances: Vec<Instance>,
    /// The node and its own checks, where the subject is one and exists.
    pub node: Option<(Node, Vec<Arc<Check>>)>,
}

/// Asks for a page, if there is one to ask for.
pub(super) async fn ask(asker: &Asker, question: &Question) -> Option<(Subject, Got<Page>)> {
    let (subject, versions) = (question.subject.as_ref()?, &question.versions);
    let page = match subject {
        Subject::Service(name) => service(asker, name, versions).await,
        Subject::Node(name) => node(asker, name, versions).await,
        // Keys are printed by a command of their own.
        _ => return None,
    };
    Some((subject.clone(), page))
}

async fn service(asker: &Asker, name: &ServiceName, versions: &Arc<Rules>) -> Got<Page> {
    let told = asker.ask(read::service_instances(name, versions)).await?;
    Ok(told.map(|instances| Page { instances, node: None }))
}

async fn node(asker: &Asker, name: &NodeName, versions: &Arc<Rules>) -> Got<Page> {
    let (on_node, checks) = tokio::join!(
        asker.ask(read::node_services(name, versions)),
        asker.ask(read::node_health(name))
    );
    let told = on_node?.and(checks?);
    Ok(told.map(|(on_node, checks)| match on_node {
        None => Page { instances: Vec::new(), node: None },
        Some(on_node) => {
            let (instances, own) = judge::on_node(on_node.instances, &checks);
            let node = judged(on_node.node, &instances, &own, &checks);
            Page { instances, node: Some((node, own)) }
        }
    }))
}

fn judged(node: Node, instances: &[Instance], own: &[Arc<Check>], all: &[Arc<Check>]) -> Node {
    let is_failing = |check: &&Arc<Check>| check.status >= Status::Warning;
    Node {
        status: health::worst(own.iter().map(AsRef::as_ref)),
        failing_checks: all.iter().filter(is_failing).count(),
        services: instances.iter().map(|it| &it.service).collect::<HashSet<_>>().len(),
        ..node
    }
}
