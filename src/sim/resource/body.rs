//! The bodies of readable things.
//!
//! Consul's exact JSON, written straight from the model. What is expensive at 100,000 instances is
//! kept by the caller; the service summaries are kept one by one, because a check that changes
//! touches one service out of thousands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::keys::{entries, keys};
use super::{Instances, Resource};
use crate::sim::answer::to_bytes;
use crate::sim::catalog::{Catalog, Place};
use crate::sim::model::{Check, Node, Service, Status};
use crate::sim::state::State;
use crate::sim::wire::{self, Empty};

impl Resource {
    /// The body of its answer; `None` stands for 404.
    pub fn body(&self, dc: &str, state: &mut State) -> Option<Bytes> {
        let catalog = &state.catalog;
        let body = match self {
            Self::Nodes => nodes(dc, catalog),
            Self::Services => to_bytes(&tags_by_service(catalog, &[])),
            Self::ServicesOn(meta) => to_bytes(&tags_by_service(catalog, meta)),
            Self::Node(name) => node(dc, name, catalog),
            Self::NodeServices(name) => node_services(dc, name, catalog),
            Self::CatalogService(name, tags) => catalog_service(dc, name, tags, catalog),
            Self::Checks(status) => checks_in(*status, catalog),
            Self::NoChecks => Bytes::from_static(b"[]"),
            Self::ChecksOfNode(name) => checks_of_node(name, catalog),
            Self::ChecksOfService(name) => checks_of_service(name, catalog),
            Self::HealthService(name, which, tags) => {
                health_service(dc, name, (*which, tags), catalog)
            }
            Self::Summary => summary(&mut state.catalog),
            Self::UiNodes => {
                list(catalog.nodes.iter().map(|(name, node)| wire::ui_node(name, node)))
            }
            Self::Sessions => list(state.sessions.values()),
            Self::Session(id) => list(state.sessions.get(id).into_iter()),
            Self::Coordinates => coordinates(catalog),
            Self::Key(key) => entries(state.kv.get(key).map(|entry| (key, entry)))?,
            Self::RawKey(key) => state.kv.get(key)?.value.clone(),
            Self::Entries(prefix) => entries(state.kv.under(prefix))?,
            Self::Keys(prefix, separator) => keys(prefix, separator, &state.kv)?,
        };
        Some(body)
    }
}

/// A list written element by element, without a vector in between.
pub fn list<T: Serialize>(items: impl Iterator<Item = T>) -> Bytes {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut out);
    // Into memory, and with shapes that always serialise: there is nothing to fail.
    let _ = serializer.collect_seq(items);
    Bytes::from(out)
}

fn nodes(dc: &str, catalog: &Catalog) -> Bytes {
    list(catalog.nodes.iter().map(|(name, node)| wire::node(dc, name, node)))
}

/// The tags of each service that has an instance on a node with this meta data.
fn tags_by_service<'a>(
    catalog: &'a Catalog,
    meta: &[(Arc<str>, Arc<str>)],
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let is_wanted = |node: &&Node| {
        let has = |(key, value): &(Arc<str>, Arc<str>)| {
            node.meta.as_ref().and_then(|meta| meta.get(&**key)).is_some_and(|it| **it == **value)
        };
        meta.iter().all(has)
    };
    let tags_of = |places: &'a BTreeSet<Place>| {
        let nodes = places.iter().filter_map(|(node, id)| {
            let node = catalog.nodes.get(node).filter(is_wanted)?;
            node.services.get(id)
        });
        let mut nodes = nodes.peekable();
        nodes.peek()?;
        Some(nodes.flat_map(|service| service.tags.iter().map(|tag| &**tag)).collect())
    };
    let services = catalog.services.iter();
    services.filter_map(|(name, service)| Some((&**name, tags_of(&service.places)?))).collect()
}

fn node(dc: &str, name: &Arc<str>, catalog: &Catalog) -> Bytes {
    let Some(node) = catalog.nodes.get(name) else {
        return Bytes::from_static(b"null");
    };
    let services: BTreeMap<_, _> = node
        .services
        .iter()
        .map(|(id, service)| (&**id, wire::service(id, service, Empty::List)))
        .collect();
    to_bytes(&json!({ "Node": wire::node(dc, name, node), "Services": services }))
}

fn node_services(dc: &str, name: &Arc<str>, catalog: &Catalog) -> Bytes {
    let Some(node) = catalog.nodes.get(name) else {
        return Bytes::from_static(br#"{"Node":null,"Services":null}"#);
    };
    let services = node.services.iter();
    let services: Vec<_> =
        services.map(|(id, service)| wire::service(id, service, Empty::List)).collect();
    let services = (!services.is_empty()).then_some(services);
    to_bytes(&json!({ "Node": wire::node(dc, name, node), "Services": services }))
}

/// Every instance of a service: its node's name and node, its id.
fn instances<'a>(
    name: &str,
    catalog: &'a Catalog,
) -> impl Iterator<Item = (&'a str, &'a Node, &'a str)> {
    let places = catalog.services.get(name).map(|service| service.places.iter());
    places
        .into_iter()
        .flatten()
        .filter_map(|(node, id)| Some((&**node, catalog.nodes.get(node)?, &**id)))
}

