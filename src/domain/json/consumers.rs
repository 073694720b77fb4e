//! What consumers see of an instance, as JSON.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use crate::domain::consumers::{Consumers, Gives, Row, RowKey, Way};
use crate::domain::health::Status;
use crate::domain::ids::{Dc, NodeName, ServiceId};

/// An instance, or what a load balancer takes for one. What is not known is `null`.
#[derive(Clone, Debug, Serialize)]
pub struct ConsumerJson<'a> {
    /// Its datacenter.
    pub datacenter: &'a Dc,
    /// Its id; `null` for a server that is no instance.
    pub service_id: Option<&'a ServiceId>,
    /// Its node.
    pub node: Option<&'a NodeName>,
    /// Where it serves.
    pub address: Option<Arc<str>>,
    /// Its port.
    pub port: Option<u16>,
    /// Its state in the catalog.
    pub status: Option<Status>,
    /// Whether DNS gives it: by SRV, else by its address.
    pub dns: Option<bool>,
    /// Whether `?passing` gives it.
    pub http_passing: Option<bool>,
    /// Whether consul-template gives it.
    pub consul_template: Option<bool>,
    /// What each load balancer that serves the service has it as: its state, `absent`, or `null`.
    pub balancers: IndexMap<&'a str, Option<&'a str>>,
    /// Where the ways disagree, worst first.
    pub disagreements: Vec<&'a str>,
}

impl<'a> ConsumerJson<'a> {
    /// A row of what consumers see in a datacenter.
    pub fn of(datacenter: &'a Dc, seen: &'a Consumers, row: &'a Row) -> Self {
        let it = row.instance.as_deref();
        let is_given = |way: &Way| match seen.gives(row, way)? {
            Gives::Yes | Gives::Partly => Some(true),
            Gives::No | Gives::Shared | Gives::Elsewhere(_) => Some(false),
            Gives::Unknown | Gives::NotServed | Gives::Absent | Gives::Server(_) => None,
        };
        let balancers = seen.ways.iter().filter_map(|way| {
            let Way::Balancer(name) = way else { return None };
            let state = match seen.gives(row, way)? {
                Gives::NotServed => return None,
                Gives::Server(server) => Some(server.word()),
                Gives::Unknown => None,
                _ => Some("absent"),
            };
            Some((&**name, state))
        });
        let stray = row.gives.iter().find_map(|gives| match gives {
            Gives::Server(server) if matches!(row.key, RowKey::Server(..)) => Some(server),
            _ => None,
        });
        let (host, port) = stray.map_or((None, None), |server| split(&server.address));
        let is_known = |known: Option<bool>| known.filter(|_| it.is_some());
        Self {
            datacenter,
            service_id: it.map(|it| &it.id),
            node: it.map(|it| &it.node),
            address: it.map(|it| Arc::clone(&it.address)).or(host),
            port: it.map(|it| it.port).or(port),
            status: it.map(|it| it.status),
            dns: is_known(is_given(&Way::Srv).or_else(|| is_given(&Way::Address))),
            http_passing: is_known(is_given(&Way::Passing)),
            consul_template: is_known(is_given(&Way::Template)),
            balancers: balancers.collect(),
            disagreements: row.disagreements.iter().map(|it| &*it.text).collect(),
        }
    }
}

/// Host and port of `host:port`.
fn split(address: &str) -> (Option<Arc<str>>, Option<u16>) {
    match address.rsplit_once(':') {
        Some((host, port)) => (Some(host.trim_matches(['[', ']']).into()), port.parse().ok()),
        None => (Some(address.into()).filter(|_| !address.is_empty()), None),
    }
}
