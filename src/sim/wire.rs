//! The JSON that Consul 1.8 answers with, borrowed from the model.
//!
//! Field names and order are Consul's, and so is its mixture of `null`, `[]` and `{}` for nothing:
//! [`Empty`] says which of them a place uses.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::model::{Check, Node, Pairs, Service, Status, Tags};

/// How a list without elements is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// As `[]`: catalog and health endpoints.
    List,
    /// As `null`: what the official UI reads.
    Null,
}

/// `{}`: an object dcview never looks into.
#[derive(Serialize, Default)]
pub struct Nothing {}

/// A node as catalog and health endpoints show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NodeView<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    node: &'a str,
    address: &'a str,
    datacenter: &'a str,
    tagged_addresses: Option<&'a Pairs>,
    meta: Option<&'a Pairs>,
    create_index: u64,
    modify_index: u64,
}

/// An instance as it appears on its node.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceView<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    service: &'a str,
    tags: Option<&'a [Arc<str>]>,
    address: &'a str,
    meta: Option<&'a Pairs>,
    port: u16,
    weights: Weights,
    enable_tag_override: bool,
    proxy: Proxy,
    connect: Nothing,
    create_index: u64,
    modify_index: u64,
}

/// An instance as `/v1/catalog/service/NAME` shows it, its node's fields beside its own.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CatalogServiceView<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    node: &'a str,
    address: &'a str,
    datacenter: &'a str,
    tagged_addresses: Option<&'a Pairs>,
    node_meta: Option<&'a Pairs>,
    service_kind: &'static str,
    #[serde(rename = "ServiceID")]
    service_id: &'a str,
    service_name: &'a str,
    service_tags: &'a [Arc<str>],
    service_address: &'a str,
    service_weights: Weights,
    service_meta: BTreeMap<&'a str, &'a str>,
    service_port: u16,
    service_enable_tag_override: bool,
    service_proxy: Proxy,
    service_connect: Nothing,
    create_index: u64,
    modify_index: u64,
}

/// A check.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckView<'a> {
    node: &'a str,
    #[serde(rename = "CheckID")]
    id: &'a str,
    name: &'a str,
    status: Status,
    notes: &'a str,
    output: &'a str,
    #[serde(rename = "ServiceID")]
    service_id: &'a str,
    service_name: &'a str,
    service_tags: Option<&'a [Arc<str>]>,
    #[serde(rename = "Type")]
    kind: &'a str,
    definition: Nothing,
    create_index: u64,
    modify_index: u64,
}

/// An element of `/v1/health/service/NAME`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HealthServiceView<'a> {
    /// The node.
    pub node: NodeView<'a>,
    /// The instance.
    pub service: ServiceView<'a>,
    /// The node's checks, then the instance's.
    pub checks: Vec<CheckView<'a>>,
}

/// An element of `/v1/internal/ui/nodes`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UiNodeView<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    node: &'a str,
    address: &'a str,
    tagged_addresses: Option<&'a Pairs>,
    meta: Option<&'a Pairs>,
    services: Vec<ServiceView<'a>>,
    checks: Vec<CheckView<'a>>,
}

/// An element of `/v1/internal/ui/services`.
#[derive(Serialize, Default)]
#[serde(rename_all = "PascalCase")]
pub struct SummaryView<'a> {
    /// The service.
    pub name: &'a str,
    /// The tags of all its instances.
    pub tags: Option<Vec<&'a str>>,
    /// The node of each instance: a node with two of them is there twice.
    pub nodes: Vec<&'a str>,
    /// How many instances there are.
    pub instance_count: usize,
    /// Passing checks, a node's check once for each instance on it.
    pub checks_passing: usize,
    /// Warning checks, counted likewise.
    pub checks_warning: usize,
    /// Critical checks, counted likewise.
    pub checks_critical: usize,
    /// Always `null` here.
    pub external_sources: Option<()>,
    /// Always `{}` here.
    pub gateway_config: Nothing,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Weights {
    passing: u8,
    warning: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Proxy {
    mesh_gateway: Nothing,
    expose: Nothing,
}

const WEIGHTS: Weights = Weights { passing: 1, warning: 1 };
const PROXY: Proxy = Proxy { mesh_gateway: Nothing {}, expose: Nothing {} };

/// A node's view.
pub fn node<'a>(dc: &'a str, name: &'a str, node: &'a Node) -> NodeView<'a> {
    NodeView {
        id: &node.id,
        node: name,
        address: &node.address,
        datacenter: dc,
        tagged_addresses: node.tagged.as_ref(),
        meta: node.meta.as_ref(),
        create_index: node.stamp.create,
        modify_index: node.stamp.modify,
    }
}

/// An instance's view.
pub fn service<'a>(id: &'a str, service: &'a Service, empty: Empty) -> ServiceView<'a> {
    ServiceView {
        id,
        service: &service.name,
        tags: tags(&service.tags, empty),
        address: &service.address,
        meta: service.meta.as_ref(),
        port: service.port,
        weights: WEIGHTS,
        enable_tag_override: false,
        proxy: PROXY,
        connect: Nothing {},
        create_index: service.stamp.create,
        modify_index: service.stamp.modify,
    }
}

/// An instance's view beside its node's fields.
pub fn catalog_service<'a>(
    dc: &'a str,
    node: (&'a str, &'a Node),
    service: (&'a str, &'a Service),
) -> CatalogServiceView<'a> {
    let ((node_name, node), (id, service)) = (node, service);
    let meta = service.meta.iter().flat_map(|meta| meta.iter());
    CatalogServiceView {
        id: &node.id,
        node: node_name,
        address: &node.address,
        datacenter: dc,
        tagged_addresses: node.tagged.as_ref(),
        node_meta: node.meta.as_ref(),
        service_kind: "",
        service_id: id,
        service_name: &service.name,
        service_tags: &service.tags,
        service_address: &service.address,
        service_weights: WEIGHTS,
        service_meta: meta.map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        service_port: service.port,
        service_enable_tag_override: false,
        service_proxy: PROXY,
        service_connect: Nothing {},
        create_index: service.stamp.create,
        modify_index: service.stamp.modify,
    }
}

/// A check's view.
pub fn check<'a>(node: &'a str, id: &'a str, check: &'a Check, empty: Empty) -> CheckView<'a> {
    CheckView {
        node,
        id,
        name: &check.name,
        status: check.status,
        notes: &check.notes,
        output: &check.output,
        service_id: &check.service_id,
        service_name: &check.service_name,
        service_tags: tags(&check.service_tags, empty),
        kind: &check.kind,
        definition: Nothing {},
        create_index: check.stamp.create,
        modify_index: check.stamp.modify,
    }
}

/// A node's view with everything on it.
pub fn ui_node<'a>(name: &'a str, node: &'a Node) -> UiNodeView<'a> {
    let (services, checks) = (node.services.iter(), node.checks.iter());
    UiNodeView {
        id: &node.id,
        node: name,
        address: &node.address,
        tagged_addresses: node.tagged.as_ref(),
        meta: node.meta.as_ref(),
        services: services.map(|(id, value)| service(id, value, Empty::Null)).collect(),
        checks: checks.map(|(id, value)| check(name, id, value, Empty::Null)).collect(),
    }
}

fn tags(tags: &Tags, empty: Empty) -> Option<&[Arc<str>]> {
    (!tags.is_empty() || empty == Empty::List).then_some(&**tags)
}
