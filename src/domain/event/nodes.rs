//! What happened to nodes: those that joined the catalog and those that left it.
//!
//! That a node failed or recovered is told by its check `serfHealth` ([`super::checks`]). A node that
//! goes and comes back between two answers did neither.

use std::collections::HashSet;
use std::sync::Arc;

use super::checks::Moment;
use super::{Event, Kind, Object};
use crate::domain::ids::NodeName;

/// The state of a node of the catalog that came, and of one that went.
const JOINED: &str = "joined";
const LEFT: &str = "left";
/// What is said of one that went, where the token may have shortened the list.
pub const HIDDEN: &str = "or the token may no longer see it";

/// What happened between two lists of all nodes.
pub fn between(
    before: &HashSet<NodeName>,
    now: &HashSet<NodeName>,
    moment: Moment,
    may_be_filtered: bool,
) -> Vec<Event> {
    let sorted = |some: std::collections::hash_set::Difference<NodeName, _>| {
        let mut names: Vec<NodeName> = some.cloned().collect();
        names.sort_unstable();
        names
    };
    let event = |node, from: &str, to: &str, detail: &str| Event {
        at: moment.at,
        after: moment.after,
        dc: moment.dc.clone(),
        kind: Kind::Node,
        object: Object::Node(node),
        from: from.into(),
        to: to.into(),
        detail: Arc::from(detail),
        index: moment.index,
    };
    let came = sorted(now.difference(before)).into_iter();
    let went = sorted(before.difference(now)).into_iter();
    let hidden = if may_be_filtered { HIDDEN } else { "" };
    let came = came.map(|node| event(node, "", JOINED, ""));
    came.chain(went.map(|node| event(node, JOINED, LEFT, hidden))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn told(before: &[String], now: &[String]) -> Vec<Event> {
        let names = |all: &[String]| all.iter().map(|name| NodeName::from(name.as_str())).collect();
        let dc = "dc-1".into();
        let moment = Moment { dc: &dc, at: DateTime::UNIX_EPOCH, after: None, index: 7 };
        between(&names(before), &names(now), moment, false)
    }

    #[test]
    fn those_that_came_and_went_are_told_by_name() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let events = told(&names(&["a", "b", "c"]), &names(&["b", "e", "d"]));
        let texts: Vec<String> =
            events.iter().map(|it| format!("{}: {} > {}", it.object, it.from, it.to)).collect();
        assert_eq!(texts, ["d:  > joined", "e:  > joined", "a: joined > left", "c: joined > left"]);
    }

    proptest! {
        /// Whatever the lists: the events turn the one into the other, one event a node.
        #[test]
        fn events_turn_one_list_into_the_other(
            a in proptest::collection::hash_set("[a-e]", 0..5),
            b in proptest::collection::hash_set("[a-e]", 0..5),
        ) {
            let list = |set: &HashSet<String>| set.iter().cloned().collect::<Vec<_>>();
            let mut nodes = a.clone();
            for event in told(&list(&a), &list(&b)) {
                let name = event.object.to_string();
                let is_new = if &*event.to == JOINED { nodes.insert(name) } else { nodes.remove(&name) };
                prop_assert!(is_new);
            }
            prop_assert_eq!(nodes, b);
        }
    }
}
