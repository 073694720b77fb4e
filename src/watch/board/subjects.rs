//! The subjects that the screen shows now, and what was told of each under its ticket.

use std::collections::HashMap;
use std::sync::Arc;

use super::Ticketed;
use crate::domain::catalog::{Instance, InstanceKey};
use crate::domain::delta::{self, Rows};
use crate::domain::feed::{Body, Subject};
use crate::domain::health::Check;
use crate::domain::ids::NodeName;

/// One shown subject.
struct Shown {
    ticket: u64,
    instances: Rows<InstanceKey, Instance>,
    checks: Option<Vec<Arc<Check>>>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Subjects {
    shown: HashMap<Subject, Shown>,
}

impl Subjects {
    /// The ticket that a subject is shown under.
    pub fn ticket(&self, subject: &Subject) -> Option<u64> {
        self.shown.get(subject).map(|shown| shown.ticket)
    }

    /// Takes what is shown from now on, then what came of it; what is late is dropped.
    pub fn take(
        &mut self,
        scope: HashMap<Subject, Option<u64>>,
        instances: HashMap<(Subject, u64), Vec<Instance>>,
        checks: HashMap<(NodeName, u64), Vec<Arc<Check>>>,
        out: &mut Vec<Ticketed>,
    ) {
        for (subject, ticket) in scope {
            match ticket {
                Some(ticket) if self.ticket(&subject) != Some(ticket) => {
                    let shown = Shown { ticket, instances: Rows::new(), checks: None };
                    self.shown.insert(subject, shown);
                }
                Some(_) => {}
                None => drop(self.shown.remove(&subject)),
            }
        }
        for ((subject, ticket), list) in instances {
            let Some(shown) = self.current(&subject, ticket) else { continue };
            let rows = list.into_iter().map(|instance| (key(&instance), instance));
            let delta = delta::replace(&mut shown.instances, rows);
            if !delta.is_empty() {
                out.push((ticket, Body::Instances(subject, delta)));
            }
        }
        for ((node, ticket), checks) in checks {
            let Some(shown) = self.current(&Subject::Node(node.clone()), ticket) else { continue };
            if shown.checks.as_ref() != Some(&checks) {
                shown.checks = Some(checks.clone());
                out.push((ticket, Body::NodeChecks(node, checks)));
            }
        }
    }

    fn current(&mut self, subject: &Subject, ticket: u64) -> Option<&mut Shown> {
        self.shown.get_mut(subject).filter(|shown| shown.ticket == ticket)
    }
}

fn key(instance: &Instance) -> InstanceKey {
    InstanceKey { node: instance.node.clone(), id: instance.id.clone() }
}
