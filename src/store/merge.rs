//! Many changes at once as few: a view that is told of each row once is as right, and quicker.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::Change;
use crate::domain::ids::Dc;

/// The rows of one sort that changed, each once, by what they are rows of.
struct Rows<L, K> {
    all: HashMap<L, (HashSet<K>, Vec<K>)>,
}

impl<L: Eq + Hash, K: Clone + Eq + Hash> Rows<L, K> {
    fn new() -> Self {
        Self { all: HashMap::new() }
    }

    fn add(&mut self, of: L, keys: Vec<K>) {
        let (seen, list) = self.all.entry(of).or_default();
        list.extend(keys.into_iter().filter(|key| seen.insert(key.clone())));
    }

    fn drain(self) -> impl Iterator<Item = (L, Vec<K>)> {
        self.all.into_iter().map(|(of, (_, keys))| (of, keys))
    }
}

/// The same changes with no row named twice. What changed as a whole is named once, and what
/// happened stays in its order.
pub fn merged(changes: impl IntoIterator<Item = Change>) -> Vec<Change> {
    let (mut services, mut checks, mut nodes) = (Rows::new(), Rows::new(), Rows::new());
    let (mut instances, mut sessions) = (Rows::new(), Rows::new());
    let (mut dcs, mut rest): (HashSet<Dc>, Vec<Change>) = (HashSet::new(), Vec::new());
    let mut is_list = false;
    for change in changes {
        match change {
            Change::Datacenters => is_list = true,
            Change::Datacenter(dc) => {
                dcs.insert(dc);
            }
            Change::Services(dc, keys) => services.add(dc, keys),
            Change::Checks(dc, keys) => checks.add(dc, keys),
            Change::Nodes(dc, keys) => nodes.add(dc, keys),
            Change::Instances(dc, subject, keys) => instances.add((dc, subject), keys),
            Change::Sessions(dc, keys) => sessions.add(dc, keys),
            Change::Nothing => {}
            other => rest.push(other),
        }
    }
    let mut all: Vec<Change> = is_list.then_some(Change::Datacenters).into_iter().collect();
    all.append(&mut rest);
    all.extend(nodes.drain().map(|(dc, keys)| Change::Nodes(dc, keys)));
    all.extend(checks.drain().map(|(dc, keys)| Change::Checks(dc, keys)));
    all.extend(services.drain().map(|(dc, keys)| Change::Services(dc, keys)));
    all.extend(instances.drain().map(|((dc, of), keys)| Change::Instances(dc, of, keys)));
    all.extend(sessions.drain().map(|(dc, keys)| Change::Sessions(dc, keys)));
    all.extend(dcs.into_iter().map(Change::Datacenter));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_named_once() {
        let nodes = |dc: &str, all: &[&str]| {
            Change::Nodes(dc.into(), all.iter().map(|name| (*name).into()).collect())
        };
        let dc = |name: &str| Change::Datacenter(name.into());
        let all = [
            dc("a"),
            nodes("a", &["n", "m"]),
            nodes("b", &["n"]),
            dc("a"),
            Change::Nothing,
            nodes("a", &["m", "o"]),
            Change::Datacenters,
        ];
        let told = merged(all);
        assert!(matches!(told.first(), Some(Change::Datacenters)));
        let of_a = told.iter().find_map(|change| match change {
            Change::Nodes(dc, names) if dc.as_str() == "a" => Some(names.clone()),
            _ => None,
        });
        assert_eq!(of_a, Some(vec!["n".into(), "m".into(), "o".into()]));
        let whole = told.iter().filter(|change| matches!(change, Change::Datacenter(_))).count();
        assert_eq!((told.len(), whole), (4, 1));
    }
}
