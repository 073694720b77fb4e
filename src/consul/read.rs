//! Typed reads: which path answers what, and how its answer is read.
//!
//! A [`Query`] is a request and its parser. It is fetched once ([`Query::fetch`]) or asked again
//! and again by the watch layer, which adds blocking and consistency to the request. Names are
//! percent-encoded here. Wrong JSON is [`ApiError::BadAnswer`], with the endpoint and the place.

pub mod prepared;
pub mod primary;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::wire::{self, AgentSelf, Interner, OnNode};
use super::{Answer, ApiError, Class, Client, Request, encode_segment};
use crate::domain::catalog::{Instance, Node, Summary};
use crate::domain::coordinate::Coordinate;
use crate::domain::event::fired::Fired;
use crate::domain::health::{Check, Status};
use crate::domain::ids::{Dc, NodeName, ServiceName};
use crate::domain::map::{Edge, Told as Depends};
use crate::domain::server::Servers;
use crate::domain::version::Rules;
use crate::domain::wan::Member;

/// The id of the policy that sees and may do everything.
pub const GLOBAL_MANAGEMENT: &str = "00000000-0000-0000-0000-000000000001";

/// Meta data of no node, and a tag of no instance.
const NOWHERE: &str = "dcview-asks-for:none";

/// Longer bodies are read on a thread of their own, so that no other task of the runtime waits.
const READ_INLINE: usize = 64 << 10;

type Parser<T> = dyn Fn(&str, &mut Interner) -> serde_json::Result<T> + Send + Sync;

/// A request and how its answer is read.
pub struct Query<T> {
    request: Request,
    parse: Arc<Parser<T>>,
}

/// What came with an answer beside its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// The HTTP status.
    pub status: u16,
    /// `X-Consul-Index`.
    pub index: Option<u64>,
    /// `X-Consul-Knownleader`.
    pub known_leader: Option<bool>,
    /// `X-Consul-Lastcontact`.
    pub last_contact: Option<Duration>,
    /// True when the server says that it left out what the token may not see.
    pub filtered: bool,
    /// From sending to the last byte.
    pub elapsed: Duration,
    /// From sending to the headers.
    pub to_first_byte: Duration,
    /// The body's length.
    pub bytes: usize,
}