/// Whether an instance has all of these tags, in whatever letters.
fn has_tags(service: &Service, tags: &[Arc<str>]) -> bool {
    tags.iter().all(|wanted| service.tags.iter().any(|tag| tag.to_lowercase() == **wanted))
}

fn catalog_service(dc: &str, name: &str, tags: &[Arc<str>], catalog: &Catalog) -> Bytes {
    list(instances(name, catalog).filter_map(|(node_name, node, id)| {
        let service = node.services.get(id).filter(|service| has_tags(service, tags))?;
        Some(wire::catalog_service(dc, (node_name, node), (id, service)))
    }))
}

fn health_service(
    dc: &str,
    name: &str,
    (which, tags): (Instances, &[Arc<str>]),
    catalog: &Catalog,
) -> Bytes {
    let passes = |check: &Check| check.status == Status::Passing;
    list(instances(name, catalog).filter_map(|(node_name, node, id)| {
        let wanted = which == Instances::All || node.checks_for(id).all(|(_, check)| passes(check));
        let service = node.services.get(id).filter(|service| wanted && has_tags(service, tags))?;
        Some(wire::HealthServiceView {
            node: wire::node(dc, node_name, node),
            service: wire::service(id, service, Empty::List),
            checks: node
                .checks_for(id)
                .map(|(id, check)| wire::check(node_name, id, check, Empty::List))
                .collect(),
        })
    }))
}

fn checks_in(status: Option<Status>, catalog: &Catalog) -> Bytes {
    if let Some(failing @ (Status::Warning | Status::Critical)) = status {
        return list(
            catalog
                .failing(failing)
                .map(|(node, id, check)| wire::check(node, id, check, Empty::List)),
        );
    }
    list(catalog.nodes.iter().flat_map(|(name, node)| {
        node.checks
            .iter()
            .filter(move |(_, check)| status.is_none_or(|status| check.status == status))
            .map(move |(id, check)| wire::check(name, id, check, Empty::List))
    }))
}

fn checks_of_node(name: &Arc<str>, catalog: &Catalog) -> Bytes {
    let checks = catalog.nodes.get(name).into_iter().flat_map(|node| node.checks.iter());
    list(checks.map(|(id, check)| wire::check(name, id, check, Empty::List)))
}

fn checks_of_service(name: &str, catalog: &Catalog) -> Bytes {
    list(instances(name, catalog).flat_map(|(node_name, node, id)| {
        node.checks
            .iter()
            .filter(move |(_, check)| *check.service_id == *id)
            .map(move |(id, check)| wire::check(node_name, id, check, Empty::List))
    }))
}

fn coordinates(catalog: &Catalog) -> Bytes {
    list(catalog.nodes.iter().filter_map(|(name, node)| {
        Some(json!({ "Node": name, "Segment": "", "Coord": node.coordinate? }))
    }))
}

fn summary(catalog: &mut Catalog) -> Bytes {
    let stale: Vec<_> = catalog
        .services
        .iter()
        .filter(|(_, service)| service.summary.is_none())
        .map(|(name, _)| (Arc::clone(name), to_bytes(&summarise(name, catalog))))
        .collect();
    for (name, bytes) in stale {
        if let Some(service) = catalog.services.get_mut(&name) {
            service.summary = Some(bytes);
        }
    }
    let mut out = BytesMut::new();
    out.put_u8(b'[');
    for bytes in catalog.services.values().filter_map(|service| service.summary.as_ref()) {
        if out.len() > 1 {
            out.put_u8(b',');
        }
        out.put_slice(bytes);
    }
    out.put_u8(b']');
    out.freeze()
}

fn summarise<'a>(name: &'a str, catalog: &'a Catalog) -> wire::SummaryView<'a> {
    let mut view = wire::SummaryView { name, ..wire::SummaryView::default() };
    let mut tags = BTreeSet::new();
    for (node_name, node, id) in instances(name, catalog) {
        view.nodes.push(node_name);
        view.instance_count += 1;
        tags.extend(node.services.get(id).into_iter().flat_map(|service| service.tags.iter()));
        for (_, check) in node.checks_for(id) {
            match check.status {
                Status::Passing => view.checks_passing += 1,
                Status::Warning => view.checks_warning += 1,
                Status::Critical => view.checks_critical += 1,
            }
        }
    }
    view.tags = (!tags.is_empty()).then(|| tags.into_iter().map(|tag| &**tag).collect());
    view
}
