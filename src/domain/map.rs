//! Who calls whom: the dependencies between services, and where each is known from.
//!
//! What one datacenter says are [`Edges`]; [`net`] joins those of all, [`fold`] makes a large
//! one small. [`graph`] answers what an incident asks, [`layout`] and [`wires`] say where a drawing has its nodes and lines.

pub mod fold;
pub mod graph;
pub mod layout;
pub mod net;
pub mod sparse;
pub mod wires;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ids::{Dc, ServiceName};
use fold::By;

/// Where an edge is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A Connect proxy that is registered with this upstream.
    Proxy,
    /// The list of a gateway.
    Gateway,
    /// Meta data of an instance.
    Meta,
    /// A tag of the service.
    Tag,
    /// An intention that allows it.
    Intention,
    /// The operator's file.
    File,
    /// A prepared query that goes to other datacenters where the own one has no instance.
    Query,
    /// What Consul itself makes of the mesh's configuration (1.9 and newer).
    Topology,
}

impl Source {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::Gateway => "gateway",
            Self::Meta => "meta",
            Self::Tag => "tag",
            Self::Intention => "intention",
            Self::File => "file",
            Self::Query => "query",
            Self::Topology => "topology",
        }
    }
}

/// That one service calls another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// The one that calls.
    pub from: ServiceName,
    /// The one that is called.
    pub to: ServiceName,
    /// The datacenter that is called; `None` for the own one.
    pub to_dc: Option<Dc>,
    /// Where it is known from.
    pub source: Source,
}

/// What one datacenter says, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// The edges, sorted, each once.
    pub edges: Vec<Edge>,
    /// Services that were read, and how many there are.
    pub read: (usize, usize),
    /// What could not be read, and why.
    pub problems: Vec<Arc<str>>,
    /// When all of it was read (UTC); `None` before.
    pub at: Option<DateTime<Utc>>,
    /// True where ACLs may hide some.
    pub may_be_filtered: bool,
}

/// How dependencies are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The keys of instances' meta data that name services, separated by commas.
    pub meta: Vec<Arc<str>>,
    /// What a tag begins with that names a service.
    pub tag: Arc<str>,
    /// Edges of the operator's file.
    pub file: Vec<(ServiceName, ServiceName)>,
    /// By what services are folded where there are many.
    pub group: By,
}

impl Default for Told {
    fn default() -> Self {
        let meta = ["upstreams", "depends-on"].map(Arc::from).to_vec();
        let group = By::default();
        Self { meta, tag: Arc::from("upstream:"), file: Vec::new(), group }
    }
}

impl Told {
    /// The services that a text of meta data names, each with the datacenter where it says one:
    /// `billing, ledger@dc-2`.
    pub fn named(text: &str) -> impl Iterator<Item = (ServiceName, Option<Dc>)> {
        let all = text.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty());
        all.map(|name| match name.split_once('@') {
            Some((service, dc)) => (service.into(), Some(dc.into())),
            None => (name.into(), None),
        })
    }

    /// The edges of a service's tags.
    pub fn of_tags<'a>(
        &'a self,
        from: &'a ServiceName,
        tags: &'a [Arc<str>],
    ) -> impl Iterator<Item = Edge> + 'a {
        let named = tags.iter().filter_map(|tag| tag.strip_prefix(&*self.tag));
        named.flat_map(Self::named).map(|(to, to_dc)| Edge {
            from: from.clone(),
            to,
            to_dc,
            source: Source::Tag,
        })
    }

    /// Reads the operator's file: `from to` a line, `#` begins a remark.
    ///
    /// # Errors
    /// The first line that is none, by its number.
    pub fn of_file(text: &str) -> Result<Vec<(ServiceName, ServiceName)>, String> {
        let mut edges = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                [from, to] | [from, "->", to] => edges.push(((*from).into(), (*to).into())),
                _ => return Err(format!("line {}: '{line}' is not 'FROM TO'", number + 1)),
            }
        }
        Ok(edges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_meta_tags_and_a_file() {
        let named: Vec<_> = Told::named("billing, ledger@dc-2").collect();
        assert_eq!(named, [("billing".into(), None), ("ledger".into(), Some("dc-2".into()))]);
        let tags: Vec<Arc<str>> = vec!["v1".into(), "upstream:queue".into()];
        let told = Told::default();
        let edges: Vec<Edge> = told.of_tags(&"web".into(), &tags).collect();
        assert!(edges.len() == 1 && edges[0].to.as_str() == "queue");
        let file = Told::of_file("# who calls whom\nweb api\napi -> db # slow\n\n").unwrap();
        assert_eq!(file, [("web".into(), "api".into()), ("api".into(), "db".into())]);
        assert!(Told::of_file("web\n").unwrap_err().starts_with("line 1: 'web'"));
    }
}
