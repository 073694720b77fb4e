//! Folding: services that belong together as one node, so that a large map stays readable.
//!
//! Pure. Services belong together by the first words of their names, or by a tag. A group is worth a
//! node of its own from three services on; of names, one that has more than half of all services
//! is parted by the next word, where that parts most of it again. Invariants: each service is in one
//! group or in none; equal input gives equal output; a group is never called like a service.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::graph::Node;
use super::net::Net;
use crate::domain::ids::ServiceName;

/// So many services are a group.
const FEWEST: usize = 3;
/// What ends a word of a name.
const ENDS: [char; 3] = ['-', '_', '.'];

/// By what services belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The first words of their names.
    #[default]
    Name,
    /// A tag that begins so.
    Tag(Arc<str>),
    /// Nothing is folded.
    Nothing,
}

impl By {
    /// Reads `name`, `none` or `tag:PREFIX`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("tag", prefix)) if !prefix.is_empty() => Some(Self::Tag(prefix.into())),
            None if text == "name" => Some(Self::Name),
            None if text == "none" => Some(Self::Nothing),
            _ => None,
        }
    }

    /// As it is written.
    pub fn text(&self) -> String {
        match self {
            Self::Name => String::from("name"),
            Self::Tag(prefix) => format!("tag:{prefix}"),
            Self::Nothing => String::from("none"),
        }
    }
}

/// A net in which groups are one node each.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The nodes: groups, and the services that are in none or in an open one.
    pub net: Arc<Net>,
    /// The services of each group that is folded, by its name.
    groups: BTreeMap<ServiceName, Vec<ServiceName>>,
}

impl Folded {
    /// The net as it is.
    pub fn flat(net: &Arc<Net>) -> Self {
        Self { net: Arc::clone(net), groups: BTreeMap::new() }
    }

    /// How many groups are folded.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The net with its groups, but for the open ones; `tags` gives a service's tags.
    pub fn of(
        net: &Net,
        by: &By,
        open: &HashSet<ServiceName>,
        tags: impl Fn(&ServiceName) -> Vec<Arc<str>>,
    ) -> Self {
        let all: Vec<Node> = (0..net.names().len()).collect();
        let mut found: BTreeMap<String, Vec<Node>> = match by {
            By::Nothing => BTreeMap::new(),
            By::Name => by_name(net, &all, 1, all.len() / 2),
            By::Tag(prefix) => by_tag(net, &all, |name| {
                tags(name).iter().filter(|tag| tag.starts_with(&**prefix)).min().cloned()
            }),
        };
        found.retain(|name, members| {
            let name = ServiceName::from(name.as_str());
            members.len() >= FEWEST && net.find(&name).is_none() && !open.contains(&name)
        });
        let mut names: Vec<ServiceName> = net.names().to_vec();
        let mut groups = BTreeMap::new();
        for (name, members) in found {
            let name = ServiceName::from(name.as_str());
            let inside = members.iter().filter_map(|node| net.name(*node).cloned()).collect();
            for node in members {
                names[node] = name.clone();
            }
            groups.insert(name, inside);
        }
        Self { net: Arc::new(net.renamed(&names)), groups }
    }

    /// The services of a folded group; `None` for a service.
    pub fn group(&self, name: &ServiceName) -> Option<&[ServiceName]> {
        self.groups.get(name).map(Vec::as_slice)
    }

    /// The services that a node stands for: those of a group, or the service itself.
    pub fn members<'a>(&'a self, name: &'a ServiceName) -> &'a [ServiceName] {
        self.group(name).unwrap_or_else(|| std::slice::from_ref(name))
    }

    /// The folded group that a service is in.
    pub fn group_of(&self, service: &ServiceName) -> Option<&ServiceName> {
        let has = |(_, members): &(_, &Vec<ServiceName>)| members.binary_search(service).is_ok();
        self.groups.iter().find(has).map(|(name, _)| name)
    }
}

/// Groups by the first `words` words of names; one of more than `most` by one word more.
fn by_name(net: &Net, nodes: &[Node], words: usize, most: usize) -> BTreeMap<String, Vec<Node>> {
    let mut groups: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for node in nodes {
        let name = net.name(*node).map_or("", ServiceName::as_str);
        let first: Vec<&str> = name.split_inclusive(ENDS).take(words).collect();
        // The last word ends with the name, and is no beginning of another.
        if first.last().is_some_and(|word| word.ends_with(ENDS)) && first.len() == words {
            groups.entry(format!("{}*", first.concat())).or_default().push(*node);
        }
    }
    let large: BTreeSet<String> = groups
        .iter()
        .filter(|(_, members)| members.len() > most)
        .map(|(name, _)| name.clone())
        .collect();
    for name in large {
        let parts = by_name(net, &groups[&name], words + 1, most);
        let inside = parts.values().map(Vec::len).filter(|len| *len >= FEWEST);
        if inside.sum::<usize>() * 2 > groups[&name].len() {
            groups.remove(&name);
            groups.extend(parts);
        }
    }
    groups
}

