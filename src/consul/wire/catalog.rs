//! Services, instances and nodes of the catalog.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;

use super::check::WireCheck;
use super::{Interner, Text, nullable};
use crate::domain::catalog::{Instance, Node, Summary};
use crate::domain::health;
use crate::domain::ids::{Dc, NodeName, ServiceName};

/// A node and what is registered on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnNode {
    /// The node; its health is not in this answer.
    pub node: Node,
    /// Its instances, without their checks.
    pub instances: Vec<Instance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireSummary<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(default, deserialize_with = "nullable")]
    tags: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "nullable")]
    nodes: Vec<Text<'a>>,
    instance_count: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireNode<'a> {
    #[serde(borrow)]
    node: Text<'a>,
    address: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    meta: IndexMap<Text<'a>, Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireService<'a> {
    #[serde(borrow, rename = "ID")]
    id: Text<'a>,
    service: Text<'a>,
    address: Text<'a>,
    port: u16,
    #[serde(deserialize_with = "nullable")]
    tags: Vec<Text<'a>>,
    #[serde(deserialize_with = "nullable")]
    meta: IndexMap<Text<'a>, Text<'a>>,
    create_index: u64,
    modify_index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireInstance<'a> {
    #[serde(borrow)]
    node: WireNode<'a>,
    service: WireService<'a>,
    #[serde(default, deserialize_with = "nullable")]
    checks: Vec<WireCheck<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireOnNode<'a> {
    #[serde(borrow)]
    node: Option<WireNode<'a>>,
    #[serde(default, deserialize_with = "nullable")]
    services: Vec<WireService<'a>>,
}

/// `/v1/internal/ui/services`.
pub(crate) fn summaries(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Summary>> {
    let list: Option<Vec<WireSummary<'_>>> = serde_json::from_str(text)?;
    let read = |wire: WireSummary<'_>| {
        let mut nodes: Vec<NodeName> = wire.nodes.iter().map(|node| names.name(node)).collect();
        // One entry for each instance, in no order; an equal summary must compare equal.
        nodes.sort_unstable();
        Summary {
            name: names.name(&wire.name),
            tags: wire.tags.iter().map(|tag| names.text(tag)).collect(),
            nodes: nodes.into(),
            instances: wire.instance_count,
        }
    };
    Ok(list.unwrap_or_default().into_iter().map(read).collect())
}

/// `/v1/catalog/services`: names and tags only.
pub(crate) fn names(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Summary>> {
    let map: Option<IndexMap<Text<'_>, Option<Vec<Text<'_>>>>> = serde_json::from_str(text)?;
    let read = |(name, tags): (Text<'_>, Option<Vec<Text<'_>>>)| Summary {
        name: names.name(&name),
        tags: tags.unwrap_or_default().iter().map(|tag| names.text(tag)).collect(),
        ..Summary::default()
    };
    Ok(map.unwrap_or_default().into_iter().map(read).collect())
}

/// `/v1/catalog/nodes`; their health is not in it.
pub(crate) fn nodes(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Node>> {
    let list: Option<Vec<WireNode<'_>>> = serde_json::from_str(text)?;
    Ok(list.unwrap_or_default().iter().map(|wire| wire.read(names)).collect())
}

/// `/v1/health/service/X`.
pub(crate) fn instances(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Instance>> {
    let list: Option<Vec<WireInstance<'_>>> = serde_json::from_str(text)?;
    let read = |wire: &WireInstance<'_>| {
        let mut instance = wire.service.read(&wire.node, names);
        instance.checks = wire.checks.iter().map(|check| check.read(names)).collect();
        instance.status = health::worst(instance.checks.iter().map(AsRef::as_ref));
        instance
    };
    Ok(list.unwrap_or_default().iter().map(read).collect())
}

/// `/v1/catalog/node-services/X`; `None` when there is no such node.
pub(crate) fn node_services(
    text: &str,
    names: &mut Interner,
) -> serde_json::Result<Option<OnNode>> {
    let answer: Option<WireOnNode<'_>> = serde_json::from_str(text)?;
    let Some(WireOnNode { node: Some(node), services }) = answer else {
        return Ok(None);
    };
    let instances = services.iter().map(|service| service.read(&node, names)).collect();
    Ok(Some(OnNode { node: node.read(names), instances }))
}

/// `/v1/catalog/datacenters`, nearest first.
pub(crate) fn datacenters(text: &str, names: &mut Interner) -> serde_json::Result<Vec<Dc>> {
    let list: Option<Vec<Text<'_>>> = serde_json::from_str(text)?;
    Ok(list.unwrap_or_default().iter().map(|name| names.name(name)).collect())
}

impl WireNode<'_> {
    fn read(&self, names: &mut Interner) -> Node {
        Node {
            name: names.name(&self.node),
            address: names.text(&self.address),
            meta: Arc::new(meta(&self.meta, names)),
            ..Node::default()
        }
    }
}

impl WireService<'_> {
    fn read(&self, node: &WireNode<'_>, names: &mut Interner) -> Instance {
        let address = if self.address.is_empty() { &node.address } else { &self.address };
        Instance {
            service: names.name(&self.service),
            id: names.name(&self.id),
            node: names.name(&node.node),
            address: names.text(address),
            port: self.port,
            tags: self.tags.iter().map(|tag| names.text(tag)).collect(),
            meta: meta(&self.meta, names),
            version: Arc::default(),
            checks: Vec::new(),
            status: health::Status::default(),
            create_index: self.create_index,
            modify_index: self.modify_index,
        }
    }
}

