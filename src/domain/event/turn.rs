//! What an event says of how well something is: whether it is a turn for the worse, and of which
//! check it tells the state.
//!
//! It goes by the words that each kind of event has for its states.

use super::checks::status_of;
use super::streams::STALLED;
use super::{Event, Kind, Object};
use crate::domain::health::{CheckKey, Status};
use crate::domain::ids::{CheckId, NodeName};

/// The check by which gossip tells whether a node lives.
const GOSSIP: &str = "serfHealth";
const NODE_MAINTENANCE: &str = "_node_maintenance";
const SERVICE_MAINTENANCE: &str = "_service_maintenance:";

impl Event {
    /// How bad the state is that it came to; `None` where that is neither good nor bad (a key, a
    /// version, a write, what is gone).
    pub fn status(&self) -> Option<Status> {
        let word = &*self.to;
        match self.kind {
            Kind::Check => status_of(word),
            Kind::Maintenance if word.is_empty() => Some(Status::Passing),
            Kind::Maintenance => Some(Status::Maintenance),
            Kind::Leader if word == "none" => Some(Status::Critical),
            Kind::Node | Kind::Datacenter => of_word(word),
            Kind::Replication => of_verdict(word),
            Kind::Leader
            | Kind::Instance
            | Kind::Version
            | Kind::Kv
            | Kind::UserEvent
            | Kind::Write => None,
        }
    }

    /// The check whose change it tells, and the states before and after: of a node's gossip and of
    /// maintenance too, which are checks in Consul. What is not on a list of failing checks passes, or
    /// is gone.
    pub fn of_check(&self) -> Option<(CheckKey, Status, Status)> {
        let (key, state): (CheckKey, fn(&str) -> Status) = match (self.kind, &self.object) {
            (Kind::Check, Object::Check { node, id, .. }) => (of(node, id.as_str()), of_check),
            (Kind::Node, Object::Node(node)) => (of(node, GOSSIP), of_gossip),
            (Kind::Maintenance, Object::Node(node)) => (of(node, NODE_MAINTENANCE), of_maintenance),
            (Kind::Maintenance, Object::Instance { node, id, .. }) => {
                (of(node, &format!("{SERVICE_MAINTENANCE}{id}")), of_maintenance)
            }
            _ => return None,
        };
        Some((key, state(&self.from), state(&self.to)))
    }
}

fn of(node: &NodeName, id: &str) -> CheckKey {
    CheckKey { node: node.clone(), id: CheckId::from(id) }
}

fn of_check(word: &str) -> Status {
    status_of(word).unwrap_or_default()
}

fn of_gossip(word: &str) -> Status {
    if word == "failed" { Status::Critical } else { Status::Passing }
}

fn of_maintenance(word: &str) -> Status {
    if word.is_empty() { Status::Passing } else { Status::Maintenance }
}

/// How bad a verdict on a stream is.
fn of_verdict(word: &str) -> Option<Status> {
    match word {
        "DRIFT" => Some(Status::Critical),
        _ if word.ends_with(STALLED) => Some(Status::Critical),
        "LAGGING" | "EXTRA" => Some(Status::Warning),
        "IN SYNC" => Some(Status::Passing),
        _ => None,
    }
}

/// How bad a word is, as far as it is a state.
fn of_word(word: &str) -> Option<Status> {
    let is_one_of = |words: &[&str]| words.contains(&word);
    if is_one_of(&["critical", "failed", "dark"]) {
        Some(Status::Critical)
    } else if is_one_of(&["warning", "left"]) {
        Some(Status::Warning)
    } else if is_one_of(&["passing", "alive", "live"]) {
        Some(Status::Passing)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::tests::check;
    use crate::domain::replication::Verdict;

    fn event(kind: Kind, object: Object, from: &str, to: &str) -> Event {
        Event { kind, object, from: from.into(), to: to.into(), ..check("dc-1", "n", "a-1", "") }
    }

    #[test]
    fn every_kind_has_its_own_words_for_good_and_bad() {
        use Status::{Critical, Maintenance, Passing, Warning};
        let node = || Object::Node("n-1".into());
        for (kind, to, status) in [
            (Kind::Check, "critical", Some(Critical)),
            (Kind::Check, "passing or gone", Some(Passing)),
            (Kind::Check, "", None),
            (Kind::Check, "not critical", None),
            (Kind::Node, "failed", Some(Critical)),
            (Kind::Node, "left", Some(Warning)),
            (Kind::Node, "joined", None),
            (Kind::Maintenance, "maintenance", Some(Maintenance)),
            (Kind::Maintenance, "", Some(Passing)),
            (Kind::Leader, "none", Some(Critical)),
            (Kind::Leader, "server-1", None),
            (Kind::Datacenter, "dark", Some(Critical)),
            (Kind::Kv, "critical", None),
            (Kind::Replication, Verdict::Drift.word(), Some(Critical)),
            (Kind::Replication, "LAGGING, stalled", Some(Critical)),
            (Kind::Replication, Verdict::Lagging.word(), Some(Warning)),
            (Kind::Replication, Verdict::Extra.word(), Some(Warning)),
            (Kind::Replication, Verdict::InSync.word(), Some(Passing)),
        ] {
            assert_eq!(event(kind, node(), "", to).status(), status, "{kind:?} {to}");
        }
    }

    #[test]
    fn gossip_and_maintenance_are_told_of_their_checks() {
        use Status::{Critical, Maintenance, Passing};
        let tells = |event: &Event| {
            let (key, from, to) = event.of_check()?;
            Some((key.node.to_string(), key.id.to_string(), from, to))
        };
        let told = |node: &str, id: &str, from, to| Some((node.into(), id.into(), from, to));
        let one = |kind, object, from, to| tells(&event(kind, object, from, to));
        let node = || Object::Node("n-1".into());
        let failed = one(Kind::Node, node(), "alive", "failed");
        assert_eq!(failed, told("n-1", "serfHealth", Passing, Critical));
        let begun = one(Kind::Maintenance, node(), "", "maintenance");
        assert_eq!(begun, told("n-1", "_node_maintenance", Passing, Maintenance));
        let web = Object::Instance { service: "web".into(), node: "n".into(), id: "web-1".into() };
        let over = one(Kind::Maintenance, web.clone(), "maintenance", "");
        assert_eq!(over, told("n", "_service_maintenance:web-1", Maintenance, Passing));
        assert_eq!(one(Kind::Instance, web, "", "registered"), None);
    }
}