impl Meta {
    /// What came with this answer.
    pub fn of(answer: &Answer) -> Self {
        Self {
            status: answer.status,
            index: answer.index,
            known_leader: answer.known_leader,
            last_contact: answer.last_contact,
            filtered: answer.filtered,
            elapsed: answer.elapsed,
            to_first_byte: answer.to_first_byte,
            bytes: answer.body.len(),
        }
    }
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self { request: self.request.clone(), parse: Arc::clone(&self.parse) }
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("request", &self.request).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Query<T> {
    /// A GET of `path` and the parser of its answer. A 404 of KV is given to it as empty text.
    pub(super) fn new(
        path: impl Into<String>,
        parse: impl Fn(&str, &mut Interner) -> serde_json::Result<T> + Send + Sync + 'static,
    ) -> Self {
        Self { request: Request::get(path), parse: Arc::new(parse) }
    }

    /// The path that is asked.
    pub fn path(&self) -> &str {
        &self.request.path
    }

    /// The plain request: not blocking, answered by the leader.
    pub fn request(&self) -> Request {
        self.request.clone()
    }

    /// The same with another request, made from its own (`with(|request| request.stale())`).
    #[must_use]
    pub fn with(self, change: impl FnOnce(Request) -> Request) -> Self {
        Self { request: change(self.request), parse: self.parse }
    }

    /// Asks once.
    ///
    /// # Errors
    /// As [`Client::send`]; [`ApiError::BadAnswer`] when the answer is not what it should be.
    pub async fn fetch(&self, client: &Client) -> Result<(T, Meta), ApiError> {
        let answer = client.send(self.request()).await?;
        let meta = Meta::of(&answer);
        let (value, _) = self.read(answer, Interner::default()).await;
        Ok((value?, meta))
    }

    /// Reads an answer to this query; gives the interner back, pruned of nothing.
    pub(crate) async fn read(
        &self,
        answer: Answer,
        names: Interner,
    ) -> (Result<T, ApiError>, Interner) {
        let parse = Arc::clone(&self.parse);
        if answer.body.len() <= READ_INLINE {
            return read(&*parse, &answer, names);
        }
        let path = answer.path.clone();
        let task = tokio::task::spawn_blocking(move || read(&*parse, &answer, names));
        task.await.unwrap_or_else(|died| {
            let what = format!("it could not be read: {died}");
            (Err(ApiError::BadAnswer { path, what }), Interner::default())
        })
    }
}

fn read<T>(
    parse: &Parser<T>,
    answer: &Answer,
    mut names: Interner,
) -> (Result<T, ApiError>, Interner) {
    let value = answer.read_json(|text| parse(text, &mut names));
    (value, names)
}

/// The checks in this state; maintenance is among the critical ones.
pub fn failing(status: Status) -> Query<Vec<Arc<Check>>> {
    let word = if status == Status::Maintenance { Status::Critical } else { status }.word();
    Query::new(format!("/v1/health/state/{word}"), wire::checks)
}

/// Every service with its nodes and the number of its instances.
pub fn services() -> Query<Vec<Summary>> {
    Query::new("/v1/internal/ui/services", wire::summaries)
}

/// Every service by name only, where [`services`] is refused.
pub fn service_names() -> Query<Vec<Summary>> {
    Query::new("/v1/catalog/services", wire::names)
}

/// Whom the instances of a service call, as far as their registrations say: only those that say
/// something are asked for.
pub fn edges(name: &ServiceName, told: &Arc<Depends>) -> Query<wire::Said> {
    let path = format!("/v1/catalog/service/{}", encode_segment(name.as_str()));
    let has = |key: &Arc<str>| format!("\"{}\" in ServiceMeta", key.replace(['"', '\\'], ""));
    let kinds = std::iter::once(String::from("ServiceKind != \"\""));
    let filter = kinds.chain(told.meta.iter().map(has)).collect::<Vec<_>>().join(" or ");
    let told = Arc::clone(told);
    Query::new(path, move |text, _| wire::edges(text, &told))
        .with(|request| request.query("filter", &filter))
}

/// The services that a gateway leads to.
pub fn gateway_services(name: &ServiceName) -> Query<Vec<Edge>> {
    let path = format!("/v1/catalog/gateway-services/{}", encode_segment(name.as_str()));
    Query::new(path, wire::gateway_services)
}

/// Whom a service of the mesh calls, as Consul itself works it out, and whether some are hidden; an
/// older version has no such answer.
pub fn topology(name: &ServiceName) -> Query<(Vec<Edge>, bool)> {
    let path = format!("/v1/internal/ui/service-topology/{}", encode_segment(name.as_str()));
    let name = name.clone();
    Query::new(path, move |text, _| wire::topology(text, &name))
        .with(|request| request.query("kind", ""))
}

/// Who may call whom, by name.
pub fn intentions() -> Query<Vec<Edge>> {
    Query::new("/v1/connect/intentions", wire::intentions)
}

/// Every node, without its health.
pub fn nodes() -> Query<Vec<Node>> {
    Query::new("/v1/catalog/nodes", wire::nodes)
}

/// The instances of a service, with their checks and their nodes', and their versions by these
/// rules.
pub fn service_instances(name: &ServiceName, versions: &Arc<Rules>) -> Query<Vec<Instance>> {
    let path = format!("/v1/health/service/{}", encode_segment(name.as_str()));
    let versions = Arc::clone(versions);
    Query::new(path, move |text, names| {
        let mut instances = wire::instances(text, names)?;
        name_versions(&versions, &mut instances);
        Ok(instances)
    })
}

/// The registration index: it moves when an instance or a node is registered, changed or
/// deregistered, and not with checks. An answer without content: no node has this meta data.
pub fn registrations() -> Query<()> {
    Query::new("/v1/catalog/services", |_, _| Ok(())).with(|it| it.query("node-meta", NOWHERE))
}

/// A service's own index: it moves with its instances, their checks and their nodes. An answer
/// without content: no instance has this tag.
pub fn service_index(name: &ServiceName) -> Query<()> {
    let path = format!("/v1/catalog/service/{}", encode_segment(name.as_str()));
    Query::new(path, |_, _| Ok(())).with(|request| request.query("tag", NOWHERE))
}

/// A node and its instances, without checks, with their versions by these rules; `None` when there
/// is no such node.
pub fn node_services(node: &NodeName, versions: &Arc<Rules>) -> Query<Option<OnNode>> {
    let path = format!("/v1/catalog/node-services/{}", encode_segment(node.as_str()));
    let versions = Arc::clone(versions);
    Query::new(path, move |text, names| {
        let mut on_node = wire::node_services(text, names)?;
        if let Some(on_node) = &mut on_node {
            name_versions(&versions, &mut on_node.instances);
        }
        Ok(on_node)
    })
}

fn name_versions(versions: &Rules, instances: &mut [Instance]) {
    for instance in instances {
        instance.version = versions.version(instance);
    }
}

/// All checks of a node, those of its services included.
pub fn node_health(node: &NodeName) -> Query<Vec<Arc<Check>>> {
    let path = format!("/v1/health/node/{}", encode_segment(node.as_str()));
    Query::new(path, wire::checks)
}

/// All checks of a service's instances, their nodes' own left out.
pub fn service_checks(name: &ServiceName) -> Query<Vec<Arc<Check>>> {
    let path = format!("/v1/health/checks/{}", encode_segment(name.as_str()));
    Query::new(path, wire::checks)
}

/// The datacenters that the agent knows, nearest first.
pub fn datacenters() -> Query<Vec<Dc>> {
    Query::new("/v1/catalog/datacenters", wire::datacenters)
}

/// The leader's address; empty when there is none.
pub fn leader() -> Query<Arc<str>> {
    Query::new("/v1/status/leader", wire::leader)
}

/// The servers as autopilot sees them; `expected` is left 0.
pub fn servers() -> Query<Servers> {
    Query::new("/v1/operator/autopilot/health", wire::servers)
}

/// The servers of all federated datacenters, as the agent's gossip knows them.
pub fn members_wan() -> Query<Vec<Member>> {
    Query::new("/v1/agent/members", wire::members).with(|request| request.query("wan", "1"))
}

/// The coordinates of all federated datacenters' servers.
pub fn coordinates_wan() -> Query<HashMap<Dc, Vec<Coordinate>>> {
    Query::new("/v1/coordinate/datacenters", wire::wan_coordinates)
}

/// A node's coordinates, one for each network segment that it is in.
pub fn coordinates_of(node: &NodeName) -> Query<Vec<Coordinate>> {
    let path = format!("/v1/coordinate/node/{}", encode_segment(node.as_str()));
    Query::new(path, wire::coordinates)
}

/// Who the agent is.
pub fn agent_self() -> Query<AgentSelf> {
    Query::new("/v1/agent/self", wire::agent_self)
}

/// The user events that the agent heard: its own list, whatever the datacenter.
pub fn user_events() -> Query<Vec<Fired>> {
    Query::new("/v1/event/list", wire::user_events)
}

/// The ids of the policies of the token that is used ([`GLOBAL_MANAGEMENT`] among them or not).
pub fn token_self() -> Query<Vec<Arc<str>>> {
    Query::new("/v1/acl/token/self", wire::policies)
}

/// True when it is sure that nothing is left out of a list for want of permission: ACLs are off, or
/// the token may do everything. Servers before 1.11 do not say so with the list itself.
pub async fn sees_all(client: &Client) -> bool {
    match token_self().fetch(client).await {
        Ok((policies, _)) => policies.iter().any(|id| **id == *GLOBAL_MANAGEMENT),
        // ACLs are off, or this version cannot say.
        Err(error) => error.class() == Class::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_percent_encoded() {
        let request = service_instances(&"a/b c".into(), &Arc::default()).request();
        assert!(format!("{request:?}").contains("/v1/health/service/a%2Fb%20c"));
    }
}
