//! The dependencies that all datacenters together say, as a graph of services.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Graph, Node};
use super::{Edge, Edges, Source};
use crate::domain::ids::{Dc, ServiceName};

/// An edge of all datacenters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The one that calls, and the one that is called.
    pub ends: (Node, Node),
    /// Who says it, and where it is known from.
    pub told: BTreeSet<(Dc, Source)>,
    /// Other datacenters that are called.
    pub to_dcs: BTreeSet<Dc>,
}

/// Services and who calls whom.
#[derive(Clone, Debug, Default)]
pub struct Net {
    names: Vec<ServiceName>,
    links: Vec<Link>,
    graph: Graph,
}

impl Net {
    /// The net of what the datacenters say. Nodes are in the order of their names, so that a net
    /// that changed a little is numbered almost like before.
    pub fn of<'a>(all: impl Iterator<Item = (&'a Dc, &'a Edges)>) -> Self {
        let mut links: BTreeMap<(&ServiceName, &ServiceName), Link> = BTreeMap::new();
        for (dc, edges) in all {
            for Edge { from, to, to_dc, source } in &edges.edges {
                let link = links.entry((from, to)).or_default();
                link.told.insert((dc.clone(), *source));
                link.to_dcs.extend(to_dc.iter().filter(|other| *other != dc).cloned());
            }
        }
        let names = links.keys().flat_map(|(a, b)| [*a, *b]).collect();
        Self::joined(&names, links)
    }

    /// The same with another name for each node: those of one name become one node, and what is
    /// between them is left out.
    pub(super) fn renamed(&self, names: &[ServiceName]) -> Self {
        let mut links: BTreeMap<(&ServiceName, &ServiceName), Link> = BTreeMap::new();
        for link in &self.links {
            let (from, to) = (&names[link.ends.0], &names[link.ends.1]);
            if from != to || *from == self.names[link.ends.0] {
                let joined = links.entry((from, to)).or_default();
                joined.told.extend(link.told.iter().cloned());
                joined.to_dcs.extend(link.to_dcs.iter().cloned());
            }
        }
        Self::joined(&names.iter().collect(), links)
    }

    fn joined(
        names: &BTreeSet<&ServiceName>,
        links: BTreeMap<(&ServiceName, &ServiceName), Link>,
    ) -> Self {
        let names: Vec<ServiceName> = names.iter().map(|name| (*name).clone()).collect();
        let place = |name: &ServiceName| names.binary_search(name).unwrap_or_default();
        let links: Vec<Link> = links
            .into_iter()
            .map(|((from, to), link)| Link { ends: (place(from), place(to)), ..link })
            .collect();
        let graph = Graph::new(names.len(), links.iter().map(|link| link.ends));
        Self { names, links, graph }
    }

    /// The services, in the order of their numbers.
    pub fn names(&self) -> &[ServiceName] {
        &self.names
    }

    /// The edges, by the names of their ends.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Who calls whom.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The number of a service.
    pub fn find(&self, name: &ServiceName) -> Option<Node> {
        self.names.binary_search(name).ok()
    }

    /// The name of a node.
    pub fn name(&self, node: Node) -> Option<&ServiceName> {
        self.names.get(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_say_is_one_link() {
        let edge = |from: &str, to: &str, source| Edge {
            from: from.into(),
            to: to.into(),
            to_dc: Some("dc-2".into()),
            source,
        };
        let of = |edges| Edges { edges, ..Edges::default() };
        let one = of(vec![edge("web", "api", Source::Meta), edge("api", "db", Source::Tag)]);
        let two = of(vec![edge("web", "api", Source::Proxy)]);
        let (a, b) = (Dc::from("dc-1"), Dc::from("dc-2"));
        let net = Net::of([(&a, &one), (&b, &two)].into_iter());
        assert_eq!(net.names(), [ServiceName::from("api"), "db".into(), "web".into()]);
        assert_eq!(net.links().len(), 2);
        let web = net.links().iter().find(|link| link.ends == (2, 0)).unwrap();
        assert_eq!(web.told.len(), 2);
        assert_eq!(web.to_dcs.len(), 1, "the own datacenter is no other");
        assert_eq!(net.graph().calls(2), [0]);
    }
}