impl OnNode {
    /// How many instances of each service there are on the node.
    pub fn placement(&self) -> HashMap<ServiceName, usize> {
        let mut placement = HashMap::new();
        for instance in &self.instances {
            *placement.entry(instance.service.clone()).or_default() += 1;
        }
        placement
    }
}

fn meta(wire: &IndexMap<Text<'_>, Text<'_>>, names: &mut Interner) -> IndexMap<Arc<str>, Arc<str>> {
    wire.iter().map(|(key, value)| (names.text(key), names.text(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::Status;

    #[test]
    fn a_summary_names_a_node_for_each_instance() {
        let text = include_str!("../../../tests/fixtures/ui-services.json");
        let read = summaries(text, &mut Interner::default()).unwrap();
        let web = read.iter().find(|s| s.name.as_str() == "web").unwrap();
        assert_eq!(web.instances, Some(3));
        let nodes: Vec<&str> = web.nodes.iter().map(NodeName::as_str).collect();
        assert_eq!(nodes, ["host-1", "host-1", "host-2"]);
        let untagged = read.iter().find(|s| s.name.as_str() == "consul").unwrap();
        assert!(untagged.tags.is_empty());
    }

    #[test]
    fn the_list_of_names_knows_no_instances() {
        let read = names(r#"{"consul":[],"web":["v1"],"db":null}"#, &mut Interner::default());
        let read = read.unwrap();
        assert_eq!(read.len(), 3);
        assert!(read.iter().all(|s| s.instances.is_none()));
    }

    #[test]
    fn an_instance_takes_its_nodes_checks_and_address() {
        let text = include_str!("../../../tests/fixtures/health-service.json");
        let read = instances(text, &mut Interner::default()).unwrap();
        let states: Vec<Status> = read.iter().map(|instance| instance.status).collect();
        assert_eq!(states, [Status::Passing, Status::Warning, Status::Critical]);
        assert!(read[0].create_index > 0);
        assert!(!read[0].address.is_empty());
    }

    #[test]
    fn a_node_that_is_gone_is_none() {
        for text in ["null", r#"{"Node":null,"Services":null}"#] {
            assert_eq!(node_services(text, &mut Interner::default()).unwrap(), None);
        }
    }

    #[test]
    fn the_services_of_a_node_are_counted() {
        let text = include_str!("../../../tests/fixtures/node-services.json");
        let read = node_services(text, &mut Interner::default()).unwrap().unwrap();
        assert_eq!(read.placement()["web"], 2);
        assert_eq!(read.node.name.as_str(), "host-1");
        assert_eq!(read.instances.len(), 3);
    }
}