fn by_tag(
    net: &Net,
    nodes: &[Node],
    tag: impl Fn(&ServiceName) -> Option<Arc<str>>,
) -> BTreeMap<String, Vec<Node>> {
    let mut groups: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for node in nodes {
        if let Some(tag) = net.name(*node).and_then(&tag) {
            groups.entry(tag.to_string()).or_default().push(*node);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Dc;
    use crate::domain::map::{Edge, Edges, Source};

    fn net(pairs: &[(&str, &str)]) -> Net {
        let edge = |(from, to): &(&str, &str)| Edge {
            from: (*from).into(),
            to: (*to).into(),
            to_dc: None,
            source: Source::Meta,
        };
        let edges = Edges { edges: pairs.iter().map(edge).collect(), ..Edges::default() };
        Net::of([(&Dc::from("dc-1"), &edges)].into_iter())
    }

    fn names(folded: &Folded) -> Vec<&str> {
        folded.net.names().iter().map(ServiceName::as_str).collect()
    }

    const PAIRS: &[(&str, &str)] = &[
        ("web", "pay-a"),
        ("pay-a", "pay-b"),
        ("pay-b", "pay-c"),
        ("pay-c", "db-main"),
        ("web", "ship-a"),
    ];

    #[test]
    fn names_with_a_first_word_in_common_are_one_node() {
        let net = net(PAIRS);
        let folded = Folded::of(&net, &By::Name, &HashSet::new(), |_| Vec::new());
        assert_eq!(names(&folded), ["db-main", "pay-*", "ship-a", "web"]);
        let pay = ServiceName::from("pay-*");
        assert_eq!(folded.members(&pay).len(), 3);
        assert_eq!(folded.group_of(&"pay-b".into()), Some(&pay));
        assert_eq!(folded.net.links().len(), 3, "what is inside is not drawn");
        let open = HashSet::from([pay]);
        let opened = Folded::of(&net, &By::Name, &open, |_| Vec::new());
        assert_eq!(names(&opened), names(&Folded::flat(&Arc::new(net))));
    }

    #[test]
    fn a_word_that_most_have_is_followed_by_the_next() {
        let mut pairs = Vec::new();
        for team in ["pay", "ship"] {
            pairs.extend((0..4).map(|n| (format!("acme-{team}-{n}"), String::from("acme-db"))));
        }
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (&**a, &**b)).collect();
        let folded = Folded::of(&net(&pairs), &By::Name, &HashSet::new(), |_| Vec::new());
        assert_eq!(names(&folded), ["acme-db", "acme-pay-*", "acme-ship-*"]);
        // Where the next word parts nothing, the group stays whole.
        let pairs: Vec<(String, String)> =
            (0..9).map(|n| (format!("mesh-{n}"), format!("mesh-{}", n + 1))).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (&**a, &**b)).collect();
        let folded = Folded::of(&net(&pairs), &By::Name, &HashSet::new(), |_| Vec::new());
        assert_eq!(names(&folded), ["mesh-*"]);
    }

    #[test]
    fn a_tag_makes_groups_and_no_group_is_called_like_a_service() {
        let by = By::Tag("team:".into());
        let tags = |name: &ServiceName| match name.as_str() {
            "web" | "ship-a" | "pay-a" => vec![Arc::from("v1"), Arc::from("team:shop")],
            _ => Vec::new(),
        };
        let folded = Folded::of(&net(PAIRS), &by, &HashSet::new(), tags);
        assert_eq!(names(&folded), ["db-main", "pay-b", "pay-c", "team:shop"]);
        let taken = net(&[("pay-a", "pay-*"), ("pay-b", "pay-c")]);
        let folded = Folded::of(&taken, &By::Name, &HashSet::new(), |_| Vec::new());
        assert_eq!(names(&folded).len(), 4);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["name", "none", "tag:team="] {
            assert_eq!(By::parse(text).unwrap().text(), text);
        }
        assert!(["", "tag:", "names", "meta:x"].into_iter().all(|it| By::parse(it).is_none()));
    }
}
